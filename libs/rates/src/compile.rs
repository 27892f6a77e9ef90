//! `Version::compile`: checks a version completely, then lays out one plan per kind of customer.

mod blocks;
mod check;
mod choose;
mod resolve;

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Factor, Unit};

use crate::plan::{Head, Needs, Origin, Plan, PlanCharge};
use crate::refusals::{Flaw, PlanRefused, RateError};
use crate::schedule::{Amount, Charge, Dimension, Version};
use choose::{Chooser, Chosen};
use resolve::{Resolver, Stop, Symbol};

/// A checked version: a plan for every class and every combination of values its rates name.
#[derive(Clone, Debug)]
pub struct Compiled {
    classes: BTreeMap<String, ClassPlans>,
}

/// The plans of one class, numbered like an odometer over the values of `needs`.
#[derive(Clone, Debug)]
struct ClassPlans {
    needs: Vec<Dimension>,
    plans: Vec<Result<Plan, PlanRefused>>,
}

/// Cases tried against combinations in one version; a real version needs some thousands.
const WORK_MAX: usize = 5_000_000;
/// Combinations in one version: each becomes a plan.
const PLANS_MAX: usize = 50_000;

impl Version {
    /// Checks this version and makes it ready to price; the first thing wrong is the thing refused.
    pub fn compile(&self) -> Result<Compiled, RateError> {
        check::version(self)?;
        let frame = Frame::new(self).map_err(Flaw::of_version)?;
        let mut budget = (WORK_MAX, PLANS_MAX);
        let mut classes = BTreeMap::new();
        for class in &self.classes {
            let chooser = Chooser::new(self, class);
            if chooser.pays_nothing() {
                return Err(Flaw::ClassWithoutCharge(class.clone()).of_version());
            }
            let combinations =
                chooser.take_from(&mut budget).ok_or_else(|| Flaw::TooManyCombinations(class.clone()).of_version())?;
            let mut plans = Vec::with_capacity(combinations);
            for number in 0..combinations {
                plans.push(plan_for(&frame, &chooser.choose(number)?)?);
            }
            classes.insert(class.clone(), ClassPlans { needs: chooser.into_needs(), plans });
        }
        Ok(Compiled { classes })
    }
}

impl Compiled {
    /// The plan for a class and the values on a customer's record; values it does not need are ignored.
    pub fn plan(&self, class: &str, dimensions: &[(&str, &str)]) -> Result<&Plan, PlanRefused> {
        let of_class = self.classes.get(class).ok_or_else(|| PlanRefused::NoSchedule { class: class.to_owned() })?;
        let mut number = 0;
        for need in &of_class.needs {
            let Some((_, value)) = dimensions.iter().find(|(name, _)| *name == need.name) else {
                let (class, dimension) = (class.to_owned(), need.name.clone());
                return Err(PlanRefused::MissingDimension { class, dimension });
            };
            let Some(digit) = need.values.iter().position(|known| known == value) else {
                let (class, dimension, value) = (class.to_owned(), need.name.clone(), (*value).to_owned());
                return Err(PlanRefused::UnknownValue { class, dimension, value });
            };
            number = number * need.values.len() + digit;
        }
        of_class.plans[number].as_ref().map_err(Clone::clone)
    }

    /// Every plan, by class and then by the values in the order the version lists them.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.classes.values().flat_map(|of_class| &of_class.plans).filter_map(|plan| plan.as_ref().ok())
    }
}

/// What all plans of a version share.
struct Frame<'a> {
    version: &'a Version,
    origin: Arc<Origin>,
    heads: Vec<Arc<Head>>,
    symbols: BTreeMap<&'a str, Symbol>,
}

impl<'a> Frame<'a> {
    fn new(version: &'a Version) -> Result<Frame<'a>, Flaw> {
        let (usage_unit, usage_convert) = usage_unit(version)?;
        let origin = Origin {
            effective_on: version.effective_on,
            ordinance: version.ordinance.clone(),
            basis: version.basis,
            normal_days: version.normal_days,
            quantities: version.quantities.clone(),
            usage_unit,
            usage_convert,
        };
        let heads = version.charges.iter().map(|charge| Arc::new(head(charge))).collect();
        Ok(Frame { version, origin: Arc::new(origin), heads, symbols: resolve::symbols(version) })
    }
}

fn head(charge: &Charge) -> Head {
    Head {
        name: charge.name.clone(),
        title: charge.title.clone(),
        revenue: charge.revenue.clone(),
        tax: charge.tax.clone(),
        is_borne_by_city: charge.is_borne_by_city,
        exempt_by: charge.exempt_by.clone(),
        rounding: charge.rounding,
        prorate: charge.prorate.clone(),
        prorate_tiers: charge.prorate_tiers.clone(),
    }
}

/// The unit of `usage` in formulas: as declared, or the one in which charges measure it.
fn usage_unit(version: &Version) -> Result<(Option<Unit>, Option<&'static Factor>), Flaw> {
    let measures = || version.charges.iter().filter_map(|c| c.measure.as_ref()).filter(|m| m.name == "usage");
    let declared = version.quantities.iter().find(|quantity| quantity.name == "usage");
    let declared = declared.and_then(|quantity| Unit::parse(&quantity.unit).ok());
    let first = measures().next().map(|measure| measure.unit);
    let is_mixed = measures().any(|measure| Some(measure.unit) != first);
    let unit = declared.or(first);
    let is_used = version.amounts().any(|amount| match amount {
        Amount::Formula(formula) => formula.names().contains("usage"),
        Amount::Number(_) => false,
    });
    if is_used && declared.is_none() && (is_mixed || first.is_none()) {
        return Err(Flaw::UsageUnitUnclear);
    }
    let converting = measures().find(|measure| Some(measure.unit) == unit && measure.convert.is_some());
    Ok((unit, converting.and_then(|measure| Factor::named(measure.convert.as_deref()?))))
}

/// The plan of one kind of customer, or why none is offered.
fn plan_for(frame: &Frame<'_>, chosen: &Chosen<'_>) -> Result<Result<Plan, PlanRefused>, RateError> {
    let mut resolver = Resolver::new(frame.version, &frame.symbols, chosen);
    let mut charges = Vec::with_capacity(chosen.charges.len());
    for (at, (position, _)) in chosen.charges.iter().enumerate() {
        match resolver.charge(at) {
            Ok(full) => {
                let head = Arc::clone(&frame.heads[*position]);
                let fast = blocks::fast(&full, head.rounding, at);
                let rate = Arc::new(crate::plan::ReadyRate { fast, full });
                charges.push(PlanCharge { position: *position, head, rate });
            }
            Err(Stop::NotOffered { charge, reason }) => {
                return Ok(Err(PlanRefused::NotOffered { charge, customer: chosen.customer(), reason }));
            }
            Err(Stop::Flaw(error)) => return Err(error),
        }
    }
    let is_fast = charges.iter().all(|charge| charge.rate.fast.is_some());
    let needs = needs(frame, &charges, resolver.used());
    let (class, dimensions) = (chosen.class.to_owned(), chosen.dimensions.clone());
    let (origin, values) = (Arc::clone(&frame.origin), resolver.into_values());
    Ok(Ok(Plan { origin, class, dimensions, charges, values, is_fast, needs }))
}

/// What the plan asks of a bill; `used` are the usage and the quantities that its formulas reach.
fn needs(frame: &Frame<'_>, charges: &[PlanCharge], (usage, quantities): (bool, Vec<usize>)) -> Needs {
    let mut exemptions: Vec<String> = charges.iter().filter_map(|charge| charge.head.exempt_by.clone()).collect();
    exemptions.sort_unstable();
    exemptions.dedup();
    let kinds = |charge: &PlanCharge| [charge.head.prorate.clone(), charge.head.prorate_tiers.clone()].concat();
    let mut prorated: Vec<_> = charges.iter().flat_map(kinds).collect();
    prorated.sort_unstable();
    prorated.dedup();
    let name = |position: usize| frame.origin.quantities[position].name.clone();
    Needs { usage, quantities: quantities.into_iter().map(name).collect(), exemptions, prorated }
}
