//! The way back: customers and their open accounts in the form in which they are imported.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use imports::{Field, Outlet, Page};
use kernel::{AccountId, CustomerId};

use crate::intake::{Customers, FIELDS};
use crate::store::{self, KnownCustomer, OpenAccount};
use crate::{AddressLines, MailingAddress, Party, Protection, Purpose, Role, in_force};

type Row = BTreeMap<&'static str, String>;

/// Customers of a page.
const PAGE: i64 = 500;
/// Those who are billed for others come first, without their accounts: an import must know them
/// before it can name them.
const PAYERS: &str = "payers ";
const ALL: &str = "all ";

#[async_trait]
impl Outlet for Customers {
    fn kind(&self) -> &'static str {
        "customers"
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn page(&self, read: &mut Read, on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let (section, reference) = match after.strip_prefix(ALL) {
            Some(reference) => (ALL, reference),
            None => (PAYERS, after.strip_prefix(PAYERS).unwrap_or_default()),
        };
        let mut customers = store::customer_page(read, reference, PAGE).await?;
        let ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
        // A file leaves the house: it does not say how a protected person is reached.
        let protected = store::protected_customers(read, &ids).await?;
        for customer in customers.iter_mut().filter(|customer| protected.contains_key(&customer.id)) {
            customer.phone.clear();
        }
        let payers = store::payers_among(read, &ids, on).await?;
        let is_payer = |customer: &KnownCustomer| payers.binary_search(&customer.id).is_ok();
        let next = match customers.last() {
            Some(last) => Some(format!("{section}{}", last.reference)),
            None if section == PAYERS => Some(ALL.to_owned()),
            None => None,
        };
        if section == PAYERS {
            let rows = customers.iter().filter(|customer| is_payer(customer)).map(customer_row);
            return Ok(Page { rows: rows.collect(), next });
        }
        let accounts = Accounts::load(read, &ids, on).await?;
        let mut rows = Vec::new();
        for customer in &customers {
            let of_customer = accounts.rows(customer, on);
            if of_customer.is_empty() && !is_payer(customer) {
                rows.push(customer_row(customer));
            }
            rows.extend(of_customer);
        }
        Ok(Page { rows, next })
    }
}

fn customer_row(customer: &KnownCustomer) -> Row {
    BTreeMap::from([
        ("customer", customer.reference.clone()),
        ("kind", customer.kind.code().to_owned()),
        ("name", customer.name.clone()),
        ("phone", customer.phone.clone()),
        ("email", customer.email.clone()),
    ])
}

/// The open accounts of a page of customers, with all that is said of them.
struct Accounts {
    open: BTreeMap<CustomerId, Vec<OpenAccount>>,
    texts: BTreeMap<AccountId, String>,
    addresses: BTreeMap<AccountId, Vec<MailingAddress>>,
    protected: BTreeMap<AccountId, Protection>,
    parties: BTreeMap<AccountId, Vec<Party>>,
    payers: BTreeMap<CustomerId, String>,
}

impl Accounts {
    async fn load(read: &mut Read, customers: &[CustomerId], on: NaiveDate) -> Result<Accounts, Fault> {
        let open = store::open_accounts_of(read, customers, on).await?;
        let ids: Vec<AccountId> = open.values().flatten().map(|account| account.id).collect();
        let texts = store::account_texts(read, &ids).await?;
        let addresses = store::mailing_addresses(read, &ids, Purpose::Mailing).await?;
        let protected = store::protected_among(read, &ids).await?;
        let parties = store::parties_of(read, &ids).await?;
        let payers: Vec<CustomerId> =
            parties.values().flatten().filter(|party| is_payer(party, on)).map(|party| party.customer).collect();
        let payers = store::customer_references(read, &payers).await?;
        Ok(Accounts { open, texts, addresses, protected, parties, payers })
    }

    /// A row an account, in the order of their names.
    fn rows(&self, customer: &KnownCustomer, on: NaiveDate) -> Vec<Row> {
        let open = self.open.get(&customer.id).into_iter().flatten();
        let mut rows: Vec<Row> = open.map(|account| self.row(customer, account, on)).collect();
        rows.sort();
        rows
    }

    fn row(&self, customer: &KnownCustomer, account: &OpenAccount, on: NaiveDate) -> Row {
        let mut row = customer_row(customer);
        let text = self.texts.get(&account.id).cloned().unwrap_or_else(|| account.number.to_string());
        row.insert("account", text);
        row.insert("opened_on", account.opened_on.to_string());
        let parties = self.parties.get(&account.id).into_iter().flatten();
        let payer = parties.filter(|party| is_payer(party, on)).max_by_key(|party| party.from_on);
        row.insert("bill_payer", payer.and_then(|party| self.payers.get(&party.customer)).cloned().unwrap_or_default());
        // An account that is opened later has its address already.
        let on = on.max(account.opened_on);
        let on_record = self.addresses.get(&account.id).and_then(|all| in_force(all, Some(on)));
        // A file leaves the house: of a protected person it has the substitute address, or none.
        let lines = match self.protected.get(&account.id) {
            Some(protection) => protection.substitute().cloned(),
            None => on_record.map(|address| address.lines.clone()),
        };
        if let Some(AddressLines { recipient, street, city, state, postal_code }) = lines {
            row.extend([
                ("recipient", recipient),
                ("street", street),
                ("city", city),
                ("state", state),
                ("postal_code", postal_code),
            ]);
        }
        row
    }
}

fn is_payer(party: &Party, on: NaiveDate) -> bool {
    party.role == Role::BillPayer && party.holds_since(on)
}
