//! `Uses`: the uses and kinds of customers at which schedules are compared.

use std::collections::BTreeMap;

use kernel::{Cents, Decimal, Factor, Unit};

use crate::compile::Compiled;
use crate::inputs::{Days, Inputs};
use crate::schedule::Version;

/// What bills are worked out for when schedules are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The uses, in the meter's unit; none for the typical ones of that unit.
    pub amounts: Vec<Decimal>,
    /// The unit of the meter; nothing for the one that the version asks for.
    pub unit: Option<Unit>,
    /// Quantities by name; others have their default, or the bill cannot be worked out.
    pub numbers: Vec<(String, Decimal)>,
}

/// A class and the values of the dimensions its prices depend on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerKind {
    /// The class.
    pub class: String,
    /// Name and value.
    pub dimensions: Vec<(String, String)>,
}

/// Kinds of customers, and whether they are all there are.
pub(super) struct Kinds {
    pub(super) list: Vec<CustomerKind>,
    pub(super) is_cut: bool,
}

/// More combinations than this are cut to one dimension at a time.
pub(super) const KINDS_MAX: usize = 24;

/// Uses of a house by the month, in thousands of gallons or hundreds of cubic feet.
const LARGE: [i64; 7] = [0, 5, 10, 15, 25, 50, 100];

/// Typical uses of a bill in a unit: 0, 5, 10, 15, 25, 50, 100 in ccf or kgal, the same water in smaller units.
#[must_use]
pub fn typical_uses(unit: Unit) -> Vec<Decimal> {
    let times = match unit {
        Unit::Ccf | Unit::Kgal | Unit::CubicMeter | Unit::Kiloliter | Unit::Each | Unit::Day => 1,
        Unit::CubicFoot => 100,
        Unit::Gallon => 1000,
    };
    LARGE.map(|amount| Decimal::from(amount * times)).to_vec()
}

/// The unit in which the meter must count so that every charge has a price; nothing without `usage`, or
/// where no unit suits all charges.
#[must_use]
pub fn meter_unit(version: &Version) -> Option<Unit> {
    let mut common: Option<Vec<Unit>> = None;
    for measure in version.charges.iter().filter_map(|charge| charge.measure.as_ref()) {
        if measure.name != "usage" {
            continue;
        }
        let from = measure.convert.as_deref().and_then(Factor::named).map(|factor| factor.from);
        let accepted: Vec<Unit> = from.into_iter().chain([measure.unit]).collect();
        common = Some(match common {
            None => accepted,
            Some(before) => before.into_iter().filter(|unit| accepted.contains(unit)).collect(),
        });
    }
    match common {
        Some(common) => common.first().copied(),
        None => declared_unit(version),
    }
}

/// The unit of a quantity named `usage`.
pub(super) fn declared_unit(version: &Version) -> Option<Unit> {
    let declared = version.quantities.iter().find(|quantity| quantity.name == "usage");
    declared.and_then(|quantity| Unit::parse(&quantity.unit).ok())
}

/// The change in per cent of the amount before, to one place; nothing where there was no amount before.
///
/// From 40.00 to 45.00 is 12.5.
#[must_use]
pub fn per_cent_change(before: Cents, after: Cents) -> Option<Decimal> {
    if before.is_zero() {
        return None;
    }
    let (change, of) = (i128::from(after.0) - i128::from(before.0), i128::from(before.0).abs());
    // Tenths of a per cent, halves away from zero.
    let tenths = (2 * change.abs() * 1000 + of) / (2 * of) * change.signum();
    Decimal::try_from_i128_with_scale(tenths, 1).ok()
}

impl Uses {
    /// The uses at which a version is priced; a price that does not depend on use has one.
    pub(super) fn amounts_for(&self, unit: Option<Unit>) -> Vec<Decimal> {
        match unit {
            Some(unit) if self.amounts.is_empty() => typical_uses(unit),
            Some(_) => self.amounts.clone(),
            None => vec![Decimal::ZERO],
        }
    }

    /// The bill of one kind of customer, or why there is none.
    pub(super) fn total(
        &self,
        compiled: &Compiled,
        kind: &CustomerKind,
        (usage, unit): (Decimal, Option<Unit>),
    ) -> Result<Cents, String> {
        let dimensions: Vec<(&str, &str)> = kind.borrowed();
        let plan = compiled.plan(&kind.class, &dimensions).map_err(|refused| refused.to_string())?;
        let numbers: Vec<(&str, Decimal)> =
            self.numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        let unit = unit.unwrap_or(Unit::Each);
        let inputs = Inputs { usage: usage.into(), unit, numbers: &numbers, exemptions: &[], days: Days::whole() };
        plan.price_for(&inputs).map(|price| price.total).map_err(|refused| refused.to_string())
    }
}

impl CustomerKind {
    /// The dimensions as [`Compiled::plan`] takes them.
    #[must_use]
    pub fn borrowed(&self) -> Vec<(&str, &str)> {
        self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// `HOUSE, meter size 1"`, for people.
    #[must_use]
    pub fn said(&self) -> String {
        let values = self.dimensions.iter().map(|(name, value)| format!(", {} {value}", name.replace('_', " ")));
        format!("{}{}", self.class, values.collect::<String>())
    }
}

/// The kinds of customers of a class: all, or, where those are too many, one dimension varied at a time.
pub(super) fn kinds(class: &str, versions: &[(&Version, &Compiled)]) -> Kinds {
    let dimensions = dimensions(class, versions);
    let combinations = dimensions.iter().try_fold(1_usize, |sum, (_, values)| sum.checked_mul(values.len()));
    let is_cut = combinations.is_none_or(|combinations| KINDS_MAX < combinations);
    let mut chosen: Vec<Vec<usize>> = vec![vec![0; dimensions.len()]];
    for (place, (_, values)) in dimensions.iter().enumerate() {
        let others = (1..values.len()).collect::<Vec<_>>();
        let bases = if is_cut { vec![chosen[0].clone()] } else { chosen.clone() };
        let varied = bases.iter().flat_map(|base| {
            others.iter().map(move |other| {
                let mut digits = base.clone();
                digits[place] = *other;
                digits
            })
        });
        let varied: Vec<Vec<usize>> = varied.collect();
        chosen.extend(varied);
    }
    chosen.sort();
    let kind = |digits: Vec<usize>| {
        let values = dimensions.iter().zip(digits);
        let dimensions = values.map(|((name, values), digit)| (name.clone(), values[digit].clone())).collect();
        CustomerKind { class: class.to_owned(), dimensions }
    };
    Kinds { list: chosen.into_iter().map(kind).collect(), is_cut }
}

/// Every dimension a class's prices depend on, with the values that any of the versions knows.
fn dimensions(class: &str, versions: &[(&Version, &Compiled)]) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for (version, compiled) in versions {
        let needs = needs(compiled).remove(class).unwrap_or_default();
        for dimension in version.dimensions.iter().filter(|dimension| needs.contains(&dimension.name)) {
            let place = found.iter().position(|(name, _)| *name == dimension.name).unwrap_or_else(|| {
                found.push((dimension.name.clone(), Vec::new()));
                found.len() - 1
            });
            let values = &mut found[place].1;
            let new: Vec<&String> = dimension.values.iter().filter(|value| !values.contains(value)).collect();
            values.extend(new.into_iter().cloned());
        }
    }
    found
}

/// The names of the dimensions that the prices of each class depend on.
pub(super) fn needs(compiled: &Compiled) -> BTreeMap<&str, Vec<String>> {
    let mut needs = BTreeMap::new();
    for plan in compiled.plans() {
        needs
            .entry(plan.class())
            .or_insert_with(|| plan.dimensions().iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_stated_in_per_cent_of_what_was() {
        // before | after | per cent
        let rows = [
            (40_00, 45_00, Some("12.5")),
            (3_00, 2_00, Some("-33.3")),
            (30_00, 50_00, Some("66.7")),
            (-10_00, -5_00, Some("50.0")),
            (7, 7, Some("0.0")),
            (0, 5_00, None),
        ];
        for (before, after, expected) in rows {
            let found = per_cent_change(Cents(before), Cents(after)).map(|change| change.to_string());
            assert_eq!(found.as_deref(), expected, "{before} to {after}");
        }
    }
}
