//! What acts name: a file by its number.

use acts::{Entry, Failure, refused};

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
