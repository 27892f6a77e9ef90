//! `Cents`: money as whole US cents, always checked, never a float.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Serialize};

/// An amount of money in whole US cents; negative is a credit to the customer.
///
/// `Cents(48_76)` prints as `48.76`. Addition that leaves the range of an `i64` is a defect
/// (92 quadrillion dollars) and stops the request; what is read from outside is within [`Cents::MOST`], so that sums of
/// it stay far from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Cents(pub i64);

/// A number of cents that nobody owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cents are more than an amount may be, which is a trillion dollars either way")]
pub struct BeyondMost(i64);

/// A text that is not an amount of dollars and cents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Something other than digits, one sign and one point.
    #[error("'{0}' is not an amount in dollars and cents, such as 48.76")]
    NotAnAmount(String),
    /// More than two digits behind the point.
    #[error("'{0}' has a fraction of a cent")]
    FractionOfACent(String),
    /// Beyond the range of an amount.
    #[error("'{0}' is too large for an amount")]
    TooLarge(String),
}

impl Cents {
    /// No money.
    pub const ZERO: Cents = Cents(0);
    /// The largest amount that is read from outside, either way: a trillion dollars.
    pub const MOST: Cents = Cents(100_000_000_000_000);

    /// The amount without its sign.
    #[must_use]
    pub fn abs(self) -> Cents {
        Cents(self.0.checked_abs().expect("an amount is never i64::MIN"))
    }

    /// The sum, or `None` beyond the range.
    #[must_use]
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        self.0.checked_add(other.0).map(Cents)
    }

    /// Whether this is exactly nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads `48.76`, `48`, `-1.5` (dollars); no separators, no sign but a leading minus.
    pub fn parse_dollars(text: &str) -> Result<Cents, MoneyError> {
        let not_an_amount = || MoneyError::NotAnAmount(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (dollars, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if dollars.is_empty() || !all_digits(dollars) || !all_digits(fraction) {
            return Err(not_an_amount());
        }
        if 2 < fraction.len() {
            return Err(MoneyError::FractionOfACent(text.to_owned()));
        }
        let cents = format!("{dollars}{fraction:0<2}");
        let too_large = || MoneyError::TooLarge(text.to_owned());
        let cents: i64 = cents.parse().map_err(|_| too_large())?;
        Cents::try_from(if negative { -cents } else { cents }).map_err(|_| too_large())
    }

    /// The amount with a dollar sign and separators, as a resident reads it: `$1,234.50`, `-$0.05`.
    #[must_use]
    pub fn dollars(self) -> String {
        let plain = self.abs().to_string();
        let (whole, fraction) = plain.split_once('.').expect("Display writes a point");
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index != 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        format!("{sign}${grouped}.{fraction}")
    }
}

impl TryFrom<i64> for Cents {
    type Error = BeyondMost;

    fn try_from(cents: i64) -> Result<Cents, BeyondMost> {
        if cents.unsigned_abs() <= Cents::MOST.0.unsigned_abs() { Ok(Cents(cents)) } else { Err(BeyondMost(cents)) }
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

impl Add for Cents {
    type Output = Cents;
    fn add(self, other: Cents) -> Cents {
        self.checked_add(other).expect("a sum of money fits in 64 bits")
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Cents) {
        *self = *self + other;
    }
}

impl Sub for Cents {
    type Output = Cents;
    fn sub(self, other: Cents) -> Cents {
        Cents(self.0.checked_sub(other.0).expect("a difference of money fits in 64 bits"))
    }
}

impl Neg for Cents {
    type Output = Cents;
    fn neg(self) -> Cents {
        Cents(self.0.checked_neg().expect("an amount is never i64::MIN"))
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Cents>>(amounts: I) -> Cents {
        amounts.fold(Cents::ZERO, |total, amount| total + amount)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dollars_are_written_as_a_resident_reads_them() {
        let rows = [
            (0, "0.00", "$0.00"),
            (5, "0.05", "$0.05"),
            (-5, "-0.05", "-$0.05"),
            (48_76, "48.76", "$48.76"),
            (123_450, "1234.50", "$1,234.50"),
            (-12_345_678_900, "-123456789.00", "-$123,456,789.00"),
        ];
        for (cents, plain, dollars) in rows {
            assert_eq!((Cents(cents).to_string().as_str(), Cents(cents).dollars().as_str()), (plain, dollars));
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", "-", ".5", "1,000.00", "1.234", "1e3", "+1", "--1", "99999999999999999999", "1.-5", "٣"] {
            assert!(Cents::parse_dollars(text).is_err(), "{text} was taken for an amount");
        }
        assert_eq!(Cents::parse_dollars("-1.5"), Ok(Cents(-150)));
    }

    #[test]
    fn an_amount_from_outside_is_at_most_a_trillion_dollars() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-4876", Some(-48_76)),
            ("100000000000000", Some(Cents::MOST.0)),
            ("-100000000000000", Some(-Cents::MOST.0)),
            ("100000000000001", None),
            ("-9223372036854775808", None),
            ("9223372036854775808", None),
            ("1.5", None),
        ] {
            assert_eq!(serde_json::from_str::<Cents>(text).ok(), expected.map(Cents), "{text}");
        }
        assert_eq!(serde_json::to_string(&Cents(-48_76)).unwrap(), "-4876");
        assert_eq!(Cents::parse_dollars("1000000000000.00"), Ok(Cents::MOST));
        assert!(Cents::parse_dollars("1000000000000.01").is_err());
    }

    proptest! {
        #[test]
        fn reading_what_was_written_gives_the_same_amount(cents in -Cents::MOST.0..=Cents::MOST.0) {
            prop_assert_eq!(Cents::parse_dollars(&Cents(cents).to_string()), Ok(Cents(cents)));
        }

        #[test]
        fn nothing_panics(text in ".*") {
            let _ = Cents::parse_dollars(&text);
        }
    }
}
