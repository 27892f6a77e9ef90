//! `Compared`: what a version changes, price by price, in the words of the printed table.

use kernel::Decimal;

use super::changes::{Change, changes};
use super::table::{RateRow, RateSection, RateTable};
use crate::schedule::{Schedule, Version};

/// Two versions side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Every price that is new, gone or different, in the order of a bill.
    pub prices: Vec<PriceChange>,
    /// What the texts say otherwise besides prices.
    pub others: Vec<Change>,
}

/// A price before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// The charge, as a resident reads it, or the number that charges use.
    pub heading: String,
    /// The class and what else decides, such as `residential, 1"`.
    pub customers: String,
    /// The stable word for what it is, such as `tier`; `value` for a number that formulas use.
    pub kind: &'static str,
    /// What it is for, such as `the first 6 thousand gallons`.
    pub what: String,
    /// The number or formula before; nothing where the price is new.
    pub before: Option<String>,
    /// The number or formula after; nothing where there is no such price any more.
    pub after: Option<String>,
    /// The change in per cent, to one place, where both are numbers, or differ by the number in front.
    pub per_cent: Option<Decimal>,
}

impl Compared {
    /// What the second version says otherwise than the first, in the words of a language.
    #[must_use]
    pub fn of(schedule: &Schedule, (before, after): (&Version, &Version), language: &str) -> Compared {
        let [old, new] = [before, after].map(|version| RateTable::of(schedule, version, language));
        let mut prices = Vec::new();
        for section in new.sections() {
            match old.sections().iter().find(|known| known.name.0 == section.name.0) {
                Some(known) => between(known, section, &mut prices),
                None => prices.extend(section.rows.iter().map(|row| price(section, (None, Some(row))))),
            }
        }
        let is_gone = |section: &&RateSection| new.sections().iter().all(|known| known.name.0 != section.name.0);
        for section in old.sections().iter().filter(is_gone) {
            prices.extend(section.rows.iter().map(|row| price(section, (Some(row), None))));
        }
        Compared { prices, others: changes(before, &with_cases_of(after, before)) }
    }
}

/// Rows for the same customers and the same thing are one price; the others are new or gone.
fn between(old: &RateSection, new: &RateSection, prices: &mut Vec<PriceChange>) {
    let is_same = |one: &RateRow, other: &RateRow| {
        (&one.classes, &one.when, &one.what) == (&other.classes, &other.when, &other.what)
    };
    for row in &new.rows {
        match old.rows.iter().find(|known| is_same(known, row)) {
            Some(known) if known.price == row.price => {}
            known => prices.push(price(new, (known, Some(row)))),
        }
    }
    let gone = old.rows.iter().filter(|row| new.rows.iter().all(|known| !is_same(known, row)));
    prices.extend(gone.map(|row| price(old, (Some(row), None))));
}

fn price(section: &RateSection, (before, after): (Option<&RateRow>, Option<&RateRow>)) -> PriceChange {
    let row = after.or(before);
    let said = |row: Option<&RateRow>| row.map(|row| row.price.clone());
    let (before, after) = (said(before), said(after));
    let per_cent = before.as_deref().zip(after.as_deref()).and_then(|(before, after)| per_cent(before, after));
    let customers = row.map_or_else(String::new, |row| {
        let values = row.values.iter().map(String::as_str);
        std::iter::once(row.classes_shown.as_str()).chain(values).collect::<Vec<_>>().join(", ")
    });
    let kind = row.map_or("", |row| row.kind);
    let what = row.map_or_else(String::new, |row| row.what.clone());
    PriceChange { heading: section.heading.clone(), customers, kind, what, before, after, per_cent }
}

/// From `4.00` to `4.20` is 5.0, and so is `4.00 * meter_ratio` to `4.20 * meter_ratio`.
fn per_cent(before: &str, after: &str) -> Option<Decimal> {
    let ((old, old_rest), (new, new_rest)) = (number_in_front(before)?, number_in_front(after)?);
    if old_rest != new_rest || old.is_zero() {
        return None;
    }
    let change = new.checked_sub(old)?.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(old.abs())?;
    // Tenths of a per cent, halves away from zero.
    let tenths = (change.abs().checked_mul(Decimal::TEN)? + Decimal::new(5, 1)).floor();
    let mut rounded = tenths.checked_div(Decimal::TEN)?;
    rounded.rescale(1);
    rounded.set_sign_negative(change.is_sign_negative() && !rounded.is_zero());
    Some(rounded)
}

fn number_in_front(price: &str) -> Option<(Decimal, &str)> {
    let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let end = price.find(|letter| !is_number(letter)).unwrap_or(price.len());
    let (number, rest) = price.split_at(end);
    Some((Decimal::from_str_exact(number).ok()?, rest))
}

/// A version whose charges and values say about prices what another says, so that only the rest differs.
fn with_cases_of(version: &Version, other: &Version) -> Version {
    let mut version = version.clone();
    for charge in &mut version.charges {
        if let Some(known) = other.charges.iter().find(|known| known.name == charge.name) {
            charge.cases.clone_from(&known.cases);
        }
    }
    for value in &mut version.values {
        if let Some(known) = other.values.iter().find(|known| known.name == value.name) {
            value.cases.clone_from(&known.cases);
        }
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_change_by_the_number_in_front() {
        // before | after | per cent
        let rows = [
            ("4.00", "4.20", Some("5.0")),
            ("3.10", "3.25", Some("4.8")),
            ("14.18 * meter_ratio", "14.89 * meter_ratio", Some("5.0")),
            ("4.00", "3.00", Some("-25.0")),
            ("0", "3.00", None),
            ("4.00 * units", "4.20", None),
            ("budget", "4.20", None),
            ("4.00", "4.0000001", Some("0.0")),
        ];
        for (before, after, expected) in rows {
            let found = per_cent(before, after).map(|change| change.to_string());
            assert_eq!(found.as_deref(), expected, "{before} to {after}");
        }
    }
}
