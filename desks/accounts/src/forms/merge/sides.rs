//! What is known of two customers beside their names: what proves who they are, and their accounts.

use std::collections::BTreeMap;

use customers::ListedAccount;
use db::Read;
use identity::permissions::{RECORD, REVEAL};
use identity::{Identifier, Shield};
use kernel::{AccountId, Cents, CustomerId};
use web::shown::{date, money};
use web::{Ask, Cell, Column, Problem, Section};

/// Accounts of each that are listed one by one.
const ACCOUNTS_MAX: usize = 20;

/// What is compared.
pub(super) struct Sides {
    identifiers: Vec<Identifier>,
    balances: BTreeMap<AccountId, Cents>,
    places: BTreeMap<AccountId, String>,
}

impl Sides {
    /// Of these customers and their accounts.
    pub(super) async fn load(
        ask: &Ask,
        read: &mut Read,
        accounts: &BTreeMap<CustomerId, Vec<ListedAccount>>,
        customers: &[CustomerId],
    ) -> Result<Sides, Problem> {
        let identifiers = identity::identifiers(read, customers).await?;
        let ids: Vec<AccountId> =
            accounts.values().flat_map(|of| of.iter().take(ACCOUNTS_MAX)).map(|account| account.id).collect();
        let balances = finance::balances_of(read, &ids).await?;
        let shield = Shield::load(ask, read, &ids).await?;
        let mut newest = BTreeMap::new();
        for one in billing::served_at(read, &ids).await? {
            let is_newer = |known: &billing::ServedAt| known.starts_on < one.starts_on;
            if newest.get(&one.account).is_none_or(is_newer) {
                newest.insert(one.account, one);
            }
        }
        let points: Vec<_> = newest.values().map(|one| one.service_point).collect();
        let addresses = premises::addresses_by_id(read, &points).await?;
        let place = |(account, one): (AccountId, billing::ServedAt)| {
            let address = addresses.get(&one.service_point).map(String::as_str).unwrap_or_default();
            (account, shield.address(account, address))
        };
        Ok(Sides { identifiers, balances, places: newest.into_iter().map(place).collect() })
    }

    /// The documents of a customer: their last characters to who may know these.
    pub(super) fn documents(&self, ask: &Ask, customer: CustomerId) -> String {
        let of_customer = self.identifiers.iter().filter(|one| one.customer == customer);
        // The same last four characters are not yet the same number.
        let is_shared = |one: &Identifier| {
            let is_same = |other: &Identifier| {
                other.customer != one.customer
                    && other.value.kind == one.value.kind
                    && other.value.fingerprint == one.value.fingerprint
            };
            self.identifiers.iter().any(is_same)
        };
        let shown = |one: &Identifier| {
            let number = match ask.may(RECORD) || ask.may(REVEAL) {
                true => one.masked(),
                false => "on record".to_owned(),
            };
            let shared = if is_shared(one) { ", both have the same number" } else { "" };
            format!("{} {number}{shared}", one.title())
        };
        of_customer.map(shown).collect::<Vec<String>>().join("; ")
    }

    /// The accounts of both, the one who goes first.
    pub(super) fn accounts(&self, ask: &Ask, both: [(&str, &[ListedAccount]); 2]) -> Section {
        let row = |(side, account): (&str, &ListedAccount)| {
            let number = account.number.to_string();
            let days = match account.closed_on {
                Some(closed_on) => format!("{} to {}", date(&account.opened_on), date(&closed_on)),
                None => format!("since {}", date(&account.opened_on)),
            };
            let balance = self.balances.get(&account.id).copied().unwrap_or_default();
            let href = format!("/accounts/{}", web::encoded(&number));
            [
                Cell::text(side),
                Cell::text(number).link(href).note(days),
                Cell::text(self.places.get(&account.id).cloned().unwrap_or_default()),
                Cell::text(money(&balance)),
            ]
        };
        let all = both.into_iter().flat_map(|(side, of)| of.iter().take(ACCOUNTS_MAX).map(move |one| (side, one)));
        let table = ask
            .table("accounts-of-both", "Accounts of both")
            .plain()
            .column(Column::text("side", "Whose"))
            .column(Column::text("account", "Account"))
            .column(Column::text("place", "Served at"))
            .column(Column::text("balance", "Balance"))
            .empty("Neither has an account.")
            .rows(all.map(row));
        Section::new("accounts", "Their accounts").with(&table)
    }
}
