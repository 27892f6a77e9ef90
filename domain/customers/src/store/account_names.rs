//! How files and people name accounts: by number, or by the reference another system has for them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, AccountNumber};

/// Which of these names are accounts: references first, then account numbers.
pub async fn accounts_by_name(read: &mut Read, names: &[&str]) -> Result<BTreeMap<String, AccountId>, Fault> {
    const SQL: &str = "
        select number, account_id
        from account_number
        where number in ({list})";
    let mut found = accounts_by_reference(read, names).await?;
    let mut numbers: BTreeMap<i64, &str> = BTreeMap::new();
    for name in names.iter().filter(|name| !found.contains_key(**name)) {
        if let Ok(number) = AccountNumber::parse(name) {
            numbers.insert(number.serial(), name);
        }
    }
    let keys: Vec<Value> = numbers.keys().map(|number| Value::from(*number)).collect();
    let rows: Vec<(i64, i64)> = read.listed(SQL, &keys).await?;
    found
        .extend(rows.into_iter().filter_map(|(number, id)| Some(((*numbers.get(&number)?).to_owned(), AccountId(id)))));
    Ok(found)
}

/// Which of these references other systems have for accounts.
pub async fn accounts_by_reference(read: &mut Read, references: &[&str]) -> Result<BTreeMap<String, AccountId>, Fault> {
    const SQL: &str = "
        select reference, account_id
        from account_reference
        where reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<(String, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(reference, id)| (reference, AccountId(id))).collect())
}

/// The first reference of each of these accounts, where it has one.
pub async fn account_references(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, String>, Fault> {
    const SQL: &str = "
        select account_id, min(reference)
        from account_reference
        where account_id in ({list})
        group by account_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, reference)| (AccountId(id), reference)).collect())
}

/// Which of these accounts are closed, each with its last day.
pub async fn closed_accounts(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, NaiveDate>, Fault> {
    const SQL: &str = "
        select account_id, closed_on
        from account
        where closed_on is not null and account_id in ({list})";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, NaiveDate)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, closed_on)| (AccountId(id), closed_on)).collect())
}
