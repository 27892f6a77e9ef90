//! One customer class of a rate file: the lines of its bill, and the fields that they need.

mod bill;
mod leaf;
mod tiers;

use std::collections::{BTreeMap, BTreeSet};

use kernel::Decimal;

use super::formula::number;
use super::table::{Stray, Table, read as read_table};
use super::yaml::{Findings, Node};
use super::{BudgetRounding, Quirks, TierStarts};
use crate::finding::{Finding, Reason};
use crate::formula::{Expr, Formula};
use crate::schedule::{Amount, Rate};

pub(super) use bill::ADJUSTMENT;
pub(super) use leaf::rename;
pub(super) use tiers::through;

/// How names are told apart until the whole file is read: a field of the class, or a column of the customer.
pub(super) const FIELD: char = '=';
pub(super) const COLUMN: char = '?';

/// Fields that formulas of one class use; real ones have at most ten.
const VALUES_MAX: usize = 200;

/// What the analyst chose, as far as a class needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choices {
    pub(super) tier_starts: TierStarts,
    pub(super) budget_rounding: BudgetRounding,
    pub(super) quirks: Quirks,
    /// Places of the smallest step of the file's unit.
    pub(super) places: u32,
}

/// What the file says, or why it cannot be offered.
pub(super) type Offer<T> = Result<T, String>;

/// A class that was understood.
pub(super) struct ClassRead {
    pub(super) name: String,
    pub(super) line: usize,
    /// In the order of the bill.
    pub(super) charges: Vec<Entry<Rate>>,
    /// What formulas use.
    pub(super) values: Vec<Entry<Amount>>,
    /// Numbers that the customer's record supplies.
    pub(super) columns: BTreeSet<String>,
    /// Plain numbers that the bill does not use.
    pub(super) beside: BTreeMap<String, Decimal>,
}

/// A key of the class with what it says.
pub(super) struct Entry<T> {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) table: Table<Offer<T>>,
}

/// A class while it is read.
struct Class<'a> {
    path: String,
    fields: BTreeMap<&'a str, &'a Node>,
    /// The keys by their lower-case spelling.
    spellings: BTreeMap<String, &'a str>,
    /// Columns for which a map lists words: nothing can be calculated with those.
    words: BTreeSet<&'a str>,
    choices: Choices,
    /// The keys that something uses.
    used: BTreeSet<String>,
    /// Values that stand for the starts or prices of tiers.
    made: Vec<Entry<Amount>>,
    findings: Findings,
}

/// A result for one row of a table.
type Read<T> = Result<T, Box<Finding>>;

/// The class, or everything that is not understood.
pub(super) fn read(name: &str, node: &Node, choices: Choices) -> Result<ClassRead, Findings> {
    let path = format!("rate_structure.{name}");
    let entries = node.map().unwrap_or_default();
    let mut class = Class {
        path,
        fields: entries.iter().map(|(key, node)| (key.as_str(), node)).collect(),
        spellings: entries.iter().map(|(key, _)| (key.to_ascii_lowercase(), key.as_str())).collect(),
        words: entries.iter().filter_map(|(_, node)| leaf::column_of_words(node)).collect(),
        choices,
        used: BTreeSet::from(["bill".to_owned()]),
        made: Vec::new(),
        findings: Findings::new(),
    };
    if class.fields.get("bill").is_none_or(|bill| bill.is_nothing()) {
        class.refuse(node.key_line, "bill", Reason::Missing);
        return Err(class.findings);
    }
    let charges = class.bill();
    let values = class.values(&charges);
    let beside = class.beside(&charges);
    if !class.findings.is_empty() {
        return Err(class.findings);
    }
    let names = charges.iter().flat_map(names_of_charge).chain(values.iter().flat_map(names_of_value));
    let columns = names.filter_map(|name| Some(name.strip_prefix(COLUMN)?.to_owned())).collect();
    Ok(ClassRead { name: name.to_owned(), line: node.key_line, charges, values, columns, beside })
}

impl ClassRead {
    /// How many kinds of customer it tells apart; nothing beyond the range of a number.
    pub(super) fn combinations<'a>(&'a self) -> Option<usize> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut add = |columns: &'a [String], key: &'a [Option<String>]| {
            for (column, value) in columns.iter().zip(key) {
                values.entry(column).or_default().extend(value.as_deref());
            }
        };
        for entry in &self.charges {
            entry.table.rows.iter().for_each(|(key, _)| add(&entry.table.dimensions, key));
        }
        for entry in &self.values {
            entry.table.rows.iter().for_each(|(key, _)| add(&entry.table.dimensions, key));
        }
        values.values().try_fold(1_usize, |product, values| product.checked_mul(values.len().max(1)))
    }

    pub(super) fn too_many(&self) -> Finding {
        let reason = Reason::NotUnderstood("more combinations than any tariff has".to_owned());
        Finding { line: self.line, key: format!("rate_structure.{}", self.name), reason }
    }
}

impl<'a> Class<'a> {
    fn refuse(&mut self, line: usize, key: &str, reason: Reason) {
        let finding = self.finding(line, key, reason);
        if !self.findings.contains(&finding) {
            self.findings.push(*finding);
        }
    }

    fn finding(&self, line: usize, key: &str, reason: Reason) -> Box<Finding> {
        Box::new(Finding { line, key: format!("{}.{key}", self.path), reason })
    }

    fn line_of(&self, key: &str) -> usize {
        self.fields.get(key).map_or(0, |node| node.key_line)
    }

    /// A field as a table of its leaves; a value left empty is as if it were not there.
    fn table(&mut self, key: &str) -> Read<Table<&'a Node>> {
        self.used.insert(key.to_owned());
        let node = self.fields[key];
        let mut strays: Vec<Stray> = Vec::new();
        let mut table = read_table(node, &mut strays).map_err(|stray| self.finding(stray.line, key, stray.reason))?;
        if self.choices.quirks == Quirks::Refused || table.rows.is_empty() {
            for stray in strays {
                self.refuse(stray.line, key, stray.reason);
            }
        }
        if !table.dimensions.is_empty() {
            table.rows.retain(|(_, leaf)| !leaf.is_nothing());
        }
        if table.rows.is_empty() {
            let expected = "columns, and a value for each of their values";
            return Err(self.finding(node.key_line, key, Reason::NotA { expected }));
        }
        Ok(table)
    }

    /// What the rows say: one that is not understood is a finding, or (where quirks are accepted, and
    /// others are understood) is not offered.
    fn settle<T>(&mut self, table: Table<Read<T>>) -> Option<Table<Offer<T>>> {
        let is_hopeless = table.rows.iter().all(|(_, row)| row.is_err());
        if is_hopeless || self.choices.quirks == Quirks::Refused {
            let faults = table.rows.iter().filter_map(|(_, row)| row.as_ref().err());
            let faults: Vec<Finding> = faults.map(|fault| (**fault).clone()).collect();
            let is_fine = faults.is_empty();
            for fault in faults {
                if !self.findings.contains(&fault) {
                    self.findings.push(fault);
                }
            }
            if !is_fine || is_hopeless {
                return None;
            }
        }
        Some(table.map(|row| row.map_err(|finding| finding.to_string())))
    }

    /// A table that was understood as a whole, as an entry; or nothing, with the finding made.
    fn entry<T>(&mut self, key: &str, table: Read<Table<Read<T>>>) -> Option<Entry<T>> {
        match table {
            Ok(table) => {
                let (line, table) = (self.line_of(key), self.settle(table)?);
                Some(Entry { key: key.to_owned(), line, table })
            }
            Err(finding) => {
                self.findings.push(*finding);
                None
            }
        }
    }

    /// Every field that charges use, directly or through others.
    fn values(&mut self, charges: &[Entry<Rate>]) -> Vec<Entry<Amount>> {
        let mut values: Vec<Entry<Amount>> = std::mem::take(&mut self.made);
        let mut done: BTreeSet<String> = charges.iter().map(|charge| charge.key.clone()).collect();
        done.extend(values.iter().map(|value| value.key.clone()));
        let mut wanted: Vec<String> = charges.iter().flat_map(names_of_charge).collect();
        wanted.extend(values.iter().flat_map(names_of_value));
        wanted.reverse();
        while let Some(name) = wanted.pop() {
            let Some(key) = name.strip_prefix(FIELD) else { continue };
            if !done.insert(key.to_owned()) {
                continue;
            }
            if values.len() == VALUES_MAX {
                let reason = Reason::TooLong { what: "the list of keys that formulas use", max: "200 keys" };
                self.refuse(self.line_of(key), key, reason);
                break;
            }
            let table = self.value(key);
            if let Some(entry) = self.entry(key, table) {
                wanted.extend(names_of_value(&entry));
                values.push(entry);
            }
            for entry in std::mem::take(&mut self.made) {
                done.insert(entry.key.clone());
                wanted.extend(names_of_value(&entry));
                values.push(entry);
            }
        }
        values
    }

    /// Numbers the bill does not use; a charge among them is harmless only when it is zero.
    fn beside(&mut self, charges: &[Entry<Rate>]) -> BTreeMap<String, Decimal> {
        let mut beside = BTreeMap::new();
        let fields: Vec<(&str, &Node)> = self.fields.iter().map(|(key, node)| (*key, *node)).collect();
        for (key, node) in fields {
            if charges.iter().any(|charge| charge.key == key) {
                continue;
            }
            let plain = node.scalar().and_then(number);
            if let Some(number) = plain {
                beside.insert(key.to_owned(), number);
            }
            let is_nothing = node.is_nothing() || plain == Some(Decimal::ZERO);
            let is_charge = bill::is_charge(key) || key.starts_with("flat_rate") || key.starts_with("tier_");
            if self.choices.quirks == Quirks::Refused && is_charge && !is_nothing && !self.used.contains(key) {
                let why = "the bill does not use this key".to_owned();
                self.refuse(node.key_line, key, Reason::NotUnderstood(why));
            }
        }
        beside
    }
}

fn names_of_charge(charge: &Entry<Rate>) -> Vec<String> {
    let offered = charge.table.rows.iter().filter_map(|(_, rate)| rate.as_ref().ok());
    offered.flat_map(amounts).flat_map(names_of).collect()
}

fn names_of_value(value: &Entry<Amount>) -> Vec<String> {
    value.table.rows.iter().filter_map(|(_, amount)| amount.as_ref().ok()).flat_map(names_of).collect()
}

fn names_of(amount: &Amount) -> Vec<String> {
    match amount {
        Amount::Number(_) => Vec::new(),
        Amount::Formula(formula) => formula.names().into_iter().map(str::to_owned).collect(),
    }
}

/// The numbers and formulas of a rate.
fn amounts(rate: &Rate) -> Vec<&Amount> {
    match rate {
        Rate::Fixed(amount) | Rate::PerUnit(amount) | Rate::PerCent { per_cent: amount, .. } => vec![amount],
        Rate::Tiers(tiers) => tiers.tiers.iter().flat_map(|tier| tier.bound.iter().chain([&tier.price])).collect(),
        Rate::NotOffered(_) => Vec::new(),
    }
}

/// A number or formula of an expression.
fn amount(expr: Expr) -> Amount {
    match expr {
        Expr::Number(number) => Amount::Number(number),
        Expr::Minus(part) => match *part {
            Expr::Number(number) => Amount::Number(-number),
            part => Amount::Formula(Formula::new(Expr::Minus(Box::new(part)))),
        },
        expr => Amount::Formula(Formula::new(expr)),
    }
}
