//! With keys alone: from the home page into each queue, through what waits, and back; the focus is always in sight.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use testkit::{Browser, Key, engines};

use super::{keys, tell, waiting};
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

/// So many steps are taken before one looks where they led.
const STRIDE: usize = 16;

/// What has the focus, and whether one sees that it has.
const FOCUS: &str = "
    const focus = () => {
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
        return { is_lost, is_seen: isOutlined && isThere, words, href, markup: at.outerHTML.slice(0, 200) };
    };";

/// From here on what has the focus after each press of Tab is noted, until it is what is meant: there Tab leads no
/// further, however often it is pressed.
const FOLLOW: &str = "
    const way = window.way = { passed: [], isThere: false, end: new AbortController() };
    const listen = (what, act) => addEventListener(what, event => {
        if (event.key === 'Tab') act(event);
    }, { capture: true, signal: way.end.signal });
    listen('keydown', event => way.isThere && event.preventDefault());
    listen('keyup', () => {
        if (way.isThere) return;
        way.passed.push(focus());
        way.isThere = isMeant(way.passed.at(-1));
    });";

/// Whether one is there, and what had the focus on the way.
const FOLLOWED: &str = "way.end.abort(); return [way.isThere, way.passed]";

/// Queues of the page: their titles, where they lead, and whether something is in them.
const QUEUES: &str = "
    const all = [...document.querySelectorAll('.queues .queue')];
    const words = (queue, part) => queue.querySelector(part).textContent.trim();
    const href = queue => queue.querySelector('a').getAttribute('href');
    return all.map(queue => [words(queue, '.queue-title'), href(queue), words(queue, '.queue-count') !== '0']);";

#[derive(Deserialize)]
struct Focus {
    is_lost: bool,
    is_seen: bool,
    words: String,
    markup: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_queue_is_worked_with_keys_alone() {
    let test = "every_queue_is_worked_with_keys_alone";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let town = waiting::town(engine, folder.path()).await;
        tell(&format!("{test} on {engine:?}: {} s until all waits", town.begun.elapsed().as_secs()));
        let mut walked = BTreeSet::new();
        for code in PEOPLE {
            let hall = town.sit(&browser, code).await;
            walk(&hall, &mut walked).await;
        }
        let all: BTreeSet<String> = waiting::QUEUES.map(str::to_owned).into();
        let left: Vec<&String> = all.difference(&walked).collect();
        assert!(left.is_empty(), "nobody found anything in {left:?} on {engine:?}");
        decide_an_exception(&town.sit(&browser, "billing_analyst").await).await;
        decide_a_proposal(&town.sit(&browser, "supervisor").await).await;
        review_an_outlier(&town.sit(&browser, "supervisor").await).await;
        town.close(test, engine).await;
    }
}

/// Goes into each queue that has something and nobody went into before, through its rows, into the first of them, and
/// home again.
async fn walk(hall: &Hall<'_>, walked: &mut BTreeSet<String>) {
    let queues = hall.browser.evaluate(QUEUES).await;
    let queues: Vec<(String, String, bool)> = serde_json::from_value(queues).expect("the script gives these");
    for (title, href, is_any) in queues {
        assert!(waiting::QUEUES.contains(&title.as_str()), "in “{title}” nothing was made to wait");
        if !is_any || !walked.insert(title.clone()) {
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
    // In the evening and on a weekend, what the reviewer did before is an outlier too, which somebody else reviews.
    const OF_OTHERS: &str = "
        const all = [...document.querySelectorAll('main [data-rows] > *')].filter(row => row.querySelector('a'));
        return all.findIndex(row => !row.textContent.includes('Sol Reyes'));";
    hall.enter("Outliers to look at", "/outliers").await;
    let at = hall.browser.evaluate(OF_OTHERS).await.as_u64().expect("an outlier of somebody else");
    for _ in 0..=at {
        hall.type_and_see(&[Key::Letter('j')]).await;
    }
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
        self.step_to(if is_new { Key::Tab } else { Key::BackTab }, "at.href === '/'").await;
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
        self.step_to(Key::Tab, &holds(words)).await;
    }

    /// Steps back until something with these words has the focus.
    pub(super) async fn tab_back_to(&self, words: &str) {
        self.step_to(Key::BackTab, &holds(words)).await;
    }

    /// Steps until what has the focus is what is meant, and sees on each step where one is.
    async fn step_to(&self, key: Key, is_meant: &str) {
        let follow = format!("{FOCUS} const isMeant = at => {is_meant}; {FOLLOW}");
        let mut passed = Vec::new();
        while passed.len() < STEPS_MAX {
            self.browser.evaluate(&follow).await;
            self.browser.type_keys(&[key; STRIDE]).await;
            let followed = self.browser.evaluate(FOLLOWED).await;
            let (is_there, stride): (bool, Vec<Focus>) =
                serde_json::from_value(followed).expect("the script gives these");
            for focus in &stride {
                self.must_be_seen(focus, &[key]).await;
            }
            if is_there {
                return;
            }
            passed.extend(stride.into_iter().map(|focus| focus.words));
            assert!(passed.len().is_multiple_of(STRIDE), "one is led out of {} behind {passed:?}", self.path().await);
        }
        panic!("never came to it on {}, but to {passed:?}", self.path().await);
    }

    /// Presses keys, and sees where one is then.
    async fn type_and_see(&self, keys: &[Key]) {
        self.browser.type_keys(keys).await;
        let focus = self.browser.evaluate(&format!("{FOCUS} return focus()")).await;
        self.must_be_seen(&serde_json::from_value(focus).expect("the script gives these"), keys).await;
    }

    async fn must_be_seen(&self, focus: &Focus, keys: &[Key]) {
        if focus.is_lost || !focus.is_seen {
            let path = self.path().await;
            panic!("after {keys:?} one does not see where one is at {path}: {}", focus.markup);
        }
    }
}

/// That what has the focus has these words, as a script says it.
fn holds(words: &str) -> String {
    format!("at.words.includes({})", serde_json::json!(words))
}
