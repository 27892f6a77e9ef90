//! Any figure on any page leads to its postings: by its own link or one of its row, and wherever a link leads, the figure
//! stands there again, until it stands on a page of postings. A sum leads there by its parts, which come to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use testkit::{Browser, engines};

use super::{Town, tell};
use crate::hall::Hall;
use crate::routes;

/// Who together see every page with figures.
const PEOPLE: [&str; 3] = ["auditor", "billing_analyst", "supervisor"];

/// Clicks from a figure to the page that lists its postings, at most: of all years it is the fund, the ledger account, the
/// month and the day.
const CLICKS_MAX: u32 = 4;

/// How many pages of each kind are looked at, besides the places.
const OF_A_KIND: usize = 2;

/// How many figures of a column are followed on a page, and how many parts of a sum.
const OF_A_COLUMN: usize = 3;

/// Over how many pages of a table a sum is looked for.
const LEAVES_MAX: usize = 40;

/// Whose pages stand for all.
const SOMEBODY: &str = "mail_clerk";

/// Where the walk begins, besides the pages that need no number; each of these is looked at.
const PLACES: [&str; 15] = [
    "/accounts/100001-7",
    "/accounts/100001-7/ledger?service=water",
    "/bills/1-1",
    "/bills/45-1",
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

/// Kinds of change that tell of money, whose first entry in the log is looked at.
const LOGGED: [&str; 2] = ["billing.adjust_account", "billing.post"];

/// Why what taxes are on does not stand in the books by itself.
const TAXED: &str = "what a tax is a percentage of is posted charge by charge; the bills are listed behind it";

/// Pages, and of some a section or a column, whose figures are no money that moved, and why.
const EXCEPT: [(&str, &str, &str); 14] = [
    ("/style", "", "examples of the kit"),
    ("/roles", "", "how much somebody may decide alone"),
    ("/approvals", "Change", "how much may be decided alone"),
    ("/log/{id}", "", "what was typed and answered, as it is stored; the record beside it leads on"),
    ("/rates/{schedule}/{date}", "", "prices, and an example of what they come to"),
    ("/runs/{number}/exceptions/{account}", "", "a bill that stays back, or is not posted yet"),
    ("/runs/{number}/rules", "High from", "from what amount on a bill is looked at"),
    ("/runs/{number}/register", "Not billed", "what is held is posted once it is made; the held bills are beside it"),
    ("/bills/{number}", "Difference", "the two figures beside it lead on"),
    ("/bills/{number}", "Compared with the last bill / ", "why the two figures above differ, in parts"),
    ("/runs/{number}/register", "Taxes / Taxable", TAXED),
    ("/runs/{number}/taxes", "Taxable", TAXED),
    ("/books/taxes", "Taxable", TAXED),
    ("/books/taxes/accounts", "Taxable", TAXED),
];

/// What a page says in money, and where that leads; nothing where it is not for this person, or is no page.
const LOOK: &str = r"
    const PARTS_MAX = 3;
    const answer = await fetch(path);
    if (answer.status !== 200 || !(answer.headers.get('content-type') ?? '').startsWith('text/html')) return null;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const main = page.querySelector('main');
    if (!main) return null;
    const amounts = text => [...text.matchAll(/(\(?)\$([0-9][0-9,]*)\.([0-9]{2})(?![0-9])/g)]
        .map(one => Number(one[2].replaceAll(',', '') + one[3]) * (one[1] ? -1 : 1));
    const isInside = link => !link.closest('nav.crumbs, nav.tabs, thead, .table-tools, [rel=next], [rel=prev]');
    const href = link => link.getAttribute('href');
    const isOwn = link => href(link).startsWith('/') && !/[?&]as=/.test(href(link));
    const linksOf = part => [...new Set([...part.querySelectorAll('a[href]')]
        .filter(link => isInside(link) && isOwn(link)).map(href))];
    const links = at => {
        const own = at.closest('a[href]');
        if (own) return isOwn(own) ? [href(own)] : [];
        const row = at.closest('tr, li, dl > div') ?? at.closest('.alert');
        return row && !row.closest('tfoot') ? linksOf(row) : [];
    };
    // What a table says in each column of money: the sum, and figures it is made of.
    const texts = part => {
        const [walk, found] = [page.createTreeWalker(part, NodeFilter.SHOW_TEXT), []];
        while (walk.nextNode()) if (amounts(walk.currentNode.textContent).length) found.push(walk.currentNode);
        return found;
    };
    const columns = [...main.querySelectorAll('table')].flatMap(table => {
        const rows = [...table.tBodies].flatMap(body => [...body.rows]);
        const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
        return heads.map((head, place) => {
            const found = rows.flatMap(row => row.cells[place] ? texts(row.cells[place]).slice(0, 1) : []);
            const parts = found.map(at => ({ cents: amounts(at.textContent)[0], links: links(at.parentElement) }));
            const sum = parts.reduce((all, part) => all + part.cents, 0);
            const some = parts.filter(part => part.cents).slice(0, PARTS_MAX);
            const title = (table.caption?.textContent.trim() ?? '') + ' / ' + head.textContent.trim();
            return { title, sum, parts: some.map(part => ({ cents: Math.abs(part.cents), links: part.links })) };
        }).filter(column => column.parts.length);
    });
    const next = [...main.querySelectorAll('a[rel=next]')].map(href)[0] ?? null;
    const figures = [];
    const walk = page.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const [text, at] = [walk.currentNode.textContent.trim(), walk.currentNode.parentElement];
        // A chart draws figures that stand on the page or below it; what one may choose or type is no figure.
        if (at.closest('option, textarea, svg, .chart, button, form.form, script, style')) continue;
        const section = at.closest('section, .part')?.querySelector('h2, h3')?.textContent.trim() ?? '';
        const column = at.closest('td')?.dataset.title ?? at.closest('dl > div')?.querySelector('dt')?.textContent.trim()
            ?? at.closest('tr')?.querySelector('th')?.textContent.trim() ?? '';
        const place = section + ' / ' + column + (at.closest('tfoot') ? ' (sum)' : '');
        for (const cents of amounts(text).filter(Boolean)) {
            figures.push({ text, place, cents: Math.abs(cents), links: links(at) });
        }
    }
    const all = [...page.querySelectorAll('a[href]')].filter(isOwn).map(href);
    const said = [...new Set(amounts(main.textContent).map(Math.abs))];
    return { figures, columns, next, said, all };";

/// A page as it was looked at.
#[derive(Deserialize)]
struct Looked {
    figures: Vec<Figure>,
    columns: Vec<Column>,
    /// Where its table goes on.
    next: Option<String>,
    /// Every amount on it, in cents without a sign.
    said: BTreeSet<i64>,
    /// Every link on it.
    all: Vec<String>,
}

/// An amount on a page that is not zero.
#[derive(Deserialize)]
struct Figure {
    text: String,
    place: String,
    cents: i64,
    /// Its own link, or those of its row.
    links: Vec<String>,
}

/// A column of a table.
#[derive(Deserialize, Clone)]
struct Column {
    /// What table and column it is.
    title: String,
    /// What its cells come to, in cents.
    sum: i64,
    /// Some of them.
    parts: Vec<Part>,
}

/// An amount that a sum is made of.
#[derive(Deserialize, Clone)]
struct Part {
    cents: i64,
    links: Vec<String>,
}

/// A walk through the pages of a town.
struct Walk {
    pages: Vec<String>,
    /// Where it begins.
    places: Vec<String>,
    /// Where links led, by the kind of page.
    links: BTreeMap<String, BTreeSet<String>>,
    /// Pages as somebody saw them who may.
    looked: BTreeMap<String, Option<Arc<Looked>>>,
    columns: BTreeMap<String, Arc<Vec<Column>>>,
    /// Whether an amount is found behind a link within so many clicks.
    found: BTreeMap<(String, i64, u32), bool>,
    figures: usize,
    checked: BTreeSet<String>,
    /// Which exceptions were of use.
    excepted: BTreeSet<usize>,
    faults: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_leads_to_its_postings() {
    let test = "every_figure_leads_to_its_postings";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        let mut walk = Walk::new(routes::pages(), places(&town).await);
        for code in PEOPLE {
            walk.go(&town.sit(&browser, code).await).await;
        }
        tell(&format!("{test} on {engine:?}: {} figures on {} pages", walk.figures, walk.checked.len()));
        assert!(1_000 < walk.figures, "pages show figures: {}", walk.figures);
        assert!(walk.faults.is_empty(), "{} lead nowhere:\n{}", walk.faults.len(), walk.faults.join("\n"));
        let unused = EXCEPT.iter().enumerate().filter(|(place, _)| !walk.excepted.contains(place));
        assert_eq!(unused.map(|(_, one)| one.0).collect::<Vec<_>>(), [""; 0], "exceptions that are none any more");
        town.close(test, engine).await;
    }
}

/// The places above, and entries of the log; each engine numbers these otherwise.
async fn places(town: &Town) -> Vec<String> {
    const SQL: &str = "select min(act_id) from act where kind = $1";
    let mut places: Vec<String> = PLACES.map(str::to_owned).to_vec();
    let mut read = town.place.db.read().await.expect("the town is read");
    for kind in LOGGED {
        let first = read.number(SQL, vec![kind.into()]).await.expect("the log is read");
        places.push(format!("/log/{}", first.expect("the demo's year has one")));
    }
    places
}

impl Walk {
    fn new(pages: Vec<String>, places: Vec<String>) -> Walk {
        let (links, looked, columns, found, checked, excepted, faults) = Default::default();
        let mut walk = Walk { pages, places, links, looked, columns, found, figures: 0, checked, excepted, faults };
        walk.find(&walk.places.clone());
        walk
    }

    /// Looks at the places named above and at some pages of each kind, as far as this person may.
    async fn go(&mut self, hall: &Hall<'_>) {
        // What was not for somebody else may be for this person, and so may what lay behind it.
        self.looked.retain(|_, looked| looked.is_some());
        self.columns.clear();
        self.found.retain(|_, is_found| *is_found);
        for place in self.places.clone() {
            self.check(hall, &place).await;
        }
        let mut tried = BTreeSet::new();
        while let Some(href) = self.next(&tried) {
            self.check(hall, &href).await;
            tried.insert(href);
        }
    }

    /// An address that was not looked at, of a kind of which more is to be seen.
    fn next(&self, tried: &BTreeSet<String>) -> Option<String> {
        let of_kind = |page: &String| {
            let none = BTreeSet::new();
            let links = self.links.get(page).unwrap_or(&none);
            let is_enough = OF_A_KIND <= links.iter().filter(|link| self.checked.contains(*link)).count();
            let is_new = |link: &String| !tried.contains(link) && !self.checked.contains(link);
            match links.iter().find(|link| is_new(link)) {
                _ if is_enough => None,
                Some(link) => Some(link.clone()),
                None if links.is_empty() => routes::address_of(page, &none, SOMEBODY).filter(is_new),
                None => None,
            }
        };
        self.pages.iter().find_map(of_kind)
    }

    /// Keeps where links lead.
    fn find(&mut self, links: &[String]) {
        for link in links {
            let link = link.split('#').next().unwrap_or_default();
            if let Some(kind) = self.kind(link) {
                self.links.entry(kind).or_default().insert(link.to_owned());
            }
        }
    }

    /// The page at an address; `None` where it is not for this person, or is no page.
    async fn look(&mut self, hall: &Hall<'_>, href: &str) -> Option<Arc<Looked>> {
        if let Some(looked) = self.looked.get(href) {
            return looked.clone();
        }
        let script = format!("const path = {}; {LOOK}", serde_json::json!(href));
        let looked: Option<Looked> =
            serde_json::from_value(hall.browser.evaluate(&script).await).expect("the script gives these");
        let looked = looked.map(Arc::new);
        self.looked.insert(href.to_owned(), looked.clone());
        looked
    }

    /// Follows the figures of a page.
    async fn check(&mut self, hall: &Hall<'_>, href: &str) {
        if self.checked.contains(href) {
            return;
        }
        let Some(looked) = self.look(hall, href).await else { return };
        self.checked.insert(href.to_owned());
        self.find(&looked.all);
        if is_postings(href) {
            return;
        }
        let kind = self.kind(href).unwrap_or_default();
        let mut followed: BTreeMap<&str, usize> = BTreeMap::new();
        self.figures += looked.figures.len();
        for figure in &looked.figures {
            let count = followed.entry(&figure.place).or_default();
            *count += 1;
            if OF_A_COLUMN < *count || self.leads(hall, (href, figure), CLICKS_MAX).await {
                continue;
            }
            *count = OF_A_COLUMN;
            match EXCEPT.iter().position(|(page, place, _)| *page == kind && figure.place.contains(place)) {
                Some(place) => drop(self.excepted.insert(place)),
                None => {
                    self.faults.push(format!("{href}: “{}” at {} by {:?}", figure.text, figure.place, figure.links));
                }
            }
        }
    }

    /// Whether a figure of a page is found on a page of postings within so many clicks; or is what a table there comes to,
    /// over all its pages, and so are its parts.
    async fn leads(&mut self, hall: &Hall<'_>, (page, figure): (&str, &Figure), clicks: u32) -> bool {
        for link in &figure.links {
            if self.is_behind(hall, (link, figure.cents), clicks).await {
                return true;
            }
        }
        let mut columns = self.columns(hall, page).await.to_vec();
        // A page of a longer table says what it comes to, too.
        columns.extend(self.look(hall, page).await.iter().flat_map(|looked| looked.columns.iter().cloned()));
        for column in columns.iter().filter(|column| is_sum(&columns, column, figure.cents)) {
            let mut do_all = !column.parts.is_empty();
            for part in column.parts.iter().take(OF_A_COLUMN) {
                let mut is_found = false;
                for link in &part.links {
                    is_found = is_found || self.is_behind(hall, (link, part.cents), clicks).await;
                }
                do_all &= is_found;
            }
            if do_all {
                return true;
            }
        }
        false
    }

    /// The columns of the tables of a page; one that goes on is added up to its end.
    async fn columns(&mut self, hall: &Hall<'_>, href: &str) -> Arc<Vec<Column>> {
        if let Some(columns) = self.columns.get(href) {
            return columns.clone();
        }
        let mut columns: Vec<Column> = Vec::new();
        let mut next = Some(href.to_owned());
        for _ in 0..LEAVES_MAX {
            let Some(leaf) = next.take() else { break };
            let Some(looked) = self.look(hall, &leaf).await else { break };
            for column in &looked.columns {
                match columns.iter_mut().find(|known| known.title == column.title) {
                    Some(known) => known.sum += column.sum,
                    None => columns.push(column.clone()),
                }
            }
            next.clone_from(&looked.next);
        }
        let columns = Arc::new(columns);
        self.columns.insert(href.to_owned(), columns.clone());
        columns
    }

    /// Whether an amount stands on the page behind a link, and leads on from there unless those are postings.
    async fn is_behind(&mut self, hall: &Hall<'_>, (link, cents): (&str, i64), clicks: u32) -> bool {
        let href = link.split('#').next().unwrap_or_default().to_owned();
        let key = (href.clone(), cents, clicks);
        if let Some(is_found) = self.found.get(&key) {
            return *is_found;
        }
        let Some(clicks) = clicks.checked_sub(1) else { return false };
        let Some(looked) = self.look(hall, &href).await.filter(|looked| looked.said.contains(&cents)) else {
            return false;
        };
        let mut is_found = is_postings(&href);
        if !is_found && 0 < clicks {
            // A page that leads back to itself leads nowhere.
            self.found.insert(key.clone(), false);
            for figure in looked.figures.iter().filter(|figure| figure.cents == cents) {
                is_found = is_found || Box::pin(self.leads(hall, (&href, figure), clicks)).await;
            }
        }
        self.found.insert(key, is_found);
        is_found
    }

    /// The kind of page at an address; of several the one that is named most exactly.
    fn kind(&self, href: &str) -> Option<String> {
        let fits = self.pages.iter().filter(|page| routes::fits(page, href));
        fits.min_by_key(|page| page.matches('{').count()).cloned()
    }
}

/// Whether an amount is what a column comes to; or what the debits of its table come to less the credits, or the other way.
fn is_sum(columns: &[Column], column: &Column, cents: i64) -> bool {
    if column.sum.abs() == cents {
        return true;
    }
    let Some(table) = column.title.strip_suffix("/ Debits") else { return false };
    let credits = columns.iter().find(|other| other.title.strip_suffix("/ Credits") == Some(table));
    credits.is_some_and(|credits| (column.sum - credits.sum).abs() == cents)
}

/// Whether a page lists postings.
fn is_postings(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    matches!(parts[..], ["books", "journals", _] | ["books", "ledger", _, _, _] | ["accounts", _, "ledger"])
}
