//! `HouseDirectory`: what accounts and service points are known by, for pages of rooms that know neither.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use db::{Fault, Read};
use kernel::{AccountId, CustomerId, ServicePointId};
use staff::pages::{Directory, NamedPlace};
use web::Ask;

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

    async fn places(
        &self,
        ask: &Ask,
        read: &mut Read,
        points: &[ServicePointId],
    ) -> Result<BTreeMap<ServicePointId, NamedPlace>, Fault> {
        let is_open = ask.may(customers::permissions::SEE);
        let named = |(id, reference): (ServicePointId, String)| {
            let href = is_open.then(|| format!("/points/{}", web::encoded(&reference)));
            (id, NamedPlace { reference, href })
        };
        Ok(premises::references_by_id(read, points).await?.into_iter().map(named).collect())
    }

    async fn confidential(
        &self,
        ask: &Ask,
        read: &mut Read,
        things: &[(String, i64)],
    ) -> Result<BTreeSet<(String, i64)>, Fault> {
        if ask.may(identity::permissions::SEE_PROTECTED) {
            return Ok(BTreeSet::new());
        }
        let of = |wanted: &str| things.iter().filter(|(kind, _)| kind == wanted).map(|(_, id)| *id).collect::<Vec<_>>();
        let mut customers: Vec<CustomerId> = of("customer").into_iter().map(CustomerId).collect();
        customers.sort_unstable();
        customers.dedup();
        let mut accounts: Vec<AccountId> = of("account").into_iter().map(AccountId).collect();
        accounts.sort_unstable();
        accounts.dedup();
        // Whoever was merged into a protected person tells of that one.
        let stays = customers::surviving(read, &customers).await?;
        let both: Vec<CustomerId> = stays.keys().chain(stays.values()).copied().collect();
        let people = customers::protected_customers(read, &both).await?;
        let is_protected =
            |id: CustomerId| people.contains_key(&id) || stays.get(&id).is_some_and(|stays| people.contains_key(stays));
        let accounts = customers::protected_among(read, &accounts).await?;
        let is_confidential = |(kind, id): &&(String, i64)| match kind.as_str() {
            "customer" => is_protected(CustomerId(*id)),
            "account" => accounts.contains_key(&AccountId(*id)),
            "person" | "staff" => false,
            _ => true,
        };
        Ok(things.iter().filter(is_confidential).cloned().collect())
    }
}
