//! Looking into the books: the journals of a day piece by piece, and one journal with everything that is kept of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, ActId, AgreementId, Cents, FundId, JournalId, LedgerAccountId};
use ledger::JournalKind;

use crate::day_sums::{DaySum, JournalCount};
use crate::store::{self, FiledOf, FiledRow, PostedRow};

/// Journals that are read together while some that fit are looked for.
const PIECE: i64 = 1_000;
/// The most pieces that are read for one page; then the page ends, and the next one goes on.
const PIECES: usize = 10;

/// Which journals of a day are wanted.
#[derive(Clone, Copy, Debug)]
pub struct LinesOf {
    /// The day of the books.
    pub gl_on: NaiveDate,
    /// Only those that move something in this ledger account of this fund.
    pub place: Option<(FundId, LedgerAccountId)>,
    /// Only those of this kind.
    pub kind: Option<JournalKind>,
    /// Only the bills of the run with this number, of whatever kind others are.
    pub run: Option<i64>,
    /// Only those filed after this journal and account.
    pub after: (JournalId, AccountId),
    /// How many.
    pub limit: usize,
}

/// A journal as it is filed under an account, and what it moves there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// The account.
    pub account: AccountId,
    /// The journal.
    pub journal: JournalId,
    /// What happened.
    pub kind: JournalKind,
    /// The document that people know it by.
    pub document: String,
    /// The act that wrote it.
    pub act: ActId,
    /// The journal it takes back.
    pub reverses: Option<JournalId>,
    /// How many of its postings fit.
    pub postings: i64,
    /// What they debit; without a place, all that they move.
    pub debit: Cents,
    /// What they credit; without a place, all that they move.
    pub credit: Cents,
}

/// A page of journals.
#[derive(Clone, Debug)]
pub struct JournalLines {
    /// In the order in which they were posted.
    pub lines: Vec<JournalLine>,
    /// After which journal and account it goes on; `None` at the end of the day.
    pub next: Option<(JournalId, AccountId)>,
}

/// A page of the journals of a day, in the order in which they were posted.
///
/// Some thousand journals are read at most; when few of them fit, the page is short and says where to go on.
pub async fn journal_lines(read: &mut Read, of: LinesOf) -> Result<JournalLines, Fault> {
    let mut lines: Vec<JournalLine> = Vec::new();
    let mut after = of.after;
    for _ in 0..PIECES {
        let piece = FiledOf { gl_on: of.gl_on, kind: of.kind, after: (after.0, after.1.0), limit: PIECE };
        let filed = match of.run {
            Some(run) => store::filed_of_run(read, piece, run).await?,
            None => store::filed_on(read, piece).await?,
        };
        let is_last = i64::try_from(filed.len()).unwrap_or(PIECE) < PIECE;
        let postings = postings_of(read, &filed).await?;
        for row in &filed {
            after = (JournalId(row.journal_id), AccountId(row.account_id));
            let own = postings.get(&(row.account_id, row.journal_id)).map_or(&[][..], Vec::as_slice);
            let Some(line) = line(row, own, of.place)? else { continue };
            if lines.len() == of.limit {
                let last = lines.last().map(|last| (last.journal, last.account));
                return Ok(JournalLines { next: last, lines });
            }
            lines.push(line);
        }
        if is_last {
            return Ok(JournalLines { lines, next: None });
        }
    }
    Ok(JournalLines { lines, next: Some(after) })
}

/// What the bills of a run come to on a day of the books.
#[derive(Clone, Debug)]
pub struct RunOnDay {
    /// How many there are.
    pub journals: Vec<JournalCount>,
    /// What they move.
    pub sums: Vec<DaySum>,
}

/// What the bills of the run with a number come to on a day, from the sums.
pub async fn run_on_day(read: &mut Read, gl_on: NaiveDate, run: i64) -> Result<RunOnDay, Fault> {
    let journals = store::journal_counts_of_run(read, gl_on, run).await?;
    Ok(RunOnDay { journals, sums: store::day_sums_of_run(read, gl_on, run).await? })
}

type Filed = BTreeMap<(i64, i64), Vec<PostedRow>>;

async fn postings_of(read: &mut Read, filed: &[FiledRow]) -> Result<Filed, Fault> {
    let mut accounts: Vec<i64> = filed.iter().map(|row| row.account_id).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let accounts: Vec<Value> = accounts.into_iter().map(Value::from).collect();
    let ends = (filed.first(), filed.last());
    let (Some(first), Some(last)) = ends else { return Ok(Filed::new()) };
    let mut postings = Filed::new();
    for row in store::postings_filed(read, &accounts, (first.journal_id, last.journal_id)).await? {
        postings.entry((row.account_id, row.journal_id)).or_default().push(row);
    }
    Ok(postings)
}

/// A line; `None` when none of the postings is in the place.
fn line(
    row: &FiledRow,
    postings: &[PostedRow],
    place: Option<(FundId, LedgerAccountId)>,
) -> Result<Option<JournalLine>, Fault> {
    let (mut count, mut debit, mut credit) = (0, Cents::ZERO, Cents::ZERO);
    for posting in postings {
        let (is_debit, is_credit) = match place {
            None => (true, true),
            Some((fund, _)) if fund.0 != posting.fund_id => (false, false),
            Some((_, side)) => (side.0 == posting.debit_id, side.0 == posting.credit_id),
        };
        count += i64::from(is_debit || is_credit);
        debit += if is_debit { Cents(posting.cents) } else { Cents::ZERO };
        credit += if is_credit { Cents(posting.cents) } else { Cents::ZERO };
    }
    let line = JournalLine {
        account: AccountId(row.account_id),
        journal: JournalId(row.journal_id),
        kind: kind_of(row)?,
        document: row.document.clone(),
        act: ActId(row.act_id),
        reverses: row.reverses_id.map(JournalId),
        postings: count,
        debit,
        credit,
    };
    Ok((place.is_none() || 0 < count).then_some(line))
}

fn kind_of(row: &FiledRow) -> Result<JournalKind, Fault> {
    JournalKind::parse(&row.kind).map_err(|_| Fault::impossible_row("journal", "kind", row.journal_id))
}

/// A posting with the account it belongs to and the agreement it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostedLine {
    /// Its number within the journal.
    pub line: i64,
    /// Whose.
    pub account: AccountId,
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
}

/// A journal with everything that the books keep of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeJournal {
    /// Its id.
    pub id: JournalId,
    /// What happened.
    pub kind: JournalKind,
    /// The day of the books.
    pub gl_on: NaiveDate,
    /// The document that people know it by.
    pub document: String,
    /// The act that wrote it.
    pub act: ActId,
    /// The journal it takes back.
    pub reverses: Option<JournalId>,
    /// The journal that takes it back, and its day.
    pub taken_back: Option<(JournalId, NaiveDate)>,
    /// The accounts it is filed under.
    pub accounts: Vec<AccountId>,
    /// Its postings, in their order.
    pub postings: Vec<PostedLine>,
}

/// The journal filed under an account with this id, with the postings of all its accounts; `None` when there is none.
pub async fn whole_journal(
    read: &mut Read,
    account: AccountId,
    journal: JournalId,
) -> Result<Option<WholeJournal>, Fault> {
    let Some(row) = store::filed(read, account.0, journal.0).await? else { return Ok(None) };
    let accounts = store::accounts_of(read, row.gl_on, journal.0).await?;
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut rows = store::postings_filed(read, &keys, (journal.0, journal.0)).await?;
    rows.sort_by_key(|row| row.line_no);
    let posting = |row: &PostedRow| PostedLine {
        line: row.line_no,
        account: AccountId(row.account_id),
        fund: FundId(row.fund_id),
        debit: LedgerAccountId(row.debit_id),
        credit: LedgerAccountId(row.credit_id),
        cents: Cents(row.cents),
        agreement: row.agreement_id.map(AgreementId),
    };
    let taken_back = store::taken_back_by(read, account.0, journal.0).await?;
    Ok(Some(WholeJournal {
        id: journal,
        kind: kind_of(&row)?,
        gl_on: row.gl_on,
        document: row.document,
        act: ActId(row.act_id),
        reverses: row.reverses_id.map(JournalId),
        taken_back: taken_back.map(|(journal, gl_on)| (JournalId(journal), gl_on)),
        accounts: accounts.into_iter().map(AccountId).collect(),
        postings: rows.iter().map(posting).collect(),
    }))
}
