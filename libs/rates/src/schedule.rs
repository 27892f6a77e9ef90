//! `Schedule`: the rates of one service as council adopted them, version by version.

mod amounts;
mod season;
mod version;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::Digest;

pub use version::{
    Amount, Basis, Case, Charge, Condition, Dimension, Measure, NamedQuantity, NormalDays, Partial, PeriodKind, Rate,
    RoundTo, Step, Tax, Tier, TierBounds, TierScope, Tiers, Treat, Value, ValueCase, ValueIs, Version, WinterAverage,
    WinterDate,
};

use crate::finding::TextRefused;
use crate::text;

/// The rates of one service; versions follow each other by effective date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The stable name that agreements refer to, such as `water`.
    pub code: String,
    /// What a resident reads.
    pub title: Titles,
    /// The service it prices, such as `water`.
    pub service: String,
    /// In ascending order of effective date; at least one.
    pub versions: Vec<Version>,
}

/// What people read, by language code.
///
/// Invariant: English (`en`) is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titles(BTreeMap<String, String>);

impl Schedule {
    /// Reads and checks a schedule; every version of what this returns compiles.
    pub fn parse(text: &str) -> Result<Schedule, TextRefused> {
        text::read(text)
    }

    /// As [`Schedule::parse`], for bytes that may not even be text.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Schedule, TextRefused> {
        text::read(text::utf8(bytes)?)
    }

    /// The one text of this schedule; reading it back gives the same schedule.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    /// The fingerprint of the text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_text().as_bytes())
    }

    /// The version that holds on a day: the last to begin on or before it.
    #[must_use]
    pub fn version_on(&self, day: NaiveDate) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.effective_on <= day)
    }
}

impl Titles {
    /// A title in English only.
    #[must_use]
    pub fn english(title: &str) -> Titles {
        Titles(BTreeMap::from([("en".to_owned(), title.to_owned())]))
    }

    /// The titles by language code, or `None` when English is missing.
    #[must_use]
    pub fn new(by_language: BTreeMap<String, String>) -> Option<Titles> {
        by_language.contains_key("en").then_some(Titles(by_language))
    }

    /// The same with one more language.
    #[must_use]
    pub fn and(mut self, language: &str, title: &str) -> Titles {
        self.0.insert(language.to_owned(), title.to_owned());
        self
    }

    /// The title in that language, or else in English.
    #[must_use]
    pub fn title(&self, language: &str) -> &str {
        self.0.get(language).unwrap_or_else(|| &self.0["en"])
    }

    /// Language code and title, in the order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, title)| (language.as_str(), title.as_str()))
    }
}
