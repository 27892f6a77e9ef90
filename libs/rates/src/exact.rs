//! `Exact`: any fraction, for formulas that divide; money and quantities become one without loss.

use std::fmt;

use kernel::{Cents, Decimal, Quantity, Rounding};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact number; printing it gives its decimal, cut to [`Exact::PLACES_SHOWN`] places where it has no end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(BigRational);

/// Bits of a numerator or denominator; beyond it a formula has run away.
const BITS_MAX: u64 = 4_096;

impl Exact {
    /// Digits behind the point of a number without an end, such as 1/3.
    pub const PLACES_SHOWN: usize = 24;

    /// Nothing.
    #[must_use]
    pub fn zero() -> Exact {
        Exact(BigRational::zero())
    }

    /// One.
    #[must_use]
    pub fn one() -> Exact {
        Exact(BigRational::one())
    }

    /// `numerator ÷ denominator`; `None` for a denominator of zero.
    #[must_use]
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Exact> {
        (denominator != 0).then(|| Exact(BigRational::new(numerator.into(), denominator.into())))
    }

    /// A whole number times 10^-`places`.
    #[must_use]
    pub fn scaled(number: i128, places: u32) -> Exact {
        Exact(BigRational::new(number.into(), BigInt::from(10).pow(places)))
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Exact) -> Exact {
        Exact(&self.0 + &other.0)
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Exact) -> Exact {
        Exact(&self.0 - &other.0)
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Exact) -> Exact {
        Exact(&self.0 * &other.0)
    }

    /// The quotient; `None` when divided by zero.
    #[must_use]
    pub fn checked_div(&self, other: &Exact) -> Option<Exact> {
        (!other.is_zero()).then(|| Exact(&self.0 / &other.0))
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(&self) -> Exact {
        Exact(-&self.0)
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// The next whole number below.
    #[must_use]
    pub fn floor(&self) -> Exact {
        Exact(self.0.floor())
    }

    /// The next whole number above.
    #[must_use]
    pub fn ceil(&self) -> Exact {
        Exact(self.0.ceil())
    }

    /// A whole number by a rounding rule.
    #[must_use]
    pub fn whole(&self, rounding: Rounding) -> Exact {
        let whole = self.0.trunc();
        let rest = (&self.0 - &whole).abs();
        let half = BigRational::new(1.into(), 2.into());
        let away = match rounding {
            Rounding::TowardZero => false,
            Rounding::AwayFromZero => !rest.is_zero(),
            Rounding::HalfAwayFromZero => half <= rest,
            Rounding::HalfEven => half < rest || (half == rest && whole.numer().is_odd()),
        };
        let one = if self.0.is_negative() { -BigRational::one() } else { BigRational::one() };
        Exact(if away { whole + one } else { whole })
    }

    /// A multiple of a step above zero, by a rounding rule.
    #[must_use]
    pub fn round_to(&self, step: &Exact, rounding: Rounding) -> Exact {
        match self.checked_div(step) {
            Some(steps) => steps.whole(rounding).times(step),
            None => self.clone(),
        }
    }

    /// An amount in dollars as whole cents, or `None` beyond the range of an amount.
    #[must_use]
    pub fn cents(&self, rounding: Rounding) -> Option<Cents> {
        let cents = self.times(&Exact::from(100)).whole(rounding);
        cents.0.to_integer().to_i64().filter(|cents| *cents != i64::MIN).map(Cents)
    }

    /// The same number as a decimal; `None` when it has more digits than a decimal holds.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        let (places, scaled) = self.terminating()?;
        let decimal = Decimal::try_from_i128_with_scale(scaled.to_i128()?, u32::try_from(places).ok()?);
        decimal.ok().map(|decimal| decimal.normalize())
    }

    /// The nearest decimal; `None` beyond the range of a decimal.
    pub(crate) fn nearest_decimal(&self) -> Option<Decimal> {
        if let Some(exact) = self.to_decimal() {
            return Some(exact);
        }
        // Ten places are finer than any price, and leave eighteen digits for the dollars.
        let scaled = Exact(&self.0 * BigInt::from(10).pow(10)).whole(Rounding::HalfEven);
        let decimal = Decimal::try_from_i128_with_scale(scaled.0.to_integer().to_i128()?, 10);
        decimal.ok().map(|decimal| decimal.normalize())
    }

    /// `0.5` where that is short, `1/3` where a decimal has no end.
    pub(crate) fn to_fraction(&self) -> String {
        if self.terminating().is_some() { self.to_string() } else { self.0.to_string() }
    }

    /// Whether it is still of a size that bills are made of.
    pub(crate) fn is_sane(&self) -> bool {
        self.0.numer().bits() <= BITS_MAX && self.0.denom().bits() <= BITS_MAX
    }

    /// Places behind the point and all digits, when the decimal has an end.
    fn terminating(&self) -> Option<(usize, BigInt)> {
        let mut rest = self.0.denom().clone();
        let (mut twos, mut fives) = (0_usize, 0_usize);
        for (prime, count) in [(2, &mut twos), (5, &mut fives)] {
            let prime = BigInt::from(prime);
            while rest.is_multiple_of(&prime) {
                rest /= &prime;
                *count += 1;
            }
        }
        if !rest.is_one() {
            return None;
        }
        let places = twos.max(fives);
        let scaled = self.0.numer() * (BigInt::from(10).pow(u32::try_from(places).ok()?) / self.0.denom());
        Some((places, scaled))
    }
}

impl From<Decimal> for Exact {
    fn from(decimal: Decimal) -> Exact {
        Exact::scaled(decimal.mantissa(), decimal.scale())
    }
}

impl From<i64> for Exact {
    fn from(number: i64) -> Exact {
        Exact(BigRational::from_integer(number.into()))
    }
}

impl From<Quantity> for Exact {
    fn from(quantity: Quantity) -> Exact {
        Exact::scaled(i128::from(quantity.steps), quantity.unit.places())
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (places, scaled) = self.terminating().unwrap_or_else(|| {
            let places = Exact::PLACES_SHOWN;
            let scaled = &self.0 * BigInt::from(10).pow(24);
            (places, Exact(scaled).whole(Rounding::HalfEven).0.to_integer())
        });
        let digits = format!("{:0>width$}", scaled.abs().to_string(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let fraction = fraction.trim_end_matches('0');
        let sign = if scaled.is_negative() { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        let text = format!("{sign}{whole}{point}{fraction}");
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_prints_as_a_clerk_writes_it() {
        let rows = [
            (1, 1, "1"),
            (-1, 2, "-0.5"),
            (374, 748, "0.5"),
            (1, 3, "0.333333333333333333333333"),
            (-2, 3, "-0.666666666666666666666667"),
            (1000, 8, "125"),
            (5, 1000, "0.005"),
        ];
        for (numerator, denominator, expected) in rows {
            assert_eq!(Exact::ratio(numerator, denominator).unwrap().to_string(), expected);
        }
        assert_eq!(Exact::ratio(1, 0), None);
        assert_eq!([(11, 31), (15, 30)].map(|(n, d)| Exact::ratio(n, d).unwrap().to_fraction()), ["11/31", "0.5"]);
    }

    #[test]
    fn each_rule_rounds_by_its_name() {
        use Rounding::{AwayFromZero, HalfAwayFromZero, HalfEven, TowardZero};
        let rows = [
            ("2.5", HalfEven, 2),
            ("3.5", HalfEven, 4),
            ("-2.5", HalfEven, -2),
            ("2.5", HalfAwayFromZero, 3),
            ("-2.5", HalfAwayFromZero, -3),
            ("2.01", AwayFromZero, 3),
            ("-2.99", TowardZero, -2),
        ];
        for (text, rule, expected) in rows {
            let number = Exact::from(text.parse::<Decimal>().unwrap());
            assert_eq!(number.whole(rule), Exact::from(expected), "{text} by {rule:?}");
        }
        assert_eq!(Exact::from(17).round_to(&Exact::from(5), HalfEven), Exact::from(15));
        assert_eq!(Exact::ratio(1, 200).unwrap().cents(HalfAwayFromZero), Some(Cents(1)));
    }
}
