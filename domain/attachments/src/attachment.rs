//! `Attachment`: a file that supports something, as it is on record.

use chrono::{DateTime, Utc};
use kernel::{AccountId, ActId, ActorId, Digest};
use objects::Verdict;
use secrets::Sealed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Media, SubjectKind};

/// A file on record. The file itself lies outside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its number.
    pub id: i64,
    /// The kind of what it supports.
    pub subject_kind: SubjectKind,
    /// What it supports.
    pub subject_key: String,
    /// The account that is about.
    pub account: Option<AccountId>,
    /// Its name as it was given.
    pub name: String,
    /// What it is, told from its bytes.
    pub media: Media,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Where it lies.
    pub storage_key: String,
    /// Its own key under the town's seal; none once the file was destroyed.
    pub sealed_key: Option<Sealed>,
    /// What the scanner said.
    pub scan: Scan,
    /// The entry of the log.
    pub act: ActId,
    /// Who attached it.
    pub actor: ActorId,
    /// When.
    pub attached_at: DateTime<Utc>,
    /// When it was withdrawn, and by which entry.
    pub withdrawn: Option<(ActId, DateTime<Utc>)>,
}

/// What is known of a file's harmlessness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scan {
    /// The town scans no files.
    None,
    /// Nothing was found.
    Clean,
    /// Something was found, later.
    Refused,
    /// It could not be scanned yet.
    Unknown,
}

/// Somebody was given a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The entry of the log.
    pub act: ActId,
    /// Who.
    pub actor: ActorId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Scan {
    /// All of them.
    pub const ALL: [Scan; 4] = [Scan::None, Scan::Clean, Scan::Refused, Scan::Unknown];

    /// As rows have it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Scan::None => "none",
            Scan::Clean => "clean",
            Scan::Refused => "refused",
            Scan::Unknown => "unknown",
        }
    }

    /// The one with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Scan> {
        Scan::ALL.into_iter().find(|scan| scan.code() == code)
    }

    /// In a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Scan::None => "not scanned",
            Scan::Clean => "scanned, nothing found",
            Scan::Refused => "scanned, harmful",
            Scan::Unknown => "waits for its scan",
        }
    }

    /// Whether the file may be given to anybody.
    #[must_use]
    pub fn lets_out(self) -> bool {
        match self {
            Scan::None | Scan::Clean => true,
            Scan::Refused | Scan::Unknown => false,
        }
    }
}

impl From<Verdict> for Scan {
    fn from(verdict: Verdict) -> Scan {
        match verdict {
            Verdict::Clean => Scan::Clean,
            Verdict::Refused => Scan::Refused,
            Verdict::Unknown => Scan::Unknown,
        }
    }
}

impl Attachment {
    /// Whether somebody may be given it now.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.withdrawn.is_none() && self.sealed_key.is_some() && self.scan.lets_out()
    }

    /// What its key and its bytes are sealed for: they open nowhere else.
    #[must_use]
    pub fn context(&self) -> String {
        context(&self.storage_key)
    }
}

/// The context of a file under its storage key.
pub(crate) fn context(storage_key: &str) -> String {
    format!("attachment:{storage_key}")
}

/// A size in words: `312 bytes`, `48 kB`, `2.5 MB`.
#[must_use]
pub fn size_words(bytes: i64) -> String {
    match bytes {
        ..1_000 => web::shown::counted(bytes, "byte", "bytes"),
        1_000..1_000_000 => format!("{} kB", (bytes + 500) / 1_000),
        1_000_000.. => {
            let tenths = (bytes + 50_000) / 100_000;
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn sizes_are_said_in_their_order() {
        let rows = [
            (1,          "1 byte"),
            (999,        "999 bytes"),
            (1_499,      "1 kB"),
            (48_500,     "49 kB"),
            (2_460_000,  "2.5 MB"),
            (20_971_520, "21.0 MB"),
        ];
        for (bytes, words) in rows {
            assert_eq!(size_words(bytes), words);
        }
    }

    #[test]
    fn a_file_that_was_not_scanned_stays_inside() {
        for scan in Scan::ALL {
            assert_eq!(Scan::of_code(scan.code()), Some(scan));
        }
        assert_eq!(Scan::ALL.map(Scan::lets_out), [true, true, false, false]);
    }
}
