//! Destroys a file that was withdrawn.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::find::file;
use crate::{AttachmentRefused, permissions, store};

/// How many days a withdrawn file is kept at least: three months, so that a withdrawal that hid something comes to light with the
/// bills of a quarter, and what it hid is still there. A sweep may wait longer; nothing destroys a file sooner.
pub const KEPT_DAYS: i64 = 90;

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
        let over = entry.now - TimeDelta::days(KEPT_DAYS);
        if attachment.withdrawn.is_none_or(|(_, withdrawn_at)| over <= withdrawn_at) {
            return refuse(AttachmentRefused::NotWithdrawn { file: attachment.id, days: KEPT_DAYS });
        }
        Ok(store::forget_key(entry, attachment.id).await?)
    }
}
