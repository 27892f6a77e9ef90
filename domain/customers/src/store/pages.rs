//! Customers page by page, with what an export says of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, AccountNumber, CustomerId};

use super::{CustomerRow, KnownCustomer, known_of};

#[derive(sqlx::FromRow)]
struct OpenRow {
    account_id: i64,
    customer_id: i64,
    number: i64,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
}

/// An account that is open, as an export says it.
#[derive(Clone, Debug)]
pub(crate) struct OpenAccount {
    pub(crate) id: AccountId,
    pub(crate) number: AccountNumber,
    pub(crate) opened_on: NaiveDate,
}

/// The customers behind a reference, in the order of their references: neither the city itself nor
/// any that were merged into others.
pub(crate) async fn customer_page(read: &mut Read, after: &str, limit: i64) -> Result<Vec<KnownCustomer>, Fault> {
    const SQL: &str = "
        select c.customer_id, c.reference, c.kind, c.name, c.phone, c.email, c.source, m.into_id
        from customer c
        left join customer_merge m on m.merged_id = c.customer_id
        where $1 < c.reference and 0 < c.customer_id and m.merged_id is null
        order by c.reference
        limit $2";
    let rows: Vec<CustomerRow> = read.all(SQL, vec![after.into(), limit.into()]).await?;
    rows.into_iter().map(known_of).collect()
}

/// The accounts of customers that are open on a day.
pub(crate) async fn open_accounts_of(
    read: &mut Read,
    customers: &[CustomerId],
    on: NaiveDate,
) -> Result<BTreeMap<CustomerId, Vec<OpenAccount>>, Fault> {
    const SQL: &str = "
        select account_id, customer_id, number, opened_on, closed_on
        from account
        where customer_id in ({list})
        order by account_id";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<OpenRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<CustomerId, Vec<OpenAccount>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.closed_on.is_none_or(|closed_on| on < closed_on)) {
        if row.number <= 0 {
            return Err(Fault::impossible_row("account", "number", row.account_id));
        }
        let account = OpenAccount {
            id: AccountId(row.account_id),
            number: AccountNumber::issue(row.number),
            opened_on: row.opened_on,
        };
        found.entry(CustomerId(row.customer_id)).or_default().push(account);
    }
    Ok(found)
}

/// How an account is reached, folded for comparing with somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The digits of telephone numbers, the last ten.
    pub phones: BTreeSet<String>,
    /// Mail addresses in small letters.
    pub emails: BTreeSet<String>,
    /// Streets with house numbers, as search keys.
    pub streets: BTreeSet<String>,
}

/// How accounts are reached: their customers', their parties' and their mailing addresses, those of the past too.
pub async fn reached(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Reached>, Fault> {
    const CUSTOMERS: &str = "
        select a.account_id, c.phone, c.email
        from account a
        join customer c on c.customer_id = a.customer_id
        where a.account_id in ({list})
        order by a.account_id";
    const PARTIES: &str = "
        select p.account_id, c.phone, c.email
        from account_party p
        join customer c on c.customer_id = p.customer_id
        where p.account_id in ({list})
        order by p.account_id, p.customer_id";
    const STREETS: &str = "
        select distinct account_id, street
        from mailing_address
        where account_id in ({list})
        order by account_id, street";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut found: BTreeMap<AccountId, Reached> = BTreeMap::new();
    let mut people: Vec<(i64, String, String)> = read.listed(CUSTOMERS, &keys).await?;
    people.extend(read.listed::<(i64, String, String)>(PARTIES, &keys).await?);
    for (account, phone, email) in people {
        let reached = found.entry(AccountId(account)).or_default();
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        reached.phones.extend((7 <= digits.len()).then(|| digits[digits.len().saturating_sub(10)..].to_owned()));
        reached.emails.extend((!email.is_empty()).then(|| email.to_lowercase()));
    }
    let streets: Vec<(i64, String)> = read.listed(STREETS, &keys).await?;
    for (account, street) in streets {
        let key = kernel::search_key(&street);
        found.entry(AccountId(account)).or_default().streets.extend((!key.is_empty()).then_some(key));
    }
    Ok(found)
}

/// The names other systems have for accounts; of several the first.
pub async fn account_texts(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, String>, Fault> {
    const SQL: &str = "
        select account_id, reference
        from account_reference
        where account_id in ({list})
        order by reference desc";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, reference)| (AccountId(id), reference)).collect())
}

/// Which of these customers are or will be billed for an open account of somebody else.
pub(crate) async fn payers_among(
    read: &mut Read,
    customers: &[CustomerId],
    on: NaiveDate,
) -> Result<Vec<CustomerId>, Fault> {
    const SQL: &str = "
        select coalesce(m.into_id, p.customer_id) as payer_id, p.to_on, a.closed_on
        from account_party p
        join account a on a.account_id = p.account_id
        left join customer_merge m on m.merged_id = p.customer_id
        where p.role = 'bill_payer'
          and a.customer_id <> coalesce(m.into_id, p.customer_id)
          and coalesce(m.into_id, p.customer_id) in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, Option<NaiveDate>, Option<NaiveDate>)> = read.listed(SQL, &keys).await?;
    let holds = |to_on: &Option<NaiveDate>| to_on.is_none_or(|to_on| on <= to_on);
    let is_open = |closed_on: &Option<NaiveDate>| closed_on.is_none_or(|closed_on| on < closed_on);
    let mut payers: Vec<CustomerId> =
        rows.iter().filter(|row| holds(&row.1) && is_open(&row.2)).map(|row| CustomerId(row.0)).collect();
    payers.sort_unstable();
    payers.dedup();
    Ok(payers)
}
