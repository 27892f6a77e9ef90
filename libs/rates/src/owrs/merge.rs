//! Classes put together again: cases that say the same are written once.

use crate::schedule::{Case, Condition, Dimension, Version};

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
