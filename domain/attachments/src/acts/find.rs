//! What acts name: a file by its number.

use acts::{Authority, Entry, Failure, refuse, refused};
use identity::permissions::SEE_PROTECTED;
use staff::StaffAuthority;

use crate::{Attachment, AttachmentRefused, store};

/// The file with a number; its account is concerned.
pub(super) async fn file(entry: &mut Entry, id: i64) -> Result<Attachment, Failure> {
    let found = store::attachment(entry, id).await?;
    let attachment = found.ok_or_else(|| refused(AttachmentRefused::Unknown(id)))?;
    if let Some(account) = attachment.account {
        entry.concerns(account);
    }
    Ok(attachment)
}

/// The same for whoever is to see it: a file about a protected person may hold the address, and is there for nobody else.
pub(super) async fn seen(entry: &mut Entry, id: i64) -> Result<Attachment, Failure> {
    let attachment = file(entry, id).await?;
    let Some(account) = attachment.account else { return Ok(attachment) };
    let is_protected = !identity::protected_among(entry, &[account]).await?.is_empty();
    let (actor, today) = (entry.actor.clone(), entry.today);
    if is_protected && !StaffAuthority.allows(entry, &actor, SEE_PROTECTED.code, today).await? {
        return refuse(AttachmentRefused::Confidential(id));
    }
    Ok(attachment)
}
