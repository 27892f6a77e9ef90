//! `Plan`: everything one kind of customer pays, ready to price any usage exactly.

use std::sync::Arc;

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Quantity, Rounding, Unit};

use crate::explain::Explanation;
use crate::refusals::PricingRefused;
use crate::schedule::Titles;

/// The charges of one class and one choice of dimension values, in the order they stand on a bill.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) origin: Arc<Origin>,
    pub(crate) class: String,
    pub(crate) dimensions: Vec<(String, String)>,
    pub(crate) charges: Vec<PlanCharge>,
}

/// The version a plan was made from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) effective_on: NaiveDate,
    pub(crate) ordinance: String,
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
    pub(crate) rounding: Rounding,
}

/// A rate in whole numbers.
#[derive(Clone, Debug)]
pub(crate) enum ReadyRate {
    Fixed {
        exact: Decimal,
        cents: Cents,
    },
    PerUnit(Blocks),
    Tiers(Blocks),
    /// Never part of a plan: whoever asks for one is refused.
    NotOffered(String),
}

/// Tiers with bounds in the unit's smallest steps and prices as whole numbers of 10^-`price_places`.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    pub(crate) unit: Unit,
    pub(crate) price_places: u32,
    /// Invariant: ascending; the last goes through `i64::MAX`.
    pub(crate) blocks: Box<[Block]>,
}

/// One tier: everything above the block before, through this bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) through: i64,
    pub(crate) price: i64,
}

/// What a bill costs: a line for every charge of the plan, also where it is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The sum of the rounded lines.
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
    /// Before rounding, in dollars; trailing zeros are not cut.
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

    /// The charges, in the order they stand on a bill.
    #[must_use]
    pub fn charges(&self) -> &[PlanCharge] {
        &self.charges
    }

    /// What a usage costs, exactly; each line is rounded by its own rule.
    pub fn price(&self, usage: Quantity) -> Result<Price, PricingRefused> {
        let mut price = Price { total: Cents::ZERO, few: [PricedLine::default(); FEW], few_count: 0, more: Vec::new() };
        if usage.steps < 0 {
            return Err(PricingRefused::NegativeUsage { usage: usage.to_string() });
        }
        for (position, charge) in self.charges.iter().enumerate() {
            let (exact, cents) = charge.amount(usage)?;
            price.total = price.total.checked_add(cents).ok_or_else(|| too_large(usage))?;
            price.push(PricedLine { charge: position, exact, cents });
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
    pub fn explain(&self, usage: Quantity) -> Result<Explanation, PricingRefused> {
        Explanation::of(self, usage)
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

    /// How a fraction of a cent is settled.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        self.head.rounding
    }

    /// The unit it is measured in, unless it is fixed.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        match &*self.rate {
            ReadyRate::Fixed { .. } | ReadyRate::NotOffered(_) => None,
            ReadyRate::PerUnit(blocks) | ReadyRate::Tiers(blocks) => Some(blocks.unit),
        }
    }

    fn amount(&self, usage: Quantity) -> Result<(Decimal, Cents), PricingRefused> {
        match &*self.rate {
            ReadyRate::Fixed { exact, cents } => Ok((*exact, *cents)),
            ReadyRate::PerUnit(blocks) | ReadyRate::Tiers(blocks) => {
                let exact = blocks.amount(usage)?;
                let cents = self.head.rounding.cents(exact).ok_or_else(|| too_large(usage))?;
                Ok((exact, cents))
            }
            ReadyRate::NotOffered(_) => unreachable!("a charge that is not offered is never part of a plan"),
        }
    }
}

impl Blocks {
    /// Whole numbers throughout: the sum of the widths is the usage, so the sum of the products
    /// is below 2^63 × 2^63 and an `i128` holds it.
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
        Decimal::try_from_i128_with_scale(amount, places).map_err(|_| too_large(usage))
    }
}

impl Price {
    /// Every line, in the order of the plan's charges.
    pub fn lines(&self) -> impl Iterator<Item = &PricedLine> {
        self.few[..self.few_count].iter().chain(&self.more)
    }

    fn push(&mut self, line: PricedLine) {
        match self.few.get_mut(self.few_count) {
            Some(place) => {
                *place = line;
                self.few_count += 1;
            }
            None => self.more.push(line),
        }
    }
}

pub(crate) fn too_large(usage: Quantity) -> PricingRefused {
    PricingRefused::TooLarge { usage: usage.to_string() }
}
