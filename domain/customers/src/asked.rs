//! `AskedBy`: how a customer asked for a change of what they are known by, and who says whether a caller was verified.
//!
//! Whoever takes over an account changes its telephone, e-mail, mailing address or authorized persons first. So each of these
//! changes says how it was asked for, whoever makes it and by which way: what a caller asks for is done only for a caller who
//! was verified, and what the city changes by itself has its reason.

use std::sync::Arc;

use acts::Entry;
use async_trait::async_trait;
use db::Fault;
use kernel::{AccountId, Refusal};
use serde::{Deserialize, Serialize};

/// How somebody asked for a change, or why nobody had to.
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
    /// By nobody: the city itself changes it.
    City {
        /// Why, such as `mail came back`.
        why: String,
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
    /// Who may no longer.
    Unauthorized,
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
    /// Nothing is said of it. Entries of before it had to be said are in the log without it.
    #[error(
        "say how this was asked for: by a verified caller (caller), in person (in_person), in writing with the name of the \
         document (in_writing), or by nobody, with the reason why the city itself changes it (city)"
    )]
    NotSaid,
    /// Nobody knows who called.
    #[error(
        "you have not verified a caller today who may ask for this: verify the caller first, or have it asked for in person or \
         in writing"
    )]
    CallerNotVerified,
    /// What is in writing can be named.
    #[error("name the document in which it is asked for, in up to 200 letters")]
    DocumentMissing,
    /// What the city does by itself has a reason.
    #[error("say why the city itself changes this, in up to 200 letters, such as: mail came back")]
    WhyMissing,
    /// Who may ask about somebody's account is never the city's to say.
    #[error(
        "the city itself authorizes nobody to ask about an account: the account holder asks for it on the phone, in person or \
         in writing"
    )]
    CityAuthorizes,
}

/// The longest name of a document, and the longest reason, in letters.
const LETTERS_MAX: usize = 200;

impl Refusal for NotAsked {
    fn code(&self) -> &'static str {
        match self {
            NotAsked::NotSaid => "asked_by_missing",
            NotAsked::CallerNotVerified => "caller_not_verified",
            NotAsked::DocumentMissing => "document_missing",
            NotAsked::WhyMissing => "why_missing",
            NotAsked::CityAuthorizes => "city_authorizes",
        }
    }
}

/// Whether a change may be done as it was asked for, on any of these accounts.
pub(crate) async fn check_asked(
    entry: &mut Entry,
    asked_by: Option<&AskedBy>,
    (accounts, wish): (&[AccountId], Wish),
) -> Result<Result<(), NotAsked>, Fault> {
    let is_said = |words: &str| !words.trim().is_empty() && words.chars().count() <= LETTERS_MAX;
    match asked_by {
        None => Ok(Err(NotAsked::NotSaid)),
        Some(AskedBy::InPerson) => Ok(Ok(())),
        Some(AskedBy::InWriting { document }) => Ok(is_said(document).then_some(()).ok_or(NotAsked::DocumentMissing)),
        Some(AskedBy::City { why }) if !is_said(why) => Ok(Err(NotAsked::WhyMissing)),
        Some(AskedBy::City { .. }) => Ok((wish != Wish::Authorized).then_some(()).ok_or(NotAsked::CityAuthorizes)),
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
