//! Notes that somebody is given a file.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::find::seen;
use crate::{AttachmentRefused, Scan, View, permissions, store};

/// Gives somebody a file. The entry is what is recorded; the file itself is in no answer that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOut {
    /// Its number.
    pub attachment: i64,
}

impl Act for HandOut {
    const KIND: &'static str = "attachments.hand_out";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SEE
    }

    /// The file, not its account: nothing changes that a proposal about the account was judged on.
    fn subject(&self) -> Subject {
        Subject { kind: "attachment", id: self.attachment }
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let attachment = seen(entry, self.attachment).await?;
        let id = attachment.id;
        if attachment.withdrawn.is_some() {
            return refuse(AttachmentRefused::Withdrawn(id));
        }
        match attachment.scan {
            Scan::Unknown => return refuse(AttachmentRefused::NotScanned(id)),
            Scan::Refused => return refuse(AttachmentRefused::FoundHarmful(id)),
            Scan::None | Scan::Clean => {}
        }
        let view = View { act: entry.act, actor: entry.actor.id, at: entry.now };
        Ok(store::insert_view(entry, id, &view).await?)
    }
}
