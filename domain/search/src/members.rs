//! `Members`: which accounts have a word, in pieces of 8,192 account ids, each a set of bits.

use std::collections::BTreeMap;

use kernel::AccountId;

/// Account ids in one piece.
pub(crate) const PIECE: i64 = 8_192;
/// Bytes of a piece as bits; with as many or more places, bits are shorter than a list.
const BITS_BYTES: usize = 1_024;
const BLOCKS: usize = BITS_BYTES / 8;

/// Which accounts of a piece are meant.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Piece([u64; BLOCKS]);

/// Which accounts are meant, by the first account of each piece.
#[derive(Clone, Default)]
pub(crate) struct Members(BTreeMap<i64, Piece>);

/// The first account of the piece that an account is in.
pub(crate) fn piece_of(account: AccountId) -> i64 {
    account.0.div_euclid(PIECE) * PIECE
}

/// The place of an account in its piece.
pub(crate) fn place_of(account: AccountId) -> u16 {
    u16::try_from(account.0.rem_euclid(PIECE)).expect("a rest of 8,192 fits")
}

impl Piece {
    /// No account.
    pub(crate) const NONE: Piece = Piece([0; BLOCKS]);

    /// Reads what [`Piece::packed`] wrote: places of two bytes each, or all bits; `None` for anything else.
    pub(crate) fn unpack(bytes: &[u8]) -> Option<Piece> {
        let mut piece = Piece::NONE;
        if bytes.len() == BITS_BYTES {
            for (block, eight) in piece.0.iter_mut().zip(bytes.chunks_exact(8)) {
                *block = u64::from_le_bytes(eight.try_into().ok()?);
            }
            return Some(piece);
        }
        if !bytes.len().is_multiple_of(2) || BITS_BYTES < bytes.len() {
            return None;
        }
        for pair in bytes.chunks_exact(2) {
            let place = u16::from_le_bytes(pair.try_into().ok()?);
            if PIECE <= i64::from(place) {
                return None;
            }
            piece.set(place, true);
        }
        Some(piece)
    }

    /// As it is stored: whichever is shorter.
    pub(crate) fn packed(&self) -> Vec<u8> {
        let places: Vec<u16> = self.places().collect();
        if 2 * places.len() < BITS_BYTES {
            return places.iter().flat_map(|place| place.to_le_bytes()).collect();
        }
        self.0.iter().flat_map(|block| block.to_le_bytes()).collect()
    }

    /// Puts a place in or out.
    pub(crate) fn set(&mut self, place: u16, is_in: bool) {
        let (block, bit) = (usize::from(place / 64), 1_u64 << (place % 64));
        if is_in { self.0[block] |= bit } else { self.0[block] &= !bit }
    }

    /// Whether no account is meant.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|block| *block == 0)
    }

    fn places(&self) -> impl Iterator<Item = u16> + '_ {
        let bits = |block: u64| (0..64_u16).filter(move |bit| block >> bit & 1 == 1);
        (0_u16..).zip(&self.0).flat_map(move |(number, block)| bits(*block).map(move |bit| number * 64 + bit))
    }
}

impl Members {
    /// Adds the accounts of a piece.
    pub(crate) fn add(&mut self, first: i64, piece: &Piece) {
        let known = self.0.entry(first).or_insert(Piece::NONE);
        known.0.iter_mut().zip(&piece.0).for_each(|(block, more)| *block |= more);
    }

    /// Adds what others have.
    pub(crate) fn add_all(&mut self, others: &Members) {
        others.0.iter().for_each(|(first, piece)| self.add(*first, piece));
    }

    /// Those who are in both.
    pub(crate) fn and(&self, others: &Members) -> Members {
        let mut both = BTreeMap::new();
        for (first, piece) in &self.0 {
            let Some(other) = others.0.get(first) else { continue };
            let mut shared = piece.clone();
            shared.0.iter_mut().zip(&other.0).for_each(|(block, other)| *block &= other);
            if !shared.is_empty() {
                both.insert(*first, shared);
            }
        }
        Members(both)
    }

    /// Without one account.
    pub(crate) fn remove(&mut self, account: AccountId) {
        if let Some(piece) = self.0.get_mut(&piece_of(account)) {
            piece.set(place_of(account), false);
        }
    }

    /// The accounts in the order of their ids.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.0.iter().flat_map(|(first, piece)| piece.places().map(move |place| AccountId(first + i64::from(place))))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(accounts: &BTreeSet<i64>) -> Members {
        let mut members = Members::default();
        for account in accounts {
            let mut piece = Piece::NONE;
            piece.set(place_of(AccountId(*account)), true);
            members.add(piece_of(AccountId(*account)), &piece);
        }
        members
    }

    #[test]
    fn what_is_not_packed_by_us_is_not_read() {
        for bytes in [&[1_u8][..], &[0; 1_023], &[0; 1_026], &[0, 0x20], &[0xff, 0xff]] {
            assert!(Piece::unpack(bytes).is_none(), "{bytes:?}");
        }
        assert!(Piece::unpack(&[]).is_some_and(|piece| piece.is_empty()));
    }

    proptest! {
        #[test]
        fn a_piece_reads_back(places in prop::collection::btree_set(0..8_192_u16, 0..1_500)) {
            let mut piece = Piece::NONE;
            places.iter().for_each(|place| piece.set(*place, true));
            let packed = piece.packed();
            prop_assert!(packed.len() <= BITS_BYTES);
            let read = Piece::unpack(&packed).unwrap();
            prop_assert_eq!(read.places().collect::<BTreeSet<u16>>(), places);
        }

        #[test]
        fn sets_of_accounts_are_sets(
            one in prop::collection::btree_set(0..40_000_i64, 0..300),
            other in prop::collection::btree_set(0..40_000_i64, 0..300),
        ) {
            let (first, second) = (of(&one), of(&other));
            let both: Vec<i64> = first.and(&second).accounts().map(|account| account.0).collect();
            prop_assert_eq!(both, one.intersection(&other).copied().collect::<Vec<i64>>());
            let mut all = first;
            all.add_all(&second);
            prop_assert_eq!(all.accounts().count(), one.union(&other).count());
            if let Some(gone) = one.iter().next() {
                all.remove(AccountId(*gone));
                prop_assert_eq!(all.accounts().count(), one.union(&other).count() - 1);
            }
        }
    }
}
