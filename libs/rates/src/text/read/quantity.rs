//! The numbers that account, bill or city supply: `[[version.quantity]]`.

use super::{NameAt, all};
use crate::schedule::{NamedQuantity, Treat, WinterAverage, WinterDate};
use crate::text::toml_keys::{Entry, Keys};

const KEYS: [&str; 4] = ["name", "unit", "default", "winter_average"];
const WINTER_KEYS: [&str; 9] =
    ["months", "by", "periods_at_least", "lowest", "period_at_least", "estimated", "vacant", "cap", "bills_from_month"];

pub(super) fn quantities(entry: &Entry<'_>) -> Option<Vec<(NamedQuantity, NameAt)>> {
    let read = |keys: &Keys<'_>| {
        let quantity = quantity(keys)?;
        let at = (quantity.name.clone(), keys.line, "version.quantity");
        Some((quantity, at))
    };
    all(entry.tables(&KEYS)?.iter().map(read))
}

fn quantity(keys: &Keys<'_>) -> Option<NamedQuantity> {
    let name = keys.need("name").and_then(Entry::text);
    let unit = keys.need("unit").and_then(Entry::text);
    let default = keys.read("default", Entry::decimal);
    let winter_average = keys.read("winter_average", winter_average);
    Some(NamedQuantity { name: name?, unit: unit?, default: default?, winter_average: winter_average? })
}

/// What decides an amount is always written out: only limits may be absent.
fn winter_average(entry: &Entry<'_>) -> Option<WinterAverage> {
    let keys = entry.table(&WINTER_KEYS)?;
    let months = keys.need("months").and_then(Entry::months);
    let by = keys.need("by").and_then(|entry| entry.word(&WinterDate::ALL));
    let periods_at_least = keys.need("periods_at_least").and_then(Entry::count);
    let lowest = keys.read("lowest", Entry::count);
    let period_at_least = keys.read("period_at_least", Entry::decimal);
    let estimated = keys.need("estimated").and_then(|entry| entry.word(&Treat::ALL));
    let vacant = keys.need("vacant").and_then(|entry| entry.word(&Treat::ALL));
    let cap = keys.read("cap", Entry::decimal);
    let bills_from_month = keys.need("bills_from_month").and_then(Entry::month);
    Some(WinterAverage {
        months: months?,
        by: by?,
        periods_at_least: periods_at_least?,
        lowest: lowest?,
        period_at_least: period_at_least?,
        estimated: estimated?,
        vacant: vacant?,
        cap: cap?,
        bills_from_month: bills_from_month?,
    })
}
