//! Values of dimensions that follow from the month of a date.

use chrono::{Datelike, NaiveDate};

use super::Version;

impl Version {
    /// Name and value of every dimension that is set by the month, on a day.
    #[must_use]
    pub fn values_on(&self, day: NaiveDate) -> Vec<(String, String)> {
        let value = |(dimension, months): (&super::Dimension, &Vec<Vec<u32>>)| {
            let at = months.iter().position(|months| months.contains(&day.month()))?;
            Some((dimension.name.clone(), dimension.values.get(at)?.clone()))
        };
        let by_month = self.dimensions.iter().filter_map(|dimension| Some((dimension, dimension.months.as_ref()?)));
        by_month.filter_map(value).collect()
    }
}
