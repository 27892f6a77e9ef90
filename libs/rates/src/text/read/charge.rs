//! The lines of a bill: `[[version.charge]]`.

use kernel::{Factor, Unit};

use super::{PartLines, ROUNDINGS, all, case, titles};
use crate::finding::Reason;
use crate::schedule::{Charge, Measure, PeriodKind, Tax};
use crate::text::CITY;
use crate::text::toml_keys::{Entry, Keys};

pub(super) const KEYS: [&str; 14] = [
    "name",
    "title",
    "revenue",
    "tax",
    "borne_by",
    "exempt_by",
    "measured_by",
    "unit",
    "convert",
    "return_factor",
    "rounding",
    "prorate",
    "prorate_tiers",
    "case",
];
const TAX_KEYS: [&str; 2] = ["authority", "code"];
const MEASURE_KEYS: [&str; 4] = ["measured_by", "unit", "convert", "return_factor"];

pub(super) fn charge(keys: &Keys<'_>) -> Option<(Charge, PartLines)> {
    let name = keys.need("name").and_then(Entry::text);
    let title = keys.need("title").and_then(titles);
    let revenue = keys.need("revenue").and_then(Entry::text);
    let tax = keys.read("tax", tax);
    let borne_by = keys.read("borne_by", |entry| entry.word(&[((), CITY)]));
    let exempt_by = keys.read("exempt_by", Entry::text);
    let measure = measure(keys);
    let rounding = keys.need("rounding").and_then(|entry| entry.word(&ROUNDINGS));
    let prorate = keys.read("prorate", kinds);
    let prorate_tiers = keys.read("prorate_tiers", kinds);
    let tables = keys.need("case").and_then(|entry| entry.tables(&case::KEYS))?;
    let lines = tables.iter().map(|table| table.line).collect();
    let cases = all(tables.iter().map(case::case));
    let charge = Charge {
        name: name?,
        title: title?,
        revenue: revenue?,
        tax: tax?,
        is_borne_by_city: borne_by?.is_some(),
        exempt_by: exempt_by?,
        measure: measure?,
        rounding: rounding?,
        prorate: prorate?.unwrap_or_default(),
        prorate_tiers: prorate_tiers?.unwrap_or_default(),
        cases: cases?,
    };
    Some((charge, PartLines { line: keys.line, case_key: "version.charge.case", cases: lines }))
}

fn tax(entry: &Entry<'_>) -> Option<Tax> {
    let keys = entry.table(&TAX_KEYS)?;
    let [authority, code] = TAX_KEYS.map(|key| keys.need(key).and_then(Entry::text));
    Some(Tax { authority: authority?, code: code? })
}

/// In ascending order; a kind that is there twice is for the compiler to refuse.
fn kinds(entry: &Entry<'_>) -> Option<Vec<PeriodKind>> {
    let mut kinds = entry.words(&PeriodKind::ALL)?;
    kinds.sort_unstable();
    Some(kinds)
}

/// None of the keys, or at least the first two.
fn measure(keys: &Keys<'_>) -> Option<Option<Measure>> {
    if MEASURE_KEYS.iter().all(|key| keys.get(key).is_none()) {
        return Some(None);
    }
    let name = keys.need("measured_by").and_then(Entry::text);
    let unit = keys.need("unit").and_then(unit);
    let convert = keys.read("convert", factor);
    let return_factor = keys.read("return_factor", Entry::decimal);
    Some(Some(Measure { name: name?, unit: unit?, convert: convert?, return_factor: return_factor? }))
}

fn unit(entry: &Entry<'_>) -> Option<Unit> {
    let code = entry.text()?;
    Unit::parse(&code).map_err(|error| entry.refuse(Reason::NotUnderstood(error.to_string()))).ok()
}

/// The name of a factor that there is.
fn factor(entry: &Entry<'_>) -> Option<String> {
    let known = Factor::ALL.each_ref().map(|factor| (factor.name, factor.name));
    entry.word(&known).map(str::to_owned)
}
