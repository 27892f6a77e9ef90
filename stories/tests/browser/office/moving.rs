//! A move: one out, another in, step by step with a look ahead, and the agreements as they are then.

use testkit::{Browser, engines};

use super::Town;
use crate::hall::Hall;

/// Somebody of the demo who is served, and their place.
const LEAVES: (&str, &str) = ("100003-3", "P000002");

/// The label of the box for the meter's count, and what it showed last.
const METER: &str = "
    const box = document.querySelector('input[name^=\"count-\"]');
    const told = box.closest('.field, div').textContent.match(/last read ([0-9,]+)/)[1];
    return [box.labels[0].textContent.trim(), Number(told.replaceAll(',', ''))]";

#[tokio::test(flavor = "multi_thread")]
async fn one_moves_out_and_another_in_step_by_step() {
    let test = "one_moves_out_and_another_in_step_by_step";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        let clerk = town.sit(&browser, "csr").await;
        let (comes, promised) = moved(&clerk).await;
        look_again(&clerk, &comes).await;
        let analyst = |words: &[&str]| town.program.done("billing_analyst", words);
        analyst(&["run", "close-reads", "--cycle", "C1", "--from", "2026-01-01"]);
        let run = analyst(&["run", "prepare", "--cycle", "C1", "--from", "2026-01-01"]);
        analyst(&["run", "trial", run.trim()]);
        // The final bill is what the preview said it would be.
        let analyst = town.sit(&browser, "billing_analyst").await;
        analyst.open(&format!("/runs/{}/exceptions/{}", run.trim(), LEAVES.0)).await;
        analyst.says(&["What it charges", &promised]).await;
        town.close(test, engine).await;
    }
}

/// Carries the move out; the number of the account that was opened, and what the last bill is said to come to.
async fn moved(clerk: &Hall<'_>) -> (String, String) {
    let browser = clerk.browser;
    clerk.open(&format!("/accounts/{}", LEAVES.0)).await;
    browser.press("Move in, out or over").await;
    clerk.wait_for_path("/moves/new").await;
    clerk.click_choice("kind", "transfer").await;
    browser.press("Go on").await;
    clerk.wait_for_path("/moves/day").await;
    browser.fill("First day of whoever comes", "2026-01-20").await;
    let meter = browser.evaluate(METER).await;
    let (label, last): (String, i64) = serde_json::from_value(meter).expect("the meter there is asked for");
    browser.fill(&label, &(last + 321).to_string()).await;
    browser.press("Look at what changes").await;
    clerk.wait_for_path("/moves/preview").await;
    let all = ["Nothing is changed yet.", "19 of 31 days", "by the counts", "First bill of the new account"];
    let preview = clerk.says(&all).await;
    let promised = preview.split("Last bill, about").nth(1).and_then(|rest| rest.split_whitespace().next());
    let promised = promised.expect("the preview tells the last bill").to_owned();
    assert!(promised.starts_with('$'), "{preview}");
    // A slip is told, and loses nothing of what was typed.
    browser.fill("Name of whoever is new (optional)", "Ada Lind").await;
    browser.fill("Forwarding street or P.O. box (optional)", "9 Main St").await;
    browser.fill("Reason", "both called").await;
    browser.press("Hand the services over").await;
    browser.wait_for_text("An address needs a street and a city.").await;
    assert_eq!(browser.filled("Name of whoever is new (optional)").await, "Ada Lind", "what was typed stands there");
    browser.fill("Forwarding city (optional)", "Dayton").await;
    clerk.click_choice("asked_by", "in_person").await;
    browser.press("Hand the services over").await;
    browser.wait_for_text("is opened").await;
    let path = clerk.wait_for_path("/accounts/").await;
    (path.rsplit('/').next().expect("an account has a number").to_owned(), promised)
}

/// Both accounts and the place tell the move.
async fn look_again(clerk: &Hall<'_>, comes: &str) {
    clerk.open(&format!("/accounts/{comes}")).await;
    clerk.says(&["Ada Lind", "since Jan 20, 2026"]).await;
    clerk.open(&format!("/accounts/{}?show=moves", LEAVES.0)).await;
    clerk.says(&["Jan 19, 2026"]).await;
    clerk.open(&format!("/points/{}-W", LEAVES.1)).await;
    clerk.says(&["Ada Lind"]).await;
}
