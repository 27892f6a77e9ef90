//! Receivables of a register, account by account: together they come to its lines.

use db::{Fault, Read};
use kernel::AccountId;
use revenue::RateBook;

use super::receivables::{Receivables, RollForward, RollPart, RolledAccount};
use super::walk::Walk;
use super::window_of;
use crate::BillRun;

/// Chunks of a run that are added up for one page at most; then the page ends, and the next one goes on.
const CHUNKS: usize = 8;

/// Which line of a register's receivables is looked behind; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollOf {
    /// The service; empty for what is owed by the account as a whole.
    pub service: Option<String>,
    /// The code of the fund.
    pub fund: Option<String>,
    /// The code of the receivable.
    pub receivable: Option<String>,
    /// Only accounts with something in this column.
    pub part: Option<RollPart>,
}

/// A page of accounts.
#[derive(Clone, Debug, Default)]
pub struct RollPage {
    /// By account; the lines of an account are never parted.
    pub lines: Vec<RolledAccount>,
    /// After which account it goes on; `None` at the end of the run.
    pub next: Option<AccountId>,
}

impl RollOf {
    /// Whether a line is wanted, whatever stands in its columns.
    #[must_use]
    pub fn wants(&self, line: &RollForward) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let receivable = line.receivable.split(' ').next().unwrap_or_default();
        is(&self.service, &line.service) && is(&self.fund, &line.fund) && is(&self.receivable, receivable)
    }

    fn fits(&self, line: &RollForward) -> bool {
        self.wants(line) && self.part.is_none_or(|part| !line.sum.part(part).is_zero())
    }
}

/// A page of what the accounts of a run owe, as its register says it, of accounts after one; at least `limit` lines where
/// there are so many.
pub async fn receivables_of_run(
    read: &mut Read,
    run: &BillRun,
    of: &RollOf,
    (after, limit): (AccountId, usize),
) -> Result<RollPage, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let (window, _) = window_of(read, run).await?;
    let walk = Walk::of(read, run, &book).await?;
    let mut page = RollPage::default();
    let chunks = acts::chunks(read, run.prepare_order).await?;
    for (count, chunk) in chunks.iter().filter(|chunk| after.0 + 1 < chunk.to).enumerate() {
        let first = chunk.from.max(after.0 + 1);
        if count == CHUNKS {
            page.next = Some(AccountId(first - 1));
            return Ok(page);
        }
        let mut receivables = Receivables::by_account(&chart);
        let range = (AccountId(first), AccountId(chunk.to));
        let bills = walk.roll_between(read, (run, range), (&mut receivables, window)).await?;
        for one in receivables.accounts(&bills) {
            let last = page.lines.last().map(|last| last.account);
            if limit <= page.lines.len() && last != Some(one.account) {
                page.next = last;
                return Ok(page);
            }
            if of.fits(&one.line) {
                page.lines.push(one);
            }
        }
    }
    Ok(page)
}
