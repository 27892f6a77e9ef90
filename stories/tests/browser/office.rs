//! The office at work in a browser: each piece of work from its beginning to its end, on both engines.

mod collide;
mod figures;
mod high_bill;
mod keyboard;
mod month;
mod moving;
mod new_rates;
mod waiting;

use std::time::{Duration, Instant};

use db::Engine;
use stories::Program;
use testkit::{Browser, Key, Served, TestDb};

use crate::hall::{HOME, Hall};

/// What everybody of the demo signs in with.
const PASSWORD: &str = "desert sunrise over the canal";

/// How long work under way may take.
const WORKS_WITHIN: Duration = Duration::from_secs(60);

/// The demo's town with a year behind it, served on 1 July 2026.
struct Town {
    program: Program,
    served: Served,
    place: TestDb,
    begun: Instant,
}

impl Town {
    /// The demo's town on an engine, as it was made.
    async fn of(engine: Engine) -> Town {
        let begun = Instant::now();
        let place = stories::demo(engine).await;
        let program = Program::on(&place.url);
        let served = Served::start(&place.url, &["--demo"]).await;
        Town { program, served, place, begun }
    }

    /// Somebody of the demo sits down before a browser, by the code of their role.
    async fn sit<'a>(&'a self, browser: &'a Browser, code: &str) -> Hall<'a> {
        let hall = Hall { browser, served: &self.served };
        hall.give_password((code, PASSWORD)).await;
        browser.wait_for_text(HOME).await;
        hall
    }

    /// Closes the town, and tells how long it was open.
    async fn close(self, test: &str, engine: Engine) {
        let seconds = self.begun.elapsed().as_secs();
        tell(&format!("{test} on {engine:?}: {seconds} s"));
        drop(self.served);
        self.place.remove().await;
    }
}

impl Hall<'_> {
    /// The path of the page that stands in the browser.
    async fn path(&self) -> String {
        self.browser.url().await.replace(&self.served.address, "")
    }

    /// Waits until the browser stands on a page whose path holds some words, and gives the path.
    async fn wait_for_path(&self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let path = self.path().await;
            if path.contains(words) {
                return path;
            }
            assert!(begun.elapsed() < WORKS_WITHIN, "never came to {words}, but to {path}:\n{}", self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn text(&self) -> String {
        self.browser.text().await
    }

    /// Waits until work under way has brought the page to say something, by itself.
    async fn wait_for_work(&self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return text;
            }
            assert!(begun.elapsed() < WORKS_WITHIN, "“{words}” never came at {}:\n{text}", self.path().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Fails unless the page says all of these.
    async fn says(&self, all: &[&str]) -> String {
        let text = self.text().await;
        for words in all {
            assert!(text.contains(words), "{} does not say “{words}”:\n{text}", self.path().await);
        }
        text
    }

    /// The address of the first link of the page's body that begins like this.
    async fn link(&self, begin: &str) -> String {
        let script = format!("return document.querySelector('main a[href^=\"{begin}\"]')?.getAttribute('href') ?? ''");
        let href = self.browser.evaluate(&script).await.as_str().unwrap_or_default().to_owned();
        assert!(!href.is_empty(), "{} has no link to {begin}:\n{}", self.path().await, self.text().await);
        href
    }
}

/// Tells what was measured.
#[expect(clippy::print_stderr, reason = "a test tells its times and counts to whoever runs it")]
fn tell(words: &str) {
    eprintln!("{words}");
}

/// Text as keys.
fn keys(text: &str) -> Vec<Key> {
    text.chars().map(Key::Letter).collect()
}
