//! The SQL of what was posted, summed by day: written with the journals it sums, read by pages.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{ActId, Cents, FundId, JournalId, LedgerAccountId};
use ledger::{Chart, JournalKind};

use super::Moved;
use crate::JournalEntry;
use crate::day_sums::{DaySum, JournalCount};

/// A day, a fund, what is debited and credited, the kind of journal, and whether it is a customer's.
type Key = (NaiveDate, FundId, LedgerAccountId, LedgerAccountId, &'static str, bool);

/// Sums the journals of one call and keeps the sums; they are filed under the first journal that each of them counts.
pub(crate) async fn insert_sums(tx: &mut Tx, act: ActId, journals: &[JournalEntry]) -> Result<(), Fault> {
    let mut counts: BTreeMap<(NaiveDate, &'static str), (JournalId, i64)> = BTreeMap::new();
    let mut sums: BTreeMap<Key, (JournalId, i64, Cents)> = BTreeMap::new();
    for entry in journals {
        let journal = entry.journal();
        let kind = journal.kind.code();
        counts.entry((journal.gl_on, kind)).or_insert((journal.id, 0)).1 += 1;
        for posting in &journal.postings {
            let key = (journal.gl_on, posting.fund, posting.debit, posting.credit, kind, posting.account.0 != 0);
            let sum = sums.entry(key).or_insert((journal.id, 0, Cents::ZERO));
            sum.1 += 1;
            sum.2 += posting.cents;
        }
    }
    let columns = ["gl_on", "kind", "first_journal_id", "act_id", "journals"];
    let mut rows = Rows::new("journal_sum", &columns);
    for ((gl_on, kind), (first, journals)) in counts {
        rows.push([gl_on.into(), kind.into(), first.into(), act.into(), journals.into()]);
    }
    tx.bulk(rows).await?;
    let columns =
        ["gl_on", "fund_id", "debit_id", "credit_id", "kind", "is_customers", "first_journal_id", "postings", "cents"];
    let mut rows = Rows::new("posting_sum", &columns);
    for ((gl_on, fund, debit, credit, kind, is_customers), (first, postings, cents)) in sums {
        rows.push([
            gl_on.into(),
            fund.into(),
            debit.into(),
            credit.into(),
            kind.into(),
            is_customers.into(),
            first.into(),
            postings.into(),
            cents.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct SumRow {
    gl_on: NaiveDate,
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    kind: String,
    is_customers: bool,
    postings: i64,
    cents: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct MovedRow {
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    kind: String,
    is_customers: bool,
    postings: i64,
    cents: i64,
}

fn kind_of(text: &str, journal: i64) -> Result<JournalKind, Fault> {
    JournalKind::parse(text).map_err(|_| Fault::impossible_row("posting_sum", "kind", journal))
}

/// What moved on each day from one to another, from the sums.
pub(crate) async fn day_sums(
    read: &mut Read,
    (from_on, through_on): (NaiveDate, NaiveDate),
) -> Result<Vec<DaySum>, Fault> {
    const SQL: &str = "
        select gl_on, fund_id, debit_id, credit_id, kind, is_customers,
               cast(sum(postings) as bigint) as postings, cast(sum(cents) as bigint) as cents
        from posting_sum
        where $1 <= gl_on and gl_on <= $2
        group by gl_on, fund_id, debit_id, credit_id, kind, is_customers
        order by gl_on, fund_id, debit_id, credit_id, kind, is_customers";
    let rows: Vec<SumRow> = read.all(SQL, vec![from_on.into(), through_on.into()]).await?;
    rows.iter().map(day_sum).collect()
}

/// What moved on each day in one ledger account of a fund, from the sums.
pub(crate) async fn day_sums_of(
    read: &mut Read,
    (fund, side): (FundId, LedgerAccountId),
    (from_on, through_on): (NaiveDate, NaiveDate),
) -> Result<Vec<DaySum>, Fault> {
    const SQL: &str = "
        select gl_on, fund_id, debit_id, credit_id, kind, is_customers,
               cast(sum(postings) as bigint) as postings, cast(sum(cents) as bigint) as cents
        from posting_sum
        where $1 <= gl_on and gl_on <= $2 and fund_id = $3 and (debit_id = $4 or credit_id = $4)
        group by gl_on, fund_id, debit_id, credit_id, kind, is_customers
        order by gl_on, fund_id, debit_id, credit_id, kind, is_customers";
    let args = vec![from_on.into(), through_on.into(), fund.into(), side.into()];
    let rows: Vec<SumRow> = read.all(SQL, args).await?;
    rows.iter().map(day_sum).collect()
}

fn day_sum(row: &SumRow) -> Result<DaySum, Fault> {
    Ok(DaySum {
        gl_on: row.gl_on,
        fund: FundId(row.fund_id),
        debit: LedgerAccountId(row.debit_id),
        credit: LedgerAccountId(row.credit_id),
        kind: kind_of(&row.kind, row.fund_id)?,
        is_customers: row.is_customers,
        postings: row.postings,
        cents: Cents(row.cents),
    })
}

/// What moved through a day since the beginning, from the sums; each sum carries that day.
pub(crate) async fn sums_through(read: &mut Read, through_on: NaiveDate) -> Result<Vec<DaySum>, Fault> {
    const SQL: &str = "
        select fund_id, debit_id, credit_id, kind, is_customers,
               cast(sum(postings) as bigint) as postings, cast(sum(cents) as bigint) as cents
        from posting_sum
        where gl_on <= $1
        group by fund_id, debit_id, credit_id, kind, is_customers
        order by fund_id, debit_id, credit_id, kind, is_customers";
    let rows: Vec<MovedRow> = read.all(SQL, vec![through_on.into()]).await?;
    rows.into_iter().map(|row| moved_through(row, through_on)).collect()
}

pub(super) fn moved_through(row: MovedRow, gl_on: NaiveDate) -> Result<DaySum, Fault> {
    let MovedRow { fund_id, debit_id, credit_id, kind, is_customers, postings, cents } = row;
    day_sum(&SumRow { gl_on, fund_id, debit_id, credit_id, kind, is_customers, postings, cents })
}

/// All sums together, as the proof adds up the postings themselves.
pub(crate) async fn moved_by_sums(read: &mut Read) -> Result<Vec<Moved>, Fault> {
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    let mut all: BTreeMap<(FundId, LedgerAccountId, LedgerAccountId, bool), (i64, Cents)> = BTreeMap::new();
    for one in sums_through(read, last).await? {
        let sum = all.entry((one.fund, one.debit, one.credit, one.is_customers)).or_default();
        sum.0 += one.postings;
        sum.1 += one.cents;
    }
    let moved = |((fund, debit, credit, is_customers), (postings, cents))| Moved {
        fund,
        debit,
        credit,
        is_customers,
        postings,
        cents,
    };
    Ok(all.into_iter().map(moved).collect())
}

/// What the postings of one day come to, added up from the postings themselves.
pub(crate) async fn recount_day(read: &mut Read, gl_on: NaiveDate) -> Result<Vec<DaySum>, Fault> {
    const SQL: &str = "
        select posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, posting.account_id <> 0 as is_customers,
               count(*) as postings, cast(sum(posting.cents) as bigint) as cents
        from journal
        join posting on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
        where journal.gl_on = $1
        group by posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, posting.account_id <> 0
        order by posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, is_customers";
    let rows: Vec<MovedRow> = read.all(SQL, vec![gl_on.into()]).await?;
    rows.into_iter().map(|row| moved_through(row, gl_on)).collect()
}

/// How many journals there are by day and kind.
pub(crate) async fn journal_counts(
    read: &mut Read,
    (from_on, through_on): (NaiveDate, NaiveDate),
) -> Result<Vec<JournalCount>, Fault> {
    const SQL: &str = "
        select gl_on, kind, cast(sum(journals) as bigint)
        from journal_sum
        where $1 <= gl_on and gl_on <= $2
        group by gl_on, kind
        order by gl_on, kind";
    let rows: Vec<(NaiveDate, String, i64)> = read.all(SQL, vec![from_on.into(), through_on.into()]).await?;
    let count = |(gl_on, kind, journals): (NaiveDate, String, i64)| {
        Ok(JournalCount { gl_on, kind: kind_of(&kind, journals)?, journals })
    };
    rows.into_iter().map(count).collect()
}

/// The first and the last day anything was posted on.
pub(crate) async fn first_and_last(read: &mut Read) -> Result<Option<(NaiveDate, NaiveDate)>, Fault> {
    const SQL: &str = "
        select min(gl_on), max(gl_on)
        from journal_sum";
    let row: Option<(Option<NaiveDate>, Option<NaiveDate>)> = read.one(SQL, vec![]).await?;
    Ok(row.and_then(|(first, last)| Some((first?, last?))))
}

/// The months that have a row, and whether each is locked.
pub(crate) async fn months(read: &mut Read) -> Result<Vec<(NaiveDate, bool)>, Fault> {
    const SQL: &str = "
        select month_on, is_locked
        from gl_period
        order by month_on";
    read.all(SQL, vec![]).await
}

/// Which entries of a day are wanted, and after which.
#[derive(Clone, Copy)]
pub(crate) struct FiledOf {
    pub(crate) gl_on: NaiveDate,
    pub(crate) kind: Option<JournalKind>,
    pub(crate) after: (JournalId, i64),
    pub(crate) limit: i64,
}

/// A journal as it is filed under one account.
#[derive(sqlx::FromRow)]
pub(crate) struct FiledRow {
    pub(crate) account_id: i64,
    pub(crate) journal_id: i64,
    pub(crate) kind: String,
    pub(crate) gl_on: NaiveDate,
    pub(crate) document: String,
    pub(crate) act_id: i64,
    pub(crate) reverses_id: Option<i64>,
}

/// The journals of a day as they are filed, in the order of journal and account.
pub(crate) async fn filed_on(read: &mut Read, of: FiledOf) -> Result<Vec<FiledRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where gl_on = $1 and ($2, $3) < (journal_id, account_id)
        order by journal_id, account_id
        limit $4";
    const OF_KIND: &str = "
        select account_id, journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where gl_on = $1 and ($2, $3) < (journal_id, account_id) and kind = $5
        order by journal_id, account_id
        limit $4";
    let mut args: Vec<Value> = vec![of.gl_on.into(), of.after.0.into(), of.after.1.into(), of.limit.into()];
    match of.kind {
        None => read.all(SQL, args).await,
        Some(kind) => {
            args.push(kind.code().into());
            read.all(OF_KIND, args).await
        }
    }
}

/// A posting as it stands in its row.
#[derive(sqlx::FromRow, Clone, Copy)]
pub(crate) struct PostedRow {
    pub(crate) account_id: i64,
    pub(crate) journal_id: i64,
    pub(crate) line_no: i64,
    pub(crate) fund_id: i64,
    pub(crate) debit_id: i64,
    pub(crate) credit_id: i64,
    pub(crate) cents: i64,
    pub(crate) agreement_id: Option<i64>,
}

/// The postings of some accounts from one journal to another.
pub(crate) async fn postings_filed(
    read: &mut Read,
    accounts: &[Value],
    (first, last): (i64, i64),
) -> Result<Vec<PostedRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, line_no, fund_id, debit_id, credit_id, cents, agreement_id
        from posting
        where $1 <= journal_id and journal_id <= $2 and account_id in ({list})
        order by account_id, journal_id, line_no";
    read.listed_with(SQL, &[first.into(), last.into()], accounts).await
}

/// A journal as it is filed under one account; `None` when it is not.
pub(crate) async fn filed(read: &mut Read, account: i64, journal: i64) -> Result<Option<FiledRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where account_id = $1 and journal_id = $2";
    read.one(SQL, vec![account.into(), journal.into()]).await
}

/// Under which accounts a journal of a day is filed.
pub(crate) async fn accounts_of(read: &mut Read, gl_on: NaiveDate, journal: i64) -> Result<Vec<i64>, Fault> {
    const SQL: &str = "
        select account_id
        from journal
        where gl_on = $1 and journal_id = $2
        order by account_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![gl_on.into(), journal.into()]).await?;
    Ok(rows.into_iter().map(|(account,)| account).collect())
}

/// The journal that takes back a journal of an account, and its date.
pub(crate) async fn taken_back_by(
    read: &mut Read,
    account: i64,
    journal: i64,
) -> Result<Option<(i64, NaiveDate)>, Fault> {
    const SQL: &str = "
        select journal_id, gl_on
        from journal
        where account_id = $1 and reverses_id = $2";
    read.one(SQL, vec![account.into(), journal.into()]).await
}

/// Whether the sums are those of the postings; the places where they differ, with both figures.
pub(crate) fn differing(chart: &Chart, sums: &[Moved], postings: &[Moved]) -> Vec<String> {
    let of = |all: &[Moved]| -> BTreeMap<(FundId, LedgerAccountId, LedgerAccountId, bool), (i64, Cents)> {
        all.iter().map(|one| ((one.fund, one.debit, one.credit, one.is_customers), (one.postings, one.cents))).collect()
    };
    let (kept, counted) = (of(sums), of(postings));
    let keys: std::collections::BTreeSet<_> = kept.keys().chain(counted.keys()).copied().collect();
    let name = |fund, side| {
        let fund = chart.fund(fund).map_or("?", |fund| fund.code.as_str());
        format!("{} in fund {fund}", chart.ledger_account(side).map_or("?", |side| side.code.as_str()))
    };
    let mut words = Vec::new();
    for key in keys {
        let (one, other) =
            (kept.get(&key).copied().unwrap_or_default(), counted.get(&key).copied().unwrap_or_default());
        if one != other {
            let (fund, debit, ..) = key;
            let (kept, counted) = (one.1.dollars(), other.1.dollars());
            words.push(format!(
                "What was kept as posted on {} is {kept}, the postings are {counted}",
                name(fund, debit)
            ));
        }
    }
    words
}
