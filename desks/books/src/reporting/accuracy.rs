//! `/reports/accuracy`: how accurate billing is, by month: estimates, bills taken back, adjustments, bills per run.

use std::collections::BTreeMap;

use billing::{BillRun, RunQuality};
use chrono::NaiveDate;
use db::{Db, Fault, Read};
use kernel::Month;
use ledger::JournalKind;
use web::shown::counted;
use web::{Answer, Ask, Cell, Chart, Column, Page, Section, Table, Tone};

use crate::days::month_words;
use crate::pages::parts::{mark, under_way};
use crate::work::{Looked, Works};

/// Months that are shown.
const MONTHS: usize = 13;

/// What happened in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) runs: i64,
    pub(super) bills: i64,
    pub(super) estimated: i64,
    pub(super) taken_back: i64,
    pub(super) adjustments: i64,
}

/// A run that is not posted in full, and what waits in it.
pub(super) struct Waiting {
    pub(super) run: i64,
    pub(super) bill_on: NaiveDate,
    pub(super) open: i64,
    pub(super) held: i64,
}

/// Everything on the page.
pub(super) struct Gathered {
    pub(super) months: BTreeMap<NaiveDate, Figures>,
    pub(super) waiting: Vec<Waiting>,
}

/// The page.
pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let key = ("accuracy".to_owned(), mark(&ask, &mut read).await?);
    drop(read);
    let page = ask.page("Accuracy of billing").crumbs(&[("Reports", "/reports")]);
    let page = page.lead("How often a bill rests on an estimate, is taken back or adjusted. The last 13 months.");
    let work = |db: Db| async move { gather(&db).await };
    let looked: Looked<Gathered> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    match looked {
        Looked::UnderWay => under_way(page, "The last 13 months").answer(),
        Looked::Done(gathered) => draw(&ask, page, &gathered),
    }
}

pub(super) async fn gather(db: &Db) -> Result<Gathered, Fault> {
    let mut read = db.read().await?;
    let runs = billing::all_runs(&mut read).await?;
    let mut months = counted_months(&mut read).await?;
    for run in &runs {
        let Some(figures) = months.get_mut(&Month::of(run.gl_on).first_on()) else { continue };
        let quality: RunQuality = billing::run_quality(&mut read, run.id).await?;
        figures.runs += i64::from(0 < quality.bills);
        figures.estimated += quality.estimated;
    }
    let mut waiting = Vec::new();
    for run in runs.iter().filter(|run| run.cancelled.is_none()) {
        waiting.extend(waiting_in(&mut read, run).await?);
    }
    Ok(Gathered { months, waiting })
}

/// Bills, bills taken back and adjustments of the newest months, from what is kept as posted.
async fn counted_months(read: &mut Read) -> Result<BTreeMap<NaiveDate, Figures>, Fault> {
    let mut months: BTreeMap<NaiveDate, Figures> = BTreeMap::new();
    let Some(days) = finance::first_and_last_day(read).await? else { return Ok(months) };
    for count in finance::journal_counts(read, days).await? {
        let figures = months.entry(Month::of(count.gl_on).first_on()).or_default();
        match count.kind {
            JournalKind::Bill => figures.bills += count.journals,
            JournalKind::BillReversal => figures.taken_back += count.journals,
            JournalKind::Adjustment => figures.adjustments += count.journals,
            JournalKind::Payment | JournalKind::Transfer | JournalKind::Opening => {}
        }
    }
    while MONTHS < months.len() {
        months.pop_first();
    }
    Ok(months)
}

async fn waiting_in(read: &mut Read, run: &BillRun) -> Result<Option<Waiting>, Fault> {
    let (mut open, mut held) = (0, 0);
    for ((_, state), count) in billing::waiting_counts(read, run.id).await? {
        match state {
            "open" => open += count,
            "held" => held += count,
            _ => {}
        }
    }
    Ok((0 < open + held).then_some(Waiting { run: run.number, bill_on: run.bill_on, open, held }))
}

/// Tenths of a per cent; nothing of nothing.
pub(super) fn share(part: i64, whole: i64) -> Option<i64> {
    (0 < whole).then(|| (part * 1_000 + whole / 2) / whole)
}

/// Tenths of what comes on a thousand.
fn per_thousand(part: i64, whole: i64) -> Option<i64> {
    (0 < whole).then(|| (part * 10_000 + whole / 2) / whole)
}

fn percent(tenths: Option<i64>) -> Cell {
    tenths.map_or_else(Cell::empty, |tenths| Cell::from(reports::Cell::Tenths(tenths)))
}

fn tenths_words(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn draw(ask: &Ask, page: Page, gathered: &Gathered) -> Answer {
    let table = months(ask, gathered);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let mut drawing =
        Chart::lines("Bills on estimates and taken back, in percent", "Month", &["On estimates", "Taken back"]);
    for (first_on, figures) in &gathered.months {
        let label = first_on.format("%b %y").to_string();
        let value = |part: i64| share(part, figures.bills).unwrap_or(0);
        let (estimated, back) = (value(figures.estimated), value(figures.taken_back));
        let words = [estimated, back].map(|tenths| format!("{} %", tenths_words(tenths)));
        drawing = drawing.point(&label, &[(estimated, &words[0]), (back, &words[1])]);
    }
    let all = gathered.months.values().fold(Figures::default(), |all, one| Figures {
        runs: all.runs + one.runs,
        bills: all.bills + one.bills,
        estimated: all.estimated + one.estimated,
        taken_back: all.taken_back + one.taken_back,
        adjustments: all.adjustments + one.adjustments,
    });
    let summary = format!(
        "Of {}, {} % rested on an estimate and {} % were taken back.",
        counted(all.bills, "bill", "bills"),
        tenths_words(share(all.estimated, all.bills).unwrap_or(0)),
        tenths_words(share(all.taken_back, all.bills).unwrap_or(0))
    );
    let page = match gathered.months.is_empty() {
        true => page,
        false => page.body(&drawing.summary(summary)),
    };
    let note = "Days are counted from the date on the run's bills.";
    page.body(&Section::new("by-month", "By month").note(MEANING).with(&table))
        .body(
            &Section::new("waiting-part", "Exceptions and held bills that wait")
                .note(note)
                .with(&waiting(ask, gathered)),
        )
        .answer()
}

const MEANING: &str = "A bill is on actual reads when none of its use is an estimate. A bill taken back counts in the \
                       month in which it was taken back.";

fn months(ask: &Ask, gathered: &Gathered) -> Table {
    ask.table("accuracy", "Accuracy by month")
        .column(Column::text("month", "Month"))
        .column(Column::count("runs", "Runs").totaled())
        .column(Column::count("bills", "Bills").totaled())
        .column(Column::count("per_run", "Bills a run"))
        .column(Column::new("actual", "On actual reads", reports::Kind::Percent))
        .column(Column::count("estimated", "On estimates").totaled())
        .column(Column::count("taken_back", "Taken back").totaled())
        .column(Column::new("rebill", "Taken back, share", reports::Kind::Percent))
        .column(Column::count("adjustments", "Adjustments").totaled())
        .column(Column::text("per_thousand", "Per 1,000 bills"))
        .empty("Nothing was billed yet. Post a bill run, and its month stands here.")
        .rows(gathered.months.iter().rev().map(|(first_on, one)| {
            let month = Month::of(*first_on);
            let days = |kind: JournalKind| format!("/books/months/{month}?kind={}", kind.code());
            let leads = |count: i64, kind: JournalKind| match ask.may(finance::SEE) && 0 < count {
                true => Cell::count(count).link(days(kind)),
                false => Cell::count(count),
            };
            let per_run = if one.runs == 0 { Cell::empty() } else { Cell::count(one.bills / one.runs) };
            let per_thousand = per_thousand(one.adjustments, one.bills).map(tenths_words).unwrap_or_default();
            [
                Cell::text(month_words(month)),
                Cell::count(one.runs).link("/runs"),
                leads(one.bills, JournalKind::Bill),
                per_run,
                percent(share(one.bills - one.estimated, one.bills)),
                Cell::count(one.estimated),
                leads(one.taken_back, JournalKind::BillReversal),
                percent(share(one.taken_back, one.bills)),
                leads(one.adjustments, JournalKind::Adjustment),
                Cell::text(per_thousand),
            ]
        }))
}

fn waiting(ask: &Ask, gathered: &Gathered) -> Table {
    ask.table("waiting", "Exceptions and held bills")
        .column(Column::text("run", "Run"))
        .column(Column::date("bill_on", "Bill date"))
        .column(Column::count("days", "Days"))
        .column(Column::count("open", "Open").totaled())
        .column(Column::count("held", "Held").totaled())
        .column(Column::text("state", "State"))
        .empty("No exception is open and no bill is held.")
        .plain()
        .rows(gathered.waiting.iter().map(|one| {
            let href = format!("/runs/{}/exceptions", one.run);
            let state = match one.open {
                0 => Cell::tag(Tone::Plain, "held bills only"),
                _ => Cell::tag(Tone::Warning, "to decide"),
            };
            let days = (ask.today() - one.bill_on).num_days().max(0);
            [
                Cell::text(one.run.to_string()).link(format!("/runs/{}", one.run)),
                one.bill_on.into(),
                Cell::count(days),
                Cell::count(one.open).link(href.clone()),
                Cell::count(one.held).link(format!("{href}?state=held")),
                state,
            ]
        }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_tenths() {
        // part | whole | tenths of a per cent | tenths on a thousand
        #[rustfmt::skip]
        let rows = [
            (1,  3,     Some(333),   Some(3333)),
            (2,  3,     Some(667),   Some(6667)),
            (5,  1_000, Some(5),     Some(50)),
            (0,  7_273, Some(0),     Some(0)),
            (17, 7_273, Some(2),     Some(23)),
            (1,  0,     None,        None),
        ];
        for (part, whole, percent, thousand) in rows {
            assert_eq!((share(part, whole), per_thousand(part, whole)), (percent, thousand), "{part} of {whole}");
        }
        assert_eq!([tenths_words(5), tenths_words(667)], ["0.5", "66.7"]);
    }
}
