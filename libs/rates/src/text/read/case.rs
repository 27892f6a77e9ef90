//! The rates of a charge: `[[version.charge.case]]`.

use super::{all, applies, only_with};
use crate::finding::Reason;
use crate::schedule::{Case, Partial, Rate, Step, Tier, TierBounds, TierScope, Tiers};
use crate::text::toml_keys::{Entry, Keys};

pub(super) const KEYS: [&str; 15] = [
    "class",
    "when",
    "fixed",
    "per_unit",
    "tiers",
    "per_cent",
    "of",
    "not_offered",
    "tier_scope",
    "per",
    "step",
    "partial_step",
    "included",
    "at_least",
    "at_most",
];
const TIER_KEYS: [&str; 4] = ["first", "through", "price", "flat"];
const RATE_KEYS: [&str; 5] = ["fixed", "per_unit", "tiers", "per_cent", "not_offered"];

pub(super) fn case(keys: &Keys<'_>) -> Option<Case> {
    let applies = applies(keys);
    only_with(keys, "of", "per_cent");
    only_with(keys, "tier_scope", "tiers");
    let given: Vec<_> = RATE_KEYS.iter().filter_map(|key| keys.get(key)).collect();
    let rate = match given[..] {
        [entry] => rate(keys, entry),
        _ => {
            keys.refuse(Reason::OneOf("fixed, per_unit, tiers, per_cent, not_offered"));
            None
        }
    };
    let per = keys.read("per", Entry::decimal);
    let step = step(keys);
    let [included, at_least, at_most] = ["included", "at_least", "at_most"].map(|key| keys.read(key, Entry::amount));
    let (classes, when) = applies?;
    Some(Case {
        classes,
        when,
        rate: rate?,
        per: per?,
        step: step?,
        included: included?,
        at_least: at_least?,
        at_most: at_most?,
    })
}

fn rate(keys: &Keys<'_>, entry: &Entry<'_>) -> Option<Rate> {
    match entry.key {
        "fixed" => entry.amount().map(Rate::Fixed),
        "per_unit" => entry.amount().map(Rate::PerUnit),
        "tiers" => {
            let scope = keys.read("tier_scope", |entry| entry.word(&TierScope::ALL));
            let (bounds, tiers) = tiers(entry)?;
            Some(Rate::Tiers(Tiers { scope: scope?.unwrap_or(TierScope::Within), bounds, tiers }))
        }
        "per_cent" => {
            let per_cent = entry.amount();
            let of = keys.need("of").and_then(Entry::texts);
            Some(Rate::PerCent { per_cent: per_cent?, of: of? })
        }
        _ => entry.text().map(Rate::NotOffered),
    }
}

/// Both keys or neither.
fn step(keys: &Keys<'_>) -> Option<Option<Step>> {
    if keys.get("step").is_none() && keys.get("partial_step").is_none() {
        return Some(None);
    }
    let size = keys.need("step").and_then(Entry::decimal);
    let partial = keys.need("partial_step").and_then(|entry| entry.word(&Partial::ALL));
    Some(Some(Step { size: size?, partial: partial? }))
}

/// The first entry decides how the whole list is stated.
fn tiers(entry: &Entry<'_>) -> Option<(TierBounds, Vec<Tier>)> {
    let tables = entry.tables(&TIER_KEYS)?;
    let is_by_first = tables.first().is_some_and(|table| table.get("first").is_some());
    let (bounds, other) = if is_by_first { (TierBounds::First, "through") } else { (TierBounds::Through, "first") };
    if let Some(mixed) = tables.iter().find(|table| table.get(other).is_some()) {
        mixed.refuse(Reason::OneOf("first, through"));
        return None;
    }
    Some((bounds, all(tables.iter().map(|table| tier(table, bounds)))?))
}

fn tier(keys: &Keys<'_>, bounds: TierBounds) -> Option<Tier> {
    let bound = match bounds {
        TierBounds::First => keys.need("first").map(Entry::amount),
        TierBounds::Through => keys.get("through").map(Entry::amount),
    };
    let price = keys.need("price").and_then(Entry::amount);
    let flat = keys.read("flat", Entry::amount);
    let bound = match bound {
        Some(read) => Some(read?),
        None => None,
    };
    Some(Tier { bound, price: price?, flat: flat? })
}
