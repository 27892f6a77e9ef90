//! One-time codes of a second factor (TOTP, RFC 6238): six digits, thirty seconds, each good once.

use std::fmt;

use chrono::{DateTime, Utc};
use totp_rs::{Algorithm, Builder, Totp};

use crate::Random;

/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const BYTES: usize = 20;

/// Seconds a code lasts.
const STEP_SECONDS: u64 = 30;

/// What the person's authenticator app and we both know.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; BYTES]);

impl Secret {
    /// A new one.
    #[must_use]
    pub fn new(random: &Random) -> Secret {
        Secret(random.bytes())
    }

    /// Takes stored bytes back; `None` when there are not 20.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Secret> {
        bytes.try_into().ok().map(Secret)
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What a person types into an app that cannot scan: base32 in groups of four.
    #[must_use]
    pub fn text(&self) -> String {
        let letters = data_encoding::BASE32_NOPAD.encode(&self.0);
        let groups: Vec<&str> =
            letters.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        groups.join(" ")
    }

    /// The address an app scans; `town` is shown above the code, `account` beside it.
    #[must_use]
    pub fn url(&self, town: &str, account: &str) -> String {
        let query = [("secret", data_encoding::BASE32_NOPAD.encode(&self.0)), ("issuer", escaped(town))];
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("otpauth://totp/{}:{}?{}", escaped(town), escaped(account), query.join("&"))
    }

    /// The code of an instant, as an app would show it; for tests and made-up towns.
    #[must_use]
    pub fn code_at(&self, now: DateTime<Utc>) -> String {
        self.totp().generate(seconds(now)).to_string()
    }

    fn totp(&self) -> Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0)
            .build_noncompliant()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The step whose code this is, within one step of now and after the last step that was used.
///
/// The caller stores the step, so that a code seen over a shoulder is worth nothing.
#[must_use]
pub fn check(secret: &Secret, code: &str, now: DateTime<Utc>, last_step: Option<i64>) -> Option<i64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).take(7).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = secret.totp().check(&code, seconds(now))?;
    let step = i64::try_from(step).ok()?;
    last_step.is_none_or(|last| last < step).then_some(step)
}

fn seconds(now: DateTime<Utc>) -> u64 {
    u64::try_from(now.timestamp()).unwrap_or(0)
}

/// A text inside an address; a colon would end the town's name.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, SHA-1, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(secret.code_at(at(time)), code);
            assert_eq!(check(&secret, code, at(time), None), Some(time / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_around_and_once() {
        let secret = Secret::new(&Random::seeded(1));
        let code = secret.code_at(at(3000));
        for (time, expected) in [(2969, None), (2970, Some(100)), (3029, Some(100)), (3059, Some(100)), (3060, None)] {
            assert_eq!(check(&secret, &code, at(time), None), expected, "{time}");
        }
        assert_eq!(check(&secret, &code, at(3000), Some(99)), Some(100));
        assert_eq!(check(&secret, &code, at(3000), Some(100)), None);
        assert_eq!(check(&secret, &format!(" {} {} ", &code[..3], &code[3..]), at(3000), None), Some(100));
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", &"1".repeat(10_000)] {
            assert_eq!(check(&secret, bad, at(3000), None), None, "{bad:.20}");
        }
    }

    #[test]
    fn an_app_can_read_the_address() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        let url = secret.url("Saguaro Bend: utilities", "ann@home");
        assert_eq!(
            url,
            "otpauth://totp/Saguaro%20Bend%3A%20utilities:ann%40home?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Saguaro%20Bend%3A%20utilities"
        );
        assert_eq!(secret.text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(Secret::from_bytes(b"short"), None);
    }
}
