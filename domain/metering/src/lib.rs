//! What was used at a service point, per register and period.

mod consumption;
mod estimate;
mod grounds;
mod judge;
mod measure;
mod register;
mod store;

pub use consumption::{Amount, Consumption, ConsumptionGrounds, NewConsumption, PeriodUse};
pub use estimate::{Estimate, EstimateBy, estimate, estimates_in_a_row};
pub use grounds::{Grounds, GroundsError, MeterPart, PastPart, Share, Taken};
pub use judge::{Basis, Judgment, PastUse, ReadRule, judge};
pub use measure::{Boundary, Measured, MeasuredUse, measure};
pub use register::{Installation, MeterRead, ReadKind, UseFinding};
pub use store::{
    NotedUse, StandingUse, amounts_between, consumption_between, consumption_grounds, consumption_rows,
    insert_consumption, noted_between, period_starts, periods_of, revised_accounts, revised_between, sources_between,
    standing_uses, units_in_use, uses_between,
};
