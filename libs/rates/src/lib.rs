//! The rate-schedule language: text a council can read, checked, then priced and explained.
//!
//! Pure: no clock, no chance, no database, no floats. Reading order: what a schedule is
//! (`schedule`), how it is written (`text`), how it is checked (`compile`), what a bill costs
//! (`plan`) and why (`explain`); `owrs` reads the files of the Open Water Rate Specification, `sheet`
//! sheets of rates as CSV.

mod compile;
mod exact;
mod explain;
mod finding;
pub mod formula;
mod inputs;
mod node;
pub mod owrs;
mod plan;
mod ready;
mod refusals;
mod schedule;
pub mod sheet;
#[cfg(test)]
mod tests;
mod text;
pub mod tools;
mod winter;
mod words;
mod work;

pub use compile::Compiled;
pub use exact::Exact;
pub use explain::{AccountLine, ExplainedCharge, ExplainedFormula, ExplainedName, Explanation, FormulaPart};
pub use finding::{Finding, Reason, TextRefused};
pub use formula::Formula;
pub use inputs::{Days, Inputs, Segment, Share};
pub use plan::{Line, Needs, Plan, PlanCharge, Price, PricedLine};
pub use refusals::{Flaw, Place, PlanRefused, PricingRefused, RateError};
pub use schedule::{
    Amount, Basis, Case, Charge, Condition, Dimension, Measure, NamedQuantity, NormalDays, Partial, PeriodKind, Rate,
    RoundTo, Schedule, Step, Tax, Tier, TierBounds, TierScope, Tiers, Titles, Treat, Value, ValueCase, ValueIs,
    Version, WinterAverage, WinterDate,
};
pub use winter::{PeriodUse, WinterGrounds, WinterOutcome, WinterPeriod};
pub use work::{Measured, Step as PricedStep, StepKind, TierStep};
