//! Taxes of bills, by authority and code: what they were charged on, and what they come to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kernel::{AccountId, Cents, FundId, LedgerAccountId};
use ledger::Chart;
use rates::PlanCharge;
use revenue::RateBook;

use crate::acts::adjusting::Fallen;
use crate::pricing::plan_of;
use crate::{BillInputs, BillLine, Inputs, PricedBill};

/// What bills charge of one tax in one fund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxedLine {
    /// The authority it is owed to.
    pub authority: String,
    /// The authority's code for it.
    pub code: String,
    /// The code of the fund that bears it.
    pub fund: String,
    /// The code and name of the ledger account in which it is owed.
    pub liability: String,
    /// Whether the city pays it, so that it is not part of the bills.
    pub is_borne: bool,
    /// The sums.
    pub sum: TaxSum,
}

/// What one tax was charged on, and what it comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaxSum {
    /// Bills with the tax, less bills taken back.
    pub bills: i64,
    /// The charges of which it is a percentage; nothing for a tax by the unit.
    pub taxable: Cents,
    /// Such charges of accounts that are exempt.
    pub exempt: Cents,
    /// The tax.
    pub tax: Cents,
}

impl TaxSum {
    fn add_base(&mut self, base: Cents, is_exempt: bool) {
        if is_exempt {
            self.exempt += base;
        } else {
            self.taxable += base;
        }
    }
}

/// Whether a bill was written or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Charged,
    TakenBack,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TaxKey {
    /// Whose, where each account counts by itself.
    account: Option<AccountId>,
    authority: String,
    code: String,
    fund: FundId,
    liability: LedgerAccountId,
    is_borne: bool,
}

/// Adds up the taxes of bills.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taxes {
    is_by_account: bool,
    sums: BTreeMap<TaxKey, TaxSum>,
}

impl Taxes {
    /// Each account by itself.
    pub(crate) fn by_account() -> Taxes {
        Taxes { is_by_account: true, ..Taxes::default() }
    }

    /// Adds a bill, or takes it off.
    pub(crate) fn add(&mut self, book: &RateBook, (bill, priced): (&BillInputs, &PricedBill<'_>), way: Way) {
        let sign = match way {
            Way::Charged => 1,
            Way::TakenBack => -1,
        };
        let mut on_bill = BTreeSet::new();
        for (number, (item, price_on)) in bill.all().enumerate() {
            let lines: Vec<&BillLine<'_>> = priced.lines.iter().filter(|line| line.item == number).collect();
            for line in &lines {
                let Some(taxed) = tax_of(book, (item, price_on), line, &lines) else { continue };
                let key = TaxKey { account: self.is_by_account.then_some(bill.account), ..taxed.key.clone() };
                let (key, base) = (key, taxed.on.iter().map(|base| base.cents).sum::<Cents>());
                let sum = self.sums.entry(key.clone()).or_default();
                sum.add_base(Cents(base.0 * sign), taxed.is_exempt);
                sum.tax += Cents(line.cents.0 * sign);
                if on_bill.insert(key) {
                    sum.bills += sign;
                }
            }
        }
    }

    /// Adds what fell on the lines of a bill by an adjustment, or takes it off: each tax with the part of the charge that it
    /// is on. What each tax moved in the books is told by the fund and ledger account it is owed in; what the lines do not
    /// come to is of the first tax that is owed there, so that nothing posted is left out.
    pub(crate) fn add_adjusted(
        &mut self,
        book: &RateBook,
        (bill, priced): (&BillInputs, &PricedBill<'_>),
        (fallen, moved): (&[Fallen<'_>], &BTreeMap<(FundId, LedgerAccountId), Cents>),
        way: Way,
    ) {
        let sign = match way {
            Way::Charged => 1,
            Way::TakenBack => -1,
        };
        let mut left = moved.clone();
        let mut first: BTreeMap<(FundId, LedgerAccountId), TaxKey> = BTreeMap::new();
        for part in fallen {
            for (line, cents) in &part.taxes {
                let Some((item, price_on)) = bill.all().nth(line.item) else { continue };
                let lines: Vec<&BillLine<'_>> = priced.lines.iter().filter(|one| one.item == line.item).collect();
                let Some(taxed) = tax_of(book, (item, price_on), line, &lines) else { continue };
                let is_on = taxed.on.iter().any(|base| std::ptr::eq(*base, part.line));
                let key = TaxKey { account: self.is_by_account.then_some(bill.account), ..taxed.key };
                let sum = self.sums.entry(key.clone()).or_default();
                sum.add_base(if is_on { Cents(part.cents.0 * sign) } else { Cents::ZERO }, taxed.is_exempt);
                sum.tax += Cents(cents.0 * sign);
                let place = (key.fund, key.liability);
                *left.entry(place).or_default() += -*cents;
                first.entry(place).or_insert(key);
            }
        }
        for ((fund, liability), cents) in left.into_iter().filter(|(_, cents)| !cents.is_zero()) {
            let known = book.taxes().find(|tax| tax.liability == liability).map(|tax| TaxKey {
                account: self.is_by_account.then_some(bill.account),
                authority: tax.authority.clone(),
                code: tax.code.clone(),
                fund,
                liability,
                is_borne: false,
            });
            if let Some(key) = first.remove(&(fund, liability)).or(known) {
                self.sums.entry(key).or_default().tax += Cents(cents.0 * sign);
            }
        }
    }

    /// These and those together.
    pub(crate) fn with(mut self, others: Taxes) -> Taxes {
        for (key, other) in others.sums {
            let sum = self.sums.entry(key).or_default();
            sum.bills += other.bills;
            sum.taxable += other.taxable;
            sum.exempt += other.exempt;
            sum.tax += other.tax;
        }
        self
    }

    /// The sums by authority, code, fund and ledger account.
    pub(crate) fn lines(&self, chart: &Chart) -> Vec<TaxedLine> {
        self.sums.iter().map(|(key, sum)| line(chart, key, sum)).collect()
    }

    /// The same of each account, where each counts by itself.
    pub(crate) fn lines_of_accounts(&self, chart: &Chart) -> Vec<(AccountId, TaxedLine)> {
        self.sums.iter().filter_map(|(key, sum)| Some((key.account?, line(chart, key, sum)))).collect()
    }

    /// What is owed by fund and ledger account.
    pub(crate) fn by_liability(&self) -> BTreeMap<(FundId, LedgerAccountId), Cents> {
        let mut sums: BTreeMap<(FundId, LedgerAccountId), Cents> = BTreeMap::new();
        for (key, sum) in &self.sums {
            *sums.entry((key.fund, key.liability)).or_default() += sum.tax;
        }
        sums
    }
}

fn line(chart: &Chart, key: &TaxKey, sum: &TaxSum) -> TaxedLine {
    let fund = chart.fund(key.fund).map_or_else(String::new, |fund| fund.code.clone());
    let liability = chart.ledger_account(key.liability);
    TaxedLine {
        authority: key.authority.clone(),
        code: key.code.clone(),
        fund,
        liability: liability.map_or_else(String::new, |side| format!("{} {}", side.code, side.name)),
        is_borne: key.is_borne,
        sum: *sum,
    }
}

/// Which tax a line is.
struct Taxed<'a> {
    key: TaxKey,
    /// The charges it is on within the same fund and receivable.
    on: Vec<&'a BillLine<'a>>,
    /// Whether these are exempt.
    is_exempt: bool,
}

/// Which tax a line is, and what it is on among the lines of its item.
fn tax_of<'a>(
    book: &RateBook,
    (item, price_on): (&Inputs, NaiveDate),
    line: &BillLine<'_>,
    lines: &[&'a BillLine<'a>],
) -> Option<Taxed<'a>> {
    let key = |authority: &str, code: &str| TaxKey {
        account: None,
        authority: authority.to_owned(),
        code: code.to_owned(),
        fund: line.place.fund,
        liability: line.place.credit,
        is_borne: line.place.is_borne,
    };
    let plan = plan_of(book, price_on, item, Some(line.version)).ok()?;
    let Some(charge) = plan.plan.charges().iter().find(|charge| charge.name() == line.charge) else {
        // Billed by other rates before, and settled by these: what it was is told by where it went.
        let tax = book.taxes().find(|tax| tax.revenue == line.place.code && tax.liability == line.place.credit)?;
        return Some(Taxed { key: key(&tax.authority, &tax.code), on: Vec::new(), is_exempt: false });
    };
    let tax = charge.tax()?;
    let names: Vec<&str> = charge.percentage_of().iter().map(|base| plan.plan.charges()[*base].name()).collect();
    let is_base = |base: &&&BillLine<'_>| {
        base.version == line.version
            && names.contains(&base.charge.as_ref())
            && (line.place.is_borne || (base.place.fund, base.place.debit) == (line.place.fund, line.place.debit))
    };
    let on = lines.iter().filter(is_base).copied().collect();
    Some(Taxed { key: key(&tax.authority, &tax.code), on, is_exempt: is_exempt(book, item, line, charge) })
}

/// Whether the account has an exemption from a charge.
fn is_exempt(book: &RateBook, item: &Inputs, line: &BillLine<'_>, charge: &PlanCharge) -> bool {
    let version = book.version(line.version).and_then(|version| version.version());
    let code = version.and_then(|version| version.charges.get(charge.position)?.exempt_by.as_deref());
    let mut held = item.particulars.iter().flat_map(|particulars| &particulars.exemptions);
    held.any(|held| Some(held.code.as_str()) == code)
}
