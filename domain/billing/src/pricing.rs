//! Pricing one bill from its inputs: lines, total, exceptions.

use kernel::Cents;
use ledger::Posting;
use rates::PricingRefused;
use revenue::{PricePlan, RateBook, RevenueLine};

use crate::exception::{Exception, ExceptionCode, Limits};
use crate::inputs::{BillInputs, Inputs};

/// One line of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine<'a> {
    /// Which item of the bill it is for.
    pub item: usize,
    /// The position of the charge in the plan.
    pub charge: usize,
    /// Where it goes in the books.
    pub revenue: &'a RevenueLine,
    /// The amount; zero and credit lines exist.
    pub cents: Cents,
}

/// A bill that was priced; a bill with a blocking exception has no lines for that item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedBill<'a> {
    /// In the order they stand on the bill.
    pub lines: Vec<BillLine<'a>>,
    /// Their sum.
    pub total: Cents,
    /// What must be looked at.
    pub exceptions: Vec<Exception>,
}

/// What kind of bill it is, for counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillKind {
    /// Something is owed.
    Regular,
    /// Nothing is owed.
    Zero,
    /// The customer is owed.
    Credit,
}

impl BillKind {
    /// The kind of a bill with this total.
    #[must_use]
    pub fn of(total: Cents) -> BillKind {
        match total.cmp(&Cents::ZERO) {
            std::cmp::Ordering::Greater => BillKind::Regular,
            std::cmp::Ordering::Equal => BillKind::Zero,
            std::cmp::Ordering::Less => BillKind::Credit,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            BillKind::Regular => "regular",
            BillKind::Zero => "zero",
            BillKind::Credit => "credit",
        }
    }
}

/// Prices a bill. Nothing is refused: what cannot be priced is an exception.
#[must_use]
pub fn price<'a>(book: &'a RateBook, limits: &Limits, bill: &BillInputs) -> PricedBill<'a> {
    let mut priced =
        PricedBill { lines: Vec::with_capacity(bill.items.len()), total: Cents::ZERO, exceptions: Vec::new() };
    for (number, item) in bill.items.iter().enumerate() {
        if let Err(exception) = price_item(book, number, item, &mut priced) {
            note(&mut priced.exceptions, exception);
        }
    }
    if priced.exceptions.is_empty() {
        let limit = bill.items.iter().filter_map(|item| limits.get(&book.profile(item.profile)?.class)).min();
        if priced.total.is_zero() {
            priced.exceptions.push(Exception { code: ExceptionCode::Zero, detail: "the bill comes to nothing".into() });
        } else if limit.is_some_and(|limit| *limit <= priced.total) {
            priced.exceptions.push(Exception { code: ExceptionCode::High, detail: priced.total.dollars() });
        }
    }
    priced
}

/// Notes an exception once a bill: of several services with the same one, each detail is named.
fn note(exceptions: &mut Vec<Exception>, new: Exception) {
    match exceptions.iter_mut().find(|noted| noted.code == new.code) {
        None => exceptions.push(new),
        Some(noted) if noted.detail.split("; ").any(|detail| detail == new.detail) => {}
        Some(noted) => noted.detail = format!("{}; {}", noted.detail, new.detail),
    }
}

/// The plan of an item, or why there is none.
pub(crate) fn plan_of<'a>(book: &'a RateBook, item: &Inputs) -> Result<&'a PricePlan, Exception> {
    let no_schedule = |detail: String| Exception { code: ExceptionCode::NoSchedule, detail };
    let version = item.version.ok_or_else(|| no_schedule("no rate schedule holds on the date".into()))?;
    match book.plan(version, item.profile) {
        Some(Ok(plan)) => Ok(plan),
        Some(Err(refused)) => Err(no_schedule(refused.to_string())),
        None => Err(no_schedule("no rate schedule is known for the class".into())),
    }
}

fn price_item<'a>(
    book: &'a RateBook,
    number: usize,
    item: &Inputs,
    priced: &mut PricedBill<'a>,
) -> Result<(), Exception> {
    let plan = plan_of(book, item)?;
    let Some(quantity) = item.quantity else {
        return Err(Exception { code: ExceptionCode::NoConsumption, detail: "no consumption for the period".into() });
    };
    let not_priceable =
        |refused: PricingRefused| Exception { code: ExceptionCode::NotPriceable, detail: refused.to_string() };
    let price = plan.plan.price(quantity).map_err(not_priceable)?;
    priced.total = priced.total.checked_add(price.total).ok_or_else(|| Exception {
        code: ExceptionCode::NotPriceable,
        detail: "the bill is larger than any amount".into(),
    })?;
    if Posting::CENTS_MAX < priced.total.abs() || Posting::CENTS_MAX < price.total.abs() {
        return Err(Exception {
            code: ExceptionCode::NotPriceable,
            detail: format!("{} is larger than any amount the books take", price.total.dollars()),
        });
    }
    for line in price.lines() {
        priced.lines.push(BillLine {
            item: number,
            charge: line.charge,
            revenue: &plan.lines[line.charge],
            cents: line.cents,
        });
    }
    Ok(())
}
