//! Every kind of file that can be brought in and got back; a new kind is a line in one list.

use std::sync::Arc;

use billing::Agreements;
use customers::Customers;
use imports::{Intake, Outlet};
use metering::intake::{Meters, Reads, Routes};
use premises::Premises;

/// What takes files, by kind.
pub fn intakes() -> Vec<Arc<dyn Intake>> {
    kinds().into_iter().map(|(intake, _)| intake).collect()
}

/// What files are got back from, by kind.
pub fn outlets() -> Vec<Arc<dyn Outlet>> {
    kinds().into_iter().map(|(_, outlet)| outlet).collect()
}

/// What takes a kind of file, and what it is got back from.
type BothWays = (Arc<dyn Intake>, Arc<dyn Outlet>);

fn kinds() -> Vec<BothWays> {
    vec![
        both_ways(Customers),
        both_ways(premises()),
        both_ways(Meters),
        both_ways(Routes),
        both_ways(Agreements),
        both_ways(Reads),
    ]
}

fn both_ways<T: Intake + Outlet>(kind: T) -> BothWays {
    let kind = Arc::new(kind);
    (kind.clone(), kind)
}

/// Premises with the services a city can charge for; a tax is charged, but nobody is served with it.
fn premises() -> Premises {
    let services = revenue::ALL.iter().map(|module| module.service).filter(|service| *service != "tax");
    Premises::with_services(services.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_out_comes_in_again() {
        for outlet in outlets() {
            let intake = intakes().into_iter().find(|intake| intake.kind() == outlet.kind());
            let intake = intake.unwrap_or_else(|| panic!("nothing takes {}", outlet.kind()));
            assert_eq!(intake.fields(), outlet.fields(), "{}", outlet.kind());
        }
    }

    #[test]
    fn permissions_of_intakes_can_be_granted() {
        let all = crate::commands::all_permissions();
        for intake in intakes() {
            assert!(all.contains(&intake.permission()), "{}", intake.kind());
        }
    }
}
