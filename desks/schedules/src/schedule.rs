//! `/rates/{schedule}`: all versions on a time line, what holds today, and what a typical bill cost under each.

use chrono::NaiveDate;
use rates::tools::{Example, meter_unit, typical_uses};
use revenue::RatesState;
use web::shown::{capital, date, money};
use web::{
    Alert, Answer, Ask, At, Cell, Chart, Column, Columns, Empty, Event, Facts, Links, Section, Timeline, Tone, address,
};

use crate::change::unit_words;
use crate::loaded::{Loaded, VersionRead, proposal_href, state};
use crate::names::Names;
use crate::rate_sheet::first_kind;

pub(crate) async fn show(ask: Ask, At(code): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, &code).await?;
    let names = Names::load(&mut read).await?;
    let today = ask.today();
    let mut timeline = Timeline::new();
    for one in loaded.versions.iter().rev() {
        timeline = timeline.event(event(&mut read, &names, (&loaded, one), today).await?);
    }
    let versions = Section::new("versions", "Versions");
    let versions = if loaded.versions.is_empty() {
        let words = "The schedule is only proposed. It prices nothing until another person has approved it.";
        versions.with(&Empty::new("No version is in force").text(words))
    } else {
        versions.note("The newest first. Open one to read it, with its source and an example.").with(&timeline)
    };
    let mut main = Vec::new();
    main.extend(prices_over_time(&loaded, &names));
    main.push(versions);
    main.extend(proposals(&ask, &mut read, &loaded, &names).await?);
    let lead = format!("Prices the service {}. {}", loaded.service, in_force_words(&loaded, today));
    let page = ask.page(&loaded.title).lead(lead).crumbs(&[("Rates", "/rates")]);
    let page = match loaded.on(today) {
        Some(current) => page.action("Read the rates in force", &loaded.version_href(current.effective_on())),
        None => page,
    };
    let page = if ask.may(revenue::permissions::PROPOSE_RATES) {
        page.action("Propose a change", &format!("{}/propose", loaded.href()))
    } else {
        page
    };
    let page = match loaded.after(today) {
        Some(next) => {
            let heading = format!("New rates from {}", date(&next.effective_on()));
            page.alert(Alert::info(heading).text(next.version().ordinance.clone()))
        }
        None => page,
    };
    page.body(&Columns { main, side: vec![side(&loaded, today)] }).answer()
}

fn in_force_words(loaded: &Loaded, today: NaiveDate) -> String {
    match loaded.on(today) {
        Some(current) => format!("In force since {}: {}.", date(&current.effective_on()), current.version().ordinance),
        None => "Nothing is in force today.".to_owned(),
    }
}

async fn event(
    read: &mut db::Read,
    names: &Names,
    (loaded, one): (&Loaded, &VersionRead),
    today: NaiveDate,
) -> Result<Event, db::Fault> {
    let (tone, words) = state(loaded, one, today);
    let done = names.done(read, one.recorded.act).await?;
    let by = done.map_or_else(String::new, |done| match done.approver {
        Some(approver) => format!("proposed by {}, approved by {approver}", done.who),
        None => format!("recorded by {}", done.who),
    });
    let how = match &one.recorded.state {
        RatesState::Locked { run } => format!("First used by run {run}, so it never changes."),
        RatesState::Superseded { reason } => format!("Taken back before any bill used it: {reason}"),
        RatesState::Proposed | RatesState::Scheduled | RatesState::Withdrawn { .. } => {
            "No bill run has used it yet.".to_owned()
        }
    };
    let when = format!("From {}", date(&one.effective_on()));
    let event = Event::new(when, format!("{} ({words})", one.version().ordinance));
    Ok(event.link(loaded.version_href(one.effective_on())).by(by).text(how).tone(tone))
}

/// The chart of what one typical customer paid under each version.
fn prices_over_time(loaded: &Loaded, names: &Names) -> Option<Section> {
    let last = loaded.standing().next_back()?;
    let kind = first_kind(last.version())?;
    let unit = meter_unit(last.version());
    let usage = unit.and_then(|unit| typical_uses(unit).get(2).copied()).unwrap_or_default();
    let who = std::iter::once(names.class(&kind.class).to_owned());
    let values = kind.dimensions.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
    let who = who.chain(values).collect::<Vec<_>>().join(", ");
    let used = unit.map_or_else(String::new, |unit| format!(", {usage} {}", unit_words(unit)));
    let title = format!("One bill under each version: {who}{used}");
    let mut chart = Chart::columns(&title, "From", &["Bill"]);
    let mut totals = Vec::new();
    for one in loaded.standing() {
        let example =
            Example { class: kind.class.clone(), dimensions: kind.dimensions.clone(), usage, ..Example::default() };
        let Ok(explanation) = example.explain(one.version()) else { continue };
        totals.push(explanation.total);
        let words = money(&explanation.total);
        chart = chart.point(&one.effective_on().format("%b %Y").to_string(), &[(explanation.total.0, &words)]);
    }
    let (first, last) = (totals.first()?, totals.last()?);
    let summary = match rates::tools::per_cent_change(*first, *last).filter(|_| 1 < totals.len()) {
        Some(change) => format!("From {} to {}, {change:+} %.", money(first), money(last)),
        None => format!("{} a bill.", money(last)),
    };
    Some(Section::new("over-time", "What it costs").with(&chart.summary(summary)))
}

/// What is proposed and not in force, and what became of the rest.
async fn proposals(
    ask: &Ask,
    read: &mut db::Read,
    loaded: &Loaded,
    names: &Names,
) -> Result<Option<Section>, web::Problem> {
    if loaded.proposals.is_empty() {
        return Ok(None);
    }
    let mut table = ask
        .table("proposed", "Proposals of this schedule")
        .plain()
        .column(Column::text("proposal", "Proposal"))
        .column(Column::date("proposed", "Proposed"))
        .column(Column::text("who", "By"))
        .column(Column::text("state", "State"));
    for one in loaded.proposals.iter().rev() {
        let who = names.done(read, one.act).await?.map_or_else(String::new, |done| done.who);
        let state = if one.withdrawn.is_some() {
            Cell::tag(Tone::Bad, "withdrawn")
        } else if one.version.is_some() {
            Cell::tag(Tone::Good, "put in force")
        } else {
            Cell::tag(Tone::Warning, "proposed")
        };
        let words = format!("From {}, number {}", date(&one.effective_on), one.number);
        table.push([Cell::text(words).link(proposal_href(one)), one.proposed_on.into(), Cell::text(who), state]);
    }
    Ok(Some(Section::new("proposals", "Proposals").with(&table)))
}

fn side(loaded: &Loaded, today: NaiveDate) -> Section {
    let facts = Facts::new().fact("Code", &loaded.code).fact("Service", capital(&loaded.service));
    let facts = match loaded.on(today) {
        Some(current) => {
            let day = current.effective_on();
            facts.link("In force since", date(&day), loaded.version_href(day))
        }
        None => facts.tag("In force", Tone::Warning, "nothing"),
    };
    let facts = match loaded.after(today) {
        Some(next) => facts.link("Next version", date(&next.effective_on()), loaded.version_href(next.effective_on())),
        None => facts.fact("Next version", "none is scheduled"),
    };
    let mut links = Links::listed("About this schedule");
    let standing: Vec<&VersionRead> = loaded.standing().collect();
    if let [.., before, after] = standing[..] {
        let (from, to) = (before.effective_on().to_string(), after.effective_on().to_string());
        let href = address(&format!("{}/compare", loaded.href()), &[("from", &from), ("to", &to)]);
        links = links.link("What the last change did", href);
    }
    links = links.link("Where its charges go", "/rates/where-it-goes");
    Section::bare().with(&facts).with(&links)
}
