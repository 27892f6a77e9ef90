//! The mapping: which column of a file means what, and what the file does not say.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Refusal, Unit};
use serde::{Deserialize, Serialize};

/// How a consumption file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Columns by the names in the header.
    pub columns: Columns,
    /// What the values look like.
    pub values: Values,
    /// Present when the file may name service points that are not known yet.
    pub open: Option<Open>,
}

/// Column names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The reference of the customer.
    pub customer: String,
    /// The customer class.
    pub class: String,
    /// The day the meter was read.
    pub read_on: String,
    /// How much was used.
    pub quantity: String,
    /// The file's own number of a row, for reports; without it the line is named.
    pub row: Option<String>,
    /// The reference of the service point. Without it, several rows of one customer, class and
    /// day are separate service points, numbered in the order of the file.
    pub service_point: Option<String>,
    /// How the figure came about: empty or `actual`, `estimated`, `vacant`, or both of the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// What the values look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// The unit of the quantity.
    pub unit: String,
    /// Dates in the manner of strftime, such as `%Y-%m-%d`.
    #[serde(default = "iso")]
    pub date_format: String,
    /// Which days a row is for.
    pub period: PeriodRule,
}

/// Which days a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodRule {
    /// The calendar month of the read.
    MonthOfRead,
}

/// How service points are opened that a file names for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The service.
    pub service: String,
    /// The rate schedule.
    pub schedule: String,
    /// The cycle.
    pub cycle: String,
    /// The first day of accounts and agreements.
    pub starts_on: NaiveDate,
    /// Dimension to value, the same for all.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
}

/// A mapping that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingRefused {
    /// Not TOML, or keys that do not belong.
    #[error("the mapping cannot be read: {0}")]
    Unreadable(String),
    /// No such unit.
    #[error("the mapping's values.unit: {0}")]
    Unit(String),
    /// A date format that no date fits.
    #[error("the mapping's values.date_format '{0}' does not hold a year, a month and a day")]
    DateFormat(String),
}

impl Refusal for MappingRefused {
    fn code(&self) -> &'static str {
        match self {
            MappingRefused::Unreadable(_) => "mapping_unreadable",
            MappingRefused::Unit(_) => "unit_unknown",
            MappingRefused::DateFormat(_) => "date_format",
        }
    }
}

impl Columns {
    /// The column that says which service point a row is for.
    #[must_use]
    pub fn of_service_point(&self) -> &str {
        self.service_point.as_deref().unwrap_or(&self.customer)
    }
}

impl Mapping {
    /// Reads a mapping.
    pub fn parse(text: &str) -> Result<Mapping, MappingRefused> {
        let mapping: Mapping = toml::from_str(text).map_err(|error| MappingRefused::Unreadable(error.to_string()))?;
        Unit::parse(&mapping.values.unit).map_err(|error| MappingRefused::Unit(error.to_string()))?;
        let format = &mapping.values.date_format;
        if imports::is_whole_date(format) {
            return Ok(mapping);
        }
        Err(MappingRefused::DateFormat(format.clone()))
    }

    /// The unit of quantities.
    #[must_use]
    pub fn unit(&self) -> Unit {
        Unit::parse(&self.values.unit).expect("checked when the mapping was read")
    }
}

fn iso() -> String {
    "%Y-%m-%d".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
        [columns]
        customer = 'c'
        class = 'k'
        read_on = 'd'
        quantity = 'q'
        [values]
        unit = 'ccf'
        period = 'month_of_read'";

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        assert!(Mapping::parse(GOOD).is_ok());
        let rows = [
            ("unit = 'ccf'", "unit = 'barrel'", "unit_unknown"),
            ("unit = 'ccf'", "unit = 'ccf'\n        date_format = '%Y'", "date_format"),
            ("unit = 'ccf'", "unit = 'ccf'\n        date_format = '%Y-%m-%d %!'", "date_format"),
            ("quantity = 'q'", "amount = 'q'", "mapping_unreadable"),
            ("period = 'month_of_read'", "period = 'fortnight'", "mapping_unreadable"),
        ];
        for (from, to, code) in rows {
            assert_eq!(Mapping::parse(&GOOD.replace(from, to)).unwrap_err().code(), code, "{to}");
        }
    }
}
