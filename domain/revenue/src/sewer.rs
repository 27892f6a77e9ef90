//! Sewer: by the water that comes back, as measured or by a winter average.

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule =
    RevenueModule { service: "sewer", codes: &["sewer.base", "sewer.consumption", "sewer.surcharge"] };
