//! Stormwater: by lot, meter size or equivalent residential unit (ERU), rarely by use.

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule =
    RevenueModule { service: "stormwater", codes: &["stormwater.base", "stormwater.unit", "stormwater.surcharge"] };
