//! Chance that can be repeated: xorshift from a seed.

/// Numbers that follow from a seed.
pub(crate) struct Seeded(u64);

impl Seeded {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Seeded {
        // Neighboring seeds begin far apart.
        let mut chance = Seeded(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        chance.below(1);
        chance
    }

    /// A number from 0, below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }
}
