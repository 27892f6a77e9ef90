//! The SQL of this room, by subject.

mod consumption;
mod look_found;
mod look_reads;
mod look_search;
mod meters;
mod reads;
mod registered;
mod revisions;
mod routes;

pub use consumption::{
    amounts_between, consumption_between, consumption_grounds, insert_consumption, period_starts, periods_of,
    sources_between, units_in_use, uses_between,
};
pub use look_found::{FoundUse, PointUse, found_count, found_uses, uses_of_point};
pub use look_reads::reads_through;
pub use look_search::{serials_at, serials_between};
pub(crate) use meters::{correct_placement, end_placement, lock_placements, set_removal_count};
pub use meters::{
    insert_meters, insert_placements, installations_between, installations_of, meters_by_id, meters_by_serial,
    placements_at, placements_of,
};
pub use reads::{insert_reads, newest_reads, read_history, reads_between, reads_of};
pub use registered::{RegisteredUse, registered_between};
pub use revisions::{NotedUse, StandingUse, noted_between, revised_accounts, standing_uses};
pub(crate) use routes::{lock_stops, put_stops, remove_stops};
pub use routes::{route, route_count, routes_after, routes_at, stops_after, stops_at, stops_of};
