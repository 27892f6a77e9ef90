//! `Exact`: any fraction, for formulas that divide; money and quantities become one without loss.

use std::cmp::Ordering;
use std::fmt;

use kernel::{Cents, Decimal, Quantity, Rounding};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::{BigRational, Ratio};
use num_traits::{CheckedAdd, CheckedMul, CheckedSub, One, Signed, ToPrimitive, Zero};

/// An exact number; printing it gives its decimal, cut to [`Exact::PLACES_SHOWN`] places where it has no end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exact(Number);

/// A fraction in lowest terms. One that fits is always small, so that equal numbers look alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Number {
    /// Nearly all numbers on bills: no memory is asked for.
    Small(Ratio<i128>),
    Large(BigRational),
}

/// Numerators and denominators of small numbers lie below it, so that doubling or rounding one cannot overflow.
const SMALL: i128 = 1 << 120;

/// Bits of a numerator or denominator; beyond it a formula has run away.
const BITS_MAX: u64 = 4_096;

impl Number {
    fn small(ratio: Ratio<i128>) -> Number {
        let (numerator, denominator) = (*ratio.numer(), *ratio.denom());
        if -SMALL < numerator && numerator < SMALL && denominator < SMALL {
            return Number::Small(ratio);
        }
        Number::Large(BigRational::new_raw(numerator.into(), denominator.into()))
    }

    fn large(ratio: BigRational) -> Number {
        match (ratio.numer().to_i128(), ratio.denom().to_i128()) {
            (Some(numerator), Some(denominator)) if -SMALL < numerator && numerator < SMALL && denominator < SMALL => {
                Number::Small(Ratio::new_raw(numerator, denominator))
            }
            _ => Number::Large(ratio),
        }
    }

    /// The same fraction of any size.
    fn to_large(&self) -> BigRational {
        match self {
            Number::Small(ratio) => BigRational::new_raw((*ratio.numer()).into(), (*ratio.denom()).into()),
            Number::Large(ratio) => ratio.clone(),
        }
    }

    /// What an operation makes of two numbers: in small ones as long as it does not overflow.
    fn with(
        &self,
        other: &Number,
        small: fn(&Ratio<i128>, &Ratio<i128>) -> Option<Ratio<i128>>,
        large: fn(BigRational, BigRational) -> BigRational,
    ) -> Number {
        if let (Number::Small(one), Number::Small(other)) = (self, other)
            && let Some(made) = small(one, other)
        {
            return Number::small(made);
        }
        Number::large(large(self.to_large(), other.to_large()))
    }

    fn over(&self, small: fn(&Ratio<i128>) -> Ratio<i128>, large: fn(&BigRational) -> BigRational) -> Number {
        match self {
            Number::Small(ratio) => Number::small(small(ratio)),
            Number::Large(ratio) => Number::large(large(ratio)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (self, other) {
            (Number::Small(one), Number::Small(other)) => one.cmp(other),
            (Number::Small(_) | Number::Large(_), _) => self.to_large().cmp(&other.to_large()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Exact {
    /// Digits behind the point of a number without an end, such as 1/3.
    pub const PLACES_SHOWN: usize = 24;

    /// Nothing.
    #[must_use]
    pub fn zero() -> Exact {
        Exact(Number::Small(Ratio::zero()))
    }

    /// One.
    #[must_use]
    pub fn one() -> Exact {
        Exact(Number::Small(Ratio::one()))
    }

    /// `numerator ÷ denominator`; `None` for a denominator of zero.
    #[must_use]
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Exact> {
        (denominator != 0).then(|| Exact(Number::Small(Ratio::new(numerator.into(), denominator.into()))))
    }

    /// A whole number times 10^-`places`.
    #[must_use]
    pub fn scaled(number: i128, places: u32) -> Exact {
        match 10_i128.checked_pow(places) {
            Some(power) if -SMALL < number => Exact(Number::small(Ratio::new(number, power))),
            _ => Exact(Number::large(BigRational::new(number.into(), BigInt::from(10).pow(places)))),
        }
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Exact) -> Exact {
        Exact(self.0.with(&other.0, CheckedAdd::checked_add, |one, other| one + other))
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Exact) -> Exact {
        Exact(self.0.with(&other.0, CheckedSub::checked_sub, |one, other| one - other))
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Exact) -> Exact {
        Exact(self.0.with(&other.0, CheckedMul::checked_mul, |one, other| one * other))
    }

    /// The quotient; `None` when divided by zero.
    #[must_use]
    pub fn checked_div(&self, other: &Exact) -> Option<Exact> {
        let quotient = || self.0.with(&other.0, |one, other| one.checked_mul(&other.recip()), |one, other| one / other);
        (!other.is_zero()).then(|| Exact(quotient()))
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(&self) -> Exact {
        Exact(self.0.over(|ratio| -ratio, |ratio| -ratio))
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(&self.0, Number::Small(ratio) if ratio.is_zero())
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Number::Small(ratio) => ratio.is_negative(),
            Number::Large(ratio) => ratio.is_negative(),
        }
    }

    /// The next whole number below.
    #[must_use]
    pub fn floor(&self) -> Exact {
        Exact(self.0.over(Ratio::floor, Ratio::floor))
    }

    /// The next whole number above.
    #[must_use]
    pub fn ceil(&self) -> Exact {
        Exact(self.0.over(Ratio::ceil, Ratio::ceil))
    }

    /// A whole number by a rounding rule.
    #[must_use]
    pub fn whole(&self, rounding: Rounding) -> Exact {
        let whole = Exact(self.0.over(Ratio::trunc, Ratio::trunc));
        let rest = self.minus(&whole);
        let rest = if rest.is_negative() { rest.negated() } else { rest };
        let half = Exact(Number::Small(Ratio::new_raw(1, 2)));
        let away = match rounding {
            Rounding::TowardZero => false,
            Rounding::AwayFromZero => !rest.is_zero(),
            Rounding::HalfAwayFromZero => half <= rest,
            Rounding::HalfEven => half < rest || (half == rest && whole.is_odd()),
        };
        match (away, self.is_negative()) {
            (false, _) => whole,
            (true, true) => whole.minus(&Exact::one()),
            (true, false) => whole.plus(&Exact::one()),
        }
    }

    /// Whether a whole number is odd.
    fn is_odd(&self) -> bool {
        match &self.0 {
            Number::Small(ratio) => ratio.numer().is_odd(),
            Number::Large(ratio) => ratio.numer().is_odd(),
        }
    }

    /// The whole part, cut toward zero, where it fits.
    fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Number::Small(ratio) => Some(ratio.to_integer()),
            Number::Large(ratio) => ratio.to_integer().to_i128(),
        }
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
        cents.to_i128()?.to_i64().filter(|cents| *cents != i64::MIN).map(Cents)
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
        let scaled = self.times(&Exact::from(10_i64.pow(10))).whole(Rounding::HalfEven);
        let decimal = Decimal::try_from_i128_with_scale(scaled.to_i128()?, 10);
        decimal.ok().map(|decimal| decimal.normalize())
    }

    /// `0.5` where that is short, `1/3` where a decimal has no end.
    pub(crate) fn to_fraction(&self) -> String {
        if self.terminating().is_some() { self.to_string() } else { self.0.to_large().to_string() }
    }

    /// Whether it is still of a size that bills are made of.
    pub(crate) fn is_sane(&self) -> bool {
        match &self.0 {
            Number::Small(_) => true,
            Number::Large(ratio) => ratio.numer().bits() <= BITS_MAX && ratio.denom().bits() <= BITS_MAX,
        }
    }

    /// Places behind the point and all digits, when the decimal has an end.
    fn terminating(&self) -> Option<(usize, BigInt)> {
        let number = self.0.to_large();
        let mut rest = number.denom().clone();
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
        let scaled = number.numer() * (BigInt::from(10).pow(u32::try_from(places).ok()?) / number.denom());
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
        Exact(Number::Small(Ratio::from_integer(number.into())))
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
            let scaled = Exact(Number::large(self.0.to_large() * BigInt::from(10).pow(24)));
            (places, scaled.whole(Rounding::HalfEven).0.to_large().to_integer())
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
    use proptest::prelude::*;

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

    /// Fractions of every size around the edge between small and large.
    fn fractions() -> impl Strategy<Value = BigRational> {
        let numerator = prop_oneof![-1_000..1_000_i128, any::<i64>().prop_map(i128::from), any::<i128>()];
        let denominator = prop_oneof![1..100_i128, 1..i128::from(i64::MAX), 1..i128::MAX];
        let of = |(numerator, denominator): (i128, i128)| BigRational::new(numerator.into(), denominator.into());
        (numerator, denominator).prop_map(of)
    }

    proptest! {
        #[test]
        fn small_and_large_numbers_count_alike(one in fractions(), other in fractions(), places in 0..45_u32) {
            let exact = |ratio: &BigRational| Exact(Number::large(ratio.clone()));
            let (x, y) = (exact(&one), exact(&other));
            prop_assert_eq!(x.plus(&y), exact(&(&one + &other)));
            prop_assert_eq!(x.minus(&y), exact(&(&one - &other)));
            prop_assert_eq!(x.times(&y), exact(&(&one * &other)));
            let quotient = (!other.is_zero()).then(|| exact(&(&one / &other)));
            prop_assert_eq!(x.checked_div(&y), quotient);
            prop_assert_eq!(x.cmp(&y), one.cmp(&other));
            prop_assert_eq!((x.floor(), x.ceil(), x.negated()), (exact(&one.floor()), exact(&one.ceil()), exact(&-&one)));
            prop_assert_eq!((x.is_zero(), x.is_negative()), (one.is_zero(), one.is_negative()));
            prop_assert_eq!(x.whole(Rounding::HalfAwayFromZero), exact(&one.round()));
            prop_assert_eq!(x.whole(Rounding::TowardZero), exact(&one.trunc()));
            let scaled = one.numer().to_i128().unwrap();
            let expected = BigRational::new(scaled.into(), BigInt::from(10).pow(places));
            prop_assert_eq!(Exact::scaled(scaled, places), exact(&expected));
        }
    }
}
