//! `OwrsClass`: one class of a file, priced for the columns of a customer's record as they are.

use std::collections::BTreeMap;

use kernel::{Decimal, Unit};

use super::build::{Built, Frame};
use super::class::ClassRead;
use super::formula::number;
use super::table::spelled;
use crate::compile::Compiled;
use crate::exact::Exact;
use crate::inputs::{Days, Inputs};
use crate::refusals::{PlanRefused, PricingRefused};
use crate::schedule::Schedule;

/// A class that can be priced.
#[derive(Clone, Debug)]
pub struct OwrsClass {
    /// The class alone, as a schedule with one version.
    pub schedule: Schedule,
    /// Its version, compiled.
    pub compiled: Compiled,
    /// The unit of its usage.
    pub unit: Unit,
    class: String,
    /// Dimension by column of the file.
    dimensions: BTreeMap<String, String>,
    /// Quantity by column of the file.
    columns: BTreeMap<String, String>,
    /// Plain numbers of the class that its bill does not use.
    beside: BTreeMap<String, Decimal>,
}

/// What a class costs: every line before rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwrsBill {
    /// The sum of the lines, in dollars.
    pub total: Exact,
    /// Each line by its name in the schedule, in dollars.
    pub lines: Vec<(String, Exact)>,
}

/// Why there is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPriced {
    /// The usage is missing or not a number.
    #[error("usage_ccf is '{found}', not a number")]
    NoUsage {
        /// What was given; empty when it is missing.
        found: String,
    },
    /// A column that formulas use is not a number.
    #[error("{column} is '{found}', not a number")]
    NotANumber {
        /// The column.
        column: String,
        /// What was given.
        found: String,
    },
    /// No rates for such a customer.
    #[error("{0}")]
    Plan(PlanRefused),
    /// The usage cannot be priced.
    #[error("{0}")]
    Pricing(PricingRefused),
}

impl OwrsClass {
    pub(super) fn new(class: &ClassRead, built: Built, compiled: Compiled, frame: &Frame<'_>) -> OwrsClass {
        OwrsClass {
            compiled,
            unit: frame.unit,
            class: class.name.clone(),
            dimensions: built.dimensions.clone(),
            columns: built.columns.clone(),
            beside: class.beside.clone(),
            schedule: frame.options.schedule(built),
        }
    }

    /// What a customer pays; `columns` are those of the record, with `usage_ccf` in the file's unit.
    pub fn price(&self, columns: &[(&str, &str)]) -> Result<OwrsBill, NotPriced> {
        let given = |name: &str| columns.iter().find(|(column, _)| *column == name).map(|(_, text)| *text);
        let usage = given("usage_ccf").unwrap_or_default();
        let Some(usage) = number(usage.trim()) else { return Err(NotPriced::NoUsage { found: usage.to_owned() }) };
        let dimensions: Vec<(&str, String)> = self
            .dimensions
            .iter()
            .filter_map(|(column, name)| Some((name.as_str(), spelled(given(column)?))))
            .collect();
        let dimensions: Vec<(&str, &str)> = dimensions.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let plan = self.compiled.plan(&self.class, &dimensions).map_err(NotPriced::Plan)?;
        let mut numbers = Vec::with_capacity(self.columns.len());
        for (column, name) in &self.columns {
            let Some(text) = given(column) else { continue };
            match number(text.trim()) {
                Some(number) => numbers.push((name.as_str(), number)),
                None if plan.needs().quantities.contains(name) => {
                    return Err(NotPriced::NotANumber { column: column.clone(), found: text.to_owned() });
                }
                None => {}
            }
        }
        let inputs =
            Inputs { usage: usage.into(), unit: self.unit, numbers: &numbers, exemptions: &[], days: Days::whole() };
        let explanation = plan.explain(&inputs).map_err(NotPriced::Pricing)?;
        let lines: Vec<(String, Exact)> =
            explanation.charges.into_iter().map(|charge| (charge.name, charge.exact)).collect();
        let total = lines.iter().fold(Exact::zero(), |sum, (_, exact)| sum.plus(exact));
        Ok(OwrsBill { total, lines })
    }

    /// A component of the bill by its key in the file, also where the bill leaves it out.
    #[must_use]
    pub fn component(&self, bill: &OwrsBill, key: &str) -> Option<Exact> {
        let name = key.to_ascii_lowercase();
        let line = bill.lines.iter().find(|(known, _)| *known == name).map(|(_, exact)| exact.clone());
        line.or_else(|| self.beside.get(key).map(|number| Exact::from(*number)))
    }
}
