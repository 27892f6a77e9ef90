//! `Random`: where chance comes from, handed to whoever needs it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::DigestBuilder;

/// A source of random bytes: the machine's, or one that repeats itself for tests.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    Machine,
    Seeded { seed: u64, drawn: Arc<AtomicU64> },
}

impl Random {
    /// The operating system's generator; the only one for real towns.
    #[must_use]
    pub fn of_the_machine() -> Random {
        Random(Source::Machine)
    }

    /// The same bytes from the same seed, for tests and made-up towns. Anybody can compute them.
    #[must_use]
    pub fn seeded(seed: u64) -> Random {
        Random(Source::Seeded { seed, drawn: Arc::default() })
    }

    /// The next `N` bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing could be kept secret then.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::Machine => getrandom::fill(&mut bytes).expect("the operating system gives random bytes"),
            Source::Seeded { seed, drawn } => {
                for piece in bytes.chunks_mut(32) {
                    let mut digest = DigestBuilder::new();
                    digest.bytes(&seed.to_be_bytes()).bytes(&drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                    piece.copy_from_slice(&digest.finish().0[..piece.len()]);
                }
            }
        }
        bytes
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Source::Machine => f.write_str("Random(machine)"),
            Source::Seeded { .. } => f.write_str("Random(seeded)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_does_not_repeat_itself_and_a_seed_does() {
        let machine = Random::of_the_machine();
        assert_ne!(machine.bytes::<32>(), machine.bytes::<32>());
        let (one, same, other) = (Random::seeded(1), Random::seeded(1), Random::seeded(2));
        let drawn = one.bytes::<70>();
        assert_eq!(drawn, same.bytes::<70>());
        assert_ne!(drawn, one.bytes::<70>());
        assert_ne!(drawn, other.bytes::<70>());
    }

    #[test]
    fn a_clone_goes_on_where_the_first_stands() {
        let one = Random::seeded(1);
        let clone = one.clone();
        assert_ne!(one.bytes::<8>(), clone.bytes::<8>());
    }
}
