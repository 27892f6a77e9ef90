//! `Version::compile`: checks a version completely, then lays out one plan per kind of customer.

mod check;
mod ready;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::plan::{Head, Origin, Plan, PlanCharge, ReadyRate};
use crate::refusals::{Flaw, Place, PlanRefused, RateError};
use crate::schedule::{Charge, Dimension, Version};

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

/// A charge made ready: its cases have the positions they have in the text.
struct ReadyCharge<'a> {
    place: Place,
    charge: &'a Charge,
    head: Arc<Head>,
    rates: Vec<Arc<ReadyRate>>,
}

/// The cases of one charge that can apply to one class.
struct Candidates<'a> {
    position: usize,
    ready: &'a ReadyCharge<'a>,
    cases: Vec<Candidate>,
}

/// A case, and per dimension needed which of its values the case allows.
struct Candidate {
    case: usize,
    allowed: Vec<Vec<bool>>,
}

/// Cases tried against combinations in one version; a real version needs some thousands.
const WORK_MAX: usize = 5_000_000;
/// Combinations in one version: each becomes a plan.
const PLANS_MAX: usize = 50_000;

impl Version {
    /// Checks this version and makes it ready to price; the first thing wrong is the thing refused.
    pub fn compile(&self) -> Result<Compiled, RateError> {
        check::version(self)?;
        let mut charges = Vec::with_capacity(self.charges.len());
        for (position, charge) in self.charges.iter().enumerate() {
            charges.push(ReadyCharge::new(position, charge)?);
        }
        let origin = Arc::new(Origin { effective_on: self.effective_on, ordinance: self.ordinance.clone() });
        let mut budget = (WORK_MAX, PLANS_MAX);
        let mut classes = BTreeMap::new();
        for class in &self.classes {
            let needs = needs_of(self, class);
            let candidates: Vec<_> =
                charges.iter().enumerate().filter_map(|(at, ready)| candidates_of(at, ready, class, &needs)).collect();
            if candidates.is_empty() {
                return Err(Flaw::ClassWithoutCharge(class.clone()).of_version());
            }
            let combinations = take_from(&mut budget, &needs, &candidates)
                .ok_or_else(|| Flaw::TooManyCombinations(class.clone()).of_version())?;
            let mut plans = Vec::with_capacity(combinations);
            for number in 0..combinations {
                plans.push(plan_for(&origin, class, &needs, &candidates, &digits(&needs, number))?);
            }
            classes.insert(class.clone(), ClassPlans { needs, plans });
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

impl<'a> ReadyCharge<'a> {
    fn new(position: usize, charge: &'a Charge) -> Result<ReadyCharge<'a>, RateError> {
        let place = Place { charge: Some((position, charge.name.clone())), case: None };
        let head = Arc::new(Head {
            name: charge.name.clone(),
            title: charge.title.clone(),
            revenue: charge.revenue.clone(),
            rounding: charge.rounding,
        });
        let mut rates = Vec::with_capacity(charge.cases.len());
        for (number, case) in charge.cases.iter().enumerate() {
            let rate = ready::rate(charge, &case.rate)
                .map_err(|flaw| RateError { place: Place { case: Some(number), ..place.clone() }, flaw })?;
            rates.push(Arc::new(rate));
        }
        Ok(ReadyCharge { place, charge, head, rates })
    }
}

/// The dimensions some case for this class depends on.
fn needs_of(version: &Version, class: &str) -> Vec<Dimension> {
    let cases = version.charges.iter().flat_map(|charge| &charge.cases).filter(|case| case.is_for(class));
    let named: BTreeSet<&str> = cases.flat_map(|case| &case.when).map(|c| c.dimension.as_str()).collect();
    version.dimensions.iter().filter(|dimension| named.contains(dimension.name.as_str())).cloned().collect()
}

/// Nothing when the charge is not levied on the class at all.
fn candidates_of<'a>(
    position: usize,
    ready: &'a ReadyCharge<'a>,
    class: &str,
    needs: &[Dimension],
) -> Option<Candidates<'a>> {
    let mut cases = Vec::new();
    for (number, case) in ready.charge.cases.iter().enumerate().filter(|(_, case)| case.is_for(class)) {
        let allowed = needs.iter().map(|need| need.values.iter().map(|value| case.allows(&need.name, value)).collect());
        cases.push(Candidate { case: number, allowed: allowed.collect() });
    }
    (!cases.is_empty()).then_some(Candidates { position, ready, cases })
}

/// How many combinations the class has, taken from what may still be tried.
fn take_from(budget: &mut (usize, usize), needs: &[Dimension], candidates: &[Candidates<'_>]) -> Option<usize> {
    let mut combinations = 1_usize;
    for need in needs {
        combinations = combinations.checked_mul(need.values.len())?;
    }
    let cases: usize = candidates.iter().map(|candidates| candidates.cases.len()).sum();
    budget.0 = budget.0.checked_sub(combinations.checked_mul(cases)?)?;
    budget.1 = budget.1.checked_sub(combinations)?;
    Some(combinations)
}

/// The odometer at a number: a position in each dimension's values.
fn digits(needs: &[Dimension], number: usize) -> Vec<usize> {
    let mut rest = number;
    let mut digits = vec![0; needs.len()];
    for (digit, need) in digits.iter_mut().zip(needs).rev() {
        *digit = rest % need.values.len();
        rest /= need.values.len();
    }
    digits
}

/// Exactly one case of every charge levied on the class must apply, be it one that offers nothing.
fn plan_for(
    origin: &Arc<Origin>,
    class: &str,
    needs: &[Dimension],
    candidates: &[Candidates<'_>],
    digits: &[usize],
) -> Result<Result<Plan, PlanRefused>, RateError> {
    let dimensions: Vec<(String, String)> =
        needs.iter().zip(digits).map(|(need, digit)| (need.name.clone(), need.values[*digit].clone())).collect();
    let customer = || {
        let values = dimensions.iter().map(|(name, value)| format!(", {name} {value}"));
        format!("class {class}{}", values.collect::<String>())
    };
    let mut charges = Vec::with_capacity(candidates.len());
    let mut not_offered = None;
    for Candidates { position, ready, cases } in candidates {
        let applies = |candidate: &&Candidate| candidate.allowed.iter().zip(digits).all(|(allowed, at)| allowed[*at]);
        let mut applying = cases.iter().filter(applies).map(|candidate| candidate.case);
        let refuse = |case, flaw| RateError { place: Place { case, ..ready.place.clone() }, flaw };
        let Some(case) = applying.next() else {
            return Err(refuse(None, Flaw::Gap(customer())));
        };
        if let Some(other) = applying.next() {
            let flaw = Flaw::Overlap { first: case + 1, second: other + 1, customer: customer() };
            return Err(refuse(Some(other), flaw));
        }
        let (head, rate) = (Arc::clone(&ready.head), Arc::clone(&ready.rates[case]));
        if let ReadyRate::NotOffered(reason) = &*rate {
            let (charge, reason) = (head.name.clone(), reason.clone());
            not_offered.get_or_insert(PlanRefused::NotOffered { charge, customer: customer(), reason });
        }
        charges.push(PlanCharge { position: *position, head, rate });
    }
    Ok(match not_offered {
        Some(refused) => Err(refused),
        None => Ok(Plan { origin: Arc::clone(origin), class: class.to_owned(), dimensions, charges }),
    })
}
