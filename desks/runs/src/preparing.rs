//! `/runs/new`: close the reads of a period, see what a run would take, and prepare it.

use acts::Progress as Done;
use billing::acts::{CloseReads, ClosedChunk, PrepareRun};
use billing::permissions::{CLOSE_READS, PREPARE};
use billing::{Cycle, CyclePeriod, DueService};
use chrono::NaiveDate;
use db::Read;
use kernel::{Month, OrderId, Period};
use web::shown::{count, counted, date};
use web::{
    Alert, Answer, Ask, Cell, Choice, Column, Facts, Field, Form, LookUp, Page, Problem, Progress, Section, Steps,
    Table, Words, address,
};

use crate::known::cycle_codes;
use crate::list::{self, Reads};
use crate::words::{days, last_on};

/// What is about to be prepared.
struct Wanted {
    cycle: Cycle,
    period: Period,
    /// The calendar's own words on it.
    planned: Option<CyclePeriod>,
    reads: Reads,
    close_order: Option<OrderId>,
    /// The run that already bills it.
    run: Option<i64>,
    due: Vec<DueService>,
}

impl Wanted {
    async fn load(read: &mut Read, ask: &Ask, (code, from): (&str, &str)) -> Result<Option<Wanted>, Problem> {
        let Ok(from) = from.parse::<NaiveDate>() else { return Ok(None) };
        let Some(cycle) = billing::cycle_by_code(read, code).await? else { return Ok(None) };
        let periods = billing::cycle_periods(read).await?;
        let has_calendar = periods.iter().any(|one| one.cycle == cycle.id);
        let planned = periods.into_iter().find(|one| one.cycle == cycle.id && one.period.from() == from);
        let period = match &planned {
            Some(planned) => planned.period,
            None if !has_calendar && Month::of(from).first_on() == from => Month::of(from).period(),
            None => return Ok(None),
        };
        let close_order = billing::close_order(read, cycle.id, from).await?;
        let reads = match &planned {
            None => Reads::ByFile,
            Some(planned) => list::reads_of(planned, list::closing(read, planned).await?, ask.today()),
        };
        let run = billing::current_run(read, cycle.id, from).await?.map(|run| run.number);
        let due = billing::due_services(read, cycle.id, period).await?;
        Ok(Some(Wanted { cycle, period, planned, reads, close_order, run, due }))
    }

    fn bill_on(&self) -> NaiveDate {
        self.planned.as_ref().map_or_else(|| last_on(self.period), |planned| planned.bill_on)
    }

    fn from(&self) -> String {
        self.period.from().to_string()
    }

    fn href(&self) -> String {
        address("/runs/new", &[("cycle", &self.cycle.code), ("from", &self.from())])
    }

    fn close_form(&self, ask: &Ask) -> Form {
        let again = matches!(self.reads, Reads::Closed);
        let button = if again { "Close the reads again" } else { "Close the reads" };
        ask.form("/runs/close-reads", button)
            .because("the reads of the period are in")
            .small()
            .field(Field::hidden("cycle", &self.cycle.code))
            .field(Field::hidden("from", self.from()))
    }

    fn prepare_form(&self, ask: &Ask) -> Form {
        let hint = "It stands on the bills and is their date in the books. It cannot lie before the last day billed.";
        let bill_on = Field::date("bill_on", "Bill date").value(self.bill_on().to_string()).hint(hint).required();
        ask.form("/runs/new", "Prepare the run")
            .because("the run of the period is due")
            .field(Field::hidden("cycle", &self.cycle.code))
            .field(Field::hidden("from", self.from()))
            .field(bill_on.answers(&["billed_before_end", "period_closed"]))
            .cancel("/runs")
    }
}

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let (cycle, from) = (ask.query().text("cycle").to_owned(), ask.query().text("from").to_owned());
    if cycle.is_empty() && from.is_empty() {
        return choose(&ask, &mut read, None).await;
    }
    match Wanted::load(&mut read, &ask, (&cycle, &from)).await? {
        Some(wanted) => draw(&ask, &mut read, &wanted, None).await,
        None => choose(&ask, &mut read, Some("There is no such cycle, or no period that begins on this day.")).await,
    }
}

/// Which cycle and period.
async fn choose(ask: &Ask, read: &mut Read, wrong: Option<&str>) -> Answer {
    let codes = cycle_codes(read).await?;
    let due = list::due(read, ask.today()).await?;
    let rows = due.iter().filter(|due| due.run.is_none()).map(|due| {
        let code = codes.get(&due.cycle).cloned().unwrap_or_default();
        [Cell::text(code.clone()).link(due.href(&code)), Cell::text(days(due.period)), Cell::from(due.bill_on)]
    });
    let table = ask
        .table("due", "Periods to prepare")
        .plain()
        .column(Column::text("cycle", "Cycle"))
        .column(Column::text("period", "Period"))
        .column(Column::date("bill", "Bill date"))
        .empty("Every cycle has a run under way.")
        .rows(rows);
    let choices = codes.values().map(|code| Choice::new(code, code)).collect();
    let other = LookUp::new(ask, "Another period", "Show what it takes")
        .field(Field::select("cycle", "Cycle", choices).value(ask.query().text("cycle")))
        .field(Field::date("from", "First day").value(ask.query().text("from")));
    let page = page(ask).lead("Choose the cycle and the period to bill.");
    let page = match wrong {
        Some(words) => page.alert(Alert::bad("This cannot be prepared").text(words)),
        None => page,
    };
    page.body(&Section::new("next", "Next in each cycle").with(&table))
        .body(&Section::new("other", "Another period").with(&other))
        .answer()
}

fn page(ask: &Ask) -> Page {
    ask.page("Prepare a bill run").crumbs(&[("Bill runs", "/runs")])
}

async fn draw(ask: &Ask, read: &mut Read, wanted: &Wanted, sent: Option<&Form>) -> Answer {
    let lead = format!("Cycle {}, service {}.", wanted.cycle.code, days(wanted.period));
    let step = match wanted.reads {
        Reads::ByFile | Reads::Closed => 2,
        Reads::From(_) | Reads::Through(_) | Reads::ToClose | Reads::Closing(..) => 1,
    };
    let page = page(ask).lead(lead).body(&Steps::new(&["Close the reads", "Look at what it takes, and prepare"], step));
    if let Some(run) = wanted.run {
        let alert = Alert::info(format!("Run {run} already bills this period"));
        let alert = alert.text("A period is billed by one run. Open it to go on, or cancel it to begin anew.");
        return page.alert(alert.link(format!("Open run {run}"), format!("/runs/{run}"))).answer();
    }
    let reads = reads_section(ask, read, wanted).await?;
    let takes = Section::new("takes", "What the run takes").note(takes_note(wanted)).with(&takes_table(ask, wanted));
    let is_ready = matches!(wanted.reads, Reads::ByFile | Reads::Closed);
    let is_closing = matches!(wanted.reads, Reads::Closing(..));
    let page = if is_closing { page.refreshing(5) } else { page };
    let page = page.body(&reads).body(&takes);
    if !is_ready || !ask.may(PREPARE) {
        return page.answer();
    }
    let form = wanted.prepare_form(ask);
    let form = sent.unwrap_or(&form);
    let words = "Every service due gets its place and its bill number. Nothing reaches a customer or the books.";
    page.body(&Section::new("prepare", "Prepare").note(words)).form(form).answer()
}

async fn reads_section(ask: &Ask, read: &mut Read, wanted: &Wanted) -> Result<Section, Problem> {
    let section = Section::new("reads", "Reads");
    let section = match wanted.reads {
        Reads::ByFile => section
            .with(&Words::new("This cycle has no calendar: what was used comes by file. See that all of it is in.")),
        Reads::From(day) => section.with(&Words::new(format!("Meters are read from {} on.", date(&day)))),
        Reads::Through(day) => {
            let words =
                format!("Meters may still be read through {}. The reads are closed after that day.", date(&day));
            section.with(&Words::new(words))
        }
        Reads::ToClose => {
            let words =
                "Closing works out what was used, compares it with earlier use, and estimates where nothing was read.";
            let section = section.with(&Words::new(words));
            if ask.may(CLOSE_READS) { section.with(&wanted.close_form(ask)) } else { section }
        }
        Reads::Closing(done, all) => {
            let href =
                address("/runs/close-reads/progress", &[("cycle", &wanted.cycle.code), ("from", &wanted.from())]);
            section.with(&Progress::new("Closing the reads", done, all).live(href))
        }
        Reads::Closed => {
            let closed = match wanted.close_order {
                Some(order) => ClosedChunk::of_order(read, order).await?,
                None => ClosedChunk::default(),
            };
            let facts = Facts::new()
                .fact("Figures", count(&closed.figures))
                .fact("Estimates among them", count(&closed.estimates))
                .fact("Not known", count(&closed.unknown));
            let words = "The reads are closed. When reads come late, close them again; what is new counts.";
            let section = section.with(&Words::new(words)).with(&facts);
            if ask.may(CLOSE_READS) { section.with(&wanted.close_form(ask)) } else { section }
        }
    };
    Ok(section)
}

fn takes_note(wanted: &Wanted) -> String {
    let agreements: i64 = wanted.due.iter().map(|due| due.agreements).sum();
    let accounts = wanted.due.iter().map(|due| due.accounts).max().unwrap_or(0);
    format!(
        "{} of at least {}, as the record stands now.",
        counted(agreements, "service", "services"),
        counted(accounts, "account", "accounts")
    )
}

fn takes_table(ask: &Ask, wanted: &Wanted) -> Table {
    let row = |due: &DueService| {
        [
            Cell::text(&due.service),
            Cell::count(due.agreements),
            Cell::count(due.accounts),
            Cell::count(due.starting),
            Cell::count(due.stopping),
        ]
    };
    ask.table("takes-table", "Services active in the period")
        .plain()
        .column(Column::text("service", "Service"))
        .column(Column::count("services", "Services").totaled())
        .column(Column::count("accounts", "Accounts"))
        .column(Column::count("starting", "Beginning in the period").totaled())
        .column(Column::count("stopping", "Ending in the period").totaled())
        .empty("No service of this cycle is active in the period.")
        .rows(wanted.due.iter().map(row))
}

pub(super) async fn prepare(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let (cycle, from) = (ask.posted().text("cycle").to_owned(), ask.posted().text("from").to_owned());
    let Some(wanted) = Wanted::load(&mut read, &ask, (&cycle, &from)).await? else {
        return choose(&ask, &mut read, Some("There is no such cycle, or no period that begins on this day.")).await;
    };
    let mut form = wanted.prepare_form(&ask);
    if let Some(bill_on) = form.date("bill_on").filter(|_| form.is_good()) {
        let act = PrepareRun { cycle, period: wanted.period, bill_on, chunk_accounts: None };
        drop(read);
        let carried = form.carry_out(&ask, &act).await?;
        if let web::Carried::Done(done) = &carried {
            let number = done.outcome.number;
            return ask
                .go(&format!("/runs/{number}"))
                .saying(Alert::good(format!("Run {number} is being prepared")))
                .answer();
        }
        if let Some(go) = carried.go("/runs", "The run is being prepared") {
            return go.answer();
        }
        read = ask.read().await?;
    }
    if form.has_errors() && wanted.run.is_some() {
        return draw(&ask, &mut read, &wanted, None).await;
    }
    draw(&ask, &mut read, &wanted, Some(&form)).await
}

pub(super) async fn close(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let (cycle, from) = (ask.posted().text("cycle").to_owned(), ask.posted().text("from").to_owned());
    let Some(wanted) = Wanted::load(&mut read, &ask, (&cycle, &from)).await? else {
        return choose(&ask, &mut read, Some("There is no such cycle, or no period that begins on this day.")).await;
    };
    drop(read);
    let mut form = wanted.close_form(&ask);
    if form.is_good() {
        let act = CloseReads { cycle, from_on: wanted.period.from() };
        let carried = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&wanted.href(), "The reads are being closed") {
            return go.answer();
        }
    }
    page(&ask).lead(format!("Cycle {}, service {}.", wanted.cycle.code, days(wanted.period))).form(&form).answer()
}

pub(super) async fn live(ask: Ask) -> Answer {
    Ok(web::live(move || {
        let ask = ask.clone();
        async move { told(&ask).await.ok().flatten() }
    }))
}

async fn told(ask: &Ask) -> Result<Option<Progress>, Problem> {
    let mut read = ask.read().await?;
    let Ok(from) = ask.query().text("from").parse::<NaiveDate>() else { return Ok(None) };
    let Some(cycle) = billing::cycle_by_code(&mut read, ask.query().text("cycle")).await? else { return Ok(None) };
    let Some(order) = billing::close_order(&mut read, cycle.id, from).await? else { return Ok(None) };
    let Done { chunks, done, .. } = acts::progress(&mut read, order).await?;
    Ok(Some(Progress::new("Closing the reads", done, chunks)))
}
