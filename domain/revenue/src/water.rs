//! Water: potable and recycled water by meter.
//!
//! Charged per service point: a base charge by meter size, and consumption in block tiers.

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule =
    RevenueModule { service: "water", codes: &["water.base", "water.consumption", "water.surcharge"] };
