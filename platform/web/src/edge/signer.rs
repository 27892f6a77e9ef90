//! `Signer`: marks what is kept in a visitor's cookies, so that only what this site wrote is believed.

use data_encoding::BASE64URL_NOPAD;
use kernel::{Digest, DigestBuilder};

/// Signs with a key that lives as long as the process.
pub(crate) struct Signer([u8; 32]);

/// SHA-256 works on blocks of this many bytes.
const BLOCK: usize = 64;

impl Signer {
    pub(crate) fn new(key: [u8; 32]) -> Signer {
        Signer(key)
    }

    /// The mark of some bytes for one purpose; marks for different purposes do not stand in for each other.
    pub(crate) fn mark(&self, purpose: &str, bytes: &[u8]) -> String {
        let mut told = DigestBuilder::new();
        told.text(purpose).bytes(bytes);
        BASE64URL_NOPAD.encode(&hmac(&self.0, &told.finish().0).0)
    }

    /// Bytes with their mark, as a cookie can hold them.
    pub(crate) fn sign(&self, purpose: &str, bytes: &[u8]) -> String {
        format!("{}.{}", BASE64URL_NOPAD.encode(bytes), self.mark(purpose, bytes))
    }

    /// The bytes of such a text, if their mark is right.
    pub(crate) fn open(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let (bytes, mark) = text.split_once('.')?;
        let bytes = BASE64URL_NOPAD.decode(bytes.as_bytes()).ok()?;
        is_same(&self.mark(purpose, &bytes), mark).then_some(bytes)
    }
}

/// Whether two secrets agree, in a time that does not tell where they differ.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

/// HMAC-SHA-256 (RFC 2104), for keys that are no longer than a block.
fn hmac(key: &[u8; 32], message: &[u8]) -> Digest {
    let pad = |mask: u8| {
        let mut block = [mask; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = DigestBuilder::new().stream(&pad(0x36)).stream(message).finish();
    DigestBuilder::new().stream(&pad(0x5c)).stream(&inner.0).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_hmac_sha_256() {
        // RFC 4231, test case 2, whose key is shorter than a block: zeros behind a key change nothing.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hmac(&key, b"what do ya want for nothing?").to_string(), expected);
    }

    #[test]
    fn only_what_was_signed_for_a_purpose_opens_for_it() {
        let signer = Signer::new([7; 32]);
        let text = signer.sign("alert", b"saved");
        assert_eq!(signer.open("alert", &text), Some(b"saved".to_vec()));
        assert_eq!(signer.open("form", &text), None);
        assert_eq!(Signer::new([8; 32]).open("alert", &text), None);
        for text in ["", ".", "c2F2ZWQ", "c2F2ZWQ.", "%%.%%"] {
            assert_eq!(signer.open("alert", text), None, "{text}");
        }
    }
}
