//! The pages of this room: signing in and one's own profile, and the office of people and approvals.

mod office;
mod permission_book;
mod sign_in;

use web::Route;

pub use office::{Directory, NamedPlace, PageBeside, PageOfProposal, PagesBeside, StaffFinder, may_see, office_routes};
pub use permission_book::PermissionBook;
pub use sign_in::sign_in_routes;

/// Every page of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [sign_in_routes(), office_routes()].concat()
}
