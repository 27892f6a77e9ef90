//! `PeopleRefused`: why something about the people who work here does not change.

use chrono::NaiveDate;
use kernel::Refusal;

/// Why something about the people who work here does not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeopleRefused {
    /// A field without words.
    #[error("{what} is missing")]
    TextMissing {
        /// The field.
        what: &'static str,
    },
    /// More than fits.
    #[error("{what} has more than {longest} characters")]
    TextTooLong {
        /// The field.
        what: &'static str,
        /// The most there may be.
        longest: usize,
    },
    /// Characters that cannot be printed.
    #[error("{what} has characters that cannot be printed")]
    TextBroken {
        /// The field.
        what: &'static str,
    },
    /// A code that cannot be typed and printed.
    #[error("'{code}' cannot be a code; use letters, digits and signs without spaces")]
    BadCode {
        /// What was given.
        code: String,
    },
    /// The code is somebody's.
    #[error("The code {code} belongs to somebody already")]
    CodeTaken {
        /// The code.
        code: String,
    },
    /// Nobody has that code.
    #[error("Nobody has the code {actor}")]
    UnknownActor {
        /// The code.
        actor: String,
    },
    /// Known, but not somebody who works here now.
    #[error("{actor} does not work here now")]
    NotOnStaff {
        /// The code.
        actor: String,
    },
    /// Somebody who works here is still to be reached.
    #[error("{actor} works here and has to be reached: record first that they left")]
    WorksHere {
        /// The code.
        actor: String,
    },
    /// Who asks is whom it is about.
    #[error("{actor} cannot decide about themself; somebody else must")]
    OwnChange {
        /// The code of both.
        actor: String,
    },
    /// The last day lies before the first.
    #[error("{through_on} lies before {from_on}")]
    DaysBackwards {
        /// The first day.
        from_on: NaiveDate,
        /// The last day.
        through_on: NaiveDate,
    },
    /// What was allowed on days gone by is not changed.
    #[error("{day} is past; today is {today}, and what was allowed before stays on record")]
    DayPast {
        /// The day.
        day: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// Nobody plans so far ahead.
    #[error("{day} is too far ahead; the latest day is {latest}")]
    DayTooFar {
        /// The day.
        day: NaiveDate,
        /// The latest one.
        latest: NaiveDate,
    },
    /// No such role.
    #[error("There is no role '{role}' in force")]
    UnknownRole {
        /// The code.
        role: String,
    },
    /// They have it on some of these days.
    #[error("{actor} has the role {role} from {from_on} already")]
    RoleHeld {
        /// Who.
        actor: String,
        /// The role.
        role: String,
        /// Since when.
        from_on: NaiveDate,
    },
    /// Nothing to end.
    #[error("{actor} does not have the role {role} beyond {through_on}, so there is nothing to end")]
    RoleNotHeld {
        /// Who.
        actor: String,
        /// The role.
        role: String,
        /// The last day given.
        through_on: NaiveDate,
    },
    /// Two permissions in one hand.
    #[error("{actor} would have both {permission} and {other}. {sentence}")]
    Incompatible {
        /// Who.
        actor: String,
        /// One permission.
        permission: String,
        /// The other.
        other: String,
        /// Why they do not go together.
        sentence: String,
    },
    /// They would report to themself in the end.
    #[error("{actor} cannot report to {supervisor}, who reports to {actor}")]
    SupervisorCircle {
        /// Who.
        actor: String,
        /// Whom they would report to.
        supervisor: String,
    },
    /// Others would report to nobody.
    #[error("{reports} still report to {actor}; give them another supervisor first")]
    StillReportedTo {
        /// Who would leave.
        actor: String,
        /// The codes of those who report to them.
        reports: String,
    },
    /// Nobody could approve roles any more.
    #[error("{actor} is the last who can approve roles and limits; let somebody else do so first")]
    LastApprover {
        /// Who.
        actor: String,
    },
    /// Nobody is absent and present.
    #[error("{actor} cannot stand in for themself")]
    StandInForSelf {
        /// Who.
        actor: String,
    },
    /// They would stand in for each other.
    #[error("{absent} stands in for {actor} on some of these days, so {actor} cannot stand in for {absent}")]
    StandInCircle {
        /// Who would stand in.
        actor: String,
        /// For whom.
        absent: String,
    },
    /// It is so already.
    #[error("{actor} stands in for {absent} from {from_on} already")]
    StandInHeld {
        /// Who stands in.
        actor: String,
        /// For whom.
        absent: String,
        /// Since when.
        from_on: NaiveDate,
    },
    /// No such entry, or it ended before.
    #[error("Nobody stands in under number {stand_in} beyond {through_on}")]
    UnknownStandIn {
        /// The number.
        stand_in: i64,
        /// The last day given.
        through_on: NaiveDate,
    },
    /// Accounts of others are none of theirs.
    #[error("{actor} does not report to you; their own supervisor or they themself can declare this")]
    NotTheirSupervisor {
        /// Whose account it would be.
        actor: String,
    },
    /// Not an account.
    #[error("There is no such account")]
    UnknownAccount,
    /// It is on record.
    #[error("This account is on record as that of {actor} already")]
    RelationStands {
        /// Who.
        actor: String,
    },
    /// It is not on record.
    #[error("This account is not on record as that of {actor}")]
    NoRelation {
        /// Who.
        actor: String,
    },
    /// They go together.
    #[error("{permission} and {other} go together, so there is nothing to make up for")]
    NothingToReview {
        /// One permission.
        permission: String,
        /// The other.
        other: String,
    },
    /// No review makes up for it.
    #[error("No review makes up for {permission} beside {other}. {sentence}")]
    NeverTogether {
        /// One permission.
        permission: String,
        /// The other.
        other: String,
        /// Why.
        sentence: String,
    },
    /// Nothing of the kind was seen.
    #[error("Nothing like '{pattern}' was seen at entry {entry}")]
    UnknownOutlier {
        /// The number of the entry.
        entry: i64,
        /// The code of the pattern.
        pattern: String,
    },
    /// Somebody looked before.
    #[error("Somebody has looked at '{pattern}' of entry {entry} already")]
    OutlierReviewed {
        /// The number of the entry.
        entry: i64,
        /// The code of the pattern.
        pattern: String,
    },
    /// An address that is no report.
    #[error("this address is no report of this office, so it is not saved")]
    NoReport,
    /// One has no report of that title.
    #[error("you have no report of that title; it may have been dropped already")]
    UnknownReport,
    /// No such day in a week or a month.
    #[error("{day} is no day of a {stretch}: give 1 to {last}")]
    NoSuchDay {
        /// What was given.
        day: i64,
        /// A week or a month.
        stretch: &'static str,
        /// The last one.
        last: i64,
    },
    /// Pages that are no list of rows.
    #[error(
        "'{title}' is a page and no list of rows; only a report that was put together from a view is made by itself"
    )]
    NotFromAView {
        /// The report.
        title: String,
    },
    /// More than anybody reads.
    #[error("{most} of your reports are made by themselves already, which is the most; stop one first")]
    TooManySchedules {
        /// The most there may be.
        most: i64,
    },
    /// Nothing to stop.
    #[error("'{title}' is not made by itself, so there is nothing to stop")]
    NotScheduled {
        /// The report.
        title: String,
    },
}

impl Refusal for PeopleRefused {
    fn code(&self) -> &'static str {
        match self {
            PeopleRefused::NoReport => "no_report",
            PeopleRefused::UnknownReport => "unknown_report",
            PeopleRefused::NoSuchDay { .. } => "no_such_day",
            PeopleRefused::NotFromAView { .. } => "not_from_a_view",
            PeopleRefused::TooManySchedules { .. } => "too_many_schedules",
            PeopleRefused::NotScheduled { .. } => "not_scheduled",
            PeopleRefused::TextMissing { .. } => "text_missing",
            PeopleRefused::TextTooLong { .. } => "text_too_long",
            PeopleRefused::TextBroken { .. } => "text_broken",
            PeopleRefused::BadCode { .. } => "bad_code",
            PeopleRefused::CodeTaken { .. } => "code_taken",
            PeopleRefused::UnknownActor { .. } => "unknown_actor",
            PeopleRefused::NotOnStaff { .. } => "not_on_staff",
            PeopleRefused::WorksHere { .. } => "works_here",
            PeopleRefused::OwnChange { .. } => "own_change",
            PeopleRefused::DaysBackwards { .. } => "days_backwards",
            PeopleRefused::DayPast { .. } => "day_past",
            PeopleRefused::DayTooFar { .. } => "day_too_far",
            PeopleRefused::UnknownRole { .. } => "unknown_role",
            PeopleRefused::RoleHeld { .. } => "role_held",
            PeopleRefused::RoleNotHeld { .. } => "role_not_held",
            PeopleRefused::Incompatible { .. } => "incompatible",
            PeopleRefused::SupervisorCircle { .. } => "supervisor_circle",
            PeopleRefused::StillReportedTo { .. } => "still_reported_to",
            PeopleRefused::LastApprover { .. } => "last_approver",
            PeopleRefused::StandInForSelf { .. } => "stand_in_for_self",
            PeopleRefused::StandInCircle { .. } => "stand_in_circle",
            PeopleRefused::StandInHeld { .. } => "stand_in_held",
            PeopleRefused::UnknownStandIn { .. } => "unknown_stand_in",
            PeopleRefused::NotTheirSupervisor { .. } => "not_their_supervisor",
            PeopleRefused::UnknownAccount => "unknown_account",
            PeopleRefused::RelationStands { .. } => "relation_stands",
            PeopleRefused::NoRelation { .. } => "no_relation",
            PeopleRefused::NothingToReview { .. } => "nothing_to_review",
            PeopleRefused::NeverTogether { .. } => "never_together",
            PeopleRefused::UnknownOutlier { .. } => "unknown_outlier",
            PeopleRefused::OutlierReviewed { .. } => "outlier_reviewed",
        }
    }
}
