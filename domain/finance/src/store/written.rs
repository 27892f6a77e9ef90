//! The SQL of comparing the books with the log: journals with their postings, by the act that wrote them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{ActId, JournalId};

use crate::journal_entry::{Header, Line};
use crate::written::JournalRows;

#[derive(sqlx::FromRow)]
struct HeaderRow {
    act_id: i64,
    account_id: i64,
    journal_id: i64,
    kind: String,
    gl_on: NaiveDate,
    document: String,
    reverses_id: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    act_id: i64,
    account_id: i64,
    journal_id: i64,
    line_no: i64,
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    cents: i64,
    agreement_id: Option<i64>,
}

/// How many journals each act wrote; one of several accounts counts for each.
pub(crate) async fn journals_by_act(read: &mut Read) -> Result<BTreeMap<ActId, i64>, Fault> {
    const SQL: &str = "
        select act_id, count(*)
        from journal
        group by act_id
        order by act_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(act, count)| (ActId(act), count)).collect())
}

/// The rows of all journals of some acts, from the first to the last.
pub(crate) async fn journals_of_acts(
    read: &mut Read,
    (first, last): (ActId, ActId),
) -> Result<BTreeMap<ActId, BTreeMap<JournalId, JournalRows>>, Fault> {
    const HEADERS: &str = "
        select act_id, account_id, journal_id, kind, gl_on, document, reverses_id
        from journal
        where $1 <= act_id and act_id <= $2
        order by account_id, journal_id";
    const LINES: &str = "
        select journal.act_id, posting.account_id, posting.journal_id, posting.line_no, posting.fund_id, posting.debit_id,
               posting.credit_id, posting.cents, posting.agreement_id
        from journal
        join posting on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
        where $1 <= journal.act_id and journal.act_id <= $2
        order by posting.account_id, posting.journal_id, posting.line_no";
    let mut acts: BTreeMap<ActId, BTreeMap<JournalId, JournalRows>> = BTreeMap::new();
    let headers: Vec<HeaderRow> = read.all(HEADERS, vec![first.into(), last.into()]).await?;
    for row in headers {
        let header = Header {
            account: row.account_id,
            journal: row.journal_id,
            kind: row.kind,
            gl_on: row.gl_on,
            document: row.document,
            reverses: row.reverses_id,
        };
        let journals = acts.entry(ActId(row.act_id)).or_default();
        journals.entry(JournalId(row.journal_id)).or_default().headers.push(header);
    }
    let lines: Vec<LineRow> = read.all(LINES, vec![first.into(), last.into()]).await?;
    for row in lines {
        let line = Line {
            account: row.account_id,
            fund: row.fund_id,
            debit: row.debit_id,
            credit: row.credit_id,
            cents: row.cents,
            agreement: row.agreement_id,
        };
        let journals = acts.entry(ActId(row.act_id)).or_default();
        journals.entry(JournalId(row.journal_id)).or_default().lines.push((row.line_no, line));
    }
    Ok(acts)
}
