//! Prices and bills that change by more than half against the version before.

use std::collections::BTreeMap;

use kernel::{Cents, Decimal, Unit};

use super::{Desk, JUMP_PER_CENT, Severity, charge_part};
use crate::compile::Compiled;
use crate::exact::Exact;
use crate::plan::PlanCharge;
use crate::ready::FullKind;
use crate::schedule::Version;
use crate::tools::uses::{CustomerKind, Uses, kinds, meter_unit, per_cent_change};

/// A price, and where the same one may be found in another version.
struct Priced {
    /// What it is the price of, such as `the price of tier 2`.
    of: String,
    price: Exact,
}

/// A change above the limit: how large it is, and the sentence.
struct Jump {
    size: Exact,
    sentence: String,
}

pub(super) fn check(desk: &mut Desk<'_>, before: (&Version, &Compiled), uses: &Uses) {
    let version = desk.version;
    let unit = uses.unit.or_else(|| meter_unit(version));
    for class in version.classes.iter().filter(|class| before.0.classes.contains(class)) {
        let kinds = kinds(class, &[(version, desk.compiled), before]);
        let mut prices: BTreeMap<(usize, String), Jump> = BTreeMap::new();
        let mut bill: Option<Jump> = None;
        for kind in &kinds.list {
            of_prices(desk.compiled, before.1, kind, &mut prices);
            of_bills(desk.compiled, before.1, (kind, unit, uses), &mut bill);
        }
        for ((position, _), jump) in prices {
            desk.note(Severity::Warning, "price_jump", (charge_part(&version.charges[position]), None), jump.sentence);
        }
        if let Some(jump) = bill {
            desk.note(Severity::Warning, "bill_jump", (format!("class {class}"), None), jump.sentence);
        }
    }
}

/// Keeps the largest jump of each price of the class.
fn of_prices(after: &Compiled, before: &Compiled, kind: &CustomerKind, jumps: &mut BTreeMap<(usize, String), Jump>) {
    let dimensions = kind.borrowed();
    let plans = (before.plan(&kind.class, &dimensions), after.plan(&kind.class, &dimensions));
    let (Ok(before), Ok(after)) = plans else { return };
    for charge in after.charges() {
        let same = |old: &&PlanCharge| old.name() == charge.name() && old.unit() == charge.unit();
        let Some(old) = before.charges().iter().find(same) else { continue };
        let old = priced(old);
        for new in priced(charge) {
            let Some(old) = old.iter().find(|old| old.of == new.of) else { continue };
            let Some(size) = size(&old.price, &new.price) else { continue };
            let (of, from, to) = (&new.of, &old.price, &new.price);
            let sentence = format!("{of} changes from {from} to {to}{} for {}", said(&old.price, &size), kind.said());
            keep(
                jumps
                    .entry((charge.position, new.of.clone()))
                    .or_insert(Jump { size: Exact::zero(), sentence: String::new() }),
                size,
                sentence,
            );
        }
    }
}

fn of_bills(
    after: &Compiled,
    before: &Compiled,
    (kind, unit, uses): (&CustomerKind, Option<Unit>, &Uses),
    jump: &mut Option<Jump>,
) {
    for usage in uses.amounts_for(unit) {
        let bills = (uses.total(before, kind, (usage, unit)), uses.total(after, kind, (usage, unit)));
        let (Ok(old), Ok(new)) = bills else { continue };
        let exact = |cents: Cents| Exact::scaled(i128::from(cents.0), 2);
        let Some(size) = size(&exact(old), &exact(new)) else { continue };
        let at = unit.map_or_else(String::new, |unit| format!(" at {} {}", usage.normalize(), unit.code()));
        let per_cent = per_cent_change(old, new).map_or_else(String::new, |change| format!(", {change} per cent"));
        let sentence = format!("the bill{at} changes from {old} to {new}{per_cent} for {}", kind.said());
        keep(jump.get_or_insert(Jump { size: Exact::zero(), sentence: String::new() }), size, sentence);
    }
}

/// The first of the largest stays.
fn keep(jump: &mut Jump, size: Exact, sentence: String) {
    if jump.size < size {
        *jump = Jump { size, sentence };
    }
}

/// The change as a share of what was, when it is above the limit; from nothing to something is beyond all.
fn size(before: &Exact, after: &Exact) -> Option<Exact> {
    let change = after.minus(before);
    let change = if change.is_negative() { change.negated() } else { change };
    let before = if before.is_negative() { before.negated() } else { before.clone() };
    let limit = Exact::ratio(JUMP_PER_CENT, 100)?;
    if change.is_zero() {
        return None;
    }
    let share = change.checked_div(&before).unwrap_or_else(|| Exact::from(i64::MAX));
    (limit < share).then_some(share)
}

fn said(before: &Exact, share: &Exact) -> String {
    let per_cent = share.times(&Exact::from(1000)).whole(kernel::Rounding::HalfAwayFromZero).to_decimal();
    match per_cent {
        Some(tenths) if !before.is_zero() => format!(", by {} per cent", (tenths / Decimal::TEN).normalize()),
        _ => String::new(),
    }
}

/// The plain prices of a charge, for one unit; formulas that differ from bill to bill are left to the bills.
fn priced(charge: &PlanCharge) -> Vec<Priced> {
    let rate = &charge.rate.full;
    let per_unit = |price: &Exact| match &rate.per {
        Some(per) => price.checked_div(per).unwrap_or_else(|| price.clone()),
        None => price.clone(),
    };
    let mut found = Vec::new();
    let mut put = |of: String, price: Option<Exact>| found.extend(price.map(|price| Priced { of, price }));
    match &rate.kind {
        FullKind::Fixed(amount) => put("the fixed amount".to_owned(), amount.constant().cloned()),
        FullKind::PerUnit(price) => put("the price of a unit".to_owned(), price.constant().map(per_unit)),
        FullKind::PerCent { per_cent, .. } => put("the percentage".to_owned(), per_cent.constant().cloned()),
        FullKind::Tiers { tiers, .. } => {
            for (index, tier) in tiers.iter().enumerate() {
                put(format!("the price of tier {}", index + 1), tier.price.constant().map(per_unit));
            }
        }
    }
    found
}
