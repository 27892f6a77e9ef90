//! `owrs::write`: a version as a rate file, where the specification has words for it.

mod fields;
mod say;

use kernel::{Refusal, Unit};

use super::metadata::UNITS;
use crate::schedule::{Charge, Version};
use fields::{Field, Leaf, Writer};

/// What a rate file says of itself besides its date and unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwrsHead {
    /// The name of the utility.
    pub utility_name: String,
    /// How often it bills, such as `monthly`.
    pub bill_frequency: String,
}

/// Why a version cannot be said in a rate file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSay {
    /// The specification has no word for the unit.
    #[error("a rate file has no word for the unit {}", .0.code())]
    Unit(Unit),
    /// All usage of a rate file is in one unit.
    #[error("a rate file has one unit, the schedule has {} and {}", .0.code(), .1.code())]
    Units(Unit, Unit),
    /// Text that a key of a rate file cannot hold.
    #[error("a rate file cannot hold '{0}' as a key")]
    Key(String),
    /// A charge that says more than a rate file can.
    #[error("charge '{charge}': a rate file cannot say {what}")]
    Charge {
        /// The name of the charge.
        charge: String,
        /// What it has no words for.
        what: &'static str,
    },
    /// A named value that says more than a rate file can.
    #[error("value '{value}': a rate file cannot say {what}")]
    Value {
        /// The name of the value.
        value: String,
        /// What it has no words for.
        what: &'static str,
    },
    /// A class that a charge is not offered to, whatever its other values: it has no bill.
    #[error("class {class} is not offered {charge}, so it has no bill")]
    NothingOffered {
        /// The class.
        class: String,
        /// The name of the charge.
        charge: String,
    },
}

/// Writes a version; reading it by first units, and with budgets rounded, gives the same exact prices.
///
/// Titles, lines of the books, rounding to cents, ordinance, basis, and which months make a season are
/// not part of a rate file. A percentage is of exact amounts there.
pub fn write(version: &Version, head: &OwrsHead) -> Result<String, CannotSay> {
    let mut text = String::from("---\nmetadata:\n");
    text.push_str(&format!("  effective_date: {}\n", version.effective_on));
    text.push_str(&format!("  utility_name: {}\n", quoted(&head.utility_name)?));
    text.push_str(&format!("  bill_frequency: {}\n", quoted(&head.bill_frequency)?));
    if let Some(unit) = unit(version)? {
        let row = UNITS.iter().find(|(_, known)| *known == unit);
        text.push_str(&format!("  bill_unit: {}\n", row.ok_or(CannotSay::Unit(unit))?.0));
    }
    text.push_str("rate_structure:\n");
    for class in &version.classes {
        text.push_str(&format!("  {}:\n", key(class)?));
        for (name, field) in Writer::new(version, class).fields()? {
            print(&mut text, &name, &field)?;
        }
    }
    Ok(text)
}

/// The unit of all charges that measure usage, and of usage in formulas.
fn unit(version: &Version) -> Result<Option<Unit>, CannotSay> {
    let of_charge = |charge: &Charge| charge.measure.as_ref().filter(|measure| measure.name == "usage").map(|m| m.unit);
    let declared = version.quantities.iter().find(|quantity| quantity.name == "usage");
    let declared = declared.and_then(|quantity| Unit::parse(&quantity.unit).ok());
    let mut found: Option<Unit> = None;
    for unit in version.charges.iter().filter_map(of_charge).chain(declared) {
        match found {
            Some(known) if known != unit => return Err(CannotSay::Units(known, unit)),
            Some(_) | None => found = Some(unit),
        }
    }
    Ok(found)
}

fn print(text: &mut String, name: &str, field: &Field) -> Result<(), CannotSay> {
    text.push_str(&format!("    {}:", key(name)?));
    match field {
        Field::One(leaf) => print_leaf(text, leaf, 6)?,
        Field::By(dimensions, rows) => {
            text.push_str("\n      depends_on:\n");
            for dimension in dimensions {
                text.push_str(&format!("        - {}\n", key(dimension)?));
            }
            text.push_str("      values:\n");
            for (values, leaf) in rows {
                text.push_str(&format!("        {}:", key(values)?));
                print_leaf(text, leaf, 10)?;
            }
        }
    }
    Ok(())
}

fn print_leaf(text: &mut String, leaf: &Leaf, indent: usize) -> Result<(), CannotSay> {
    match leaf {
        Leaf::Text(one) => text.push_str(&format!(" {}\n", quoted(one)?)),
        Leaf::List(items) => {
            text.push('\n');
            for item in items {
                text.push_str(&format!("{:indent$}- {}\n", "", quoted(item)?));
            }
        }
    }
    Ok(())
}

fn key(text: &str) -> Result<String, CannotSay> {
    if text.trim() != text || text.is_empty() { Err(CannotSay::Key(text.to_owned())) } else { quoted(text) }
}

/// The text as a scalar of YAML that every reader takes for this text.
fn quoted(text: &str) -> Result<String, CannotSay> {
    if text.chars().any(char::is_control) {
        return Err(CannotSay::Key(text.to_owned()));
    }
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Words that some readers of YAML take for something else than text.
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_number = super::formula::number(text).is_some();
    let is_plain = is_number || (is_word && !words.contains(&text.to_ascii_lowercase().as_str()));
    Ok(if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) })
}

impl Refusal for CannotSay {
    fn code(&self) -> &'static str {
        match self {
            CannotSay::Unit(_) => "owrs_no_unit",
            CannotSay::Units(..) => "owrs_two_units",
            CannotSay::Key(_) => "owrs_no_key",
            CannotSay::Charge { .. } => "owrs_cannot_say_charge",
            CannotSay::Value { .. } => "owrs_cannot_say_value",
            CannotSay::NothingOffered { .. } => "owrs_nothing_offered",
        }
    }
}
