//! Stretches of accounts: ranges that hold all of some accounts and few others.
//!
//! A chunk of a run covers a range of accounts, of which those of other cycles are none of its business. What is summed
//! over all that ever moved is asked for by stretches, so that a run costs what its own accounts cost.

use kernel::AccountId;

/// So many accounts of others are read along rather than asked around.
const GAP: i64 = 16;

/// In more stretches than this they are not worth asking for one by one, unless there is much in each: all that lies
/// between is read.
const MOST: usize = 64;

/// So many accounts in a stretch, on average, are much.
const MUCH: usize = 4;

/// The stretches of accounts that are given in their order.
pub(crate) fn stretches(accounts: impl IntoIterator<Item = AccountId>) -> Vec<(AccountId, AccountId)> {
    let (mut found, mut count): (Vec<(AccountId, AccountId)>, usize) = (Vec::new(), 0);
    for account in accounts {
        count += 1;
        let to = AccountId(account.0 + 1);
        match found.last_mut() {
            Some(last) if account.0 - last.1.0 <= GAP => last.1 = to,
            Some(_) | None => found.push((account, to)),
        }
    }
    match (found.first(), found.last()) {
        (Some(first), Some(last)) if MOST < found.len() && count < MUCH * found.len() => vec![(first.0, last.1)],
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(accounts: &[i64]) -> Vec<(i64, i64)> {
        stretches(accounts.iter().copied().map(AccountId)).into_iter().map(|(from, to)| (from.0, to.0)).collect()
    }

    #[test]
    fn near_accounts_share_a_stretch() {
        #[rustfmt::skip]
        let rows = [
            (vec![],              vec![]),
            (vec![7],             vec![(7, 8)]),
            (vec![1, 2, 5],       vec![(1, 6)]),
            (vec![1, 18],         vec![(1, 19)]),
            (vec![1, 19, 20, 90], vec![(1, 2), (19, 21), (90, 91)]),
        ];
        for (accounts, expected) in rows {
            assert_eq!(of(&accounts), expected, "{accounts:?}");
        }
    }

    #[test]
    fn accounts_scattered_widely_are_read_with_all_between() {
        let scattered = |count: i64| of(&(0..count).map(|number| number * 100).collect::<Vec<_>>());
        assert_eq!((scattered(64).len(), scattered(65)), (64, vec![(0, 6_401)]));
        let in_streets = |most: i64| {
            of(&(0..most).flat_map(|number| (0..20).map(move |house| number * 80 + house)).collect::<Vec<_>>())
        };
        assert_eq!(in_streets(70).len(), 70);
    }

    proptest! {
        #[test]
        fn stretches_hold_every_account_once_and_in_order(accounts in prop::collection::btree_set(0..2_000_i64, 0..60)) {
            let found = of(&accounts.iter().copied().collect::<Vec<_>>());
            let held: BTreeSet<i64> = accounts.iter().copied().filter(|account| {
                found.iter().filter(|(from, to)| from <= account && account < to).count() == 1
            }).collect();
            prop_assert_eq!(held, accounts);
            prop_assert!(found.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
