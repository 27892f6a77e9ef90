//! The checks that need no arithmetic: names, lists, and that every word used is declared.

use std::collections::BTreeSet;

use crate::refusals::{Flaw, Place, RateError};
use crate::schedule::{Case, Charge, Version};

/// Names are well formed and unique, lists are not empty, and cases use only what is declared.
pub(super) fn version(version: &Version) -> Result<(), RateError> {
    let words = |flaw: Flaw| flaw.of_version();
    not_empty("the list of classes", &version.classes).map_err(words)?;
    unique("class", version.classes.iter()).map_err(words)?;
    unique("dimension", version.dimensions.iter().map(|dimension| &dimension.name)).map_err(words)?;
    for dimension in &version.dimensions {
        name(&dimension.name).map_err(words)?;
        not_empty("the list of values", &dimension.values).map_err(words)?;
        unique("value", dimension.values.iter()).map_err(words)?;
    }
    not_empty("the list of charges", &version.charges).map_err(words)?;
    unique("charge", version.charges.iter().map(|charge| &charge.name)).map_err(words)?;
    for (position, found) in version.charges.iter().enumerate() {
        let place = Place { charge: Some((position, found.name.clone())), case: None };
        charge(found).map_err(|flaw| RateError { place: place.clone(), flaw })?;
        for (number, case) in found.cases.iter().enumerate() {
            let place = || Place { case: Some(number), ..place.clone() };
            conditions(version, case).map_err(|flaw| RateError { place: place(), flaw })?;
        }
    }
    Ok(())
}

fn charge(charge: &Charge) -> Result<(), Flaw> {
    name(&charge.name)?;
    charge.revenue.split('.').try_for_each(|part| name(part).map_err(|_| Flaw::BadName(charge.revenue.clone())))?;
    match &charge.measure {
        Some(measure) if measure.name != "usage" => return Err(Flaw::UnknownMeasure(measure.name.clone())),
        Some(_) | None => {}
    }
    not_empty("the list of cases", &charge.cases)
}

fn conditions(version: &Version, case: &Case) -> Result<(), Flaw> {
    unique("class", case.classes.iter())?;
    if let Some(class) = case.classes.iter().find(|class| !version.classes.contains(class)) {
        return Err(Flaw::ClassNotListed(class.clone()));
    }
    unique("dimension", case.when.iter().map(|condition| &condition.dimension))?;
    for condition in &case.when {
        let Some(dimension) = version.dimensions.iter().find(|known| known.name == condition.dimension) else {
            return Err(Flaw::DimensionNotListed(condition.dimension.clone()));
        };
        not_empty("the list of values", &condition.values)?;
        unique("value", condition.values.iter())?;
        if let Some(value) = condition.values.iter().find(|value| !dimension.values.contains(value)) {
            return Err(Flaw::ValueNotListed { dimension: dimension.name.clone(), value: value.clone() });
        }
    }
    Ok(())
}

fn not_empty<T>(what: &'static str, list: &[T]) -> Result<(), Flaw> {
    if list.is_empty() { Err(Flaw::Empty(what)) } else { Ok(()) }
}

fn unique<'a>(kind: &'static str, names: impl Iterator<Item = &'a String>) -> Result<(), Flaw> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Flaw::Twice { kind, name: name.clone() });
        }
    }
    Ok(())
}

/// Lower-case words joined by `_`, so that formulas can use them one day.
fn name(name: &str) -> Result<(), Flaw> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let goes_on_well = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if starts_well && goes_on_well { Ok(()) } else { Err(Flaw::BadName(name.to_owned())) }
}
