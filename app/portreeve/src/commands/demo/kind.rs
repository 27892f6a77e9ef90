//! Kinds of places: their class, services, meters and habits. All shares and sizes are assumed.

use fastrand::Rng;

use super::flow::Habit;
use super::names;

/// A kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A house for one household.
    Home,
    /// Apartments, whose bins are the city's or of a private hauler.
    Apartments {
        /// How many dwelling units.
        units: u32,
        /// Whether the city collects trash; A.R.S. 49-746 leaves the choice to larger buildings.
        has_trash: bool,
    },
    /// A shop.
    Shop,
    /// An office.
    Office,
    /// A restaurant.
    Restaurant,
    /// A factory.
    Factory,
    /// Grounds that are watered.
    Grounds,
    /// An authority's building.
    Government,
}

impl Kind {
    /// Draws one: 88 % homes, 4 % apartments, 6 % businesses, and the rest.
    pub fn draw(rng: &mut Rng) -> Kind {
        match rng.u32(0..1_000) {
            0..880 => Kind::Home,
            880..920 => Kind::Apartments { units: rng.u32(5..41), has_trash: rng.u32(0..10) < 6 },
            920..945 => Kind::Shop,
            945..968 => Kind::Office,
            968..980 => Kind::Restaurant,
            980..984 => Kind::Factory,
            984..994 => Kind::Grounds,
            _ => Kind::Government,
        }
    }

    /// The class of its rates.
    pub fn class(self) -> &'static str {
        match self {
            Kind::Home => "residential",
            Kind::Apartments { .. } => "multifamily",
            Kind::Shop | Kind::Office | Kind::Restaurant => "commercial",
            Kind::Factory => "industrial",
            Kind::Grounds => "irrigation",
            Kind::Government => "governmental",
        }
    }

    /// The code of its property use.
    pub fn property_use(self) -> &'static str {
        match self {
            Kind::Home => "0100",
            Kind::Apartments { .. } => "0300",
            Kind::Shop => "1000",
            Kind::Office => "1500",
            Kind::Restaurant => "2000",
            Kind::Factory => "3000",
            Kind::Grounds => "0010",
            Kind::Government => "9000",
        }
    }

    /// Its trash: a cart at homes, else a bin of some size; nothing where the city collects none.
    pub fn trash(self) -> Option<&'static str> {
        match self {
            Kind::Home => Some("cart"),
            Kind::Apartments { units, has_trash } => {
                has_trash.then_some(if units < 15 { "4 cubic yards" } else { "8 cubic yards" })
            }
            Kind::Shop | Kind::Office => Some("2 cubic yards"),
            Kind::Restaurant => Some("4 cubic yards"),
            Kind::Factory => Some("8 cubic yards"),
            Kind::Government => Some("3 cubic yards"),
            Kind::Grounds => None,
        }
    }

    /// Whether its water comes back; what waters grounds does not.
    pub fn has_sewer(self) -> bool {
        self != Kind::Grounds
    }

    /// Whether it pays for stormwater.
    pub fn has_stormwater(self) -> bool {
        self != Kind::Grounds
    }

    /// What the rates of a service depend on besides the class.
    pub fn dimensions(self, service: &str, size: &str) -> String {
        match service {
            "water" => format!("meter_size={size}"),
            "stormwater" if self != Kind::Home => format!("meter_size={size}"),
            "trash" if self != Kind::Home => self.trash().map_or_else(String::new, |bin| format!("container={bin}")),
            _ => String::new(),
        }
    }

    /// A name for who has the account.
    pub fn name(self, rng: &mut Rng) -> String {
        match self {
            Kind::Home => names::person(rng),
            Kind::Apartments { .. } => names::apartments(rng),
            Kind::Shop | Kind::Office | Kind::Restaurant => names::business(rng),
            Kind::Factory => names::factory(rng),
            Kind::Grounds => names::association(rng),
            Kind::Government => names::office(rng),
        }
    }

    /// The size of its meter.
    pub fn meter_size(self, rng: &mut Rng) -> &'static str {
        let sizes: &[&'static str] = match self {
            Kind::Home => &["5/8\"", "5/8\"", "5/8\"", "5/8\"", "5/8\"", "5/8\"", "5/8\"", "3/4\"", "3/4\"", "1\""],
            Kind::Apartments { units, .. } => {
                if units < 15 {
                    &["1\"", "1 1/2\""]
                } else {
                    &["1 1/2\"", "2\""]
                }
            }
            Kind::Shop | Kind::Office => &["5/8\"", "3/4\"", "1\""],
            Kind::Restaurant | Kind::Grounds => &["1\"", "1 1/2\""],
            Kind::Factory => &["2\"", "3\""],
            Kind::Government => &["1\"", "2\""],
        };
        sizes[rng.usize(0..sizes.len())]
    }

    /// How much is used there: some 60 gallons a day and head, gardens, pools, hours of work.
    pub fn habit(self, rng: &mut Rng) -> Habit {
        let habit = |indoor, outdoor, is_workplace| Habit { indoor, outdoor, is_workplace };
        match self {
            Kind::Home => {
                let heads = [1, 2, 2, 2, 3, 3, 4, 4, 5][rng.usize(0..9)];
                let garden = if rng.u32(0..100) < 15 { 0 } else { rng.u32(6..36) };
                let pool = if rng.u32(0..100) < 20 { 12 } else { 0 };
                habit(heads * rng.u32(5..8), garden + pool, false)
            }
            Kind::Apartments { units, .. } => habit(units * rng.u32(9..14), rng.u32(10..60), false),
            Kind::Shop | Kind::Office => habit(rng.u32(8..60), rng.u32(0..15), true),
            Kind::Restaurant => habit(rng.u32(80..220), rng.u32(0..10), false),
            Kind::Factory => habit(rng.u32(200..700), rng.u32(0..40), true),
            Kind::Grounds => habit(0, rng.u32(60..500), false),
            Kind::Government => habit(rng.u32(20..200), rng.u32(10..120), true),
        }
    }
}
