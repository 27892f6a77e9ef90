//! `/rates/{schedule}/{date}`: a version as people read it, with its source, a worked example and its text.

use chrono::NaiveDate;
use rates::Basis;
use revenue::RatesState;
use web::shown::{counted, date};
use web::{Alert, Answer, Ask, At, Columns, Facts, Folded, Links, Problem, Section, Tone, Words, address, encoded};

use crate::example::Worked;
use crate::loaded::{Loaded, VersionRead, day, state};
use crate::names::Names;
use crate::rate_sheet::{RateSheet, Source};

/// The version that an address names.
pub(crate) fn of_address<'a>(loaded: &'a Loaded, date: &str) -> Result<&'a VersionRead, Problem> {
    let not_found = Problem::not_found();
    let missing = Problem { why: "The schedule has no version from that date.".to_owned(), ..not_found };
    loaded.of_date(day(date)?).ok_or(missing)
}

pub(crate) async fn show(ask: Ask, At((code, date_text)): At<(String, String)>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, &code).await?;
    let one = of_address(&loaded, &date_text)?;
    let names = Names::load(&mut read).await?;
    let done = names.done(&mut read, one.recorded.act).await?;
    let sheet = RateSheet::of(&one.schedule, one.version(), &names);
    let mut main = vec![
        Section::bare().with(&Words::new(sheet.head.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(" "))),
    ];
    main.extend(sheet.sections.iter().map(|section| Section::bare().with(section)));
    main.push(Section::bare().with(&Worked::of(&ask, one.version(), &names)));
    let text = &one.recorded.text;
    let lines = counted(i64::try_from(text.lines().count()).unwrap_or(i64::MAX), "line", "lines");
    let source = Folded::new(&format!("Read the text of these rates, {lines}"), &Source::new(text));
    main.push(
        Section::new("text", "The text itself").note("What the program prices by, letter for letter.").with(&source),
    );
    let (tone, words) = state(&loaded, one, ask.today());
    let version = one.version();
    let facts = Facts::new().tag("State", tone, words).fact("Ordinance", &version.ordinance);
    let facts = facts.fact("From", date(&version.effective_on)).fact("Until", until(&loaded, one));
    let facts = facts.fact("Decided by", basis_words(version.basis));
    let facts = match done {
        Some(done) => done.facts(&ask, facts, if done.approver.is_some() { "Proposed" } else { "Recorded" }),
        None => facts,
    };
    let facts = match &one.recorded.state {
        RatesState::Locked { run } if ask.may(billing::permissions::SEE) => {
            facts.link("First used by", format!("Run {run}"), format!("/runs/{run}"))
        }
        RatesState::Locked { run } => facts.fact("First used by", format!("Run {run}")),
        RatesState::Proposed | RatesState::Scheduled | RatesState::Superseded { .. } | RatesState::Withdrawn { .. } => {
            facts.fact("First used by", "no bill run yet")
        }
    };
    let facts = match one.recorded.proposal {
        Some(number) => {
            let href = format!("/rates/proposals/{}/{}/{number}", encoded(&code), one.effective_on());
            facts.link("Made of", format!("Proposal {number}"), href)
        }
        None => facts,
    };
    let side = vec![Section::bare().with(&facts), Section::bare().with(&links(&loaded, one))];
    let title = format!("{} from {}", loaded.title, date(&one.effective_on()));
    let page = ask.page(&title).lead(version.ordinance.clone());
    let page = page.crumbs(&[("Rates", "/rates"), (&loaded.title, &loaded.href())]);
    let page = match alert(&ask, &loaded, one) {
        Some(alert) => page.alert(alert),
        None => page,
    };
    page.body(&Columns { main, side }).answer()
}

/// Which date of a bill decides whether it is priced by a version.
pub(crate) fn basis_words(basis: Basis) -> &'static str {
    match basis {
        Basis::BillDate => "the date of the bill",
        Basis::ServiceStart => "the first day of service billed",
        Basis::ServiceEnd => "the last day of service billed",
        Basis::ProratedByDays => "each day of service",
    }
}

fn until(loaded: &Loaded, one: &VersionRead) -> String {
    let next = loaded.after(one.effective_on()).map(VersionRead::effective_on);
    let last = next.and_then(|next: NaiveDate| next.pred_opt());
    last.map_or_else(|| "further notice".to_owned(), |last| date(&last))
}

fn links(loaded: &Loaded, one: &VersionRead) -> Links {
    let compare = |from: &VersionRead, to: &VersionRead| {
        let (from, to) = (from.effective_on().to_string(), to.effective_on().to_string());
        address(&format!("{}/compare", loaded.href()), &[("from", &from), ("to", &to)])
    };
    let mut links = Links::listed("About this version");
    let day = one.effective_on();
    if let Some(before) = loaded.standing().rfind(|other| other.effective_on() < day) {
        let words = format!("What changed since {}", date(&before.effective_on()));
        links = links.link(&words, compare(before, one));
    }
    if let Some(after) = loaded.after(day) {
        links = links.link(&format!("What changes on {}", date(&after.effective_on())), compare(one, after));
    }
    links.link("All versions", loaded.href()).link("Where its charges go", "/rates/where-it-goes")
}

fn alert(ask: &Ask, loaded: &Loaded, one: &VersionRead) -> Option<Alert> {
    let today = ask.today();
    match &one.recorded.state {
        RatesState::Superseded { reason } => {
            let alert = Alert::new(Tone::Bad, "These rates were taken back; no bill was priced by them");
            Some(alert.text(reason.clone()))
        }
        RatesState::Locked { run } => {
            let words = format!(
                "Bill run {run} has used them, so they never change. To charge otherwise, propose a version from a later date."
            );
            Some(Alert::info("These rates are locked").text(words))
        }
        RatesState::Scheduled if today < one.effective_on() => {
            let days = counted((one.effective_on() - today).num_days(), "day", "days");
            let alert = Alert::info(format!("These rates come into force in {days}"));
            let alert = alert.text("Until a bill run has used them they can be taken back.");
            let href = format!("{}/take-back", loaded.version_href(one.effective_on()));
            Some(if ask.may(revenue::permissions::SUPERSEDE_RATES) {
                alert.link("Take them back", href)
            } else {
                alert
            })
        }
        RatesState::Scheduled => {
            let alert = Alert::info("No bill run has used these rates yet");
            let href = format!("{}/take-back", loaded.version_href(one.effective_on()));
            Some(if ask.may(revenue::permissions::SUPERSEDE_RATES) {
                alert.link("Take them back", href)
            } else {
                alert
            })
        }
        RatesState::Proposed | RatesState::Withdrawn { .. } => None,
    }
}
