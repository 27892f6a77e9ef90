//! `Worksheet`: one bill worked out in fractions, with the steps a clerk would write down.

use kernel::{Cents, Factor, Rounding, Unit};

use crate::exact::Exact;
use crate::inputs::{Days, Inputs};
use crate::node::{Node, Undefined, call, compare, operate};
use crate::plan::{Plan, PlanCharge, too_large};
use crate::ready::{FullKind, FullMeasure, FullRate, FullTier};
use crate::refusals::PricingRefused;
use crate::schedule::{Partial, PeriodKind, TierScope};

/// The sheet of one bill: every value and charge is worked out once, when it is first needed.
pub(crate) struct Worksheet<'a> {
    plan: &'a Plan,
    inputs: &'a Inputs<'a>,
    values: Vec<Option<Exact>>,
    charges: Vec<Option<Worked>>,
}

/// One charge worked out.
#[derive(Clone, Debug)]
pub(crate) struct Worked {
    pub(crate) exact: Exact,
    pub(crate) cents: Cents,
    pub(crate) steps: Vec<Step>,
    pub(crate) measured: Option<Measured>,
    /// The code of the exemption that makes it nothing.
    pub(crate) exempt: Option<String>,
    /// The factors for amounts and for tier widths; nothing when they are whole.
    pub(crate) prorated: Option<Exact>,
    pub(crate) prorated_tiers: Option<Exact>,
}

/// How the priced quantity follows from what was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What is measured: `usage`, or the name of a quantity or value.
    pub name: String,
    /// As it was measured, in the unit it was measured in.
    pub found: Exact,
    /// The share of it that falls on these days.
    pub share: Option<Exact>,
    /// The named factor, with what it gives.
    pub converted: Option<(String, Exact)>,
    /// The share that returns to the sewer, with what remains.
    pub returned: Option<(Exact, Exact)>,
    /// What is included, with what remains.
    pub included: Option<(Exact, Exact)>,
    /// The size of a step, with the whole steps times the size.
    pub stepped: Option<(Exact, Exact)>,
    /// What is priced.
    pub priced: Exact,
    /// The unit of what is priced.
    pub unit: Unit,
}

/// One product: quantity × price ÷ per = amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// How many units; for a fixed amount the share of the period, 1 for a whole one.
    pub quantity: Exact,
    /// Dollars for each `per` units; for a percentage how many per cent.
    pub price: Exact,
    /// The units a price is for, mostly 1; 100 for a percentage.
    pub per: Exact,
    /// The product.
    pub amount: Exact,
}

/// What a step prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A fixed amount.
    Fixed,
    /// Every unit at one price.
    PerUnit,
    /// The units of one tier.
    Tier(TierStep),
    /// All units, at the price of the tier that was reached.
    WholeUse(TierStep),
    /// The amount for reaching a tier.
    Flat {
        /// The number of the tier, from 1.
        number: usize,
    },
    /// A percentage of a sum.
    PerCent,
    /// What is missing to the least amount.
    Minimum,
    /// What is beyond the greatest amount, as a credit.
    Maximum,
}

/// Which tier, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierStep {
    /// The number of the tier, from 1.
    pub number: usize,
    /// The tier begins above this many units.
    pub above: Exact,
    /// The tier ends with this unit; nothing on the last.
    pub through: Option<Exact>,
}

impl StepKind {
    /// The number of the tier it prices.
    pub(crate) fn tier(&self) -> Option<usize> {
        match self {
            StepKind::Tier(tier) | StepKind::WholeUse(tier) => Some(tier.number),
            StepKind::Flat { number } => Some(*number),
            StepKind::Fixed | StepKind::PerUnit | StepKind::PerCent | StepKind::Minimum | StepKind::Maximum => None,
        }
    }
}

impl<'a> Worksheet<'a> {
    pub(crate) fn new(plan: &'a Plan, inputs: &'a Inputs<'a>) -> Result<Worksheet<'a>, PricingRefused> {
        if inputs.usage.is_negative() {
            return Err(PricingRefused::NegativeUsage { usage: inputs.usage.to_string() });
        }
        let (values, charges) = (vec![None; plan.values.len()], vec![None; plan.charges.len()]);
        Ok(Worksheet { plan, inputs, values, charges })
    }

    /// Every charge, in the order of the plan.
    pub(crate) fn lines(mut self) -> Result<Vec<Worked>, PricingRefused> {
        (0..self.plan.charges.len()).map(|position| self.charge(position)).collect()
    }

    /// Every charge, and what each of its names came to.
    pub(crate) fn lines_with_uses(mut self) -> Result<Vec<(Worked, Vec<Exact>)>, PricingRefused> {
        let plan = self.plan;
        let mut lines = Vec::with_capacity(plan.charges.len());
        for (position, charge) in plan.charges.iter().enumerate() {
            let worked = self.charge(position)?;
            let amount = |used: &crate::ready::Use| self.number(&used.node, charge.name());
            let uses = charge.rate.full.uses.iter().map(amount).collect::<Result<Vec<_>, _>>()?;
            lines.push((worked, uses));
        }
        Ok(lines)
    }

    fn charge(&mut self, position: usize) -> Result<Worked, PricingRefused> {
        if let Some(worked) = &self.charges[position] {
            return Ok(worked.clone());
        }
        let plan = self.plan;
        let charge = &plan.charges[position];
        let mut worked = self.work_out(charge)?;
        worked.exact = worked.steps.iter().fold(Exact::zero(), |sum, step| sum.plus(&step.amount));
        if !worked.exact.is_sane() {
            return Err(too_large(&self.inputs.usage));
        }
        worked.cents = worked.exact.cents(charge.rounding()).ok_or_else(|| too_large(&self.inputs.usage))?;
        self.charges[position] = Some(worked.clone());
        Ok(worked)
    }

    fn work_out(&mut self, charge: &PlanCharge) -> Result<Worked, PricingRefused> {
        let (rate, head) = (&charge.rate.full, &charge.head);
        let whole = Exact::one();
        let amounts = self.amounts(charge);
        let widths = self.inputs.days.factor(&head.prorate_tiers);
        let mut worked = Worked {
            exact: Exact::zero(),
            cents: Cents::ZERO,
            steps: Vec::new(),
            measured: None,
            exempt: None,
            prorated: (amounts != whole).then(|| amounts.clone()),
            prorated_tiers: (widths != whole).then(|| widths.clone()),
        };
        if let Some(code) = &head.exempt_by
            && self.inputs.exemptions.contains(&code.as_str())
        {
            worked.exempt = Some(code.clone());
            return Ok(worked);
        }
        let name = head.name.as_str();
        let measured = match &rate.measure {
            Some(measure) => Some(self.measured(rate, measure, (&amounts, &widths), name)?),
            None => None,
        };
        worked.steps = match &rate.kind {
            FullKind::Fixed(node) => {
                vec![step(StepKind::Fixed, amounts.clone(), self.number(node, name)?, Exact::one())]
            }
            FullKind::PerUnit(node) => {
                let quantity = priced(measured.as_ref());
                vec![step(StepKind::PerUnit, quantity, self.number(node, name)?, per(rate))]
            }
            FullKind::Tiers { scope, tiers } => {
                let bounds = self.bounds(tiers, &widths, name)?;
                let quantity = priced(measured.as_ref());
                match scope {
                    TierScope::Within => self.within(rate, tiers, (&bounds, &quantity, &amounts), name)?,
                    TierScope::WholeUse => self.whole_use(rate, tiers, (&bounds, &quantity, &amounts), name)?,
                }
            }
            FullKind::PerCent { per_cent, of } => {
                let mut sum = Exact::zero();
                for position in of {
                    let cents = self.charge(*position)?.cents;
                    sum = sum.plus(&Exact::scaled(i128::from(cents.0), 2));
                }
                vec![step(StepKind::PerCent, sum, self.number(per_cent, name)?, Exact::from(100))]
            }
        };
        worked.measured = measured;
        self.limit(rate, &amounts, &mut worked.steps, name)?;
        Ok(worked)
    }

    /// The factor for amounts by the days billed.
    ///
    /// Where rates change within the period, what is measured and what is a percentage is billed in every part, and
    /// so in proportion; a fixed amount that does not prorate this is billed with the last part alone.
    fn amounts(&self, charge: &PlanCharge) -> Exact {
        let (days, prorate) = (&self.inputs.days, &charge.head.prorate);
        let factor = days.factor(prorate);
        match days.segment {
            Some(_) if prorate.contains(&PeriodKind::MidPeriod) => factor,
            Some(segment) if !matches!(charge.rate.full.kind, FullKind::Fixed(_)) => {
                factor.times(&segment.share.exact())
            }
            Some(segment) if !segment.is_last => Exact::zero(),
            Some(_) | None => factor,
        }
    }

    fn measured(
        &mut self,
        rate: &FullRate,
        measure: &FullMeasure,
        (amounts, widths): (&Exact, &Exact),
        name: &str,
    ) -> Result<Measured, PricingRefused> {
        let is_usage = measure.source == Node::Usage;
        let found = if is_usage { self.inputs.usage.clone() } else { self.of_period(&measure.source, name)? };
        if found.is_negative() {
            return Err(PricingRefused::NegativeMeasure { charge: name.to_owned(), amount: found.to_string() });
        }
        let mut priced = found.clone();
        let share = match self.inputs.days.segment {
            // What was used was used on these days.
            _ if is_usage => None,
            Some(segment) if self.depends_on_usage(&measure.source) => Some(segment.share.exact()),
            None if self.depends_on_usage(&measure.source) => None,
            Some(_) | None => (*amounts != Exact::one()).then(|| amounts.clone()),
        };
        if let Some(share) = &share {
            priced = priced.times(share);
        }
        let converted = match measure.convert {
            Some(factor) if is_usage && self.inputs.unit == factor.from => {
                priced = priced.times(&ratio(factor));
                Some((factor.name.to_owned(), priced.clone()))
            }
            _ if is_usage && self.inputs.unit != measure.unit => {
                let expected = measure.convert.map_or(measure.unit, |factor| factor.from);
                return Err(PricingRefused::WrongUnit { expected, found: self.inputs.unit });
            }
            _ => None,
        };
        let returned = measure.return_factor.as_ref().map(|factor| {
            priced = priced.times(factor);
            (factor.clone(), priced.clone())
        });
        let included = match &rate.included {
            Some(node) => {
                let included = self.number(node, name)?.times(widths).max(Exact::zero());
                priced = priced.minus(&included).max(Exact::zero());
                Some((included, priced.clone()))
            }
            None => None,
        };
        let stepped = rate.step.as_ref().map(|(size, partial)| {
            let rounding = match partial {
                Partial::Whole => Rounding::AwayFromZero,
                Partial::Dropped => Rounding::TowardZero,
                Partial::Nearest => Rounding::HalfAwayFromZero,
            };
            priced = priced.round_to(size, rounding);
            (size.clone(), priced.clone())
        });
        let (name, unit) = (measure.name.clone(), measure.unit);
        Ok(Measured { name, found, share, converted, returned, included, stepped, priced, unit })
    }

    /// What a charge is measured by, for all the days billed; a segment is given its share of the use.
    fn of_period(&mut self, source: &Node, name: &str) -> Result<Exact, PricingRefused> {
        let Some(segment) = self.inputs.days.segment.filter(|_| self.depends_on_usage(source)) else {
            return self.number(source, name);
        };
        let usage = self.inputs.usage.checked_div(&segment.share.exact());
        let usage = usage.unwrap_or_else(|| self.inputs.usage.clone());
        let days = Days { segment: None, ..self.inputs.days.clone() };
        let inputs = Inputs { usage, days, ..self.inputs.clone() };
        Worksheet::new(self.plan, &inputs)?.number(source, name)
    }

    fn depends_on_usage(&self, node: &Node) -> bool {
        match node {
            Node::Const(_) | Node::Quantity(_) => false,
            Node::Usage | Node::Charge(_) => true,
            Node::Value(position) => self.depends_on_usage(&self.plan.values[*position].node),
            Node::Minus(part) => self.depends_on_usage(part),
            Node::Binary(_, left, right) => [left, right].iter().any(|part| self.depends_on_usage(part)),
            Node::Call(_, parts) => parts.iter().any(|part| self.depends_on_usage(part)),
            Node::If(choice) => {
                let parts = [&choice.left, &choice.right, &choice.then, &choice.otherwise];
                parts.iter().any(|part| self.depends_on_usage(part))
            }
        }
    }

    /// Upper bounds that never descend, so that a tier without room holds nothing.
    fn bounds(&mut self, tiers: &[FullTier], widths: &Exact, name: &str) -> Result<Vec<Option<Exact>>, PricingRefused> {
        let mut highest = Exact::zero();
        let mut bounds = Vec::with_capacity(tiers.len());
        for tier in tiers {
            bounds.push(match &tier.through {
                Some(node) => {
                    highest = self.number(node, name)?.times(widths).max(highest);
                    Some(highest.clone())
                }
                None => None,
            });
        }
        Ok(bounds)
    }

    /// Every tier that was reached; tier 1 also when nothing was used.
    fn within(
        &mut self,
        rate: &FullRate,
        tiers: &[FullTier],
        (bounds, quantity, amounts): (&[Option<Exact>], &Exact, &Exact),
        name: &str,
    ) -> Result<Vec<Step>, PricingRefused> {
        let mut steps = Vec::new();
        let mut below = Exact::zero();
        for (index, (tier, through)) in tiers.iter().zip(bounds).enumerate() {
            if *quantity <= below && index != 0 {
                break;
            }
            let upper = through.as_ref().map_or(quantity, |through| through.min(quantity));
            let width = upper.minus(&below).max(Exact::zero());
            let number = index + 1;
            let kind = StepKind::Tier(TierStep { number, above: below.clone(), through: through.clone() });
            if !width.is_zero() || quantity.is_zero() {
                steps.push(step(kind, width, self.number(&tier.price, name)?, per(rate)));
            }
            steps.extend(self.flat(tier, number, amounts, name)?);
            below = through.clone().unwrap_or(below);
        }
        Ok(steps)
    }

    fn whole_use(
        &mut self,
        rate: &FullRate,
        tiers: &[FullTier],
        (bounds, quantity, amounts): (&[Option<Exact>], &Exact, &Exact),
        name: &str,
    ) -> Result<Vec<Step>, PricingRefused> {
        let reached = bounds.iter().position(|through| through.as_ref().is_none_or(|through| quantity <= through));
        let index = reached.unwrap_or(tiers.len() - 1);
        let above = index.checked_sub(1).and_then(|before| bounds[before].clone()).unwrap_or_else(Exact::zero);
        let kind = StepKind::WholeUse(TierStep { number: index + 1, above, through: bounds[index].clone() });
        let mut steps = vec![step(kind, quantity.clone(), self.number(&tiers[index].price, name)?, per(rate))];
        steps.extend(self.flat(&tiers[index], index + 1, amounts, name)?);
        Ok(steps)
    }

    /// The amount for reaching a tier.
    fn flat(
        &mut self,
        tier: &FullTier,
        number: usize,
        amounts: &Exact,
        name: &str,
    ) -> Result<Option<Step>, PricingRefused> {
        let Some(flat) = &tier.flat else { return Ok(None) };
        let flat = self.number(flat, name)?;
        Ok(Some(step(StepKind::Flat { number }, amounts.clone(), flat, Exact::one())))
    }

    /// Brings the sum of the steps to the least or greatest amount.
    fn limit(
        &mut self,
        rate: &FullRate,
        amounts: &Exact,
        steps: &mut Vec<Step>,
        name: &str,
    ) -> Result<(), PricingRefused> {
        for (limit, kind) in [(&rate.at_least, StepKind::Minimum), (&rate.at_most, StepKind::Maximum)] {
            let Some(node) = limit else { continue };
            let limit = self.number(node, name)?.times(amounts);
            let sum = steps.iter().fold(Exact::zero(), |sum, step| sum.plus(&step.amount));
            let is_beyond = if kind == StepKind::Minimum { sum < limit } else { limit < sum };
            if is_beyond {
                steps.push(step(kind, Exact::one(), limit.minus(&sum), Exact::one()));
            }
        }
        Ok(())
    }

    fn value(&mut self, position: usize) -> Result<Exact, PricingRefused> {
        if let Some(number) = &self.values[position] {
            return Ok(number.clone());
        }
        let value = &self.plan.values[position];
        let mut number = self.number(&value.node, &value.name)?;
        if let Some((step, rounding)) = &value.round_to {
            number = number.round_to(step, *rounding);
        }
        self.values[position] = Some(number.clone());
        Ok(number)
    }

    /// The number of a node; `name` is the charge or value whose formula it is.
    fn number(&mut self, node: &Node, name: &str) -> Result<Exact, PricingRefused> {
        let refused = |undefined, usage: &Exact| match undefined {
            Undefined::DividedByZero => PricingRefused::DividedByZero { name: name.to_owned() },
            Undefined::TooLarge => too_large(usage),
        };
        match node {
            Node::Const(number) => Ok(number.clone()),
            Node::Usage => self.usage(),
            Node::Quantity(position) => self.quantity(*position),
            Node::Value(position) => self.value(*position),
            Node::Charge(position) => Ok(self.charge(*position)?.exact),
            Node::Minus(part) => Ok(self.number(part, name)?.negated()),
            Node::Binary(operator, left, right) => {
                let (left, right) = (self.number(left, name)?, self.number(right, name)?);
                operate(*operator, &left, &right).map_err(|undefined| refused(undefined, &self.inputs.usage))
            }
            Node::Call(function, parts) => {
                let parts = parts.iter().map(|part| self.number(part, name)).collect::<Result<Vec<_>, _>>()?;
                Ok(call(*function, &parts))
            }
            Node::If(choice) => {
                let (left, right) = (self.number(&choice.left, name)?, self.number(&choice.right, name)?);
                let is_true = compare(choice.comparison, &left, &right);
                self.number(if is_true { &choice.then } else { &choice.otherwise }, name)
            }
        }
    }

    fn usage(&self) -> Result<Exact, PricingRefused> {
        let found = self.inputs.unit;
        match (self.plan.origin.usage_unit, self.plan.origin.usage_convert) {
            (_, Some(factor)) if factor.from == found => Ok(self.inputs.usage.times(&ratio(factor))),
            (Some(expected), _) if expected != found => Err(PricingRefused::WrongUnit { expected, found }),
            _ => Ok(self.inputs.usage.clone()),
        }
    }

    fn quantity(&self, position: usize) -> Result<Exact, PricingRefused> {
        let quantity = &self.plan.origin.quantities[position];
        let given = self.inputs.numbers.iter().find(|(name, _)| *name == quantity.name).map(|(_, number)| *number);
        let number = given.or(quantity.default);
        number.map(Exact::from).ok_or_else(|| PricingRefused::MissingQuantity { name: quantity.name.clone() })
    }
}

fn step(kind: StepKind, quantity: Exact, price: Exact, per: Exact) -> Step {
    let amount = quantity.times(&price);
    let amount = amount.checked_div(&per).unwrap_or(amount);
    Step { kind, quantity, price, per, amount }
}

fn ratio(factor: &Factor) -> Exact {
    Exact::ratio(factor.numerator, factor.denominator).unwrap_or_else(Exact::one)
}

fn per(rate: &FullRate) -> Exact {
    rate.per.clone().unwrap_or_else(Exact::one)
}

fn priced(measured: Option<&Measured>) -> Exact {
    measured.map_or_else(Exact::zero, |measured| measured.priced.clone())
}
