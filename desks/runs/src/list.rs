//! `/runs`: what each cycle has next, runs under way, and all runs.

use std::collections::BTreeMap;

use acts::Progress;
use billing::permissions::{CLOSE_READS, PREPARE};
use billing::{BillRun, CyclePeriod, RunKind, RunState};
use chrono::NaiveDate;
use db::Read;
use kernel::{Cents, CycleId, Period, RunId};
use web::shown::{counted, date};
use web::{
    Answer, Ask, Cell, Choice, Column, Empty, Field, LookUp, Problem, ROWS, Section, Table, Tone, Window, address,
};

use crate::charges::{Bears, charges_href};
use crate::known::cycle_codes;
use crate::words::{days, kind_word, last_on, run_tone};

/// What a cycle has next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) cycle: CycleId,
    pub(crate) period: Period,
    pub(crate) bill_on: NaiveDate,
    pub(crate) reads: Reads,
    /// The run that is under way for it.
    pub(crate) run: Option<i64>,
}

/// How far the reads of a period are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// There is no calendar: reads come by file.
    ByFile,
    /// Meters are read from this day on.
    From(NaiveDate),
    /// Meters are being read through this day.
    Through(NaiveDate),
    /// They can be closed.
    ToClose,
    /// They are being closed: so many parts of so many.
    Closing(i64, i64),
    /// What was used is known or estimated.
    Closed,
}

impl Due {
    /// Whether it waits for somebody on a day, and not for meters to be read.
    pub(crate) fn is_due(&self, today: NaiveDate) -> bool {
        match self.reads {
            Reads::ByFile => last_on(self.period) < today,
            Reads::From(_) | Reads::Through(_) => false,
            Reads::ToClose | Reads::Closing(..) | Reads::Closed => true,
        }
    }

    /// Its page, for whoever may open it: a run is looked at by all who see runs, the next one only by who prepares it.
    fn link(&self, ask: &Ask, code: &str) -> Option<String> {
        let is_open = self.run.is_some() || ask.may(PREPARE) || ask.may(CLOSE_READS);
        is_open.then(|| self.href(code))
    }

    /// Its page.
    pub(crate) fn href(&self, code: &str) -> String {
        match self.run {
            Some(run) => format!("/runs/{run}"),
            None => address("/runs/new", &[("cycle", code), ("from", &self.period.from().to_string())]),
        }
    }
}

/// What each cycle has next: the first period after its first run that has none, or the run under way.
pub(crate) async fn due(read: &mut Read, today: NaiveDate) -> Result<Vec<Due>, Problem> {
    let runs = billing::all_runs(read).await?;
    let current: Vec<BillRun> =
        runs.into_iter().filter(|run| run.kind == RunKind::Regular && run.cancelled.is_none()).collect();
    let open: Vec<BillRun> = current.iter().filter(|run| run.post_order.is_none()).cloned().collect();
    let periods = billing::cycle_periods(read).await?;
    let mut all = Vec::new();
    for cycle in billing::cycles(read).await? {
        let of_cycle: Vec<&BillRun> = current.iter().filter(|run| run.cycle == cycle.id).collect();
        let calendar: Vec<&CyclePeriod> = periods.iter().filter(|one| one.cycle == cycle.id).collect();
        let under_way = open.iter().filter(|run| run.cycle == cycle.id).min_by_key(|run| run.period.from());
        if let Some(run) = under_way {
            let (period, bill_on) = (run.period, run.bill_on);
            all.push(Due { cycle: cycle.id, period, bill_on, reads: Reads::Closed, run: Some(run.number) });
            continue;
        }
        let Some((period, planned)) = next_period(&of_cycle, &calendar, today) else { continue };
        let reads = match planned {
            None => Reads::ByFile,
            Some(planned) => reads_of(planned, closing(read, planned).await?, today),
        };
        let bill_on = planned.map_or_else(|| last_on(period), |planned| planned.bill_on);
        all.push(Due { cycle: cycle.id, period, bill_on, reads, run: None });
    }
    Ok(all)
}

/// How far the closing of a period's reads is, once it was asked for.
pub(crate) async fn closing(read: &mut Read, planned: &CyclePeriod) -> Result<Option<Progress>, db::Fault> {
    if !planned.is_closed {
        return Ok(None);
    }
    match billing::close_order(read, planned.cycle, planned.period.from()).await? {
        Some(order) => Ok(Some(acts::progress(read, order).await?)),
        None => Ok(None),
    }
}

/// How far the reads of a period are on a day.
pub(crate) fn reads_of(planned: &CyclePeriod, closing: Option<Progress>, today: NaiveDate) -> Reads {
    match closing {
        Some(progress) if progress.is_complete() => Reads::Closed,
        Some(progress) => Reads::Closing(progress.done, progress.chunks),
        None if planned.read_through < today => Reads::ToClose,
        None if planned.read_from <= today => Reads::Through(planned.read_through),
        None => Reads::From(planned.read_from),
    }
}

fn next_period<'a>(
    runs: &[&BillRun],
    calendar: &[&'a CyclePeriod],
    today: NaiveDate,
) -> Option<(Period, Option<&'a CyclePeriod>)> {
    let first = runs.iter().map(|run| run.period.from()).min();
    let is_billed = |from: NaiveDate| runs.iter().any(|run| run.period.from() == from);
    if calendar.is_empty() {
        let last = runs.iter().map(|run| run.period.to()).max()?;
        return Some((kernel::Month::of(last).period(), None));
    }
    // A cycle never billed begins with the period whose bills are due now, not with the oldest of its calendar.
    let first = first.or_else(|| {
        let begun = calendar.iter().filter(|one| one.bill_on <= today).max_by_key(|one| one.bill_on);
        begun.or(calendar.first()).map(|one| one.period.from())
    })?;
    let next = calendar.iter().find(|one| first <= one.period.from() && !is_billed(one.period.from()))?;
    Some((next.period, Some(*next)))
}

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let codes = cycle_codes(&mut read).await?;
    let due = due(&mut read, ask.today()).await?;
    let (shown, total) = shown_of(&ask.window(), wanted_runs(&ask, &mut read).await?);
    let lines = Lines::load(&mut read, &shown).await?;
    let table = table(&ask, &shown, &lines, &codes);
    let table = if let Some(total) = total { table.windowed(total) } else { table };
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let titles: BTreeMap<CycleId, String> = billing::cycle_titles(&mut read).await?.into_iter().collect();
    let cycles = due_table(&ask, &due, (&codes, &titles));
    let next = Section::new("cycles", "What is next").with(&cycles);
    let lead =
        "Each cycle in its turn: reads are closed, bills are tried, looked at, signed by somebody else, and posted.";
    let page = ask.page("Bill runs").lead(lead);
    let page = if ask.may(PREPARE) { page.action("Prepare a run", "/runs/new") } else { page };
    let page = page.action("Held bills", "/runs/held");
    if due.is_empty() && shown.is_empty() {
        let empty =
            Empty::new("There is no billing cycle yet.").text("Cycles and their calendars come with the town's file.");
        return page.body(&empty).answer();
    }
    let choices = codes.values().map(|code| Choice::new(code, format!("Cycle {code}"))).collect();
    let years = (0..6).map(|back| (chrono::Datelike::year(&ask.today()) - back).to_string());
    let years = years.map(|year| Choice::new(&year, format!("Service in {year}"))).collect();
    let filled = |name: &str, field: Field| field.value(ask.query().text(name));
    let look_up = LookUp::new(&ask, "Runs", "Look up")
        .field(filled("cycle", Field::select("cycle", "Cycle", choices)))
        .field(filled("year", Field::select("year", "Year", years)));
    let all = Section::new("all", "All runs").with(&look_up).with(&table);
    page.body(&next).body(&all).answer()
}

/// The runs asked for, newest first; all of them when nothing is said.
async fn wanted_runs(ask: &Ask, read: &mut Read) -> Result<Vec<BillRun>, Problem> {
    let codes = cycle_codes(read).await?;
    let (cycle, year) = (ask.query().text("cycle"), ask.query().text("year").parse::<i32>().ok());
    let mut runs = billing::all_runs(read).await?;
    runs.retain(|run| {
        let is_cycle = cycle.is_empty() || codes.get(&run.cycle).is_some_and(|code| code == cycle);
        is_cycle && year.is_none_or(|year| chrono::Datelike::year(&run.period.from()) == year)
    });
    runs.sort_by_key(|run| std::cmp::Reverse(run.number));
    Ok(runs)
}

/// The runs of the page that is looked at, and of how many. In another order or through a filter it is all of them: the table
/// cuts, once it is known what each says.
fn shown_of(window: &Window, mut runs: Vec<BillRun>) -> (Vec<BillRun>, Option<usize>) {
    if !window.sort.is_empty() || !window.filter.is_empty() {
        return (runs, None);
    }
    let total = runs.len();
    let last_page = total.saturating_sub(1) / ROWS * ROWS;
    let shown = runs.drain(window.offset().min(last_page)..).take(window.size()).collect();
    (shown, Some(total))
}

/// What a line of the list says of a run.
struct Lines {
    states: Vec<RunState>,
    signed: BTreeMap<RunId, (i64, i64, Cents)>,
    open: BTreeMap<RunId, i64>,
}

impl Lines {
    async fn load(read: &mut Read, runs: &[BillRun]) -> Result<Lines, Problem> {
        let states = billing::run_states(read, runs).await?;
        let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
        let signed = billing::signed_sums(read, &ids).await?;
        let unsigned: Vec<RunId> = runs.iter().filter(|run| !run.is_signed).map(|run| run.id).collect();
        Ok(Lines { states, signed, open: billing::open_counts(read, &unsigned).await? })
    }
}

fn table(ask: &Ask, runs: &[BillRun], lines: &Lines, codes: &BTreeMap<CycleId, String>) -> Table {
    let row = |(run, state): (&BillRun, &RunState)| {
        let signed = lines.signed.get(&run.id);
        let held = signed.map_or(0, |(_, held, _)| *held);
        let open = lines.open.get(&run.id).copied().unwrap_or(0);
        let state_cell = Cell::tag(run_tone(*state), state.word());
        let state_cell = if run.issued.is_some() { state_cell.note("given out") } else { state_cell };
        [
            Cell::text(run.number.to_string()).link(format!("/runs/{}", run.number)),
            Cell::text(codes.get(&run.cycle).cloned().unwrap_or_default()).note(kind_word(run.kind)),
            Cell::from(run.period.from()).note(format!("to {}", date(&last_on(run.period)))),
            Cell::from(run.bill_on),
            state_cell,
            signed.map_or_else(Cell::empty, |(bills, _, _)| Cell::count(*bills)),
            Cell::count(held),
            signed.map_or_else(Cell::empty, |(_, _, total)| {
                Cell::from(*total).link(charges_href(run.number, &[], Some(Bears::Customer), true))
            }),
            Cell::count(open),
        ]
    };
    ask.table("runs", "Bill runs, newest first")
        .column(Column::text("number", "Run"))
        .column(Column::text("cycle", "Cycle"))
        .column(Column::date("from", "Service from"))
        .column(Column::date("bill", "Bill date"))
        .column(Column::text("state", "State"))
        .column(Column::count("bills", "Bills"))
        .column(Column::count("held", "Held"))
        .column(Column::money("total", "Total signed"))
        .column(Column::count("open", "To decide"))
        .empty("No run of this cycle and year. Prepare the first one above.")
        .rows(runs.iter().zip(&lines.states).map(row))
}

fn due_table(
    ask: &Ask,
    all: &[Due],
    (codes, titles): (&BTreeMap<CycleId, String>, &BTreeMap<CycleId, String>),
) -> Table {
    let today = ask.today();
    let row = |due: &Due| {
        let code = codes.get(&due.cycle).cloned().unwrap_or_default();
        let title = titles.get(&due.cycle).cloned().unwrap_or_default();
        let cell = Cell::text(code.clone());
        let cell = match due.link(ask, &code) {
            Some(href) => cell.link(href),
            None => cell,
        };
        [
            cell.note(title),
            Cell::text(days(due.period)),
            reads_cell(due.reads),
            Cell::from(due.bill_on),
            state_cell(due, today),
            Cell::text(next_words(ask, due)),
        ]
    };
    ask.table("due-cycles", "The next period of each cycle")
        .plain()
        .column(Column::text("due-cycle", "Cycle"))
        .column(Column::text("due-period", "Next period"))
        .column(Column::text("due-reads", "Reads"))
        .column(Column::date("due-bill", "Bill date"))
        .column(Column::text("due-state", "State"))
        .column(Column::text("due-next", "What to do"))
        .empty("No cycle has a period to bill.")
        .rows(all.iter().map(row))
}

fn reads_cell(reads: Reads) -> Cell {
    match reads {
        Reads::ByFile => Cell::tag(Tone::Plain, "by file"),
        Reads::From(day) => Cell::tag(Tone::Plain, "not read yet").note(format!("from {}", date(&day))),
        Reads::Through(day) => Cell::tag(Tone::Info, "being read").note(format!("through {}", date(&day))),
        Reads::ToClose => Cell::tag(Tone::Warning, "to close"),
        Reads::Closing(done, all) => Cell::tag(Tone::Info, "being closed").note(format!("{done} of {all} parts")),
        Reads::Closed => Cell::tag(Tone::Good, "closed"),
    }
}

fn state_cell(due: &Due, today: NaiveDate) -> Cell {
    let late = (today - due.bill_on).num_days();
    if due.is_due(today) && 0 < late {
        return Cell::tag(Tone::Bad, "overdue").note(counted(
            late,
            "day after its bill date",
            "days after its bill date",
        ));
    }
    match (due.run, due.is_due(today)) {
        (Some(run), _) => Cell::tag(Tone::Info, "under way").note(format!("run {run}")),
        (None, true) => Cell::tag(Tone::Warning, "due"),
        (None, false) => Cell::tag(Tone::Plain, "not due yet"),
    }
}

fn next_words(ask: &Ask, due: &Due) -> &'static str {
    match (due.run, due.reads) {
        (Some(_), _) => "Go on with the run",
        (None, Reads::ToClose) if ask.may(CLOSE_READS) => "Close the reads",
        (None, Reads::ToClose) => "The reads are to be closed",
        (None, Reads::ByFile | Reads::Closed) if ask.may(PREPARE) => "Prepare the run",
        (None, Reads::ByFile | Reads::Closed) => "The run is to be prepared",
        (None, Reads::Closing(..)) => "Wait until the reads are closed",
        (None, Reads::From(_) | Reads::Through(_)) => "Wait for the reads",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn planned(is_closed: bool) -> CyclePeriod {
        CyclePeriod {
            cycle: CycleId(1),
            period: Period::new(day("2026-06-01"), day("2026-07-01")).unwrap(),
            read_from: day("2026-06-28"),
            read_through: day("2026-07-03"),
            bill_on: day("2026-07-06"),
            is_closed,
        }
    }

    #[test]
    fn reads_are_as_far_as_the_calendar_and_the_closing_are() {
        let some = |done| Some(Progress { chunks: 4, done, refused: 0 });
        #[rustfmt::skip]
        let rows = [
            (None,    "2026-06-27", Reads::From(day("2026-06-28"))),
            (None,    "2026-06-28", Reads::Through(day("2026-07-03"))),
            (None,    "2026-07-03", Reads::Through(day("2026-07-03"))),
            (None,    "2026-07-04", Reads::ToClose),
            (some(1), "2026-07-04", Reads::Closing(1, 4)),
            (some(4), "2026-07-04", Reads::Closed),
        ];
        for (closing, today, expected) in rows {
            assert_eq!(reads_of(&planned(closing.is_some()), closing, day(today)), expected, "{today}");
        }
    }

    #[test]
    fn a_cycle_never_billed_begins_with_the_period_that_is_due_now() {
        let (one, today) = (planned(false), day("2026-08-20"));
        let later = CyclePeriod {
            period: Period::new(day("2026-07-01"), day("2026-08-01")).unwrap(),
            bill_on: day("2026-08-06"),
            ..planned(false)
        };
        let next = next_period(&[], &[&one, &later], today).map(|(period, _)| period.from());
        assert_eq!(next, Some(day("2026-07-01")));
        assert_eq!(next_period(&[], &[], today), None);
    }
}
