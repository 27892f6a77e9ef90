//! `Keys`: seal what the database must keep and nobody may read there.

use std::fmt;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::{KeyFault, Random, key_file};

/// Several keys; the newest seals, all open. The database never sees them.
#[derive(Clone)]
pub struct Keys {
    /// Never empty; ids differ; the newest comes last.
    all: Vec<Key>,
}

/// One key of the file.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) bytes: [u8; 32],
}

/// Something sealed, with the id of its key beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which key opens it.
    pub key_id: String,
    /// The nonce (24 bytes), then the ciphertext with its tag (16 bytes).
    pub bytes: Vec<u8>,
}

/// Bytes of the nonce; long enough that random ones do not meet.
const NONCE: usize = 24;

impl Keys {
    /// Reads a key file; refused when others than its owner may read it.
    pub fn read(path: &Path) -> Result<Keys, KeyFault> {
        key_file::read(path).map(|all| Keys { all })
    }

    /// Makes a key file with one key; refused when there is a file already.
    pub fn create(path: &Path, random: &Random) -> Result<Keys, KeyFault> {
        let keys = Keys::in_memory(random);
        key_file::create(path, &keys.all)?;
        Ok(keys)
    }

    /// Adds a key to a key file; from now on it is the one that seals.
    pub fn add_key(path: &Path, random: &Random) -> Result<Keys, KeyFault> {
        let _held = key_file::hold(path)?;
        let mut all = key_file::read(path)?;
        all.push(Key::new(all.len() + 1, random));
        key_file::replace(path, &all)?;
        Ok(Keys { all })
    }

    /// One new key that is kept nowhere: for tests, and for towns that last a session.
    #[must_use]
    pub fn in_memory(random: &Random) -> Keys {
        Keys { all: vec![Key::new(1, random)] }
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn newest_id(&self) -> &str {
        &self.newest().id
    }

    /// The ids of all keys, the newest last.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|key| key.id.as_str())
    }

    /// Seals something with the newest key. It opens only in the same context, such as `totp:17`.
    ///
    /// # Panics
    /// Never for what fits into memory.
    #[must_use]
    pub fn seal(&self, context: &str, plain: &[u8], random: &Random) -> Sealed {
        let key = self.newest();
        let nonce: [u8; NONCE] = random.bytes();
        let aad = associated(&key.id, context);
        let payload = Payload { msg: plain, aad: &aad };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload).expect("a cipher takes 256 GB at once");
        Sealed { key_id: key.id.clone(), bytes: [&nonce[..], &sealed].concat() }
    }

    /// Opens what was sealed in this context.
    pub fn open(&self, context: &str, sealed: &Sealed) -> Result<Vec<u8>, KeyFault> {
        let id = &sealed.key_id;
        let Some(key) = self.all.iter().find(|key| key.id == *id) else {
            return Err(KeyFault::Unknown { id: id.clone() });
        };
        let broken = || KeyFault::Broken { id: id.clone() };
        let (nonce, ciphertext) = sealed.bytes.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let aad = associated(id, context);
        let payload = Payload { msg: ciphertext, aad: &aad };
        key.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())
    }

    /// Seals again with the newest key; `None` when the newest sealed it.
    pub fn seal_again(&self, context: &str, sealed: &Sealed, random: &Random) -> Result<Option<Sealed>, KeyFault> {
        if sealed.key_id == self.newest_id() {
            return Ok(None);
        }
        let plain = self.open(context, sealed)?;
        Ok(Some(self.seal(context, &plain, random)))
    }

    pub(crate) fn of_one(key: Key) -> Keys {
        Keys { all: vec![key] }
    }

    /// The key that was there first; what must stay the same follows from it.
    pub(crate) fn oldest_bytes(&self) -> &[u8; 32] {
        &self.all.first().expect("there is at least one key").bytes
    }

    fn newest(&self) -> &Key {
        self.all.last().expect("there is at least one key")
    }
}

impl Key {
    /// A new key; its number is for people, the letters tell apart key files that both count from 1.
    pub(crate) fn new(number: usize, random: &Random) -> Key {
        let letters = data_encoding::HEXLOWER.encode(&random.bytes::<4>());
        Key { id: format!("k{number}-{letters}"), bytes: random.bytes() }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.bytes.into())
    }
}

/// What is not secret and must be the same when it is opened.
fn associated(key_id: &str, context: &str) -> Vec<u8> {
    format!("portreeve\0{key_id}\0{context}").into_bytes()
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(seed: u64) -> (Keys, Random) {
        let random = Random::seeded(seed);
        (Keys::in_memory(&random), random)
    }

    fn is_broken(keys: &Keys, sealed: &Sealed) -> bool {
        matches!(keys.open("here", sealed), Err(KeyFault::Broken { .. }))
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_in_its_context_only(seed: u64, plain: Vec<u8>, context in ".{0,20}", other in ".{0,20}") {
            let (keys, random) = keys(seed);
            let sealed = keys.seal(&context, &plain, &random);
            prop_assert_eq!(sealed.bytes.len(), plain.len() + 40);
            prop_assert_eq!(keys.open(&context, &sealed).unwrap(), plain);
            prop_assert_eq!(keys.open(&other, &sealed).is_ok(), context == other);
        }

        #[test]
        fn a_changed_byte_or_a_missing_end_is_found(plain: Vec<u8>, at: prop::sample::Index, by in 1u8..) {
            let (keys, random) = keys(1);
            let sealed = keys.seal("here", &plain, &random);
            let at = at.index(sealed.bytes.len());
            let mut changed = sealed.clone();
            changed.bytes[at] ^= by;
            prop_assert!(is_broken(&keys, &changed));
            let short = Sealed { bytes: sealed.bytes[..at].to_vec(), ..sealed };
            prop_assert!(is_broken(&keys, &short));
        }
    }

    #[test]
    fn the_same_thing_sealed_twice_looks_different() {
        let (keys, random) = keys(1);
        assert_ne!(keys.seal("here", b"same", &random), keys.seal("here", b"same", &random));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let ((ours, random), (theirs, _)) = (keys(1), keys(2));
        let said = theirs.open("here", &ours.seal("here", b"plain", &random)).unwrap_err().to_string();
        assert!(said.contains(ours.newest_id()), "{said}");
    }

    #[test]
    fn debugging_shows_ids_and_no_keys() {
        let (keys, _) = keys(1);
        assert_eq!(format!("{keys:?}"), format!("[\"{}\"]", keys.newest_id()));
    }
}
