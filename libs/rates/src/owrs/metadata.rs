//! The head of a rate file: its first day and its unit.

use chrono::{Datelike, NaiveDate};
use kernel::Unit;

use super::yaml::{Findings, Node};
use super::{OwrsOptions, Quirks};
use crate::finding::{Finding, Reason};

/// The unit, and the first day where the file or the analyst says it.
pub(super) struct Metadata {
    pub(super) effective_on: Option<NaiveDate>,
    pub(super) unit: Unit,
}

const KEYS: [&str; 5] = ["effective_date", "utility_name", "bill_frequency", "bill_unit", "prop_218_link"];
const PARTS: [&str; 3] = ["metadata", "rate_structure", "author_info"];

/// The words for units in these files.
pub(super) const UNITS: [(&str, Unit); 7] = [
    ("ccf", Unit::Ccf),
    ("hcf", Unit::Ccf),
    ("kgal", Unit::Kgal),
    ("kilolitre", Unit::Kiloliter),
    ("kiloliter", Unit::Kiloliter),
    ("cubic_meter", Unit::CubicMeter),
    ("gallon", Unit::Gallon),
];

/// Reads the head; where quirks are accepted, it only matters as far as it can be read.
pub(super) fn read(document: &Node, options: &OwrsOptions, findings: &mut Findings) -> Metadata {
    let mut found = Findings::new();
    for (key, node) in document.map().unwrap_or_default() {
        if !PARTS.contains(&key.as_str()) {
            refuse(&mut found, node.key_line, key, Reason::NotUnderstood("no such part of a rate file".to_owned()));
        }
    }
    let mut read = Metadata { effective_on: options.effective_on, unit: options.unit_when_unstated };
    match document.get("metadata") {
        Some(metadata) => {
            for (key, node) in metadata.map().unwrap_or_default() {
                if !KEYS.contains(&key.as_str()) {
                    refuse(&mut found, node.key_line, key, Reason::UnknownKey { known: KEYS.join(", ") });
                }
            }
            read.unit = unit(metadata, &mut found).unwrap_or(options.unit_when_unstated);
            read.effective_on = options.effective_on.or_else(|| effective_date(metadata, &mut found));
        }
        None if options.effective_on.is_none() => refuse(&mut found, document.line, "metadata", Reason::Missing),
        None => {}
    }
    if options.quirks == Quirks::Refused {
        findings.append(&mut found);
    }
    read
}

fn unit(metadata: &Node, findings: &mut Findings) -> Option<Unit> {
    let node = metadata.get("bill_unit").filter(|node| !node.is_nothing())?;
    let word = node.scalar().unwrap_or_default().to_lowercase();
    let row = UNITS.iter().find(|(known, _)| *known == word);
    if row.is_none() {
        let known = UNITS.map(|(word, _)| word).join(", ");
        refuse(findings, node.line, "metadata.bill_unit", Reason::UnknownWord { found: word, known });
    }
    row.map(|(_, unit)| *unit)
}

/// `2016-03-01`, or `3/1/2016` as most files have it.
fn effective_date(metadata: &Node, findings: &mut Findings) -> Option<NaiveDate> {
    let Some(node) = metadata.get("effective_date") else {
        refuse(findings, metadata.key_line, "metadata.effective_date", Reason::Missing);
        return None;
    };
    let text = node.scalar().unwrap_or_default();
    let date = ["%Y-%m-%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    let date = date.filter(|date| (1800..=9999).contains(&date.year()));
    if date.is_none() {
        let expected = "a date such as 2016-03-01 or 3/1/2016";
        refuse(findings, node.line, "metadata.effective_date", Reason::NotA { expected });
    }
    date
}

fn refuse(findings: &mut Findings, line: usize, key: &str, reason: Reason) {
    findings.push(Finding { line, key: key.to_owned(), reason });
}
