//! Taxes of a register, bill by bill: together they come to its lines.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents};
use ledger::Chart;
use revenue::RateBook;

use super::replaced::replaced_bills;
use super::taxes::{TaxSum, TaxedLine, Taxes, Way};
use crate::pricing::price;
use crate::stretch::stretches;
use crate::{AccountPage, BillInputs, BillRun, Limits, PageOf, PricedBill, store};

/// Which tax is looked behind: a line of a register or of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxOf {
    /// The authority it is owed to.
    pub authority: String,
    /// The authority's code for it.
    pub code: String,
    /// The code of the fund that bears it.
    pub fund: String,
    /// The code of the ledger account in which it is owed.
    pub liability: String,
    /// Whether the city pays it.
    pub is_borne: bool,
}

/// What one bill has of a tax; negative where it was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxedBill {
    /// Whose.
    pub account: AccountId,
    /// Which bill.
    pub bill: BillNumber,
    /// Whether it was taken back.
    pub is_taken_back: bool,
    /// The sums.
    pub sum: TaxSum,
}

impl TaxOf {
    /// Whether a line is the one.
    #[must_use]
    pub fn is(&self, line: &TaxedLine) -> bool {
        let liability = line.liability.split(' ').next().unwrap_or_default();
        (&line.authority, &line.code, &line.fund) == (&self.authority, &self.code, &self.fund)
            && liability == self.liability
            && line.is_borne == self.is_borne
    }

    /// What a bill has of it; nothing where that is nothing.
    pub(crate) fn on(
        &self,
        (book, chart): (&RateBook, &Chart),
        (bill, priced): (&BillInputs, &PricedBill<'_>),
        (number, way): (BillNumber, Way),
    ) -> Option<TaxedBill> {
        let mut taxes = Taxes::default();
        taxes.add(book, (bill, priced), way);
        let line = taxes.lines(chart).into_iter().find(|line| self.is(line))?;
        Some(TaxedBill { account: bill.account, bill: number, is_taken_back: way == Way::TakenBack, sum: line.sum })
    }
}

/// A page of the bills of a run with a tax: those that go out, and those that they replace.
pub async fn taxes_of_run(
    read: &mut Read,
    run: &BillRun,
    of: &TaxOf,
    page: PageOf,
) -> Result<AccountPage<TaxedBill>, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let held: BTreeMap<AccountId, Cents> = store::held_accounts(read, run.id).await?;
    let (pieces, mut page) = page.of_run(read, run).await?;
    for piece in pieces {
        let mut bills = store::bills_between(read, run, piece).await?;
        bills.retain(|bill| !held.contains_key(&bill.account));
        let going_out: BTreeSet<AccountId> = bills.iter().map(|bill| bill.account).collect();
        let stretches = stretches(bills.iter().map(|bill| bill.account));
        let mut found: Vec<TaxedBill> = Vec::new();
        for bill in &bills {
            let number = BillNumber { run: run.number, position: bill.position };
            let priced = price(&book, &Limits::new(), bill);
            found.extend(of.on((&book, &chart), (bill, &priced), (number, Way::Charged)));
        }
        for (old, bill) in replaced_bills(read, run, &stretches, &going_out).await? {
            let priced = price(&book, &Limits::new(), &bill);
            found.extend(of.on((&book, &chart), (&bill, &priced), (old.number, Way::TakenBack)));
        }
        found.sort_by_key(|one| one.account);
        for one in found {
            if !page.add(one.account, one) {
                return Ok(page);
            }
        }
    }
    Ok(page)
}
