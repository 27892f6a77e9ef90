//! What was used at a service point, per register and period.

mod consumption;
mod store;
mod store_revisions;

pub use consumption::{Amount, Consumption, NewConsumption, PeriodUse};
pub use store::{
    amounts_between, consumption_between, insert_consumption, period_starts, periods_of, sources_between, units_in_use,
    uses_between,
};
pub use store_revisions::{NotedUse, StandingUse, noted_between, revised_accounts, standing_uses};
