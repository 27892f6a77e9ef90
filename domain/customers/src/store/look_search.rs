//! What accounts are known by, in ranges of accounts: names, telephone numbers, mailing addresses.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, AccountNumber, CustomerId};

use crate::{AddressLines, ListedAccount};

#[derive(sqlx::FromRow)]
struct MailRow {
    account_id: i64,
    recipient: String,
    street: String,
    city: String,
    state: String,
    postal_code: String,
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    account_id: i64,
    number: i64,
    customer_id: i64,
    name: String,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
}

/// Names and telephone numbers of the holders of accounts `from..to`, and of everybody who is or was something for them.
pub async fn names_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(AccountId, String, String)>, Fault> {
    const HOLDERS: &str = "
        select a.account_id, c.name, c.phone
        from account a
        join customer c on c.customer_id = a.customer_id
        where $1 <= a.account_id and a.account_id < $2
        order by a.account_id";
    const PARTIES: &str = "
        select p.account_id, c.name, c.phone
        from account_party p
        left join customer_merge m on m.merged_id = p.customer_id
        join customer c on c.customer_id = coalesce(m.into_id, p.customer_id)
        where $1 <= p.account_id and p.account_id < $2
        order by p.account_id, p.role, p.customer_id, p.from_on";
    let args = vec![Value::from(from), to.into()];
    let mut rows: Vec<(i64, String, String)> = read.all(HOLDERS, args.clone()).await?;
    rows.extend(read.all::<(i64, String, String)>(PARTIES, args).await?);
    Ok(rows.into_iter().map(|(account, name, phone)| (AccountId(account), name, phone)).collect())
}

/// Where mail of accounts `from..to` goes or went.
pub async fn mail_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(AccountId, AddressLines)>, Fault> {
    const SQL: &str = "
        select account_id, recipient, street, city, state, postal_code
        from mailing_address
        where $1 <= account_id and account_id < $2
        order by account_id, purpose, from_on, revision";
    let rows: Vec<MailRow> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let lines = |row: MailRow| {
        let MailRow { account_id, recipient, street, city, state, postal_code } = row;
        (AccountId(account_id), AddressLines { recipient, street, city, state, postal_code })
    };
    Ok(rows.into_iter().map(lines).collect())
}

/// Accounts as lists show them, by id.
pub async fn accounts_in_list(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, ListedAccount>, Fault> {
    const SQL: &str = "
        select a.account_id, a.number, a.customer_id, c.name, a.opened_on, a.closed_on
        from account a
        join customer c on c.customer_id = a.customer_id
        where a.account_id in ({list}) and 0 < a.number";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<StandingRow> = read.listed(SQL, &keys).await?;
    let listed = |row: StandingRow| {
        let account = ListedAccount {
            id: AccountId(row.account_id),
            number: AccountNumber::issue(row.number),
            customer: CustomerId(row.customer_id),
            name: row.name,
            opened_on: row.opened_on,
            closed_on: row.closed_on,
        };
        (account.id, account)
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// The largest account id, for walks over all accounts.
pub async fn last_account_id(read: &mut Read) -> Result<AccountId, Fault> {
    Ok(AccountId(read.number("select max(account_id) from account", vec![]).await?.unwrap_or(0)))
}
