//! What was used at a service point, per register and period.

mod consumption;
mod store;

pub use consumption::{Amount, Consumption, ConsumptionGrounds, NewConsumption, PeriodUse};
pub use store::{
    NotedUse, RegisteredUse, StandingUse, amounts_between, consumption_between, consumption_grounds, consumption_rows,
    insert_consumption, noted_between, period_starts, periods_of, registered_between, revised_accounts,
    revised_between, sources_between, standing_uses, units_in_use, uses_between,
};
