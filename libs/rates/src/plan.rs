//! `Plan`: everything one kind of customer pays, ready to price any usage exactly.

use std::sync::Arc;

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Factor, Quantity, Rounding, Unit};

use crate::exact::Exact;
use crate::explain::Explanation;
use crate::inputs::Inputs;
use crate::ready::{Blocks, Fast, FullRate, ReadyValue};
use crate::refusals::PricingRefused;
use crate::schedule::{Basis, NamedQuantity, NormalDays, PeriodKind, Tax, Titles};
use crate::work::Worksheet;

/// The charges of one class and one choice of dimension values, in the order they stand on a bill.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) origin: Arc<Origin>,
    pub(crate) class: String,
    pub(crate) dimensions: Vec<(String, String)>,
    pub(crate) charges: Vec<PlanCharge>,
    /// The values that differ from bill to bill.
    pub(crate) values: Vec<ReadyValue>,
    /// Whether whole numbers price every charge.
    pub(crate) is_fast: bool,
    pub(crate) needs: Needs,
}

/// The version a plan was made from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) effective_on: NaiveDate,
    pub(crate) ordinance: String,
    pub(crate) basis: Basis,
    pub(crate) normal_days: Option<NormalDays>,
    pub(crate) quantities: Vec<NamedQuantity>,
    /// The unit of `usage` in formulas.
    pub(crate) usage_unit: Option<Unit>,
    /// The factor that leads to it from the meter's unit.
    pub(crate) usage_convert: Option<&'static Factor>,
}

/// What a plan asks of a bill besides usage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Whether what the meter measured makes a difference.
    pub usage: bool,
    /// The names of the quantities it depends on.
    pub quantities: Vec<String>,
    /// The codes of the exemptions that free from one of its charges.
    pub exemptions: Vec<String>,
    /// The kinds of period that make a difference, ascending.
    pub prorated: Vec<PeriodKind>,
}

/// One charge of a plan.
#[derive(Clone, Debug)]
pub struct PlanCharge {
    /// The position of the charge in the version.
    pub position: usize,
    pub(crate) head: Arc<Head>,
    pub(crate) rate: Arc<ReadyRate>,
}

/// What a charge says whatever its case.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) title: Titles,
    pub(crate) revenue: String,
    pub(crate) tax: Option<Tax>,
    pub(crate) is_borne_by_city: bool,
    pub(crate) exempt_by: Option<String>,
    pub(crate) rounding: Rounding,
    pub(crate) prorate: Vec<PeriodKind>,
    pub(crate) prorate_tiers: Vec<PeriodKind>,
}

/// A rate that can be priced.
#[derive(Clone, Debug)]
pub(crate) struct ReadyRate {
    /// In whole numbers, where that is exact; the rule for most bills.
    pub(crate) fast: Option<Fast>,
    /// In fractions, for everything.
    pub(crate) full: FullRate,
}

/// What a bill costs: a line for every charge of the plan, also where it is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The sum of the rounded lines that are billed.
    pub total: Cents,
    /// Few lines need no allocation, and few is the rule.
    few: [PricedLine; FEW],
    few_count: usize,
    more: Vec<PricedLine>,
}

/// The amount of one charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PricedLine {
    /// The position in [`Plan::charges`].
    pub charge: usize,
    /// Before rounding, in dollars; trailing zeros are not cut. A fraction without an end is cut
    /// to ten places, but rounded to cents as it is.
    pub exact: Decimal,
    /// Rounded by the charge's rule.
    pub cents: Cents,
}

/// A priced line with the charge it is for.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The charge.
    pub charge: &'a PlanCharge,
    /// Before rounding, in dollars; trailing zeros are not cut.
    pub exact: Decimal,
    /// Rounded by the charge's rule.
    pub cents: Cents,
}

/// How many lines a price holds in place.
const FEW: usize = 4;

impl Plan {
    /// The class it is for.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The dimensions the class's rates depend on, with their values here.
    #[must_use]
    pub fn dimensions(&self) -> &[(String, String)] {
        &self.dimensions
    }

    /// The first day of the version.
    #[must_use]
    pub fn effective_on(&self) -> NaiveDate {
        self.origin.effective_on
    }

    /// The ordinance of the version.
    #[must_use]
    pub fn ordinance(&self) -> &str {
        &self.origin.ordinance
    }

    /// Which date decides the version.
    #[must_use]
    pub fn basis(&self) -> Basis {
        self.origin.basis
    }

    /// Which periods count as long or short.
    #[must_use]
    pub fn normal_days(&self) -> Option<NormalDays> {
        self.origin.normal_days
    }

    /// The charges, in the order they stand on a bill.
    #[must_use]
    pub fn charges(&self) -> &[PlanCharge] {
        &self.charges
    }

    /// What it asks of a bill.
    #[must_use]
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// What a usage costs in a whole period, exactly; each line is rounded by its own rule.
    pub fn price(&self, usage: Quantity) -> Result<Price, PricingRefused> {
        if !self.is_fast {
            return self.price_for(&Inputs::of(usage));
        }
        if usage.steps < 0 {
            return Err(PricingRefused::NegativeUsage { usage: usage.to_string() });
        }
        let mut price = Price::empty();
        for (position, charge) in self.charges.iter().enumerate() {
            let (exact, cents) = charge.fast_amount(usage, &price)?;
            let line = PricedLine { charge: position, exact, cents };
            price.push(line, charge.is_billed()).ok_or_else(|| too_large(&usage.into()))?;
        }
        Ok(price)
    }

    /// What a bill costs by everything that is known about it.
    pub fn price_for(&self, inputs: &Inputs<'_>) -> Result<Price, PricingRefused> {
        let mut price = Price::empty();
        for (position, worked) in Worksheet::new(self, inputs)?.lines()?.into_iter().enumerate() {
            let exact = worked.exact.nearest_decimal().ok_or_else(|| too_large(&inputs.usage))?;
            let line = PricedLine { charge: position, exact, cents: worked.cents };
            price.push(line, self.charges[position].is_billed()).ok_or_else(|| too_large(&inputs.usage))?;
        }
        Ok(price)
    }

    /// The lines of a price made by this plan, each with its charge.
    pub fn lines<'a>(&'a self, price: &'a Price) -> impl Iterator<Item = Line<'a>> {
        let line =
            |line: &PricedLine| Line { charge: &self.charges[line.charge], exact: line.exact, cents: line.cents };
        price.lines().map(line)
    }

    /// The same price with every step shown.
    pub fn explain(&self, inputs: &Inputs<'_>) -> Result<Explanation, PricingRefused> {
        Explanation::of(self, inputs)
    }
}

impl PlanCharge {
    /// The stable name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// What a resident reads.
    #[must_use]
    pub fn title(&self) -> &Titles {
        &self.head.title
    }

    /// Which line of the city's books it is.
    #[must_use]
    pub fn revenue(&self) -> &str {
        &self.head.revenue
    }

    /// For a tax: to whom it is owed.
    #[must_use]
    pub fn tax(&self) -> Option<&Tax> {
        self.head.tax.as_ref()
    }

    /// The charges, by position in the plan, of which it is a percentage.
    #[must_use]
    pub fn percentage_of(&self) -> &[usize] {
        self.rate.full.percentage_of()
    }

    /// Whether the customer pays it; otherwise the city bears it.
    #[must_use]
    pub fn is_billed(&self) -> bool {
        !self.head.is_borne_by_city
    }

    /// How a fraction of a cent is settled.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        self.head.rounding
    }

    /// The unit it is measured in, unless it is fixed or a percentage.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        self.rate.full.measure.as_ref().map(|measure| measure.unit)
    }

    #[inline]
    fn fast_amount(&self, usage: Quantity, before: &Price) -> Result<(Decimal, Cents), PricingRefused> {
        let exact = match &self.rate.fast {
            Some(Fast::Fixed { exact, cents }) => return Ok((*exact, *cents)),
            Some(Fast::Blocks(blocks)) => blocks.amount(usage)?,
            Some(Fast::PerCent { mantissa, places, of }) => {
                let lines = before.lines().filter(|line| of.contains(&line.charge));
                let cents: i128 = lines.map(|line| i128::from(line.cents.0)).sum();
                // Cents are 10^-2 dollars and a per cent is 10^-2 again.
                Decimal::try_from_i128_with_scale(cents * i128::from(*mantissa), places + 4)
                    .map_err(|_| too_large(&usage.into()))?
            }
            None => unreachable!("a fast plan has only fast charges"),
        };
        let cents = self.head.rounding.cents(exact).ok_or_else(|| too_large(&usage.into()))?;
        Ok((exact, cents))
    }
}

impl Blocks {
    /// Whole numbers throughout: the sum of the widths is the usage, so the sum of the products
    /// is below 2^63 × 2^63 and an `i128` holds it.
    #[inline]
    fn amount(&self, usage: Quantity) -> Result<Decimal, PricingRefused> {
        if usage.unit != self.unit {
            return Err(PricingRefused::WrongUnit { expected: self.unit, found: usage.unit });
        }
        let mut below = 0;
        let mut amount = 0_i128;
        for block in &self.blocks {
            if usage.steps <= below {
                break;
            }
            amount += i128::from(usage.steps.min(block.through) - below) * i128::from(block.price);
            below = block.through;
        }
        let places = self.unit.places() + self.price_places;
        Decimal::try_from_i128_with_scale(amount, places).map_err(|_| too_large(&usage.into()))
    }
}

impl Price {
    /// Every line, in the order of the plan's charges.
    pub fn lines(&self) -> impl Iterator<Item = &PricedLine> {
        self.few[..self.few_count].iter().chain(&self.more)
    }

    fn empty() -> Price {
        Price { total: Cents::ZERO, few: [PricedLine::default(); FEW], few_count: 0, more: Vec::new() }
    }

    /// `None` when the total is beyond the range of an amount.
    #[inline]
    fn push(&mut self, line: PricedLine, is_billed: bool) -> Option<()> {
        if is_billed {
            self.total = self.total.checked_add(line.cents)?;
        }
        match self.few.get_mut(self.few_count) {
            Some(place) => {
                *place = line;
                self.few_count += 1;
            }
            None => self.more.push(line),
        }
        Some(())
    }
}

pub(crate) fn too_large(usage: &Exact) -> PricingRefused {
    PricingRefused::TooLarge { usage: usage.to_string() }
}
