//! Airport: tie-downs, hangars and shades rented by the month.

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule =
    RevenueModule { service: "airport", codes: &["airport.tiedown", "airport.hangar", "airport.shade"] };
