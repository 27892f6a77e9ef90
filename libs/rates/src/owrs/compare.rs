//! `compare_tier_starts`: what the choice between the two meanings of a tier start changes.

use kernel::Decimal;

use super::{OwrsFile, OwrsOptions, TierStarts, class, read_classes};
use crate::exact::Exact;
use crate::finding::TextRefused;
use crate::inputs::Inputs;
use crate::plan::Plan;
use crate::schedule::{Amount, Case, Rate, Tiers};

/// One table of tiers under both meanings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierStartsChange {
    /// The class.
    pub class: String,
    /// The name of the charge in the schedule.
    pub charge: String,
    /// An example of whom the table is for: dimensions with their values.
    pub customer: Vec<(String, String)>,
    /// The tiers from the lowest.
    pub tiers: Vec<TierWidth>,
    /// What the charge costs at typical uses; none where that depends on more than the use.
    pub prices: Vec<PriceChange>,
}

/// The units that a tier holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierWidth {
    /// Its number, from 1.
    pub tier: usize,
    /// The units by first units; nothing for the last tier, or where a formula says it.
    pub by_first_unit: Option<Decimal>,
    /// The units by boundaries; nothing for the last tier, or where a formula says it.
    pub by_boundary: Option<Decimal>,
}

/// What a charge costs at one use, in dollars before rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// The use, in the unit of the file.
    pub usage: u32,
    /// By first units.
    pub by_first_unit: Exact,
    /// By boundaries.
    pub by_boundary: Exact,
}

/// Uses at which prices are compared, in the unit of the file.
const USES: [u32; 6] = [5, 10, 15, 25, 50, 100];

/// Every table of tiers that the choice changes, by class; what `options.tier_starts` says makes no difference.
pub fn compare_tier_starts(bytes: &[u8], options: &OwrsOptions) -> Result<Vec<TierStartsChange>, TextRefused> {
    let by = |tier_starts| read_classes(bytes, &OwrsOptions { tier_starts, ..options.clone() });
    let (by_first, by_boundary) = (by(TierStarts::FirstUnit)?, by(TierStarts::Boundary)?);
    let mut changes = Vec::new();
    for (name, class) in &by_first.classes {
        let Ok(class) = class else { continue };
        let version = &class.schedule.versions[0];
        for charge in &version.charges {
            for case in &charge.cases {
                let Rate::Tiers(tiers) = &case.rate else { continue };
                let example = class.compiled.plans().find(|plan| holds(case, plan));
                let Some((plan, (other_case, other_plan))) =
                    example.and_then(|plan| Some((plan, counterpart(&by_boundary, name, &charge.name, plan)?)))
                else {
                    continue;
                };
                let Rate::Tiers(others) = &other_case.rate else { continue };
                let tiers = widths(tiers, others);
                let prices = prices(&charge.name, class.unit, [plan, other_plan]);
                let is_same = tiers.iter().all(|tier| tier.by_first_unit == tier.by_boundary)
                    && prices.iter().all(|price| price.by_first_unit == price.by_boundary);
                if !is_same {
                    let customer = plan.dimensions().to_vec();
                    let (class, charge) = (name.clone(), charge.name.clone());
                    changes.push(TierStartsChange { class, charge, customer, tiers, prices });
                }
            }
        }
    }
    Ok(changes)
}

/// The case and the plan of the same customer under the other meaning.
fn counterpart<'a>(file: &'a OwrsFile, class: &str, charge: &str, plan: &Plan) -> Option<(&'a Case, &'a Plan)> {
    let other = file.classes.iter().find(|(name, _)| name == class)?.1.as_ref().ok()?;
    let values = plan.dimensions().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let other_plan = other.compiled.plan(class, &values.collect::<Vec<_>>()).ok()?;
    let charge = other.schedule.versions[0].charges.iter().find(|known| known.name == charge)?;
    Some((charge.cases.iter().find(|case| holds(case, other_plan))?, other_plan))
}

/// Whether the case is for the customers of that plan.
fn holds(case: &Case, plan: &Plan) -> bool {
    case.when.iter().all(|condition| {
        let value = plan.dimensions().iter().find(|(name, _)| *name == condition.dimension).map(|(_, value)| value);
        value.is_some_and(|value| condition.values.contains(value))
    })
}

fn widths(by_first: &Tiers, by_boundary: &Tiers) -> Vec<TierWidth> {
    let (first, boundary) = (units(by_first), units(by_boundary));
    let width = |at: usize| TierWidth {
        tier: at + 1,
        by_first_unit: first.get(at).copied().flatten(),
        by_boundary: boundary.get(at).copied().flatten(),
    };
    (0..first.len().max(boundary.len())).map(width).collect()
}

/// How many units each tier holds, where plain numbers say it.
fn units(tiers: &Tiers) -> Vec<Option<Decimal>> {
    let mut below = Some(Decimal::ZERO);
    let width = |at: usize| {
        let through = match class::through(tiers, at) {
            Some(Amount::Number(through)) => Some(through),
            Some(Amount::Formula(_)) | None => None,
        };
        let width = through.zip(below).map(|(through, below)| (through - below).normalize());
        below = through;
        width
    };
    (0..tiers.tiers.len()).map(width).collect()
}

fn prices(charge: &str, unit: kernel::Unit, plans: [&Plan; 2]) -> Vec<PriceChange> {
    let price = |plan: &Plan, usage: u32| {
        let explanation = plan.explain(&Inputs::exact(Decimal::from(usage), unit)).ok()?;
        explanation.charges.into_iter().find(|line| line.name == charge).map(|line| line.exact)
    };
    let both = |usage: u32| {
        let (by_first_unit, by_boundary) = (price(plans[0], usage)?, price(plans[1], usage)?);
        Some(PriceChange { usage, by_first_unit, by_boundary })
    };
    USES.into_iter().map(both).collect::<Option<Vec<_>>>().unwrap_or_default()
}
