//! The SQL of the export: journals in the order of their GL dates, page by page.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, JournalId};
use ledger::Chart;

use super::{JournalRow, KeyRange, PostingRow, assemble, postings};
use crate::{JournalEntry, JournalKey};

/// A GL date and how many journals are filed on it.
#[derive(Clone, Copy)]
pub(crate) struct Day {
    pub(crate) gl_on: NaiveDate,
    pub(crate) journals: i64,
}

/// Which days, and after which key.
#[derive(Clone, Copy)]
pub(crate) struct PageOf {
    pub(crate) from_on: NaiveDate,
    /// The last day, included.
    pub(crate) to_on: NaiveDate,
    pub(crate) after: JournalKey,
    pub(crate) limit: i64,
}

/// Journals filed under several accounts: the accounts behind the one that holds the first line.
pub(crate) type LaterParts = BTreeMap<JournalId, Vec<AccountId>>;

/// One page of journals, and the last key looked at; `None` when nothing is left.
pub(crate) struct Page {
    pub(crate) entries: Vec<JournalEntry>,
    pub(crate) last: Option<JournalKey>,
}

pub(crate) async fn days(read: &mut Read) -> Result<Vec<Day>, Fault> {
    const SQL: &str = "
        select gl_on, count(*)
        from journal
        group by gl_on
        order by gl_on";
    let rows: Vec<(NaiveDate, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(gl_on, journals)| Day { gl_on, journals }).collect())
}

pub(crate) async fn later_parts(read: &mut Read) -> Result<LaterParts, Fault> {
    const SQL: &str = "
        select account_id, journal_id
        from posting
        group by account_id, journal_id
        having 1 < min(line_no)
        order by account_id, journal_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![]).await?;
    Ok(by_journal(rows))
}

/// The same for the journals of some days.
pub(crate) async fn later_parts_between(
    read: &mut Read,
    (from_on, through_on): (NaiveDate, NaiveDate),
) -> Result<LaterParts, Fault> {
    const SQL: &str = "
        select posting.account_id, posting.journal_id
        from journal
        join posting on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
        where $1 <= journal.gl_on and journal.gl_on <= $2
        group by posting.account_id, posting.journal_id
        having 1 < min(posting.line_no)
        order by posting.account_id, posting.journal_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![from_on.into(), through_on.into()]).await?;
    Ok(by_journal(rows))
}

fn by_journal(rows: Vec<(i64, i64)>) -> LaterParts {
    let mut later = LaterParts::new();
    for (account, journal) in rows {
        later.entry(JournalId(journal)).or_default().push(AccountId(account));
    }
    later
}

/// A page of the journals of some days, each whole and once, in the order of date, account and id.
pub(crate) async fn page_of_days(
    read: &mut Read,
    chart: &Chart,
    later: &LaterParts,
    page: PageOf,
) -> Result<Page, Fault> {
    let mut headers = headers(read, page).await?;
    let Some(first) = headers.first().map(key) else { return Ok(Page { entries: Vec::new(), last: None }) };
    let last = headers.last().map(key).unwrap_or(first);
    let is_later = |(account, journal): JournalKey| later.get(&journal).is_some_and(|all| all.contains(&account));
    headers.retain(|row| !is_later(key(row)));
    let mut rows = postings_of_days(read, page, first, last).await?;
    rows.retain(|row| !is_later((AccountId(row.account_id), JournalId(row.journal_id))));
    for header in &headers {
        let journal = JournalId(header.journal_id);
        for account in later.get(&journal).into_iter().flatten() {
            let range = KeyRange { from: *account, to: AccountId(account.0 + 1), first: journal, last: journal };
            rows.extend(postings(read, range).await?);
        }
    }
    let mut entries = assemble(chart, headers, rows)?;
    entries.sort_by_key(|entry| (entry.journal().gl_on, entry.account, entry.journal().id));
    Ok(Page { entries, last: Some(last) })
}

async fn headers(read: &mut Read, page: PageOf) -> Result<Vec<JournalRow>, Fault> {
    const SQL: &str = "
        select account_id, journal_id, kind, gl_on, document, reverses_id
        from journal
        where $1 <= gl_on and gl_on <= $2 and ($3, $4) < (account_id, journal_id)
        order by account_id, journal_id
        limit $5";
    let PageOf { from_on, to_on, after: (account, journal), limit } = page;
    read.all(SQL, vec![from_on.into(), to_on.into(), account.into(), journal.into(), limit.into()]).await
}

async fn postings_of_days(
    read: &mut Read,
    page: PageOf,
    (account, journal): JournalKey,
    (last_account, last_journal): JournalKey,
) -> Result<Vec<PostingRow>, Fault> {
    const SQL: &str = "
        select posting.account_id, posting.journal_id, posting.line_no, posting.fund_id, posting.debit_id,
               posting.credit_id, posting.cents, posting.agreement_id
        from journal
        join posting on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
        where $1 <= journal.gl_on and journal.gl_on <= $2
          and ($3, $4) <= (journal.account_id, journal.journal_id)
          and (journal.account_id, journal.journal_id) <= ($5, $6)
          and $3 <= posting.account_id and posting.account_id <= $5
        order by posting.account_id, posting.journal_id, posting.line_no";
    let args = vec![
        page.from_on.into(),
        page.to_on.into(),
        account.into(),
        journal.into(),
        last_account.into(),
        last_journal.into(),
    ];
    read.all(SQL, args).await
}

fn key(row: &JournalRow) -> JournalKey {
    (AccountId(row.account_id), JournalId(row.journal_id))
}
