//! `write`: the one text of a schedule; what is equal is written equally.

mod charge;
mod toml;
mod value;

use kernel::Rounding;

use super::read::ROUNDINGS;
use crate::schedule::{
    Basis, Condition, Dimension, NamedQuantity, Schedule, Titles, Treat, Version, WinterAverage, WinterDate,
};

pub(crate) use toml::dollars;
use toml::{flat_list, key, line, line_if, list, number, one_or_list, quoted, table};

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
    line(&mut text, "basis", &word(version.basis, &Basis::ALL));
    line(&mut text, "classes", &list(&version.classes));
    let normal_days = version.normal_days.map(|days| {
        let days = [("full", days.full), ("at_least", days.at_least), ("at_most", days.at_most)];
        table(days.map(|(key, days)| (key, days.to_string())))
    });
    line_if(&mut text, "normal_days", normal_days);
    if !version.dimensions.is_empty() {
        text.push_str("\n[version.dimensions]\n");
        version.dimensions.iter().for_each(|dimension| write_dimension(&mut text, dimension));
    }
    version.quantities.iter().for_each(|quantity| write_quantity(&mut text, quantity));
    version.values.iter().for_each(|found| value::write(&mut text, found));
    version.charges.iter().for_each(|found| charge::write(&mut text, found));
    text
}

fn write_dimension(text: &mut String, dimension: &Dimension) {
    let values = match &dimension.months {
        None => list(&dimension.values),
        Some(of_values) => {
            table(dimension.values.iter().zip(of_values).map(|(value, of_value)| (key(value), months(of_value))))
        }
    };
    line(text, &key(&dimension.name), &values);
}

fn months(months: &[u32]) -> String {
    flat_list(months.iter().map(u32::to_string))
}

fn write_quantity(text: &mut String, quantity: &NamedQuantity) {
    text.push_str("\n[[version.quantity]]\n");
    line(text, "name", &quoted(&quantity.name));
    line(text, "unit", &quoted(&quantity.unit));
    line_if(text, "default", quantity.default.map(number));
    line_if(text, "winter_average", quantity.winter_average.as_ref().map(winter_average));
}

fn winter_average(rule: &WinterAverage) -> String {
    let fields = [
        ("months", Some(months(&rule.months))),
        ("by", Some(word(rule.by, &WinterDate::ALL))),
        ("periods_at_least", Some(rule.periods_at_least.to_string())),
        ("lowest", rule.lowest.map(|lowest| lowest.to_string())),
        ("period_at_least", rule.period_at_least.map(number)),
        ("estimated", Some(word(rule.estimated, &Treat::ALL))),
        ("vacant", Some(word(rule.vacant, &Treat::ALL))),
        ("cap", rule.cap.map(number)),
        ("bills_from_month", Some(rule.bills_from_month.to_string())),
    ];
    table(fields.into_iter().filter_map(|(key, written)| Some((key, written?))))
}

/// The classes and conditions of a case.
fn write_applies(text: &mut String, classes: &[String], when: &[Condition]) {
    if !classes.is_empty() {
        line(text, super::CLASS, &one_or_list(classes));
    }
    if !when.is_empty() {
        line(text, "when", &table(when.iter().map(|c| (key(&c.dimension), one_or_list(&c.values)))));
    }
}

fn titles(titles: &Titles) -> String {
    table(titles.iter().map(|(language, title)| (key(language), quoted(title))))
}

fn rounding(rounding: Rounding) -> String {
    word(rounding, &ROUNDINGS)
}

/// The word of a value, in quotes.
fn word<T: Copy + PartialEq>(value: T, known: &[(T, &'static str)]) -> String {
    let row = known.iter().find(|(known, _)| *known == value);
    quoted(row.expect("every value has its word").1)
}
