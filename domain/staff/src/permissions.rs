//! What an actor may be allowed in this room.

use acts::{Control, Permission};

/// To say who works here and what each may do.
pub const MANAGE: Permission =
    Permission { code: "staff.manage", sentence: "Take in staff, change their positions and roles, and let them go" };

/// The second person where somebody's authority changes.
pub const APPROVE: Permission =
    Permission { code: "staff.approve", sentence: "Approve the roles, limits and stand-ins that others propose" };

/// Own relations.
pub const RELATIONS: Permission =
    Permission { code: "staff.relations", sentence: "Declare which accounts are one's own or of one's household" };

/// Reviews.
pub const REVIEW: Permission =
    Permission { code: "staff.review", sentence: "Review who may do what, and what looks out of the ordinary" };

/// Saved reports.
pub const SAVE_REPORTS: Permission =
    Permission { code: "staff.save_reports", sentence: "Save reports for oneself, and share them with the office" };

/// Reports by the clock.
pub const SCHEDULE_REPORTS: Permission = Permission {
    code: "staff.schedule_reports",
    sentence: "Have saved reports made day by day, week by week or month by month",
};

/// Figures of how the system runs.
pub const OBSERVE: Permission = Permission { code: "town.observe", sentence: "See how the system itself is doing" };

/// Who may do what: roles, limits and stand-ins.
pub const PEOPLE: Control = Control {
    code: "people",
    sentence: "what somebody may do is changed: roles, limits or who stands in",
    approving: APPROVE,
};

/// All permissions of this room.
pub const PERMISSIONS: &[Permission] = &[MANAGE, APPROVE, RELATIONS, REVIEW, SAVE_REPORTS, SCHEDULE_REPORTS, OBSERVE];
