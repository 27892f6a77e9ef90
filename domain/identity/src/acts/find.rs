//! What acts name: an account by its number, a customer by their reference.

use acts::{Entry, Failure, Subject, refused};
use customers::NamedAccount;
use kernel::{AccountId, CustomerId};

use super::IdentityRefused;

/// The account with a number or reference.
pub(super) async fn account_named(entry: &mut Entry, name: &str) -> Result<NamedAccount, Failure> {
    let found = customers::account_named(entry, name).await?.filter(|account| account.id != AccountId::CITY);
    let account = found.ok_or_else(|| refused(IdentityRefused::AccountUnknown(name.to_owned())))?;
    entry.concerns(account.id);
    Ok(account)
}

/// The customer with a reference; of a merged one, the surviving customer. Their accounts are concerned, and what is
/// personal in the command tells of them.
pub(super) async fn customer_named(entry: &mut Entry, reference: &str) -> Result<CustomerId, Failure> {
    let found = customers::customers_by_reference(entry, &[reference]).await?;
    let customer = found.get(reference).copied().filter(|customer| customer.0 != 0);
    let customer = customer.ok_or_else(|| refused(IdentityRefused::CustomerUnknown(reference.to_owned())))?;
    for (account, _, _) in customers::accounts_held_by(entry, &[customer]).await? {
        entry.concerns(account);
    }
    entry.tells_of(Subject { kind: "customer", id: customer.0 });
    Ok(customer)
}
