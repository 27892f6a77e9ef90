//! New rates: proposed, approved by another, in force, and on the first bill with the resolution that made them.

use testkit::{Browser, engines};

use super::Town;
use crate::hall::Hall;

/// The proposal of this story.
const PROPOSAL: &str = "/rates/proposals/water/2026-02-01/1";
/// The first period of the demo's first cycle that was not billed; its bills are dated in February.
const PERIOD: [&str; 4] = ["--cycle", "C1", "--from", "2026-01-01"];
/// Writes the text of new rates over the one of the rates in force: 4.22 in place of 4.02 from February on.
const WRITE: &str = "
    const box = document.querySelector('textarea[name=text]');
    box.value = box.value
        .replace(/effective_on = [0-9-]+/, 'effective_on = 2026-02-01')
        .replace(/ordinance = \"[^\"]*\"/, 'ordinance = \"Resolution R26-11\"')
        .replace('price = 4.02', 'price = 4.22');
    return box.value.includes('4.22') && box.value.includes('R26-11')";

#[tokio::test(flavor = "multi_thread")]
async fn new_rates_go_from_a_proposal_to_the_first_bill() {
    let test = "new_rates_go_from_a_proposal_to_the_first_bill";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        propose(&town.sit(&browser, "billing_analyst").await).await;
        approve(&town.sit(&browser, "revenue_administrator").await).await;
        let run = billed(&town);
        first_bill(&town.sit(&browser, "billing_analyst").await, &run).await;
        town.close(test, engine).await;
    }
}

async fn propose(analyst: &Hall<'_>) {
    let browser = analyst.browser;
    analyst.open("/rates/water/propose").await;
    assert_eq!(browser.evaluate(WRITE).await, true, "the rates in force stand there to be changed");
    browser.press("Check the text").await;
    browser.wait_for_text("Bills before and after").await;
    analyst.says(&["$4.02", "$4.22"]).await;
    browser.fill("Reason", "council's first reading of 20 January").await;
    browser.press("Propose these rates").await;
    browser.wait_for_text("They price nothing yet").await;
    assert_eq!(analyst.path().await, PROPOSAL);
    browser.press("What it does to the real accounts").await;
    browser.wait_for_text("Change in revenue").await;
    analyst.open(PROPOSAL).await;
    browser.fill("Reason", "Resolution R26-11 of 20 January").await;
    browser.press("Send for approval").await;
    browser.wait_for_text("Waits for a second person").await;
}

/// Whoever proposes does not approve; the second person finds it on the home page.
async fn approve(administrator: &Hall<'_>) {
    let browser = administrator.browser;
    browser.press("1 Rates that wait for your approval").await;
    administrator.wait_for_path("/approvals/").await;
    administrator.click_choice("decision", "approve").await;
    browser.fill("Your words", "as council decided").await;
    browser.press("Decide").await;
    browser.wait_for_text("approved, and done").await;
    administrator.open("/rates/water/2026-02-01").await;
    administrator.says(&["in force", "Approved by", "$4.22"]).await;
}

/// Bills the first month under the new rates.
fn billed(town: &Town) -> String {
    let run = |step: &'static str| [&["run", step], &PERIOD[..]].concat();
    town.program.done("billing_analyst", &run("close-reads"));
    let number = town.program.done("billing_analyst", &run("prepare")).trim().to_owned();
    town.program.done("billing_analyst", &["run", "trial", &number]);
    town.program.done("billing_analyst", &["run", "exceptions", &number, "--apply-rules"]);
    town.program.done("supervisor", &["run", "sign", &number]);
    town.program.done("billing_analyst", &["run", "post", &number]);
    number
}

/// The version leads to its first run, a bill of it is priced by it, and says by which resolution.
async fn first_bill(analyst: &Hall<'_>, run: &str) {
    let browser = analyst.browser;
    analyst.open("/rates/water/2026-02-01").await;
    analyst.says(&["These rates are locked"]).await;
    let first = analyst.link("/runs/").await;
    assert_eq!(first, format!("/runs/{run}"), "the version leads to its first run");
    let mut is_told = false;
    for position in 1..=20 {
        analyst.open(&format!("/bills/{run}-{position}/why")).await;
        let why = analyst.text().await;
        if why.contains(" kgal at 4.22") {
            analyst.says(&["Adopted by", "Resolution R26-11", "Feb 1, 2026"]).await;
            is_told = true;
            break;
        }
    }
    assert!(is_told, "a bill of run {run} is priced by the new rates");
    let version = analyst.link("/rates/water/2026-02-01").await;
    browser.open(&analyst.served.url(&version)).await;
    analyst.says(&["Resolution R26-11", "$4.22"]).await;
}
