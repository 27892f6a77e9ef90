//! Withdraws a file that was attached wrongly.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::find::seen;
use crate::{AttachmentRefused, permissions, store};

/// Withdraws a file: nobody is given it any more. Its row and the entry of who attached it stay; the file itself stays until
/// it is destroyed, so that a withdrawal that hid something can be looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// Its number.
    pub attachment: i64,
}

impl Act for Withdraw {
    const KIND: &'static str = "attachments.withdraw";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::WITHDRAW
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let attachment = seen(entry, self.attachment).await?;
        let (act, now) = (entry.act, entry.now);
        match store::withdraw(entry, attachment.id, (act, now)).await? {
            0 => refuse(AttachmentRefused::Withdrawn(attachment.id)),
            _ => Ok(()),
        }
    }
}
