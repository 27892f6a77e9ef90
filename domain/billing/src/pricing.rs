//! Pricing one bill from its inputs: lines, total, exceptions.

use std::borrow::Cow;

use chrono::NaiveDate;
use kernel::{Cents, Period, Quantity, RateVersionId, Unit};
use ledger::Posting;
use rates::{Days, Exact, Price, PricingRefused};
use revenue::{Place, PricePlan, RateBook};

use crate::exception::{Exception, ExceptionCode, Limits};
use crate::extra::{BilledLine, Extra};
use crate::inputs::{BillInputs, Inputs};
use crate::particulars::{Particulars, days_of, share};

/// One line of a bill, or the part of a tax that goes to one place in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine<'a> {
    /// Which item of the bill it is for; extras count on after the services.
    pub item: usize,
    /// The version it is priced by.
    pub version: RateVersionId,
    /// The name of the charge.
    pub charge: Cow<'a, str>,
    /// Where it goes in the books.
    pub place: Cow<'a, Place>,
    /// The amount; zero and credit lines exist.
    pub cents: Cents,
}

/// A bill that was priced; a bill with a blocking exception has no lines for that item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedBill<'a> {
    /// In the order they stand on the bill; among them what the city bears itself.
    pub lines: Vec<BillLine<'a>>,
    /// The sum of those that the customer pays.
    pub total: Cents,
    /// What must be looked at.
    pub exceptions: Vec<Exception>,
}

/// The days of a service that one version prices, with everything its price depends on.
pub(crate) struct Part<'a> {
    pub(crate) version: RateVersionId,
    pub(crate) period: Period,
    pub(crate) plan: &'a PricePlan,
    usage: Exact,
    unit: Unit,
    days: Days,
}

/// The numbers and exemption codes of a service, as pricing takes them.
#[derive(Default)]
pub(crate) struct Given<'a> {
    numbers: Vec<(&'a str, kernel::Decimal)>,
    exemptions: Vec<&'a str>,
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
        if let Err(exception) = price_item(book, bill.bill_on, (number, item), &mut priced) {
            note(&mut priced.exceptions, exception);
        }
    }
    for (number, extra) in (bill.items.len()..).zip(&bill.extras) {
        if let Err(exception) = price_extra(book, (number, extra), &mut priced) {
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
pub(crate) fn note(exceptions: &mut Vec<Exception>, new: Exception) {
    match exceptions.iter_mut().find(|noted| noted.code == new.code) {
        None => exceptions.push(new),
        Some(noted) if noted.detail.split("; ").any(|detail| detail == new.detail) => {}
        Some(noted) => noted.detail = format!("{}; {}", noted.detail, new.detail),
    }
}

/// The plan of an item under a version, or why there is none.
pub(crate) fn plan_of<'a>(
    book: &'a RateBook,
    price_on: NaiveDate,
    item: &Inputs,
    version: Option<RateVersionId>,
) -> Result<&'a PricePlan, Exception> {
    let no_schedule = |detail: String| Exception { code: ExceptionCode::NoSchedule, detail };
    let version = version.ok_or_else(|| no_schedule("no rate schedule holds on the date".into()))?;
    match book.plan(version, item.profile, (price_on, item.period)) {
        Some(Ok(plan)) => Ok(plan),
        Some(Err(refused)) => Err(no_schedule(refused.to_string())),
        None => Err(no_schedule("no rate schedule is known for the class".into())),
    }
}

/// What was used; nothing at all where the plan does not ask.
pub(crate) fn quantity_of(plan: &PricePlan, item: &Inputs) -> Result<Quantity, Exception> {
    match item.quantity {
        Some(quantity) => Ok(quantity),
        None if !plan.plan.needs().usage => Ok(Quantity::zero(Unit::Each)),
        None => Err(Exception { code: ExceptionCode::NoConsumption, detail: "no consumption for the period".into() }),
    }
}

/// What is billed for the same days by several bills together: the lines of each, each line and place once.
pub(crate) fn billed_lines(book: &RateBook, price_on: NaiveDate, item: &Inputs) -> Result<Vec<BilledLine>, Exception> {
    let mut priced = PricedBill { lines: Vec::new(), total: Cents::ZERO, exceptions: Vec::new() };
    price_item(book, price_on, (0, item), &mut priced)?;
    let mut billed = Vec::with_capacity(priced.lines.len());
    for line in &priced.lines {
        add_billed(&mut billed, &billed_line(line, line.cents));
    }
    Ok(billed)
}

/// Adds a line to others: to the one for the same charge and place, or beside them.
pub(crate) fn add_billed(billed: &mut Vec<BilledLine>, line: &BilledLine) {
    let place = line.place();
    match billed.iter_mut().find(|known| known.is_same_line(&line.charge, &place)) {
        Some(known) => known.cents += line.cents,
        None => billed.push(line.clone()),
    }
}

pub(crate) fn billed_line(line: &BillLine<'_>, cents: Cents) -> BilledLine {
    let Place { code, fund, debit, credit, is_borne } = line.place.as_ref().clone();
    BilledLine { charge: line.charge.clone().into_owned(), revenue: code, fund, debit, credit, is_borne, cents }
}

/// Prices an extra: a charge as it is, a settlement less what was billed, line by line.
fn price_extra<'a>(
    book: &'a RateBook,
    (number, extra): (usize, &Extra),
    priced: &mut PricedBill<'a>,
) -> Result<(), Exception> {
    let first = priced.lines.len();
    price_item(book, extra.price_on, (number, &extra.inputs), priced)?;
    if extra.billed.is_empty() {
        return Ok(());
    }
    let version = extra.inputs.version.unwrap_or(RateVersionId(0));
    for billed in &extra.billed {
        let mut cents = billed.cents;
        if !billed.is_borne {
            priced.total = priced.total - cents;
        }
        let own = &mut priced.lines[first..];
        match own.iter_mut().find(|line| billed.is_same_line(&line.charge, &line.place)) {
            Some(line) => line.cents = line.cents - cents,
            None => {
                cents = -cents;
                let (charge, place) = (Cow::Owned(billed.charge.clone()), Cow::Owned(billed.place()));
                priced.lines.push(BillLine { item: number, version, charge, place, cents });
            }
        }
    }
    Ok(())
}

fn price_item<'a>(
    book: &'a RateBook,
    price_on: NaiveDate,
    (number, item): (usize, &Inputs),
    priced: &mut PricedBill<'a>,
) -> Result<(), Exception> {
    if item.particulars.is_none() {
        let plan = plan_of(book, price_on, item, item.version)?;
        if plan.plan.normal_days().is_none() {
            let price = plan.plan.price(quantity_of(plan, item)?).map_err(|refused| not_priceable(&refused))?;
            return add_up(number, &[(item.version.unwrap_or(RateVersionId(0)), plan, price)], priced);
        }
    }
    let parts = parts_of(book, price_on, item)?;
    let given = Given::of(item);
    let price = |part: &Part<'a>| {
        let price = part.plan.plan.price_for(&part.inputs(&given)).map_err(|refused| not_priceable(&refused))?;
        Ok((part.version, part.plan, price))
    };
    let prices = parts.iter().map(price).collect::<Result<Vec<_>, Exception>>()?;
    add_up(number, &prices, priced)
}

/// The parts of a service, one for each version that prices some of its days.
pub(crate) fn parts_of<'a>(book: &'a RateBook, price_on: NaiveDate, item: &Inputs) -> Result<Vec<Part<'a>>, Exception> {
    let nothing = Particulars::default();
    let particulars = item.particulars.as_deref().unwrap_or(&nothing);
    let one = [(item.version, item.period)];
    let several: Vec<_> = particulars.segments.iter().map(|segment| (Some(segment.version), segment.period)).collect();
    let parts = if several.is_empty() { &one[..] } else { &several[..] };
    let part = |(version, period): &(Option<RateVersionId>, Period)| {
        let plan = plan_of(book, price_on, item, *version)?;
        let quantity = quantity_of(plan, item)?;
        let mut usage = Exact::from(quantity);
        let mut days = days_of(item.period, particulars.cut, plan.plan.normal_days());
        if 1 < parts.len() {
            let share = share(*period, item.period);
            usage = usage.times(&Exact::ratio(i64::from(share.days), i64::from(share.of)).unwrap_or_else(Exact::one));
            days.segment = Some(rates::Segment { share, is_last: period.to() == item.period.to() });
        }
        let version = version.unwrap_or(RateVersionId(0));
        Ok(Part { version, period: *period, plan, usage, unit: quantity.unit, days })
    };
    parts.iter().map(part).collect()
}

impl Part<'_> {
    /// What pricing is given.
    pub(crate) fn inputs<'a>(&self, given: &'a Given<'a>) -> rates::Inputs<'a> {
        rates::Inputs {
            usage: self.usage.clone(),
            unit: self.unit,
            numbers: &given.numbers,
            exemptions: &given.exemptions,
            days: self.days.clone(),
        }
    }
}

impl<'a> Given<'a> {
    /// What pricing is given for some use in some days.
    pub(crate) fn inputs(&self, (usage, unit): (Exact, Unit), days: Days) -> rates::Inputs<'_> {
        rates::Inputs { usage, unit, numbers: &self.numbers, exemptions: &self.exemptions, days }
    }

    /// The numbers and codes that were frozen with an item.
    pub(crate) fn of(item: &'a Inputs) -> Given<'a> {
        let Some(particulars) = &item.particulars else { return Given::default() };
        let numbers = particulars.quantities.iter().map(|(name, held)| (name.as_str(), held.amount));
        let exemptions = particulars.exemptions.iter().map(|held| held.code.as_str());
        Given { numbers: numbers.collect(), exemptions: exemptions.collect() }
    }
}

/// Puts the prices of an item's parts on the bill.
fn add_up<'a>(
    number: usize,
    prices: &[(RateVersionId, &'a PricePlan, Price)],
    priced: &mut PricedBill<'a>,
) -> Result<(), Exception> {
    let too_large = |detail: String| Exception { code: ExceptionCode::NotPriceable, detail };
    let mut total = priced.total;
    for (_, _, price) in prices {
        total = total.checked_add(price.total).ok_or_else(|| too_large("the bill is larger than any amount".into()))?;
        if Posting::CENTS_MAX < total.abs() || price.lines().any(|line| Posting::CENTS_MAX < line.cents.abs()) {
            let words = format!("{} is larger than any amount the books take", price.total.dollars());
            return Err(too_large(words));
        }
    }
    priced.total = total;
    for (version, plan, price) in prices {
        plan.places.take_apart(price, |charge, place, cents| {
            let charge = plan.plan.charges().get(charge).map_or("", |charge| charge.name());
            let (charge, place) = (Cow::Borrowed(charge), Cow::Borrowed(place));
            priced.lines.push(BillLine { item: number, version: *version, charge, place, cents });
        });
    }
    Ok(())
}

fn not_priceable(refused: &PricingRefused) -> Exception {
    Exception { code: ExceptionCode::NotPriceable, detail: refused.to_string() }
}
