//! `NotFound`: an account or a customer that nobody has recorded.

use ::acts::Entry;
use db::Fault;
use kernel::{AccountId, CustomerId, Refusal};

use crate::{NamedAccount, store};

/// What a command names that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// No such account.
    #[error("there is no account '{0}'")]
    Account(String),
    /// No such customer.
    #[error("there is no customer '{0}'")]
    Customer(String),
}

impl Refusal for NotFound {
    fn code(&self) -> &'static str {
        match self {
            NotFound::Account(_) => "account_unknown",
            NotFound::Customer(_) => "customer_unknown",
        }
    }
}

/// The account with a number or reference, held alone until the transaction ends.
pub(super) async fn account_held(entry: &mut Entry, name: &str) -> Result<Result<NamedAccount, NotFound>, Fault> {
    let not_found = || NotFound::Account(name.to_owned());
    let Some(account) = store::account_named(entry, name).await? else { return Ok(Err(not_found())) };
    if account.id == AccountId::CITY {
        return Ok(Err(not_found()));
    }
    store::hold_accounts(entry, (account.id, AccountId(account.id.0 + 1))).await?;
    Ok(Ok(account))
}

/// The customer with a reference; of a merged one, the surviving customer.
pub(super) async fn customer_named(entry: &mut Entry, reference: &str) -> Result<Result<CustomerId, NotFound>, Fault> {
    let found = store::customers_by_reference(entry, &[reference]).await?;
    let found = found.get(reference).copied().filter(|customer| customer.0 != 0);
    Ok(found.ok_or_else(|| NotFound::Customer(reference.to_owned())))
}
