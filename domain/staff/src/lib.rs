//! Who acts in the city's name, and what each of them is allowed. See README.md.

// The nouns.
mod actor;
pub mod people;
mod permissions;
mod rhythm;

// What the door asks.
mod authority;

// Acts.
mod acts;

// Who they are, proven.
mod gate;
pub mod sign_in;

// What people see, and programs ask.
pub mod api;
pub mod pages;

// What is asked and written.
mod first_actor;
mod store;
mod unsaid;

pub use actor::ActorKind;
pub use acts::{
    ActorRefused, AddActor, AssignRole, ClearSecondFactor, DeclareRelation, DropReport, EndRelation, EndRole,
    EndSessions, EndStandIn, EraseContact, EstablishRoles, Every, GrantPermission, JoinStaff, LeaveStaff, LinkIdentity,
    MakeSignInLink, MoveStaff, NewLimit, NewPair, NewRole, PeopleRefused, RecordCompensatingReview, ReviewOutlier,
    RevokePermission, RolesRefused, SaveReport, ScheduleReport, StandIn, StopReport,
};
pub use authority::{StaffAuthority, second_needed};
pub use first_actor::{FIRST_ACTOR, ensure_first_actor};
pub use gate::{SecondFactorRule, StaffGate};
pub use permissions::{
    APPROVE, MANAGE, OBSERVE, PEOPLE, PERMISSIONS, RELATIONS, REVIEW, SAVE_REPORTS, SCHEDULE_REPORTS,
};
pub use rhythm::Rhythm;
pub use store::{
    FileOf, NewResult, ReportFiles, ReportResult, ReportSchedule, SavedReport, actor_by_code, actor_by_id, is_active,
    keep_result, names, permissions_of, report_file, report_results, report_schedules, reports_by_clock, saved_report,
    saved_reports,
};
