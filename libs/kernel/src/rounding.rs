//! `Rounding`: the named rules by which an exact decimal becomes whole cents.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
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
        let strategy = match self {
            Rounding::HalfAwayFromZero => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::AwayFromZero => RoundingStrategy::AwayFromZero,
            Rounding::TowardZero => RoundingStrategy::ToZero,
        };
        let mut rounded = dollars.round_dp_with_strategy(2, strategy);
        rounded.rescale(2);
        if rounded.scale() != 2 {
            return None;
        }
        rounded.mantissa().to_i64().filter(|cents| *cents != i64::MIN).map(Cents)
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_no_amount_can_hold_is_none() {
        assert_eq!(Rounding::HalfEven.cents(Decimal::MAX), None);
    }
}
