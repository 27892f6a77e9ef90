//! The sentences under a table: how a charge is measured, rounded and prorated, and whom it frees.

use kernel::{Factor, Rounding, Unit};

use super::Frame;
use crate::schedule::{Charge, Measure, NamedQuantity, PeriodKind, Treat, Value, WinterAverage, WinterDate};
use crate::tools::say;

/// Regular periods, seasons and quantities.
pub(super) fn of_version(frame: Frame<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(days) = frame.version.normal_days {
        let [full, at_least, at_most] = [days.full, days.at_least, days.at_most].map(|days| days.to_string());
        let gaps = [("full", full.as_str()), ("at_least", &at_least), ("at_most", &at_most)];
        notes.push(frame.words.say("table_normal_days", &gaps));
    }
    for dimension in &frame.version.dimensions {
        let seasons = dimension.values.iter().zip(dimension.months.iter().flatten());
        notes.extend(seasons.map(|(value, of_value)| {
            let (name, months) = (say::spaced(&dimension.name), months(frame, of_value));
            frame.words.say("table_season", &[("name", &name), ("value", value), ("months", &months)])
        }));
    }
    if !frame.version.quantities.is_empty() {
        notes.push(format!("{}:", frame.words.say("table_quantities", &[])));
        notes.extend(frame.version.quantities.iter().map(|found| format!("  {}", quantity(frame, found))));
    }
    notes
}

/// How a charge is measured, rounded, prorated, and who does not pay it.
pub(super) fn of_charge(frame: Frame<'_>, charge: &Charge) -> Vec<String> {
    let words = frame.words;
    let mut notes = Vec::new();
    if let Some(measure) = &charge.measure {
        notes.extend(measured(frame, measure));
    }
    let kinds = [("table_prorate", &charge.prorate), ("table_prorate_tiers", &charge.prorate_tiers)];
    for (key, kinds) in kinds.into_iter().filter(|(_, kinds)| !kinds.is_empty()) {
        let kinds: Vec<String> = kinds.iter().map(|kind| words.say(kind_key(*kind), &[])).collect();
        notes.push(words.say(key, &[("kinds", &kinds.join(", "))]));
    }
    if let Some(tax) = &charge.tax {
        let authority = say::spaced(&tax.authority);
        notes.push(words.say("table_tax", &[("authority", &authority), ("code", &tax.code)]));
    }
    if let Some(code) = &charge.exempt_by {
        notes.push(words.say("table_exempt", &[("code", &say::spaced(code))]));
    }
    if charge.is_borne_by_city {
        notes.push(words.say("table_borne", &[]));
    }
    let rule = words.say(rule(charge.rounding), &[]);
    notes.push(words.say("table_rounding", &[("rule", &rule)]));
    notes
}

/// How a value is rounded.
pub(super) fn of_value(frame: Frame<'_>, value: &Value) -> Vec<String> {
    let rounded = value.round_to.map(|round_to| {
        let rule = frame.words.say(&format!("table_rule_{}", rule(round_to.rounding)), &[]);
        frame.words.say("table_rounded_to", &[("step", &say::plain(round_to.step)), ("rule", &rule)])
    });
    rounded.into_iter().collect()
}

fn measured(frame: Frame<'_>, measure: &Measure) -> Vec<String> {
    let units = |unit: Unit| frame.words.say(&format!("unit_many_{}", unit.code()), &[]);
    let (name, unit) = (say::spaced(&measure.name), units(measure.unit));
    let key = if measure.name == "usage" { "table_measured_usage" } else { "table_measured" };
    let mut notes = vec![frame.words.say(key, &[("name", &name), ("units", &unit)])];
    if let Some(factor) = measure.convert.as_deref().and_then(Factor::named) {
        let (numerator, denominator) = (factor.numerator.to_string(), factor.denominator.to_string());
        let from = units(factor.from);
        let gaps =
            [("numerator", numerator.as_str()), ("denominator", &denominator), ("from", &from), ("units", &unit)];
        notes.push(frame.words.say("table_converted", &gaps));
    }
    if let Some(factor) = measure.return_factor {
        notes.push(frame.words.say("table_returned", &[("factor", &say::plain(factor))]));
    }
    notes
}

fn quantity(frame: Frame<'_>, quantity: &NamedQuantity) -> String {
    let words = frame.words;
    let mut parts = vec![words.say("table_quantity", &[("unit", &quantity.unit)])];
    if let Some(rule) = &quantity.winter_average {
        parts.extend(winter_average(frame, rule));
    }
    parts.push(match quantity.default {
        Some(default) => words.say("table_default", &[("default", &say::plain(default))]),
        None => words.say("table_needed", &[]),
    });
    format!("{}: {}", say::spaced(&quantity.name), parts.join("; "))
}

fn winter_average(frame: Frame<'_>, rule: &WinterAverage) -> Vec<String> {
    let words = frame.words;
    let date = match rule.by {
        WinterDate::ReadDate => words.say("table_winter_read_date", &[]),
        WinterDate::BillDate => words.say("table_winter_bill_date", &[]),
    };
    let (of, from, periods) =
        (months(frame, &rule.months), months(frame, &[rule.bills_from_month]), rule.periods_at_least.to_string());
    let gaps = [("months", of.as_str()), ("date", &date), ("periods", &periods), ("from", &from)];
    let mut parts = vec![words.say("table_winter", &gaps)];
    let limits = [
        ("table_winter_lowest", "lowest", rule.lowest.map(|lowest| lowest.to_string())),
        ("table_winter_least", "least", rule.period_at_least.map(say::plain)),
        ("table_winter_cap", "cap", rule.cap.map(say::plain)),
    ];
    parts.extend(limits.into_iter().filter_map(|(key, gap, limit)| Some(words.say(key, &[(gap, &limit?)]))));
    let skipped = [("table_winter_skip_estimated", rule.estimated), ("table_winter_skip_vacant", rule.vacant)];
    parts.extend(skipped.into_iter().filter(|(_, treat)| *treat == Treat::Skip).map(|(key, _)| words.say(key, &[])));
    parts
}

fn months(frame: Frame<'_>, months: &[u32]) -> String {
    months.iter().map(|month| frame.words.say(&format!("month_{month}"), &[])).collect::<Vec<_>>().join(", ")
}

fn kind_key(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::First => "table_kind_first",
        PeriodKind::Final => "table_kind_final",
        PeriodKind::MidPeriod => "table_kind_mid_period",
        PeriodKind::Long => "table_kind_long",
        PeriodKind::Short => "table_kind_short",
    }
}

/// The key of a rounding rule among the words of explanations.
fn rule(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfAwayFromZero => "half_away_from_zero",
        Rounding::HalfEven => "half_even",
        Rounding::AwayFromZero => "away_from_zero",
        Rounding::TowardZero => "toward_zero",
    }
}
