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

/// Figures of the page with where they lead; links of the page's body; all its links.
const LOOK: &str = "
    const main = document.querySelector('main');
    main.querySelectorAll('details').forEach(one => one.open = true);
    const inside = link => !link.closest('nav.crumbs, nav.tabs, thead, .table-tools, [rel=next], [rel=prev]');
    const href = link => link.getAttribute('href');
    const isOwn = link => href(link).startsWith('/') && !/[?&]as=/.test(href(link));
    const links = of => [...of.querySelectorAll('a[href]')].filter(link => inside(link) && isOwn(link)).map(href);
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
    return { figures, links: links(main), all };";

#[derive(Deserialize)]
struct Looked {
    figures: Vec<Figure>,
    links: Vec<String>,
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
    links: BTreeSet<String>,
    looked_at: BTreeSet<String>,
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
    // Pages are the same on both engines.
    for engine in engines(test).into_iter().take(1) {
        let town = Town::of(engine).await;
        let mut walk = Walk::new(routes::pages());
        for code in PEOPLE {
            walk.go(&town.sit(&browser, code).await).await;
        }
        tell(&format!("{test}: {} figures on {} pages", walk.figures, walk.looked_at.len()));
        assert!(1_000 < walk.figures, "pages show figures: {}", walk.figures);
        assert!(walk.faults.is_empty(), "{} lead nowhere:\n{}", walk.faults.len(), walk.faults.join("\n"));
        town.close(test, engine).await;
    }
}

impl Walk {
    fn new(pages: Vec<String>) -> Walk {
        let links = PLACES.map(str::to_owned).into();
        let (looked_at, known, tried, faults) = Default::default();
        Walk { pages, links, looked_at, known, tried, figures: 0, faults }
    }

    /// Looks at one page of each kind, and at the places named above, as far as this person may.
    async fn go(&mut self, hall: &Hall<'_>) {
        let places = PLACES.map(str::to_owned);
        let mut kept: BTreeSet<String> = BTreeSet::new();
        for place in places {
            self.look_at(hall, &place).await;
        }
        loop {
            let seen: BTreeSet<String> = self.looked_at.iter().filter_map(|href| self.kind(href)).collect();
            let is_new = |page: &&String| !seen.contains(*page) && !kept.contains(*page) && !is_excepted(page);
            let next = self.pages.iter().filter(is_new);
            let found = next.filter_map(|page| Some((page.clone(), routes::address_of(page, &self.links, SOMEBODY)?)));
            let Some((page, href)) = found.into_iter().next() else { return };
            kept.insert(page);
            self.look_at(hall, &href).await;
        }
    }

    async fn look_at(&mut self, hall: &Hall<'_>, href: &str) {
        if self.looked_at.contains(href) {
            return;
        }
        let Some(looked) = open(hall, href).await else { return };
        self.looked_at.insert(href.to_owned());
        self.links.extend(looked.all);
        let kind = self.kind(href).unwrap_or_default();
        if is_excepted(&kind) || is_postings(href) {
            return;
        }
        self.figures += looked.figures.len();
        let mut told = BTreeSet::new();
        for figure in looked.figures {
            if !told.contains(&figure.place) && !self.leads(hall, &figure.links, CLICKS_MAX - 1).await {
                self.faults.push(format!("{href}: “{}” at {} by {:?}", figure.text, figure.place, figure.links));
                told.insert(figure.place);
            }
        }
    }

    /// Whether one of some links leads to postings within so many more clicks.
    async fn leads(&mut self, hall: &Hall<'_>, links: &[String], clicks: u32) -> bool {
        let links: Vec<&String> = links.iter().collect();
        let is_near =
            |link: &&String| is_postings(link) || self.kind(link).is_some_and(|kind| self.is_known(&kind, clicks));
        if links.iter().any(is_near) {
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
            let Some(looked) = open(hall, link).await else { continue };
            if Box::pin(self.leads(hall, &looked.links, clicks - 1)).await {
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
    fn kind(&self, href: &str) -> Option<String> {
        let link: BTreeSet<String> = [href.to_owned()].into();
        let fits = |page: &&String| routes::address_of(page, &link, "{").is_some_and(|found| found == *href);
        self.pages.iter().filter(fits).min_by_key(|page| page.matches('{').count()).cloned()
    }
}

/// Opens a page and looks at it; `None` where it is not for this person, or is no page.
async fn open(hall: &Hall<'_>, href: &str) -> Option<Looked> {
    hall.open(href).await;
    let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
    let is_page = hall.browser.evaluate("return document.querySelector('main') !== null").await == true;
    if !is_page || hall.browser.evaluate(status).await != 200 {
        return None;
    }
    Some(serde_json::from_value(hall.browser.evaluate(LOOK).await).expect("the script gives these"))
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
