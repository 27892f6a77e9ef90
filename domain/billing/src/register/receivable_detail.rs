//! Receivables of a register, account by account: together they come to its lines.

use db::{Fault, Read};
use revenue::RateBook;

use super::receivables::{Receivables, RollForward, RollPart, RolledAccount};
use super::walk::Walk;
use super::window_of;
use crate::{AccountPage, BillRun, PageOf};

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

/// A page of what the accounts of a run owe, as its register says it.
pub async fn receivables_of_run(
    read: &mut Read,
    run: &BillRun,
    of: &RollOf,
    page: PageOf,
) -> Result<AccountPage<RolledAccount>, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let (window, _) = window_of(read, run).await?;
    let walk = Walk::of(read, run, &book).await?;
    let (pieces, mut page) = page.of_run(read, run).await?;
    for piece in pieces {
        let mut receivables = Receivables::by_account(&chart);
        let bills = walk.roll_between(read, (run, piece), (&mut receivables, window)).await?;
        for one in receivables.accounts(&bills).into_iter().filter(|one| of.fits(&one.line)) {
            if !page.add(one.account, one) {
                return Ok(page);
            }
        }
    }
    Ok(page)
}
