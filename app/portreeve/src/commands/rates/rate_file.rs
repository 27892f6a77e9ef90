//! A rate file named on the command line, in either form, and the versions in it.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use kernel::Decimal;
use rates::owrs::{self, OwrsOptions, Quirks, TierStarts};
use rates::{Schedule, TextRefused, Version};

use super::Format;
use super::evaluate::StartsOfTiers;
use crate::commands::Ended;

/// A rate file and how it is read.
#[derive(Args)]
pub struct RateFile {
    /// The file
    file: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value = "schedule")]
    format: Format,
    /// OWRS only: the code of the schedule
    #[arg(long, default_value = "owrs")]
    code: String,
    /// OWRS only: the ordinance the rates come from
    #[arg(long, default_value = "not stated")]
    ordinance: String,
    /// OWRS only: the first day, where it differs from the file
    #[arg(long, value_name = "DATE")]
    effective_on: Option<NaiveDate>,
    /// OWRS only: what a number in `tier_starts` means
    #[arg(long, value_enum, default_value = "first-unit")]
    tier_starts: StartsOfTiers,
    /// OWRS only: what is done with a file that contradicts itself
    #[arg(long, value_enum, default_value = "refused")]
    quirks: FileQuirks,
}

/// What is done with a file that contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileQuirks {
    /// It is refused
    Refused,
    /// It is read as the calculators of these files read it
    Accepted,
}

/// A quantity with its number, such as `dwelling_units=4`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// The name.
    pub name: String,
    /// The number.
    pub number: Decimal,
}

/// A dimension with its value, such as `meter_size=5/8"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl RateFile {
    /// Reads the schedule.
    pub fn schedule(&self) -> Result<Schedule, Ended> {
        self.read()?.map_err(|refused| self.refused(&refused.to_string()))
    }

    /// Reads the schedule, or all that is wrong with it.
    pub fn read(&self) -> Result<Result<Schedule, TextRefused>, Ended> {
        let bytes = self.bytes()?;
        Ok(match self.format {
            Format::Schedule => Schedule::parse_bytes(&bytes),
            Format::Owrs => owrs::read(&bytes, &self.owrs_options()),
        })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Result<Vec<u8>, Ended> {
        std::fs::read(&self.file).map_err(|error| self.refused(&error.to_string()))
    }

    /// What stands in its place on the command line.
    pub fn name(&self) -> String {
        self.file.display().to_string()
    }

    /// How an OWRS file is read.
    pub fn owrs_options(&self) -> OwrsOptions {
        let mut options = OwrsOptions::water(&self.code, &self.ordinance);
        options.effective_on = self.effective_on;
        options.tier_starts = match self.tier_starts {
            StartsOfTiers::FirstUnit => TierStarts::FirstUnit,
            StartsOfTiers::Boundary => TierStarts::Boundary,
        };
        options.quirks = match self.quirks {
            FileQuirks::Refused => Quirks::Refused,
            FileQuirks::Accepted => Quirks::Accepted,
        };
        options
    }

    /// A refusal that names the file.
    pub fn refused(&self, words: &str) -> Ended {
        Ended::Refused(format!("{}: {words}", self.file.display()))
    }
}

/// The version that holds on a day, or the last one.
pub fn version_on(schedule: &Schedule, day: Option<NaiveDate>) -> Result<&Version, Ended> {
    let found = match day {
        Some(day) => schedule.version_on(day),
        None => schedule.versions.last(),
    };
    found.ok_or_else(|| {
        let day = day.map_or_else(String::new, |day| format!(" on {day}"));
        Ended::Refused(format!("schedule '{}' has no rates in force{day}", schedule.code))
    })
}

/// Reads `NAME=NUMBER`.
pub fn numbered(text: &str) -> Result<Numbered, String> {
    let not_one = || format!("'{text}' is not a name and a number, such as dwelling_units=4");
    let (name, number) = text.split_once('=').ok_or_else(not_one)?;
    let number = decimal(number).map_err(|_| not_one())?;
    Ok(Numbered { name: name.to_owned(), number })
}

/// Reads `NAME=VALUE`.
pub fn valued(text: &str) -> Result<Valued, String> {
    let parts = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = parts.ok_or_else(|| format!("'{text}' is not a name and a value, such as zone=2"))?;
    Ok(Valued { name: name.to_owned(), value: value.to_owned() })
}

/// Reads an exact number.
pub fn decimal(text: &str) -> Result<Decimal, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let number = Decimal::from_str_exact(text).ok().filter(|_| is_plain);
    number.ok_or_else(|| format!("'{text}' is not a number such as 12 or 12.4"))
}

/// The same, from zero on.
pub fn use_amount(text: &str) -> Result<Decimal, String> {
    let number = decimal(text)?;
    if number < Decimal::ZERO { Err(format!("a use of {text} is below zero")) } else { Ok(number) }
}

/// Reads the code of a unit.
pub fn unit(text: &str) -> Result<kernel::Unit, String> {
    kernel::Unit::parse(text).map_err(|error| error.to_string())
}
