//! What pages, the API and acts ask about files on record.

use chrono::{DateTime, Utc};
use db::{Fault, Read};
use kernel::{AccountId, ActId, ActorId, Digest};

use super::{AttachmentRow, attachment_of, select_attachment};
use crate::{Attachment, Found, View};

/// The files of one thing, the newest first, before a number.
pub async fn attachments_of(
    read: &mut Read,
    found: &Found,
    (before, most): (i64, i64),
) -> Result<Vec<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where subject_kind = $1 and subject_key = $2 and attachment_id < $3
        order by attachment_id desc
        limit $4"
    );
    const OF_ACCOUNT: &str = select_attachment!(
        "
        where customer_account_id = $1 and attachment_id < $2
        order by attachment_id desc
        limit $3"
    );
    // An account shows what was attached to its bills and changes, too.
    let rows: Vec<AttachmentRow> = match (found.kind, found.account) {
        (crate::SubjectKind::Account, Some(account)) => {
            read.all(OF_ACCOUNT, vec![account.into(), before.into(), most.into()]).await?
        }
        (kind, _) => {
            let args = vec![kind.code().into(), found.key.clone().into(), before.into(), most.into()];
            read.all(SQL, args).await?
        }
    };
    rows.into_iter().map(attachment_of).collect()
}

/// The files of the whole town, the newest first, before a number.
pub async fn newest(read: &mut Read, (before, most): (i64, i64)) -> Result<Vec<Attachment>, Fault> {
    const SQL: &str = select_attachment!(
        "
        where attachment_id < $1
        order by attachment_id desc
        limit $2"
    );
    let rows: Vec<AttachmentRow> = read.all(SQL, vec![before.into(), most.into()]).await?;
    rows.into_iter().map(attachment_of).collect()
}

/// How many files are kept with an account, its bills and its changes, without those withdrawn.
pub async fn count_of_account(read: &mut Read, account: AccountId) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from attachment
        where customer_account_id = $1 and withdrawn_at is null";
    Ok(read.number(SQL, vec![account.into()]).await?.unwrap_or(0))
}

/// How many files are kept with one thing, without those withdrawn.
pub(crate) async fn count_live(read: &mut Read, found: &Found) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from attachment
        where subject_kind = $1 and subject_key = $2 and withdrawn_at is null";
    Ok(read.number(SQL, vec![found.kind.code().into(), found.key.clone().into()]).await?.unwrap_or(0))
}

/// The name under which the same bytes are kept with one thing already.
pub(crate) async fn name_alike(read: &mut Read, found: &Found, digest: Digest) -> Result<Option<String>, Fault> {
    const SQL: &str = "
        select name
        from attachment
        where subject_kind = $1 and subject_key = $2 and digest = $3 and withdrawn_at is null
        order by attachment_id
        limit 1";
    let args = vec![found.kind.code().into(), found.key.clone().into(), digest.0.to_vec().into()];
    let row: Option<(String,)> = read.one(SQL, args).await?;
    Ok(row.map(|(name,)| name))
}

/// Who was given a file, the newest first.
pub(crate) async fn views_of(read: &mut Read, id: i64, most: i64) -> Result<Vec<View>, Fault> {
    const SQL: &str = "
        select act_id, actor_id, viewed_at
        from attachment_view
        where attachment_id = $1
        order by act_id desc
        limit $2";
    let rows: Vec<(i64, i64, DateTime<Utc>)> = read.all(SQL, vec![id.into(), most.into()]).await?;
    let view = |(act, actor, at)| View { act: ActId(act), actor: ActorId(actor), at };
    Ok(rows.into_iter().map(view).collect())
}
