//! Recovery codes: what a person keeps on paper for the day the telephone is lost. Each is good once.

use kernel::Digest;

use crate::Random;

/// How many codes a person gets.
pub const COUNT: usize = 10;

/// Letters of a code: 16 letters of five bits are 80 bits, which nobody tries through.
const LETTERS: usize = 16;

/// Crockford's alphabet: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes, written as `xxxx-xxxx-xxxx-xxxx`.
#[must_use]
pub fn new_codes(random: &Random) -> Vec<String> {
    (0..COUNT).map(|_| code(random.bytes())).collect()
}

/// What the database keeps of a code; `None` when the text cannot be one. Small slips of the pen are read kindly.
#[must_use]
pub fn hash(text: &str) -> Option<Vec<u8>> {
    let letters: String =
        text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').take(LETTERS + 1).map(meant).collect();
    let is_code = letters.len() == LETTERS && letters.bytes().all(|letter| ALPHABET.contains(&letter));
    is_code.then(|| Digest::of(letters.as_bytes()).0.to_vec())
}

fn code(bytes: [u8; LETTERS]) -> String {
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The letter of the alphabet that was probably meant.
fn meant(letter: char) -> char {
    match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_differ_and_are_found_again_as_people_write_them() {
        let codes = new_codes(&Random::seeded(1));
        let hashes: BTreeSet<_> = codes.iter().map(|code| hash(code).unwrap()).collect();
        assert_eq!(hashes.len(), COUNT);
        let written = |text: &str| hash(text).unwrap();
        assert_eq!(written("0123-4567-89ab-cdef"), written(" oi23 4567 89AB cdef "));
        for bad in ["", "0123-4567-89ab-cde", "0123-4567-89ab-cdef-0", "0123-4567-89ab-cdeu", "ｆ123-4567-89ab-cdef"] {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,60}") {
            let _ = hash(&text);
        }
    }
}
