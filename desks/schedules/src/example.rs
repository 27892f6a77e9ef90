//! A worked example: what somebody would pay under a version, step by step.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::NaiveDate;
use kernel::{Decimal, Unit};
use rates::tools::{Example, meter_unit, typical_uses};
use rates::{AccountLine, Version};
use web::{Ask, Choice, Field};

use crate::change::unit_words;
use crate::names::Names;

/// The form of a worked example, and what came of it.
#[derive(Clone, Debug, Template)]
#[template(path = "example.html")]
pub(crate) struct Worked {
    path: String,
    fields: Vec<Field>,
    lines: Vec<AccountLine>,
    refused: Option<String>,
}

impl HtmlSafe for Worked {}

/// What somebody asks by the address; everything has a usual answer.
pub(crate) fn asked(ask: &Ask, version: &Version) -> Result<Example, String> {
    let query = ask.query();
    let class = match query.text("class") {
        "" => version.classes.first().cloned().unwrap_or_default(),
        class => class.to_owned(),
    };
    let mut dimensions = Vec::new();
    for dimension in version.dimensions.iter().filter(|dimension| dimension.months.is_none()) {
        let value = match query.text(&dimension.name) {
            "" => dimension.values.first().cloned().unwrap_or_default(),
            value => value.to_owned(),
        };
        dimensions.push((dimension.name.clone(), value));
    }
    let mut numbers = Vec::new();
    for quantity in version.quantities.iter().filter(|quantity| quantity.name != "usage") {
        if let Some(number) = number(query.text(&quantity.name), &quantity.name.replace('_', " "))? {
            numbers.push((quantity.name.clone(), number));
        }
    }
    let unit = meter_unit(version);
    let usual = unit.and_then(|unit| typical_uses(unit).get(2).copied()).unwrap_or_default();
    let usage = number(query.text("use"), "use")?.unwrap_or(usual);
    if usage.is_sign_negative() {
        return Err("The use cannot be below zero.".to_owned());
    }
    let on = match query.text("on") {
        "" => None,
        text => Some(date(text).ok_or("Enter a date such as 7/1/2026.")?),
    };
    Ok(Example { class, dimensions, usage, numbers, on, ..Example::default() })
}

fn date(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

/// A number somebody typed; a comma may separate thousands.
fn number(text: &str, what: &str) -> Result<Option<Decimal>, String> {
    let wrong = || format!("Enter a number such as 12 or 12.4 for {what}.");
    let plain = web::without_commas(text.trim()).ok_or_else(wrong)?;
    if plain.is_empty() {
        return Ok(None);
    }
    let is_plain = plain.len() <= 20 && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let number = Decimal::from_str_exact(&plain).ok().filter(|_| is_plain);
    number.map(Some).ok_or_else(wrong)
}

impl Worked {
    /// The example asked for, or a usual one.
    pub(crate) fn of(ask: &Ask, version: &Version, names: &Names) -> Worked {
        let asked = asked(ask, version);
        let explained = asked.clone().and_then(|example| example.explain(version).map_err(|why| sentence(&why)));
        let (lines, refused) = match explained {
            Ok(explanation) => (explanation.lines("en"), None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let path = format!("{}#example", ask.path());
        Worked { path, fields: fields(ask, version, (asked.as_ref().ok(), names)), lines, refused }
    }

    /// The last line is the total, the ones above are how it comes about.
    fn total(&self) -> Option<&AccountLine> {
        self.lines.last()
    }

    fn steps(&self) -> &[AccountLine] {
        self.lines.split_last().map_or(&[], |(_, steps)| steps)
    }
}

fn sentence(words: &str) -> String {
    format!("{}.", web::shown::capital(words.trim_end_matches('.')))
}

fn fields(ask: &Ask, version: &Version, (asked, names): (Option<&Example>, &Names)) -> Vec<Field> {
    let mut fields = Vec::new();
    let typed = |name: &str| ask.query().text(name).to_owned();
    let is_by_use = version.charges.iter().filter_map(|charge| charge.measure.as_ref()).any(|one| one.name == "usage");
    if is_by_use {
        let unit = meter_unit(version).unwrap_or(Unit::Each);
        let value = asked.map_or_else(|| typed("use"), |example| example.usage.normalize().to_string());
        fields.push(Field::text("use", &format!("Use in {}", unit_words(unit))).required().value(value));
    }
    let classes = version.classes.iter().map(|class| Choice::new(class, names.class(class))).collect();
    let class = asked.map_or_else(|| typed("class"), |example| example.class.clone());
    fields.push(Field::select("class", "Class", classes).required().value(class));
    for dimension in version.dimensions.iter().filter(|dimension| dimension.months.is_none()) {
        let value = asked.and_then(|example| example.dimensions.iter().find(|(name, _)| *name == dimension.name));
        let value = value.map_or_else(|| typed(&dimension.name), |(_, value)| value.clone());
        let title = web::shown::capital(&dimension.name.replace('_', " "));
        let choices = dimension.values.iter().map(|value| Choice::new(value, value)).collect();
        fields.push(Field::select(&dimension.name, &title, choices).required().value(value));
    }
    for quantity in version.quantities.iter().filter(|quantity| quantity.name != "usage") {
        let title = format!("{}, {}", web::shown::capital(&quantity.name.replace('_', " ")), quantity.unit);
        let field = Field::text(&quantity.name, &title).value(typed(&quantity.name));
        fields.push(match quantity.default {
            Some(default) => field.hint(format!("{} where none is known.", default.normalize())),
            None => field.required(),
        });
    }
    if version.dimensions.iter().any(|dimension| dimension.months.is_some()) {
        fields.push(Field::date("on", "Date that decides the season").value(typed("on")));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let rows = [("12", Some("12")), (" 1,250.5 ", Some("1250.5")), ("", None)];
        for (text, expected) in rows {
            assert_eq!(number(text, "use").unwrap().map(|number| number.to_string()).as_deref(), expected, "{text}");
        }
        for text in ["12x", "1e5", "1.2.3", "999999999999999999999999999999"] {
            assert!(number(text, "use").is_err(), "{text}");
        }
    }
}
