//! Sealed identifiers, who looked at them, and words agreed with customers.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Tx, Value};
use kernel::{ActId, ActorId, CustomerId};
use secrets::Sealed;

use crate::identifier::SealedIdentifier;
use crate::{Identifier, IdentifierKind, IdentifierView};

#[derive(sqlx::FromRow)]
struct IdentifierRow {
    customer_id: i64,
    kind: String,
    form: String,
    last_four: String,
    fingerprint: Vec<u8>,
    sealed: Vec<u8>,
    key_id: String,
    recorded_on: NaiveDate,
    act_id: i64,
}

fn identifier_of(row: IdentifierRow) -> Result<Identifier, Fault> {
    let kind = IdentifierKind::of_code(&row.kind);
    Ok(Identifier {
        customer: CustomerId(row.customer_id),
        value: SealedIdentifier {
            kind: kind.ok_or_else(|| Fault::impossible_row("identifier", "kind", row.customer_id))?,
            form: row.form,
            last_four: row.last_four,
            fingerprint: row.fingerprint,
            sealed: Sealed { key_id: row.key_id, bytes: row.sealed },
        },
        recorded_on: row.recorded_on,
        act: ActId(row.act_id),
    })
}

/// What is on record of customers.
pub async fn identifiers_of(read: &mut Read, customers: &[CustomerId]) -> Result<Vec<Identifier>, Fault> {
    const SQL: &str = "
        select customer_id, kind, form, last_four, fingerprint, sealed, key_id, recorded_on, act_id
        from identifier
        where customer_id in ({list})
        order by customer_id, kind";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<IdentifierRow> = read.listed(SQL, &keys).await?;
    rows.into_iter().map(identifier_of).collect()
}

/// Other customers with the same number.
pub(crate) async fn identifiers_alike(read: &mut Read, identifier: &Identifier) -> Result<Vec<CustomerId>, Fault> {
    const SQL: &str = "
        select customer_id
        from identifier
        where kind = $1 and fingerprint = $2 and customer_id <> $3
        order by customer_id";
    let SealedIdentifier { kind, fingerprint, .. } = &identifier.value;
    let args = vec![kind.code().into(), fingerprint.clone().into(), identifier.customer.into()];
    let rows: Vec<(i64,)> = read.all(SQL, args).await?;
    Ok(rows.into_iter().map(|(id,)| CustomerId(id)).collect())
}

/// Records a number in the place of what was there.
pub(crate) async fn put_identifier(tx: &mut Tx, identifier: &Identifier) -> Result<(), Fault> {
    const GONE: &str = "
        delete from identifier
        where customer_id = $1 and kind = $2";
    const SQL: &str = "
        insert into identifier (customer_id, kind, form, last_four, fingerprint, sealed, key_id, recorded_on, act_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let value = identifier.value.clone();
    tx.run(GONE, vec![identifier.customer.into(), value.kind.code().into()]).await?;
    let args = vec![
        identifier.customer.into(),
        value.kind.code().into(),
        value.form.into(),
        value.last_four.into(),
        value.fingerprint.into(),
        value.sealed.bytes.into(),
        value.sealed.key_id.into(),
        identifier.recorded_on.into(),
        identifier.act.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Notes that somebody looked at a whole number.
pub(crate) async fn insert_view(
    tx: &mut Tx,
    (customer, kind): (CustomerId, IdentifierKind),
    view: &IdentifierView,
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into identifier_view (customer_id, kind, act_id, actor_id, viewed_at)
        values ($1, $2, $3, $4, $5)";
    let args = vec![customer.into(), kind.code().into(), view.act.into(), view.actor.into(), view.at.into()];
    tx.run_once(SQL, args).await
}

/// Who looked at a whole number, the newest first.
pub(crate) async fn views_of(
    read: &mut Read,
    (customer, kind): (CustomerId, IdentifierKind),
    most: i64,
) -> Result<Vec<IdentifierView>, Fault> {
    const SQL: &str = "
        select act_id, actor_id, viewed_at
        from identifier_view
        where customer_id = $1 and kind = $2
        order by act_id desc
        limit $3";
    let rows: Vec<(i64, i64, DateTime<Utc>)> =
        read.all(SQL, vec![customer.into(), kind.code().into(), most.into()]).await?;
    let view = |(act, actor, at)| IdentifierView { act: ActId(act), actor: ActorId(actor), at };
    Ok(rows.into_iter().map(view).collect())
}

/// The hash of the word agreed with each of these customers.
pub(crate) async fn word_of(read: &mut Read, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, String>, Fault> {
    const SQL: &str = "
        select customer_id, word_hash
        from agreed_word
        where customer_id in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, hash)| (CustomerId(id), hash)).collect())
}

/// Records a word in the place of what was there; an empty hash takes it away.
pub(crate) async fn put_word(
    tx: &mut Tx,
    customer: CustomerId,
    (hash, on, act): (&str, NaiveDate, ActId),
) -> Result<(), Fault> {
    const GONE: &str = "
        delete from agreed_word
        where customer_id = $1";
    const SQL: &str = "
        insert into agreed_word (customer_id, word_hash, agreed_on, act_id)
        values ($1, $2, $3, $4)";
    tx.run(GONE, vec![customer.into()]).await?;
    if hash.is_empty() {
        return Ok(());
    }
    tx.run_once(SQL, vec![customer.into(), hash.into(), on.into(), act.into()]).await
}

/// How many numbers each key opens.
pub(crate) async fn key_counts(read: &mut Read) -> Result<BTreeMap<String, i64>, Fault> {
    const SQL: &str = "
        select key_id, count(*)
        from identifier
        group by key_id
        order by key_id";
    let rows: Vec<(String, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().collect())
}

/// Numbers that another key than this one sealed, at most so many.
pub(crate) async fn sealed_by_others(read: &mut Read, key_id: &str, most: i64) -> Result<Vec<Identifier>, Fault> {
    const SQL: &str = "
        select customer_id, kind, form, last_four, fingerprint, sealed, key_id, recorded_on, act_id
        from identifier
        where key_id <> $1
        order by customer_id, kind
        limit $2";
    let rows: Vec<IdentifierRow> = read.all(SQL, vec![key_id.into(), most.into()]).await?;
    rows.into_iter().map(identifier_of).collect()
}

/// Puts another seal on a number.
pub(crate) async fn reseal(tx: &mut Tx, identifier: &Identifier, sealed: &Sealed) -> Result<(), Fault> {
    const SQL: &str = "
        update identifier
        set sealed = $3, key_id = $4
        where customer_id = $1 and kind = $2";
    let kind = identifier.value.kind.code();
    let args =
        vec![identifier.customer.into(), kind.into(), sealed.bytes.clone().into(), sealed.key_id.as_str().into()];
    tx.run_once(SQL, args).await
}
