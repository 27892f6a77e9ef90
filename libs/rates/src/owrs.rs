//! `owrs::read`: a rate file of the Open Water Rate Specification as a schedule of ours.
//!
//! What the reader does not understand it refuses, with line and key: a tariff is never priced by
//! half. The specification is the README of California-Data-Collaborative/Open-Water-Rate-Specification.

mod class;
mod merge;
mod numbers;
mod yaml;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Rounding, Unit};

use crate::finding::{Finding, Reason, TextRefused};
use crate::schedule::{Basis, Charge, Dimension, Measure, Schedule, Titles, Version};
use crate::text;
use class::ClassCharge;
use yaml::{Findings, Node};

/// What the analyst decides, because the file does not say it or authors disagree on it.
#[derive(Clone, Debug)]
pub struct OwrsOptions {
    /// The code of the schedule.
    pub code: String,
    /// The title of the schedule.
    pub title: Titles,
    /// The service it prices.
    pub service: String,
    /// The ordinance it cites.
    pub ordinance: String,
    /// Which date decides the version.
    pub basis: Basis,
    /// How a fraction of a cent is settled on every line.
    pub rounding: Rounding,
    /// The unit of a file without `bill_unit`.
    pub unit_when_unstated: Unit,
    /// The first day, where the analyst knows better than the file.
    pub effective_on: Option<NaiveDate>,
    /// What `tier_starts` means.
    pub tier_starts: TierStarts,
    /// How charges stand on bill and books, by their name in the file; others are named after it.
    pub lines: BTreeMap<String, OwrsLine>,
}

/// What a number in `tier_starts` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierStarts {
    /// The first unit of the tier, as the specification says: 15 puts 14 units below.
    FirstUnit,
    /// The amount above which the tier begins: 15 puts 15 units below.
    Boundary,
}

/// How a charge of the file stands on the bill and in the books.
#[derive(Clone, Debug)]
pub struct OwrsLine {
    /// The line of the city's books.
    pub revenue: String,
    /// What a resident reads.
    pub title: Titles,
}

/// Classes of one file; real ones have fewer than thirty.
const CLASSES_MAX: usize = 200;

const METADATA_KEYS: [&str; 5] = ["effective_date", "utility_name", "bill_frequency", "bill_unit", "prop_218_link"];

/// The words for units in these files.
const UNITS: [(&str, Unit); 5] = [
    ("ccf", Unit::Ccf),
    ("hcf", Unit::Ccf),
    ("kgal", Unit::Kgal),
    ("kilolitre", Unit::Kiloliter),
    ("kiloliter", Unit::Kiloliter),
];

/// Reads a file into a schedule with one version; whatever is not understood is refused.
pub fn read(bytes: &[u8], options: &OwrsOptions) -> Result<Schedule, TextRefused> {
    let document = yaml::read(text::sized(text::utf8(bytes)?)?)?;
    let mut findings = Findings::default();
    let read = version(&document, options, &mut findings);
    match read {
        Some(version) if findings.is_empty() => {
            let flaw = |error| TextRefused::one(document.line, "rate_structure", Reason::Flaw(error));
            version.compile().map_err(flaw)?;
            let (code, title, service) = (options.code.clone(), options.title.clone(), options.service.clone());
            Ok(Schedule { code, title, service, versions: vec![version] })
        }
        Some(_) | None => Err(TextRefused::new(findings)),
    }
}

impl OwrsOptions {
    /// The usual choices for a water tariff in ccf.
    #[must_use]
    pub fn water(code: &str, ordinance: &str) -> OwrsOptions {
        let line = |revenue: &str, english: &str, spanish: &str| OwrsLine {
            revenue: revenue.to_owned(),
            title: Titles::english(english).and("es", spanish),
        };
        let lines = [
            ("commodity_charge", line("water.consumption", "Water use", "Consumo de agua")),
            ("service_charge", line("water.base", "Base charge", "Cargo fijo")),
        ];
        OwrsOptions {
            code: code.to_owned(),
            title: Titles::english("Water").and("es", "Agua"),
            service: "water".to_owned(),
            ordinance: ordinance.to_owned(),
            basis: Basis::BillDate,
            rounding: Rounding::HalfAwayFromZero,
            unit_when_unstated: Unit::Ccf,
            effective_on: None,
            tier_starts: TierStarts::FirstUnit,
            lines: lines.map(|(name, line)| (name.to_owned(), line)).into(),
        }
    }

    fn line(&self, name: &str) -> OwrsLine {
        self.lines.get(name).cloned().unwrap_or_else(|| {
            let stem = name.strip_suffix("_charge").unwrap_or(name).to_lowercase();
            let revenue = format!("{}.{stem}", self.service);
            OwrsLine { revenue, title: Titles::english(&stem.replace('_', " ")) }
        })
    }
}

fn version(document: &Node, options: &OwrsOptions, findings: &mut Findings) -> Option<Version> {
    let Some(keys) = document.map() else {
        refuse(findings, document.line, "", Reason::NotA { expected: "metadata and rate_structure" });
        return None;
    };
    for (key, node) in keys {
        if !["metadata", "rate_structure", "author_info"].contains(&key.as_str()) {
            refuse(findings, node.key_line, key, Reason::NotUnderstood("no such part of a rate file".to_owned()));
        }
    }
    let (effective_on, unit) = metadata(document, options, findings);
    let Some(structure) = document.get("rate_structure") else {
        refuse(findings, document.line, "rate_structure", Reason::Missing);
        return None;
    };
    let Some(classes) = structure.map().filter(|classes| !classes.is_empty()) else {
        refuse(findings, structure.key_line, "rate_structure", Reason::NotA { expected: "a list of customer classes" });
        return None;
    };
    if CLASSES_MAX < classes.len() {
        let reason = Reason::TooLong { what: "the list of classes", max: "200 classes" };
        refuse(findings, structure.key_line, "rate_structure", reason);
        return None;
    }
    let mut version = Version {
        effective_on: effective_on?,
        ordinance: options.ordinance.clone(),
        basis: options.basis,
        classes: Vec::new(),
        dimensions: Vec::new(),
        charges: Vec::new(),
    };
    for (class, node) in classes {
        let found = class::read(class, node, options.tier_starts, findings);
        let alone = assemble(&version, class, &found, options, unit?);
        let mut filled = alone.clone();
        merge::fill(&mut filled);
        if let Some(finding) = filled.compile().err().and_then(|error| class::place(class, node, &found, error)) {
            findings.push(finding);
        }
        merge::add(&mut version, alone);
    }
    merge::fill(&mut version);
    merge::tidy(&mut version);
    Some(version)
}

/// The version with this class alone.
fn assemble(frame: &Version, class: &str, found: &[ClassCharge], options: &OwrsOptions, unit: Unit) -> Version {
    let mut dimensions: Vec<Dimension> = Vec::new();
    for condition in found.iter().flat_map(|charge| &charge.cases).flat_map(|case| &case.when) {
        merge::add_values(&mut dimensions, &condition.dimension, &condition.values);
    }
    let charges = found.iter().map(|found| {
        let OwrsLine { revenue, title } = options.line(&found.name);
        let measure = found.is_measured.then(|| Measure { name: "usage".to_owned(), unit });
        let (name, cases) = (found.name.to_lowercase(), found.cases.clone());
        Charge { name, title, revenue, measure, rounding: options.rounding, cases }
    });
    Version {
        classes: vec![class.to_owned()],
        dimensions,
        charges: charges.collect(),
        effective_on: frame.effective_on,
        ordinance: frame.ordinance.clone(),
        basis: frame.basis,
    }
}

fn metadata(document: &Node, options: &OwrsOptions, findings: &mut Findings) -> (Option<NaiveDate>, Option<Unit>) {
    let Some(metadata) = document.get("metadata") else {
        if options.effective_on.is_none() {
            refuse(findings, document.line, "metadata", Reason::Missing);
        }
        return (options.effective_on, Some(options.unit_when_unstated));
    };
    for (key, node) in metadata.map().unwrap_or_default() {
        if !METADATA_KEYS.contains(&key.as_str()) {
            refuse(findings, node.key_line, key, Reason::UnknownKey { known: METADATA_KEYS.join(", ") });
        }
    }
    let unit = match metadata.get("bill_unit").filter(|node| !node.is_nothing()) {
        None => Some(options.unit_when_unstated),
        Some(node) => {
            let word = node.scalar().unwrap_or_default().to_lowercase();
            let row = UNITS.iter().find(|(known, _)| *known == word);
            if row.is_none() {
                let known = UNITS.map(|(word, _)| word).join(", ");
                refuse(findings, node.line, "metadata.bill_unit", Reason::UnknownWord { found: word, known });
            }
            row.map(|(_, unit)| *unit)
        }
    };
    (options.effective_on.or_else(|| effective_date(metadata, findings)), unit)
}

/// `2016-03-01`, or `3/1/2016` as most files have it.
fn effective_date(metadata: &Node, findings: &mut Findings) -> Option<NaiveDate> {
    let Some(node) = metadata.get("effective_date") else {
        refuse(findings, metadata.key_line, "metadata.effective_date", Reason::Missing);
        return None;
    };
    let text = node.scalar().unwrap_or_default();
    let date = ["%Y-%m-%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    let date = date.filter(|date| (1800..=9999).contains(&chrono::Datelike::year(date)));
    if date.is_none() {
        let expected = "a date such as 2016-03-01 or 3/1/2016";
        refuse(findings, node.line, "metadata.effective_date", Reason::NotA { expected });
    }
    date
}

fn refuse(findings: &mut Findings, line: usize, key: &str, reason: Reason) {
    findings.push(Finding { line, key: key.to_owned(), reason });
}
