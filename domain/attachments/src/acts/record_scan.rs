//! Records what a later scan of a file found.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use objects::Verdict;
use serde::{Deserialize, Serialize};

use super::find::file;
use crate::{AttachmentRefused, Scan, permissions, store};

/// Records what the scanner found. Whoever only says so is refused: the proof is no part of the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordScan {
    /// The file's number.
    pub attachment: i64,
    /// What was found.
    pub scan: Scan,
    #[serde(skip)]
    is_from_scanner: bool,
}

impl RecordScan {
    /// What the scanner said just now.
    #[must_use]
    pub fn of(attachment: i64, verdict: Verdict) -> RecordScan {
        RecordScan { attachment, scan: verdict.into(), is_from_scanner: true }
    }
}

impl Act for RecordScan {
    const KIND: &'static str = "attachments.record_scan";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::ATTACH
    }

    /// The file, not its account: nothing changes that a proposal about the account was judged on.
    fn subject(&self) -> Subject {
        Subject { kind: "attachment", id: self.attachment }
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        if !self.is_from_scanner {
            return refuse(AttachmentRefused::NotFromScanner);
        }
        let attachment = file(entry, self.attachment).await?;
        Ok(store::set_scan(entry, attachment.id, self.scan).await?)
    }
}
