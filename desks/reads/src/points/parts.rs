//! The parts of the page of a service point.

use askama::Template;
use billing::permissions::CORRECT;
use billing::{ServedService, WhyAgain};
use kernel::AccountId;
use metering::permissions::{CORRECT_READS, EXCHANGE};
use metering::{CONFIRMED, Grounds, PointUse, ReadKind, ReadRecord, multiplier};
use web::shown::{count, date, quantity};
use web::{Alert, Ask, Cell, Chart, Column, Empty, Facts, Folded, Section, Table, Tone, Words};

use super::loaded::{Loaded, act_of};
use super::meter_link;
use crate::words::{about, account_href, days, findings, point_href, route_href, sentence};

/// What stands for whoever is served where a protected person is or was.
const CONFIDENTIAL: &str = "Confidential";

/// Periods of the chart.
const CHARTED: usize = 24;

/// Who answers for it and what is read of it, in short.
pub(super) fn facts_section(ask: &Ask, loaded: &Loaded) -> Section {
    let today = ask.today();
    let answers: Option<&ServedService> =
        loaded.services.iter().filter(|one| one.is_active(today)).max_by_key(|one| one.is_measured);
    let facts = match answers {
        Some(one) if loaded.hides_people => {
            Facts::new().fact("Answers for it", CONFIDENTIAL).fact("Cycle", one.cycle_code.clone())
        }
        Some(one) => Facts::new()
            .link("Answers for it", one.number.clone(), account_href(&one.number))
            .fact("Name", one.customer.clone())
            .fact("Cycle", one.cycle_code.clone()),
        None => Facts::new().tag("Answers for it", Tone::Warning, "nobody, the place is vacant"),
    };
    let owner = loaded.owner.as_ref().map(|(_, name)| name.clone()).unwrap_or_default();
    let facts = facts.fact("Owner of the premises", owner);
    let facts = match &loaded.stop {
        Some(stop) => facts.link("Route", format!("{}, stop {}", stop.route, stop.sequence), route_href(&stop.route)),
        None if loaded.hides_people => facts,
        None if loaded.now.is_some() => facts.fact("Route", "none"),
        None => facts,
    };
    let facts = match &loaded.now {
        Some(now) => {
            let last = now.last.as_ref().map(|last| format!("{} on {}", count(&last.count), date(&last.read_on)));
            facts
                .fact("Last read", last.unwrap_or_default())
                .fact("Usual in 30 days", now.usual().map(about).unwrap_or_default())
        }
        None => facts.fact("Meter", "none"),
    };
    let estimates = loaded.uses.iter().filter(|one| one.is_estimated).count();
    let facts = match estimates {
        0 => facts,
        some => facts.tag("Estimates that stand", Tone::Warning, some.to_string()),
    };
    Section::bare().with(&facts)
}

/// The meters there were, the newest first.
pub(super) fn meters_sections(ask: &Ask, loaded: &Loaded) -> Vec<Section> {
    if loaded.placements.is_empty() {
        return vec![Section::new("meters", "Meter").with(&Words::new("No meter was ever installed here."))];
    }
    let mut sections = Vec::new();
    for placement in loaded.placements.iter().rev() {
        let Some(meter) = loaded.meters.get(&placement.meter) else { continue };
        let counts = format!("{} {}", multiplier(meter.unit, meter.steps_per_count), meter.unit.symbol());
        let mut facts = Facts::new()
            .link("Meter", meter.serial_number.clone(), meter_link(&meter.serial_number))
            .fact("Size", meter.size.clone())
            .fact("One count is", counts)
            .fact("Put in", format!("{} at {}", date(&placement.installed_on), count(&placement.install_count)));
        if let Some(removed_on) = placement.removed_on {
            let at = placement.removal_count.map_or("last count not known".to_owned(), |last| count(&last));
            let words = format!("{} at {at}", date(&removed_on));
            let href = format!("{}/removal/{removed_on}", point_href(&loaded.point.reference));
            facts = match ask.may(EXCHANGE) {
                true => facts.link("Taken out", words, href),
                false => facts.fact("Taken out", words),
            };
        }
        let heading = if placement.removed_on.is_some() { "Earlier meter" } else { "Meter" };
        let name = format!("meter-{}", placement.installed_on);
        sections.push(Section::new(&name, heading).with(&facts));
    }
    sections
}

/// What was used, drawn and as a table with its grounds.
pub(super) fn use_section(loaded: &Loaded) -> Option<Section> {
    let first = loaded.uses.first()?;
    let unit = first.quantity.unit;
    let skipped = loaded.uses.len().saturating_sub(CHARTED);
    let title = format!("Use in {}", unit.symbol());
    let estimated = loaded.uses.iter().skip(skipped).filter(|one| one.is_estimated).count();
    let series: &[&str] = if estimated == 0 { &["Read"] } else { &["Read", "Estimated"] };
    let mut chart = Chart::columns(&title, "Period from", series);
    for one in loaded.uses.iter().skip(skipped) {
        let words = quantity(&one.quantity);
        let values = match (estimated, one.is_estimated) {
            (0, _) => vec![(one.quantity.steps, words.as_str())],
            (_, true) => vec![(0, ""), (one.quantity.steps, words.as_str())],
            (_, false) => vec![(one.quantity.steps, words.as_str()), (0, "")],
        };
        chart = chart.point(&one.period.from().format("%b ’%y").to_string(), &values);
    }
    let highest = loaded.uses.iter().skip(skipped).max_by_key(|one| one.quantity.steps)?;
    let summary = format!(
        "{} periods, {estimated} of them estimated. The most was {} in the period from {}.",
        loaded.uses.len() - skipped,
        quantity(&highest.quantity),
        date(&highest.period.from())
    );
    let section = Section::new("use", "Use").with(&chart.summary(summary));
    let newest = loaded.uses.iter().rev().take(CHARTED).map(|one| figure(loaded, one)).collect();
    let grounds = UseGrounds { figures: newest };
    Some(section.with(&Folded::new("Where each figure comes from", &grounds)))
}

/// Figures with the sentences behind them.
#[derive(Template)]
#[template(path = "points/grounds.html")]
struct UseGrounds {
    figures: Vec<Figure>,
}

impl askama::filters::HtmlSafe for UseGrounds {}

struct Figure {
    days: String,
    amount: String,
    kind: &'static str,
    account: String,
    href: String,
    sentences: Vec<String>,
    revision: i64,
}

fn figure(loaded: &Loaded, one: &PointUse) -> Figure {
    let number = loaded.services.iter().find(|service| service.account == one.account).map(|one| one.number.clone());
    let number = number.unwrap_or_default();
    let mut sentences: Vec<String> = match Grounds::parse(&one.grounds) {
        Ok(grounds) => grounds.sentences(one.quantity.unit).iter().map(|words| sentence(words)).collect(),
        Err(_) => vec![source_words(&one.source)],
    };
    sentences.extend(findings(&one.findings));
    let kind = match (one.is_vacant, one.is_estimated) {
        (true, _) => "vacant, the city's",
        (false, true) => "estimated",
        (false, false) => "read",
    };
    let is_named = one.account != AccountId::CITY && !loaded.hides_people;
    let href = if is_named { account_href(&number) } else { String::new() };
    Figure {
        days: days(one.period),
        amount: quantity(&one.quantity),
        kind,
        account: number,
        href,
        sentences,
        revision: one.revision,
    }
}

/// Where a figure without grounds comes from.
fn source_words(source: &str) -> String {
    match act_of(source) {
        Some(act) => format!("The figure was worked out from reads by entry {} of the log.", act.0),
        None => format!("The figure came as it is, from {source}."),
    }
}

/// Every revision of every read, the newest day first.
pub(super) fn reads_table(ask: &Ask, loaded: &Loaded) -> Table {
    let mut records: Vec<&ReadRecord> = loaded.reads.iter().collect();
    records.sort_by_key(|one| std::cmp::Reverse((one.read_on, one.revision)));
    ask.table("reads", "Every read")
        .column(Column::date("day", "Day"))
        .column(Column::count("count", "Count"))
        .column(Column::text("meter", "Meter"))
        .column(Column::text("state", "State"))
        .column(Column::text("who", "Recorded"))
        .column(Column::text("change", "Change"))
        .empty("Nothing was ever read here.")
        .rows(records.into_iter().map(|one| read_row(ask, loaded, one)))
}

fn read_row(ask: &Ask, loaded: &Loaded, one: &ReadRecord) -> [Cell; 6] {
    let is_newest = !loaded.reads.iter().any(|other| other.read_on == one.read_on && one.revision < other.revision);
    let state = match (is_newest, one.seen) {
        (false, _) => Cell::tag(Tone::Plain, "replaced"),
        (true, None) => Cell::tag(Tone::Warning, "withdrawn"),
        (true, Some(_)) if 1 < one.revision => Cell::tag(Tone::Info, "corrected"),
        (true, Some(_)) => Cell::tag(Tone::Good, "stands"),
    };
    let kind = match one.seen.map(|seen| seen.kind) {
        Some(ReadKind::Actual) => "the city",
        Some(ReadKind::Customer) => "the customer",
        None => "nobody any more",
    };
    let kind = if one.code.is_empty() { format!("by {kind}") } else { format!("by {kind}, {}", one.code) };
    let who = loaded.who(one.act).map_or_else(|| format!("File, entry {}", one.act.0), str::to_owned);
    let who = match ask.may(acts::permissions::READ) {
        true => Cell::text(who).link(format!("/log/{}", one.act.0)),
        false => Cell::text(who),
    };
    let entered = loaded.entries.get(&one.act).map(|entry| ask.when(entry.entered_at));
    let why = one.reason.as_deref().map(|reason| match reason.strip_prefix(CONFIRMED) {
        Some(odd) => format!("somebody said it is right: {}", sentence(odd)),
        None => format!("reason: {reason}"),
    });
    let note = entered.into_iter().chain(why).collect::<Vec<_>>().join("; ");
    let change = match is_newest && ask.may(CORRECT_READS) {
        true => Cell::text("Correct").link(format!("{}/reads/{}", point_href(&loaded.point.reference), one.read_on)),
        false => Cell::empty(),
    };
    let meter = loaded.meters.get(&one.meter).map(|meter| meter.serial_number.clone()).unwrap_or_default();
    [
        one.read_on.into(),
        one.seen.map_or_else(Cell::empty, |seen| Cell::count(seen.count)).note(kind),
        Cell::text(&meter).link(meter_link(&meter)),
        state,
        who.note(note),
        change,
    ]
}

/// The bills that stand and are to be made again, each with why.
pub(super) fn again_alert(ask: &Ask, loaded: &Loaded) -> Option<Alert> {
    if loaded.again.is_empty() {
        return None;
    }
    let alert = Alert::warning("Bills to make again").text("They charge what is not so any more.");
    Some(loaded.again.iter().fold(alert, |alert, bill| {
        let why = match bill.why {
            WhyAgain::Stopped { stopped_on } => {
                format!("service stopped after {}", date(&stopped_on.pred_opt().unwrap_or(stopped_on)))
            }
            WhyAgain::Corrected { from_on } => format!("a read of the use from {} was corrected", date(&from_on)),
        };
        let words = format!("Bill {}: {why}", bill.number);
        match ask.may(CORRECT) {
            true => alert.link(words, format!("/bills/{}/rebill", bill.number)),
            false => alert.item(words),
        }
    }))
}

pub(super) fn reads_section(table: &Table, loaded: &Loaded) -> Section {
    let section = Section::new("reads-part", "Reads");
    match loaded.placements.is_empty() && loaded.reads.is_empty() {
        true => section.with(&Empty::new("Nothing is read here").text("This service point has no meter.")),
        false => section.with(table),
    }
}

/// Who was served here with what, the newest first.
pub(super) fn services_section(ask: &Ask, loaded: &Loaded) -> Section {
    let mut services: Vec<&ServedService> = loaded.services.iter().collect();
    services.sort_by_key(|one| std::cmp::Reverse((one.starts_on, one.agreement)));
    let table = ask
        .table("services", "Services")
        .column(Column::text("service", "Service"))
        .column(Column::text("account", "Account"))
        .column(Column::date("from", "From"))
        .column(Column::date("through", "Through"))
        .column(Column::text("rates", "Rates"))
        .column(Column::text("cycle", "Cycle"))
        .empty("Nobody was ever served here.")
        .plain()
        .rows(services.into_iter().map(|one| {
            let through = one.stops_on.and_then(|stops_on| stops_on.pred_opt());
            let account = match loaded.hides_people {
                true => Cell::text(CONFIDENTIAL),
                false => Cell::text(&one.number).link(account_href(&one.number)).note(one.customer.clone()),
            };
            [
                Cell::text(web::shown::capital(&one.service)),
                account,
                one.starts_on.into(),
                through.into(),
                Cell::text(&one.schedule).link(format!("/rates/{}", web::encoded(&one.schedule))).note(format!(
                    "{} {}",
                    one.class,
                    one.dimensions_text()
                )),
                Cell::text(&one.cycle_code),
            ]
        }));
    Section::new("services-part", "Services and who answers for them").with(&table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_without_grounds_says_where_it_comes_from() {
        assert_eq!(source_words("reads, act 1535"), "The figure was worked out from reads by entry 1535 of the log.");
        assert_eq!(source_words("12/217"), "The figure came as it is, from 12/217.");
    }
}
