//! The tax report: what the bills and adjustments of some days owe each authority, beside what the books say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use db::{Fault, Read};
use finance::{JournalEntry, Movement, Window};
use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId, RunId};
use ledger::JournalKind;
use reports::{Cell, Kind, Report, Section};
use revenue::RateBook;

use crate::acts::adjusting::OfBill;
use crate::pricing::price;
use crate::register::{Register, TaxOf, TaxSum, TaxedLine, Taxes, Way, named};
use crate::store::Adjustment;
use crate::{AccountPage, BillInputs, BillRun, CHUNK_ACCOUNTS, Limits, PageOf, store};

/// What bills owe each authority for days of the books.
///
/// A bill counts on the GL date of its run, its cancellation on the date of its reversal. Both are priced again from the
/// inputs that were frozen, so the report does not repeat what was posted: it is compared with it. An adjustment counts on
/// its GL date, and taken back on that of its reversal, with the tax that was posted with it and the part of the charge that
/// this is on.
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
    /// What adjustments moved, taken back ones too; they are part of the taxes by authority.
    pub adjusted: Cents,
    /// What other journals moved, such as payments to the authority, which are negative.
    pub otherwise: Cents,
}

impl OwedLine {
    /// Whether the books say what the bills say.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.by_bills == self.posted
    }

    /// What moved in all.
    #[must_use]
    pub fn movement(&self) -> Cents {
        self.posted + self.adjusted + self.otherwise
    }
}

/// Sums by fund and ledger account: what the bills come to, what they posted, what adjustments did, and what else.
type Owed = BTreeMap<(FundId, LedgerAccountId), (Cents, Cents, Cents, Cents)>;

/// The tax report for some days of the books, the last of them included.
pub async fn tax_report(read: &mut Read, from_on: NaiveDate, through_on: NaiveDate) -> Result<TaxReport, Fault> {
    let chart = finance::chart(read).await?;
    let known = Known::load(read, (from_on, through_on)).await?;
    let (mut taxes, mut adjusted) = (Taxes::default(), Taxes::default());
    let mut owed = Owed::new();
    // From account 0 on, which is the city itself: it pays the authorities.
    let mut first = AccountId(0);
    while first <= known.last {
        let range = (first, AccountId(first.0 + CHUNK_ACCOUNTS));
        for movement in known.add(read, range, (&mut taxes, &mut adjusted)).await? {
            for (side, cents) in [(movement.credit, movement.cents), (movement.debit, -movement.cents)] {
                if !known.liabilities.contains(&side) {
                    continue;
                }
                let sums = owed.entry((movement.fund, side)).or_default();
                match movement.kind {
                    JournalKind::Bill | JournalKind::BillReversal => sums.1 += cents,
                    JournalKind::Adjustment => sums.2 += cents,
                    JournalKind::Payment | JournalKind::Transfer | JournalKind::Opening => sums.3 += cents,
                }
            }
        }
        first = range.1;
    }
    for (key, cents) in taxes.by_liability() {
        owed.entry(key).or_default().0 += cents;
    }
    let line = |((fund, liability), (by_bills, posted, adjusted, otherwise)): (_, _)| OwedLine {
        fund: chart.fund(fund).map_or_else(String::new, |fund| fund.code.clone()),
        liability: named(&chart, liability),
        by_bills,
        posted,
        adjusted,
        otherwise,
    };
    let taxes = taxes.with(adjusted);
    Ok(TaxReport { from_on, through_on, taxes: taxes.lines(&chart), owed: owed.into_iter().map(line).collect() })
}

/// What an account has of a tax in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxedAccount {
    /// Whose.
    pub account: AccountId,
    /// The sums, of bills and adjustments.
    pub sum: TaxSum,
}

/// A page of the accounts that a line of the tax report is made of: together they come to it.
pub async fn taxed_accounts(
    read: &mut Read,
    (from_on, through_on): (NaiveDate, NaiveDate),
    of: &TaxOf,
    page: PageOf,
) -> Result<AccountPage<TaxedAccount>, Fault> {
    let chart = finance::chart(read).await?;
    let known = Known::load(read, (from_on, through_on)).await?;
    let (pieces, mut page) = page.of_all(known.last, CHUNK_ACCOUNTS);
    for piece in pieces {
        let (mut bills, mut adjusted) = (Taxes::by_account(), Taxes::by_account());
        known.add(read, piece, (&mut bills, &mut adjusted)).await?;
        for (account, line) in bills.with(adjusted).lines_of_accounts(&chart) {
            let is_wanted = of.is(&line) && line.sum != TaxSum::default();
            if is_wanted && !page.add(account, TaxedAccount { account, sum: line.sum }) {
                return Ok(page);
            }
        }
    }
    Ok(page)
}

/// The adjustments of a bill that count within the days, each with whether it was made or taken back in them.
type Counted<'a> = Vec<(&'a Adjustment, Way)>;

/// What bills and adjustments are looked at by.
struct Known {
    book: Arc<RateBook>,
    runs: BTreeMap<RunId, BillRun>,
    /// The ledger accounts that taxes are owed in.
    liabilities: BTreeSet<LedgerAccountId>,
    days: (NaiveDate, NaiveDate),
    /// The last account that can have anything.
    last: AccountId,
}

impl Known {
    async fn load(read: &mut Read, days: (NaiveDate, NaiveDate)) -> Result<Known, Fault> {
        let book = RateBook::load(read).await?;
        let liabilities = book.taxes().map(|tax| tax.liability).collect();
        let runs = store::all_runs(read).await?.into_iter().map(|run| (run.id, run)).collect();
        let last = store::last_account(read).await?.max(store::last_billed(read).await?);
        Ok(Known { book, runs, liabilities, days, last })
    }

    /// Adds the taxes of what accounts `from..to` were billed within the days, and of what was adjusted in them; gives back
    /// what moved for them.
    async fn add(
        &self,
        read: &mut Read,
        range: (AccountId, AccountId),
        (bills, adjusted): (&mut Taxes, &mut Taxes),
    ) -> Result<Vec<Movement>, Fault> {
        self.add_bills(read, range, bills).await?;
        let window = Window { from_on: self.days.0, through_on: self.days.1, before: None };
        let moved = finance::movements_between(read, range, window).await?;
        let of_adjustments = moved.iter().filter(|one| one.kind == JournalKind::Adjustment);
        let accounts: BTreeSet<AccountId> = of_adjustments.map(|one| one.account).collect();
        self.add_adjustments(read, &accounts.into_iter().collect::<Vec<_>>(), adjusted).await?;
        Ok(moved)
    }

    /// Adds the bills of accounts `from..to` that count within the days, and takes off those taken back within them.
    async fn add_bills(&self, read: &mut Read, range: (AccountId, AccountId), taxes: &mut Taxes) -> Result<(), Fault> {
        let (from_on, through_on) = self.days;
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
            let Some(run) = self.runs.get(&of_run[0].run).filter(|_| !ways.is_empty()) else { continue };
            for bill in store::bills_between(read, run, range).await? {
                let priced = price(&self.book, &Limits::new(), &bill);
                for way in ways.get(&bill.account).into_iter().flatten() {
                    taxes.add(&self.book, (&bill, &priced), *way);
                }
            }
        }
        Ok(())
    }

    /// Adds the adjustments of some accounts that count within the days, and takes off those taken back within them.
    async fn add_adjustments(&self, read: &mut Read, accounts: &[AccountId], taxes: &mut Taxes) -> Result<(), Fault> {
        if accounts.is_empty() {
            return Ok(());
        }
        let all = store::adjustments_of_accounts(read, accounts).await?;
        let journals = all.iter().flat_map(|one| {
            let both = [Some(one.journal), one.reversed_by];
            both.into_iter().flatten().map(|journal| (one.account, journal))
        });
        let journals = finance::journals_of(read, &journals.collect()).await?;
        let journals: BTreeMap<JournalId, &JournalEntry> = journals.iter().map(|one| (one.journal().id, one)).collect();
        let mut by_run: BTreeMap<RunId, BTreeMap<AccountId, Counted<'_>>> = BTreeMap::new();
        for one in &all {
            if let Some(way) = self.way(one, &journals) {
                by_run.entry(one.run).or_default().entry(one.account).or_default().push((one, way));
            }
        }
        for (run, mut of_run) in by_run {
            let Some(run) = self.runs.get(&run) else { continue };
            let accounts: Vec<AccountId> = of_run.keys().copied().collect();
            for bill in store::items_of_bills(read, &accounts, run).await? {
                let of_bill = of_run.remove(&bill.account).unwrap_or_default();
                let there: Vec<&Adjustment> =
                    all.iter().filter(|one| (one.account, one.run) == (bill.account, run.id)).collect();
                self.add_of_bill(&bill, (&of_bill, &there), &journals, taxes);
            }
        }
        Ok(())
    }

    /// Whether an adjustment counts within the days, or is taken back in them; what is both is neither.
    fn way(&self, one: &Adjustment, journals: &BTreeMap<JournalId, &JournalEntry>) -> Option<Way> {
        let (from_on, through_on) = self.days;
        let is_within = |journal: &JournalId| {
            journals.get(journal).is_some_and(|one| (from_on..=through_on).contains(&one.journal().gl_on))
        };
        match (is_within(&one.journal), one.reversed_by.as_ref().is_some_and(is_within)) {
            (true, false) => Some(Way::Charged),
            (false, true) => Some(Way::TakenBack),
            (true, true) | (false, false) => None,
        }
    }

    /// Adds those of one bill: priced again, each falls on its lines as it did when it was made.
    fn add_of_bill(
        &self,
        bill: &BillInputs,
        (of_bill, there): (&[(&Adjustment, Way)], &[&Adjustment]),
        journals: &BTreeMap<JournalId, &JournalEntry>,
        taxes: &mut Taxes,
    ) {
        let priced = price(&self.book, &Limits::new(), bill);
        let lines = OfBill { book: &self.book, inputs: bill, lines: &priced.lines };
        for (one, way) in of_bill {
            // What stood on the bill when it was made: the ones before it, unless they were taken back before, too.
            let stood = there
                .iter()
                .filter(|other| other.id < one.id && other.reversed_by.is_none_or(|reversal| one.journal < reversal));
            let stood: Vec<Adjustment> =
                stood.map(|other| Adjustment { reversed_by: None, ..(*other).clone() }).collect();
            let mut left = lines.left_of(&one.revenue, stood.iter());
            left.retain(|line| one.agreement.is_none_or(|agreement| agreement == line.agreement));
            let moved = journals.get(&one.journal).map(|journal| self.moved(journal)).unwrap_or_default();
            taxes.add_adjusted(&self.book, (bill, &priced), (&lines.fall(&left, one.cents), &moved), *way);
        }
    }

    /// What a journal moved of what is owed to authorities.
    fn moved(&self, journal: &JournalEntry) -> BTreeMap<(FundId, LedgerAccountId), Cents> {
        let mut moved: BTreeMap<(FundId, LedgerAccountId), Cents> = BTreeMap::new();
        for (posting, _) in journal.lines() {
            for (side, cents) in [(posting.credit, posting.cents), (posting.debit, -posting.cents)] {
                if self.liabilities.contains(&side) {
                    *moved.entry((posting.fund, side)).or_default() += cents;
                }
            }
        }
        moved
    }
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
            ("By adjustments", Kind::Money),
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
                line.adjusted.into(),
                line.otherwise.into(),
                line.movement().into(),
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
