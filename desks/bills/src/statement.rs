//! `/bills/{number}`: the bill as the customer has it, how it stands, the last bill beside it, a year of use.

use std::collections::BTreeMap;

use askama::Template;
use billing::{ExplainedExtra, ExplainedService, Stage};
use chrono::{Datelike, Months, NaiveDate};
use db::Read;
use kernel::{AccountId, Cents, Period, Quantity, Unit};
use metering::{Grounds, MeterPart};
use web::shown::{money, quantity};
use web::{
    Answer, Ask, At, Cell, Chart, Column, Columns, Event, Facts, Links, Problem, Section, Table, Timeline, Tone,
};

use crate::compare;
use crate::loaded::{Loaded, bill_href};
use crate::words::{capital_words, day, days, steps};

/// How many months of use the chart shows.
const MONTHS: u32 = 13;

#[derive(Template)]
#[template(path = "statement.html")]
struct Statement {
    mail_to: Vec<String>,
    number: String,
    account: String,
    account_href: String,
    bill_on: String,
    due_on: String,
    due: String,
    due_href: String,
    notes: Vec<&'static str>,
    services: Vec<Service>,
    sums: Vec<Sum>,
}

impl askama::filters::HtmlSafe for Statement {}

struct Service {
    title: String,
    place: String,
    sentences: Vec<String>,
    reads: Option<Table>,
    lines: Table,
}

struct Sum {
    words: &'static str,
    amount: String,
    href: String,
    is_sum: bool,
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let mut main = vec![Section::bare().with(&statement(&ask, &loaded))];
    if let Some(last) = loaded.last() {
        let compared = billing::compare_bills(&mut read, last.number, loaded.view.number).await?;
        main.extend(compared.map(|compared| compare::section(&ask, &loaded, (last, &compared))));
    }
    main.extend(use_chart(&mut read, &loaded).await?.map(|chart| Section::new("use", "A year of use").with(&chart)));
    let is_past_due = loaded.is_past_due(&ask, &mut read).await?;
    let page = loaded.with_again(&ask, loaded.alerts(loaded.page(&ask, "", "")));
    page.body(&Columns { main, side: side(&ask, &loaded, is_past_due) }).answer()
}

fn statement(ask: &Ask, loaded: &Loaded) -> Statement {
    let view = &loaded.view;
    let due = view.statement.map_or(view.bill.total, |made| made.due);
    let notes = view.statement.map_or_else(Vec::new, |made| {
        let notes = [
            (made.stage == Stage::First, "This is the first bill of the account."),
            (made.stage == Stage::Final, "This is the final bill of the account."),
            (made.is_estimated, "This bill stands on an estimate; the next read settles it."),
        ];
        notes.into_iter().filter(|(is, _)| *is).map(|(_, words)| words).collect()
    });
    Statement {
        mail_to: loaded.mail_to(),
        number: loaded.number(),
        account: view.account_number.clone(),
        account_href: loaded.account_href(),
        bill_on: day(view.bill.bill_on),
        due_on: day(view.bill.due_on),
        due: money(&due),
        due_href: due_href(ask, loaded),
        notes,
        services: view.services.iter().enumerate().map(|(place, one)| service(ask, loaded, (place, one))).collect(),
        sums: sums(ask, loaded),
    }
}

/// What was due with the bill is what the account owed after it; without a statement it is what the bill charges.
fn due_href(ask: &Ask, loaded: &Loaded) -> String {
    match loaded.view.statement {
        Some(_) => ledger_through(loaded),
        None => loaded.journal_href(ask, loaded.view.bill.journal),
    }
}

/// The ledger of the account as it stood when the bill was posted.
fn ledger_through(loaded: &Loaded) -> String {
    let through = loaded.view.run.gl_on.to_string();
    web::address(&format!("{}/ledger", loaded.account_href()), &[("through", &through)])
}

fn service(ask: &Ask, loaded: &Loaded, (place, one): (usize, &ExplainedService)) -> Service {
    let schedule = loaded.schedule_title(&one.schedule);
    let title = match &one.extra {
        None => schedule,
        Some(ExplainedExtra::Settlement(_)) => format!("{schedule}: settlement of earlier days"),
        Some(ExplainedExtra::Charge(count)) if count == "1" => schedule,
        Some(ExplainedExtra::Charge(count)) => format!("{schedule}, {count} times"),
    };
    let address = loaded.place(one);
    let at = if address.is_empty() { format!("Service point {}", one.service_point) } else { address };
    let mut sentences = Vec::new();
    if let Some(Grounds::Estimated { by, .. }) = &one.grounds {
        sentences.push(format!("The meter was not read. The use is estimated by {}.", by.words()));
    }
    let why = loaded.href("why");
    let mut lines = ask
        .table(&format!("lines-{}", place + 1), &format!("Charges of {title}"))
        .plain()
        .column(Column::text("line", "Charge"))
        .column(Column::money("amount", "Amount").totaled());
    for line in billed(one) {
        let title = Cell::text(loaded.title_on(one, &line.0));
        lines.push([title, Cell::from(line.1).link(format!("{why}#service-{}", place + 1))]);
    }
    Service { title, place: format!("{at}. {}.", days(one.period)), sentences, reads: reads(ask, (place, one)), lines }
}

/// The lines of a service that the customer pays, each charge once; those that come to nothing are left out.
fn billed(service: &ExplainedService) -> Vec<(String, Cents)> {
    let mut lines: Vec<(String, Cents)> = Vec::new();
    for line in service.lines.iter().filter(|line| !line.is_borne) {
        match lines.iter_mut().find(|(charge, _)| *charge == line.charge) {
            Some((_, cents)) => *cents += line.cents,
            None => lines.push((line.charge.clone(), line.cents)),
        }
    }
    let is_nothing = lines.iter().all(|(_, cents)| cents.is_zero());
    lines.retain(|(_, cents)| is_nothing || !cents.is_zero());
    lines
}

/// The counts behind what was used.
pub(crate) fn reads(ask: &Ask, (place, service): (usize, &ExplainedService)) -> Option<Table> {
    let used = service.used?;
    let Some(Grounds::Read { parts, share }) = &service.grounds else { return None };
    let row = |part: &MeterPart| {
        [
            Cell::text(&part.serial_number).link(format!("/meters/{}", web::encoded(&part.serial_number))),
            Cell::from(part.from_on),
            Cell::count(part.from_count),
            Cell::from(part.to_on),
            Cell::count(part.to_count),
            Cell::text(steps(part.steps, used.unit)),
        ]
    };
    let mut table = ask
        .table(&format!("reads-{}", place + 1), &format!("Reads at {}, {}", service.service_point, place + 1))
        .plain()
        .column(Column::text("meter", "Meter"))
        .column(Column::date("from", "Read on"))
        .column(Column::count("from_count", "Count"))
        .column(Column::date("to", "Read on"))
        .column(Column::count("to_count", "Count"))
        .column(Column::new("used", "Used", reports::Kind::Count))
        .rows(parts.iter().map(row));
    if let Some(share) = share {
        let words = format!("Share of these days: {} of {} days", share.days, share.of_days);
        let share = Cell::text(steps(share.steps, used.unit));
        table.push([Cell::text(words), Cell::empty(), Cell::empty(), Cell::empty(), Cell::empty(), share]);
    }
    Some(table)
}

fn sums(ask: &Ask, loaded: &Loaded) -> Vec<Sum> {
    let (ledger, journal) = (ledger_through(loaded), loaded.journal_href(ask, loaded.view.bill.journal));
    let line =
        |words, cents: Cents, href: &str| Sum { words, amount: money(&cents), href: href.to_owned(), is_sum: false };
    let sum = |words, cents: Cents| Sum { is_sum: true, ..line(words, cents, &ledger) };
    let Some(made) = loaded.view.statement else {
        return vec![line("Charges of this bill", loaded.view.bill.total, &journal)];
    };
    let mut sums = vec![
        line("Previous balance", made.previous, &ledger),
        line("Payments since then", made.payments, &ledger),
        line("Adjustments since then, and bills taken back", made.adjustments, &ledger),
        sum("Carried forward", made.forward),
        line("Charges of this bill", made.current, &journal),
        sum("Amount due", made.due),
    ];
    if !made.past_due.is_zero() {
        sums.push(line("Of this, past due on the bill date", made.past_due, &ledger));
    }
    sums
}

fn side(ask: &Ask, loaded: &Loaded, is_past_due: bool) -> Vec<Section> {
    let view = &loaded.view;
    let (tone, state) = match (&view.taken_back, is_past_due) {
        (Some(_), _) => (Tone::Warning, "taken back"),
        (None, true) => (Tone::Warning, "stands, past its due date"),
        (None, false) => (Tone::Good, "stands"),
    };
    let ledger = format!("{}/ledger", loaded.account_href());
    let facts = Facts::new()
        .tag("State", tone, state)
        .link("The account owes now", money(&loaded.balance), ledger.clone())
        .link("Charges of this bill", money(&view.bill.total), loaded.journal_href(ask, view.bill.journal));
    let facts = match view.bill.cancelled_by {
        Some(reversal) => facts.link("Postings that took it back", "Journal", loaded.journal_href(ask, reversal)),
        None => facts,
    };
    let mut side = vec![Section::bare().with(&facts)];
    let mut ways = Links::listed("Where it comes from")
        .link("Account", loaded.account_href())
        .link("Ledger of the account", ledger)
        .link("Postings of this bill", loaded.journal_href(ask, view.bill.journal));
    if ask.may(billing::permissions::SEE) {
        ways = ways.link(&format!("Bill run {}", view.run.number), format!("/runs/{}", view.run.number));
    }
    if ask.may(acts::permissions::READ) {
        ways = ways.link("Changes on this account", format!("/history/account/{}", view.bill.account.0));
    }
    if let Some(last) = loaded.last() {
        ways = ways.link(&format!("Last bill, {}", last.number), bill_href(last.number));
    }
    side.push(Section::new("ways", "Where it comes from").with(&ways));
    side.extend(adjustments(ask, loaded));
    side
}

/// What was adjusted on the bill, with the way to take it back.
fn adjustments(ask: &Ask, loaded: &Loaded) -> Option<Section> {
    if loaded.adjustments.is_empty() {
        return None;
    }
    let mut timeline = Timeline::new();
    let mut undo = Links::new("Take back");
    for (number, one, act) in &loaded.adjustments {
        let title = loaded.reasons.get(&one.reason_code).cloned().unwrap_or_else(|| capital_words(&one.reason_code));
        let moved = one.cents + one.tax;
        let (words, tone) = match one.reversed_by {
            Some(_) => (format!("{title}: {}, taken back", money(&moved)), Tone::Plain),
            None => (format!("{title}: {}", money(&moved)), Tone::Info),
        };
        let text = format!("{} and {} tax. {}", money(&one.cents), money(&one.tax), one.reason);
        let event = Event::new(day(one.effective_on), words).text(text).tone(tone);
        let href = match act.filter(|_| ask.may(acts::permissions::READ)) {
            Some(act) => format!("/log/{}", act.0),
            None => loaded.journal_href(ask, one.journal),
        };
        timeline = timeline.event(event.link(href));
        if one.reversed_by.is_none() && loaded.view.taken_back.is_none() && ask.may(billing::permissions::ADJUST) {
            undo = undo.link(&format!("Take adjustment {number} back"), loaded.href(&format!("undo/{number}")));
        }
    }
    let section = Section::new("adjusted", "Adjusted").with(&timeline);
    Some(if undo.is_empty() { section } else { section.with(&undo) })
}

/// What was used in a year and a month at the meter of the bill's first measured service.
async fn use_chart(read: &mut Read, loaded: &Loaded) -> Result<Option<Chart>, Problem> {
    let measured = loaded.view.services.iter().find_map(|service| Some((service.used?.unit, service.point?)));
    let Some((unit, point)) = measured else { return Ok(None) };
    let (account, to) = (loaded.view.bill.account, loaded.view.run.period.to());
    let from = to.checked_sub_months(Months::new(MONTHS)).unwrap_or(NaiveDate::MIN);
    let Ok(window) = Period::new(from, to) else { return Ok(None) };
    let uses = metering::uses_between(read, (account, AccountId(account.0 + 1)), window).await?;
    let mut months: BTreeMap<NaiveDate, (i64, bool)> = BTreeMap::new();
    // Another meter of the account is another story: reclaimed water is not added to drinking water.
    for one in uses.iter().filter(|one| one.quantity.unit == unit && one.service_point == point) {
        let sum = months.entry(one.period.from()).or_default();
        *sum = (sum.0 + one.quantity.steps, sum.1 || one.is_estimated);
    }
    if months.len() < 2 {
        return Ok(None);
    }
    Ok(Some(chart(unit, &months)))
}

fn chart(unit: Unit, months: &BTreeMap<NaiveDate, (i64, bool)>) -> Chart {
    let highest = months.iter().max_by_key(|(_, (steps, _))| *steps);
    let mean = months.values().map(|(steps, _)| steps).sum::<i64>() / i64::try_from(months.len()).unwrap_or(1).max(1);
    let mean = Quantity { steps: mean, unit };
    let summary = highest.map_or_else(String::new, |(from, (highest, _))| {
        format!(
            "The most was {}, from {}. The average is {}.",
            steps(*highest, unit),
            day(*from),
            quantity(&rounded(mean))
        )
    });
    let title = format!("Use in {}", unit.symbol());
    let mut chart = Chart::columns(&title, "Period from", &["Used"]).summary(summary);
    for (from, (sum, is_estimated)) in months {
        let words = format!("{}{}", steps(*sum, unit), if *is_estimated { ", estimated" } else { "" });
        let label = if from.month() == 1 { from.format("%b %y") } else { from.format("%b") };
        chart = chart.point(&label.to_string(), &[(*sum, &words)]);
    }
    chart
}

/// To a tenth of a unit.
fn rounded(quantity: Quantity) -> Quantity {
    let tenth = 10_i64.checked_pow(quantity.unit.places().saturating_sub(1)).unwrap_or(1).max(1);
    Quantity { steps: (quantity.steps + tenth / 2) / tenth * tenth, unit: quantity.unit }
}
