//! Splitting a whole number by shares: the parts are the whole, to the cent or the smallest step.

use crate::Cents;

/// A whole number in parts proportional to the weights, by the largest remainder.
///
/// Every part is first cut down to a whole number; what is left goes, one each, to the parts that lost most, of
/// equal ones to the first. Weights may be negative. When they sum to nothing, the first part is all.
#[must_use]
pub fn split(whole: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().copied().map(i128::from).sum();
    if sum == 0 {
        return (0..weights.len()).map(|place| if place == 0 { whole } else { 0 }).collect();
    }
    // Dividing by a positive number rounds down, and leaves a remainder that is not negative.
    let (sign, divisor) = (sum.signum(), sum.abs());
    let shares = weights.iter().map(|weight| i128::from(whole) * i128::from(*weight) * sign);
    let mut parts: Vec<(i128, i128)> =
        shares.map(|share| (share.div_euclid(divisor), share.rem_euclid(divisor))).collect();
    let given: i128 = parts.iter().map(|(part, _)| part).sum();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|place| (-parts[*place].1, *place));
    let left = usize::try_from(i128::from(whole) - given).unwrap_or(0);
    for place in by_remainder.into_iter().take(left) {
        parts[place].0 += 1;
    }
    parts.into_iter().map(|(part, _)| i64::try_from(part).unwrap_or(0)).collect()
}

impl Cents {
    /// The amount in parts proportional to the weights, to the cent; see [`split`].
    ///
    /// ```
    /// # use kernel::Cents;
    /// assert_eq!(Cents(1_00).split(&[1, 1, 1]), [Cents(34), Cents(33), Cents(33)]);
    /// ```
    #[must_use]
    pub fn split(self, weights: &[i64]) -> Vec<Cents> {
        split(self.0, weights).into_iter().map(Cents).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_are_what_a_clerk_finds_by_hand() {
        // amount | weights | parts
        let rows: [(i64, &[i64], &[i64]); 7] = [
            (1_00, &[1, 1, 1], &[34, 33, 33]),
            (448, &[10_000, -2_000], &[560, -112]),
            (10, &[1, 2, 3], &[2, 3, 5]),
            (-10, &[1, 2], &[-3, -7]),
            (7, &[0, 0], &[7, 0]),
            (0, &[5, 5], &[0, 0]),
            (5, &[-1, -1], &[3, 2]),
        ];
        for (amount, weights, parts) in rows {
            let found: Vec<i64> = Cents(amount).split(weights).into_iter().map(|part| part.0).collect();
            assert_eq!(found, parts, "{amount} by {weights:?}");
        }
        assert_eq!(Cents(5).split(&[]), []);
    }

    proptest! {
        #[test]
        fn parts_make_up_the_whole(
            amount in -1_000_000_000_000..1_000_000_000_000_i64,
            weights in prop::collection::vec(0..1_000_000_000_i64, 1..6),
        ) {
            let parts = Cents(amount).split(&weights);
            prop_assert_eq!(parts.iter().copied().sum::<Cents>(), Cents(amount));
        }
    }
}
