//! A month from reads to posted bills: one person reads and another bills, a third signs; the first may not.

use std::collections::BTreeMap;

use testkit::{Browser, Key, engines};

use super::{Town, keys};
use crate::hall::Hall;

/// The first period of the demo's first cycle that was not billed.
const PERIOD: &str = "cycle=C1&from=2026-01-01";

/// A last read and a usual use of every row of the sheet, in steps of its meter.
const SHEET: &str = "
    return [...document.querySelectorAll('tbody tr')].map(row => {
        const box = row.querySelector('input[data-next]');
        const last = row.querySelector('[data-title=\"Last read\"]');
        return [box.name, (last.textContent.trim().match(/^[0-9,]+/) || ['0'])[0].replaceAll(',', '')];
    })";

#[tokio::test(flavor = "multi_thread")]
async fn a_month_goes_from_reads_to_posted_bills() {
    let test = "a_month_goes_from_reads_to_posted_bills";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        read_a_route(&town.sit(&browser, "field_supervisor").await).await;
        let run = bill(&town.sit(&browser, "billing_analyst").await).await;
        sign(&town.sit(&browser, "supervisor").await, &run).await;
        post(&town.sit(&browser, "billing_analyst").await, &run).await;
        let books = town.program.done("console", &["ledger", "prove"]);
        assert!(books.contains("\"is_proved\": true"), "{books}");
        town.close(test, engine).await;
    }
}

/// A route is typed row by row, as from a sheet of paper: Enter goes on. One meter counted far too much.
async fn read_a_route(hall: &Hall<'_>) {
    hall.open(&format!("/reads/enter?{PERIOD}")).await;
    let sheet = hall.browser.evaluate(SHEET).await;
    let sheet: Vec<(String, String)> = serde_json::from_value(sheet).expect("rows have a box and a last read");
    assert!(10 < sheet.len(), "a route has meters: {sheet:?}");
    hall.browser.fill("Read on", "2026-02-01").await;
    hall.browser.evaluate(&format!("document.getElementsByName('{}')[0].focus(); return 1", sheet[0].0)).await;
    let mut typed = BTreeMap::new();
    for (place, (name, last)) in sheet.iter().enumerate() {
        let at = hall.browser.evaluate("return document.activeElement.name").await;
        assert_eq!(at.as_str(), Some(name.as_str()), "Enter goes on to the next row");
        let last: i64 = last.parse().expect("a count is a number");
        // The third one runs away, and the last one is left to be estimated.
        let count = if place == 2 { last + 9_000 } else { last + 500 };
        let is_last = place + 1 == sheet.len();
        let text = if is_last { String::new() } else { count.to_string() };
        hall.browser.type_keys(&[keys(&text), vec![Key::Enter]].concat()).await;
        typed.insert(name.clone(), text);
    }
    hall.browser.type_keys(&[Key::Enter]).await;
    let judged = hall.browser.wait_for_text("odd, not saved").await;
    assert!(judged.contains("reads saved"), "{judged}");
    // What looks odd was looked at again: it is what the meter shows.
    let sure = "const all = [...document.querySelectorAll('input[name^=\"sure-\"]')]; all.forEach(one => one.click());
                return all.length";
    let odd = hall.browser.evaluate(sure).await;
    assert_ne!(odd, 0, "what looks odd asks whether one is sure: {judged}");
    hall.browser.press("Save").await;
    hall.wait_for_work("saved").await;
}

/// Reads are closed, a run is prepared and tried, and its exceptions are decided with the keyboard alone.
async fn bill(hall: &Hall<'_>) -> String {
    hall.open(&format!("/runs/new?{PERIOD}")).await;
    hall.browser.press("Close the reads").await;
    hall.wait_for_work("The reads are closed").await;
    hall.browser.press("Prepare the run").await;
    // Of a small town it may be prepared before one has looked.
    hall.wait_for_work("It is prepar").await;
    let run = hall.path().await;
    hall.wait_for_work("Try the bills").await;
    hall.browser.press("Try the bills").await;
    let tried = hall.wait_for_work("It is tried.").await;
    assert!(tried.contains("to decide") || tried.contains("Exceptions"), "{tried}");
    let exceptions = format!("{run}/exceptions");
    hall.open(&exceptions).await;
    hall.says(&["High", "Release …", "j and k go through the rows, x checks one"]).await;
    hold_the_first(hall).await;
    hall.open(&exceptions).await;
    release_the_rest(hall).await;
    hall.open(&run).await;
    hall.browser.wait_for_text("Every exception is decided").await;
    // Whoever billed reads the register, and is not the one who signs it.
    hall.browser.press("Read the register").await;
    hall.wait_for_path("/register").await;
    let register = hall.says(&["What must agree", "Somebody who may sign registers signs it next."]).await;
    assert!(!register.contains("Sign the register"), "one person does not do both: {register}");
    run
}

/// Down to the first row, check it, and up again to the button that holds it.
async fn hold_the_first(hall: &Hall<'_>) {
    hall.browser.type_keys(&[Key::Letter('j'), Key::Letter('x')]).await;
    let checked = hall.browser.evaluate("return document.querySelectorAll('input[name=pick]:checked').length").await;
    assert_eq!(checked, 1, "x checks the row one stands on");
    hall.tab_back_to("Hold …").await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_for_path("decision=hold").await;
    hall.browser.wait_for_text("What happens").await;
    give_reason(hall, "a leak was reported, the meter is looked at").await;
    hall.browser.wait_for_text("held").await;
}

async fn release_the_rest(hall: &Hall<'_>) {
    hall.tab_to("What is checked").await;
    hall.browser.type_keys(&[Key::Down]).await;
    assert_eq!(hall.browser.focused().await, "All that match", "an arrow goes to the other choice");
    hall.tab_to("Release …").await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_for_path("decision=release").await;
    hall.browser.wait_for_text("These bills come to").await;
    give_reason(hall, "the use is that of the last summer").await;
    hall.browser.wait_for_text("released").await;
}

/// The reason has the focus; Enter in it would begin a new line, so the button is gone to.
async fn give_reason(hall: &Hall<'_>, reason: &str) {
    hall.browser.type_keys(&keys(reason)).await;
    assert_eq!(hall.browser.filled("Reason").await, reason, "the reason has the focus");
    let button = hall.browser.evaluate("return document.querySelector('main form button').textContent.trim()").await;
    hall.tab_to(button.as_str().expect("a form has a button")).await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_for_path("/exceptions?").await;
}

/// The second person finds the register on the home page, and signs it.
async fn sign(hall: &Hall<'_>, run: &str) {
    hall.browser.press("1 Registers to sign").await;
    hall.wait_for_path(&format!("{run}/register")).await;
    hall.says(&["What must agree", "agrees", "Bills that go out", "They come to"]).await;
    assert!(!hall.text().await.contains("differs"), "what must agree agrees");
    hall.browser.fill("Reason", "compared with December").await;
    hall.browser.press("Sign the register").await;
    hall.browser.wait_for_text("The register is signed").await;
}

async fn post(hall: &Hall<'_>, run: &str) {
    hall.open(run).await;
    hall.browser.press("Post the bills").await;
    // From here on nobody touches the page: it follows the work by itself.
    hall.wait_for_work("Mark the bills as given out").await;
    hall.open("/completeness?as_of=2026-02-06").await;
    let proof = hall.says(&["On exactly one bill"]).await;
    assert!(!proof.contains("what nothing explains"), "{proof}");
    let number = run.rsplit('/').next().expect("a run has a number");
    hall.open(&format!("/bills/{number}-1")).await;
    hall.says(&["Charges of this bill", "Amount due", "Compared with the last bill"]).await;
}
