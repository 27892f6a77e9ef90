//! Trash: collection by container and dwelling, extra containers, fuel, roll-off boxes and what is tipped.

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule = RevenueModule {
    service: "trash",
    codes: &["trash.collection", "trash.extra", "trash.fuel", "trash.rolloff", "trash.disposal", "trash.surcharge"],
};
