//! `Record`: one line of a file, by the names of its fields.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

/// A field that files of a kind may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, by which a mapping gives it a column or a constant.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// In every record, with a value.
    Always,
    /// Where it is known.
    Maybe,
}

/// One record, its values trimmed, UTF-8 and printable; an absent value is an empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line of the file it begins on, from 1.
    pub line: i64,
    /// How dates are written, in the manner of strftime.
    pub date_format: String,
    /// Field to value.
    pub values: BTreeMap<&'static str, String>,
}

/// A record that cannot be brought in; the others can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The field.
    pub field: String,
    /// The rule it breaks, by its stable name.
    pub rule: &'static str,
    /// What is wrong, for people.
    pub message: String,
}

/// Earliest and latest year that can be meant.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2100;

impl Reject {
    /// A field that breaks a rule.
    pub fn new(field: &str, rule: &'static str, message: impl Into<String>) -> Reject {
        Reject { field: field.to_owned(), rule, message: message.into() }
    }
}

impl Record {
    /// The value of a field; empty when it is not there.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// The value of a field as a day.
    pub fn day(&self, field: &str) -> Result<NaiveDate, Reject> {
        let text = self.text(field);
        let day = NaiveDate::parse_from_str(text, &self.date_format).ok().filter(|day| YEARS.contains(&day.year()));
        let format = &self.date_format;
        day.ok_or_else(|| {
            Reject::new(field, "date", format!("'{text}' is not a date of the form {format} between 1950 and 2100"))
        })
    }

    /// The value of a field as a day, where it is there.
    pub fn maybe_day(&self, field: &str) -> Result<Option<NaiveDate>, Reject> {
        if self.text(field).is_empty() { Ok(None) } else { self.day(field).map(Some) }
    }

    /// The value of a field as a whole number.
    pub fn whole(&self, field: &str) -> Result<i64, Reject> {
        let text = self.text(field);
        text.parse().map_err(|_| Reject::new(field, "whole_number", format!("'{text}' is not a whole number")))
    }
}
