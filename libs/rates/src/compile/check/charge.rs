//! The checks of one charge and its cases.

use std::collections::BTreeSet;

use kernel::{Decimal, Factor};

use super::{above_zero, ensure, name, names, not_empty, unique};
use crate::compile::blocks;
use crate::refusals::Flaw;
use crate::schedule::{Amount, Case, Charge, Measure, PeriodKind, Rate, TierBounds, Tiers, Version};

pub(super) fn charge(version: &Version, charge: &Charge) -> Result<(), Flaw> {
    name(&charge.name)?;
    charge.revenue.split('.').try_for_each(|part| name(part).map_err(|_| Flaw::BadName(charge.revenue.clone())))?;
    if let Some(exemption) = &charge.exempt_by {
        name(exemption)?;
    }
    if let Some(tax) = &charge.tax {
        name(&tax.authority)?;
    }
    if let Some(measured) = &charge.measure {
        measure(version, measured)?;
    }
    for kinds in [&charge.prorate, &charge.prorate_tiers] {
        let mut seen = BTreeSet::new();
        if let Some(twice) = kinds.iter().find(|kind| !seen.insert(**kind)) {
            return Err(Flaw::Twice { kind: "kind of period", name: format!("{twice:?}") });
        }
        let is_by_length = kinds.iter().any(|kind| matches!(kind, PeriodKind::Long | PeriodKind::Short));
        if is_by_length && version.normal_days.is_none() {
            return Err(Flaw::NoNormalDays);
        }
    }
    not_empty("the list of cases", &charge.cases)
}

fn measure(version: &Version, measure: &Measure) -> Result<(), Flaw> {
    let is_named = version.quantities.iter().any(|quantity| quantity.name == measure.name)
        || version.values.iter().any(|value| value.name == measure.name);
    let is_usage = measure.name == "usage";
    if !is_usage && !is_named {
        return Err(Flaw::UnknownMeasure(measure.name.clone()));
    }
    if let Some(named) = &measure.convert {
        if !is_usage {
            return Err(Flaw::NeedsUsage("convert"));
        }
        if Factor::named(named).is_none_or(|factor| factor.to != measure.unit) {
            return Err(Flaw::FactorDoesNotFit { factor: named.clone(), unit: measure.unit.code() });
        }
    }
    match measure.return_factor {
        Some(factor) => {
            let is_share = Decimal::ZERO < factor && factor <= Decimal::ONE;
            ensure(is_share, "return_factor", factor.normalize().to_string(), "above 0 and at most 1")
        }
        None => Ok(()),
    }
}

pub(super) fn case(version: &Version, charge: &Charge, case: &Case) -> Result<(), Flaw> {
    let is_measured = matches!(case.rate, Rate::PerUnit(_) | Rate::Tiers(_));
    if is_measured && charge.measure.is_none() {
        return Err(Flaw::NoMeasure);
    }
    if !is_measured && (case.per.is_some() || case.step.is_some() || case.included.is_some()) {
        return Err(Flaw::NotWith("per, step and included need per_unit or tiers"));
    }
    let limits = [&case.at_least, &case.at_most];
    if matches!(case.rate, Rate::NotOffered(_)) && limits.iter().any(|limit| limit.is_some()) {
        return Err(Flaw::NotWith("what is not offered has no least or greatest amount"));
    }
    case.per.map_or(Ok(()), |per| above_zero("per", per))?;
    case.step.map_or(Ok(()), |step| above_zero("step", step.size))?;
    for amount in limits.into_iter().chain([&case.included]).flatten() {
        price(version, amount)?;
    }
    match &case.rate {
        Rate::Fixed(amount) | Rate::PerUnit(amount) => price(version, amount),
        Rate::Tiers(found) => tiers(version, charge, found),
        Rate::PerCent { per_cent, of } => {
            not_empty("the list of charges in of", of)?;
            unique("charge", of.iter())?;
            if let Some(unknown) = of.iter().find(|of| version.charges.iter().all(|charge| charge.name != **of)) {
                return Err(Flaw::UnknownName(unknown.clone()));
            }
            price(version, per_cent)
        }
        Rate::NotOffered(_) => Ok(()),
    }
}

fn price(version: &Version, amount: &Amount) -> Result<(), Flaw> {
    match amount {
        Amount::Number(number) => blocks::price_fits(*number),
        Amount::Formula(_) => names(version, amount),
    }
}

/// Bounds are stated in one way, and those that are plain numbers ascend.
fn tiers(version: &Version, charge: &Charge, found: &Tiers) -> Result<(), Flaw> {
    not_empty("the list of tiers", &found.tiers)?;
    let places = charge.measure.as_ref().map_or(0, |measure| measure.unit.places());
    let last = found.tiers.len() - 1;
    let mut below = Some(Decimal::ZERO);
    for (index, tier) in found.tiers.iter().enumerate() {
        price(version, &tier.price)?;
        tier.flat.as_ref().map_or(Ok(()), |flat| price(version, flat))?;
        let Some(bound) = &tier.bound else {
            if found.bounds == TierBounds::First || index < last {
                return Err(Flaw::TierWithoutBound(index + 1));
            }
            continue;
        };
        names(version, bound)?;
        let Amount::Number(number) = bound else {
            if found.bounds == TierBounds::Through && index == last {
                return Err(Flaw::LastTierEnds("a formula".to_owned()));
            }
            below = None;
            continue;
        };
        blocks::bound_fits(*number, places)?;
        let through = match found.bounds {
            TierBounds::Through if index == last => return Err(Flaw::LastTierEnds(number.normalize().to_string())),
            TierBounds::Through => *number,
            TierBounds::First if index == 0 && (number.is_zero() || *number == Decimal::ONE) => continue,
            TierBounds::First if index == 0 => {
                return Err(Flaw::FirstTierStartsLate(number.normalize().to_string()));
            }
            TierBounds::First => *number - Decimal::ONE,
        };
        // By first units, the bound of this tier is where the tier before ends.
        let number = if found.bounds == TierBounds::First { index } else { index + 1 };
        if below.is_some_and(|below| through <= below) {
            return Err(Flaw::TierHoldsNothing(number));
        }
        below = Some(through);
    }
    Ok(())
}
