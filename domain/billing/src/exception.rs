//! Billing exceptions: what a person or a named rule must look at before a bill goes out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{AccountId, Cents};
use serde::{Deserialize, Serialize};

/// What is unusual about a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionCode {
    /// No rate schedule, class or dimension value gives a price.
    NoSchedule,
    /// Due, but nothing was read.
    NoConsumption,
    /// A quantity or unit that the schedule cannot price.
    NotPriceable,
    /// The bill comes to nothing.
    Zero,
    /// The bill is at or above the amount that is looked at for its class.
    High,
    /// A read is lower than the one before, and not because the register began again from zero.
    NegativeRead,
    /// A read is of a count that the meter cannot show.
    ImpossibleRead,
    /// A read is of a meter that was not installed there on the day.
    StrayRead,
    /// A meter was exchanged without its last read.
    UnmeasuredExchange,
    /// Use is far above what is usual.
    HighUse,
    /// Use is far below what is usual.
    LowUse,
    /// Nothing was used for longer than is usual.
    ZeroUse,
    /// The meter was not read for too many periods running.
    EstimatedOften,
    /// What the bill is priced from changed after sign-off, so it was taken out.
    Changed,
    /// A person takes the bill out of the run.
    TakenOut,
}

/// An exception found on a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// What is unusual.
    pub code: ExceptionCode,
    /// The figure or name behind it; when it changes, an earlier decision no longer counts.
    pub detail: String,
}

/// An exception as it stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueuedException {
    /// Whose bill.
    #[serde(skip)]
    pub account: AccountId,
    /// What is unusual.
    pub code: ExceptionCode,
    /// The figure or name behind it.
    pub detail: String,
    /// What was decided.
    pub state: ExceptionState,
    /// Why it was released or held.
    pub reason: Option<String>,
    /// The rule that decided, if a rule did.
    pub rule: Option<String>,
    /// Who looks after a held bill.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

/// Which exceptions of a run are meant; what is not named counts for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionFilter {
    /// How they stand.
    pub state: ExceptionState,
    /// What is unusual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ExceptionCode>,
    /// The class of a service on the bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// A service on the bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// What somebody decides about exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The bills go out.
    Release,
    /// The bills stay back, with someone to look after them until a day.
    Hold {
        /// Who looks after them.
        assignee: String,
        /// Until when.
        due_on: NaiveDate,
    },
    /// Nothing is decided any more.
    Reopen,
}

/// What was decided about an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// Nothing yet: the run cannot be signed.
    Open,
    /// The bill goes out.
    Released,
    /// The bill stays back.
    Held,
}

/// What a rule does with every exception of its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRule {
    /// The exceptions it decides.
    pub code: ExceptionCode,
    /// Its name, which is recorded with every decision.
    pub name: String,
    /// Why.
    pub reason: String,
    /// What it decides.
    pub disposition: Disposition,
}

/// What a rule decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// The bill goes out.
    Release,
    /// The bill stays back, with someone to look after it.
    Hold {
        /// Who looks after it.
        assignee: String,
        /// Days they have.
        days: i64,
    },
}

/// The amount per class at which a bill is looked at.
pub type Limits = BTreeMap<String, Cents>;

impl ExceptionCode {
    /// All of them, in the order they are looked for.
    pub const ALL: [ExceptionCode; 15] = [
        ExceptionCode::NoSchedule,
        ExceptionCode::NoConsumption,
        ExceptionCode::NotPriceable,
        ExceptionCode::Zero,
        ExceptionCode::High,
        ExceptionCode::NegativeRead,
        ExceptionCode::ImpossibleRead,
        ExceptionCode::StrayRead,
        ExceptionCode::UnmeasuredExchange,
        ExceptionCode::HighUse,
        ExceptionCode::LowUse,
        ExceptionCode::ZeroUse,
        ExceptionCode::EstimatedOften,
        ExceptionCode::Changed,
        ExceptionCode::TakenOut,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ExceptionCode::NoSchedule => "no_schedule",
            ExceptionCode::NoConsumption => "no_consumption",
            ExceptionCode::NotPriceable => "not_priceable",
            ExceptionCode::Zero => "zero",
            ExceptionCode::High => "high",
            ExceptionCode::NegativeRead => "negative_read",
            ExceptionCode::ImpossibleRead => "impossible_read",
            ExceptionCode::StrayRead => "stray_read",
            ExceptionCode::UnmeasuredExchange => "unmeasured_exchange",
            ExceptionCode::HighUse => "high_use",
            ExceptionCode::LowUse => "low_use",
            ExceptionCode::ZeroUse => "zero_use",
            ExceptionCode::EstimatedOften => "estimated_often",
            ExceptionCode::Changed => "changed",
            ExceptionCode::TakenOut => "taken_out",
        }
    }

    /// The exception with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<ExceptionCode> {
        ExceptionCode::ALL.into_iter().find(|known| known.code() == code)
    }

    /// Whether the bill has no price and can only be held.
    #[must_use]
    pub fn is_blocking(self) -> bool {
        match self {
            ExceptionCode::NoSchedule | ExceptionCode::NoConsumption | ExceptionCode::NotPriceable => true,
            ExceptionCode::Zero
            | ExceptionCode::High
            | ExceptionCode::NegativeRead
            | ExceptionCode::ImpossibleRead
            | ExceptionCode::StrayRead
            | ExceptionCode::UnmeasuredExchange
            | ExceptionCode::HighUse
            | ExceptionCode::LowUse
            | ExceptionCode::ZeroUse
            | ExceptionCode::EstimatedOften
            | ExceptionCode::Changed
            | ExceptionCode::TakenOut => false,
        }
    }
}

impl ExceptionState {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ExceptionState::Open => "open",
            ExceptionState::Released => "released",
            ExceptionState::Held => "held",
        }
    }

    /// The state with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<ExceptionState> {
        [ExceptionState::Open, ExceptionState::Released, ExceptionState::Held]
            .into_iter()
            .find(|state| state.code() == code)
    }
}
