//! `Token`: a long random text that opens something to whoever holds it.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use kernel::Digest;

use crate::Random;

/// How many random bytes a token carries.
const BYTES: usize = 32;

/// The holder's secret: 32 random bytes in 43 letters. The database keeps its hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(
    /// Always the canonical text of exactly 32 bytes.
    String,
);

impl Token {
    /// A new one.
    #[must_use]
    pub fn new(random: &Random) -> Token {
        Token(BASE64URL_NOPAD.encode(&random.bytes::<BYTES>()))
    }

    /// The text to hand to its holder.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Reads what somebody handed in; `None` when it cannot be a token of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Token> {
        if text.len() != BASE64URL_NOPAD.encode_len(BYTES) {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        (bytes.len() == BYTES).then(|| Token(text.to_owned()))
    }

    /// What the database keeps: SHA-256 is enough, because a token cannot be guessed.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Digest::of(self.0.as_bytes()).0.to_vec()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_is_read_back_and_says_nothing_in_logs(seed in any::<u64>()) {
            let token = Token::new(&Random::seeded(seed));
            prop_assert_eq!(token.text().len(), 43);
            prop_assert_eq!(Token::parse(token.text()), Some(token.clone()));
            prop_assert_eq!(token.hash().len(), 32);
            prop_assert_eq!(format!("{token:?}"), "Token(…)");
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,60}") {
            if let Some(token) = Token::parse(&text) {
                prop_assert_eq!(token.text(), text);
            }
        }
    }

    #[test]
    fn another_spelling_of_the_same_bytes_is_refused() {
        // 43 letters carry 258 bits: the last letter has two bits that must be zero.
        let text = Token::new(&Random::seeded(1)).text()[..42].to_owned();
        let readable = |last: char| Token::parse(&format!("{text}{last}")).is_some();
        assert_eq!(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|c| readable(*c)).count(),
            16
        );
    }
}
