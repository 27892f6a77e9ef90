//! `read`: a schedule from its text, or everything that is wrong with the text.

use std::collections::BTreeMap;

use kernel::{Rounding, Unit};
use toml::de::DeTable;

use super::toml_keys::{Entry, Findings, Keys};
use crate::finding::{Finding, Reason, TextRefused};
use crate::schedule::{
    Basis, Case, Charge, Condition, Dimension, FirstTier, Measure, Rate, Schedule, ThroughTier, Tiers, Titles, Version,
};

/// Every rounding rule with its word.
pub(super) const ROUNDINGS: [(Rounding, &str); 4] = [
    (Rounding::HalfAwayFromZero, "half_away_from_zero"),
    (Rounding::HalfEven, "half_even"),
    (Rounding::AwayFromZero, "away_from_zero"),
    (Rounding::TowardZero, "toward_zero"),
];

const SCHEDULE_KEYS: [&str; 4] = ["schedule", "title", "service", "version"];
const VERSION_KEYS: [&str; 6] = ["effective_on", "ordinance", "basis", "classes", "dimensions", "charge"];
const CHARGE_KEYS: [&str; 7] = ["name", "title", "revenue", "measured_by", "unit", "rounding", "case"];
const CASE_KEYS: [&str; 6] = ["class", "when", "fixed", "per_unit", "tiers", "not_offered"];
const TIER_KEYS: [&str; 3] = ["first", "through", "price"];

/// Where the parts of a version stand, for what only the compiler notices.
struct VersionLines {
    line: usize,
    charges: Vec<(usize, Vec<usize>)>,
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
        let (line, key) = match (&error.place.charge, error.place.case) {
            (None, _) => (lines.line, "version"),
            (Some((charge, _)), None) => (lines.charges[*charge].0, "version.charge"),
            (Some((charge, _)), Some(case)) => (lines.charges[*charge].1[case], "version.charge.case"),
        };
        flaws.push(Finding { line, key: key.to_owned(), reason: Reason::Flaw(error) });
    }
    flaws
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
    let dimensions = match keys.get("dimensions") {
        Some(entry) => dimensions(entry),
        None => Some(Vec::new()),
    };
    let tables = keys.need("charge").and_then(|entry| entry.tables(&CHARGE_KEYS));
    let read: Vec<_> = tables?.iter().map(charge).collect();
    let (charges, lines) = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
    let version = Version {
        effective_on: effective_on?,
        ordinance: ordinance?,
        basis: basis?,
        classes: classes?,
        dimensions: dimensions?,
        charges,
    };
    Some((version, VersionLines { line: keys.line, charges: lines }))
}

fn dimensions(entry: &Entry<'_>) -> Option<Vec<Dimension>> {
    let read = entry.free_table()?.into_entries();
    read.iter().map(|entry| Some(Dimension { name: entry.key.to_owned(), values: entry.texts()? })).collect()
}

fn charge(keys: &Keys<'_>) -> Option<(Charge, (usize, Vec<usize>))> {
    let name = keys.need("name").and_then(Entry::text);
    let title = keys.need("title").and_then(titles);
    let revenue = keys.need("revenue").and_then(Entry::text);
    let measure = measure(keys);
    let rounding = keys.need("rounding").and_then(|entry| entry.word(&ROUNDINGS));
    let tables = keys.need("case").and_then(|entry| entry.tables(&CASE_KEYS))?;
    let lines = tables.iter().map(|table| table.line).collect();
    let cases: Vec<_> = tables.iter().map(case).collect();
    let charge = Charge {
        name: name?,
        title: title?,
        revenue: revenue?,
        measure: measure?,
        rounding: rounding?,
        cases: cases.into_iter().collect::<Option<_>>()?,
    };
    Some((charge, (keys.line, lines)))
}

/// Both keys or neither.
fn measure(keys: &Keys<'_>) -> Option<Option<Measure>> {
    if keys.get("measured_by").is_none() && keys.get("unit").is_none() {
        return Some(None);
    }
    let name = keys.need("measured_by").and_then(Entry::text);
    let entry = keys.need("unit")?;
    let code = entry.text()?;
    match Unit::parse(&code) {
        Ok(unit) => Some(Some(Measure { name: name?, unit })),
        Err(error) => {
            entry.refuse(Reason::NotUnderstood(error.to_string()));
            None
        }
    }
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

fn case(keys: &Keys<'_>) -> Option<Case> {
    let classes = match keys.get("class") {
        Some(entry) => entry.texts(),
        None => Some(Vec::new()),
    };
    let when = match keys.get("when") {
        Some(entry) => conditions(entry),
        None => Some(Vec::new()),
    };
    let given: Vec<_> = ["fixed", "per_unit", "tiers", "not_offered"].iter().filter_map(|key| keys.get(key)).collect();
    let rate = match given[..] {
        [entry] => rate(entry),
        _ => {
            keys.refuse(Reason::OneOf("fixed, per_unit, tiers, not_offered"));
            None
        }
    };
    Some(Case { classes: classes?, when: when?, rate: rate? })
}

fn rate(entry: &Entry<'_>) -> Option<Rate> {
    match entry.key {
        "fixed" => entry.decimal().map(Rate::Fixed),
        "per_unit" => entry.decimal().map(Rate::PerUnit),
        "tiers" => tiers(entry).map(Rate::Tiers),
        _ => entry.text().map(Rate::NotOffered),
    }
}

fn conditions(entry: &Entry<'_>) -> Option<Vec<Condition>> {
    let read = entry.free_table()?.into_entries();
    read.iter().map(|entry| Some(Condition { dimension: entry.key.to_owned(), values: entry.texts()? })).collect()
}

/// The first entry decides how the whole list is stated.
fn tiers(entry: &Entry<'_>) -> Option<Tiers> {
    let tables = entry.tables(&TIER_KEYS)?;
    let by_first = tables.first().is_some_and(|table| table.get("first").is_some());
    if let Some(mixed) = tables.iter().find(|t| t.get(if by_first { "through" } else { "first" }).is_some()) {
        mixed.refuse(Reason::OneOf("first, through"));
        return None;
    }
    let price = |table: &Keys<'_>| table.need("price").and_then(Entry::decimal);
    if by_first {
        let tier = |table: &Keys<'_>| {
            Some(FirstTier { first: table.need("first").and_then(Entry::decimal)?, price: price(table)? })
        };
        return tables.iter().map(tier).collect::<Option<_>>().map(Tiers::First);
    }
    let tier = |table: &Keys<'_>| {
        let through = match table.get("through") {
            Some(entry) => Some(entry.decimal()?),
            None => None,
        };
        Some(ThroughTier { through, price: price(table)? })
    };
    tables.iter().map(tier).collect::<Option<_>>().map(Tiers::Through)
}
