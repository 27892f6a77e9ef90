//! `changes`: what one version says otherwise than another, part by part.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kernel::Rounding;

use super::say;
use crate::schedule::{
    Basis, Charge, Dimension, NamedQuantity, PeriodKind, Treat, Value, ValueIs, Version, WinterAverage, WinterDate,
};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether it is new, gone or different.
    pub kind: ChangeKind,
    /// Where, such as `charge consumption, HOUSE`.
    pub place: String,
    /// What it said; empty where the place says it all.
    pub before: String,
    /// What it says now; empty where the place says it all.
    pub after: String,
}

/// How a part differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the version after has it.
    Added,
    /// Only the version before has it.
    Removed,
    /// Both have it and say different things.
    Changed,
}

/// A part of a version: where it stands, and what it says there.
type Fact = (Vec<String>, String);

/// Everything that differs, in the order of the version after.
pub(super) fn changes(before: &Version, after: &Version) -> Vec<Change> {
    let (before_facts, after_facts) = (facts(before), facts(after));
    let mut groups: Vec<&[String]> = Vec::new();
    for (place, _) in after_facts.iter().chain(&before_facts) {
        let group = &place[..place.len().min(2)];
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let mut changes = Vec::new();
    for group in groups {
        let of_group = |facts: &[Fact]| facts.iter().filter(|(place, _)| place.starts_with(group)).cloned().collect();
        let (old, new): (Vec<Fact>, Vec<Fact>) = (of_group(&before_facts), of_group(&after_facts));
        compare(group, &old, &new, &mut changes);
    }
    changes.extend(order(before, after));
    changes
}

fn compare(group: &[String], old: &[Fact], new: &[Fact], changes: &mut Vec<Change>) {
    let change = |kind, place: &[String], before: &str, after: &str| Change {
        kind,
        place: said(place),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    match (old.is_empty(), new.is_empty()) {
        (true, _) => return changes.push(change(ChangeKind::Added, group, "", only(new))),
        (_, true) => return changes.push(change(ChangeKind::Removed, group, only(old), "")),
        (false, false) => {}
    }
    let before: BTreeMap<&[String], &str> = old.iter().map(|(place, says)| (&place[..], says.as_str())).collect();
    let after: BTreeSet<&[String]> = new.iter().map(|(place, _)| &place[..]).collect();
    for (place, says) in new {
        match before.get(&place[..]) {
            None => changes.push(change(ChangeKind::Added, place, "", says)),
            Some(said) if said != says => changes.push(change(ChangeKind::Changed, place, said, says)),
            Some(_) => {}
        }
    }
    for (place, says) in old.iter().filter(|(place, _)| !after.contains(&place[..])) {
        changes.push(change(ChangeKind::Removed, place, says, ""));
    }
}

/// What a group of a single fact says; of larger ones the place is enough.
fn only(facts: &[Fact]) -> &str {
    match facts {
        [(_, says)] => says,
        _ => "",
    }
}

/// `charge consumption, HOUSE`.
fn said(place: &[String]) -> String {
    match place {
        [] => String::new(),
        [only] => only.clone(),
        [kind, name] => format!("{kind} {name}"),
        [kind, name, rest @ ..] => format!("{kind} {name}, {}", rest.join(", ")),
    }
}

/// The lines of a bill stand in another order.
fn order(before: &Version, after: &Version) -> Option<Change> {
    let names = |version: &Version, other: &Version| {
        let is_common = |charge: &&Charge| other.charges.iter().any(|known| known.name == charge.name);
        let common = version.charges.iter().filter(is_common).map(|charge| charge.name.clone());
        common.collect::<Vec<_>>().join(", ")
    };
    let (before, after) = (names(before, after), names(after, before));
    let kind = ChangeKind::Changed;
    (before != after).then(|| Change { kind, place: "order of charges".to_owned(), before, after })
}

fn facts(version: &Version) -> Vec<Fact> {
    let mut facts = vec![fact(&["ordinance"], &version.ordinance), fact(&["basis"], word(version.basis, &Basis::ALL))];
    if let Some(days) = version.normal_days {
        let says = format!("{} days, short below {}, long above {}", days.full, days.at_least, days.at_most);
        facts.push(fact(&["normal days"], &says));
    }
    facts.extend(version.classes.iter().map(|class| fact(&["class", class], "")));
    version.dimensions.iter().for_each(|dimension| of_dimension(dimension, &mut facts));
    version.quantities.iter().for_each(|quantity| of_quantity(quantity, &mut facts));
    version.values.iter().for_each(|value| of_value(value, &mut facts));
    version.charges.iter().for_each(|charge| of_charge(charge, &mut facts));
    facts
}

fn of_dimension(dimension: &Dimension, facts: &mut Vec<Fact>) {
    for (at, value) in dimension.values.iter().enumerate() {
        let months = dimension.months.as_ref().and_then(|months| months.get(at));
        let months = months.map_or_else(String::new, |months| format!("months {}", list(months)));
        facts.push(fact(&["dimension", &dimension.name, value], &months));
    }
}

fn of_quantity(quantity: &NamedQuantity, facts: &mut Vec<Fact>) {
    let mut put = |key: &str, says: &str| facts.push(fact(&["quantity", &quantity.name, key], says));
    put("unit", &quantity.unit);
    if let Some(default) = quantity.default {
        put("default", &say::plain(default));
    }
    if let Some(rule) = &quantity.winter_average {
        put("winter average", &winter_average(rule));
    }
}

fn winter_average(rule: &WinterAverage) -> String {
    let mut says = format!(
        "months {} by {}, at least {} periods, estimated {}, vacant {}, bills from month {}",
        list(&rule.months),
        word(rule.by, &WinterDate::ALL),
        rule.periods_at_least,
        word(rule.estimated, &Treat::ALL),
        word(rule.vacant, &Treat::ALL),
        rule.bills_from_month,
    );
    let limits = [
        ("lowest", rule.lowest.map(|lowest| lowest.to_string())),
        ("a period at least", rule.period_at_least.map(say::plain)),
        ("cap", rule.cap.map(say::plain)),
    ];
    for (name, limit) in limits {
        if let Some(limit) = limit {
            says.push_str(&format!(", {name} {limit}"));
        }
    }
    says
}

fn of_value(value: &Value, facts: &mut Vec<Fact>) {
    if let Some(round_to) = value.round_to {
        let says = format!("to {}, {}", say::plain(round_to.step), rounding(round_to.rounding));
        facts.push(fact(&["value", &value.name, "rounded"], &says));
    }
    for case in &value.cases {
        let says = match &case.is {
            ValueIs::Amount(amount) => say::count(amount),
            ValueIs::NotOffered(reason) => format!("not offered: {reason}"),
        };
        facts.push(fact(&["value", &value.name, &say::customers(&case.classes, &case.when)], &says));
    }
}

fn of_charge(charge: &Charge, facts: &mut Vec<Fact>) {
    let mut put = |key: &str, says: &str| facts.push(fact(&["charge", &charge.name, key], says));
    for (language, title) in charge.title.iter() {
        put(&format!("title {language}"), title);
    }
    put("revenue", &charge.revenue);
    put("rounding", rounding(charge.rounding));
    if let Some(tax) = &charge.tax {
        put("tax", &format!("owed to {}, code {}", tax.authority, tax.code));
    }
    if charge.is_borne_by_city {
        put("borne by", "the city");
    }
    if let Some(code) = &charge.exempt_by {
        put("exempt by", code);
    }
    if let Some(measure) = &charge.measure {
        put("measured by", &format!("{} in {}", measure.name, measure.unit.code()));
        if let Some(factor) = &measure.convert {
            put("converted by", factor);
        }
        if let Some(factor) = measure.return_factor {
            put("return factor", &say::plain(factor));
        }
    }
    for (key, kinds) in [("prorated", &charge.prorate), ("tiers prorated", &charge.prorate_tiers)] {
        if !kinds.is_empty() {
            put(key, &kinds.iter().map(|kind| word(*kind, &PeriodKind::ALL)).collect::<Vec<_>>().join(", "));
        }
    }
    for case in &charge.cases {
        put(&say::customers(&case.classes, &case.when), &say::case(case));
    }
}

fn fact(place: &[&str], says: &str) -> Fact {
    (place.iter().map(|part| (*part).to_owned()).collect(), says.to_owned())
}

fn list(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn rounding(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfAwayFromZero => "half_away_from_zero",
        Rounding::HalfEven => "half_even",
        Rounding::AwayFromZero => "away_from_zero",
        Rounding::TowardZero => "toward_zero",
    }
}

fn word<T: Copy + PartialEq>(value: T, known: &[(T, &'static str)]) -> &'static str {
    let row = known.iter().find(|(known, _)| *known == value);
    row.expect("every value has its word").1
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { kind, place, before, after } = self;
        match (kind, before.as_str(), after.as_str()) {
            (ChangeKind::Added, _, "") => write!(f, "added    {place}"),
            (ChangeKind::Added, _, after) => write!(f, "added    {place}: {after}"),
            (ChangeKind::Removed, "", _) => write!(f, "removed  {place}"),
            (ChangeKind::Removed, before, _) => write!(f, "removed  {place}: {before}"),
            (ChangeKind::Changed, before, after) => write!(f, "changed  {place}: {before} → {after}"),
        }
    }
}
