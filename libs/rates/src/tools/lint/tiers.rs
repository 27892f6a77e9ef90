//! Tiers that no use reaches, because their bounds leave them no room.

use std::collections::BTreeMap;

use kernel::{Decimal, Unit};

use super::{Desk, Severity, case_for, charge_part};
use crate::exact::Exact;
use crate::inputs::{Days, Inputs};
use crate::plan::Plan;
use crate::ready::FullKind;
use crate::schedule::{TierScope, Version};
use crate::tools::uses::meter_unit;
use crate::work::StepKind;

/// More use than any tier holds.
const MUCH: i64 = 100_000_000;
/// What every quantity is set to in turn; the first time, those with a default have it.
const SAMPLES: [i64; 6] = [1, 2, 5, 20, 100, 1000];
/// Plans looked at in one version.
const PLANS_MAX: usize = 500;

/// Position of the charge, its case, and the tier from 1.
type TierPlace = (usize, Option<usize>, usize);

/// Plain bounds ascend, or the schedule would not be read; those by formula are tried out.
pub(super) fn check(desk: &mut Desk<'_>) {
    let version = desk.version;
    let unit = meter_unit(version).unwrap_or(Unit::Each);
    let mut reached: BTreeMap<TierPlace, bool> = BTreeMap::new();
    for plan in desk.compiled.plans().filter(|plan| has_formula_bounds(plan)).take(PLANS_MAX) {
        for (number, sample) in SAMPLES.into_iter().enumerate() {
            try_out(version, plan, (unit, sample, number == 0), &mut reached);
        }
    }
    for ((position, case, tier), _) in reached.into_iter().filter(|(_, is_reached)| !is_reached) {
        let sentence = format!("no use reaches tier {tier}: its bound leaves it no room");
        desk.note(Severity::Warning, "tier_unreachable", (charge_part(&version.charges[position]), case), sentence);
    }
}

fn has_formula_bounds(plan: &Plan) -> bool {
    plan.charges().iter().any(|charge| match &charge.rate.full.kind {
        FullKind::Tiers { scope: TierScope::Within, tiers } => {
            let bounds = tiers.iter().filter_map(|tier| tier.through.as_ref());
            let constants: Vec<Option<&Exact>> = bounds.map(|bound| bound.constant()).collect();
            constants.iter().any(Option::is_none) || !constants.is_sorted_by(|one, next| one < next)
        }
        FullKind::Tiers { scope: TierScope::WholeUse, .. }
        | FullKind::Fixed(_)
        | FullKind::PerUnit(_)
        | FullKind::PerCent { .. } => false,
    })
}

fn try_out(
    version: &Version,
    plan: &Plan,
    (unit, sample, takes_default): (Unit, i64, bool),
    reached: &mut BTreeMap<TierPlace, bool>,
) {
    let quantities = version.quantities.iter().filter(|quantity| !takes_default || quantity.default.is_none());
    let numbers: Vec<(&str, Decimal)> =
        quantities.map(|quantity| (quantity.name.as_str(), Decimal::from(sample))).collect();
    let usage = Exact::from(MUCH);
    let inputs = Inputs { usage, unit, numbers: &numbers, exemptions: &[], days: Days::whole() };
    let Ok(explanation) = plan.explain(&inputs) else { return };
    for (charge, explained) in plan.charges().iter().zip(&explanation.charges) {
        let FullKind::Tiers { scope: TierScope::Within, tiers } = &charge.rate.full.kind else { continue };
        // A charge measured by anything else may not have been measured high enough.
        let is_much = explained.measured.as_ref().is_some_and(|measured| measured.name == "usage");
        let case = case_for(&version.charges[charge.position], plan.class(), plan.dimensions());
        for tier in 1..=tiers.len() {
            let is_step = |kind: &StepKind| matches!(kind, StepKind::Tier(step) if step.number == tier);
            let is_reached = !is_much || explained.steps.iter().any(|step| is_step(&step.kind));
            *reached.entry((charge.position, case, tier)).or_default() |= is_reached;
        }
    }
}
