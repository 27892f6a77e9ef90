//! Destroys a file that was withdrawn.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::find::file;
use crate::{AttachmentRefused, permissions, store};

/// Forgets the key of a file that was withdrawn: from then on no copy of it can be opened, and a sweep removes its bytes.
/// What was attached, by whom, with which SHA-256, stays on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destroy {
    /// Its number.
    pub attachment: i64,
}

impl Act for Destroy {
    const KIND: &'static str = "attachments.destroy";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::KEEP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let attachment = file(entry, self.attachment).await?;
        if attachment.withdrawn.is_none() {
            return refuse(AttachmentRefused::NotWithdrawn(attachment.id));
        }
        Ok(store::forget_key(entry, attachment.id).await?)
    }
}
