//! Persons whose address is confidential, and the accounts that gives them away.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, ActId, CustomerId};

use crate::{AddressLines, Protection};

#[derive(sqlx::FromRow)]
struct ProtectedRow {
    customer_id: i64,
    act_id: i64,
    program: String,
    protected_on: NaiveDate,
    review_on: NaiveDate,
    recipient: String,
    street: String,
    city: String,
    state: String,
    postal_code: String,
}

fn protection_of(row: ProtectedRow) -> Protection {
    let ProtectedRow { recipient, street, city, state, postal_code, .. } = row;
    Protection {
        customer: CustomerId(row.customer_id),
        act: ActId(row.act_id),
        program: row.program,
        protected_on: row.protected_on,
        review_on: row.review_on,
        substitute: AddressLines { recipient, street, city, state, postal_code },
    }
}

/// Who of these customers is protected; whoever was merged into another protects that one too.
pub async fn protected_customers(
    read: &mut Read,
    customers: &[CustomerId],
) -> Result<BTreeMap<CustomerId, Protection>, Fault> {
    const THEMSELVES: &str = "
        select customer_id, act_id, program, protected_on, review_on, recipient, street, city, state, postal_code
        from protected_person
        where lifted_on is null and customer_id in ({list})
        order by customer_id, act_id";
    const MERGED: &str = "
        select m.into_id as customer_id, p.act_id, p.program, p.protected_on, p.review_on, p.recipient, p.street,
               p.city, p.state, p.postal_code
        from customer_merge m
        join protected_person p on p.customer_id = m.merged_id
        where p.lifted_on is null and m.into_id in ({list})
        order by m.into_id, p.act_id";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let mut rows: Vec<ProtectedRow> = read.listed(MERGED, &keys).await?;
    rows.extend(read.listed::<ProtectedRow>(THEMSELVES, &keys).await?);
    Ok(rows.into_iter().map(|row| (CustomerId(row.customer_id), protection_of(row))).collect())
}

/// Which of these accounts lead to a protected person: its holder, or anybody who is or was something for it. With them,
/// whose protection it is; of several, the holder's.
pub async fn protected_among(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Protection>, Fault> {
    const PARTIES: &str = "
        select p.account_id, coalesce(m.into_id, p.customer_id)
        from account_party p
        left join customer_merge m on m.merged_id = p.customer_id
        where p.account_id in ({list})
        order by p.account_id, p.customer_id";
    const HOLDERS: &str = "
        select account_id, customer_id
        from account
        where account_id in ({list})
        order by account_id";
    if !is_anybody_protected(read).await? {
        return Ok(BTreeMap::new());
    }
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut people: Vec<(i64, i64)> = read.listed(PARTIES, &keys).await?;
    people.extend(read.listed::<(i64, i64)>(HOLDERS, &keys).await?);
    let mut customers: Vec<CustomerId> = people.iter().map(|(_, customer)| CustomerId(*customer)).collect();
    customers.sort_unstable();
    customers.dedup();
    let protected = protected_customers(read, &customers).await?;
    let of_account =
        |(account, customer): &(i64, i64)| Some((AccountId(*account), protected.get(&CustomerId(*customer))?.clone()));
    Ok(people.iter().filter_map(of_account).collect())
}

/// Whether there is any protected person in town at all: mostly the answer that saves all other questions.
async fn is_anybody_protected(read: &mut Read) -> Result<bool, Fault> {
    const SQL: &str = "
        select customer_id
        from protected_person
        where lifted_on is null
        limit 1";
    Ok(read.number(SQL, vec![]).await?.is_some())
}

/// The protections that hold, the first to be reviewed first, at most so many.
pub async fn protections(read: &mut Read, most: i64) -> Result<Vec<Protection>, Fault> {
    const SQL: &str = "
        select customer_id, act_id, program, protected_on, review_on, recipient, street, city, state, postal_code
        from protected_person
        where lifted_on is null
        order by review_on, customer_id
        limit $1";
    let rows: Vec<ProtectedRow> = read.all(SQL, vec![most.into()]).await?;
    Ok(rows.into_iter().map(protection_of).collect())
}

/// Begins a protection.
pub async fn insert_protection(tx: &mut Tx, protection: &Protection) -> Result<(), Fault> {
    const SQL: &str = "
        insert into protected_person (customer_id, act_id, program, protected_on, review_on, recipient, street, city,
                                      state, postal_code)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let lines = protection.substitute.clone();
    let args = vec![
        protection.customer.into(),
        protection.act.into(),
        protection.program.as_str().into(),
        protection.protected_on.into(),
        protection.review_on.into(),
        lines.recipient.into(),
        lines.street.into(),
        lines.city.into(),
        lines.state.into(),
        lines.postal_code.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Whose protections hold for a customer: their own, and those of who was merged into them.
pub async fn protected_through(read: &mut Read, customer: CustomerId) -> Result<Vec<CustomerId>, Fault> {
    const SQL: &str = "
        select distinct customer_id
        from protected_person
        where lifted_on is null
          and (customer_id = $1
            or customer_id in (select m.merged_id from customer_merge m where m.into_id = $1))
        order by customer_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![customer.into()]).await?;
    Ok(rows.into_iter().map(|(id,)| CustomerId(id)).collect())
}

/// Lifts every protection of a customer and of those who were merged into them; how many there were.
pub async fn lift_protection(tx: &mut Tx, customer: CustomerId, (act, on): (ActId, NaiveDate)) -> Result<u64, Fault> {
    const SQL: &str = "
        update protected_person
        set lifted_on = $2, lifted_by_act_id = $3
        where lifted_on is null
          and (customer_id = $1
            or customer_id in (select m.merged_id from customer_merge m where m.into_id = $1))";
    tx.run(SQL, vec![customer.into(), on.into(), act.into()]).await
}
