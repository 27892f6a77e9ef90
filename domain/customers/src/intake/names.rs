//! `Names`: the customers and accounts that some records speak of, as they stand and as they become.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::Entry;
use chrono::NaiveDate;
use db::{Fault, Read};
use imports::{Reject, Taken};
use kernel::{AccountId, CustomerId, IdBlock};

use super::said::{Said, SaidAccount};
use super::{is_from, source_of};
use crate::store::{self, KnownCustomer};
use crate::{
    AddressLines, CustomerKind, MailingAddress, NamedAccount, NewAccount, NewCustomer, Party, Purpose, Role, in_force,
    issue_numbers,
};

/// What is on record, changed record by record and written once.
pub(super) struct Names {
    source: String,
    today: NaiveDate,
    customers: BTreeMap<String, KnownCustomer>,
    accounts: BTreeMap<String, KnownAccount>,
    customer_ids: IdBlock,
    account_ids: IdBlock,
    new_customers: BTreeSet<String>,
    changed_customers: BTreeSet<String>,
    new_accounts: Vec<String>,
    changed_accounts: BTreeSet<String>,
    addresses: Vec<MailingAddress>,
    payers: Vec<Party>,
}

/// An account by the name the file has for it.
struct KnownAccount {
    named: NamedAccount,
    /// The newest address.
    address: Option<MailingAddress>,
    /// Who is billed from now on or from some later day.
    payer: Option<CustomerId>,
}

/// What a record would change of an account that is known.
#[derive(Default)]
struct Change {
    address: bool,
    payer: Option<CustomerId>,
}

impl Names {
    pub(super) async fn load(
        entry: &mut Entry,
        source: &str,
        customers: BTreeSet<&str>,
        accounts: BTreeSet<&str>,
    ) -> Result<Names, Fault> {
        let (customers, accounts) = (Vec::from_iter(customers), Vec::from_iter(accounts));
        let known = store::known_customers(entry, &customers).await?;
        let there = known_accounts(entry, &accounts).await?;
        let fresh_customers = customers.len() - known.len();
        let fresh_accounts = accounts.len() - there.len();
        Ok(Names {
            source: source.to_owned(),
            today: entry.today,
            customer_ids: entry.ids("customer", fresh_customers).await?,
            account_ids: entry.ids("account", fresh_accounts).await?,
            customers: known,
            accounts: there,
            new_customers: BTreeSet::new(),
            changed_customers: BTreeSet::new(),
            new_accounts: Vec::new(),
            changed_accounts: BTreeSet::new(),
            addresses: Vec::new(),
            payers: Vec::new(),
        })
    }

    /// Judges a record against what is on record, and notes what it brings.
    pub(super) fn take(&mut self, said: &Said, line: i64) -> Result<Taken, Fault> {
        let customer_changes = match self.check_customer(said) {
            Ok(changes) => changes,
            Err(reject) => return Ok(Taken::Rejected(reject)),
        };
        let account_changes = match &said.account {
            None => None,
            Some(account) => match self.check_account(said, account) {
                Ok(change) => change,
                Err(reject) => return Ok(Taken::Rejected(reject)),
            },
        };
        let is_new_customer = !self.customers.contains_key(&said.customer);
        let is_new_account = said.account.as_ref().is_some_and(|account| !self.accounts.contains_key(&account.name));
        let is_change =
            customer_changes || account_changes.as_ref().is_some_and(|change| change.address || change.payer.is_some());
        if !is_new_customer && !is_new_account && !is_change {
            return Ok(self.same_again(said));
        }
        let source = source_of(&self.source, line);
        if is_new_customer {
            self.add_customer(said, &source);
        } else if customer_changes {
            self.change_customer(said, &source);
        }
        if let Some(account) = &said.account {
            match account_changes {
                None => self.add_account(said, account, &source)?,
                Some(change) => self.change_account(account, &change, &source),
            }
        }
        Ok(if is_new_customer || is_new_account { Taken::New } else { Taken::Changed })
    }

    /// Whether a record changes something of its customer, or why it cannot come in.
    fn check_customer(&self, said: &Said) -> Result<bool, Reject> {
        let Some(known) = self.customers.get(&said.customer) else { return Ok(false) };
        let differs = |field, message: String| Err(Reject::new(field, "differs", message));
        if known.id.0 == 0 {
            return differs("customer", format!("'{}' is the city itself", said.customer));
        }
        if known.merged_into.is_some() {
            return differs("customer", format!("'{}' was merged into another customer; name that one", said.customer));
        }
        if known.kind != said.kind && known.kind != CustomerKind::Unknown {
            let message = format!("customer '{}' is on record as {}", said.customer, known.kind.code());
            return differs("kind", message);
        }
        // What a file leaves empty it does not say.
        let other = |said: &str, known: &str| !said.is_empty() && said != known;
        let fields = [
            ("name", &said.name, &known.name),
            ("phone", &said.phone, &known.phone),
            ("email", &said.email, &known.email),
        ];
        let changed = fields.into_iter().find(|(_, said, known)| other(said, known)).map(|(field, _, _)| field);
        let is_change = changed.is_some() || known.kind != said.kind;
        match changed.filter(|_| is_from(&known.source, &self.source)) {
            Some(field) => {
                let line = known.source.rsplit('/').next().unwrap_or_default();
                differs(field, format!("line {line} of this file says otherwise of customer '{}'", said.customer))
            }
            None => Ok(is_change),
        }
    }

    /// What a record changes of its account; nothing is there to be changed of a new one.
    fn check_account(&self, said: &Said, account: &SaidAccount) -> Result<Option<Change>, Reject> {
        let payer = self.payer(said, account)?;
        let Some(known) = self.accounts.get(&account.name) else { return Ok(None) };
        if known.named.is_closed_on(self.today) {
            return Err(Reject::new("account", "account_closed", format!("account '{}' is closed", account.name)));
        }
        let holder = self.customers.get(&said.customer).map(|customer| customer.id);
        let differs = |field, message: String| Err(Reject::new(field, "differs", message));
        if holder != Some(known.named.customer) {
            return differs("account", format!("account '{}' is on record for another customer", account.name));
        }
        let opened_on = known.named.opened_on;
        if opened_on != account.opened_on {
            return differs("opened_on", format!("account '{}' is on record as opened on {opened_on}", account.name));
        }
        let mut change = Change::default();
        match (payer, known.payer) {
            (Some(payer), None) => change.payer = Some(payer),
            (Some(payer), Some(there)) if payer != there => {
                return differs("bill_payer", format!("account '{}' has another bill payer on record", account.name));
            }
            (Some(_), Some(_)) | (None, _) => {}
        }
        let there = known.address.as_ref().map(|address| &address.lines);
        change.address = !account.address.is_empty() && there != Some(&account.address);
        if change.address && there.is_some() && is_from(&known.named.source, &self.source) {
            return differs("street", format!("another line of this file has another address for '{}'", account.name));
        }
        Ok(Some(change))
    }

    /// Who is billed, where the record says; they are on record, or it is the customer themself.
    fn payer(&self, said: &Said, account: &SaidAccount) -> Result<Option<CustomerId>, Reject> {
        let reference = &account.bill_payer;
        if reference.is_empty() || (*reference == said.customer && !self.customers.contains_key(reference)) {
            return Ok(None);
        }
        match self.customers.get(reference).filter(|payer| payer.id.0 != 0) {
            Some(payer) => Ok(Some(payer.merged_into.unwrap_or(payer.id))),
            None => {
                let message = format!("the bill payer '{reference}' is not on record; their own record comes first");
                Err(Reject::new("bill_payer", "customer_unknown", message))
            }
        }
    }

    /// A record that brings nothing: said before by this import, or on record from elsewhere.
    fn same_again(&self, said: &Said) -> Taken {
        let account = said.account.as_ref().and_then(|account| self.accounts.get(&account.name));
        let customer = self.customers.get(&said.customer).map_or("", |customer| customer.source.as_str());
        let stored = account.map_or(customer, |account| account.named.source.as_str());
        if !is_from(stored, &self.source) {
            return Taken::Unchanged;
        }
        let line = stored.rsplit('/').next().unwrap_or_default();
        let field = if account.is_some() { "account" } else { "customer" };
        Taken::Rejected(Reject::new(field, "suspected_duplicate", format!("line {line} of this file said so already")))
    }

    fn add_customer(&mut self, said: &Said, source: &str) {
        let customer = KnownCustomer {
            id: self.customer_ids.take(),
            reference: said.customer.clone(),
            kind: said.kind,
            name: said.name.clone(),
            phone: said.phone.clone(),
            email: said.email.clone(),
            source: source.to_owned(),
            merged_into: None,
        };
        self.customers.insert(said.customer.clone(), customer);
        self.new_customers.insert(said.customer.clone());
    }

    fn change_customer(&mut self, said: &Said, source: &str) {
        let Some(known) = self.customers.get_mut(&said.customer) else { return };
        known.kind = said.kind;
        for (known, said) in
            [(&mut known.name, &said.name), (&mut known.phone, &said.phone), (&mut known.email, &said.email)]
        {
            if !said.is_empty() {
                known.clone_from(said);
            }
        }
        source.clone_into(&mut known.source);
        if !self.new_customers.contains(&said.customer) {
            self.changed_customers.insert(said.customer.clone());
        }
    }

    fn add_account(&mut self, said: &Said, account: &SaidAccount, source: &str) -> Result<(), Fault> {
        let id: AccountId = self.account_ids.take();
        let holder = self.customers.get(&said.customer).map(|customer| customer.id);
        let customer = holder.ok_or_else(|| Fault::new("an account was opened for nobody"))?;
        let named =
            NamedAccount { id, customer, opened_on: account.opened_on, closed_on: None, source: source.to_owned() };
        let payer = if account.bill_payer.is_empty() {
            None
        } else {
            self.customers.get(&account.bill_payer).map(|payer| payer.merged_into.unwrap_or(payer.id))
        };
        self.accounts.insert(account.name.clone(), KnownAccount { named, address: None, payer: None });
        self.new_accounts.push(account.name.clone());
        let change = Change { address: !account.address.is_empty(), payer };
        self.note(account, &change, account.opened_on);
        Ok(())
    }

    fn change_account(&mut self, account: &SaidAccount, change: &Change, source: &str) {
        if !change.address && change.payer.is_none() {
            return;
        }
        let from_on = self.today.max(account.opened_on);
        self.note(account, change, from_on);
        let Some(known) = self.accounts.get_mut(&account.name) else { return };
        // An account without a reference of its own has nowhere to keep who spoke of it last.
        if !known.named.source.is_empty() {
            source.clone_into(&mut known.named.source);
            if !self.new_accounts.contains(&account.name) {
                self.changed_accounts.insert(account.name.clone());
            }
        }
    }

    /// Notes an address and a bill payer that hold from a day.
    fn note(&mut self, account: &SaidAccount, change: &Change, from_on: NaiveDate) {
        let Some(known) = self.accounts.get_mut(&account.name) else { return };
        if change.address {
            let address = following(known, &account.address, from_on);
            known.address = Some(address.clone());
            self.addresses.push(address);
        }
        if let Some(customer) = change.payer {
            known.payer = Some(customer);
            let account = known.named.id;
            self.payers.push(Party { account, role: Role::BillPayer, customer, from_on, to_on: None });
        }
    }

    /// Writes everything that was noted.
    pub(super) async fn write(self, entry: &mut Entry) -> Result<(), Fault> {
        let new = |reference: &String| self.customers.get(reference).map(new_customer);
        store::insert_customers(entry, self.new_customers.iter().filter_map(new).collect()).await?;
        for customer in self.changed_customers.iter().filter_map(|reference| self.customers.get(reference)) {
            store::update_customer(entry, customer, self.today).await?;
        }
        let opened = || self.new_accounts.iter().filter_map(|name| Some((name, &self.accounts.get(name)?.named)));
        let numbers = issue_numbers(entry, self.new_accounts.len()).await?;
        let accounts = opened().zip(numbers).map(|((_, named), number)| {
            let NamedAccount { id, customer, opened_on, .. } = *named;
            NewAccount { id, customer, number, opened_on }
        });
        store::insert_accounts(entry, &accounts.collect::<Vec<_>>()).await?;
        let references = opened().map(|(name, named)| (name.clone(), named.id, named.source.clone()));
        store::insert_references(entry, references).await?;
        for name in &self.changed_accounts {
            if let Some(account) = self.accounts.get(name) {
                store::touch_reference(entry, name, &account.named.source).await?;
            }
        }
        let act = entry.act;
        store::insert_parties(entry, act, &self.payers).await?;
        store::insert_addresses(entry, act, self.addresses).await
    }
}

fn new_customer(known: &KnownCustomer) -> NewCustomer {
    NewCustomer {
        id: known.id,
        reference: known.reference.clone(),
        kind: known.kind,
        name: known.name.clone(),
        phone: known.phone.clone(),
        email: known.email.clone(),
        source: known.source.clone(),
    }
}

/// The address that follows the newest: from a day on, or as a correction of one that is not older.
fn following(known: &KnownAccount, lines: &AddressLines, from_on: NaiveDate) -> MailingAddress {
    let (from_on, revision) = match &known.address {
        Some(newest) if from_on <= newest.from_on => (newest.from_on, newest.revision + 1),
        Some(_) | None => (from_on, 1),
    };
    MailingAddress { account: known.named.id, purpose: Purpose::Mailing, from_on, revision, lines: lines.clone() }
}

/// The accounts that are known by these names, with their newest address and who is billed.
async fn known_accounts(read: &mut Read, names: &[&str]) -> Result<BTreeMap<String, KnownAccount>, Fault> {
    let named = store::accounts_by_reference_or_number(read, names).await?;
    let ids: Vec<AccountId> = named.values().map(|account| account.id).collect();
    let addresses = store::mailing_addresses(read, &ids, Purpose::Mailing).await?;
    let parties = store::parties_of(read, &ids).await?;
    let known = |named: NamedAccount| {
        let address = addresses.get(&named.id).and_then(|all| in_force(all, None)).cloned();
        let payers = parties.get(&named.id).into_iter().flatten();
        let payer = payers.filter(|party| party.role == Role::BillPayer && party.to_on.is_none());
        let payer = payer.max_by_key(|party| party.from_on).map(|party| party.customer);
        KnownAccount { named, address, payer }
    };
    Ok(named.into_iter().map(|(name, account)| (name, known(account))).collect())
}
