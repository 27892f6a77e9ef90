//! `Mapping`: which column of a file means what, and what the file does not say.

use std::collections::BTreeMap;

use chrono::format::{Item, StrftimeItems};
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::file::value_text;
use crate::{Field, Need};

/// How a file is read. It fits the fields of the kind it was read for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Field to column, by its name in the header.
    #[serde(default)]
    columns: BTreeMap<String, String>,
    /// Field to a value that holds for every record.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    constants: BTreeMap<String, String>,
    /// What the values look like.
    #[serde(default)]
    values: Values,
}

/// What the values look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    /// Dates in the manner of strftime, such as `%Y-%m-%d`.
    #[serde(default = "iso")]
    date_format: String,
}

impl Default for Values {
    fn default() -> Values {
        Values { date_format: iso() }
    }
}

/// A mapping that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingRefused {
    /// Not TOML, or keys that do not belong.
    #[error("the mapping cannot be read: {0}")]
    Unreadable(String),
    /// No such field.
    #[error("the mapping gives '{field}', which files of this kind do not have; they have {known}")]
    FieldUnknown {
        /// The field.
        field: String,
        /// What there is.
        known: String,
    },
    /// Both a column and a constant.
    #[error("the mapping gives '{0}' both a column and a constant; leave one out")]
    FieldTwice(String),
    /// A field that must be there.
    #[error("the mapping does not say where '{0}' comes from; every record needs it")]
    FieldMissing(String),
    /// A constant that could not stand in a file.
    #[error("the mapping's constants.{field}: {words}")]
    Constant {
        /// The field.
        field: String,
        /// What is wrong.
        words: String,
    },
    /// A date format that no date fits.
    #[error("the mapping's values.date_format '{0}' does not hold a year, a month and a day")]
    DateFormat(String),
}

impl Refusal for MappingRefused {
    fn code(&self) -> &'static str {
        match self {
            MappingRefused::Unreadable(_) => "mapping_unreadable",
            MappingRefused::FieldUnknown { .. } => "field_unknown",
            MappingRefused::FieldTwice(_) => "field_twice",
            MappingRefused::FieldMissing(_) => "field_missing",
            MappingRefused::Constant { .. } => "constant",
            MappingRefused::DateFormat(_) => "date_format",
        }
    }
}

impl Mapping {
    /// Reads a mapping for files with these fields.
    pub fn parse(text: &str, fields: &[Field]) -> Result<Mapping, MappingRefused> {
        let mapping: Mapping = toml::from_str(text).map_err(|error| MappingRefused::Unreadable(error.to_string()))?;
        for name in mapping.columns.keys().chain(mapping.constants.keys()) {
            if fields.iter().all(|field| field.name != name) {
                let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
                return Err(MappingRefused::FieldUnknown { field: name.clone(), known: known.join(", ") });
            }
        }
        if let Some(twice) = mapping.columns.keys().find(|name| mapping.constants.contains_key(*name)) {
            return Err(MappingRefused::FieldTwice(twice.clone()));
        }
        let is_given = |name: &str| mapping.columns.contains_key(name) || mapping.constants.contains_key(name);
        if let Some(missing) = fields.iter().find(|field| field.need == Need::Always && !is_given(field.name)) {
            return Err(MappingRefused::FieldMissing(missing.name.to_owned()));
        }
        for (field, value) in &mapping.constants {
            let text = value_text(value.as_bytes()).map(str::is_empty);
            let words = match text {
                Ok(false) => continue,
                Ok(true) => "the value is missing".to_owned(),
                Err((_, words)) => words,
            };
            return Err(MappingRefused::Constant { field: field.clone(), words });
        }
        if !is_whole_date(&mapping.values.date_format) {
            return Err(MappingRefused::DateFormat(mapping.values.date_format));
        }
        Ok(mapping)
    }

    /// The mapping of a file whose columns have the names of the fields.
    #[must_use]
    pub fn by_name(header: &[String], fields: &[Field]) -> Mapping {
        // A field that must be there is mapped even where it is not: looking for its column says so.
        let named = |field: &&Field| field.need == Need::Always || header.iter().any(|name| name == field.name);
        let columns = fields.iter().filter(named).map(|field| (field.name.to_owned(), field.name.to_owned()));
        Mapping { columns: columns.collect(), constants: BTreeMap::new(), values: Values::default() }
    }

    /// The column of a field, where it has one.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<&str> {
        self.columns.get(field).map(String::as_str)
    }

    /// The value a field has in every record, where it has one.
    #[must_use]
    pub fn constant(&self, field: &str) -> Option<&str> {
        self.constants.get(field).map(|value| value.trim())
    }

    /// How dates are written.
    #[must_use]
    pub fn date_format(&self) -> &str {
        &self.values.date_format
    }

    /// Whether a column is read.
    #[must_use]
    pub fn uses(&self, column: &str) -> bool {
        self.columns.values().any(|used| used == column)
    }
}

/// Whether a format of dates is sound and holds every part of one.
#[must_use]
pub fn is_whole_date(format: &str) -> bool {
    let has = |marks: &[&str]| marks.iter().any(|mark| format.contains(mark));
    let is_whole = has(&["%F", "%D"]) || (has(&["%Y", "%y"]) && has(&["%m", "%b", "%B"]) && has(&["%d", "%e"]));
    is_whole && StrftimeItems::new(format).all(|item| item != Item::Error)
}

fn iso() -> String {
    "%Y-%m-%d".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[
        Field { name: "meter", need: Need::Always },
        Field { name: "unit", need: Need::Always },
        Field { name: "size", need: Need::Maybe },
    ];

    #[test]
    #[rustfmt::skip]
    fn a_mapping_says_what_is_wrong_with_it() {
        let rows = [
            ("[columns]\nmeter='M'\nunit='U'",                                     Ok(())),
            ("[columns]\nmeter='M'\n[constants]\nunit='ccf'",                      Ok(())),
            ("[columns]\nmeter='M'\nunit='M'",                                     Ok(())),
            ("[columns]\nmeter='M'\nunit='U'\n[values]\ndate_format='%m/%d/%Y'",   Ok(())),
            ("[columns",                                                           Err("mapping_unreadable")),
            ("[columns]\nmeter=1\nunit='U'",                                       Err("mapping_unreadable")),
            ("[column]\nmeter='M'\nunit='U'",                                      Err("mapping_unreadable")),
            ("[columns]\nmeter='M'\nmeter='N'\nunit='U'",                          Err("mapping_unreadable")),
            ("[columns]\nmeter='M'\nunit='U'\n[values]\nunit='ccf'",               Err("mapping_unreadable")),
            ("[columns]\nmeter='M'\nunit='U'\ncolor='C'",                          Err("field_unknown")),
            ("[columns]\nmeter='M'\n[constants]\nunit='ccf'\ncolor='red'",         Err("field_unknown")),
            ("[columns]\nmeter='M'\nunit='U'\n[constants]\nunit='ccf'",            Err("field_twice")),
            ("[columns]\nmeter='M'",                                               Err("field_missing")),
            ("",                                                                   Err("field_missing")),
            ("[columns]\nmeter='M'\n[constants]\nunit=' '",                        Err("constant")),
            ("[columns]\nmeter='M'\n[constants]\nunit=\"c\\nf\"",                  Err("constant")),
            ("[columns]\nmeter='M'\nunit='U'\n[values]\ndate_format='%Y'",         Err("date_format")),
            ("[columns]\nmeter='M'\nunit='U'\n[values]\ndate_format='%F %!'",      Err("date_format")),
        ];
        for (text, expected) in rows {
            let found = Mapping::parse(text, FIELDS).map(|_| ()).map_err(|refused| refused.code());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_mapping_is_written_as_it_reads() {
        let mapping = Mapping::parse("[columns]\nmeter='M'\n[constants]\nunit='ccf'", FIELDS).unwrap();
        let text = serde_json::to_string(&mapping).unwrap();
        assert_eq!(text, r#"{"columns":{"meter":"M"},"constants":{"unit":"ccf"},"values":{"date_format":"%Y-%m-%d"}}"#);
        assert_eq!(serde_json::from_str::<Mapping>(&text).unwrap(), mapping);
    }

    #[test]
    fn columns_with_the_names_of_fields_need_no_mapping() {
        let header = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let whole = Mapping::by_name(&header(&["size", "unit", "meter", "color"]), FIELDS);
        assert_eq!(whole, Mapping::parse("[columns]\nmeter='meter'\nunit='unit'\nsize='size'", FIELDS).unwrap());
        let lacking = Mapping::by_name(&header(&["unit"]), FIELDS);
        assert_eq!((lacking.column("meter"), lacking.column("size")), (Some("meter"), None));
    }
}
