//! `HouseDirectory`: the numbers of accounts, for pages of rooms that know no accounts.

use std::collections::BTreeMap;

use async_trait::async_trait;
use db::{Fault, Read};
use kernel::AccountId;
use staff::pages::Directory;

/// What the rooms of this house know accounts by.
pub struct HouseDirectory;

#[async_trait]
impl Directory for HouseDirectory {
    async fn account(&self, read: &mut Read, number: &str) -> Result<Option<AccountId>, Fault> {
        Ok(customers::account_named(read, number).await?.map(|account| account.id))
    }

    async fn account_numbers(
        &self,
        read: &mut Read,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, String>, Fault> {
        let found = customers::accounts_by_id(read, accounts).await?;
        Ok(found.into_iter().map(|(id, account)| (id, account.number.to_string())).collect())
    }
}
