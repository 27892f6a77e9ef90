//! The list of revenue lines: what a charge is for, and where its money goes in the books.

use kernel::{FundId, LedgerAccountId};

use crate::{airport, fees, sewer, stormwater, tax, trash, water};

/// One line of revenue the program knows how to charge; a new one is a module and a line in [`ALL`].
#[derive(Clone, Copy, Debug)]
pub struct RevenueModule {
    /// The service, such as `water`.
    pub service: &'static str,
    /// The revenue codes its rate schedules may name.
    pub codes: &'static [&'static str],
}

impl RevenueModule {
    /// Whether the service is billed by what a meter counts, so that a service point of it needs one.
    #[must_use]
    pub fn is_metered(&self) -> bool {
        self.codes.iter().any(|code| code.strip_prefix(self.service) == Some(".consumption"))
    }
}

/// Every revenue line there is.
pub const ALL: &[RevenueModule] =
    &[water::MODULE, sewer::MODULE, trash::MODULE, stormwater::MODULE, airport::MODULE, fees::MODULE, tax::MODULE];

/// Where the charges of one revenue code go in this town's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevenueLine {
    /// The code that rate schedules name, such as `water.consumption`.
    pub code: String,
    /// The service.
    pub service: String,
    /// What an auditor reads.
    pub title: String,
    /// The fund that earns it.
    pub fund: FundId,
    /// The receivable control account it is owed in.
    pub receivable: LedgerAccountId,
    /// The revenue account it is earned in.
    pub revenue: LedgerAccountId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_and_sewer_are_metered() {
        let metered: Vec<&str> = ALL.iter().filter(|line| line.is_metered()).map(|line| line.service).collect();
        assert_eq!(metered, ["water", "sewer"]);
    }
}
