//! Passwords: hashed with argon2id, and judged before they are taken.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::Refusal;

use crate::Random;

/// The fewest letters of a password; NIST SP 800-63B asks for at least 8, we for 12.
pub const PASSWORD_MIN: usize = 12;

/// The most letters of a password; longer ones would only cost time.
pub const PASSWORD_MAX: usize = 200;

/// OWASP's parameters for argon2id: 19 MiB, two rounds, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
const LANES: u32 = 1;
/// Bytes of salt.
const SALT: usize = 16;

/// Why a password is not taken; the words are for the person who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too few letters.
    #[error("The password is too short: it needs at least {PASSWORD_MIN} characters. Four or five words do well.")]
    TooShort,
    /// Too many letters.
    #[error("The password is too long: {PASSWORD_MAX} characters are the most.")]
    TooLong,
    /// Somebody who knows how people choose would find it.
    #[error("The password is easy to guess. Avoid names, dates and patterns; four or five unrelated words do well.")]
    Guessable,
    /// It is in the list of passwords that were stolen elsewhere.
    #[error("The password is on a list of passwords that were stolen elsewhere. Please choose another one.")]
    Breached,
}

impl Refusal for PasswordRefused {
    fn code(&self) -> &'static str {
        match self {
            PasswordRefused::TooShort => "password_too_short",
            PasswordRefused::TooLong => "password_too_long",
            PasswordRefused::Guessable => "password_guessable",
            PasswordRefused::Breached => "password_breached",
        }
    }
}

/// Hashes a password into the text that the database keeps. Takes some 20 ms, on purpose.
///
/// # Panics
/// Never: the parameters are valid, and the length is bounded by whoever judged it.
#[must_use]
pub fn hash_password(password: &str, random: &Random) -> String {
    let salt: [u8; SALT] = random.bytes();
    let hash = argon2id().hash_password_with_salt(password.as_bytes(), &salt);
    hash.expect("a password of bounded length has a hash").to_string()
}

/// Whether a text is a hash as [`hash_password`] makes them: by argon2id with our memory, rounds and lanes, no more and no
/// less. What others wrote may ask for any amount of work.
#[must_use]
pub fn is_password_hash(hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    let Ok(params) = Params::try_from(&hash) else { return false };
    let is_ours = (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, ROUNDS, LANES);
    let is_plain = params.keyid().is_empty() && params.data().is_empty();
    let is_argon2id = hash.algorithm.as_str() == "argon2id" && hash.version == Some(Version::V0x13.into());
    let has_length = hash.salt.is_some_and(|salt| salt.as_ref().len() == SALT)
        && hash.hash.is_some_and(|out| out.as_bytes().len() == Params::DEFAULT_OUTPUT_LEN);
    is_ours && is_plain && is_argon2id && has_length
}

/// Whether a password belongs to a hash; a hash that [`hash_password`] cannot have made belongs to none, after the same work.
#[must_use]
pub fn verify_password(password: &str, hash: &str) -> bool {
    if password.chars().count() > PASSWORD_MAX {
        return verify_nobody("");
    }
    match PasswordHash::new(hash) {
        Ok(read) if is_password_hash(hash) => argon2id().verify_password(password.as_bytes(), &read).is_ok(),
        Ok(_) | Err(_) => verify_nobody(password),
    }
}

/// The work of [`verify_password`] for somebody who has no password, so that time does not tell; always false.
///
/// # Panics
/// Never: the parameters are valid.
#[must_use]
pub fn verify_nobody(password: &str) -> bool {
    let password = if password.chars().count() > PASSWORD_MAX { "" } else { password };
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2id()
        .hash_password_into(password.as_bytes(), b"nobody has this", &mut out)
        .expect("a password of bounded length has a hash");
    // The result is looked at, so that the work is not left out.
    std::hint::black_box(out);
    false
}

/// Says whether a password may be taken. Words of the person (name, code, town) make it easier to guess.
pub fn judge_password(password: &str, words_of_person: &[&str]) -> Result<(), PasswordRefused> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err(PasswordRefused::TooShort);
    }
    if length > PASSWORD_MAX {
        return Err(PasswordRefused::TooLong);
    }
    let parts: Vec<&str> = words_of_person
        .iter()
        .flat_map(|words| words.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| word.chars().count() > 2)
        .take(40)
        .chain(["portreeve", "billing"])
        .collect();
    if zxcvbn::zxcvbn(password, &parts).score() < zxcvbn::Score::Three {
        return Err(PasswordRefused::Guessable);
    }
    Ok(())
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None).expect("OWASP's parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_password_belongs_to_its_hash_and_to_no_other() {
        let random = Random::seeded(1);
        let hash = hash_password("maple dozen viaduct 7", &random);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hash_password("maple dozen viaduct 7", &random), "salted");
        assert!(verify_password("maple dozen viaduct 7", &hash));
        assert!(!verify_password("maple dozen viaduct 8", &hash));
        assert!(!verify_password("", &hash));
        assert!(!verify_password(&"x".repeat(100_000), &hash));
        assert!(!verify_password("maple dozen viaduct 7", "no hash"));
        assert!(!verify_nobody("maple dozen viaduct 7"));
    }

    #[test]
    fn a_hash_that_asks_for_other_work_than_ours_belongs_to_nobody() {
        let ours = hash_password("maple dozen viaduct 7", &Random::seeded(1));
        assert!(is_password_hash(&ours));
        let (head, tail) = ours.split_at(ours.rfind('$').unwrap());
        #[rustfmt::skip]
        let others = [
            ours.replace("m=19456", "m=4194304"),
            ours.replace("m=19456", "m=8"),
            ours.replace("t=2", "t=4294967295"),
            ours.replace("p=1", "p=4"),
            ours.replace("v=19", "v=16"),
            ours.replace("v=19$", ""),
            ours.replace("argon2id", "argon2i"),
            ours.replace("p=1", "p=1,keyid=abcd"),
            format!("{head}{}", &tail[..tail.len() - 4]),
            head.to_owned(),
            String::new(),
            "$argon2id$".to_owned(),
        ];
        for other in others {
            assert!(!is_password_hash(&other), "{other}");
            assert!(!verify_password("maple dozen viaduct 7", &other), "{other}");
        }
    }

    #[test]
    fn passwords_are_judged() {
        use PasswordRefused::{Guessable, TooLong, TooShort};
        let long = "maple ".repeat(40);
        #[rustfmt::skip]
        let rows = [
            ("",                                   Err(TooShort)),
            ("xK9#qL2!vB",                         Err(TooShort)),
            ("äöüäöüäöüäö",                        Err(TooShort)),
            (long.as_str(),                        Err(TooLong)),
            ("password1234",                       Err(Guessable)),
            ("aaaaaaaaaaaaaaaa",                   Err(Guessable)),
            ("qwertyuiop12",                       Err(Guessable)),
            ("annette2024!",                       Err(Guessable)),
            ("portreevebilling",                   Err(Guessable)),
            ("maple dozen viaduct",                Ok(())),
            ("xK9#qL2!vBz4",                       Ok(())),
        ];
        for (password, expected) in rows {
            assert_eq!(judge_password(password, &["Annette Miller", "amiller"]), expected, "{password}");
        }
    }

    #[test]
    fn the_words_of_a_person_make_a_password_easier_to_guess() {
        assert_eq!(judge_password("vandermeulenrotterdam", &[]), Ok(()));
        let refused = Err(PasswordRefused::Guessable);
        assert_eq!(judge_password("vandermeulenrotterdam", &["Vandermeulen", "Rotterdam"]), refused);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_judged_without_panic(password in "\\PC{0,220}", word in "\\PC{0,30}") {
            let _ = judge_password(&password, &[&word]);
        }
    }
}
