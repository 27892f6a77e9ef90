//! Attaches a file to what it supports.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::Digest;
use secrets::Sealed;
use serde::{Deserialize, Serialize};
use web::read_number;

use crate::{Attachment, AttachmentRefused, Media, Scan, SubjectKind, Supported, Taken, permissions, store};

/// The most files that are kept with one thing.
pub const MOST_FILES: i64 = 100;

/// Attaches a file that was taken in. What is said of it was found out when it was; where it lies and its key are no part
/// of the command, so a command that did not come with its file is refused, and the log can open nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// What it supports.
    pub to: Supported,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes.
    pub size_bytes: i64,
    /// SHA-256, in hex.
    pub digest: String,
    /// What the scanner said.
    pub scan: Scan,
    #[serde(skip)]
    place: Option<Place>,
}

/// Where a file lies, and what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    media: Media,
    digest: Digest,
    storage_key: String,
    sealed_key: Sealed,
}

impl Attach {
    /// Attaches this to that.
    #[must_use]
    pub fn of(to: Supported, taken: &Taken) -> Attach {
        let place = Place {
            media: taken.media,
            digest: taken.digest,
            storage_key: taken.storage_key.clone(),
            sealed_key: taken.sealed_key.clone(),
        };
        Attach {
            to,
            name: taken.name.clone(),
            media_type: taken.media.code().to_owned(),
            size_bytes: taken.size,
            digest: taken.digest.to_string(),
            scan: taken.scan,
            place: Some(place),
        }
    }
}

impl Act for Attach {
    const KIND: &'static str = "attachments.attach";
    /// A name may tell of a person.
    const PERSONAL: &'static [&'static str] = &["/name"];
    /// The number of the file.
    type Outcome = i64;

    fn permission(&self) -> Permission {
        permissions::ATTACH
    }

    /// A file on a proposal is recorded with the proposal: it changes nothing that the proposal was judged on.
    fn subject(&self) -> Subject {
        match self.to.kind {
            SubjectKind::Proposal => {
                Subject { kind: SubjectKind::Proposal.code(), id: read_number(&self.to.number).unwrap_or_default() }
            }
            SubjectKind::Account | SubjectKind::Bill | SubjectKind::Entry => Subject::town(),
        }
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let Some(place) = &self.place else { return refuse(AttachmentRefused::NotUploaded) };
        let found = self.to.find(entry).await?;
        let found = found.ok_or_else(|| {
            let (kind, number) = (self.to.kind.code(), self.to.number.clone());
            refused(AttachmentRefused::SubjectUnknown { kind, number })
        })?;
        if let Some(account) = found.account {
            entry.concerns(account);
            entry.tells_of(Subject::account(account));
        }
        if MOST_FILES <= store::count_live(entry, &found).await? {
            return refuse(AttachmentRefused::TooMany(MOST_FILES));
        }
        if let Some(name) = store::name_alike(entry, &found, place.digest).await? {
            return refuse(AttachmentRefused::AlreadyThere(name));
        }
        let id: i64 = entry.id("attachment").await?;
        let attachment = Attachment {
            id,
            subject_kind: found.kind,
            subject_key: found.key,
            account: found.account,
            name: self.name.clone(),
            media: place.media,
            size: self.size_bytes,
            digest: place.digest,
            storage_key: place.storage_key.clone(),
            sealed_key: Some(place.sealed_key.clone()),
            scan: self.scan,
            act: entry.act,
            actor: entry.actor.id,
            attached_at: entry.now,
            withdrawn: None,
        };
        store::insert(entry, &attachment).await?;
        Ok(id)
    }
}
