//! Consumption of one register over one period; corrected by a new revision, never changed.

use chrono::NaiveDate;
use kernel::{AccountId, ConsumptionId, Period, Quantity, ServicePointId};

/// Consumption with all that is recorded of it: about to be recorded, or read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConsumption {
    /// Given beforehand, from a block.
    pub id: ConsumptionId,
    /// The account that answers for the service point in the period.
    pub account: AccountId,
    /// Where it was used.
    pub service_point: ServicePointId,
    /// Which register of the meter; 1 where there is one.
    pub register: i64,
    /// From 1; a correction counts on.
    pub revision: i64,
    /// The days it was used in.
    pub period: Period,
    /// The day the meter was read.
    pub read_on: NaiveDate,
    /// How much.
    pub quantity: Quantity,
    /// Where the figure comes from, such as `12/217`: order and line of an import.
    pub source: String,
    /// Whether the meter was not read and the figure is an estimate.
    pub is_estimated: bool,
    /// Whether nobody was home.
    pub is_vacant: bool,
    /// What the meter counted between its reads, in smallest steps, where it was read.
    pub registered_steps: Option<i64>,
    /// What was found about the read when the figure was made; empty where nothing was.
    pub findings: String,
    /// What the figure was made of, for people who ask; empty where it was given as it is.
    pub grounds: String,
}

/// Why a figure is what it is, as it was recorded with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumptionGrounds {
    /// What the meter counted between its reads, in smallest steps, where it was read.
    pub registered_steps: Option<i64>,
    /// What was found about the read.
    pub findings: String,
    /// What the figure was made of.
    pub grounds: String,
}

/// What a service point used in one period, in its newest revision, for averages over many periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodUse {
    /// Its id.
    pub consumption: ConsumptionId,
    /// The account that answers for it.
    pub account: AccountId,
    /// Where it was used.
    pub service_point: ServicePointId,
    /// The days it was used in.
    pub period: Period,
    /// The day the meter was read.
    pub read_on: NaiveDate,
    /// How much.
    pub quantity: Quantity,
    /// Whether the figure is an estimate.
    pub is_estimated: bool,
    /// Whether nobody was home.
    pub is_vacant: bool,
}

/// A row of consumption in short; which revision and period it is stays untold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The account that answers for it.
    pub account: AccountId,
    /// Where it was used.
    pub service_point: ServicePointId,
    /// Its id.
    pub consumption: ConsumptionId,
    /// How much, in smallest steps.
    pub steps: i64,
}

/// Consumption as billing takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// Its id.
    pub id: ConsumptionId,
    /// The account that answers for it.
    pub account: AccountId,
    /// Where it was used.
    pub service_point: ServicePointId,
    /// The first day it is for.
    pub from_on: NaiveDate,
    /// How much.
    pub quantity: Quantity,
    /// Whether the figure is an estimate.
    pub is_estimated: bool,
}
