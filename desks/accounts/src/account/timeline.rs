//! One timeline of bills, payments, adjustments, moves, reads, notes and changes: whole days, page by page.

mod sources;

use chrono::NaiveDate;
use db::Read;
use web::shown::money;
use web::{Ask, Empty, Event, Links, Problem, Section, Tabs, Timeline, address};

pub(crate) use self::sources::{Wanted, read_sources};
use super::events::{Kind, Page, Told, laid_over};
use super::loaded::Loaded;

/// About how many lines a page has.
const LINES: usize = 30;
/// The most pieces that are looked through for one page.
const PIECES_MAX: usize = 12;

/// Which part of the timeline is asked for.
pub(crate) struct Asked {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only what lies before this day.
    pub before: Option<NaiveDate>,
}

impl Asked {
    /// As the address says; what cannot be read is not asked.
    pub(crate) fn of(ask: &Ask) -> Asked {
        Asked { kind: Kind::named(ask.query().text("show")), before: ask.query().text("before").parse().ok() }
    }
}

/// The lines asked for. Where a source gave only other kinds, older ones are asked.
pub(crate) async fn load(ask: &Ask, read: &mut Read, (loaded, asked): (&Loaded, &Asked)) -> Result<Page, Problem> {
    let mut before = asked.before;
    for _ in 1..PIECES_MAX {
        let page = piece(ask, read, loaded, (asked.kind, before)).await?;
        if !page.lines.is_empty() || page.before.is_none() {
            return Ok(page);
        }
        before = page.before;
    }
    piece(ask, read, loaded, (asked.kind, before)).await
}

async fn piece(
    ask: &Ask,
    read: &mut Read,
    loaded: &Loaded,
    (kind, before): (Option<Kind>, Option<NaiveDate>),
) -> Result<Page, Problem> {
    let through = before.and_then(|before| before.pred_opt()).unwrap_or(NaiveDate::MAX);
    let sources = read_sources(ask, read, loaded, &Wanted { kind, through: through.min(last_day()) }).await?;
    Ok(laid_over(sources, LINES))
}

/// After every day that can be meant; both engines can write it.
fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// The part of the page.
pub(crate) fn section(ask: &Ask, (loaded, asked): (&Loaded, &Asked), page: &Page) -> Section {
    let own = loaded.named.href("");
    let href = |kind: &str, before: &str| format!("{}#timeline", address(&own, &[("show", kind), ("before", before)]));
    let kind = asked.kind.map_or("", Kind::name);
    let tabs = Kind::ALL
        .iter()
        .fold(Tabs::new("Timeline").tab("All", href("", "")), |tabs, (_, name, title)| tabs.tab(title, href(name, "")));
    let section = Section::new("timeline", "Timeline").with(&tabs.current(&href(kind, "")));
    let mut links = Links::new("Pages: timeline");
    if asked.before.is_some() {
        links = links.link("Newest", href(kind, ""));
    }
    if let Some(before) = &page.before {
        links = links.next("Older", href(kind, &before.to_string()));
    }
    if let Some(href) = history(ask, loaded) {
        links = links.link("All entries of the log", href);
    }
    let section = match page.lines.is_empty() {
        true => section.with(&empty(asked)),
        false => section.with(&page.lines.iter().fold(Timeline::new(), |all, line| all.event(event(line)))),
    };
    if links.is_empty() { section } else { section.with(&links) }
}

fn history(ask: &Ask, loaded: &Loaded) -> Option<String> {
    ask.may(acts::permissions::READ).then(|| format!("/history/account/{}", loaded.named.id.0))
}

fn empty(asked: &Asked) -> Empty {
    let heading = match (asked.kind, asked.before) {
        (_, Some(_)) => "Nothing lies before that day",
        (Some(Kind::Payments), None) => "No payment is on record",
        (Some(Kind::Notes), None) => "Nobody has put a note on this account",
        (Some(_), None) => "Nothing of this kind is on record",
        (None, None) => "Nothing is on record yet",
    };
    let text = match asked.kind {
        Some(Kind::Notes) => "A note is for whoever has the customer on the phone next.",
        Some(_) => "Choose All to see everything there is.",
        None => "Bills, payments, moves, reads and changes will stand here, the newest first.",
    };
    Empty::new(heading).text(text)
}

fn event(line: &Told) -> Event {
    let title = match line.cents {
        Some(cents) => format!("{}: {}", line.title, money(&cents)),
        None => line.title.clone(),
    };
    let event = Event::new(&line.when, title).by(&line.who).text(&line.text).tone(line.tone);
    if line.href.is_empty() { event } else { event.link(&line.href) }
}
