//! What pages ask of one account's books: all its postings in short, and its journals page by page.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value, packed_day, unpack};
use kernel::{AccountId, ActId, AgreementId, Cents, FundId, JournalId, LedgerAccountId};
use ledger::JournalKind;

/// A posting of an account, with the day and kind of its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountPosting {
    /// The GL date of its journal.
    pub gl_on: NaiveDate,
    /// Its journal.
    pub journal: JournalId,
    /// Its number within the journal.
    pub line: i64,
    /// What kind of journal it is.
    pub kind: JournalKind,
    /// The fund.
    pub fund: FundId,
    /// The ledger account debited.
    pub debit: LedgerAccountId,
    /// The ledger account credited.
    pub credit: LedgerAccountId,
    /// How much.
    pub cents: Cents,
    /// For which service; none when it is for the account as a whole.
    pub agreement: Option<AgreementId>,
    /// The journal that its journal takes back.
    pub reverses: Option<JournalId>,
}

/// A journal of an account without its postings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalHead {
    /// Its id.
    pub journal: JournalId,
    /// What kind it is.
    pub kind: JournalKind,
    /// Its GL date.
    pub gl_on: NaiveDate,
    /// The document that people know it by.
    pub document: String,
    /// The entry of the log that wrote it.
    pub act: ActId,
    /// The journal it takes back.
    pub reverses: Option<JournalId>,
}

#[derive(sqlx::FromRow)]
struct HeadRow {
    journal_id: i64,
    kind: String,
    gl_on: NaiveDate,
    document: String,
    act_id: i64,
    reverses_id: Option<i64>,
}

/// Every posting of an account, by GL date, journal and line. They come packed: twenty years are a few thousand.
pub async fn account_postings(read: &mut Read, account: AccountId) -> Result<Vec<AccountPosting>, Fault> {
    const SQL: &str = "
        select j.kind,
               string_agg(format('%s %s %s %s %s %s %s %s %s', replace(cast(j.gl_on as text), '-', ''), p.journal_id,
                                 p.line_no, p.fund_id, p.debit_id, p.credit_id, p.cents, p.agreement_id,
                                 j.reverses_id), ';')
        from journal j
        cross join posting p
        where j.account_id = $1 and p.account_id = j.account_id and p.journal_id = j.journal_id
        group by j.kind";
    let packed: Vec<(String, Option<String>)> = read.all(SQL, vec![account.into()]).await?;
    let mut postings = Vec::new();
    for (kind, packed) in packed {
        let kind = JournalKind::parse(&kind).map_err(|_| Fault::impossible_row("journal", "kind", account.0))?;
        for row in unpack::<9>(packed.as_deref())? {
            let [
                Some(day),
                Some(journal),
                Some(line),
                Some(fund),
                Some(debit),
                Some(credit),
                Some(cents),
                agreement,
                reverses,
            ] = row
            else {
                return Err(Fault::impossible_row("posting", "cents", format!("{row:?}")));
            };
            postings.push(AccountPosting {
                gl_on: packed_day(day).ok_or_else(|| Fault::impossible_row("journal", "gl_on", journal))?,
                journal: JournalId(journal),
                line,
                kind,
                fund: FundId(fund),
                debit: LedgerAccountId(debit),
                credit: LedgerAccountId(credit),
                cents: Cents(cents),
                agreement: agreement.map(AgreementId),
                reverses: reverses.map(JournalId),
            });
        }
    }
    postings.sort_unstable_by_key(|posting| (posting.gl_on, posting.journal, posting.line));
    Ok(postings)
}

/// Some journals of an account, in the order of their ids.
pub async fn journal_heads(
    read: &mut Read,
    account: AccountId,
    journals: &[JournalId],
) -> Result<Vec<JournalHead>, Fault> {
    const SQL: &str = "
        select journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where account_id = $1 and journal_id in ({list})
        order by journal_id";
    let keys: Vec<Value> = journals.iter().map(|journal| Value::from(*journal)).collect();
    let rows: Vec<HeadRow> = read.listed_with(SQL, &[account.into()], &keys).await?;
    rows.into_iter().map(head_of).collect()
}

/// The newest journals of an account with a GL date through a day, newest first; no more than a limit.
pub async fn newest_journals(
    read: &mut Read,
    account: AccountId,
    through: NaiveDate,
    limit: i64,
) -> Result<Vec<JournalHead>, Fault> {
    const SQL: &str = "
        select journal_id, kind, gl_on, document, act_id, reverses_id
        from journal
        where account_id = $1 and gl_on <= $2
        order by gl_on desc, journal_id desc
        limit $3";
    let rows: Vec<HeadRow> = read.all(SQL, vec![account.into(), through.into(), limit.into()]).await?;
    rows.into_iter().map(head_of).collect()
}

fn head_of(row: HeadRow) -> Result<JournalHead, Fault> {
    let kind = JournalKind::parse(&row.kind).map_err(|_| Fault::impossible_row("journal", "kind", row.journal_id))?;
    Ok(JournalHead {
        journal: JournalId(row.journal_id),
        kind,
        gl_on: row.gl_on,
        document: row.document,
        act: ActId(row.act_id),
        reverses: row.reverses_id.map(JournalId),
    })
}

/// What some accounts owe, wherever their ids lie; those never posted to are left out.
pub async fn balances_of(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    const SQL: &str = "
        select p.account_id,
               cast(sum(case when debited.control in ('receivable', 'unapplied_credit') then p.cents else 0 end
                      - case when credited.control in ('receivable', 'unapplied_credit') then p.cents else 0 end)
                    as bigint)
        from posting p
        join ledger_account debited on debited.ledger_account_id = p.debit_id
        join ledger_account credited on credited.ledger_account_id = p.credit_id
        where p.account_id in ({list})
        group by p.account_id
        order by p.account_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(account, cents)| (AccountId(account), Cents(cents))).collect())
}
