//! What is declared and never used.

use std::collections::BTreeSet;

use super::{Desk, Severity};
use crate::schedule::{Amount, Case, Condition, Value, ValueCase, Version};

pub(super) fn check(desk: &mut Desk<'_>) {
    let version = desk.version;
    let by_class: Vec<(&str, BTreeSet<&str>)> =
        version.classes.iter().map(|class| (class.as_str(), reached(version, class))).collect();
    for value in &version.values {
        let classes: Vec<&str> =
            by_class.iter().filter(|(_, names)| names.contains(value.name.as_str())).map(|(class, _)| *class).collect();
        if classes.is_empty() {
            let sentence = "no charge uses this value".to_owned();
            desk.note(Severity::Warning, "value_unused", (part(value), None), sentence);
            continue;
        }
        for (number, case) in value.cases.iter().enumerate() {
            let is_reached =
                case.classes.is_empty() || case.classes.iter().any(|class| classes.contains(&class.as_str()));
            if !is_reached {
                let sentence = format!("no charge of class {} uses this value", case.classes.join(", "));
                desk.note(Severity::Warning, "value_case_unused", (part(value), Some(number)), sentence);
            }
        }
    }
    for quantity in &version.quantities {
        if !by_class.iter().any(|(_, names)| names.contains(quantity.name.as_str())) {
            let part = format!("quantity '{}'", quantity.name);
            let sentence = "no charge uses this quantity".to_owned();
            desk.note(Severity::Warning, "quantity_unused", (part, None), sentence);
        }
    }
    dimensions(desk);
}

fn part(value: &Value) -> String {
    format!("value '{}'", value.name)
}

fn dimensions(desk: &mut Desk<'_>) {
    let version = desk.version;
    let of_values = version.values.iter().flat_map(|value| &value.cases).map(|case| &case.when);
    let of_charges = version.charges.iter().flat_map(|charge| &charge.cases).map(|case| &case.when);
    let conditions: Vec<&Condition> = of_values.chain(of_charges).flatten().collect();
    for dimension in &version.dimensions {
        let part = format!("dimension '{}'", dimension.name);
        let named: BTreeSet<&str> = conditions
            .iter()
            .filter(|condition| condition.dimension == dimension.name)
            .flat_map(|condition| condition.values.iter().map(String::as_str))
            .collect();
        if named.is_empty() {
            let sentence = "no case depends on this dimension".to_owned();
            desk.note(Severity::Warning, "dimension_unused", (part, None), sentence);
            continue;
        }
        let unnamed = dimension.values.iter().filter(|value| !named.contains(value.as_str()));
        let unnamed = unnamed.cloned().collect::<Vec<_>>().join(", ");
        if !unnamed.is_empty() {
            let sentence = format!("no case names {unnamed}");
            desk.note(Severity::Warning, "dimension_value_unused", (part, None), sentence);
        }
    }
}

/// Every name that the charges of a class use, directly or through values.
pub(super) fn reached<'a>(version: &'a Version, class: &str) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = Vec::new();
    for charge in &version.charges {
        let cases: Vec<&Case> = charge.cases.iter().filter(|case| case.is_for(class)).collect();
        if !cases.is_empty() {
            open.extend(charge.measure.as_ref().map(|measure| measure.name.as_str()));
        }
        open.extend(cases.into_iter().flat_map(Case::amounts).flat_map(names_of));
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !reached.insert(name) {
            continue;
        }
        if let Some(value) = version.values.iter().find(|value| value.name == name) {
            let is_for = |case: &&ValueCase| case.classes.is_empty() || case.classes.iter().any(|named| named == class);
            open.extend(value.cases.iter().filter(is_for).filter_map(ValueCase::amount).flat_map(names_of));
        }
    }
    reached
}

pub(super) fn names_of(amount: &Amount) -> Vec<&str> {
    match amount {
        Amount::Number(_) => Vec::new(),
        Amount::Formula(formula) => formula.names().into_iter().collect(),
    }
}
