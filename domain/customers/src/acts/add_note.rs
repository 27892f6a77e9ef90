//! Puts a note on an account, for whoever has the customer on the phone next.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use super::NotFound;
use super::not_found::account_held;
use crate::permissions;

/// A note on an account. Its entry of the log is all there is of it: nobody changes it, and it can be erased as personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddNote {
    /// The number or reference of the account.
    pub account: String,
    /// What is to be known.
    pub words: String,
}

/// Why a note is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteRefused {
    /// No such account.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Nothing was said.
    #[error("write what is to be known about the account")]
    NoWords,
    /// Nobody reads so much.
    #[error("a note has at most {NOTE_MAX} letters; this one has {0}")]
    TooLong(usize),
}

/// The longest note, in letters.
pub const NOTE_MAX: usize = 2_000;

impl Refusal for NoteRefused {
    fn code(&self) -> &'static str {
        match self {
            NoteRefused::NotFound(not_found) => not_found.code(),
            NoteRefused::NoWords => "note_empty",
            NoteRefused::TooLong(_) => "note_too_long",
        }
    }
}

impl Act for AddNote {
    const KIND: &'static str = "customers.add_note";
    const PERSONAL: &'static [&'static str] = &["/words"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::NOTE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = account_held(entry, &self.account).await?;
        let account = account.map_err(|not_found| refused(NoteRefused::from(not_found)))?;
        entry.concerns(account.id);
        let letters = self.words.chars().count();
        if self.words.trim().is_empty() {
            return refuse(NoteRefused::NoWords);
        }
        if NOTE_MAX < letters {
            return refuse(NoteRefused::TooLong(letters));
        }
        Ok(())
    }
}
