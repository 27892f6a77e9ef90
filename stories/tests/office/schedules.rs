//! A change of rates: written with a slip, checked, proposed, tried on real accounts, approved by another, and billed.

use std::collections::BTreeSet;

use testkit::{Answer, Client};

use crate::hall::{Hall, page, send};

/// The proposal of this story.
const PROPOSAL: &str = "/rates/proposals/water/2026-02-01/1";
/// Where the text of new rates is checked.
const CHECK: &str = "/rates/water/propose/check";
/// Where it is proposed.
const PROPOSE: &str = "/rates/water/propose";
/// The first period of the demo's first cycle that was not billed; its bills are dated in February.
const PERIOD: [&str; 4] = ["--cycle", "C1", "--from", "2026-01-01"];

/// The text in force with other prices: the first thousand gallons of a house cost 4.22 instead of 4.02.
async fn new_text(client: &Client) -> String {
    let version = page(client, "/api/v1/rates/water/2025-10-01").await.json();
    let text = version["data"]["text"].as_str().expect("a version has a text").to_owned();
    assert!(text.contains("4.02") && text.contains("2025-10-01"), "the town charges 4.02: {text}");
    text.replace("2025-10-01", "2026-02-01").replace("Resolution R25-73", "Resolution R26-11").replace("4.02", "4.22")
}

/// Looks at a page until it says something.
async fn until(client: &Client, path: &str, words: &str) -> Answer {
    for _ in 0..600 {
        let answer = page(client, path).await;
        if answer.text().contains(words) {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} never says “{words}”: {}", page(client, path).await.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_rates_goes_from_a_proposal_to_the_first_bill() {
    let test = "a_change_of_rates_goes_from_a_proposal_to_the_first_bill";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let analyst = hall.sign_in("billing_analyst").await;
        let administrator = hall.sign_in("revenue_administrator").await;
        let clerk = hall.sign_in("csr").await;
        assert!(
            page(&clerk, "/rates/water/2025-10-01").await.text().contains("$4.02"),
            "anybody reads what is charged"
        );
        assert_eq!(clerk.get(PROPOSE).await.status, 403, "a clerk proposes no rates");
        let text = new_text(&analyst).await;
        written_and_proposed(&analyst, &text).await;
        tried(&analyst).await;
        approved((&analyst, &administrator)).await;
        billed(&hall, (&analyst, &clerk)).await;
        for path in ["/rates/where-it-goes", "/rates/water/compare", "/runs"] {
            every_anchor_is_one(&analyst, path).await;
        }
        hall.close().await;
    }
}

/// No two things of a page have the same anchor.
async fn every_anchor_is_one(client: &Client, path: &str) {
    let text = page(client, path).await.text();
    let mut seen = BTreeSet::new();
    for anchor in text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(seen.insert(anchor), "{path} has #{anchor} twice: {text}");
    }
}

/// A slip is shown with its line, a doubt with its place; what was changed after the check is not proposed.
async fn written_and_proposed(analyst: &Client, text: &str) {
    let slip = text.replace("4.22", "four");
    let wrong = send(analyst, PROPOSE, CHECK, &[("text", &slip)]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("column"), "the place of the slip is told: {}", wrong.text());
    assert!(wrong.text().contains("Nothing was proposed"), "{}", wrong.text());
    let steep = text.replace("5.79", "12.79");
    let checked = send(analyst, PROPOSE, CHECK, &[("text", &steep)]).await;
    assert_eq!(checked.status, 200, "{}", checked.text());
    for words in ["warning", "$4.02", "$4.22", "Bills before and after", "Propose these rates"] {
        assert!(checked.text().contains(words), "the check tells “{words}”: {}", checked.text());
    }
    assert!(checked.text().contains("would be in force from Feb 1, 2026, which is past"), "{}", checked.text());
    let misspelled = text.replace("\"water.consumption\"", "\"water.consumptoin\"");
    let unplaced = send(analyst, PROPOSE, CHECK, &[("text", &misspelled)]).await.text();
    assert!(unplaced.contains("some bills could not be made"), "{unplaced}");
    assert!(unplaced.contains("revenue_code_not_placed"), "the check tells what the approval refuses: {unplaced}");
    let reason = "council's first reading of 20 January";
    let changed = analyst.post_form(&checked, PROPOSE, &[("text", text), ("reason", reason)]).await;
    assert!(changed.text().contains("changed since it was checked"), "{}", changed.text());
    assert_eq!(analyst.get(PROPOSAL).await.status, 404, "nothing was proposed");
    let again = format!("{PROPOSE}?again=1");
    let done = analyst.post_form(&changed, &again, &[("text", text), ("reason", reason)]).await;
    assert_eq!(done.url.path(), PROPOSAL, "{}", done.text());
    assert!(done.text().contains("They price nothing yet"), "{}", done.text());
}

/// What real accounts would pay, first for a sample and then for all of them.
async fn tried(analyst: &Client) {
    let path = format!("{PROPOSAL}/what-if");
    let shown = page(analyst, &path).await;
    for words in ["Change in revenue", "Largest increases", "/accounts/", "Would pay more"] {
        assert!(shown.text().contains(words), "the trial tells “{words}”: {}", shown.text());
    }
    send(analyst, &path, &path, &[]).await;
    until(analyst, &path, "with this service").await;
}

/// Whoever proposes does not approve; the other person finds it on the home page.
async fn approved((analyst, administrator): (&Client, &Client)) {
    let reason = [("reason", "Resolution R26-11 of 20 January")];
    let sent = send(analyst, PROPOSAL, &format!("{PROPOSAL}/schedule"), &reason).await;
    assert!(sent.text().contains("Waits for a second person"), "{}", sent.text());
    assert!(!page(analyst, "/rates/water").await.text().contains("R26-11 (past)"), "nothing holds before the approval");
    let home = page(administrator, "/").await.text();
    assert!(home.contains("Rates that wait for your approval"), "{home}");
    let told = page(administrator, PROPOSAL).await.text();
    let approval = told.split("href=\"/approvals/").nth(1).and_then(|rest| rest.split('"').next());
    let approval = format!("/approvals/{}", approval.expect("the proposal leads to its approval"));
    for (path, words) in [(PROPOSAL, "which is past"), (approval.as_str(), "was past when they were proposed")] {
        let shown = page(administrator, path).await.text();
        assert!(shown.contains(words), "{path} says that the day is past: {shown}");
    }
    let decision = [("decision", "approve"), ("reason", "as council decided")];
    let done = send(administrator, &approval, &approval, &decision).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let version = page(administrator, "/rates/water/2026-02-01").await.text();
    assert!(version.contains("in force") && version.contains("Approved by"), "{version}");
    let priced = page(analyst, "/api/v1/rates/water/evaluate?on=2026-02-10&use=6&class=residential").await.json();
    // 14.18 + 6 × 4.22 = 39.50; taxes of 2.9, 5.6 and 0.7 percent are 1.15, 2.21 and 0.28.
    assert_eq!(priced["data"]["total_cents"], 43_14, "{priced}");
    assert_eq!(priced["data"]["effective_on"], "2026-02-01");
}

/// The first run after it prices by it, locks it, and its bills name it.
async fn billed(hall: &Hall, (analyst, clerk): (&Client, &Client)) {
    let run = |step: &'static str| [&["run", step], &PERIOD[..]].concat();
    hall.program.done("billing_analyst", &run("close-reads"));
    let number = hall.program.done("billing_analyst", &run("prepare")).trim().to_owned();
    hall.program.done("billing_analyst", &["run", "trial", &number]);
    let many = format!("/runs/{number}/exceptions/decide");
    let preview = analyst.get(&format!("{many}?state=open&scope=all&decision=release")).await;
    if preview.url.path() == many {
        let answer = analyst.post_form(&preview, &many, &[("reason", "as the year before")]).await;
        assert!(answer.text().contains("released"), "{}", answer.text());
    }
    hall.program.done("supervisor", &["run", "sign", &number]);
    hall.program.done("billing_analyst", &["run", "post", &number]);
    let version = page(analyst, "/rates/water/2026-02-01").await.text();
    assert!(version.contains("These rates are locked"), "{version}");
    assert!(version.contains(&format!("/runs/{number}")), "the version leads to its first run: {version}");
    let read = page(clerk, "/rates/water/2026-02-01").await.text();
    let (words, link) = (format!("Run {number}"), format!("href=\"/runs/{number}\""));
    assert!(read.contains(&words) && !read.contains(&link), "a clerk may not open the run: {read}");
    let refused = send(
        analyst,
        "/rates/water/2026-02-01/take-back",
        "/rates/water/2026-02-01/take-back",
        &[("reason", "a second thought")],
    )
    .await;
    assert_eq!(refused.status, 422, "what was billed is not taken back: {}", refused.text());
    let mut told = 0;
    for position in 1..=20 {
        let why = analyst.get(&format!("/bills/{number}-{position}/why")).await;
        told += i64::from(why.status == 200 && why.text().contains("Resolution R26-11"));
    }
    assert!(0 < told, "a bill of run {number} names the resolution");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_that_was_withdrawn_is_never_put_in_force() {
    let test = "a_proposal_that_was_withdrawn_is_never_put_in_force";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let analyst = hall.sign_in("billing_analyst").await;
        let text = new_text(&analyst).await;
        let checked = send(&analyst, PROPOSE, CHECK, &[("text", &text)]).await;
        let done = analyst.post_form(&checked, PROPOSE, &[("text", &text), ("reason", "a first draft")]).await;
        let path = format!("{PROPOSAL}/withdraw");
        let empty = analyst.post_form(&done, &path, &[("why", "")]).await;
        assert_eq!(empty.status, 422, "it is said why: {}", empty.text());
        let late = page(&analyst, PROPOSAL).await;
        let gone = analyst.post_form(&done, &path, &[("why", "council wants another draft")]).await;
        assert!(gone.text().contains("This proposal was withdrawn"), "{}", gone.text());
        let refused = analyst.post_form(&late, &format!("{PROPOSAL}/schedule"), &[("reason", "too late")]).await;
        assert_ne!(refused.url.path(), "/rates/water/2026-02-01", "{}", refused.text());
        assert_eq!(analyst.get("/rates/water/2026-02-01").await.status, 404, "nothing holds from that day");
        hall.close().await;
    }
}
