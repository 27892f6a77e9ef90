//! With keys alone: from the home page into each queue, through what waits, and back; the focus is always in sight.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use stories::Program;
use testkit::{Browser, Key, engines};

use super::{Town, keys, tell};
use crate::events;
use crate::hall::{HOME, Hall};

/// Who together have every queue.
const PEOPLE: [&str; 8] = [
    "billing_analyst",
    "supervisor",
    "revenue_administrator",
    "customer_service_manager",
    "field_supervisor",
    "csr",
    "senior_csr",
    "system_administrator",
];

/// Steps from one thing to the next on a page, at most.
const STEPS_MAX: usize = 250;

/// What has the focus, and whether one sees that it has.
const FOCUS: &str = "
    const at = document.activeElement;
    const is_lost = !at || at === document.body || at === document.documentElement;
    if (is_lost) return { is_lost, is_seen: false, words: '', href: '', markup: '' };
    const style = getComputedStyle(at);
    const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    const box = at.getBoundingClientRect();
    const isThere = box.width > 0 && box.height > 0 && at.checkVisibility();
    const label = at.labels && at.labels[0] ? at.labels[0].textContent : '';
    const words = (at.getAttribute('aria-label') || label || at.textContent || at.value || '').trim();
    const href = at.getAttribute('href') ?? '';
    return { is_lost, is_seen: isOutlined && isThere, words, href, markup: at.outerHTML.slice(0, 200) };";

/// Queues of the page with something in them: their titles and where they lead.
const QUEUES: &str = "
    const all = [...document.querySelectorAll('.queues .queue')];
    const count = queue => queue.querySelector('.queue-count').textContent.trim();
    const title = queue => queue.querySelector('.queue-title').textContent.trim();
    const href = queue => queue.querySelector('a').getAttribute('href');
    return all.filter(queue => count(queue) !== '0').map(queue => [title(queue), href(queue)]);";

#[derive(Deserialize)]
struct Focus {
    is_lost: bool,
    is_seen: bool,
    words: String,
    href: String,
    markup: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_queue_is_worked_with_keys_alone() {
    let test = "every_queue_is_worked_with_keys_alone";
    let Some(browser) = Browser::start(test).await else { return };
    // Pages are the same on both engines.
    for engine in engines(test).into_iter().take(1) {
        let town = Town::of(engine).await;
        events::happen(&town.program, &town.place.db).await;
        something_waits(&town.program);
        let mut walked = BTreeSet::new();
        for code in PEOPLE {
            let hall = town.sit(&browser, code).await;
            walk(&hall, &mut walked).await;
        }
        tell(&format!("{test} on {engine:?}: {walked:?}"));
        for title in ["Exceptions to decide", "To approve", "Outliers to look at", "Rates that wait for your approval"]
        {
            assert!(walked.contains(title), "{title} is among {walked:?}");
        }
        decide_an_exception(&town.sit(&browser, "billing_analyst").await).await;
        decide_a_proposal(&town.sit(&browser, "supervisor").await).await;
        review_an_outlier(&town.sit(&browser, "supervisor").await).await;
        town.close(test, engine).await;
    }
}

/// A credit above a clerk's limit waits, one just below it looks odd, and rates wait for their approval.
fn something_waits(program: &Program) {
    let adjust = |amount: &str, bill: &str| {
        let words = ["adjust", "bill", bill, "water.consumption", "--amount", amount, "--code", "goodwill"];
        program.run("csr", &[&["--reason", "a wrong date was told"][..], &words].concat())
    };
    // Which bills of a summer's run are high enough, the demo decides.
    let bill = |place: &i32| format!("29-{place}");
    let waits = (1..=40).find(|place| adjust("-60.00", &bill(place)).err.contains("as proposal"));
    assert!(waits.is_some(), "a bill of run 29 is high enough");
    let is_odd = (1..=40).filter(|place| Some(*place) != waits).any(|place| adjust("-45.50", &bill(&place)).code == 0);
    assert!(is_odd, "another bill of run 29 is high enough");
    let sent = ["--reason", "as council decided", "rates", "schedule", "fee-extra-pickup", "2026-10-01"];
    let sent = program.run("billing_analyst", &sent);
    assert!(sent.err.contains("as proposal"), "{}{}", sent.out, sent.err);
}

/// Goes into each queue that has something and nobody went into before, through its rows, into the first of them, and
/// home again.
async fn walk(hall: &Hall<'_>, walked: &mut BTreeSet<String>) {
    let queues = hall.browser.evaluate(QUEUES).await;
    let queues: Vec<(String, String)> = serde_json::from_value(queues).expect("queues have a title and an address");
    for (title, href) in queues {
        if !walked.insert(title.clone()) {
            continue;
        }
        hall.enter(&title, &href).await;
        if 1 < hall.rows().await {
            for letter in ['j', 'j', 'k'] {
                hall.type_and_see(&[Key::Letter(letter)]).await;
            }
        } else if hall.rows().await == 1 {
            hall.type_and_see(&[Key::Letter('j')]).await;
        }
        if 0 < hall.rows().await {
            let from = hall.path().await;
            hall.browser.type_keys(&[Key::Enter]).await;
            hall.wait_to_leave(&from).await;
        }
        // Whatever page it is, one goes through it and home.
        hall.go_home().await;
    }
}

async fn decide_an_exception(hall: &Hall<'_>) {
    hall.enter("Exceptions to decide", "/exceptions").await;
    hall.type_and_see(&[Key::Letter('j')]).await;
    let from = hall.path().await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_to_leave(&from).await;
    hall.wait_for_work("What it charges").await;
    // The reason has the focus; the decision stands before it, the button behind it.
    hall.browser.type_keys(&keys("as the year before")).await;
    assert_eq!(hall.browser.filled("Reason").await, "as the year before", "the reason has the focus");
    let from = hall.path().await;
    hall.tab_back_to("The bill stays back").await;
    hall.type_and_see(&[Key::Up]).await;
    let chosen = hall.browser.focused().await;
    assert!(chosen.contains("Release"), "an arrow goes to the other choice, not to {chosen}");
    hall.tab_to("Decide, and open the next").await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_for_work("released").await;
    assert!(from.contains("/exceptions/"), "{from}");
    hall.go_home().await;
}

async fn decide_a_proposal(hall: &Hall<'_>) {
    hall.enter("To approve", "/approvals").await;
    hall.type_and_see(&[Key::Letter('j')]).await;
    let from = hall.path().await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_to_leave(&from).await;
    hall.tab_to("Approve").await;
    hall.type_and_see(&[Key::Space]).await;
    hall.tab_to("Your words").await;
    hall.browser.type_keys(&keys("the date was wrong indeed")).await;
    hall.tab_to("Decide").await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_for_work("approved, and done").await;
    hall.go_home().await;
}

async fn review_an_outlier(hall: &Hall<'_>) {
    hall.enter("Outliers to look at", "/outliers").await;
    hall.type_and_see(&[Key::Letter('j')]).await;
    let from = hall.path().await;
    hall.browser.type_keys(&[Key::Enter]).await;
    hall.wait_to_leave(&from).await;
    hall.review().await;
    hall.go_home().await;
}

impl Hall<'_> {
    /// From the home page into a queue.
    async fn enter(&self, title: &str, href: &str) {
        self.wait_for_work(HOME).await;
        self.tab_to(title).await;
        self.browser.type_keys(&[Key::Enter]).await;
        let path = href.split(['?', '#']).next().unwrap_or_default();
        self.wait_for_path(path).await;
    }

    /// Says what was found, and sends it.
    async fn review(&self) {
        let words = self.browser.evaluate("return document.querySelector('main form button').textContent.trim()").await;
        let button = words.as_str().expect("an outlier is answered by a form").to_owned();
        let field = "const at = document.querySelector('main form textarea, main form input[type=text]');
            return at.labels[0].textContent.trim()";
        let field = self.browser.evaluate(field).await;
        self.tab_to(field.as_str().expect("a field has a label")).await;
        self.browser.type_keys(&keys("the caller's letter is filed")).await;
        self.tab_to(&button).await;
        self.browser.type_keys(&[Key::Enter]).await;
        self.wait_for_work("The review is recorded").await;
    }

    /// Home by the first link of the page that leads there.
    async fn go_home(&self) {
        // From the top of a new page on, or back to it from where one is.
        let is_new = self.browser.evaluate("return document.activeElement === document.body").await == true;
        self.step_to(if is_new { Key::Tab } else { Key::BackTab }, |_, href| href == "/").await;
        self.browser.type_keys(&[Key::Enter]).await;
        self.wait_for_work(HOME).await;
    }

    async fn rows(&self) -> u64 {
        let rows = "const all = [...document.querySelectorAll('main [data-rows] > *')];
            return all.filter(row => row.querySelector('a')).length";
        self.browser.evaluate(rows).await.as_u64().expect("a number of rows")
    }

    async fn wait_to_leave(&self, from: &str) {
        let begun = Instant::now();
        while self.path().await == from {
            assert!(begun.elapsed() < Duration::from_secs(10), "Enter leads nowhere at {from}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Steps on until something with these words has the focus.
    pub(super) async fn tab_to(&self, words: &str) {
        self.step_to(Key::Tab, |told, _| told.contains(words)).await;
    }

    /// Steps back until something with these words has the focus.
    pub(super) async fn tab_back_to(&self, words: &str) {
        self.step_to(Key::BackTab, |told, _| told.contains(words)).await;
    }

    async fn step_to(&self, key: Key, is_meant: impl Fn(&str, &str) -> bool) {
        let mut passed = Vec::new();
        for _ in 0..STEPS_MAX {
            let Focus { words, href, .. } = self.type_and_see(&[key]).await;
            if is_meant(&words, &href) {
                return;
            }
            passed.push(words);
        }
        panic!("never came to it on {}, but to {passed:?}", self.path().await);
    }

    /// Presses keys, and sees where one is then.
    async fn type_and_see(&self, keys: &[Key]) -> Focus {
        self.browser.type_keys(keys).await;
        let focus: Focus = serde_json::from_value(self.browser.evaluate(FOCUS).await).expect("the script gives these");
        if focus.is_lost || !focus.is_seen {
            let path = self.path().await;
            panic!("after {keys:?} one does not see where one is at {path}: {}", focus.markup);
        }
        focus
    }
}
