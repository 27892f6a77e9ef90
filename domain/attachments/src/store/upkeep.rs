//! What the upkeep asks: keys in use, files to scan, to prove, to destroy.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx, Value};
use secrets::Sealed;

use super::{AttachmentRow, attachment_of, select_attachment};
use crate::{Attachment, Scan};

/// Files in order of their numbers, after one.
pub(crate) async fn on_record_after(read: &mut Read, (after, most): (i64, i64)) -> Result<Vec<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where $1 < attachment_id
        order by attachment_id
        limit $2"
    );
    let rows: Vec<AttachmentRow> = read.all(SQL, vec![after.into(), most.into()]).await?;
    rows.into_iter().map(attachment_of).collect()
}

/// Files whose last scan came to this, after a number, without those withdrawn.
pub(crate) async fn scan_waits(
    read: &mut Read,
    scan: Scan,
    (after, most): (i64, i64),
) -> Result<Vec<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where scan = $1 and $2 < attachment_id and withdrawn_at is null
        order by attachment_id
        limit $3"
    );
    let rows: Vec<AttachmentRow> = read.all(SQL, vec![scan.code().into(), after.into(), most.into()]).await?;
    rows.into_iter().map(attachment_of).collect()
}

/// Withdrawn files that were withdrawn before an instant and can still be opened, after a number.
pub(crate) async fn withdrawn_before(
    read: &mut Read,
    before: DateTime<Utc>,
    (after, most): (i64, i64),
) -> Result<Vec<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where withdrawn_at < $1 and sealed_key is not null and $2 < attachment_id
        order by attachment_id
        limit $3"
    );
    let rows: Vec<AttachmentRow> = read.all(SQL, vec![before.into(), after.into(), most.into()]).await?;
    rows.into_iter().map(attachment_of).collect()
}

/// Which of these places a row names whose file can be opened.
pub(crate) async fn known_keys(read: &mut Read, keys: &[String]) -> Result<BTreeSet<String>, Fault> {
    const SQL: &str = "
        select storage_key
        from attachment
        where storage_key in ({list}) and sealed_key is not null";
    let keys: Vec<Value> = keys.iter().map(|key| Value::from(key.as_str())).collect();
    let rows: Vec<(String,)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// How many files' keys each of the town's keys opens.
pub(crate) async fn key_counts(read: &mut Read) -> Result<BTreeMap<String, i64>, Fault> {
    const SQL: &str = "
        select key_id, count(*)
        from attachment
        where key_id is not null
        group by key_id
        order by key_id";
    let rows: Vec<(String, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().collect())
}

/// Files whose keys another key than this one sealed, at most so many.
pub(crate) async fn sealed_by_others(read: &mut Read, key_id: &str, most: i64) -> Result<Vec<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where key_id <> $1
        order by attachment_id
        limit $2"
    );
    let rows: Vec<AttachmentRow> = read.all(SQL, vec![key_id.into(), most.into()]).await?;
    rows.into_iter().map(attachment_of).collect()
}

/// Puts another seal on a file's key.
pub(crate) async fn reseal(tx: &mut Tx, id: i64, sealed: &Sealed) -> Result<(), Fault> {
    const SQL: &str = "
        update attachment
        set sealed_key = $2, key_id = $3
        where attachment_id = $1";
    tx.run_once(SQL, vec![id.into(), sealed.bytes.clone().into(), sealed.key_id.as_str().into()]).await
}
