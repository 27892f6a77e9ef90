//! `Rounding`: the named rules by which an exact decimal becomes whole cents.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Cents;

/// How a fraction of a cent is settled; every rate schedule names one per line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 0.005 becomes 0.01 and -0.005 becomes -0.01: the house's rule.
    #[default]
    HalfAwayFromZero,
    /// 0.005 becomes 0.00, 0.015 becomes 0.02.
    HalfEven,
    /// Any fraction counts as a whole cent.
    AwayFromZero,
    /// Any fraction is dropped.
    TowardZero,
}

impl Rounding {
    /// An exact amount in dollars as whole cents, or `None` beyond the range of an amount.
    ///
    /// ```
    /// # use kernel::{Cents, Decimal, Rounding};
    /// let dollars: Decimal = "18.615".parse().unwrap();
    /// assert_eq!(Rounding::HalfAwayFromZero.cents(dollars), Some(Cents(18_62)));
    /// ```
    #[must_use]
    pub fn cents(self, dollars: Decimal) -> Option<Cents> {
        let (mantissa, places) = (dollars.mantissa(), dollars.scale());
        let Some(finer) = places.checked_sub(2).filter(|finer| 0 < *finer) else {
            let cents = mantissa.checked_mul(10_i128.pow(2 - places))?;
            return in_range(i64::try_from(cents).ok()?);
        };
        // Real amounts fit an i64, which divides many times faster.
        match (i64::try_from(mantissa), 10_i64.checked_pow(finer)) {
            (Ok(mantissa), Some(divisor)) => {
                let (cents, rest) = (mantissa / divisor, (mantissa % divisor).unsigned_abs());
                let is_up = self.is_away(rest.into(), divisor.unsigned_abs().into(), cents % 2 != 0);
                in_range(if is_up { cents + mantissa.signum() } else { cents })
            }
            _ => {
                let divisor = 10_i128.pow(finer);
                let (cents, rest) = (mantissa / divisor, (mantissa % divisor).unsigned_abs());
                let is_up = self.is_away(rest, divisor.unsigned_abs(), cents % 2 != 0);
                in_range(i64::try_from(if is_up { cents + mantissa.signum() } else { cents }).ok()?)
            }
        }
    }

    /// Whether what is left of a cent, `rest` of `whole`, counts as a whole cent.
    fn is_away(self, rest: u128, whole: u128, is_odd: bool) -> bool {
        match self {
            Rounding::HalfAwayFromZero => whole <= 2 * rest,
            Rounding::HalfEven => whole < 2 * rest || (whole == 2 * rest && is_odd),
            Rounding::AwayFromZero => rest != 0,
            Rounding::TowardZero => false,
        }
    }
}

/// Every amount has its negative.
fn in_range(cents: i64) -> Option<Cents> {
    (cents != i64::MIN).then_some(Cents(cents))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::RoundingStrategy;

    use super::*;

    #[test]
    fn each_rule_settles_half_a_cent_by_its_name() {
        use Rounding::{AwayFromZero, HalfAwayFromZero, HalfEven, TowardZero};
        let rows = [
            ("0.005", HalfAwayFromZero, 1),
            ("-0.005", HalfAwayFromZero, -1),
            ("0.005", HalfEven, 0),
            ("0.015", HalfEven, 2),
            ("0.001", AwayFromZero, 1),
            ("-0.001", AwayFromZero, -1),
            ("0.009", TowardZero, 0),
            ("48.76", TowardZero, 48_76),
            ("48", HalfEven, 48_00),
        ];
        for (dollars, rule, cents) in rows {
            let exact: Decimal = dollars.parse().unwrap();
            assert_eq!(rule.cents(exact), Some(Cents(cents)), "{dollars} by {rule:?}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_round_as_decimals_do(
            mantissa in -(1_i128 << 95)..(1_i128 << 95), scale in 0..28_u32, small in any::<bool>(),
        ) {
            let mantissa = if small { mantissa >> 40 } else { mantissa };
            let dollars = Decimal::from_i128_with_scale(mantissa, scale);
            let rules = [
                (Rounding::HalfAwayFromZero, RoundingStrategy::MidpointAwayFromZero),
                (Rounding::HalfEven, RoundingStrategy::MidpointNearestEven),
                (Rounding::AwayFromZero, RoundingStrategy::AwayFromZero),
                (Rounding::TowardZero, RoundingStrategy::ToZero),
            ];
            for (rule, strategy) in rules {
                let expected = dollars.round_dp_with_strategy(2, strategy);
                let found = rule.cents(dollars).map(|cents| Decimal::new(cents.0, 2));
                prop_assert!(found.is_none_or(|found| found == expected), "{dollars} by {rule:?}: {found:?}");
                prop_assert_eq!(found.is_none(), Decimal::new(i64::MAX, 2) < expected.abs());
            }
        }
    }

    #[test]
    fn what_no_amount_can_hold_is_none() {
        assert_eq!(Rounding::HalfEven.cents(Decimal::MAX), None);
    }
}
