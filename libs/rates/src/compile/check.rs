//! The checks that need no arithmetic: names, lists, and that every word used is declared.

mod charge;

use std::collections::BTreeSet;

use kernel::{Decimal, Unit};

use crate::refusals::{Flaw, Place, RateError};
use crate::schedule::{Amount, Condition, Dimension, NamedQuantity, Value, ValueIs, Version, WinterAverage};

/// Names are well formed and unique, lists are not empty, and everything used is declared.
pub(super) fn version(version: &Version) -> Result<(), RateError> {
    head(version).map_err(Flaw::of_version)?;
    for (position, found) in version.values.iter().enumerate() {
        let place = Place { value: Some((position, found.name.clone())), ..Place::default() };
        let refuse = |case, flaw| RateError { place: Box::new(Place { case, ..place.clone() }), flaw };
        value(found).map_err(|flaw| refuse(None, flaw))?;
        for (number, case) in found.cases.iter().enumerate() {
            let of_case = |flaw| refuse(Some(number), flaw);
            applies(version, &case.classes, &case.when).map_err(of_case)?;
            if let ValueIs::Amount(amount) = &case.is {
                names(version, amount).map_err(of_case)?;
            }
        }
    }
    for (position, found) in version.charges.iter().enumerate() {
        let place = Place { charge: Some((position, found.name.clone())), ..Place::default() };
        let refuse = |case, flaw| RateError { place: Box::new(Place { case, ..place.clone() }), flaw };
        charge::charge(version, found).map_err(|flaw| refuse(None, flaw))?;
        for (number, case) in found.cases.iter().enumerate() {
            let of_case = |flaw| refuse(Some(number), flaw);
            applies(version, &case.classes, &case.when).map_err(of_case)?;
            charge::case(version, found, case).map_err(of_case)?;
        }
    }
    Ok(())
}

fn head(version: &Version) -> Result<(), Flaw> {
    not_empty("the list of classes", &version.classes)?;
    unique("class", version.classes.iter())?;
    unique("dimension", version.dimensions.iter().map(|dimension| &dimension.name))?;
    version.dimensions.iter().try_for_each(dimension)?;
    version.quantities.iter().try_for_each(quantity)?;
    if let Some(days) = version.normal_days {
        let is_fine = 0 < days.full && days.at_least <= days.full && days.full <= days.at_most;
        let number = format!("{} of {} to {}", days.full, days.at_least, days.at_most);
        ensure(is_fine, "normal_days", number, "a number of days within its own limits")?;
    }
    not_empty("the list of charges", &version.charges)?;
    let quantities = version.quantities.iter().map(|quantity| &quantity.name);
    let values = version.values.iter().map(|value| &value.name);
    let charges = version.charges.iter().map(|charge| &charge.name);
    unique("name", quantities.chain(values).chain(charges.clone()))?;
    if version.values.iter().map(|value| &value.name).chain(charges).any(|name| name == "usage") {
        return Err(Flaw::Twice { kind: "name", name: "usage".to_owned() });
    }
    Ok(())
}

fn dimension(dimension: &Dimension) -> Result<(), Flaw> {
    name(&dimension.name)?;
    not_empty("the list of values", &dimension.values)?;
    unique("value", dimension.values.iter())?;
    if let Some(months) = &dimension.months {
        let mut named: Vec<u32> = months.iter().flatten().copied().collect();
        named.sort_unstable();
        if months.len() != dimension.values.len() || !named.iter().copied().eq(1..=12) {
            return Err(Flaw::MonthsNotCovered(dimension.name.clone()));
        }
    }
    Ok(())
}

fn quantity(quantity: &NamedQuantity) -> Result<(), Flaw> {
    name(&quantity.name)?;
    if quantity.name == "usage" {
        let is_unit = Unit::parse(&quantity.unit).is_ok();
        ensure(is_unit, "the unit of usage", quantity.unit.clone(), "a unit of a meter, such as ccf")?;
        if quantity.default.is_some() || quantity.winter_average.is_some() {
            return Err(Flaw::NotWith("usage has no default and no winter average: the meter measures it"));
        }
    }
    quantity.winter_average.as_ref().map_or(Ok(()), winter_average)
}

fn winter_average(rule: &WinterAverage) -> Result<(), Flaw> {
    not_empty("the list of months", &rule.months)?;
    for (index, month) in rule.months.iter().enumerate() {
        let is_fine = (1..=12).contains(month) && !rule.months[..index].contains(month);
        ensure(is_fine, "a month", month.to_string(), "from 1 to 12, each once")?;
    }
    let month = rule.bills_from_month;
    ensure((1..=12).contains(&month), "bills_from_month", month.to_string(), "from 1 to 12")?;
    ensure(0 < rule.periods_at_least, "periods_at_least", rule.periods_at_least.to_string(), "at least 1")?;
    ensure(rule.lowest != Some(0), "lowest", "0".to_owned(), "at least 1")?;
    for (what, number) in [("cap", rule.cap), ("period_at_least", rule.period_at_least)] {
        let is_fine = number.is_none_or(|number| Decimal::ZERO <= number);
        ensure(is_fine, what, number.map_or_else(String::new, |number| number.to_string()), "zero or more")?;
    }
    Ok(())
}

fn value(value: &Value) -> Result<(), Flaw> {
    name(&value.name)?;
    if let Some(round_to) = value.round_to {
        above_zero("round_to", round_to.step)?;
    }
    not_empty("the list of cases", &value.cases)
}

/// The classes and conditions of a case.
fn applies(version: &Version, classes: &[String], when: &[Condition]) -> Result<(), Flaw> {
    unique("class", classes.iter())?;
    if let Some(class) = classes.iter().find(|class| !version.classes.contains(class)) {
        return Err(Flaw::ClassNotListed(class.clone()));
    }
    unique("dimension", when.iter().map(|condition| &condition.dimension))?;
    for condition in when {
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

/// Every name of a formula is known.
fn names(version: &Version, amount: &Amount) -> Result<(), Flaw> {
    let Amount::Formula(formula) = amount else { return Ok(()) };
    let is_known = |name: &str| {
        name == "usage"
            || version.quantities.iter().any(|quantity| quantity.name == name)
            || version.values.iter().any(|value| value.name == name)
            || version.charges.iter().any(|charge| charge.name == name)
    };
    match formula.names().into_iter().find(|name| !is_known(name)) {
        Some(name) => Err(Flaw::UnknownName(name.to_owned())),
        None => Ok(()),
    }
}

fn ensure(is_fine: bool, what: &'static str, number: String, must: &'static str) -> Result<(), Flaw> {
    if is_fine { Ok(()) } else { Err(Flaw::NumberNotAllowed { what, number, must }) }
}

fn above_zero(what: &'static str, number: Decimal) -> Result<(), Flaw> {
    ensure(Decimal::ZERO < number, what, number.normalize().to_string(), "above zero")
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

/// Lower-case words joined by `_`, so that formulas can use them; words of the formula language are taken.
fn name(name: &str) -> Result<(), Flaw> {
    const TAKEN: [&str; 7] = ["min", "max", "round", "round_even", "floor", "ceil", "if"];
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let goes_on_well = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if starts_well && goes_on_well && !TAKEN.contains(&name) { Ok(()) } else { Err(Flaw::BadName(name.to_owned())) }
}
