//! Who may be the same customer: of the same name at the same address, or with the same tax ID or driver's license.

use std::collections::{BTreeMap, BTreeSet};

use customers::{CustomerInFull, ListedAccount, Purpose};
use db::Read;
use identity::permissions::SEE_PROTECTED;
use kernel::{AccountId, CustomerId};
use web::{Ask, Cell, Column, Problem, Section, address};

use crate::account::name_of;
use crate::words::Named;

/// The most customers that are proposed.
const MOST: usize = 20;
/// Accounts of the customer whose addresses are looked for, and addresses.
const ACCOUNTS: usize = 20;
const STREETS: usize = 5;

/// Customers who may be the same as that of an account.
pub(super) struct Proposed {
    customers: BTreeMap<CustomerId, CustomerInFull>,
    why: BTreeMap<CustomerId, Vec<&'static str>>,
    accounts: BTreeMap<CustomerId, Vec<ListedAccount>>,
}

impl Proposed {
    /// By the indexes of names and numbers. Whoever is protected is proposed to nobody who may not know where they live, and
    /// from their account nobody is proposed by address.
    pub(super) async fn load(ask: &Ask, read: &mut Read, named: &Named) -> Result<Proposed, Problem> {
        let own = named.account.customer;
        let mut why: BTreeMap<CustomerId, Vec<&'static str>> = BTreeMap::new();
        for (customer, what) in identity::with_same_numbers(read, own).await? {
            why.entry(customer).or_default().push(what);
        }
        for customer in at_same_address(ask, read, own).await? {
            why.entry(customer).or_default().push("same name and address");
        }
        let mut ids: Vec<CustomerId> = why.keys().copied().collect();
        let accounts = customers::accounts_of_customers(read, &ids).await?;
        if !ask.may(SEE_PROTECTED) {
            let all: Vec<AccountId> = accounts.values().flatten().map(|account| account.id).collect();
            let protected = customers::protected_among(read, &all).await?;
            let themselves = customers::protected_customers(read, &ids).await?;
            let leads_to = |account: &ListedAccount| protected.contains_key(&account.id);
            ids.retain(|id| {
                !themselves.contains_key(id) && !accounts.get(id).is_some_and(|of| of.iter().any(leads_to))
            });
        }
        let mut customers = customers::customers_in_full(read, &ids).await?;
        customers.retain(|id, customer| *id != own && id.0 != 0 && customer.merged_into.is_none());
        Ok(Proposed { customers, why, accounts })
    }

    /// A line each, with the way to compare them.
    pub(super) fn section(&self, ask: &Ask, named: &Named) -> Section {
        let row = |(id, customer): (&CustomerId, &CustomerInFull)| {
            let compare = address(&named.href("merge"), &[("other", &customer.reference)]);
            let accounts = self.accounts.get(id).map_or(&[][..], Vec::as_slice);
            let numbers: Vec<String> = accounts.iter().take(3).map(|account| account.number.to_string()).collect();
            let more = if numbers.len() < accounts.len() { " and more" } else { "" };
            let why = self.why.get(id).map(|why| web::shown::capital(&why.join("; "))).unwrap_or_default();
            [
                Cell::text(name_of(customer)).link(compare).note(customer.reference.clone()),
                Cell::text(why),
                Cell::text(format!("{}{more}", numbers.join(", "))),
            ]
        };
        let table = ask
            .table("proposed-merges", "Who may be the same customer")
            .plain()
            .column(Column::text("who", "Customer"))
            .column(Column::text("why", "Why"))
            .column(Column::text("accounts", "Accounts"))
            .empty("Nobody else has the same name at the same address, nor the same tax ID or license.")
            .rows(self.customers.iter().take(MOST).map(row));
        Section::new("proposed", "Who may be the same").with(&table)
    }
}

/// Holders of accounts at an address of the customer, who are called as the customer is.
async fn at_same_address(ask: &Ask, read: &mut Read, own: CustomerId) -> Result<BTreeSet<CustomerId>, Problem> {
    let Some(customer) = customers::customers_in_full(read, &[own]).await?.remove(&own) else {
        return Ok(BTreeSet::new());
    };
    let held = customers::accounts_of_customers(read, &[own]).await?.remove(&own).unwrap_or_default();
    let ids: Vec<AccountId> = held.iter().map(|account| account.id).take(ACCOUNTS).collect();
    if !ask.may(SEE_PROTECTED) && !customers::protected_among(read, &ids).await?.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut found: BTreeSet<AccountId> = BTreeSet::new();
    for street in streets(read, &ids).await? {
        found.extend(search::accounts_called(read, (&customer.name, &street)).await?);
    }
    let found: Vec<AccountId> = found.into_iter().collect();
    let listed = customers::accounts_in_list(read, &found).await?;
    let key = kernel::search_key(&customer.name);
    let is_called = |account: &&ListedAccount| kernel::search_key(&account.name) == key && account.customer != own;
    Ok(listed.values().filter(is_called).map(|account| account.customer).collect())
}

/// The streets at which accounts are served, and where their mail goes.
async fn streets(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeSet<String>, Problem> {
    let served = billing::served_at(read, accounts).await?;
    let points: Vec<_> = served.iter().map(|one| one.service_point).collect();
    let places = premises::addresses_by_id(read, &points).await?;
    let street = |line: &String| line.split(',').next().unwrap_or_default().trim().to_owned();
    let mut streets: BTreeSet<String> = places.values().map(street).collect();
    let mail = customers::mailing_addresses(read, accounts, Purpose::Mailing).await?;
    streets.extend(mail.values().flatten().map(|address| address.lines.street.clone()));
    Ok(streets.into_iter().filter(|street| !street.is_empty()).take(STREETS).collect())
}
