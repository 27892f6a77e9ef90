//! Why something about rates is refused.

use chrono::NaiveDate;
use kernel::Refusal;

use crate::NotPlaced;

/// Facts that forbid to propose, schedule, adopt or supersede rates.
#[derive(Debug, thiserror::Error)]
pub enum RatesRefused {
    /// The text cannot be read; it says where and why.
    #[error("{0}")]
    Text(rates::TextRefused),
    /// A version contradicts itself or has a gap.
    #[error("version {effective_on}: {flaw}")]
    Version {
        /// The version.
        effective_on: NaiveDate,
        /// What is wrong.
        flaw: rates::RateError,
    },
    /// A charge has no place in the books.
    #[error("version {effective_on}: {flaw}")]
    NotPlaced {
        /// The version.
        effective_on: NaiveDate,
        /// Which charge, and what is missing.
        flaw: NotPlaced,
    },
    /// The schedule prices another service than it did before.
    #[error("schedule '{code}' prices {there}, not {given}")]
    OtherService {
        /// The schedule.
        code: String,
        /// The service it prices.
        there: String,
        /// The service in the text.
        given: String,
    },
    /// No proposal has this number.
    #[error("schedule '{code}' has no proposal {proposal} for {effective_on}")]
    NoSuchProposal {
        /// The schedule.
        code: String,
        /// The date.
        effective_on: NaiveDate,
        /// The number asked for.
        proposal: i64,
    },
    /// No version stands for the date.
    #[error("schedule '{code}' has no rates scheduled from {effective_on}")]
    NoSuchVersion {
        /// The schedule.
        code: String,
        /// The date.
        effective_on: NaiveDate,
    },
    /// Rates that a run has used are locked.
    #[error("the rates of '{code}' from {effective_on} were used by run {run}: they cannot be replaced any more")]
    Used {
        /// The schedule.
        code: String,
        /// The version.
        effective_on: NaiveDate,
        /// The number of the first run.
        run: i64,
    },
    /// A version of that date stands with other rates.
    #[error("schedule '{code}' already has other rates from {effective_on}; supersede them first")]
    OtherRates {
        /// The schedule.
        code: String,
        /// The version.
        effective_on: NaiveDate,
    },
    /// The proposal was taken back.
    #[error("proposal {proposal} of '{code}' for {effective_on} was withdrawn; propose the rates again")]
    Withdrawn {
        /// The schedule.
        code: String,
        /// The date.
        effective_on: NaiveDate,
        /// The number of the proposal.
        proposal: i64,
    },
    /// The proposal was put in force; what was made of it can be superseded.
    #[error("proposal {proposal} of '{code}' for {effective_on} was put in force; supersede the rates instead")]
    ProposalScheduled {
        /// The schedule.
        code: String,
        /// The date.
        effective_on: NaiveDate,
        /// The number of the proposal.
        proposal: i64,
    },
    /// A reason must be given.
    #[error("say why these rates are taken back")]
    NoReason,
}

impl Refusal for RatesRefused {
    fn code(&self) -> &'static str {
        match self {
            RatesRefused::Text(_) => "rates_unreadable",
            RatesRefused::Version { .. } => "rates_inconsistent",
            RatesRefused::NotPlaced { flaw, .. } => flaw.code(),
            RatesRefused::OtherService { .. } => "service_differs",
            RatesRefused::NoSuchProposal { .. } => "proposal_unknown",
            RatesRefused::NoSuchVersion { .. } => "version_unknown",
            RatesRefused::Used { .. } => "version_used",
            RatesRefused::OtherRates { .. } => "version_exists",
            RatesRefused::Withdrawn { .. } => "proposal_withdrawn",
            RatesRefused::ProposalScheduled { .. } => "proposal_scheduled",
            RatesRefused::NoReason => "reason_missing",
        }
    }
}
