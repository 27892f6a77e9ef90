//! `/bills/{number}/why`: every line down to reads, tiers, rates and rounding, and where it stands in the books.

use askama::Template;
use askama::filters::HtmlSafe;
use billing::{BilledLine, ExplainedExtra, ExplainedService, QuantitySource};
use kernel::Period;
use metering::{Grounds, PastPart};
use rates::{AccountLine, ExplainedCharge, Explanation};
use web::shown::{money, quantity};
use web::{Answer, Ask, At, Cell, Column, Columns, Facts, Links, Section, Words};

use crate::loaded::Loaded;
use crate::statement::reads;
use crate::words::{capital_words, day, days, steps};

#[derive(Template)]
#[template(path = "why.html")]
struct Worked {
    charges: Vec<WorkedCharge>,
    /// Where they were posted.
    journal: String,
}

impl HtmlSafe for Worked {}

struct WorkedCharge {
    id: String,
    title: String,
    cents: String,
    note: String,
    steps: Vec<AccountLine>,
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let mut main = vec![sum(&ask, &loaded)];
    for (place, service) in loaded.view.services.iter().enumerate() {
        main.push(explained(&ask, &loaded, (place, service)));
    }
    main.push(books(&ask, &loaded));
    let page = loaded.alerts(loaded.page(&ask, "Why this amount", "why"));
    page.body(&Columns { main, side: side(&ask, &loaded) }).answer()
}

/// What the bill comes to, service by service.
fn sum(ask: &Ask, loaded: &Loaded) -> Section {
    let mut table = ask
        .table("services", "Services of the bill")
        .plain()
        .column(Column::text("service", "Service"))
        .column(Column::text("days", "Days"))
        .column(Column::money("amount", "Amount").totaled());
    for (place, service) in loaded.view.services.iter().enumerate() {
        let href = format!("{}#service-{}", loaded.href("why"), place + 1);
        table.push([
            Cell::text(title(loaded, service)).link(href),
            Cell::text(days(service.period)),
            Cell::from(service.total()).link(loaded.journal_href(ask, loaded.view.bill.journal)),
        ]);
    }
    Section::new("sum", "What the bill comes to").with(&table)
}

fn title(loaded: &Loaded, service: &ExplainedService) -> String {
    let title = loaded.schedule_title(&service.schedule);
    match service.extra {
        None | Some(ExplainedExtra::Charge(_)) => title,
        Some(ExplainedExtra::Settlement(_)) => format!("{title}, earlier days settled"),
    }
}

fn explained(ask: &Ask, loaded: &Loaded, (place, service): (usize, &ExplainedService)) -> Section {
    let heading = title(loaded, service);
    let mut section = Section::new(&format!("service-{}", place + 1), &heading).with(&facts(ask, loaded, service));
    section = grounds(ask, section, (place, service));
    for record in &service.quantities {
        let amount = record
            .amount
            .map_or_else(|| "the default of the rates".to_owned(), |amount| amount.normalize().to_string());
        let by = match record.source {
            QuantitySource::Entered => "entered",
            QuantitySource::Appeal => "decided on an appeal",
            QuantitySource::WinterAverage => "worked out from the winter's use",
        };
        let (name, from) = (capital_words(&record.name), day(record.from_on));
        let grounds = record.grounds.trim_end_matches('.');
        let words = format!("{name} is {amount} for bills from {from} on, {by}: {grounds}.");
        section = section.with(&Words::new(words));
    }
    for (code, certificate) in &service.exemptions {
        let words = format!("Exempt as {}, certificate {certificate}.", code.replace('_', " "));
        section = section.with(&Words::new(words));
    }
    for (number, (period, part)) in service.parts.iter().enumerate() {
        if 1 < service.parts.len() {
            let words = format!("Rates of {} for {}.", day(part.effective_on), days(*period));
            section = section.with(&Words::new(words));
        }
        let journal = loaded.journal_href(ask, loaded.view.bill.journal);
        section = section.with(&worked((place, number), (service, part), journal));
    }
    section
}

fn facts(ask: &Ask, loaded: &Loaded, service: &ExplainedService) -> Facts {
    let place = loaded.place(service);
    let point = if place.is_empty() { service.service_point.clone() } else { place };
    let point_href = format!("/points/{}", web::encoded(&service.service_point));
    let journal = loaded.journal_href(ask, loaded.view.bill.journal);
    let mut facts = Facts::new()
        .link("It comes to", money(&service.total()), journal)
        .link("Service point", point, point_href)
        .fact("Days billed", days(service.period));
    if let Some(used) = service.used {
        facts = facts.fact("Used", quantity(&used));
    }
    for (_, part) in &service.parts {
        let href = format!("/rates/{}/{}", web::encoded(&service.schedule), part.effective_on);
        facts = facts.link("Rates", format!("{} of {}", service.schedule, day(part.effective_on)), href);
        facts = facts.fact("Adopted by", part.ordinance.clone());
    }
    facts = match service.parts.last() {
        Some((_, part)) => facts.fact("Billed as", billed_as(part)),
        None => facts,
    };
    facts.link("Posted", day(loaded.view.run.gl_on), loaded.journal_href(ask, loaded.view.bill.journal))
}

fn billed_as(part: &Explanation) -> String {
    let dimensions = part.dimensions.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
    [part.class.clone()].into_iter().chain(dimensions).collect::<Vec<_>>().join(", ")
}

/// From what the use follows: counts, or what an estimate is made of, with what was found.
fn grounds(ask: &Ask, section: Section, (place, service): (usize, &ExplainedService)) -> Section {
    let mut section = section;
    if let Some(table) = reads(ask, (place, service)) {
        section = section.with(&table);
    } else if let (Some(Grounds::Estimated { by, from }), Some(used)) = (&service.grounds, service.used) {
        let row = |part: &PastPart| {
            let kind = if part.is_estimated { "estimate" } else { "read" };
            [Cell::text(days(part.period)), Cell::text(steps(part.steps, used.unit)), Cell::text(kind)]
        };
        let table = ask
            .table(&format!("estimate-{}", place + 1), &format!("What estimate {} follows", place + 1))
            .plain()
            .column(Column::text("days", "Earlier days"))
            .column(Column::new("used", "Used", reports::Kind::Count))
            .column(Column::text("kind", "From"))
            .rows(from.iter().map(row));
        let words = format!("No read: the use is estimated, per day, by {}.", by.words());
        section = section.with(&Words::new(words)).with(&table);
    } else if service.used.is_some() && service.grounds.is_none() {
        section = section.with(&Words::new("The use came as a figure, without the counts behind it."));
    }
    for finding in &service.findings {
        section = section.with(&Words::new(format!("Found at the read: {}.", finding.trim_end_matches('.'))));
    }
    section
}

/// The charges of a part, step by step; of a settlement also what was billed before.
fn worked(
    (place, number): (usize, usize),
    (service, part): (&ExplainedService, &Explanation),
    journal: String,
) -> Worked {
    let before: &[BilledLine] = match &service.extra {
        Some(ExplainedExtra::Settlement(billed)) => billed,
        Some(ExplainedExtra::Charge(_)) | None => &[],
    };
    let charge = |charge: &ExplainedCharge| {
        let mut lines = charge.lines("en");
        lines.remove(0);
        let billed = before.iter().filter(|line| line.charge == charge.name && !line.is_borne);
        let billed: kernel::Cents = billed.map(|line| line.cents).sum();
        if !billed.is_zero() {
            let line = |said: &str, cents: kernel::Cents| AccountLine {
                said: said.to_owned(),
                amount: Some(cents.to_string()),
                is_step: true,
            };
            lines.push(line("billed before for these days", -billed));
            lines.push(line("on this bill", charge.cents - billed));
        }
        let note = match (&charge.tax, charge.is_billed) {
            (Some(tax), true) => format!("A tax owed to the {}, code {}.", tax.authority, tax.code),
            (Some(tax), false) => format!("The city bears it: a tax owed to the {}, code {}.", tax.authority, tax.code),
            (None, false) => "The city bears it.".to_owned(),
            (None, true) => String::new(),
        };
        WorkedCharge {
            id: format!("charge-{}-{}-{}", place + 1, number + 1, charge.name),
            title: charge.title.title("en").to_owned(),
            cents: money(&(charge.cents - billed)),
            note,
            steps: lines,
        }
    };
    Worked { charges: part.charges.iter().map(charge).collect(), journal }
}

/// Where each amount stands in the books.
fn books(ask: &Ask, loaded: &Loaded) -> Section {
    let journal = loaded.journal_href(ask, loaded.view.bill.journal);
    let mut table = ask
        .table("postings", "Where each amount stands in the books")
        .plain()
        .column(Column::text("charge", "Charge"))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("debit", "Owed in, or paid from"))
        .column(Column::text("credit", "Earned in, or owed as"))
        .column(Column::money("amount", "Amount"));
    let lines = loaded
        .view
        .services
        .iter()
        .flat_map(|service| service.lines.iter().map(|line| (loaded.title_on(service, &line.charge), line)));
    for (title, line) in lines.filter(|(_, line)| !line.cents.is_zero()) {
        let note = if line.is_borne { format!("{}, borne by the city", line.revenue) } else { line.revenue.clone() };
        table.push([
            Cell::text(title).note(note),
            Cell::text(loaded.fund(line.fund)),
            Cell::text(loaded.ledger_account(line.debit)),
            Cell::text(loaded.ledger_account(line.credit)),
            Cell::from(line.cents).link(&journal),
        ]);
    }
    let note = format!("Posted on {} with bill {}.", day(loaded.view.run.gl_on), loaded.number());
    Section::new("books", "In the books").note(note).with(&table)
}

fn side(ask: &Ask, loaded: &Loaded) -> Vec<Section> {
    let facts = Facts::new()
        .fact("Rates and taxes as of", day(loaded.view.run.price_on))
        .fact("Bill date", day(loaded.view.bill.bill_on))
        .link(
            "Charges of this bill",
            money(&loaded.view.bill.total),
            loaded.journal_href(ask, loaded.view.bill.journal),
        );
    let mut parts: Vec<(String, Period)> = Vec::new();
    let mut rates = Links::listed("Rates");
    for service in &loaded.view.services {
        for (_, part) in &service.parts {
            let href = format!("/rates/{}/{}", web::encoded(&service.schedule), part.effective_on);
            if parts.iter().all(|(known, _)| *known != href) {
                let words = format!("{}, {}", loaded.schedule_title(&service.schedule), day(part.effective_on));
                rates = rates.link(&words, href.clone());
                parts.push((href, service.period));
            }
        }
    }
    let mut side = vec![Section::bare().with(&facts), Section::new("rates", "Rates").with(&rates)];
    let is_open = loaded.view.taken_back.is_none() && ask.may(billing::permissions::ADJUST);
    if is_open {
        let ways = Links::listed("The caller had a leak, or something is wrong")
            .link("Work out a leak adjustment", loaded.href("leak"))
            .link("Adjust a charge", loaded.href("adjust"));
        side.push(Section::new("right", "Put it right").with(&ways));
    }
    side
}
