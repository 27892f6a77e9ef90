//! The books for other programs: every journal once, in the order of GL dates, page by page.

mod csv_lines;
mod hledger;

use std::io::Write;

use chrono::NaiveDate;
use db::{Db, Fault, Read};
use kernel::{AccountId, JournalId};
use ledger::Chart;

use crate::store::{self, Day, PageOf};
use crate::{JournalEntry, books};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Journals.
    pub journals: u64,
    /// Their postings.
    pub postings: u64,
}

/// How the books are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A journal file for `hledger` and `ledger`.
    Hledger,
    /// CSV, one line a posting.
    Csv,
}

/// Somebody who writes the books in one form.
trait Writer: Send {
    fn write_journal(&mut self, entry: &JournalEntry) -> Result<(), Fault>;

    /// Hands over what is still held back.
    fn finish(&mut self) -> Result<(), Fault>;
}

/// Writes the books, in several forms from one reading.
pub async fn export(db: &Db, outs: &mut [(Form, &mut (dyn Write + Send))]) -> Result<Exported, Fault> {
    export_of(db, None, outs).await
}

/// Writes the journals of some days of the books, the last of them included; journals are numbered from 1.
pub async fn export_days(
    db: &Db,
    days: (NaiveDate, NaiveDate),
    outs: &mut [(Form, &mut (dyn Write + Send))],
) -> Result<Exported, Fault> {
    export_of(db, Some(days), outs).await
}

async fn export_of(
    db: &Db,
    within: Option<(NaiveDate, NaiveDate)>,
    outs: &mut [(Form, &mut (dyn Write + Send))],
) -> Result<Exported, Fault> {
    let mut read = db.read().await?;
    let chart = books::chart(&mut read).await?;
    let mut writers: Vec<Box<dyn Writer + '_>> = Vec::new();
    for (form, out) in outs {
        writers.push(match form {
            Form::Hledger => Box::new(hledger::Hledger::new(&chart, &mut **out)?),
            Form::Csv => Box::new(csv_lines::CsvLines::new(&chart, &mut **out)?),
        });
    }
    let mut take = |entry: &JournalEntry| writers.iter_mut().try_for_each(|writer| writer.write_journal(entry));
    let exported = in_date_order(&mut read, (&chart, within), &mut take).await?;
    writers.iter_mut().try_for_each(|writer| writer.finish())?;
    Ok(exported)
}

/// About this many journals are in memory at once.
const PAGE: i64 = 5_000;

/// Days that are read together: one alone, or several that fit on one page.
#[derive(Debug, PartialEq, Eq)]
struct Span {
    from_on: NaiveDate,
    to_on: NaiveDate,
}

/// Hands over every journal once, whole, in the order of GL date, account and id.
async fn in_date_order(
    read: &mut Read,
    (chart, within): (&Chart, Option<(NaiveDate, NaiveDate)>),
    take: &mut (dyn FnMut(&JournalEntry) -> Result<(), Fault> + Send),
) -> Result<Exported, Fault> {
    let later = match within {
        None => store::later_parts(read).await?,
        Some(days) => store::later_parts_between(read, days).await?,
    };
    let days = match within {
        None => store::days(read).await?,
        Some(days) => {
            let counts = store::journal_counts(read, days).await?;
            counts.iter().map(|count| Day { gl_on: count.gl_on, journals: count.journals }).collect()
        }
    };
    let mut exported = Exported::default();
    for Span { from_on, to_on } in spans(&days, PAGE) {
        let mut after = (AccountId(i64::MIN), JournalId(i64::MIN));
        loop {
            let page = PageOf { from_on, to_on, after, limit: PAGE };
            let page = store::page_of_days(read, chart, &later, page).await?;
            for entry in &page.entries {
                take(entry)?;
                exported.journals += 1;
                exported.postings += entry.journal().postings.len() as u64;
            }
            match page.last {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    Ok(exported)
}

/// Joins neighboring days as long as they fit on one page, because each span is one pass.
fn spans(days: &[Day], page: i64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut filled = 0;
    for day in days {
        match spans.last_mut() {
            Some(span) if filled + day.journals <= page => span.to_on = day.gl_on,
            _ => {
                spans.push(Span { from_on: day.gl_on, to_on: day.gl_on });
                filled = 0;
            }
        }
        filled += day.journals;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_fit_on_a_page_are_read_together() {
        let day = |number: u32| NaiveDate::from_ymd_opt(2014, 3, number).unwrap();
        let counts = [(1, 3), (2, 4), (3, 3), (4, 25), (5, 1), (9, 9)];
        let days: Vec<Day> =
            counts.iter().map(|(number, journals)| Day { gl_on: day(*number), journals: *journals }).collect();
        let found: Vec<_> = spans(&days, 10).into_iter().map(|span| (span.from_on, span.to_on)).collect();
        assert_eq!(found, [(day(1), day(3)), (day(4), day(4)), (day(5), day(9))]);
        assert_eq!(spans(&[], 10), []);
    }
}
