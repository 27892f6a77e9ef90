//! `Quantity`: a measured amount in its unit's smallest step, converted only by named factors.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// What is measured. Each unit is stored as a whole number of its smallest step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// US gallon (231 cubic inches).
    Gallon,
    /// Thousand US gallons.
    Kgal,
    /// Cubic foot.
    CubicFoot,
    /// Hundred cubic feet.
    Ccf,
    /// Cubic meter.
    CubicMeter,
    /// Kiloliter (one cubic meter, by its Australian name).
    Kiloliter,
    /// Things counted: dwelling units, containers, equivalent residential units.
    Each,
    /// Days of service.
    Day,
}

/// One row of the table of units.
struct UnitRow {
    unit: Unit,
    code: &'static str,
    /// What people write behind a number of it.
    symbol: &'static str,
    /// Decimal places of the smallest step: 3 means thousandths of the unit.
    places: u32,
}

/// All units: the code used in files and rate schedules, what people write, and the smallest step.
const UNITS: [UnitRow; 8] = [
    UnitRow { unit: Unit::Gallon, code: "gallon", symbol: "gal", places: 1 },
    UnitRow { unit: Unit::Kgal, code: "kgal", symbol: "kgal", places: 4 },
    UnitRow { unit: Unit::CubicFoot, code: "cubic_foot", symbol: "cu ft", places: 3 },
    UnitRow { unit: Unit::Ccf, code: "ccf", symbol: "ccf", places: 5 },
    UnitRow { unit: Unit::CubicMeter, code: "cubic_meter", symbol: "cu m", places: 4 },
    UnitRow { unit: Unit::Kiloliter, code: "kiloliter", symbol: "kL", places: 4 },
    UnitRow { unit: Unit::Each, code: "each", symbol: "units", places: 2 },
    UnitRow { unit: Unit::Day, code: "day", symbol: "days", places: 0 },
];

/// A measured amount: a whole number of the unit's smallest step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantity {
    /// How many smallest steps; negative only in corrections.
    pub steps: i64,
    /// What is measured.
    pub unit: Unit,
}

/// A named factor between two units: `to = from × numerator ÷ denominator`.
///
/// A city converts by the factor its ordinance names, so there is no conversion without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The name by which a rate schedule or a mapping refers to it.
    pub name: &'static str,
    /// The unit converted from.
    pub from: Unit,
    /// The unit converted to.
    pub to: Unit,
    /// Multiplied by.
    pub numerator: i64,
    /// Divided by.
    pub denominator: i64,
}

/// Why a quantity is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a decimal number.
    #[error("'{0}' is not a quantity such as 12 or 12.4")]
    NotANumber(String),
    /// Finer than the unit's smallest step.
    #[error("'{text}' is finer than the smallest step of {unit} ({places} decimal places)")]
    TooFine {
        /// What was read.
        text: String,
        /// The code of the unit.
        unit: &'static str,
        /// How many decimal places the unit has.
        places: u32,
    },
    /// Beyond the range of a quantity.
    #[error("'{0}' is too large for a quantity")]
    TooLarge(String),
    /// No unit of that name.
    #[error("'{0}' is not a unit; known are gallon, kgal, cubic_foot, ccf, cubic_meter, kiloliter, each, day")]
    UnknownUnit(String),
    /// The factor converts from another unit.
    #[error("factor {factor} converts from {expected}, not from {found}")]
    WrongFactor {
        /// The name of the factor.
        factor: &'static str,
        /// The unit it converts from.
        expected: &'static str,
        /// The unit it was given.
        found: &'static str,
    },
}

impl Unit {
    /// The code used in files and rate schedules.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// What people write behind a number of it, such as `kgal` or `cu ft`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        self.row().symbol
    }

    /// Decimal places of the smallest step.
    #[must_use]
    pub fn places(self) -> u32 {
        self.row().places
    }

    /// The unit with that code.
    pub fn parse(code: &str) -> Result<Unit, QuantityError> {
        let row = UNITS.iter().find(|row| row.code == code);
        row.map(|row| row.unit).ok_or_else(|| QuantityError::UnknownUnit(code.to_owned()))
    }

    fn row(self) -> &'static UnitRow {
        UNITS.iter().find(|row| row.unit == self).expect("every unit has its row in the table")
    }
}

impl Quantity {
    /// Nothing of a unit.
    #[must_use]
    pub fn zero(unit: Unit) -> Quantity {
        Quantity { steps: 0, unit }
    }

    /// Reads `12` or `12.4` exactly; what is finer than the unit's step is refused, not rounded.
    pub fn parse(text: &str, unit: Unit) -> Result<Quantity, QuantityError> {
        let not_a_number = || QuantityError::NotANumber(text.to_owned());
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-') {
            return Err(not_a_number());
        }
        let exact: Decimal = text.parse().map_err(|_| not_a_number())?;
        let mut scaled = exact;
        scaled.rescale(unit.places());
        if scaled.scale() != unit.places() {
            return Err(QuantityError::TooLarge(text.to_owned()));
        }
        if scaled != exact {
            return Err(QuantityError::TooFine { text: text.to_owned(), unit: unit.code(), places: unit.places() });
        }
        let steps = scaled.mantissa().to_i64().ok_or_else(|| QuantityError::TooLarge(text.to_owned()))?;
        Ok(Quantity { steps, unit })
    }

    /// The amount as an exact decimal number of the unit.
    #[must_use]
    pub fn amount(self) -> Decimal {
        Decimal::new(self.steps, self.unit.places())
    }

    /// The amount in another unit, rounded half away from zero to that unit's smallest step.
    pub fn convert(self, factor: &Factor) -> Result<Quantity, QuantityError> {
        if self.unit != factor.from {
            let (expected, found) = (factor.from.code(), self.unit.code());
            return Err(QuantityError::WrongFactor { factor: factor.name, expected, found });
        }
        // steps × 10^to × numerator ÷ (10^from × denominator), in whole numbers
        let top = i128::from(self.steps) * i128::from(factor.numerator) * 10_i128.pow(factor.to.places());
        let bottom = i128::from(factor.denominator) * 10_i128.pow(factor.from.places());
        let steps = (2 * top.abs() + bottom) / (2 * bottom) * top.signum();
        let steps = i64::try_from(steps).map_err(|_| QuantityError::TooLarge(self.to_string()))?;
        Ok(Quantity { steps, unit: factor.to })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.amount().normalize())
    }
}

impl Factor {
    /// All factors. Exact ones follow from the definitions (1 gallon = 231 cubic inches,
    /// 1 cubic foot = 1,728 cubic inches, 1 inch = 2.54 cm; NIST Handbook 44, appendix C).
    pub const ALL: [Factor; 9] = [
        Factor { name: "ccf_to_cubic_foot", from: Unit::Ccf, to: Unit::CubicFoot, numerator: 100, denominator: 1 },
        Factor { name: "cubic_foot_to_ccf", from: Unit::CubicFoot, to: Unit::Ccf, numerator: 1, denominator: 100 },
        Factor { name: "kgal_to_gallon", from: Unit::Kgal, to: Unit::Gallon, numerator: 1000, denominator: 1 },
        Factor { name: "gallon_to_kgal", from: Unit::Gallon, to: Unit::Kgal, numerator: 1, denominator: 1000 },
        Factor { name: "ccf_to_gallon_exact", from: Unit::Ccf, to: Unit::Gallon, numerator: 172_800, denominator: 231 },
        // The usual rounding on US bills: "one unit is 748 gallons".
        Factor { name: "ccf_to_gallon_748", from: Unit::Ccf, to: Unit::Gallon, numerator: 748, denominator: 1 },
        Factor { name: "gallon_to_ccf_748", from: Unit::Gallon, to: Unit::Ccf, numerator: 1, denominator: 748 },
        Factor {
            name: "cubic_meter_to_gallon_exact",
            from: Unit::CubicMeter,
            to: Unit::Gallon,
            numerator: 1_000_000_000_000,
            denominator: 3_785_411_784,
        },
        Factor {
            name: "kiloliter_to_cubic_meter",
            from: Unit::Kiloliter,
            to: Unit::CubicMeter,
            numerator: 1,
            denominator: 1,
        },
    ];

    /// The factor of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Factor> {
        Factor::ALL.iter().find(|factor| factor.name == name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn factors_give_what_a_clerk_finds_by_hand() {
        let rows = [
            ("1", Unit::Ccf, "ccf_to_gallon_748", "748"),
            ("1", Unit::Ccf, "ccf_to_gallon_exact", "748.1"),
            ("100", Unit::Ccf, "ccf_to_gallon_exact", "74805.2"),
            ("12.4", Unit::Ccf, "ccf_to_cubic_foot", "1240"),
            ("1", Unit::CubicMeter, "cubic_meter_to_gallon_exact", "264.2"),
            ("-748", Unit::Gallon, "gallon_to_ccf_748", "-1"),
            ("2500", Unit::Gallon, "gallon_to_kgal", "2.5"),
        ];
        for (amount, unit, factor, expected) in rows {
            let converted = Quantity::parse(amount, unit).unwrap().convert(Factor::named(factor).unwrap()).unwrap();
            assert_eq!(converted.to_string(), expected, "{amount} {} by {factor}", unit.code());
        }
    }

    #[test]
    fn a_factor_refuses_another_unit() {
        let factor = Factor::named("ccf_to_gallon_748").unwrap();
        assert!(Quantity::zero(Unit::Kgal).convert(factor).is_err());
    }

    #[test]
    fn what_is_not_a_quantity_is_refused() {
        for text in ["", "-", "1e3", "12,4", "0.000001", "twelve", "99999999999999999999999999999", "1_000"] {
            assert!(Quantity::parse(text, Unit::Ccf).is_err(), "{text} was taken for a quantity");
        }
    }

    proptest! {
        #[test]
        fn a_quantity_reads_back(steps in -1_000_000_000_000..1_000_000_000_000_i64, row in 0..UNITS.len()) {
            let quantity = Quantity { steps, unit: UNITS[row].unit };
            prop_assert_eq!(Quantity::parse(&quantity.to_string(), quantity.unit), Ok(quantity));
        }

        #[test]
        fn nothing_panics(text in ".*") {
            let _ = Quantity::parse(&text, Unit::Kgal);
        }
    }
}
