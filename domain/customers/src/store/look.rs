//! What pages ask of accounts and customers: one account or a page of them, never all.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, AccountNumber, ActId, CustomerId};

use crate::{AddressLines, CustomerKind, MailingAddress, Purpose};

/// A customer with all that is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerInFull {
    /// Their id.
    pub id: CustomerId,
    /// The name by which files refer to them.
    pub reference: String,
    /// Person or organization.
    pub kind: CustomerKind,
    /// As they write it.
    pub name: String,
    /// How to call them; may be empty.
    pub phone: String,
    /// Where to write to them; may be empty.
    pub email: String,
    /// Who they were found to be the same as.
    pub merged_into: Option<CustomerId>,
}

/// An account in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// Its id.
    pub id: AccountId,
    /// The number on paper.
    pub number: AccountNumber,
    /// Whose it is.
    pub customer: CustomerId,
    /// The name of its customer.
    pub name: String,
    /// The first day.
    pub opened_on: NaiveDate,
    /// The last day, where it is closed.
    pub closed_on: Option<NaiveDate>,
}

/// A mailing address with the entry of the log that recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRecord {
    /// The address.
    pub address: MailingAddress,
    /// What recorded it.
    pub act: ActId,
}

/// A customer who was merged into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedInto {
    /// Who went.
    pub merged: CustomerId,
    /// The reference of the one who went.
    pub reference: String,
    /// Their name.
    pub name: String,
    /// Who stayed.
    pub into: CustomerId,
    /// How it was known that they are the same.
    pub reason: String,
    /// What merged them.
    pub act: ActId,
}

#[derive(sqlx::FromRow)]
struct FullRow {
    customer_id: i64,
    reference: String,
    kind: String,
    name: String,
    phone: String,
    email: String,
    into_id: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    account_id: i64,
    number: i64,
    customer_id: i64,
    name: String,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    purpose: String,
    from_on: NaiveDate,
    revision: i64,
    recipient: String,
    street: String,
    city: String,
    state: String,
    postal_code: String,
    act_id: i64,
}

/// Customers with all that is known of them, by id.
pub async fn customers_in_full(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<BTreeMap<CustomerId, CustomerInFull>, Fault> {
    const SQL: &str = "
        select c.customer_id, c.reference, c.kind, c.name, c.phone, c.email, m.into_id
        from customer c
        left join customer_merge m on m.merged_id = c.customer_id
        where c.customer_id in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<FullRow> = read.listed(SQL, &keys).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let kind = CustomerKind::of_code(&row.kind);
        let customer = CustomerInFull {
            id: CustomerId(row.customer_id),
            kind: kind.ok_or_else(|| Fault::impossible_row("customer", "kind", row.customer_id))?,
            reference: row.reference,
            name: row.name,
            phone: row.phone,
            email: row.email,
            merged_into: row.into_id.map(CustomerId),
        };
        found.insert(customer.id, customer);
    }
    Ok(found)
}

/// A page of accounts in the order of their numbers, from a number on; the city's own is none of them.
pub async fn accounts_from(read: &mut Read, number: AccountNumber, limit: i64) -> Result<Vec<ListedAccount>, Fault> {
    const SQL: &str = "
        select a.account_id, a.number, a.customer_id, c.name, a.opened_on, a.closed_on
        from account_number n
        join account a on a.account_id = n.account_id
        join customer c on c.customer_id = a.customer_id
        where $1 <= n.number and 0 < n.number
        order by n.number
        limit $2";
    let rows: Vec<ListedRow> = read.all(SQL, vec![number.serial().into(), limit.into()]).await?;
    rows.into_iter().map(listed_of).collect()
}

/// The accounts of some customers, by customer and account.
pub async fn accounts_of_customers(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<BTreeMap<CustomerId, Vec<ListedAccount>>, Fault> {
    const SQL: &str = "
        select a.account_id, a.number, a.customer_id, c.name, a.opened_on, a.closed_on
        from account a
        join customer c on c.customer_id = a.customer_id
        where a.customer_id in ({list})
        order by a.customer_id, a.account_id";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<ListedRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<CustomerId, Vec<ListedAccount>> = BTreeMap::new();
    for row in rows {
        let account = listed_of(row)?;
        found.entry(account.customer).or_default().push(account);
    }
    Ok(found)
}

/// Everything recorded about where mail of an account goes, of both purposes, by purpose, day and revision.
pub async fn address_records(read: &mut Read, account: AccountId) -> Result<Vec<AddressRecord>, Fault> {
    const SQL: &str = "
        select purpose, from_on, revision, recipient, street, city, state, postal_code, act_id
        from mailing_address
        where account_id = $1
        order by purpose, from_on, revision";
    let rows: Vec<RecordRow> = read.all(SQL, vec![account.into()]).await?;
    let record = |row: RecordRow| {
        let RecordRow { from_on, revision, recipient, street, city, state, postal_code, act_id, .. } = row;
        let purpose = Purpose::of_code(&row.purpose);
        let purpose = purpose.ok_or_else(|| Fault::impossible_row("mailing_address", "purpose", account.0))?;
        let lines = AddressLines { recipient, street, city, state, postal_code };
        let address = MailingAddress { account, purpose, from_on, revision, lines };
        Ok(AddressRecord { address, act: ActId(act_id) })
    };
    rows.into_iter().map(record).collect()
}

/// The merges in which one of these customers went.
pub async fn merged_of(read: &mut Read, merged: &[CustomerId]) -> Result<Vec<MergedInto>, Fault> {
    const SQL: &str = "
        select m.merged_id, c.reference, c.name, m.into_id, m.reason, m.act_id
        from customer_merge m
        join customer c on c.customer_id = m.merged_id
        where m.merged_id in ({list})";
    let keys: Vec<Value> = merged.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, String, String, i64, String, i64)> = read.listed(SQL, &keys).await?;
    let merged = |(merged, reference, name, into, reason, act)| MergedInto {
        merged: CustomerId(merged),
        reference,
        name,
        into: CustomerId(into),
        reason,
        act: ActId(act),
    };
    Ok(rows.into_iter().map(merged).collect())
}

/// The merges in which one customer stayed, the newest first.
pub async fn merges_into(read: &mut Read, customer: CustomerId) -> Result<Vec<MergedInto>, Fault> {
    let merged = super::merged_into(read, customer).await?;
    let mut merges = merged_of(read, &merged).await?;
    merges.sort_unstable_by_key(|merge| std::cmp::Reverse(merge.act));
    Ok(merges)
}

/// Which merge or its undoing moved some accounts: account, entry of the log, from whom and to whom; by account and entry.
pub async fn moves_of_accounts(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, ActId, CustomerId, CustomerId)>, Fault> {
    const SQL: &str = "
        select account_id, act_id, from_customer_id, to_customer_id
        from merged_account
        where account_id in ({list})
        order by account_id, act_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64, i64, i64)> = read.listed(SQL, &keys).await?;
    let moved = |(account, act, from, to)| (AccountId(account), ActId(act), CustomerId(from), CustomerId(to));
    Ok(rows.into_iter().map(moved).collect())
}

/// Telephone and e-mail of a customer.
pub(crate) async fn contact_of(read: &mut Read, customer: CustomerId) -> Result<(String, String), Fault> {
    const SQL: &str = "
        select phone, email
        from customer
        where customer_id = $1";
    let row: Option<(String, String)> = read.one(SQL, vec![customer.into()]).await?;
    row.ok_or_else(|| Fault::new("a customer that was found is not there"))
}

/// Writes telephone and e-mail of a customer, and the day where the telephone is another.
pub(crate) async fn update_contact(
    tx: &mut Tx,
    customer: CustomerId,
    (phone, email): (&str, &str),
    today: NaiveDate,
) -> Result<(), Fault> {
    const SQL: &str = "
        update customer
        set phone = $2, email = $3, phone_set_on = case when phone = $2 then phone_set_on else $4 end
        where customer_id = $1";
    tx.run_once(SQL, vec![customer.into(), phone.into(), email.into(), today.into()]).await
}

fn listed_of(row: ListedRow) -> Result<ListedAccount, Fault> {
    if row.number <= 0 {
        return Err(Fault::impossible_row("account", "number", row.account_id));
    }
    Ok(ListedAccount {
        id: AccountId(row.account_id),
        number: AccountNumber::issue(row.number),
        customer: CustomerId(row.customer_id),
        name: row.name,
        opened_on: row.opened_on,
        closed_on: row.closed_on,
    })
}
