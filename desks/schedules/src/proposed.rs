//! What belongs beside a proposal of rates that waits for a second person: its prices, and what they would do.

use acts::Act;
use revenue::acts::ScheduleRates;
use staff::pages::PageOfProposal;

use crate::loaded::path_of_proposal;
use crate::trial;

/// The pages for whoever decides on proposed rates.
#[must_use]
pub fn pages_of_proposals() -> Vec<PageOfProposal> {
    let page = |words, needs_any, href| PageOfProposal { words, kind: ScheduleRates::KIND, needs_any, href };
    vec![
        page("Read the proposed prices", &[], prices),
        page("What they would do to the real accounts", trial::LOOK, what_if),
    ]
}

fn prices(command: &str) -> Option<String> {
    let asked: ScheduleRates = serde_json::from_str(command).ok()?;
    Some(path_of_proposal(&asked.schedule, asked.effective_on, asked.proposal))
}

fn what_if(command: &str) -> Option<String> {
    Some(format!("{}/what-if", prices(command)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_that_wait_lead_to_their_prices() {
        let command = r#"{"effective_on":"2026-10-01","proposal":2,"schedule":"water"}"#;
        assert_eq!(prices(command).as_deref(), Some("/rates/proposals/water/2026-10-01/2"));
        assert_eq!(what_if(command).as_deref(), Some("/rates/proposals/water/2026-10-01/2/what-if"));
        assert_eq!(prices("{}"), None);
    }
}
