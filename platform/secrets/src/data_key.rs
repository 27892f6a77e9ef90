//! `DataKey`: the key of one large thing that lies outside the database, such as a file.
//!
//! The thing is sealed once, with a key of its own; only that key is sealed with the town's, and sealed again when the
//! town's keys change. Whoever forgets the data key has destroyed the thing, wherever copies of it lie.

use crate::keys::Key;
use crate::{KeyFault, Keys, Random, Sealed};

/// The key of one thing.
pub struct DataKey(Keys);

/// What faults call it.
const ID: &str = "of its own";

impl DataKey {
    /// A new one.
    #[must_use]
    pub fn new(random: &Random) -> DataKey {
        DataKey::of(random.bytes())
    }

    fn of(bytes: [u8; 32]) -> DataKey {
        DataKey(Keys::of_one(Key { id: ID.to_owned(), bytes }))
    }

    /// The key under seal, for the row that names the thing.
    #[must_use]
    pub fn sealed(&self, keys: &Keys, (context, random): (&str, &Random)) -> Sealed {
        keys.seal(context, self.0.oldest_bytes(), random)
    }

    /// The key that was sealed in this context.
    pub fn opened(keys: &Keys, context: &str, sealed: &Sealed) -> Result<DataKey, KeyFault> {
        let bytes = keys.open(context, sealed)?;
        let broken = |_| KeyFault::Broken { id: sealed.key_id.clone() };
        bytes.try_into().map(DataKey::of).map_err(broken)
    }

    /// Seals the thing: nonce, ciphertext, tag.
    #[must_use]
    pub fn seal(&self, context: &str, plain: &[u8], random: &Random) -> Vec<u8> {
        self.0.seal(context, plain, random).bytes
    }

    /// Opens it; refused when a byte of it was changed.
    pub fn open(&self, context: &str, bytes: Vec<u8>) -> Result<Vec<u8>, KeyFault> {
        self.0.open(context, &Sealed { key_id: ID.to_owned(), bytes })
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_opens_with_its_own_key_which_the_towns_keys_open() {
        let random = Random::seeded(1);
        let keys = Keys::in_memory(&random);
        let key = DataKey::new(&random);
        let sealed_key = key.sealed(&keys, ("file:7", &random));
        let thing = key.seal("file:7", b"a scan", &random);
        let again = DataKey::opened(&keys, "file:7", &sealed_key).unwrap();
        assert_eq!(again.open("file:7", thing.clone()).unwrap(), b"a scan");
        assert!(again.open("file:8", thing.clone()).is_err());
        assert!(DataKey::new(&random).open("file:7", thing.clone()).is_err());
        assert!(DataKey::opened(&keys, "file:8", &sealed_key).is_err());
        let mut changed = thing;
        changed[30] ^= 1;
        assert!(again.open("file:7", changed).is_err());
        assert_eq!(format!("{key:?}"), "DataKey");
    }
}
