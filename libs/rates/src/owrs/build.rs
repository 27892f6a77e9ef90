//! Classes that were understood, put together as one version.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kernel::Unit;

use super::class::{ADJUSTMENT, COLUMN, ClassRead, Entry, FIELD};
use super::table::{Table, regions};
use super::yaml::Findings;
use super::{OwrsLine, OwrsOptions};
use crate::finding::{Finding, Reason};
use crate::formula::{Expr, Formula};
use crate::refusals::RateError;
use crate::schedule::{
    Amount, Case, Charge, Condition, Dimension, Measure, NamedQuantity, Rate, Tiers, Titles, Value, ValueCase, ValueIs,
    Version,
};

/// What the version says of itself.
pub(super) struct Frame<'a> {
    pub(super) options: &'a OwrsOptions,
    pub(super) effective_on: NaiveDate,
    pub(super) unit: Unit,
}

/// A version, and what its names are called in the file.
pub(super) struct Built {
    pub(super) version: Version,
    /// Dimension by column of the file.
    pub(super) dimensions: BTreeMap<String, String>,
    /// Quantity by column of the file.
    pub(super) columns: BTreeMap<String, String>,
    /// Name of a charge or value by key of the file; a key may be both, in different classes.
    charges: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

/// Names already given.
struct Names {
    taken: BTreeSet<String>,
}

/// Words of the formula language and of rate files, which no name may be.
const TAKEN: [&str; 9] = ["usage", "usage_ccf", "min", "max", "round", "round_even", "floor", "ceil", "if"];

const MISSING: &str = "the rate file has no value for it";

/// The units of numbers that many files ask the customer's record for.
const COLUMN_UNITS: [(&str, &str); 5] = [
    ("hhsize", "people"),
    ("irr_area", "square feet"),
    ("et_amount", "inches"),
    ("days_in_period", "days"),
    ("dwelling_units", "dwelling units"),
];

/// The version of these classes; a formula that the language cannot hold is a finding.
pub(super) fn version(frame: &Frame<'_>, classes: &[ClassRead]) -> Result<Built, Findings> {
    let mut built = names(frame, classes);
    let mut findings = Findings::new();
    let mut said: BTreeMap<(bool, usize), BTreeMap<String, usize>> = BTreeMap::new();
    for class in classes {
        for entry in &class.charges {
            let name = &built.charges[&entry.key];
            let position = built.version.charges.iter().position(|charge| charge.name == *name);
            let Some(position) = position else { continue };
            let cases = cases(&built, &entry.table, |built, rate| renamed_rate(built, class, rate));
            let cases: Vec<Case> = cases
                .into_iter()
                .map(|(when, rate)| Case::plain(vec![class.name.clone()], when, rate.unwrap_or_else(Rate::NotOffered)))
                .collect();
            if let Some(why) = cases.iter().flat_map(Case::amounts).find_map(not_said) {
                findings.push(finding(class, entry, why));
            }
            let charge = &mut built.version.charges[position];
            if cases.iter().any(|case| matches!(case.rate, Rate::PerUnit(_) | Rate::Tiers(_))) {
                charge.measure = Some(Measure::usage(frame.unit));
            }
            add(&mut charge.cases, said.entry((true, position)).or_default(), cases, |case| &mut case.classes);
        }
        for entry in &class.values {
            let name = &built.values[&entry.key];
            let position = built.version.values.iter().position(|value| value.name == *name);
            let Some(position) = position else { continue };
            let cases = cases(&built, &entry.table, |built, amount| renamed_amount(built, class, amount));
            let cases: Vec<ValueCase> = cases
                .into_iter()
                .map(|(when, amount)| {
                    let is = amount.map_or_else(ValueIs::NotOffered, ValueIs::Amount);
                    ValueCase { classes: vec![class.name.clone()], when, is }
                })
                .collect();
            if let Some(why) = cases.iter().filter_map(ValueCase::amount).find_map(not_said) {
                findings.push(finding(class, entry, why));
            }
            let known = &mut built.version.values[position].cases;
            add(known, said.entry((false, position)).or_default(), cases, |case| &mut case.classes);
        }
    }
    // A value that is the same for all is said for all.
    for case in built.version.values.iter_mut().flat_map(|value| &mut value.cases) {
        if case.classes.len() == classes.len() {
            case.classes.clear();
        }
    }
    declare_usage(frame, &mut built.version);
    if findings.is_empty() { Ok(built) } else { Err(findings) }
}

impl Built {
    /// A flaw that the compiler found, at the line of the key concerned.
    pub(super) fn placed(&self, error: RateError, class: &ClassRead) -> Finding {
        let key_of = |names: &BTreeMap<String, String>, name: &str| {
            names.iter().find(|(_, known)| *known == name).map(|(key, _)| key.clone())
        };
        let charge = error.place.charge.as_ref().and_then(|(_, name)| key_of(&self.charges, name));
        let key = charge.or_else(|| error.place.value.as_ref().and_then(|(_, name)| key_of(&self.values, name)));
        let lines = class.charges.iter().map(|entry| (&entry.key, entry.line));
        let mut lines = lines.chain(class.values.iter().map(|entry| (&entry.key, entry.line)));
        let line = key.as_ref().and_then(|key| lines.find(|(known, _)| *known == key)).map(|(_, line)| line);
        let path = format!("rate_structure.{}", class.name);
        let key = key.map_or_else(|| path.clone(), |key| format!("{path}.{key}"));
        Finding { line: line.unwrap_or(class.line), key, reason: Reason::Flaw(error) }
    }
}

/// The version with every name declared, and no cases yet.
fn names(frame: &Frame<'_>, classes: &[ClassRead]) -> Built {
    let options = frame.options;
    let mut given = Names { taken: TAKEN.iter().map(|word| (*word).to_owned()).collect() };
    let mut built = Built {
        version: Version {
            effective_on: frame.effective_on,
            ordinance: options.ordinance.clone(),
            basis: options.basis,
            normal_days: None,
            classes: classes.iter().map(|class| class.name.clone()).collect(),
            dimensions: Vec::new(),
            quantities: Vec::new(),
            values: Vec::new(),
            charges: Vec::new(),
        },
        dimensions: BTreeMap::new(),
        columns: BTreeMap::new(),
        charges: BTreeMap::new(),
        values: BTreeMap::new(),
    };
    let mut of_dimensions = Names { taken: BTreeSet::new() };
    for class in classes {
        for entry in &class.charges {
            add_values(&mut built, &mut of_dimensions, &entry.table);
        }
        for entry in &class.values {
            add_values(&mut built, &mut of_dimensions, &entry.table);
        }
    }
    // Columns keep their names, then charges: those are what other texts refer to.
    for column in classes.iter().flat_map(|class| &class.columns) {
        if !built.columns.contains_key(column) {
            let name = given.new_name(column);
            let unit = COLUMN_UNITS.iter().find(|(known, _)| known == column).map_or("units", |(_, unit)| unit);
            let (unit, default, winter_average) = (unit.to_owned(), None, None);
            built.version.quantities.push(NamedQuantity { name: name.clone(), unit, default, winter_average });
            built.columns.insert(column.clone(), name);
        }
    }
    let of_charges = classes.iter().flat_map(|class| &class.charges);
    let adjustment = of_charges.clone().filter(|entry| entry.key == ADJUSTMENT);
    for entry in of_charges.filter(|entry| entry.key != ADJUSTMENT).chain(adjustment) {
        if !built.charges.contains_key(&entry.key) {
            let name = given.new_name(&entry.key);
            let OwrsLine { revenue, title } = match entry.key.as_str() {
                ADJUSTMENT => options.lines.get(ADJUSTMENT).cloned().unwrap_or_else(|| OwrsLine {
                    revenue: format!("{}.bill_adjustment", options.service),
                    title: Titles::english("Percentage of the bill").and("es", "Porcentaje de la factura"),
                }),
                _ => options.line(&entry.key, &name),
            };
            built.version.charges.push(Charge::plain(&name, title, &revenue, options.rounding, Vec::new()));
            built.charges.insert(entry.key.clone(), name);
        }
    }
    for entry in classes.iter().flat_map(|class| &class.values) {
        if !built.values.contains_key(&entry.key) {
            let name = given.new_name(&entry.key);
            built.version.values.push(Value { name: name.clone(), round_to: None, cases: Vec::new() });
            built.values.insert(entry.key.clone(), name);
        }
    }
    built
}

impl Names {
    /// A name of the language for a key of the file, unlike all others.
    fn new_name(&mut self, key: &str) -> String {
        let letters = key.chars().map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
            _ => '_',
        });
        let mut stem: String = letters.collect();
        if !stem.starts_with(|first: char| first.is_ascii_lowercase()) {
            stem.insert_str(0, "v_");
        }
        let mut name = stem.clone();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{stem}_{number}");
        }
        name
    }
}

/// The values of a table's columns, each once, in the order they come.
fn add_values<T>(built: &mut Built, names: &mut Names, table: &Table<T>) {
    for (at, column) in table.dimensions.iter().enumerate() {
        let name = match built.dimensions.get(column) {
            Some(name) => name.clone(),
            None => {
                let name = names.new_name(column);
                built.dimensions.insert(column.clone(), name.clone());
                let dimension = Dimension { name: name.clone(), values: Vec::new(), months: None };
                built.version.dimensions.push(dimension);
                name
            }
        };
        let Some(dimension) = built.version.dimensions.iter_mut().find(|known| known.name == name) else { continue };
        let mut seen: BTreeSet<String> = dimension.values.iter().cloned().collect();
        for value in table.rows.iter().filter_map(|(key, _)| key[at].as_ref()) {
            if seen.insert(value.clone()) {
                dimension.values.push(value.clone());
            }
        }
    }
}

/// What a table says as conditions, with what it leaves out.
fn cases<T: std::fmt::Debug, U>(
    built: &Built,
    table: &Table<Result<T, String>>,
    change: impl Fn(&Built, &T) -> U,
) -> Vec<(Vec<Condition>, Result<U, String>)> {
    let domains: Vec<(&str, &[String])> = table
        .dimensions
        .iter()
        .filter_map(|column| {
            let name = built.dimensions.get(column)?;
            let dimension = built.version.dimensions.iter().find(|known| known.name == *name)?;
            Some((dimension.name.as_str(), dimension.values.as_slice()))
        })
        .collect();
    // Rows that say the same are one leaf.
    let mut leaves: BTreeMap<String, usize> = BTreeMap::new();
    let mut keys = Vec::with_capacity(table.rows.len());
    for (position, (key, row)) in table.rows.iter().enumerate() {
        let leaf = *leaves.entry(format!("{row:?}")).or_insert(position);
        keys.push((key.as_slice(), leaf));
    }
    let order = |condition: &Condition| built.version.dimensions.iter().position(|d| d.name == condition.dimension);
    let case = |(mut when, leaf): (Vec<Condition>, Option<usize>)| {
        when.sort_by_key(order);
        let row = match leaf.map(|leaf| &table.rows[leaf].1) {
            Some(Ok(found)) => Ok(change(built, found)),
            Some(Err(why)) => Err(why.clone()),
            None => Err(MISSING.to_owned()),
        };
        (when, row)
    };
    regions(&keys, &domains).into_iter().map(case).collect()
}

/// Adds the cases of one class; what an earlier class says in the same words is said for both.
///
/// `said` has the positions of the cases so far, by their words.
fn add<T: std::fmt::Debug>(
    known: &mut Vec<T>,
    said: &mut BTreeMap<String, usize>,
    cases: Vec<T>,
    classes: impl Fn(&mut T) -> &mut Vec<String>,
) {
    for mut case in cases {
        let own = std::mem::take(classes(&mut case));
        let words = format!("{case:?}");
        match said.get(&words) {
            Some(position) => classes(&mut known[*position]).extend(own),
            None => {
                said.insert(words, known.len());
                *classes(&mut case) = own;
                known.push(case);
            }
        }
    }
}

fn renamed_rate(built: &Built, class: &ClassRead, rate: &Rate) -> Rate {
    let amount = |amount: &Amount| renamed_amount(built, class, amount);
    match rate {
        Rate::Fixed(found) => Rate::Fixed(amount(found)),
        Rate::PerUnit(found) => Rate::PerUnit(amount(found)),
        Rate::Tiers(tiers) => {
            let mut tiers: Tiers = tiers.clone();
            for tier in &mut tiers.tiers {
                tier.bound = tier.bound.as_ref().map(amount);
                tier.price = amount(&tier.price);
            }
            Rate::Tiers(tiers)
        }
        Rate::PerCent { .. } | Rate::NotOffered(_) => rate.clone(),
    }
}

fn renamed_amount(built: &Built, class: &ClassRead, amount: &Amount) -> Amount {
    let Amount::Formula(formula) = amount else { return amount.clone() };
    let mut expr: Expr = formula.expr().clone();
    super::class::rename(&mut expr, &mut |name| {
        let known = if let Some(key) = name.strip_prefix(FIELD) {
            let is_line = class.charges.iter().any(|entry| entry.key == key);
            if is_line { built.charges.get(key) } else { built.values.get(key) }
        } else {
            name.strip_prefix(COLUMN).and_then(|column| built.columns.get(column))
        };
        known.cloned().unwrap_or_else(|| name.to_owned())
    });
    Amount::Formula(Formula::new(expr))
}

/// Why the language cannot say a formula, such as one that is too long.
fn not_said(amount: &Amount) -> Option<Reason> {
    match amount {
        Amount::Number(_) => None,
        Amount::Formula(formula) => Formula::parse(&formula.to_string()).err().map(Reason::Formula),
    }
}

fn finding<T>(class: &ClassRead, entry: &Entry<T>, reason: Reason) -> Finding {
    Finding { line: entry.line, key: format!("rate_structure.{}.{}", class.name, entry.key), reason }
}

/// Formulas that use the usage need its unit, also where no charge is measured by it.
fn declare_usage(frame: &Frame<'_>, version: &mut Version) {
    let is_used = version.amounts().any(|amount| match amount {
        Amount::Formula(formula) => formula.names().contains("usage"),
        Amount::Number(_) => false,
    });
    if is_used && version.charges.iter().all(|charge| charge.measure.is_none()) {
        let (name, unit) = ("usage".to_owned(), frame.unit.code().to_owned());
        version.quantities.push(NamedQuantity { name, unit, default: None, winter_average: None });
    }
}
