//! `AskedBy`: how a customer asked for a change of what they are known by, and who says whether a caller was verified.
//!
//! Whoever takes over an account changes its telephone, e-mail, mailing address or authorized persons first. So what a
//! caller asks for is done only for a caller who was verified, and the record says how it was asked for.

use std::sync::Arc;

use acts::Entry;
use async_trait::async_trait;
use db::Fault;
use kernel::{AccountId, Refusal};
use serde::{Deserialize, Serialize};

/// How somebody asked for a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum AskedBy {
    /// On the phone: whoever records it verified the caller.
    Caller,
    /// At the counter, with a photo ID that was looked at.
    InPerson,
    /// In writing.
    InWriting {
        /// The document, such as `letter of July 1, attached`.
        document: String,
    },
}

/// What somebody asks to have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Telephone or e-mail.
    Contact,
    /// Where mail goes.
    Mail,
    /// Who is payer, owner or tenant.
    Party,
    /// Who may ask about the account.
    Authorized,
}

/// Knows which callers were verified: a room above, told to the door; see [`acts::Door::telling`].
#[async_trait]
pub trait KnowsCallers: Send + Sync {
    /// Whether the clerk of an entry verified somebody about an account who may ask for this, and it still holds.
    async fn verified(&self, entry: &mut Entry, account: AccountId, wish: Wish) -> Result<bool, Fault>;
}

/// Who knows which callers were verified.
pub struct CallersKnown(pub Arc<dyn KnowsCallers>);

/// Why what was asked for is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// Nobody knows who called.
    #[error(
        "you have not verified a caller today who may ask for this: verify the caller first, or have it asked for in person or \
         in writing"
    )]
    CallerNotVerified,
    /// What is in writing can be named.
    #[error("name the document in which it is asked for, in up to 200 letters")]
    DocumentMissing,
}

/// The longest name of a document, in letters.
const DOCUMENT_MAX: usize = 200;

impl Refusal for NotAsked {
    fn code(&self) -> &'static str {
        match self {
            NotAsked::CallerNotVerified => "caller_not_verified",
            NotAsked::DocumentMissing => "document_missing",
        }
    }
}

/// Whether a change may be done as it was asked for, on any of these accounts. Where nothing is said nobody asked: a file,
/// or the city's own correction.
pub(crate) async fn check_asked(
    entry: &mut Entry,
    asked_by: Option<&AskedBy>,
    (accounts, wish): (&[AccountId], Wish),
) -> Result<Result<(), NotAsked>, Fault> {
    match asked_by {
        None | Some(AskedBy::InPerson) => Ok(Ok(())),
        Some(AskedBy::InWriting { document }) => {
            let is_named = !document.trim().is_empty() && document.chars().count() <= DOCUMENT_MAX;
            Ok(if is_named { Ok(()) } else { Err(NotAsked::DocumentMissing) })
        }
        Some(AskedBy::Caller) => {
            let Some(known) = entry.told::<CallersKnown>() else { return Ok(Err(NotAsked::CallerNotVerified)) };
            for account in accounts {
                if known.0.verified(entry, *account, wish).await? {
                    return Ok(Ok(()));
                }
            }
            Ok(Err(NotAsked::CallerNotVerified))
        }
    }
}
