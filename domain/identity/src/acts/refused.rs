//! `IdentityRefused`: why something of this room is not done.

use kernel::{ActId, Refusal};

use crate::PROGRAMS;

/// Why not; the words are for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityRefused {
    /// No such account.
    #[error("there is no account '{0}'")]
    AccountUnknown(String),
    /// No such customer.
    #[error("there is no customer '{0}'")]
    CustomerUnknown(String),
    /// Who calls is not what was said.
    #[error("'{0}' is not on the account today: choose who calls from the list, or somebody else")]
    NotOnAccount(String),
    /// What was asked does not count here.
    #[error("the town does not ask for '{0}': it cannot prove who calls")]
    NotAsked(&'static str),
    /// Somebody may be guessing.
    #[error(
        "callers about this account failed to prove who they are too often today: nobody is verified on the phone until \
         tomorrow, unless a supervisor clears the red flag; a photo ID at the counter still counts"
    )]
    TooManyTries,
    /// A rule has to be one that can be met.
    #[error("{0}")]
    RuleBroken(&'static str),
    /// What came is not what the page makes.
    #[error("the number was not sealed as it should be: enter it again on the page of the account")]
    NotSealed,
    /// Nothing is on record.
    #[error("no {what} is on record for '{customer}'")]
    NothingThere {
        /// What was asked for.
        what: &'static str,
        /// Whose.
        customer: String,
    },
    /// No such program.
    #[error("there is no program '{0}': choose {list}", list = PROGRAMS.map(|(code, _, _)| code).join(", "))]
    ProgramUnknown(String),
    /// An address is whole or not there.
    #[error("a substitute address needs a street and a city; leave all of it empty where the program gives none")]
    SubstituteBroken,
    /// The day lies behind us.
    #[error("the day on which to ask again lies in the past")]
    ReviewPassed,
    /// They are not protected.
    #[error("the address of '{0}' is not kept confidential")]
    NotProtected(String),
    /// No such sign stands open.
    #[error("no red flag of this kind stands open at the account; somebody may have cleared it")]
    NoFlag,
    /// Which of them is meant must be said.
    #[error("several red flags of this kind stand open at the account: name the entry that raised it, one of {list}",
        list = .0.iter().map(|act| act.0.to_string()).collect::<Vec<_>>().join(", "))]
    SeveralFlags(Vec<ActId>),
    /// A sign needs words.
    #[error("say in up to 300 letters what did not fit, without writing down any number of the document")]
    WordsMissing,
}

impl Refusal for IdentityRefused {
    fn code(&self) -> &'static str {
        match self {
            IdentityRefused::AccountUnknown(_) => "account_unknown",
            IdentityRefused::CustomerUnknown(_) => "customer_unknown",
            IdentityRefused::NotOnAccount(_) => "not_on_account",
            IdentityRefused::NotAsked(_) => "question_not_asked",
            IdentityRefused::TooManyTries => "too_many_tries",
            IdentityRefused::RuleBroken(_) => "rule_broken",
            IdentityRefused::NotSealed => "not_sealed",
            IdentityRefused::NothingThere { .. } => "nothing_there",
            IdentityRefused::ProgramUnknown(_) => "program_unknown",
            IdentityRefused::SubstituteBroken => "substitute_broken",
            IdentityRefused::ReviewPassed => "review_passed",
            IdentityRefused::NotProtected(_) => "not_protected",
            IdentityRefused::NoFlag => "no_flag",
            IdentityRefused::SeveralFlags(_) => "several_flags",
            IdentityRefused::WordsMissing => "words_missing",
        }
    }
}
