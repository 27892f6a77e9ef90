//! Classes put together again: cases that say the same are written once.

use std::collections::BTreeSet;

use crate::schedule::{Case, Condition, Dimension, Rate, Version};

/// Adds the charges of one class to those of the classes before it.
pub(super) fn add(version: &mut Version, class: Version) {
    version.classes.extend(class.classes);
    for dimension in class.dimensions {
        add_values(&mut version.dimensions, &dimension.name, &dimension.values);
    }
    for charge in class.charges {
        match version.charges.iter_mut().find(|known| known.name == charge.name) {
            Some(known) => {
                known.measure = known.measure.take().or(charge.measure);
                known.cases.extend(charge.cases);
            }
            None => version.charges.push(charge),
        }
    }
}

/// Adds values to a dimension, each once, in the order they come.
pub(super) fn add_values(dimensions: &mut Vec<Dimension>, name: &str, values: &[String]) {
    let position = dimensions.iter().position(|known| known.name == name).unwrap_or_else(|| {
        dimensions.push(Dimension { name: name.to_owned(), values: Vec::new() });
        dimensions.len() - 1
    });
    let known = &mut dimensions[position].values;
    for value in values {
        if !known.contains(value) {
            known.push(value.clone());
        }
    }
}

/// Where a class has no value in the file, its charge says so: there is no such rate.
pub(super) fn fill(version: &mut Version) {
    for charge in &mut version.charges {
        for class in &version.classes {
            let cases: Vec<&Case> = charge.cases.iter().filter(|case| case.is_for(class)).collect();
            let missing = gaps(&cases, &version.dimensions).into_iter().map(|when| Case {
                classes: vec![class.clone()],
                when,
                rate: Rate::NotOffered("the rate file has no value for it".to_owned()),
            });
            let missing: Vec<Case> = missing.collect();
            charge.cases.extend(missing);
        }
    }
}

/// Cases that differ in the values of one dimension only, or in the class only, become one.
pub(super) fn tidy(version: &mut Version) {
    for charge in &mut version.charges {
        for case in &mut charge.cases {
            let order = |condition: &Condition| version.dimensions.iter().position(|d| d.name == condition.dimension);
            case.when.sort_by_key(order);
        }
        for dimension in &version.dimensions {
            merge(&mut charge.cases, |case| {
                case.when.iter_mut().find(|condition| condition.dimension == dimension.name).map(|c| &mut c.values)
            });
        }
        merge(&mut charge.cases, |case| Some(&mut case.classes));
    }
}

/// Joins cases that are equal but for one list.
fn merge(cases: &mut Vec<Case>, list: impl Fn(&mut Case) -> Option<&mut Vec<String>>) {
    let mut merged: Vec<(Case, Case)> = Vec::with_capacity(cases.len());
    for mut case in cases.drain(..) {
        let mut rest = case.clone();
        if let Some(values) = list(&mut rest) {
            values.clear();
        }
        match merged.iter_mut().find(|(known, _)| *known == rest) {
            Some((_, known)) => {
                if let (Some(known), Some(values)) = (list(known), list(&mut case)) {
                    known.append(values);
                }
            }
            None => merged.push((rest, case)),
        }
    }
    cases.extend(merged.into_iter().map(|(_, case)| case));
}

/// What no case covers: the cases of one class in one charge are by the same dimensions, and
/// every value of one stands with every value of the other.
fn gaps(cases: &[&Case], dimensions: &[Dimension]) -> Vec<Vec<Condition>> {
    let mut gaps = Vec::new();
    let mut before: Vec<Condition> = Vec::new();
    for dimension in dimensions {
        let conditions = cases.iter().flat_map(|case| &case.when).filter(|c| c.dimension == dimension.name);
        let named: BTreeSet<&String> = conditions.flat_map(|condition| &condition.values).collect();
        if named.is_empty() {
            continue;
        }
        let (values, missing): (Vec<String>, Vec<String>) =
            dimension.values.iter().cloned().partition(|value| named.contains(value));
        if !missing.is_empty() {
            let condition = Condition { dimension: dimension.name.clone(), values: missing };
            gaps.push(before.iter().cloned().chain([condition]).collect());
        }
        before.push(Condition { dimension: dimension.name.clone(), values });
    }
    gaps
}
