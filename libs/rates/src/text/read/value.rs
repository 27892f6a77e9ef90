//! Numbers and formulas with a name: `[[version.value]]`, in its long form and both short ones.

use super::{PartLines, all, applies, only_with};
use crate::finding::Reason;
use crate::schedule::{Condition, RoundTo, Value, ValueCase, ValueIs};
use crate::text::CLASS;
use crate::text::read::ROUNDINGS;
use crate::text::toml_keys::{Entry, Keys};

const KEYS: [&str; 7] = ["name", "round_to", "rounding", "is", "by", "rows", "case"];
const CASE_KEYS: [&str; 4] = ["class", "when", "is", "not_offered"];
const CELL_KEYS: [&str; 1] = ["not_offered"];

pub(super) fn values(entry: &Entry<'_>) -> Option<Vec<(Value, PartLines)>> {
    all(entry.tables(&KEYS)?.iter().map(value))
}

fn value(keys: &Keys<'_>) -> Option<(Value, PartLines)> {
    let name = keys.need("name").and_then(Entry::text);
    let round_to = round_to(keys);
    only_with(keys, "by", "rows");
    let given: Vec<_> = ["is", "rows", "case"].iter().filter_map(|key| keys.get(key)).collect();
    let cases = match given[..] {
        [entry] => cases(keys, entry),
        _ => {
            keys.refuse(Reason::OneOf("is, rows, case"));
            None
        }
    };
    let (case_key, read) = cases?;
    let (cases, lines) = read.into_iter().unzip();
    let value = Value { name: name?, round_to: round_to?, cases };
    Some((value, PartLines { line: keys.line, case_key, cases: lines }))
}

/// A case and the line where it stands.
type CaseAt = (ValueCase, usize);

fn cases(keys: &Keys<'_>, entry: &Entry<'_>) -> Option<(&'static str, Vec<CaseAt>)> {
    match entry.key {
        "is" => {
            let is = ValueIs::Amount(entry.amount()?);
            let case = ValueCase { classes: Vec::new(), when: Vec::new(), is };
            Some(("version.value.is", vec![(case, entry.line)]))
        }
        "rows" => Some(("version.value.rows", rows(keys, entry)?)),
        _ => {
            let tables = entry.tables(&CASE_KEYS)?;
            let cases = all(tables.iter().map(|table| Some((case(table)?, table.line))))?;
            Some(("version.value.case", cases))
        }
    }
}

/// Both keys or neither.
fn round_to(keys: &Keys<'_>) -> Option<Option<RoundTo>> {
    if keys.get("round_to").is_none() && keys.get("rounding").is_none() {
        return Some(None);
    }
    let step = keys.need("round_to").and_then(Entry::decimal);
    let rounding = keys.need("rounding").and_then(|entry| entry.word(&ROUNDINGS));
    Some(Some(RoundTo { step: step?, rounding: rounding? }))
}

fn case(keys: &Keys<'_>) -> Option<ValueCase> {
    let applies = applies(keys);
    let is = match (keys.get("is"), keys.get("not_offered")) {
        (Some(entry), None) => entry.amount().map(ValueIs::Amount),
        (None, Some(entry)) => entry.text().map(ValueIs::NotOffered),
        (Some(_), Some(_)) | (None, None) => {
            keys.refuse(Reason::OneOf("is, not_offered"));
            None
        }
    };
    let (classes, when) = applies?;
    Some(ValueCase { classes, when, is: is? })
}

/// A row is a case: a value (or a list of them) for each name of `by`, then the number.
fn rows(keys: &Keys<'_>, entry: &Entry<'_>) -> Option<Vec<CaseAt>> {
    let by = keys.need("by").and_then(Entry::texts)?;
    all(entry.items()?.iter().map(|row| Some((case_of(&by, row)?, row.line))))
}

fn case_of(by: &[String], row: &Entry<'_>) -> Option<ValueCase> {
    let parts = row.items()?;
    let (found, expected) = (parts.len(), by.len() + 1);
    let Some((is, named)) = parts.split_last().filter(|_| found == expected) else {
        row.refuse(Reason::RowLength { found, expected });
        return None;
    };
    let mut read = all(named.iter().map(Entry::texts))?.into_iter();
    let (classes, dimensions) = match by.split_first() {
        Some((first, rest)) if first == CLASS => (read.next().unwrap_or_default(), rest),
        _ => (Vec::new(), by),
    };
    let condition = |(dimension, values): (&String, _)| Condition { dimension: dimension.clone(), values };
    let when = dimensions.iter().zip(read).map(condition).collect();
    Some(ValueCase { classes, when, is: cell(is)? })
}

/// The last part of a row.
fn cell(entry: &Entry<'_>) -> Option<ValueIs> {
    if !entry.is_table() {
        return entry.amount().map(ValueIs::Amount);
    }
    let keys = entry.table(&CELL_KEYS)?;
    keys.need("not_offered").and_then(Entry::text).map(ValueIs::NotOffered)
}
