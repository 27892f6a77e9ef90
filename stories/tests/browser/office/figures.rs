//! Any figure on any page leads to its postings: by its own link, or the one of its row or its part of the page.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use testkit::{Browser, engines};

use super::{Town, tell};
use crate::hall::Hall;
use crate::routes;

/// Who together see every page with figures.
const PEOPLE: [&str; 3] = ["auditor", "billing_analyst", "supervisor"];

/// Clicks from a figure to the page that lists its postings, at most.
const CLICKS_MAX: u32 = 3;

/// How many pages of a kind are tried before it is said that the kind leads nowhere: one may be empty.
const TRIES: usize = 3;

/// Whose pages stand for all.
const SOMEBODY: &str = "mail_clerk";

/// Where the walk begins, besides the pages that need no number; each of these is looked at.
const PLACES: [&str; 14] = [
    "/accounts/100001-7",
    "/accounts/100001-7/ledger?service=water",
    "/bills/1-1",
    "/bills/45-1/why",
    "/runs/1",
    "/runs/1/register",
    "/runs/1/exceptions?state=held",
    "/books?month=2025-06",
    "/books/ledger/2400/115100?month=2025-06",
    "/books/proof?on=2025-06-06",
    "/books/receivables/accounts?on=2026-07-01&service=sewer&fund=2420&in=115100&age=older",
    "/books/taxes?month=2025-06",
    "/reports/views/accounts",
    "/reports/views/bills",
];

/// Pages whose figures are no money that moved, and why.
const EXCEPT: [(&str, &str); 14] = [
    ("/rates", "prices, and examples of what they come to"),
    ("/roles", "how much somebody may decide alone"),
    ("/staff", "how much somebody may decide alone"),
    ("/approvals", "what is proposed and not posted"),
    ("/outliers", "what somebody wanted to look at; the entry beside it leads on"),
    ("/log", "what was typed and answered, as it is stored; the record beside it leads on"),
    ("/history", "what was recorded"),
    ("/moves", "what a move would come to"),
    ("/bills/{number}/adjust", "a preview"),
    ("/bills/{number}/leak", "a preview"),
    ("/bills/{number}/rebill", "a preview"),
    ("/runs/{number}/exceptions", "bills that stay back, or are not posted yet"),
    ("/runs/{number}/rules", "from what amount on a bill is looked at"),
    ("/style", "examples of the kit"),
];

/// Figures of other pages that are no money that moved: the page, the column or the term, and why.
const STAYS_BACK: [(&str, &str, &str); 1] =
    [("/runs/{number}/register", "Not billed", "what is held is posted once it is made; the held bills are beside it")];

/// Which links of a part of a page lead on.
const LINKS: &str = "
    const inside = link => !link.closest('nav.crumbs, nav.tabs, thead, .table-tools, [rel=next], [rel=prev]');
    const href = link => link.getAttribute('href');
    const isOwn = link => href(link).startsWith('/') && !/[?&]as=/.test(href(link));
    const links = of => [...of.querySelectorAll('a[href]')].filter(link => inside(link) && isOwn(link)).map(href);";

/// Links of the body of a page elsewhere, which is not shown; nothing where it is not for this person, or is no page.
const LINKS_OF_PAGE: &str = "
    const answer = await fetch(path);
    if (answer.status !== 200 || !(answer.headers.get('content-type') ?? '').startsWith('text/html')) return null;
    const main = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    return main && links(main);";

/// Figures of the page with where they lead, and all its links; nothing where it is not for this person, or is no page.
const LOOK: &str = "
    const main = document.querySelector('main');
    if (!main || performance.getEntriesByType('navigation')[0].responseStatus !== 200) return null;
    main.querySelectorAll('details').forEach(one => one.open = true);
    const parts = 'a[href], tr, li, dd, dl > div, table, dl, .alert, .steps-of, section, .part';
    const figures = [];
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode.textContent.trim();
        const at = walk.currentNode.parentElement;
        if (!/\\$[0-9][0-9,]*\\.[0-9][0-9]/.test(text) || !at.checkVisibility()) continue;
        // A chart draws figures that stand on the page or below it; what one may choose or type is no figure.
        if (at.closest('option, textarea, svg, .chart, button, form.form')) continue;
        let found = [], part = at;
        for (; part && part !== main && found.length === 0; part = part.parentElement) {
            if (part.matches('a[href]')) found = isOwn(part) ? [href(part)] : [];
            else if (part.matches(parts)) found = links(part);
        }
        const section = at.closest('section')?.querySelector('h2, h3')?.textContent.trim() ?? '';
        const column = at.closest('td')?.dataset.title ?? at.closest('div')?.querySelector('dt')?.textContent ?? '';
        figures.push({ text, place: section + ' / ' + column, links: [...new Set(found)].slice(0, 40) });
    }
    const all = [...document.querySelectorAll('a[href]')].filter(isOwn).map(href);
    return { figures, all };";

#[derive(Deserialize)]
struct Looked {
    figures: Vec<Figure>,
    all: Vec<String>,
}

#[derive(Deserialize)]
struct Figure {
    text: String,
    place: String,
    links: Vec<String>,
}

/// A walk through the pages of a town with whoever sits there.
struct Walk {
    pages: Vec<String>,
    /// Where links led.
    links: BTreeSet<String>,
    /// Of each page that links led to, the first of its addresses.
    first: BTreeMap<String, String>,
    /// Of what kind an address is, where somebody asked.
    kinds: BTreeMap<String, Option<String>>,
    looked_at: BTreeSet<String>,
    /// Of what kinds that was.
    seen: BTreeSet<String>,
    /// Kinds of pages, and within how many clicks they lead to postings.
    known: BTreeMap<String, u32>,
    tried: BTreeMap<(String, u32), BTreeSet<String>>,
    figures: usize,
    faults: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_leads_to_its_postings() {
    let test = "every_figure_leads_to_its_postings";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        let mut walk = Walk::new(routes::pages());
        for code in PEOPLE {
            walk.go(&town.sit(&browser, code).await).await;
        }
        tell(&format!("{test} on {engine:?}: {} figures on {} pages", walk.figures, walk.looked_at.len()));
        assert!(1_000 < walk.figures, "pages show figures: {}", walk.figures);
        assert!(walk.faults.is_empty(), "{} lead nowhere:\n{}", walk.faults.len(), walk.faults.join("\n"));
        town.close(test, engine).await;
    }
}

impl Walk {
    fn new(pages: Vec<String>) -> Walk {
        let (links, first, kinds, looked_at, seen, known, tried, faults) = Default::default();
        let mut walk = Walk { pages, links, first, kinds, looked_at, seen, known, tried, figures: 0, faults };
        walk.find(PLACES.map(str::to_owned));
        walk
    }

    /// Looks at one page of each kind, and at the places named above, as far as this person may.
    async fn go(&mut self, hall: &Hall<'_>) {
        let mut kept: BTreeSet<String> = BTreeSet::new();
        for place in PLACES {
            self.look_at(hall, place).await;
        }
        loop {
            let is_new = |page: &&String| !self.seen.contains(*page) && !kept.contains(*page) && !is_excepted(page);
            let found = |page: &String| {
                let first = self.first.get(page).cloned().into_iter().collect();
                Some((page.clone(), routes::address_of(page, &first, SOMEBODY)?))
            };
            let Some((page, href)) = self.pages.iter().filter(is_new).find_map(found) else { return };
            kept.insert(page);
            self.look_at(hall, &href).await;
        }
    }

    /// Keeps where links lead.
    fn find(&mut self, links: impl IntoIterator<Item = String>) {
        for link in links {
            if self.links.contains(&link) {
                continue;
            }
            for page in self.pages.iter().filter(|page| routes::fits(page, &link)) {
                let first = self.first.entry(page.clone()).or_insert_with(|| link.clone());
                if link < *first {
                    first.clone_from(&link);
                }
            }
            self.links.insert(link);
        }
    }

    async fn look_at(&mut self, hall: &Hall<'_>, href: &str) {
        if self.looked_at.contains(href) {
            return;
        }
        let Some(looked) = open(hall, href).await else { return };
        self.looked_at.insert(href.to_owned());
        self.find(looked.all);
        let kind = self.kind(href).unwrap_or_default();
        self.seen.insert(kind.clone());
        if is_excepted(&kind) || is_postings(href) {
            return;
        }
        self.figures += looked.figures.len();
        let mut told = BTreeSet::new();
        for figure in looked.figures.into_iter().filter(|figure| !stays_back(&kind, &figure.place)) {
            if !told.contains(&figure.place) && !self.leads(hall, &figure.links, CLICKS_MAX - 1).await {
                self.faults.push(format!("{href}: “{}” at {} by {:?}", figure.text, figure.place, figure.links));
                told.insert(figure.place);
            }
        }
    }

    /// Whether one of some links leads to postings within so many more clicks.
    async fn leads(&mut self, hall: &Hall<'_>, links: &[String], clicks: u32) -> bool {
        let mut is_near =
            |link: &String| is_postings(link) || self.kind(link).is_some_and(|kind| self.is_known(&kind, clicks));
        if links.iter().any(&mut is_near) {
            return true;
        }
        if clicks == 0 {
            return false;
        }
        for link in links {
            let Some(kind) = self.kind(link) else { continue };
            let tried = self.tried.entry((kind.clone(), clicks)).or_default();
            if TRIES <= tried.len() || !tried.insert(link.clone()) {
                continue;
            }
            let Some(links) = links_of(hall, link).await else { continue };
            if Box::pin(self.leads(hall, &links, clicks - 1)).await {
                let known = self.known.entry(kind).or_insert(clicks);
                *known = clicks.min(*known);
                return true;
            }
        }
        false
    }

    fn is_known(&self, kind: &str, clicks: u32) -> bool {
        self.known.get(kind).is_some_and(|known| *known <= clicks)
    }

    /// The kind of page at an address; of several the one that is named most exactly.
    fn kind(&mut self, href: &str) -> Option<String> {
        if let Some(kind) = self.kinds.get(href) {
            return kind.clone();
        }
        let fits = self.pages.iter().filter(|page| routes::fits(page, href));
        let kind = fits.min_by_key(|page| page.matches('{').count()).cloned();
        self.kinds.insert(href.to_owned(), kind.clone());
        kind
    }
}

/// Opens a page and looks at it; `None` where it is not for this person, or is no page.
async fn open(hall: &Hall<'_>, href: &str) -> Option<Looked> {
    hall.open(href).await;
    let looked = hall.browser.evaluate(&format!("{LINKS} {LOOK}")).await;
    serde_json::from_value(looked).expect("the script gives these")
}

/// The links of a page that need not be shown; `None` where it is not for this person, or is no page.
async fn links_of(hall: &Hall<'_>, href: &str) -> Option<Vec<String>> {
    let script = format!("{LINKS} const path = {}; {LINKS_OF_PAGE}", serde_json::json!(href));
    serde_json::from_value(hall.browser.evaluate(&script).await).expect("the script gives these")
}

/// Whether a page lists postings.
fn is_postings(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    matches!(parts[..], ["books", "journals", _] | ["books", "ledger", ..] | ["accounts", _, "ledger"])
}

fn is_excepted(page: &str) -> bool {
    EXCEPT.iter().any(|(begin, _)| page.starts_with(begin))
}

fn stays_back(kind: &str, place: &str) -> bool {
    STAYS_BACK.iter().any(|(page, part, _)| *page == kind && place.ends_with(part))
}
