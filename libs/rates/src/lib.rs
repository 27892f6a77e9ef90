//! The rate-schedule language: text a council can read, checked, then priced and explained.
//!
//! Pure: no clock, no chance, no database, no floats. Reading order: what a schedule is
//! (`schedule`), how it is written (`text`), how it is checked (`compile`), what a bill costs
//! (`plan`) and why (`explain`); `owrs` reads the files of the Open Water Rate Specification.

mod compile;
mod explain;
mod finding;
pub mod owrs;
mod plan;
mod refusals;
mod schedule;
#[cfg(test)]
mod tests;
mod text;

pub use compile::Compiled;
pub use explain::{ExplainedCharge, Explanation, Step, StepKind};
pub use finding::{Finding, Reason, TextRefused};
pub use plan::{Line, Plan, PlanCharge, Price, PricedLine};
pub use refusals::{Flaw, Place, PlanRefused, PricingRefused, RateError};
pub use schedule::{
    Basis, Case, Charge, Condition, Dimension, FirstTier, Measure, Rate, Schedule, ThroughTier, Tiers, Titles, Version,
};
