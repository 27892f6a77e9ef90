//! The gallery: every page is fit for everybody, and hangs as a picture in `target/gallery`.
//!
//! The pages are those the program lists. One after another, people of the demo look at what they may; a page with a
//! part that varies is the first one that a link leads to. A page that nobody was shown is a fault.

use std::collections::BTreeSet;
use std::path::PathBuf;

use stories::Program;
use testkit::{Browser, Served, TestDb};

use crate::eyes::Eyes;
use crate::routes;

/// What everybody of the demo signs in with.
const PASSWORD: &str = "desert sunrise over the canal";

/// People of the demo who together are shown every page, in the order in which they look.
const PEOPLE: [&str; 6] =
    ["auditor", "revenue_administrator", "system_administrator", "customer_service_manager", "billing_analyst", "csr"];

/// Pages that the walk does not come to yet: they want a link that only some people are shown, a second step, or something
/// that has to happen first. The list only gets shorter.
const NOT_SHOWN: [&str; 17] = [
    "/outliers/{entry}/{pattern}",
    "/sign-in/code",
    "/sign-in/returned",
    "/sign-in/with/{place}",
    "/staff/{code}/assign-role",
    "/staff/{code}/end-role",
    "/staff/{code}/end-stand-in",
    "/staff/{code}/leave",
    "/staff/{code}/move",
    "/staff/{code}/sign-in",
    "/staff/{code}/sign-in/identity",
    "/staff/{code}/sign-in/link",
    "/staff/{code}/sign-in/second-factor",
    "/staff/{code}/sign-in/sessions",
    "/staff/{code}/stand-in",
    "/style/errors",
    "/welcome/{token}",
];

const LINKS: &str = "return [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))";

/// A walk through the pages of a served town.
pub(crate) struct Gallery {
    eyes: Eyes,
    address: String,
    /// Pages that nobody was shown yet.
    unseen: BTreeSet<String>,
    /// Where links led.
    links: BTreeSet<String>,
    /// A page that was kept from somebody.
    is_refusal_seen: bool,
    faults: Vec<String>,
}

#[tokio::test]
async fn every_page_is_fit_for_everybody() {
    let test = "every_page_is_fit_for_everybody";
    let Some(eyes) = Eyes::open(test, &folder()).await else { return };
    let town = demo().await;
    let served = Served::start(&town.url, &["--demo"]).await;
    let mut gallery = Gallery::new(
        eyes,
        &served.address,
        routes::pages().into_iter().filter(|page| !NOT_SHOWN.contains(&page.as_str())).collect(),
    );
    gallery.walk("nobody").await;
    for code in PEOPLE {
        sign_in(&gallery.eyes.browser, &served, code).await;
        gallery.walk(code).await;
    }
    gallery.look("no-such-page", "/no-such-page", 404).await;
    let complaints = gallery.complaints();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    drop(served);
    town.remove().await;
}

impl Gallery {
    /// A walk that has not begun, through these pages of a site.
    pub(crate) fn new(eyes: Eyes, address: &str, pages: Vec<String>) -> Gallery {
        let (unseen, links) = (pages.into_iter().collect(), BTreeSet::new());
        Gallery { eyes, address: address.to_owned(), unseen, links, is_refusal_seen: false, faults: Vec::new() }
    }

    /// What is left to complain of: faults of pages, pages that nobody was shown, nothing kept from anybody.
    pub(crate) fn complaints(mut self) -> Vec<String> {
        self.faults.extend(self.unseen.iter().map(|page| format!("{page} was shown to nobody")));
        self.faults.extend((!self.is_refusal_seen).then(|| "nothing was kept from anybody".to_owned()));
        self.faults
    }

    /// Shows a person every page that was not seen yet, as long as links lead to more.
    pub(crate) async fn walk(&mut self, person: &str) {
        let mut kept_from_them = BTreeSet::new();
        loop {
            let is_open = |page: &&String| !kept_from_them.contains(*page);
            let found = self.unseen.iter().filter(is_open);
            let next = found.filter_map(|page| Some((page.clone(), routes::address_of(page, &self.links)?))).next();
            let Some((page, path)) = next else { return };
            let asked = format!("{}{path}", self.address);
            let (status, answered) = self.eyes.visit(&asked).await;
            if status == 200 && answered == asked {
                self.look(&picture_name(&page), &path, 200).await;
                self.unseen.remove(&page);
                continue;
            }
            if status == 403 && !self.is_refusal_seen {
                self.is_refusal_seen = true;
                self.look(&format!("refused-to-{person}"), &path, 403).await;
            }
            kept_from_them.insert(page);
        }
    }

    pub(crate) async fn look(&mut self, name: &str, path: &str, status: u16) {
        self.faults.extend(self.eyes.faults(name, &format!("{}{path}", self.address), status).await);
        let links = self.eyes.browser.evaluate(LINKS).await;
        let links = links.as_array().cloned().unwrap_or_default();
        self.links.extend(
            links.iter().filter_map(|link| link.as_str()).filter(|link| link.starts_with('/')).map(str::to_owned),
        );
    }
}

/// The smallest demo: a year of bills, and one person for each role.
async fn demo() -> TestDb {
    let town = TestDb::empty(db::Engine::Sqlite).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path().to_str().expect("temporary folders have plain names");
    let words = ["demo", "--folder", folder, "--accounts", "20", "--no-serve"];
    let _summary = Program::on(&town.url).done("console", &words);
    town
}

async fn sign_in(browser: &Browser, served: &Served, code: &str) {
    browser.forget().await;
    browser.open(&served.url("/sign-in")).await;
    browser.fill("Sign-in name", code).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign in").await;
    let (address, text) = (browser.url().await, browser.text().await);
    assert!(!address.contains("/sign-in"), "{code} cannot sign in:\n{text}");
}

fn picture_name(page: &str) -> String {
    let words = page.split(['/', '{', '}']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    if words.is_empty() { "home".to_owned() } else { words.join("-") }
}

/// In the folder of what cargo builds, whichever that is.
fn folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let target = test.ancestors().nth(3).expect("tests lie in target/<profile>/deps");
    target.join("gallery")
}
