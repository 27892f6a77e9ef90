//! A rate profile: the class and dimension values that choose a customer's prices.

use std::collections::BTreeMap;

/// A class with its dimension values; service agreements share profiles, so a city has few.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RateProfile {
    /// The customer class.
    pub class: String,
    /// Dimension to value, such as `meter_size` to `5/8"`.
    pub dimensions: BTreeMap<String, String>,
}

impl RateProfile {
    /// The dimensions as stored: a JSON object with sorted keys.
    #[must_use]
    pub fn dimensions_text(&self) -> String {
        serde_json::to_string(&self.dimensions).expect("a map of texts can always be written")
    }

    /// Takes stored dimensions back; `None` when the text is not an object of texts.
    #[must_use]
    pub fn parse(class: String, dimensions: &str) -> Option<RateProfile> {
        Some(RateProfile { class, dimensions: serde_json::from_str(dimensions).ok()? })
    }
}
