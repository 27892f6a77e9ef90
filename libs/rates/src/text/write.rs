//! `write`: the one text of a schedule; what is equal is written equally.

use std::fmt::Write as _;

use kernel::{Decimal, Rounding};

use super::read::ROUNDINGS;
use crate::schedule::{Case, Charge, Rate, Schedule, Tiers, Titles, Version};

/// The whole schedule.
pub(crate) fn write(schedule: &Schedule) -> String {
    let mut text = String::new();
    line(&mut text, "schedule", &quoted(&schedule.code));
    line(&mut text, "service", &quoted(&schedule.service));
    line(&mut text, "title", &titles(&schedule.title));
    for version in &schedule.versions {
        text.push('\n');
        text.push_str(&write_version(version));
    }
    text
}

/// One version, as it stands in the schedule.
pub(crate) fn write_version(version: &Version) -> String {
    let mut text = String::from("[[version]]\n");
    line(&mut text, "effective_on", &version.effective_on.to_string());
    line(&mut text, "ordinance", &quoted(&version.ordinance));
    line(&mut text, "basis", &quoted(version.basis.code()));
    line(&mut text, "classes", &list(&version.classes));
    if !version.dimensions.is_empty() {
        text.push_str("\n[version.dimensions]\n");
        for dimension in &version.dimensions {
            line(&mut text, &key(&dimension.name), &list(&dimension.values));
        }
    }
    version.charges.iter().for_each(|charge| write_charge(&mut text, charge));
    text
}

fn write_charge(text: &mut String, charge: &Charge) {
    text.push_str("\n[[version.charge]]\n");
    line(text, "name", &quoted(&charge.name));
    line(text, "title", &titles(&charge.title));
    line(text, "revenue", &quoted(&charge.revenue));
    if let Some(measure) = &charge.measure {
        line(text, "measured_by", &quoted(&measure.name));
        line(text, "unit", &quoted(measure.unit.code()));
    }
    line(text, "rounding", &quoted(rounding(charge.rounding)));
    charge.cases.iter().for_each(|case| write_case(text, case));
}

fn write_case(text: &mut String, case: &Case) {
    text.push_str("\n[[version.charge.case]]\n");
    if !case.classes.is_empty() {
        line(text, "class", &one_or_list(&case.classes));
    }
    if !case.when.is_empty() {
        let conditions = case.when.iter().map(|c| format!("{} = {}", key(&c.dimension), one_or_list(&c.values)));
        line(text, "when", &format!("{{ {} }}", conditions.collect::<Vec<_>>().join(", ")));
    }
    match &case.rate {
        Rate::Fixed(amount) => line(text, "fixed", &dollars(*amount)),
        Rate::PerUnit(price) => line(text, "per_unit", &dollars(*price)),
        Rate::Tiers(tiers) => line(text, "tiers", &tier_list(tiers)),
        Rate::NotOffered(reason) => line(text, "not_offered", &quoted(reason)),
    }
}

fn tier_list(tiers: &Tiers) -> String {
    let mut text = String::from("[\n");
    match tiers {
        Tiers::First(tiers) => {
            for tier in tiers {
                tier_line(&mut text, &[("first", number(tier.first)), ("price", dollars(tier.price))]);
            }
        }
        Tiers::Through(tiers) => {
            for tier in tiers {
                let bound = tier.through.map(|through| ("through", number(through)));
                let fields: Vec<_> = bound.into_iter().chain([("price", dollars(tier.price))]).collect();
                tier_line(&mut text, &fields);
            }
        }
    }
    text.push(']');
    text
}

fn tier_line(text: &mut String, fields: &[(&str, String)]) {
    let fields: Vec<_> = fields.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    writeln!(text, "    {{ {} }},", fields.join(", ")).expect("writing to a string cannot fail");
}

fn titles(titles: &Titles) -> String {
    let titles: Vec<_> =
        titles.iter().map(|(language, title)| format!("{} = {}", key(language), quoted(title))).collect();
    format!("{{ {} }}", titles.join(", "))
}

fn rounding(rounding: Rounding) -> &'static str {
    let row = ROUNDINGS.iter().find(|(rule, _)| *rule == rounding);
    row.expect("every rounding rule has its word").1
}

fn line(text: &mut String, key: &str, value: &str) {
    writeln!(text, "{key} = {value}").expect("writing to a string cannot fail");
}

fn one_or_list(texts: &[String]) -> String {
    match texts {
        [one] => quoted(one),
        texts => list(texts),
    }
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// Money has at least two digits behind the point: 2.5 is written 2.50.
pub(crate) fn dollars(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

fn number(number: Decimal) -> String {
    number.normalize().to_string()
}

fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// In single quotes when that saves escapes: '5/8"'.
fn quoted(text: &str) -> String {
    let needs_escape = text.contains(['"', '\\']);
    if needs_escape && !text.contains(|letter: char| letter == '\'' || letter.is_control()) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(control)).expect("writing to a string cannot fail");
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}
