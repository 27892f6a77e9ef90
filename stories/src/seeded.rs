//! Chance that can be repeated: xorshift from a seed.

/// Numbers that follow from a seed.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Seeded {
        // Neighboring seeds begin far apart.
        let mut chance = Seeded(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        chance.below(1);
        chance
    }

    /// A number from 0, below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }

    /// A place among so many.
    ///
    /// # Panics
    /// Never: a number below a length is a place.
    pub fn place(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).expect("lengths fit in 64 bits");
        usize::try_from(self.below(bound)).expect("it is below a length")
    }

    /// Puts things in an order of chance.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.place(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_shuffles_the_same_way_and_loses_nothing() {
        let shuffled = |seed| {
            let mut things: Vec<u32> = (0..20).collect();
            Seeded::new(seed).shuffle(&mut things);
            things
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
        let mut things = shuffled(3);
        things.sort_unstable();
        assert_eq!(things, (0..20).collect::<Vec<u32>>());
    }
}
