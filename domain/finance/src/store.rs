//! The SQL of the books.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, AgreementId, Cents, FundId, JournalId, LedgerAccountId, Month};
use ledger::{AccountKind, Chart, Control, Fund, Journal, JournalKind, LedgerAccount, Posting};

use crate::{JournalEntry, JournalKey};

mod audit;
mod days;
mod look_account;
mod movements;
mod of_run;
mod payments;
mod sums;
mod written;

pub(crate) use audit::{AUDITS, Moved, POSTING_WITHOUT_JOURNAL, audit, kinds_unknown, moved, tender, totals};
pub(crate) use days::{Day, PageOf, days, later_parts, later_parts_between, page_of_days};
pub use look_account::{AccountPosting, JournalHead, account_postings, balances_of, journal_heads, newest_journals};
pub(crate) use movements::{movements, owed_before};
pub(crate) use of_run::{day_sums_of_run, filed_of_run, journal_counts_of_run};
pub(crate) use payments::{payers, payments};
pub(crate) use sums::{
    FiledOf, FiledRow, PostedRow, accounts_of, day_sums, day_sums_of, differing, filed, filed_on, first_and_last,
    journal_counts, months, moved_by_sums, postings_filed, recount_day, sums_through, taken_back_by,
};
pub(crate) use written::{journals_by_act, journals_of_acts};

/// A range of accounts and, within them, of journals.
#[derive(Clone, Copy)]
pub(crate) struct KeyRange {
    /// The first account.
    from: AccountId,
    /// The account after the last.
    to: AccountId,
    /// The first journal.
    first: JournalId,
    /// The last journal.
    last: JournalId,
}

impl KeyRange {
    pub(crate) fn of_accounts(from: AccountId, to: AccountId) -> KeyRange {
        KeyRange { from, to, first: JournalId(0), last: JournalId(i64::MAX) }
    }

    /// The smallest range with all of these keys; `None` when there is none.
    pub(crate) fn around(keys: &BTreeSet<JournalKey>) -> Option<KeyRange> {
        let ((from, _), (last_account, _)) = (keys.first()?, keys.last()?);
        let first = keys.iter().map(|(_, journal)| *journal).min()?;
        let last = keys.iter().map(|(_, journal)| *journal).max()?;
        Some(KeyRange { from: *from, to: AccountId(last_account.0 + 1), first, last })
    }

    fn args(self) -> Vec<Value> {
        vec![self.from.into(), self.to.into(), self.first.into(), self.last.into()]
    }
}

#[derive(sqlx::FromRow)]
struct LedgerAccountRow {
    ledger_account_id: i64,
    code: String,
    name: String,
    kind: String,
    control: Option<String>,
    is_pooled_cash: bool,
    is_clearing: bool,
}

#[derive(sqlx::FromRow)]
struct JournalRow {
    account_id: i64,
    journal_id: i64,
    kind: String,
    gl_on: NaiveDate,
    document: String,
    reverses_id: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct PostingRow {
    account_id: i64,
    journal_id: i64,
    line_no: i64,
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    cents: i64,
    agreement_id: Option<i64>,
}

pub(crate) async fn funds(read: &mut Read) -> Result<Vec<Fund>, Fault> {
    const SQL: &str = "
        select fund_id, code, name
        from fund
        order by code";
    let rows: Vec<(i64, String, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(id, code, name)| Fund { id: FundId(id), code, name }).collect())
}

pub(crate) async fn ledger_accounts(read: &mut Read) -> Result<Vec<LedgerAccount>, Fault> {
    const SQL: &str = "
        select ledger_account_id, code, name, kind, control, is_pooled_cash, is_clearing
        from ledger_account
        order by code";
    let rows: Vec<LedgerAccountRow> = read.all(SQL, vec![]).await?;
    let ledger_account = |row: LedgerAccountRow| {
        let wrong = |column| move |_| Fault::impossible_row("ledger_account", column, row.ledger_account_id);
        Ok(LedgerAccount {
            id: LedgerAccountId(row.ledger_account_id),
            kind: AccountKind::parse(&row.kind).map_err(wrong("kind"))?,
            control: row.control.as_deref().map(Control::parse).transpose().map_err(wrong("control"))?,
            is_pooled_cash: row.is_pooled_cash,
            is_clearing: row.is_clearing,
            code: row.code,
            name: row.name,
        })
    };
    rows.into_iter().map(ledger_account).collect()
}

pub(crate) async fn opened(read: &mut Read) -> Result<Vec<(FundId, LedgerAccountId)>, Fault> {
    const SQL: &str = "
        select fund_id, ledger_account_id
        from fund_ledger_account
        order by fund_id, ledger_account_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(fund, side)| (FundId(fund), LedgerAccountId(side))).collect())
}

pub(crate) async fn insert_chart(
    tx: &mut Tx,
    funds: &[Fund],
    ledger_accounts: &[LedgerAccount],
    opened: &[(FundId, LedgerAccountId)],
) -> Result<(), Fault> {
    let mut rows = Rows::new("fund", &["fund_id", "code", "name"]);
    for fund in funds {
        rows.push([fund.id.into(), fund.code.as_str().into(), fund.name.as_str().into()]);
    }
    tx.bulk(rows).await?;
    let columns = ["ledger_account_id", "code", "name", "kind", "control", "is_pooled_cash", "is_clearing"];
    let mut rows = Rows::new("ledger_account", &columns);
    for one in ledger_accounts {
        rows.push([
            one.id.into(),
            one.code.as_str().into(),
            one.name.as_str().into(),
            one.kind.code().into(),
            one.control.map(Control::code).into(),
            one.is_pooled_cash.into(),
            one.is_clearing.into(),
        ]);
    }
    tx.bulk(rows).await?;
    let mut rows = Rows::new("fund_ledger_account", &["fund_id", "ledger_account_id"]);
    for (fund, side) in opened {
        rows.push([(*fund).into(), (*side).into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

pub(crate) async fn locked_months(read: &mut Read) -> Result<Vec<Month>, Fault> {
    const SQL: &str = "
        select month_on
        from gl_period
        where is_locked
        order by month_on";
    let rows: Vec<(NaiveDate,)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(month_on,)| Month::of(month_on)).collect())
}

/// Holds a month against locking, and says whether it is locked; `None` when it has no row yet.
pub(crate) async fn share_month(tx: &mut Tx, month: Month) -> Result<Option<bool>, Fault> {
    const SQL: &str = "
        select is_locked
        from gl_period
        where month_on = $1
        for share";
    let row: Option<(bool,)> = tx.one(SQL, vec![month.first_on().into()]).await?;
    Ok(row.map(|(is_locked,)| is_locked))
}

/// Waits until nobody posts into a month any more, and says whether it is locked.
pub(crate) async fn hold_month(tx: &mut Tx, month: Month) -> Result<Option<bool>, Fault> {
    const SQL: &str = "
        select is_locked
        from gl_period
        where month_on = $1
        for update";
    let row: Option<(bool,)> = tx.one(SQL, vec![month.first_on().into()]).await?;
    Ok(row.map(|(is_locked,)| is_locked))
}

/// Makes the row of a month, open, unless it is there.
pub(crate) async fn insert_month(tx: &mut Tx, month: Month) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into gl_period (month_on, is_locked)
        values ($1, $2)
        on conflict (month_on) do nothing";
    tx.run(SQL, vec![month.first_on().into(), false.into()]).await
}

pub(crate) async fn set_month(tx: &mut Tx, month: Month, is_locked: bool) -> Result<(), Fault> {
    const SQL: &str = "
        update gl_period
        set is_locked = $2
        where month_on = $1 and is_locked <> $2";
    tx.run_once(SQL, vec![month.first_on().into(), is_locked.into()]).await
}

pub(crate) async fn insert_journals(tx: &mut Tx, act: ActId, journals: &[JournalEntry]) -> Result<(), Fault> {
    let (headers, postings) = journal_rows(act, journals);
    tx.bulk(headers).await?;
    tx.bulk(postings).await?;
    sums::insert_sums(tx, act, journals).await
}

fn journal_rows(act: ActId, journals: &[JournalEntry]) -> (Rows, Rows) {
    let columns = ["account_id", "journal_id", "kind", "gl_on", "document", "act_id", "reverses_id"];
    let mut headers = Rows::new("journal", &columns);
    let columns = ["account_id", "journal_id", "line_no", "fund_id", "debit_id", "credit_id", "cents", "agreement_id"];
    let mut postings = Rows::new("posting", &columns);
    for entry in journals {
        let journal = entry.journal();
        for account in entry.accounts() {
            headers.push([
                account.into(),
                journal.id.into(),
                journal.kind.code().into(),
                journal.gl_on.into(),
                entry.document.as_str().into(),
                act.into(),
                journal.reverses.into(),
            ]);
        }
        for (line_no, (posting, agreement)) in (1_i64..).zip(entry.lines()) {
            postings.push([
                posting.account.into(),
                journal.id.into(),
                line_no.into(),
                posting.fund.into(),
                posting.debit.into(),
                posting.credit.into(),
                posting.cents.into(),
                agreement.into(),
            ]);
        }
    }
    (headers, postings)
}

/// Holds journals until the transaction ends, in their order.
pub(crate) async fn hold_journals(read: &mut Read, range: KeyRange) -> Result<(), Fault> {
    const SQL: &str = "
        select journal_id
        from journal
        where $1 <= account_id and account_id < $2 and $3 <= journal_id and journal_id <= $4
        order by account_id, journal_id
        for update";
    let _held: Vec<(i64,)> = read.all(SQL, range.args()).await?;
    Ok(())
}

/// The journals of a range, in the order of account and id.
pub(crate) async fn journals(read: &mut Read, chart: &Chart, range: KeyRange) -> Result<Vec<JournalEntry>, Fault> {
    assemble(chart, headers(read, range).await?, postings(read, range).await?)
}

/// The journals of a range that have one of these keys, in the order of account and id.
pub(crate) async fn journals_with_keys(
    read: &mut Read,
    chart: &Chart,
    range: KeyRange,
    keys: &BTreeSet<JournalKey>,
) -> Result<Vec<JournalEntry>, Fault> {
    let is_asked = |account: i64, journal: i64| keys.contains(&(AccountId(account), JournalId(journal)));
    let mut headers = headers(read, range).await?;
    headers.retain(|row| is_asked(row.account_id, row.journal_id));
    let mut postings = postings(read, range).await?;
    postings.retain(|row| is_asked(row.account_id, row.journal_id));
    assemble(chart, headers, postings)
}

/// Which keys of a range were taken back by a later journal.
pub(crate) async fn reversed(read: &mut Read, range: KeyRange) -> Result<BTreeSet<JournalKey>, Fault> {
    const SQL: &str = "
        select account_id, reverses_id
        from journal
        where $1 <= account_id and account_id < $2 and $3 <= reverses_id and reverses_id <= $4
        order by account_id, reverses_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, range.args()).await?;
    Ok(rows.into_iter().map(|(account, original)| (AccountId(account), JournalId(original))).collect())
}

/// Receivable less unapplied credit, account by account.
///
/// Unapplied credit has a credit balance, which is negative here, so the two are added.
pub(crate) async fn balances(
    read: &mut Read,
    from: AccountId,
    to: AccountId,
) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    const SQL: &str = "
        with owed as (
            select ledger_account_id
            from ledger_account
            where control in ('receivable', 'unapplied_credit')
        )
        select posting.account_id,
               cast(sum(case when posting.debit_id in (select ledger_account_id from owed) then posting.cents else 0 end
                      - case when posting.credit_id in (select ledger_account_id from owed) then posting.cents else 0 end)
                    as bigint)
        from posting
        where $1 <= posting.account_id and posting.account_id < $2
        group by posting.account_id
        order by posting.account_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(account, cents)| (AccountId(account), Cents(cents))).collect())
}

async fn headers(read: &mut Read, range: KeyRange) -> Result<Vec<JournalRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, kind, gl_on, document, reverses_id
        from journal
        where $1 <= account_id and account_id < $2 and $3 <= journal_id and journal_id <= $4
        order by account_id, journal_id";
    read.all(SQL, range.args()).await
}

async fn postings(read: &mut Read, range: KeyRange) -> Result<Vec<PostingRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, line_no, fund_id, debit_id, credit_id, cents, agreement_id
        from posting
        where $1 <= account_id and account_id < $2 and $3 <= journal_id and journal_id <= $4
        order by account_id, journal_id, line_no";
    read.all(SQL, range.args()).await
}

/// Puts journals together from their rows, of which several may belong to one journal.
fn assemble(chart: &Chart, headers: Vec<JournalRow>, postings: Vec<PostingRow>) -> Result<Vec<JournalEntry>, Fault> {
    let mut parts: BTreeMap<i64, (JournalRow, Vec<PostingRow>)> = BTreeMap::new();
    for header in headers {
        parts.entry(header.journal_id).or_insert_with(|| (header, Vec::new()));
    }
    for row in postings {
        let key = row.journal_id;
        let (_, rows) = parts.get_mut(&key).ok_or_else(|| Fault::impossible_row("posting", "journal_id", key))?;
        rows.push(row);
    }
    let mut entries: Vec<JournalEntry> =
        parts.into_values().map(|(header, rows)| entry_of(chart, header, rows)).collect::<Result<_, _>>()?;
    entries.sort_by_key(|entry| (entry.account, entry.journal().id));
    Ok(entries)
}

fn entry_of(chart: &Chart, header: JournalRow, mut rows: Vec<PostingRow>) -> Result<JournalEntry, Fault> {
    rows.sort_by_key(|row| row.line_no);
    let posting = |row: &PostingRow| Posting {
        account: AccountId(row.account_id),
        fund: FundId(row.fund_id),
        debit: LedgerAccountId(row.debit_id),
        credit: LedgerAccountId(row.credit_id),
        cents: Cents(row.cents),
    };
    let postings: Vec<Posting> = rows.iter().map(posting).collect();
    let kind =
        JournalKind::parse(&header.kind).map_err(|_| Fault::impossible_row("journal", "kind", header.journal_id))?;
    let journal = Journal {
        id: JournalId(header.journal_id),
        kind,
        gl_on: header.gl_on,
        reverses: header.reverses_id.map(JournalId),
        // Only what moved in pooled cash was money; the two were compared when it was posted.
        tender: if kind.has_tender() { chart.pooled_shares(&postings) } else { Cents::ZERO },
        postings,
    };
    let account = rows.first().map_or(header.account_id, |row| row.account_id);
    let agreements = rows.iter().map(|row| row.agreement_id.map(AgreementId)).collect();
    Ok(JournalEntry::new(AccountId(account), header.document, journal, agreements))
}
