//! The SQL of one bill run on a day of the books: the journals of its bills, and what they come to from the sums that are
//! kept. What takes bills back or changes them is of several runs at once, and no part of it.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use ledger::JournalKind;

use super::sums::{FiledOf, FiledRow, MovedRow, moved_through};
use crate::day_sums::{DaySum, JournalCount};

/// Sums of one run: they are filed under the first journal that each counts, and bills of one call are of one run.
macro_rules! of_the_run {
    ($sums:literal) => {
        concat!(
            $sums,
            ".gl_on = $1 and ",
            $sums,
            ".kind = 'bill' and exists (
                 select 1
                 from journal
                 where journal.gl_on = ",
            $sums,
            ".gl_on and journal.journal_id = ",
            $sums,
            ".first_journal_id and substr(journal.document, 1, length($2)) = $2)"
        )
    };
}

/// What the documents of a run's bills begin with.
fn documents(run: i64) -> Value {
    format!("{run}-").into()
}

/// The journals of a run's bills on a day, in the order of journal and account. They are looked for between the first and
/// the last of the run.
pub(crate) async fn filed_of_run(read: &mut Read, of: FiledOf, run: i64) -> Result<Vec<FiledRow>, Fault> {
    const RANGE: &str = concat!(
        "select min(journal_sum.first_journal_id), max(journal_sum.first_journal_id + journal_sum.journals - 1)
         from journal_sum
         where ",
        of_the_run!("journal_sum")
    );
    const SQL: &str = "
        select account_id, journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where gl_on = $1 and ($2, $3) < (journal_id, account_id) and $5 <= journal_id and journal_id <= $6
          and kind = 'bill' and substr(document, 1, length($7)) = $7
        order by journal_id, account_id
        limit $4";
    let range: Option<(Option<i64>, Option<i64>)> = read.one(RANGE, vec![of.gl_on.into(), documents(run)]).await?;
    let Some((Some(first), Some(last))) = range else { return Ok(Vec::new()) };
    let args = vec![
        of.gl_on.into(),
        of.after.0.into(),
        of.after.1.into(),
        of.limit.into(),
        first.into(),
        last.into(),
        documents(run),
    ];
    read.all(SQL, args).await
}

/// How many bills of a run there are on a day.
pub(crate) async fn journal_counts_of_run(
    read: &mut Read,
    gl_on: NaiveDate,
    run: i64,
) -> Result<Vec<JournalCount>, Fault> {
    const SQL: &str = concat!(
        "select cast(sum(journals) as bigint)
         from journal_sum
         where ",
        of_the_run!("journal_sum")
    );
    let journals = read.number(SQL, vec![gl_on.into(), documents(run)]).await?;
    let count = |journals| JournalCount { gl_on, kind: JournalKind::Bill, journals };
    Ok(journals.map(count).into_iter().collect())
}

/// What the bills of a run move on a day.
pub(crate) async fn day_sums_of_run(read: &mut Read, gl_on: NaiveDate, run: i64) -> Result<Vec<DaySum>, Fault> {
    const SQL: &str = concat!(
        "select fund_id, debit_id, credit_id, kind, is_customers,
                cast(sum(postings) as bigint) as postings, cast(sum(cents) as bigint) as cents
         from posting_sum
         where ",
        of_the_run!("posting_sum"),
        " group by fund_id, debit_id, credit_id, kind, is_customers
         order by fund_id, debit_id, credit_id, kind, is_customers"
    );
    let rows: Vec<MovedRow> = read.all(SQL, vec![gl_on.into(), documents(run)]).await?;
    rows.into_iter().map(|row| moved_through(row, gl_on)).collect()
}
