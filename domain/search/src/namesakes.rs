//! Accounts of somebody of one name at one address, for who looks for customers on record twice.

use db::{Fault, Read};
use kernel::AccountId;

use crate::asking::{Question, accounts_with};

/// The accounts that have every word of a name and a street, as they are written. By the lists of the index: nobody else is
/// looked at.
pub async fn accounts_called(read: &mut Read, (name, street): (&str, &str)) -> Result<Vec<AccountId>, Fault> {
    if name.trim().is_empty() || street.trim().is_empty() {
        return Ok(Vec::new());
    }
    let fits = accounts_with(read, &Question::of(&format!("{street} {name}"))).await?;
    Ok(fits.into_iter().filter(|fit| fit.is_sure).map(|fit| fit.account).collect())
}
