//! The pages of the office: queues, approvals, people, roles, the log, and what looked odd.

mod access;
mod approvals;
mod beside;
mod changing;
mod command;
mod desk;
mod directory;
mod entry;
mod finder;
mod home;
mod joining;
mod log;
mod outliers;
mod person;
mod proposal;
mod relations;
mod roles;
mod staff_list;

use web::{Access, Route};

pub use beside::{PageBeside, PageOfProposal, PagesBeside};
pub use desk::may_see;
pub use directory::{Directory, NamedPlace};
pub use finder::StaffFinder;

use self::desk::{LOOK, READ_LOG};
use crate::{MANAGE, RELATIONS, REVIEW};

const MANAGES: Access = Access::Needs(MANAGE);
const REVIEWS: Access = Access::Needs(REVIEW);
const RELATES: Access = Access::Needs(RELATIONS);

/// Every page of the office. The site needs among its parts an [`acts::Registry`], a
/// [`PermissionBook`](super::PermissionBook) and an `Arc<dyn `[`Directory`]`>`.
#[must_use]
pub fn office_routes() -> Vec<Route> {
    let mut routes = desk_routes();
    routes.extend(staff_routes());
    routes.extend(review_routes());
    routes
}

fn desk_routes() -> Vec<Route> {
    vec![
        Route::page("/", "Home", Access::SignedIn, home::show).in_menu(),
        Route::page("/approvals", "Approvals", Access::SignedIn, approvals::show).in_menu(),
        Route::page("/approvals/{id}", "A change that waits for approval", Access::SignedIn, proposal::show),
        Route::form("/approvals/{id}", "Decide on a change", Access::SignedIn, proposal::decide),
    ]
}

fn staff_routes() -> Vec<Route> {
    vec![
        Route::page("/staff", "Staff", LOOK, staff_list::show).in_group("Staff"),
        Route::page("/staff/new", "Take somebody in", MANAGES, joining::show),
        Route::form("/staff/new", "Take somebody in", MANAGES, joining::send),
        Route::page("/staff/{code}", "Somebody of the staff", LOOK, person::show),
        Route::page("/staff/{code}/assign-role", "Assign a role", MANAGES, changing::show_assign),
        Route::form("/staff/{code}/assign-role", "Assign a role", MANAGES, changing::assign),
        Route::page("/staff/{code}/end-role", "End a role", MANAGES, changing::show_end_role),
        Route::form("/staff/{code}/end-role", "End a role", MANAGES, changing::end_role),
        Route::page("/staff/{code}/move", "Change position and roles", MANAGES, changing::show_move),
        Route::form("/staff/{code}/move", "Change position and roles", MANAGES, changing::move_on),
        Route::page("/staff/{code}/stand-in", "Name a stand-in", MANAGES, changing::show_stand_in),
        Route::form("/staff/{code}/stand-in", "Name a stand-in", MANAGES, changing::stand_in),
        Route::page("/staff/{code}/end-stand-in", "End a stand-in", MANAGES, changing::show_end_stand_in),
        Route::form("/staff/{code}/end-stand-in", "End a stand-in", MANAGES, changing::end_stand_in),
        Route::page("/staff/{code}/leave", "Record that somebody left", MANAGES, changing::show_leave),
        Route::form("/staff/{code}/leave", "Record that somebody left", MANAGES, changing::leave),
        Route::page("/staff/{code}/erase", "Erase how somebody was reached", MANAGES, changing::show_erase),
        Route::form("/staff/{code}/erase", "Erase how somebody was reached", MANAGES, changing::erase),
        Route::page("/roles", "Roles", LOOK, roles::show).in_group("Staff"),
    ]
}

fn review_routes() -> Vec<Route> {
    vec![
        Route::page("/log", "Log", READ_LOG, log::show).in_group("Control"),
        Route::page("/log/{id}", "An entry of the log", READ_LOG, entry::show),
        Route::page("/history/{kind}/{id}", "The history of something", READ_LOG, entry::history),
        Route::page("/outliers", "Outliers", REVIEWS, outliers::show).in_group("Control"),
        Route::page("/outliers/{entry}/{pattern}", "Something that looked odd", REVIEWS, outliers::show_one),
        Route::form("/outliers/{entry}/{pattern}", "Record what was found", REVIEWS, outliers::review),
        Route::page("/access-review", "Access review", REVIEWS, access::show).in_group("Control"),
        Route::page("/relations", "Own accounts", RELATES, relations::show).in_group("Staff"),
        Route::form("/relations", "Declare an own account", RELATES, relations::declare),
        Route::page("/relations/end", "End a relation to an account", RELATES, relations::show_end),
        Route::form("/relations/end", "End a relation to an account", RELATES, relations::end),
    ]
}
