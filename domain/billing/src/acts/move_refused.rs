//! Why a start, a stop or a handing over of services is refused.

use chrono::NaiveDate;
use kernel::Refusal;

/// Why a move is refused.
#[derive(Debug, thiserror::Error)]
pub enum MoveRefused {
    /// A reason must be given.
    #[error("say why the service starts, stops or is corrected")]
    NoReason,
    /// No such account.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// No such service point.
    #[error("there is no service point '{0}'")]
    UnknownPoint(String),
    /// No such cycle.
    #[error("there is no billing cycle '{0}'")]
    UnknownCycle(String),
    /// A cycle that is never billed.
    #[error("cycle '{0}' has no calendar: a service in it would never be billed")]
    NoCalendar(String),
    /// No such schedule, or one of another service.
    #[error("there is no rate schedule '{schedule}' for {service}")]
    UnknownSchedule {
        /// The schedule.
        schedule: String,
        /// The service.
        service: String,
    },
    /// No such class.
    #[error("'{0}' is not a customer class of this town")]
    UnknownClass(String),
    /// Somebody else answers for the place on the day.
    #[error("account {account} has {service} at '{point}' on {on}; it must stop first")]
    Taken {
        /// The account number.
        account: String,
        /// The service.
        service: String,
        /// The reference of the service point.
        point: String,
        /// The day.
        on: NaiveDate,
    },
    /// Nothing to stop or correct.
    #[error("account {account} has no such service on {on}")]
    NotActive {
        /// The account number.
        account: String,
        /// The day.
        on: NaiveDate,
    },
    /// A service that ends before it began.
    #[error("a service of account {account} began on {starts_on}; it cannot stop on {stops_on}")]
    StopsBeforeStart {
        /// The account number.
        account: String,
        /// Its first day.
        starts_on: NaiveDate,
        /// The day given.
        stops_on: NaiveDate,
    },
    /// Bills have charged through the day it stopped, so the last one says it ended.
    #[error("account {account} is billed to its last day: start the service again from {stopped_on} on instead")]
    BilledToTheEnd {
        /// The account number.
        account: String,
        /// The day after the last one.
        stopped_on: NaiveDate,
    },
    /// Nothing that stops on the day.
    #[error("account {account} has no service there that stops on {stopped_on}; look at it again")]
    NotStopped {
        /// The account number.
        account: String,
        /// The day.
        stopped_on: NaiveDate,
    },
    /// Somebody else has the place by now.
    #[error("account {account} has {service} at '{point}' from {from_on} on, so it cannot go on")]
    TakenMeanwhile {
        /// The account number.
        account: String,
        /// The service.
        service: String,
        /// The reference of the service point.
        point: String,
        /// Its first day.
        from_on: NaiveDate,
    },
    /// The new day is no later one.
    #[error(
        "the last day of service is {} already: name a later one; an earlier one is a stop of its own",
        last_day(.stopped_on)
    )]
    NoLaterDay {
        /// The day after the last one, as it stands.
        stopped_on: NaiveDate,
    },
    /// From and to are one.
    #[error("account {0} cannot hand its services over to itself")]
    ToItself(String),
}

/// The last day of what stops on a day.
fn last_day(stops_on: &NaiveDate) -> NaiveDate {
    stops_on.pred_opt().unwrap_or(*stops_on)
}

impl Refusal for MoveRefused {
    fn code(&self) -> &'static str {
        match self {
            MoveRefused::NoReason => "reason_missing",
            MoveRefused::UnknownAccount(_) => "account_unknown",
            MoveRefused::UnknownPoint(_) => "service_point_unknown",
            MoveRefused::UnknownCycle(_) => "cycle_unknown",
            MoveRefused::NoCalendar(_) => "no_calendar",
            MoveRefused::UnknownSchedule { .. } => "schedule_unknown",
            MoveRefused::UnknownClass(_) => "class_unknown",
            MoveRefused::Taken { .. } => "place_taken",
            MoveRefused::NotActive { .. } => "service_not_active",
            MoveRefused::StopsBeforeStart { .. } => "stops_before_start",
            MoveRefused::BilledToTheEnd { .. } => "billed_to_the_end",
            MoveRefused::NotStopped { .. } => "service_not_stopped",
            MoveRefused::TakenMeanwhile { .. } => "place_taken",
            MoveRefused::NoLaterDay { .. } => "no_later_day",
            MoveRefused::ToItself(_) => "same_account",
        }
    }
}
