//! Fees: what is charged by the occasion, such as setting up an account, and not for a service period.
//!
//! Their rates are schedules like any other, each measured by how often: a quantity `count`.

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule = RevenueModule {
    service: "fees",
    codes: &["fees.setup", "fees.connect", "fees.service_call", "fees.extra_pickup", "fees.late", "fees.other"],
};
