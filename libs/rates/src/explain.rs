//! `Explanation`: every step of a price, so that a clerk can add it up again by hand.

use std::fmt;

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Quantity, Rounding, Unit};

use crate::plan::{Blocks, Line, Plan, PlanCharge, ReadyRate, too_large};
use crate::refusals::PricingRefused;
use crate::schedule::Titles;
use crate::text::dollars;

/// A price with its grounds; printing it gives the account in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The class.
    pub class: String,
    /// The dimension values the rates depend on.
    pub dimensions: Vec<(String, String)>,
    /// The first day of the version.
    pub effective_on: NaiveDate,
    /// The ordinance of the version.
    pub ordinance: String,
    /// What was used.
    pub usage: Quantity,
    /// One entry per line of the bill.
    pub charges: Vec<ExplainedCharge>,
    /// The sum of the rounded lines.
    pub total: Cents,
}

/// One line of a bill with its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedCharge {
    /// The stable name.
    pub name: String,
    /// What a resident reads.
    pub title: Titles,
    /// Which line of the city's books it is.
    pub revenue: String,
    /// The unit of quantities and bounds; nothing for a fixed amount.
    pub unit: Option<Unit>,
    /// The steps; at least one, also where nothing was used.
    pub steps: Vec<Step>,
    /// The sum of the steps, in dollars.
    pub exact: Decimal,
    /// The rule that makes cents of it.
    pub rounding: Rounding,
    /// The line of the bill.
    pub cents: Cents,
}

/// One product: quantity × price = amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// How many units; 1 for a fixed amount.
    pub quantity: Decimal,
    /// Dollars for each.
    pub price: Decimal,
    /// The product.
    pub amount: Decimal,
}

/// What a step prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A fixed amount.
    Fixed,
    /// Every unit at one price.
    PerUnit,
    /// The units of one tier.
    Tier {
        /// The number of the tier, from 1.
        number: usize,
        /// The tier begins above this many units.
        above: Decimal,
        /// The tier ends with this unit; nothing on the last.
        through: Option<Decimal>,
    },
}

impl Explanation {
    pub(crate) fn of(plan: &Plan, usage: Quantity) -> Result<Explanation, PricingRefused> {
        let price = plan.price(usage)?;
        let charges: Result<_, _> = plan.lines(&price).map(|line| ExplainedCharge::of(line, usage)).collect();
        Ok(Explanation {
            class: plan.class().to_owned(),
            dimensions: plan.dimensions().to_vec(),
            effective_on: plan.effective_on(),
            ordinance: plan.ordinance().to_owned(),
            usage,
            charges: charges?,
            total: price.total,
        })
    }

    /// The account in English, as `bill explain` prints it.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_string()
    }
}

impl ExplainedCharge {
    fn of(line: Line<'_>, usage: Quantity) -> Result<ExplainedCharge, PricingRefused> {
        Ok(ExplainedCharge {
            name: line.charge.name().to_owned(),
            title: line.charge.title().clone(),
            revenue: line.charge.revenue().to_owned(),
            unit: line.charge.unit(),
            steps: steps_of(line.charge, usage)?,
            exact: line.exact.normalize(),
            rounding: line.charge.rounding(),
            cents: line.cents,
        })
    }
}

fn steps_of(charge: &PlanCharge, usage: Quantity) -> Result<Vec<Step>, PricingRefused> {
    match &*charge.rate {
        ReadyRate::Fixed { exact, .. } => {
            Ok(vec![Step { kind: StepKind::Fixed, quantity: Decimal::ONE, price: *exact, amount: *exact }])
        }
        ReadyRate::PerUnit(blocks) => Ok(vec![step(StepKind::PerUnit, blocks, usage.steps, blocks.blocks[0].price)?]),
        ReadyRate::Tiers(blocks) => tier_steps(blocks, usage),
        ReadyRate::NotOffered(_) => unreachable!("a charge that is not offered is never part of a plan"),
    }
}

/// Every tier that was reached; tier 1 also when nothing was used.
fn tier_steps(blocks: &Blocks, usage: Quantity) -> Result<Vec<Step>, PricingRefused> {
    let amount_of = |steps| Quantity { steps, unit: blocks.unit }.amount().normalize();
    let mut steps = Vec::new();
    let mut below = 0;
    for (index, block) in blocks.blocks.iter().enumerate() {
        if usage.steps <= below && index != 0 {
            break;
        }
        let through = (block.through != i64::MAX).then(|| amount_of(block.through));
        let kind = StepKind::Tier { number: index + 1, above: amount_of(below), through };
        steps.push(step(kind, blocks, usage.steps.min(block.through) - below, block.price)?);
        below = block.through;
    }
    Ok(steps)
}

fn step(kind: StepKind, blocks: &Blocks, width: i64, price: i64) -> Result<Step, PricingRefused> {
    let quantity = Quantity { steps: width, unit: blocks.unit };
    let places = blocks.unit.places() + blocks.price_places;
    let amount = Decimal::try_from_i128_with_scale(i128::from(width) * i128::from(price), places)
        .map_err(|_| too_large(quantity))?;
    let price = Decimal::new(price, blocks.price_places).normalize();
    Ok(Step { kind, quantity: quantity.amount().normalize(), price, amount: amount.normalize() })
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, in force from {}", self.ordinance, self.effective_on)?;
        write!(f, "class {}", self.class)?;
        for (name, value) in &self.dimensions {
            write!(f, ", {} {value}", name.replace('_', " "))?;
        }
        writeln!(f, "; usage {} {}", self.usage, self.usage.unit.code())?;
        self.charges.iter().try_for_each(|charge| charge.fmt(f))?;
        writeln!(f, "{:<52}{:>14}", "Total", self.total.to_string())
    }
}

impl fmt::Display for ExplainedCharge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title.title("en"))?;
        let unit = self.unit.map_or("", Unit::code);
        for step in &self.steps {
            let what = match step.kind {
                StepKind::Fixed => "fixed amount".to_owned(),
                StepKind::PerUnit => format!("{} {unit} at {}", step.quantity, dollars(step.price)),
                StepKind::Tier { number, above, through } => {
                    let bounds = match through {
                        Some(through) => format!("above {above} through {through}"),
                        None => format!("above {above}"),
                    };
                    format!("tier {number}, {bounds}: {} {unit} at {}", step.quantity, dollars(step.price))
                }
            };
            writeln!(f, "  {what:<50}{:>14}", dollars(step.amount))?;
        }
        let rule = match self.rounding {
            Rounding::HalfAwayFromZero => "half a cent away from zero",
            Rounding::HalfEven => "half a cent to the even cent",
            Rounding::AwayFromZero => "up to the next cent",
            Rounding::TowardZero => "fractions of a cent dropped",
        };
        writeln!(f, "  {:<50}{:>14}", format!("{} rounded, {rule}", dollars(self.exact)), self.cents.to_string())
    }
}
