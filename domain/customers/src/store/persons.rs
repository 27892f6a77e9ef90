//! Customers by id, the accounts they have, and who else has a telephone number.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, CustomerId};

use crate::{CustomerKind, PersonOnRecord};

#[derive(sqlx::FromRow)]
struct PersonRow {
    customer_id: i64,
    reference: String,
    kind: String,
    name: String,
    phone: String,
    email: String,
}

/// Customers as they are on record, by id.
pub async fn persons_by_id(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<BTreeMap<CustomerId, PersonOnRecord>, Fault> {
    const SQL: &str = "
        select customer_id, reference, kind, name, phone, email
        from customer
        where customer_id in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<PersonRow> = read.listed(SQL, &keys).await?;
    let person = |row: PersonRow| {
        let kind = CustomerKind::of_code(&row.kind);
        let kind = kind.ok_or_else(|| Fault::impossible_row("customer", "kind", row.customer_id))?;
        let PersonRow { reference, name, phone, email, .. } = row;
        let id = CustomerId(row.customer_id);
        Ok((id, PersonOnRecord { id, reference, kind, name, phone, email }))
    };
    rows.into_iter().map(person).collect()
}

/// The days on which telephones of customers were last set to another, of those of whom one was.
pub async fn phones_set_on(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<BTreeMap<CustomerId, NaiveDate>, Fault> {
    const SQL: &str = "
        select customer_id, phone_set_on
        from customer
        where phone_set_on is not null and customer_id in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, NaiveDate)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(customer, set_on)| (CustomerId(customer), set_on)).collect())
}

/// The accounts of customers, closed ones too, with their customer and last day.
pub async fn accounts_held_by(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<Vec<(AccountId, CustomerId, Option<NaiveDate>)>, Fault> {
    const SQL: &str = "
        select account_id, customer_id, closed_on
        from account
        where customer_id in ({list})
        order by account_id";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, i64, Option<NaiveDate>)> = read.listed(SQL, &keys).await?;
    let held = |(account, customer, closed_on)| (AccountId(account), CustomerId(customer), closed_on);
    Ok(rows.into_iter().map(held).collect())
}

/// Customers whose telephone number is written in one of these ways, at most so many.
pub async fn customers_with_phone(read: &mut Read, written: &[String], most: usize) -> Result<Vec<CustomerId>, Fault> {
    const SQL: &str = "
        select customer_id
        from customer
        where phone in ({list})
        order by customer_id";
    let keys: Vec<Value> = written.iter().map(|phone| Value::from(phone.as_str())).collect();
    let rows: Vec<(i64,)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().take(most).map(|(id,)| CustomerId(id)).collect())
}

/// The accounts opened since a day, by id, behind one, at most so many.
pub async fn accounts_opened_since(
    read: &mut Read,
    (since, after): (NaiveDate, AccountId),
    most: i64,
) -> Result<Vec<AccountId>, Fault> {
    const SQL: &str = "
        select account_id
        from account
        where $1 <= opened_on and $2 < account_id
        order by account_id
        limit $3";
    let rows: Vec<(i64,)> = read.all(SQL, vec![since.into(), after.into(), most.into()]).await?;
    Ok(rows.into_iter().map(|(id,)| AccountId(id)).collect())
}
