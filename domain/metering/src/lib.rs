//! What was used at a service point, per register and period.

pub mod acts;
mod consumption;
mod estimate;
mod grounds;
pub mod intake;
mod judge;
mod looker;
mod measure;
mod meter;
pub mod permissions;
mod register;
mod route;
mod store;

pub use consumption::{Amount, Consumption, ConsumptionGrounds, NewConsumption, PeriodUse};
pub use estimate::{Estimate, EstimateBy, estimate, estimates_in_a_row};
pub use grounds::{Grounds, GroundsError, MeterPart, PastPart, Share, Taken};
pub use judge::{Basis, Judgment, PastUse, ReadRule, judge};
pub use looker::{CONFIRMED, CountLooker, LooksAtCounts};
pub use measure::{Boundary, Measured, MeasuredUse, measure};
pub use meter::{
    CountError, DIALS_MAX, Meter, MeterError, Placement, ReadRecord, Seen, dials, multiplier, shown, steps_per_count,
};
pub use register::{Installation, MeterRead, ReadKind, UseFinding};
pub use route::{ROUTE_MAX, Route, RouteStop, SEQUENCE_MAX, StopError, route_code, sequence};
pub use store::{
    FoundUse, NotedUse, PointUse, RegisteredUse, StandingUse, amounts_between, consumption_between,
    consumption_grounds, found_count, found_uses, insert_consumption, insert_meters, insert_placements, insert_reads,
    installations_between, installations_of, meters_by_id, meters_by_serial, newest_reads, noted_between,
    period_starts, periods_of, placements_at, placements_of, read_history, reads_between, reads_of, reads_through,
    registered_between, revised_accounts, sources_between, standing_uses, units_in_use, uses_between, uses_of_point,
};
pub use store::{
    route, route_count, routes_after, routes_at, serials_at, serials_between, stops_after, stops_at, stops_of,
};
