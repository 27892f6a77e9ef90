//! The tax report: what the bills of some days owe each authority, beside what the books say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use finance::Window;
use kernel::{AccountId, Cents, FundId, LedgerAccountId, RunId};
use ledger::JournalKind;
use reports::{Cell, Kind, Report, Section};
use revenue::RateBook;

use crate::pricing::price;
use crate::register::{Register, TaxedLine, Taxes, Way, named};
use crate::{BillRun, CHUNK_ACCOUNTS, Limits, store};

/// What bills owe each authority for days of the books.
///
/// A bill counts on the GL date of its run, its cancellation on the date of its reversal. Both are priced again from the
/// inputs that were frozen, so the report does not repeat what was posted: it is compared with it.
#[derive(Clone, Debug)]
pub struct TaxReport {
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub through_on: NaiveDate,
    /// By authority, code and fund.
    pub taxes: Vec<TaxedLine>,
    /// By fund and ledger account.
    pub owed: Vec<OwedLine>,
}

/// What moved in a ledger account that taxes are owed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedLine {
    /// The code of the fund.
    pub fund: String,
    /// The code and name of the ledger account.
    pub liability: String,
    /// What the bills come to.
    pub by_bills: Cents,
    /// What journals of bills and of their reversals moved.
    pub posted: Cents,
    /// What other journals moved: adjustments, and payments to the authority, which are negative.
    pub otherwise: Cents,
}

impl OwedLine {
    /// Whether the books say what the bills say.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.by_bills == self.posted
    }
}

/// Sums by fund and ledger account: what the bills come to, what they posted, what else was posted.
type Owed = BTreeMap<(FundId, LedgerAccountId), (Cents, Cents, Cents)>;

/// The tax report for some days of the books, the last of them included.
pub async fn tax_report(read: &mut Read, from_on: NaiveDate, through_on: NaiveDate) -> Result<TaxReport, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let liabilities: BTreeSet<LedgerAccountId> = book.taxes().map(|tax| tax.liability).collect();
    let runs: BTreeMap<RunId, BillRun> = store::all_runs(read).await?.into_iter().map(|run| (run.id, run)).collect();
    let mut taxes = Taxes::default();
    let mut owed = Owed::new();
    let window = Window { from_on, through_on, before: None };
    let last = store::last_account(read).await?.max(store::last_billed(read).await?);
    // From account 0 on, which is the city itself: it pays the authorities.
    let mut first = AccountId(0);
    while first <= last {
        let range = (first, AccountId(first.0 + CHUNK_ACCOUNTS));
        add_bills(read, (&book, &runs), range, (from_on, through_on), &mut taxes).await?;
        for movement in finance::movements_between(read, range, window).await? {
            for (side, cents) in [(movement.credit, movement.cents), (movement.debit, -movement.cents)] {
                if !liabilities.contains(&side) {
                    continue;
                }
                let sums = owed.entry((movement.fund, side)).or_default();
                match movement.kind {
                    JournalKind::Bill | JournalKind::BillReversal => sums.1 += cents,
                    JournalKind::Adjustment | JournalKind::Payment | JournalKind::Transfer | JournalKind::Opening => {
                        sums.2 += cents;
                    }
                }
            }
        }
        first = range.1;
    }
    for (key, cents) in taxes.by_liability() {
        owed.entry(key).or_default().0 += cents;
    }
    let line = |((fund, liability), (by_bills, posted, otherwise)): (_, _)| OwedLine {
        fund: chart.fund(fund).map_or_else(String::new, |fund| fund.code.clone()),
        liability: named(&chart, liability),
        by_bills,
        posted,
        otherwise,
    };
    Ok(TaxReport { from_on, through_on, taxes: taxes.lines(&chart), owed: owed.into_iter().map(line).collect() })
}

/// Adds the bills of accounts `from..to` that count within the days, and takes off those taken back within them.
async fn add_bills(
    read: &mut Read,
    (book, runs): (&RateBook, &BTreeMap<RunId, BillRun>),
    range: (AccountId, AccountId),
    (from_on, through_on): (NaiveDate, NaiveDate),
    taxes: &mut Taxes,
) -> Result<(), Fault> {
    let is_within = |day: NaiveDate| from_on <= day && day <= through_on;
    let dates = store::dates_of_bills(read, range).await?;
    for of_run in dates.chunk_by(|one, next| one.run == next.run) {
        let mut ways: BTreeMap<AccountId, Vec<Way>> = BTreeMap::new();
        for bill in of_run {
            let written = is_within(bill.gl_on).then_some(Way::Charged);
            let taken_back = bill.cancelled_on.is_some_and(is_within).then_some(Way::TakenBack);
            // What was written and taken back within the days is neither.
            if written.is_some() != taken_back.is_some() {
                ways.entry(bill.account).or_default().extend(written.into_iter().chain(taken_back));
            }
        }
        let Some(run) = runs.get(&of_run[0].run).filter(|_| !ways.is_empty()) else { continue };
        for bill in store::bills_between(read, run, range).await? {
            let priced = price(book, &Limits::new(), &bill);
            for way in ways.get(&bill.account).into_iter().flatten() {
                taxes.add(book, (&bill, &priced), *way);
            }
        }
    }
    Ok(())
}

impl TaxReport {
    /// Whether the books say of every tax what the bills say.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.owed.iter().all(OwedLine::is_agreed)
    }

    /// The report, for text, CSV and spreadsheets.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            title: "TAX REPORT".to_owned(),
            subtitle: vec![format!("GL dates {} through {}", self.from_on, self.through_on)],
            dated_on: self.through_on,
            sections: vec![taxes_section(&self.taxes), self.owed_section()],
        }
    }

    fn owed_section(&self) -> Section {
        let columns = [
            ("Fund", Kind::Text),
            ("Owed in", Kind::Text),
            ("By the bills", Kind::Money),
            ("Posted by bills", Kind::Money),
            ("Agrees", Kind::Text),
            ("Posted otherwise", Kind::Money),
            ("Movement", Kind::Money),
        ];
        let mut section = Section::new("Owed to the authorities", &columns);
        for line in &self.owed {
            section.push(vec![
                line.fund.as_str().into(),
                line.liability.as_str().into(),
                line.by_bills.into(),
                line.posted.into(),
                if line.is_agreed() { "yes".into() } else { "NO".into() },
                line.otherwise.into(),
                (line.posted + line.otherwise).into(),
            ]);
        }
        section.with_totals("Total")
    }
}

/// Taxes with what they were charged on: the same table in a register and in the tax report.
pub(crate) fn taxes_section(taxes: &[TaxedLine]) -> Section {
    let columns = [
        ("Authority", Kind::Text),
        ("Code", Kind::Text),
        ("Fund", Kind::Text),
        ("Owed in", Kind::Text),
        ("Bills", Kind::Count),
        ("Taxable", Kind::Money),
        ("Exempt", Kind::Money),
        ("Tax", Kind::Money),
        ("Borne by the city", Kind::Money),
    ];
    let mut section = Section::new(Register::TAXES, &columns);
    for line in taxes {
        let (tax, borne) =
            if line.is_borne { (Cell::Empty, line.sum.tax.into()) } else { (line.sum.tax.into(), Cell::Empty) };
        section.push(vec![
            line.authority.as_str().into(),
            line.code.as_str().into(),
            line.fund.as_str().into(),
            line.liability.as_str().into(),
            Cell::Count(line.sum.bills),
            line.sum.taxable.into(),
            line.sum.exempt.into(),
            tax,
            borne,
        ]);
    }
    section
}
