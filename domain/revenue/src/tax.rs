//! Taxes on the other lines: collected for an authority, owed to it, never revenue of the city.

use kernel::LedgerAccountId;

use crate::RevenueModule;

pub(crate) const MODULE: RevenueModule =
    RevenueModule { service: "tax", codes: &["tax.city", "tax.county", "tax.district", "tax.state"] };

/// To whom one tax is owed. Which fund and receivable bear it follows from the lines it is charged on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxLine {
    /// The authority, as rate schedules name it.
    pub authority: String,
    /// The authority's own code for the tax.
    pub code: String,
    /// The revenue code of its charges, such as `tax.state`.
    pub revenue: String,
    /// What an auditor reads.
    pub title: String,
    /// The liability it is owed in, open in each fund that bears it.
    pub liability: LedgerAccountId,
}
