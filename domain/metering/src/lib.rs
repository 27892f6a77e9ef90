//! What was used at a service point, per register and period.

mod consumption;
mod store;

pub use consumption::{Consumption, NewConsumption, newest};
pub use store::{consumption_at, consumption_between, insert_consumption, period_starts, periods_of, sources_between};
