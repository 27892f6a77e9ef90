//! The SQL of one bill run on a day of the books: the journals of its bills, and what they come to. Only bills and what
//! changes or takes them back are filed under a bill's number; a payment may have a number that looks like one.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use ledger::JournalKind;

use super::sums::{FiledOf, FiledRow, MovedRow, kind_of, moved_through};
use crate::day_sums::{DaySum, JournalCount};

/// A run on a day, and the journals among which its own are.
#[derive(Clone, Copy)]
pub(crate) struct OfRun {
    run: i64,
    first: i64,
    last: i64,
}

impl OfRun {
    /// What the documents of its journals begin with.
    fn documents(self) -> Value {
        format!("{}-", self.run).into()
    }
}

/// Where the journals of a run are on a day. Bills of one call are of one run and have ids of one block, so that the first
/// of each block tells whose they are; what takes bills back is of several runs, and may be anywhere.
pub(crate) async fn of_run(
    read: &mut Read,
    gl_on: NaiveDate,
    kind: Option<JournalKind>,
    run: i64,
) -> Result<OfRun, Fault> {
    const SQL: &str = "
        select min(journal_sum.first_journal_id), max(journal_sum.first_journal_id + journal_sum.journals - 1)
        from journal_sum
        join journal on journal.gl_on = journal_sum.gl_on and journal.journal_id = journal_sum.first_journal_id
        where journal_sum.gl_on = $1 and journal_sum.kind = $2 and substr(journal.document, 1, length($3)) = $3";
    let anywhere = OfRun { run, first: 0, last: i64::MAX };
    if kind != Some(JournalKind::Bill) {
        return Ok(anywhere);
    }
    let args = vec![gl_on.into(), JournalKind::Bill.code().into(), anywhere.documents()];
    let row: Option<(Option<i64>, Option<i64>)> = read.one(SQL, args).await?;
    let nowhere = OfRun { run, first: 0, last: -1 };
    Ok(row.and_then(|(first, last)| Some(OfRun { run, first: first?, last: last? })).unwrap_or(nowhere))
}

/// The journals of a run on a day as they are filed, in the order of journal and account.
pub(crate) async fn filed_of_run(read: &mut Read, of: FiledOf, of_run: OfRun) -> Result<Vec<FiledRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where gl_on = $1 and ($2, $3) < (journal_id, account_id) and $5 <= journal_id and journal_id <= $6
          and substr(document, 1, length($7)) = $7 and kind in ('bill', 'bill_reversal', 'adjustment')
        order by journal_id, account_id
        limit $4";
    const OF_KIND: &str = "
        select account_id, journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where gl_on = $1 and ($2, $3) < (journal_id, account_id) and $5 <= journal_id and journal_id <= $6
          and substr(document, 1, length($7)) = $7 and kind = $8
        order by journal_id, account_id
        limit $4";
    let mut args: Vec<Value> = vec![of.gl_on.into(), of.after.0.into(), of.after.1.into(), of.limit.into()];
    args.extend([of_run.first.into(), of_run.last.into(), of_run.documents()]);
    match of.kind {
        None => read.all(SQL, args).await,
        Some(kind) => {
            args.push(kind.code().into());
            read.all(OF_KIND, args).await
        }
    }
}

/// How many journals of a run there are on a day, by kind.
pub(crate) async fn journal_counts_of_run(
    read: &mut Read,
    gl_on: NaiveDate,
    of_run: OfRun,
) -> Result<Vec<JournalCount>, Fault> {
    const SQL: &str = "
        select kind, count(distinct journal_id)
        from journal
        where gl_on = $1 and $2 <= journal_id and journal_id <= $3 and substr(document, 1, length($4)) = $4
          and kind in ('bill', 'bill_reversal', 'adjustment')
        group by kind
        order by kind";
    let args = vec![gl_on.into(), of_run.first.into(), of_run.last.into(), of_run.documents()];
    let rows: Vec<(String, i64)> = read.all(SQL, args).await?;
    let count = |(kind, journals): (String, i64)| Ok(JournalCount { gl_on, kind: kind_of(&kind, journals)?, journals });
    rows.into_iter().map(count).collect()
}

/// What the journals of a run on a day come to, added up from their postings.
pub(crate) async fn day_sums_of_run(read: &mut Read, gl_on: NaiveDate, of_run: OfRun) -> Result<Vec<DaySum>, Fault> {
    const SQL: &str = "
        select posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, posting.account_id <> 0 as is_customers,
               count(*) as postings, cast(sum(posting.cents) as bigint) as cents
        from journal
        join posting on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
        where journal.gl_on = $1 and $2 <= journal.journal_id and journal.journal_id <= $3
          and substr(journal.document, 1, length($4)) = $4
          and journal.kind in ('bill', 'bill_reversal', 'adjustment')
        group by posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, posting.account_id <> 0
        order by posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, is_customers";
    let args = vec![gl_on.into(), of_run.first.into(), of_run.last.into(), of_run.documents()];
    let rows: Vec<MovedRow> = read.all(SQL, args).await?;
    rows.into_iter().map(|row| moved_through(row, gl_on)).collect()
}
