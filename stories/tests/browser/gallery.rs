//! The gallery: every page is fit for everybody, and hangs as a picture in `target/gallery`.
//!
//! The pages are those the program lists. One after another, people of the demo look at what they may; a page with a
//! part that varies is the first one that a link leads to. A page that nobody was shown is a fault.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use stories::Program;
use testkit::Served;

use crate::events;
use crate::eyes::Eyes;
use crate::hall::{ASKS_FOR_CODE, HOME, Hall, free_address};
use crate::routes;

/// Who has no name here.
const NOBODY: &str = "nobody";

/// What everybody of the demo signs in with.
const PASSWORD: &str = "desert sunrise over the canal";

/// People of the demo who together are shown every page, in the order in which they look.
const PEOPLE: [&str; 11] = [
    "auditor",
    "revenue_administrator",
    "system_administrator",
    "customer_service_manager",
    "billing_analyst",
    "supervisor",
    "csr",
    "senior_csr",
    "field_supervisor",
    "meter_technician",
    "revenue_accountant",
];

/// Where each of them looks first: what happened in the town is found from there.
const PLACES: [&str; 13] = [
    "/accounts/100001-7",
    "/accounts/100001-7/identity",
    "/accounts/100001-7/parties",
    "/accounts/100003-3/identity",
    "/accounts/100005-8",
    "/runs/1/exceptions?state=held",
    "/runs/55",
    "/runs/55/exceptions",
    "/moves?side=out&from=2025-03-01&through=2025-12-31",
    "/rates/fee-extra-pickup",
    "/points/P000000-W",
    "/books/ledger/2400/115100?month=2025-06",
    events::EXCHANGED,
];

/// Whose pages are looked at where no link leads to somebody's; they have a second factor.
const SOMEBODY: &str = "mail_clerk";

/// A provider of single sign-on at an address where nobody answers.
const NOBODY_ANSWERS: &str = "
[[provider]]
name = \"the city's directory\"
issuer = \"http://127.0.0.1:9\"
client_id = \"portreeve\"
client_secret = \"of-tests\"
";

/// How many pages are asked for their links beside each other.
const AT_ONCE: usize = 8;

const LINKS: &str = "return [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))";

/// Links of many pages, asked for beside each other; where an address leads elsewhere or is refused, there are none.
const LINKS_OF_PAGES: &str = "
    const links = async path => {
        const answer = await fetch(path);
        if (!answer.ok || !(answer.headers.get('content-type') || '').startsWith('text/html')) return [];
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        return [...page.querySelectorAll('a[href]')].map(link => link.getAttribute('href'));
    };
    return (await Promise.all(PATHS.map(links))).flat();";

/// A walk through the pages of a served town.
pub(crate) struct Gallery {
    eyes: Eyes,
    address: String,
    /// Pages that nobody was shown yet.
    unseen: BTreeSet<String>,
    /// Where links led.
    links: BTreeSet<String>,
    /// Addresses of pages that somebody was shown.
    shown: BTreeSet<String>,
    /// A page that was kept from somebody.
    is_refusal_seen: bool,
    faults: Vec<String>,
}

#[tokio::test]
async fn every_page_is_fit_for_everybody() {
    let test = "every_page_is_fit_for_everybody";
    let Some(eyes) = Eyes::open(test, &folder()).await else { return };
    let town = stories::demo(db::Engine::Sqlite).await;
    events::happen(&Program::on(&town.url), &town.db).await;
    let (address, folder) = (free_address(), tempfile::tempdir().expect("a temporary folder"));
    let file = folder.path().join("nobody-answers.toml");
    std::fs::write(&file, NOBODY_ANSWERS).expect("a file can be written");
    let (url, file) = (format!("http://{address}"), file.to_str().expect("temporary folders have plain names"));
    let serve = ["--db", &town.url, "--business-date", "2026-07-01", "serve", "--listen", &address, "--demo"];
    let served = Served::run(&[&serve[..], &["--public-url", &url, "--single-sign-on", file]].concat()).await;
    let mut gallery = Gallery::new(eyes, &served.address, routes::pages());
    nobody_looks(&mut gallery, &Program::on(&town.url)).await;
    somebody_sets_up_an_app(&mut gallery, &served).await;
    for code in PEOPLE {
        let hall = Hall { browser: &gallery.eyes.browser, served: &served };
        hall.give_password((code, PASSWORD)).await;
        hall.browser.wait_for_text(HOME).await;
        gallery.gather("/outliers?from=2026-01-01&through=2026-07-01").await;
        gallery.walk(code).await;
    }
    a_clerk_moves_somebody(&mut gallery, &served).await;
    for (page, path) in events::only_by_number(&town.db).await {
        gallery.show(page, (&path, 200)).await;
    }
    a_clerk_records_a_number(&mut gallery, &served).await;
    let decide = "/runs/55/exceptions/decide?decision=release&scope=all";
    gallery.show_to("billing_analyst", "/runs/{number}/exceptions/decide", decide, &served).await;
    gallery.show_to("billing_analyst", "/runs/{number}/held", "/runs/1/held", &served).await;
    the_administrator_makes_a_link(&mut gallery, &served).await;
    gallery.show("/style/errors", ("/style/errors", 422)).await;
    gallery.look("no-such-page", "/no-such-page", 404).await;
    let complaints = gallery.complaints();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    drop(served);
    town.remove().await;
}

/// Pages for whoever is not signed in, and those that answer with something else than 200.
async fn nobody_looks(gallery: &mut Gallery, program: &Program) {
    let link = program.done("system_administrator", &["--reason", "they are new", "staff", "link", "csr"]);
    let path = link.trim().find("/welcome/").map(|place| link.trim()[place..].to_owned());
    gallery.show("/welcome/{token}", (&path.expect("a link is printed"), 200)).await;
    gallery.show("/sign-in/with/{place}", ("/sign-in/with/0", 502)).await;
    gallery.show("/sign-in/returned", ("/sign-in/returned?error=access_denied", 200)).await;
    gallery.walk(NOBODY).await;
}

/// Somebody turns a second factor on, makes a token, and signs in again with the app.
async fn somebody_sets_up_an_app(gallery: &mut Gallery, served: &Served) {
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.give_password((SOMEBODY, PASSWORD)).await;
    hall.open("/profile/second-factor").await;
    let mut app = hall.set_up_app().await;
    gallery.look_at_answer("recovery-codes").await;
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.open("/profile/tokens").await;
    hall.browser.fill("Name", "The night's export").await;
    hall.click_choice("scopes", "staff.relations").await;
    hall.browser.press("Make token").await;
    hall.browser.wait_for_text("I have copied it").await;
    gallery.look_at_answer("token-made").await;
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.give_password((SOMEBODY, PASSWORD)).await;
    hall.browser.wait_for_text(ASKS_FOR_CODE).await;
    gallery.show("/sign-in/code", ("/sign-in/code", 200)).await;
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.open("/sign-in/code").await;
    hall.give_code(&mut app).await;
}

/// The steps of a move are pages of their own, with what was said in their address.
async fn a_clerk_moves_somebody(gallery: &mut Gallery, served: &Served) {
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.give_password(("csr", PASSWORD)).await;
    hall.browser.wait_for_text(HOME).await;
    hall.open(&format!("/moves/new?account={}", events::ACCOUNT.0)).await;
    let steps = [
        ("Go on", "/moves/day", "Look at what changes"),
        ("Look at what changes", "/moves/preview", "Who answers for what"),
    ];
    for (button, page, words) in steps {
        let hall = Hall { browser: &gallery.eyes.browser, served };
        hall.browser.press(button).await;
        hall.browser.wait_for_text(words).await;
        let path = hall.browser.url().await.replace(&served.address, "");
        gallery.show(page, (&path, 200)).await;
    }
}

/// A number that was shown is kept under seal, and looked at by whoever says why.
async fn a_clerk_records_a_number(gallery: &mut Gallery, served: &Served) {
    let (number, customer) = events::ACCOUNT;
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.open(&format!("/accounts/{number}/identity/{customer}/record")).await;
    hall.browser.tick("Employer number (EIN)").await;
    hall.browser.fill("Number", "12-3456789").await;
    hall.browser.press("Encrypt and record").await;
    hall.browser.wait_for_text("6789").await;
    let show = format!("/accounts/{number}/identity/{customer}/tax_id/show");
    gallery.show_to("supervisor", "/accounts/{number}/identity/{customer}/{kind}/show", &show, served).await;
}

async fn the_administrator_makes_a_link(gallery: &mut Gallery, served: &Served) {
    let hall = Hall { browser: &gallery.eyes.browser, served };
    hall.give_password(("system_administrator", PASSWORD)).await;
    hall.browser.wait_for_text(HOME).await;
    let _link = hall.link_for("csr").await;
    gallery.look_at_answer("link-made").await;
}

impl Gallery {
    /// A walk that has not begun, through these pages of a site.
    pub(crate) fn new(eyes: Eyes, address: &str, pages: Vec<String>) -> Gallery {
        let (unseen, links, shown) = (pages.into_iter().collect(), BTreeSet::new(), BTreeSet::new());
        Gallery { eyes, address: address.to_owned(), unseen, links, shown, is_refusal_seen: false, faults: Vec::new() }
    }

    /// What is left to complain of: faults of pages, pages that nobody was shown, nothing kept from anybody.
    pub(crate) fn complaints(mut self) -> Vec<String> {
        self.faults.extend(self.unseen.iter().map(|page| format!("{page} was shown to nobody")));
        self.faults.extend((!self.is_refusal_seen).then(|| "nothing was kept from anybody".to_owned()));
        self.faults
    }

    /// Looks at a page that no link of the walk leads to, or that answers otherwise than with 200.
    async fn show(&mut self, page: &str, (path, status): (&str, u16)) {
        self.look(&picture_name(page), path, status).await;
        self.unseen.remove(page);
    }

    /// Somebody signs in and looks at a page that no link leads to.
    async fn show_to(&mut self, person: &str, page: &str, path: &str, served: &Served) {
        let hall = Hall { browser: &self.eyes.browser, served };
        hall.give_password((person, PASSWORD)).await;
        hall.browser.wait_for_text(HOME).await;
        self.show(page, (path, 200)).await;
    }

    /// Looks at what a form was answered with, which cannot be opened again.
    async fn look_at_answer(&mut self, name: &str) {
        self.faults.extend(self.eyes.faults_of_answer(name).await);
    }

    /// Takes the links of a page along, if the person may see it.
    async fn gather(&mut self, path: &str) {
        self.eyes.visit(&format!("{}{path}", self.address)).await;
        self.take_links().await;
    }

    /// Shows a person every page that was not seen yet, as long as links lead to more.
    pub(crate) async fn walk(&mut self, person: &str) {
        let mut kept_from_them = BTreeSet::new();
        // What others were shown has ways on that are for this person alone.
        let places = PLACES.into_iter().map(str::to_owned).filter(|_| person != NOBODY);
        let paths = places.chain(self.shown.iter().cloned()).collect::<Vec<_>>();
        self.eyes.visit(&format!("{}/", self.address)).await;
        for some in paths.chunks(AT_ONCE) {
            let script = LINKS_OF_PAGES.replace("PATHS", &serde_json::to_string(some).expect("addresses are text"));
            self.take(&self.eyes.browser.evaluate(&script).await);
        }
        loop {
            let is_open = |page: &&String| !kept_from_them.contains(*page);
            let found = self.unseen.iter().filter(is_open);
            let next =
                found.filter_map(|page| Some((page.clone(), routes::address_of(page, &self.links, SOMEBODY)?))).next();
            let Some((page, path)) = next else { return };
            let asked = format!("{}{path}", self.address);
            let (status, answered) = self.eyes.visit(&asked).await;
            if status == 200 && answered == asked {
                self.look(&picture_name(&page), &path, 200).await;
                self.unseen.remove(&page);
                self.shown.insert(path);
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
        self.take_links().await;
    }

    async fn take_links(&mut self) {
        let links = self.eyes.browser.evaluate(LINKS).await;
        self.take(&links);
    }

    fn take(&mut self, links: &Value) {
        let links = links.as_array().expect("the script gives a list").iter();
        self.links.extend(links.filter_map(Value::as_str).filter(|link| link.starts_with('/')).map(str::to_owned));
    }
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
