//! The SQL of this room: files on record, and who was given them.

mod look;
mod upkeep;

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::{AccountId, ActId, ActorId, Digest};
use secrets::Sealed;

use crate::{Attachment, Media, Scan, SubjectKind, View};

pub use look::{attachments_of, count_of_account, newest};
pub(crate) use look::{count_live, name_alike, views_of};
pub(crate) use upkeep::{
    key_counts, known_keys, on_record_after, reseal, scan_waits, sealed_by_others, withdrawn_before,
};

#[derive(sqlx::FromRow)]
pub(crate) struct AttachmentRow {
    attachment_id: i64,
    subject_kind: String,
    subject_key: String,
    customer_account_id: Option<i64>,
    name: String,
    media_type: String,
    size_bytes: i64,
    digest: Vec<u8>,
    storage_key: String,
    sealed_key: Option<Vec<u8>>,
    key_id: Option<String>,
    scan: String,
    act_id: i64,
    actor_id: i64,
    attached_at: DateTime<Utc>,
    withdrawn_by_act_id: Option<i64>,
    withdrawn_at: Option<DateTime<Utc>>,
}

pub(crate) fn attachment_of(row: AttachmentRow) -> Result<Attachment, Fault> {
    let id = row.attachment_id;
    let impossible = |column: &'static str| move || Fault::impossible_row("attachment", column, id);
    Ok(Attachment {
        id,
        subject_kind: SubjectKind::of_code(&row.subject_kind).ok_or_else(impossible("subject_kind"))?,
        subject_key: row.subject_key,
        account: row.customer_account_id.map(AccountId),
        name: row.name,
        media: Media::of_code(&row.media_type).ok_or_else(impossible("media_type"))?,
        size: row.size_bytes,
        digest: Digest::from_bytes(&row.digest).ok_or_else(impossible("digest"))?,
        storage_key: row.storage_key,
        sealed_key: row.sealed_key.zip(row.key_id).map(|(bytes, key_id)| Sealed { key_id, bytes }),
        scan: Scan::of_code(&row.scan).ok_or_else(impossible("scan"))?,
        act: ActId(row.act_id),
        actor: ActorId(row.actor_id),
        attached_at: row.attached_at,
        withdrawn: row.withdrawn_by_act_id.map(ActId).zip(row.withdrawn_at),
    })
}

/// The columns of files on record, which ones and in which order behind it.
macro_rules! select_attachment {
    ($which:literal) => {
        concat!(
            "
        select attachment_id, subject_kind, subject_key, customer_account_id, name, media_type, size_bytes, digest,
            storage_key, sealed_key, key_id, scan, act_id, actor_id, attached_at, withdrawn_by_act_id, withdrawn_at
        from attachment",
            $which
        )
    };
}

pub(crate) use select_attachment;

/// One file on record.
pub async fn attachment(read: &mut Read, id: i64) -> Result<Option<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where attachment_id = $1"
    );
    let row: Option<AttachmentRow> = read.one(SQL, vec![id.into()]).await?;
    row.map(attachment_of).transpose()
}

/// Records a file.
pub(crate) async fn insert(tx: &mut Tx, attachment: &Attachment) -> Result<(), Fault> {
    const SQL: &str = "
        insert into attachment (attachment_id, subject_kind, subject_key, customer_account_id, name, media_type,
            size_bytes, digest, storage_key, sealed_key, key_id, scan, act_id, actor_id, attached_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let attachment = attachment.clone();
    let (key_id, sealed_key) = attachment.sealed_key.map(|sealed| (sealed.key_id, sealed.bytes)).unzip();
    let args = vec![
        attachment.id.into(),
        attachment.subject_kind.code().into(),
        attachment.subject_key.into(),
        attachment.account.map(|account| account.0).into(),
        attachment.name.into(),
        attachment.media.code().into(),
        attachment.size.into(),
        attachment.digest.0.to_vec().into(),
        attachment.storage_key.into(),
        sealed_key.into(),
        key_id.into(),
        attachment.scan.code().into(),
        attachment.act.into(),
        attachment.actor.into(),
        attachment.attached_at.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Notes that a file was withdrawn; how many rows that changed.
pub(crate) async fn withdraw(tx: &mut Tx, id: i64, (act, at): (ActId, DateTime<Utc>)) -> Result<u64, Fault> {
    const SQL: &str = "
        update attachment
        set withdrawn_by_act_id = $2, withdrawn_at = $3
        where attachment_id = $1 and withdrawn_at is null";
    tx.run(SQL, vec![id.into(), act.into(), at.into()]).await
}

/// Notes what a scan found.
pub(crate) async fn set_scan(tx: &mut Tx, id: i64, scan: Scan) -> Result<(), Fault> {
    const SQL: &str = "
        update attachment
        set scan = $2
        where attachment_id = $1";
    tx.run_once(SQL, vec![id.into(), scan.code().into()]).await
}

/// Forgets the key of a withdrawn file: nobody can open it any more, wherever a copy of it lies.
pub(crate) async fn forget_key(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    const SQL: &str = "
        update attachment
        set sealed_key = null, key_id = null
        where attachment_id = $1 and withdrawn_at is not null";
    tx.run_once(SQL, vec![id.into()]).await
}

/// Notes that somebody was given a file.
pub(crate) async fn insert_view(tx: &mut Tx, id: i64, view: &View) -> Result<(), Fault> {
    const SQL: &str = "
        insert into attachment_view (attachment_id, act_id, actor_id, viewed_at)
        values ($1, $2, $3, $4)";
    tx.run_once(SQL, vec![id.into(), view.act.into(), view.actor.into(), view.at.into()]).await
}
