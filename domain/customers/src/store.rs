//! The SQL of customers and accounts.

mod account_names;

use std::collections::BTreeMap;

use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, AccountNumber, CustomerId, search_key};

pub use account_names::{account_references, accounts_by_name, accounts_by_reference, closed_accounts};

use crate::{Account, NewAccount, NewCustomer};

#[derive(sqlx::FromRow)]
struct AccountRow {
    account_id: i64,
    number: i64,
    reference: String,
    name: String,
}

/// Which of these references are known, and whose they are.
pub async fn customers_by_reference(
    read: &mut Read,
    references: &[&str],
) -> Result<BTreeMap<String, CustomerId>, Fault> {
    const SQL: &str = "
        select reference, customer_id
        from customer
        where reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<(String, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(reference, id)| (reference, CustomerId(id))).collect())
}

/// Records customers.
pub async fn insert_customers(tx: &mut Tx, customers: Vec<NewCustomer>) -> Result<(), Fault> {
    let mut rows = Rows::new("customer", &["customer_id", "reference", "kind", "name", "search_key"]);
    for customer in customers {
        let key = search_key(&customer.name);
        rows.push([
            customer.id.into(),
            customer.reference.into(),
            customer.kind.code().into(),
            customer.name.into(),
            key.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
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

/// Holds accounts `from..to` until the transaction ends: whoever corrects one of them waits.
pub async fn hold_accounts(tx: &mut Tx, (from, to): (AccountId, AccountId)) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select account_id
            from account
            where $1 <= account_id and account_id < $2
            order by account_id
            for key share
        ) held";
    tx.hold(SQL, vec![from.into(), to.into()]).await
}

/// Holds accounts `from..to` alone until the transaction ends, for whoever corrects something of theirs.
pub async fn lock_accounts(tx: &mut Tx, (from, to): (AccountId, AccountId)) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select account_id
            from account
            where $1 <= account_id and account_id < $2
            order by account_id
            for update
        ) held";
    tx.hold(SQL, vec![from.into(), to.into()]).await
}
