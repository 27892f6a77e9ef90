//! `Example`: one bill worked out for somebody who asks what a service would cost.

use chrono::NaiveDate;
use kernel::{Decimal, Unit};

use super::uses::meter_unit;
use crate::explain::Explanation;
use crate::inputs::{Days, Inputs};
use crate::schedule::Version;

/// Whose bill it is, and what was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// The class.
    pub class: String,
    /// What else the price depends on; a season follows from the day.
    pub dimensions: Vec<(String, String)>,
    /// What was used.
    pub usage: Decimal,
    /// The meter's unit; nothing for the one that the rates ask for.
    pub unit: Option<Unit>,
    /// Quantities by name; others have their default.
    pub numbers: Vec<(String, Decimal)>,
    /// The codes of exemptions.
    pub exemptions: Vec<String>,
    /// The day that decides the season; otherwise the first of the version.
    pub on: Option<NaiveDate>,
    /// Which part of a period is billed.
    pub days: Days,
}

impl Example {
    /// The bill under a version, step by step, or why there is none.
    pub fn explain(&self, version: &Version) -> Result<Explanation, String> {
        let compiled = version.compile().map_err(|error| error.to_string())?;
        let seasons = version.values_on(self.on.unwrap_or(version.effective_on));
        let given = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let given = given.filter(|(name, _)| seasons.iter().all(|(season, _)| season != name));
        let by_month = seasons.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let dimensions: Vec<(&str, &str)> = given.chain(by_month).collect();
        let plan = compiled.plan(&self.class, &dimensions).map_err(|error| error.to_string())?;
        let numbers: Vec<(&str, Decimal)> =
            self.numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        let exemptions: Vec<&str> = self.exemptions.iter().map(String::as_str).collect();
        let unit = self.unit.or_else(|| meter_unit(version)).unwrap_or(Unit::Each);
        let days = self.days.clone();
        let inputs = Inputs { usage: self.usage.into(), unit, numbers: &numbers, exemptions: &exemptions, days };
        plan.explain(&inputs).map_err(|error| error.to_string())
    }
}
