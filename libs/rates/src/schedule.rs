//! `Schedule`: the rates of one service as council adopted them, version by version.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Decimal, Digest, Rounding, Unit};

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

/// The rates that hold from one day until the next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The first day it holds.
    pub effective_on: NaiveDate,
    /// The ordinance or resolution, with its section.
    pub ordinance: String,
    /// Which date of a bill is compared with `effective_on`.
    pub basis: Basis,
    /// Every customer class it knows.
    pub classes: Vec<String>,
    /// What a price may also depend on, with every value allowed.
    pub dimensions: Vec<Dimension>,
    /// In the order they stand on a bill.
    pub charges: Vec<Charge>,
}

/// Which date decides the version of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The day the bill is dated.
    BillDate,
    /// The first day of the service period.
    ServiceStart,
    /// The last day of the service period.
    ServiceEnd,
}

/// Something besides the class on which a price depends, such as `meter_size`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Every value a case may name.
    pub values: Vec<String>,
}

/// One line of a bill and how it is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The stable name, unique within the version.
    pub name: String,
    /// What a resident reads on the bill.
    pub title: Titles,
    /// Which line of the city's books it is, such as `water.consumption`.
    pub revenue: String,
    /// What it is measured by; nothing for a charge that is only ever fixed.
    pub measure: Option<Measure>,
    /// How a fraction of a cent of this line is settled.
    pub rounding: Rounding,
    /// Which customers pay what; exactly one case applies to a customer.
    pub cases: Vec<Case>,
}

/// The quantity a charge is measured by, and the unit its prices and tiers are stated in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The name of the quantity, such as `usage`.
    pub name: String,
    /// The unit.
    pub unit: Unit,
}

/// A rate and the customers it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The classes it is for; none named means every class.
    pub classes: Vec<String>,
    /// What else must hold, one condition per dimension.
    pub when: Vec<Condition>,
    /// What they pay.
    pub rate: Rate,
}

/// A dimension and the values for which a case holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The name of the dimension.
    pub dimension: String,
    /// Any of these.
    pub values: Vec<String>,
}

/// What is paid, in dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rate {
    /// The same amount on every bill.
    Fixed(Decimal),
    /// One price for every unit.
    PerUnit(Decimal),
    /// A price for each block of units.
    Tiers(Tiers),
    /// There is no such service; the text says why, and whoever asks for a price is told.
    NotOffered(String),
}

/// Blocks of units; a list is stated in one of two ways, never in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tiers {
    /// By the first unit of each tier: starts 0 and 15 put 14 units into tier 1.
    First(Vec<FirstTier>),
    /// By the upper bound of each tier: 14 puts 14 units into tier 1.
    Through(Vec<ThroughTier>),
}

/// A tier stated by its first unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstTier {
    /// The first unit; on the first tier 0 and 1 both mean that it begins at nothing.
    pub first: Decimal,
    /// Dollars per unit.
    pub price: Decimal,
}

/// A tier stated by its upper bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThroughTier {
    /// The upper bound, inclusive; nothing on the last tier.
    pub through: Option<Decimal>,
    /// Dollars per unit.
    pub price: Decimal,
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

impl Version {
    /// The fingerprint of this version's own text, whatever stands before or after it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(text::write_version(self).as_bytes())
    }
}

impl Basis {
    /// Every basis with the word used in a schedule.
    pub const ALL: [(Basis, &'static str); 3] =
        [(Basis::BillDate, "bill_date"), (Basis::ServiceStart, "service_start"), (Basis::ServiceEnd, "service_end")];

    /// The word used in a schedule.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Basis::BillDate => "bill_date",
            Basis::ServiceStart => "service_start",
            Basis::ServiceEnd => "service_end",
        }
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

impl Case {
    /// Whether the case is for that class.
    pub(crate) fn is_for(&self, class: &str) -> bool {
        self.classes.is_empty() || self.classes.iter().any(|named| named == class)
    }

    /// Whether the case holds for that value, as far as this dimension is concerned.
    pub(crate) fn allows(&self, dimension: &str, value: &str) -> bool {
        let condition = self.when.iter().find(|condition| condition.dimension == dimension);
        condition.is_none_or(|condition| condition.values.iter().any(|named| named == value))
    }
}
