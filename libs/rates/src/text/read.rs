//! `read`: a schedule from its text, or everything that is wrong with the text.

mod case;
mod charge;
mod quantity;
mod value;

use std::collections::BTreeMap;

use kernel::Rounding;
use toml::de::DeTable;

use super::toml_keys::{Entry, Findings, Keys};
use crate::finding::{Finding, Reason, TextRefused};
use crate::refusals::{Flaw, RateError};
use crate::schedule::{Basis, Charge, Condition, Dimension, NormalDays, Schedule, Titles, Value, Version};

/// Every rounding rule with its word.
pub(super) const ROUNDINGS: [(Rounding, &str); 4] = [
    (Rounding::HalfAwayFromZero, "half_away_from_zero"),
    (Rounding::HalfEven, "half_even"),
    (Rounding::AwayFromZero, "away_from_zero"),
    (Rounding::TowardZero, "toward_zero"),
];

const SCHEDULE_KEYS: [&str; 4] = ["schedule", "title", "service", "version"];
const VERSION_KEYS: [&str; 9] =
    ["effective_on", "ordinance", "basis", "classes", "normal_days", "dimensions", "quantity", "value", "charge"];
const NORMAL_DAYS_KEYS: [&str; 3] = ["full", "at_least", "at_most"];

/// Where the parts of a version stand, for what only the compiler notices.
struct VersionLines {
    line: usize,
    values: Vec<PartLines>,
    charges: Vec<PartLines>,
    /// Every name with its line and key, in the order of the text's kinds of parts.
    names: Vec<NameAt>,
}

/// A name, its line and its key.
type NameAt = (String, usize, &'static str);

/// Where a value or charge stands, and each of its cases.
struct PartLines {
    line: usize,
    /// The key of a case: `version.value.case`, or one of the short forms.
    case_key: &'static str,
    cases: Vec<usize>,
}

/// Reads and checks; a schedule that comes back compiles in every version.
pub(crate) fn read(text: &str) -> Result<Schedule, TextRefused> {
    let text = super::sized(text)?;
    let findings = Findings::new(text);
    let document = DeTable::parse(text).map_err(|error| {
        let line = findings.line_at(error.span().map_or(0, |span| span.start));
        TextRefused::one(line, "", Reason::NotReadable(error.message().replace('\n', " ")))
    })?;
    let keys = Keys::new(&findings, "", 1, document.get_ref(), &SCHEDULE_KEYS);
    let read = schedule(&keys);
    drop(keys);
    let found = findings.into_vec();
    match read {
        Some((schedule, lines)) if found.is_empty() => {
            let flaws = flaws_of(&schedule, &lines);
            if flaws.is_empty() { Ok(schedule) } else { Err(TextRefused::new(flaws)) }
        }
        Some(_) | None => Err(TextRefused::new(found)),
    }
}

/// What the compiler refuses, at the lines where it stands.
fn flaws_of(schedule: &Schedule, lines: &[VersionLines]) -> Vec<Finding> {
    let mut flaws = Vec::new();
    for (version, lines) in schedule.versions.iter().zip(lines) {
        let Err(error) = version.compile() else { continue };
        let (line, key) = lines.place_of(&error);
        flaws.push(Finding { line, key: key.to_owned(), reason: Reason::Flaw(error) });
    }
    flaws
}

impl VersionLines {
    fn place_of(&self, error: &RateError) -> (usize, &'static str) {
        let (part, key) = match (&error.place.value, &error.place.charge) {
            (Some((value, _)), _) => (&self.values[*value], "version.value"),
            (None, Some((charge, _))) => (&self.charges[*charge], "version.charge"),
            (None, None) => return self.place_by_name(&error.flaw).unwrap_or((self.line, "version")),
        };
        match error.place.case {
            Some(case) => (part.cases[case], part.case_key),
            None => (part.line, key),
        }
    }

    /// Where a name stands that is wrong in the version as a whole: the second place, when it is there twice.
    fn place_by_name(&self, flaw: &Flaw) -> Option<(usize, &'static str)> {
        let (Flaw::BadName(name) | Flaw::MonthsNotCovered(name) | Flaw::Twice { name, .. }) = flaw else { return None };
        let row = self.names.iter().rev().find(|(known, _, _)| known == name);
        row.map(|(_, line, key)| (*line, *key))
    }
}

fn schedule(keys: &Keys<'_>) -> Option<(Schedule, Vec<VersionLines>)> {
    let code = keys.need("schedule").and_then(Entry::text);
    let title = keys.need("title").and_then(titles);
    let service = keys.need("service").and_then(Entry::text);
    let tables = keys.need("version").and_then(|entry| entry.tables(&VERSION_KEYS));
    let mut versions: Vec<Version> = Vec::new();
    let mut lines = Vec::new();
    for table in tables? {
        let (version, version_lines) = version(&table)?;
        if versions.last().is_some_and(|before| version.effective_on <= before.effective_on) {
            table.refuse(Reason::VersionsNotAscending);
        }
        versions.push(version);
        lines.push(version_lines);
    }
    Some((Schedule { code: code?, title: title?, service: service?, versions }, lines))
}

fn version(keys: &Keys<'_>) -> Option<(Version, VersionLines)> {
    let effective_on = keys.need("effective_on").and_then(Entry::date);
    let ordinance = keys.need("ordinance").and_then(Entry::text);
    let basis = keys.need("basis").and_then(|entry| entry.word(&Basis::ALL));
    let classes = keys.need("classes").and_then(Entry::texts);
    let normal_days = keys.read("normal_days", normal_days);
    let dimensions = keys.read("dimensions", dimensions);
    let quantities = keys.read("quantity", quantity::quantities);
    let values = keys.read("value", value::values);
    let tables = keys.need("charge").and_then(|entry| entry.tables(&charge::KEYS));
    let charges = tables.and_then(|tables| all(tables.iter().map(charge::charge)));
    let (values, value_lines): (Vec<_>, Vec<_>) = values?.unwrap_or_default().into_iter().unzip();
    let (charges, charge_lines): (Vec<_>, Vec<_>) = charges?.into_iter().unzip();
    let (dimensions, mut names): (Vec<_>, Vec<_>) = dimensions?.unwrap_or_default().into_iter().unzip();
    let (quantities, quantity_names): (Vec<_>, Vec<_>) = quantities?.unwrap_or_default().into_iter().unzip();
    names.extend(quantity_names);
    let name_of = |(value, lines): (&Value, &PartLines)| (value.name.clone(), lines.line, "version.value");
    names.extend(values.iter().zip(&value_lines).map(name_of));
    let name_of = |(charge, lines): (&Charge, &PartLines)| (charge.name.clone(), lines.line, "version.charge");
    names.extend(charges.iter().zip(&charge_lines).map(name_of));
    let version = Version {
        effective_on: effective_on?,
        ordinance: ordinance?,
        basis: basis?,
        normal_days: normal_days?,
        classes: classes?,
        dimensions,
        quantities,
        values,
        charges,
    };
    Some((version, VersionLines { line: keys.line, values: value_lines, charges: charge_lines, names }))
}

/// All of them, after each was read for what is wrong with it.
fn all<T>(read: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    read.collect::<Vec<_>>().into_iter().collect()
}

fn normal_days(entry: &Entry<'_>) -> Option<NormalDays> {
    let keys = entry.table(&NORMAL_DAYS_KEYS)?;
    let [full, at_least, at_most] = NORMAL_DAYS_KEYS.map(|key| keys.need(key).and_then(Entry::count));
    Some(NormalDays { full: full?, at_least: at_least?, at_most: at_most? })
}

fn dimensions(entry: &Entry<'_>) -> Option<Vec<(Dimension, NameAt)>> {
    let at = |entry: &Entry<'_>| (entry.key.to_owned(), entry.line, "version.dimensions");
    all(entry.free_table()?.into_entries().iter().map(|entry| Some((dimension(entry)?, at(entry)))))
}

/// A list of values, or a season: a table of values with the months of each.
fn dimension(entry: &Entry<'_>) -> Option<Dimension> {
    let name = entry.key.to_owned();
    if !entry.is_table() {
        return Some(Dimension { name, values: entry.texts()?, months: None });
    }
    let seasons = entry.free_table()?.into_entries();
    let read = all(seasons.iter().map(|season| Some((season.key.to_owned(), season.months()?))))?;
    let (values, months) = read.into_iter().unzip();
    Some(Dimension { name, values, months: Some(months) })
}

fn titles(entry: &Entry<'_>) -> Option<Titles> {
    let mut by_language = BTreeMap::new();
    for language in entry.free_table()?.into_entries() {
        by_language.insert(language.key.to_owned(), language.text()?);
    }
    let titles = Titles::new(by_language);
    if titles.is_none() {
        entry.refuse(Reason::NotA { expected: "a title by language, with at least en" });
    }
    titles
}

/// The classes and conditions of a case, both of which it may leave out.
fn applies(keys: &Keys<'_>) -> Option<(Vec<String>, Vec<Condition>)> {
    let classes = keys.read("class", Entry::texts);
    let when = keys.read("when", conditions);
    Some((classes?.unwrap_or_default(), when?.unwrap_or_default()))
}

fn conditions(entry: &Entry<'_>) -> Option<Vec<Condition>> {
    let read = entry.free_table()?.into_entries();
    all(read.iter().map(|entry| Some(Condition { dimension: entry.key.to_owned(), values: entry.texts()? })))
}

/// A key that says something only beside another: a finding when it stands alone.
fn only_with(keys: &Keys<'_>, key: &str, other: &'static str) {
    if let Some(entry) = keys.get(key)
        && keys.get(other).is_none()
    {
        entry.refuse(Reason::OnlyWith(other));
    }
}
