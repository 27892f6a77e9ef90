//! Fingerprints of secrets: the same secret gives the same one, and only the key file tells which secret that is.

use sha2::{Digest, Sha256};

use crate::Keys;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

impl Keys {
    /// A fingerprint of something in a context, such as a tax number, to find the same one again without opening any.
    ///
    /// HMAC-SHA-256 (RFC 2104) under a key that follows from the oldest key of the file, which never leaves it: so
    /// fingerprints stay when a newer key is added.
    #[must_use]
    pub fn fingerprint(&self, context: &str, plain: &[u8]) -> [u8; 32] {
        let key = hmac(self.oldest_bytes(), b"portreeve fingerprints");
        let mut message = context.as_bytes().to_vec();
        message.push(0);
        message.extend_from_slice(plain);
        hmac(&key, &message)
    }
}

/// HMAC-SHA-256 (RFC 2104) of a message: proves to who has the same key that it comes from us, unchanged.
#[must_use]
pub fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; BLOCK];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn hmac_is_that_of_the_rfc() {
        // RFC 4231, test case 2, with its key of four bytes padded with zeros, as HMAC does.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let code = data_encoding::HEXLOWER.encode(&hmac(&key, b"what do ya want for nothing?"));
        assert_eq!(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn the_same_secret_has_the_same_fingerprint_in_one_context_under_one_key_file() {
        let (ours, theirs) = (Keys::in_memory(&Random::seeded(1)), Keys::in_memory(&Random::seeded(2)));
        let print = ours.fingerprint("tax_id", b"123456789");
        assert_eq!(print, ours.fingerprint("tax_id", b"123456789"));
        assert_ne!(print, ours.fingerprint("tax_id", b"123456788"));
        assert_ne!(print, ours.fingerprint("driver_license", b"123456789"));
        assert_ne!(print, theirs.fingerprint("tax_id", b"123456789"));
    }
}
