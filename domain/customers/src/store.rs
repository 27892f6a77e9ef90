//! The SQL of customers and accounts; parties, addresses and merges have files of their own.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, AccountNumber, CustomerId, search_key};

use crate::{Account, CustomerKind, NamedAccount, NewAccount, NewCustomer};

mod addresses;
mod look;
mod look_search;
mod merges;
mod pages;
mod parties;
mod persons;
mod protected;

pub(crate) use addresses::insert_addresses;
pub use addresses::mailing_addresses;
pub use look::{
    AddressRecord, CustomerInFull, ListedAccount, MergedInto, accounts_from, accounts_of_customers, address_records,
    customers_in_full, merged_of, merges_into, moves_of_accounts,
};
pub(crate) use look::{contact_of, update_contact};
pub use look_search::{accounts_in_list, last_account_id, mail_between, names_between};
pub use merges::surviving;
pub(crate) use merges::{
    MergedAccount, NewMerge, accounts_of, delete_merge, insert_merge, lock_customers, merge_act, merged_into,
    move_accounts, moved_by,
};
pub(crate) use pages::{OpenAccount, customer_page, open_accounts_of, payers_among};
pub use pages::{Reached, account_texts, reached};
pub use parties::parties_of;
pub(crate) use parties::{act_of_party, end_party, insert_parties, take_party_out};
pub use persons::{accounts_held_by, accounts_opened_since, customers_with_phone, persons_by_id, phones_set_on};
pub use protected::{
    insert_protection, lift_protection, protected_among, protected_customers, protected_through, protections,
};

#[derive(sqlx::FromRow)]
struct AccountRow {
    account_id: i64,
    number: i64,
    reference: String,
    name: String,
}

#[derive(sqlx::FromRow)]
struct NamedRow {
    name: String,
    account_id: i64,
    customer_id: i64,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    source: String,
}

#[derive(sqlx::FromRow)]
struct NumberedRow {
    number: i64,
    account_id: i64,
    customer_id: i64,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct CustomerRow {
    customer_id: i64,
    reference: String,
    kind: String,
    name: String,
    phone: String,
    email: String,
    source: String,
    into_id: Option<i64>,
}

/// A customer as the database has them.
#[derive(Clone, Debug)]
pub(crate) struct KnownCustomer {
    pub(crate) id: CustomerId,
    pub(crate) reference: String,
    pub(crate) kind: CustomerKind,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) source: String,
    /// Who they are the same as, where that was found out.
    pub(crate) merged_into: Option<CustomerId>,
}

/// Which of these references are known, and whose they are; of a merged customer, the surviving one's.
pub async fn customers_by_reference(
    read: &mut Read,
    references: &[&str],
) -> Result<BTreeMap<String, CustomerId>, Fault> {
    const SQL: &str = "
        select c.reference, coalesce(m.into_id, c.customer_id)
        from customer c
        left join customer_merge m on m.merged_id = c.customer_id
        where c.reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<(String, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(reference, id)| (reference, CustomerId(id))).collect())
}

/// Records customers.
pub async fn insert_customers(tx: &mut Tx, customers: Vec<NewCustomer>) -> Result<(), Fault> {
    let columns = ["customer_id", "reference", "kind", "name", "search_key", "phone", "email", "source"];
    let mut rows = Rows::new("customer", &columns);
    for customer in customers {
        let key = search_key(&customer.name);
        rows.push([
            customer.id.into(),
            customer.reference.into(),
            customer.kind.code().into(),
            customer.name.into(),
            key.into(),
            customer.phone.into(),
            customer.email.into(),
            customer.source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Customers in full, by reference.
pub(crate) async fn known_customers(
    read: &mut Read,
    references: &[&str],
) -> Result<BTreeMap<String, KnownCustomer>, Fault> {
    const SQL: &str = "
        select c.customer_id, c.reference, c.kind, c.name, c.phone, c.email, c.source, m.into_id
        from customer c
        left join customer_merge m on m.merged_id = c.customer_id
        where c.reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<CustomerRow> = read.listed(SQL, &keys).await?;
    rows.into_iter().map(|row| Ok((row.reference.clone(), known_of(row)?))).collect()
}

fn known_of(row: CustomerRow) -> Result<KnownCustomer, Fault> {
    let kind = CustomerKind::of_code(&row.kind);
    Ok(KnownCustomer {
        id: CustomerId(row.customer_id),
        kind: kind.ok_or_else(|| Fault::impossible_row("customer", "kind", row.customer_id))?,
        reference: row.reference,
        name: row.name,
        phone: row.phone,
        email: row.email,
        source: row.source,
        merged_into: row.into_id.map(CustomerId),
    })
}

/// The references of customers, by id.
pub async fn customer_references(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<BTreeMap<CustomerId, String>, Fault> {
    const SQL: &str = "
        select customer_id, reference
        from customer
        where customer_id in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, reference)| (CustomerId(id), reference)).collect())
}

/// Writes what is said of a customer now, and the day where the telephone is another.
pub(crate) async fn update_customer(tx: &mut Tx, customer: &KnownCustomer, today: NaiveDate) -> Result<(), Fault> {
    const SQL: &str = "
        update customer
        set kind = $2, name = $3, search_key = $4, phone = $5, email = $6, source = $7,
            phone_set_on = case when phone = $5 then phone_set_on else $8 end
        where customer_id = $1";
    let args = vec![
        customer.id.into(),
        customer.kind.code().into(),
        customer.name.as_str().into(),
        search_key(&customer.name).into(),
        customer.phone.as_str().into(),
        customer.email.as_str().into(),
        customer.source.as_str().into(),
        today.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Opens accounts.
pub async fn insert_accounts(tx: &mut Tx, accounts: &[NewAccount]) -> Result<(), Fault> {
    let mut rows = Rows::new("account", &["account_id", "customer_id", "number", "opened_on"]);
    let mut numbers = Rows::new("account_number", &["number", "account_id"]);
    for account in accounts {
        let number = account.number.serial();
        rows.push([account.id.into(), account.customer.into(), number.into(), account.opened_on.into()]);
        numbers.push([number.into(), account.id.into()]);
    }
    tx.bulk(rows).await?;
    tx.bulk(numbers).await?;
    Ok(())
}

/// Records the names that another system has for accounts: reference, account, source.
pub(crate) async fn insert_references(
    tx: &mut Tx,
    references: impl IntoIterator<Item = (String, AccountId, String)>,
) -> Result<(), Fault> {
    let mut rows = Rows::new("account_reference", &["reference", "account_id", "source"]);
    for (reference, account, source) in references {
        rows.push([reference.into(), account.into(), source.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Notes which line of which import spoke of a reference last.
pub(crate) async fn touch_reference(tx: &mut Tx, reference: &str, source: &str) -> Result<(), Fault> {
    const SQL: &str = "
        update account_reference
        set source = $2
        where reference = $1";
    tx.run(SQL, vec![reference.into(), source.into()]).await?;
    Ok(())
}

/// Accounts by the names that files have for them: a reference, or else an account number.
pub async fn accounts_by_reference_or_number(
    read: &mut Read,
    names: &[&str],
) -> Result<BTreeMap<String, NamedAccount>, Fault> {
    const REFERENCES: &str = "
        select r.reference as name, a.account_id, a.customer_id, a.opened_on, a.closed_on, r.source
        from account_reference r
        join account a on a.account_id = r.account_id
        where r.reference in ({list})";
    let keys: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
    let rows: Vec<NamedRow> = read.listed(REFERENCES, &keys).await?;
    let mut found: BTreeMap<String, NamedAccount> = rows
        .into_iter()
        .map(|row| {
            let NamedRow { name, account_id, customer_id, opened_on, closed_on, source } = row;
            let (id, customer) = (AccountId(account_id), CustomerId(customer_id));
            (name, NamedAccount { id, customer, opened_on, closed_on, source })
        })
        .collect();
    let left = names.iter().filter(|name| !found.contains_key(**name));
    let numbers: BTreeMap<&str, i64> =
        left.filter_map(|name| Some((*name, AccountNumber::parse(name).ok()?.serial()))).collect();
    let numbered = accounts_by_serial(read, &numbers.values().copied().collect::<Vec<_>>()).await?;
    for (name, serial) in numbers {
        if let Some(account) = numbered.get(&serial) {
            found.insert(name.to_owned(), account.clone());
        }
    }
    Ok(found)
}

async fn accounts_by_serial(read: &mut Read, serials: &[i64]) -> Result<BTreeMap<i64, NamedAccount>, Fault> {
    const SQL: &str = "
        select n.number, a.account_id, a.customer_id, a.opened_on, a.closed_on
        from account_number n
        join account a on a.account_id = n.account_id
        where n.number in ({list})";
    let keys: Vec<Value> = serials.iter().map(|serial| Value::from(*serial)).collect();
    let rows: Vec<NumberedRow> = read.listed(SQL, &keys).await?;
    let account = |row: NumberedRow| {
        let (id, customer) = (AccountId(row.account_id), CustomerId(row.customer_id));
        let NumberedRow { number, opened_on, closed_on, .. } = row;
        (number, NamedAccount { id, customer, opened_on, closed_on, source: String::new() })
    };
    Ok(rows.into_iter().map(account).collect())
}

/// The account a clerk names: what is printed on bills counts before the names of other systems.
pub async fn account_named(read: &mut Read, name: &str) -> Result<Option<NamedAccount>, Fault> {
    if let Ok(number) = AccountNumber::parse(name) {
        let mut numbered = accounts_by_serial(read, &[number.serial()]).await?;
        if let Some(account) = numbered.remove(&number.serial()) {
            return Ok(Some(account));
        }
    }
    Ok(accounts_by_reference_or_number(read, &[name]).await?.remove(name))
}

/// The account with a number.
pub async fn account_by_number(read: &mut Read, number: AccountNumber) -> Result<Option<AccountId>, Fault> {
    const SQL: &str = "
        select account_id
        from account_number
        where number = $1";
    Ok(read.number(SQL, vec![number.serial().into()]).await?.map(AccountId))
}

/// Accounts as documents show them, by id.
pub async fn accounts_by_id(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Account>, Fault> {
    const SQL: &str = "
        select a.account_id, a.number, c.reference, c.name
        from account a
        join customer c on c.customer_id = a.customer_id
        where a.account_id in ({list})";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<AccountRow> = read.listed(SQL, &keys).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        if row.number <= 0 {
            return Err(Fault::impossible_row("account", "number", row.account_id));
        }
        let account = Account {
            id: AccountId(row.account_id),
            number: AccountNumber::issue(row.number),
            customer_reference: row.reference,
            customer_name: row.name,
        };
        found.insert(account.id, account);
    }
    Ok(found)
}

/// Holds accounts `from..to` until the transaction ends: whoever corrects something of theirs is alone, and so is a run that
/// posts them. Rows that only name an account go on being written meanwhile.
pub async fn hold_accounts(tx: &mut Tx, (from, to): (AccountId, AccountId)) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select account_id
            from account
            where $1 <= account_id and account_id < $2
            order by account_id
            for no key update
        ) held";
    tx.hold(SQL, vec![from.into(), to.into()]).await
}

/// The same for some accounts, whoever lies between them.
pub async fn hold_these_accounts(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), Fault> {
    const SQL: &str = "
        select account_id
        from account
        where account_id in ({list})
        order by account_id
        for no key update";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let _: Vec<(i64,)> = tx.listed(SQL, &keys).await?;
    Ok(())
}
