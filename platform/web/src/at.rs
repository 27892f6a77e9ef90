//! `At`: the parts of an address that vary, as outside words; what cannot be one is nowhere.

use crate::{Problem, Site};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// What stands at the `{names}` of a route's path.
#[derive(Clone, Copy, Debug)]
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Site> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<At<T>, Problem> {
        // No store holds them, so nothing is called so.
        if has_controls(parts.uri.path(), &[]) {
            return Err(Problem::not_found());
        }
        let found = Path::<T>::from_request_parts(parts, site).await;
        found.map(|Path(at)| At(at)).map_err(|_| Problem::not_found())
    }
}

/// What lines of a text are made of, as addresses write it.
pub(crate) const OF_LINES: [&str; 3] = ["%09", "%0a", "%0d"];

/// Whether an address as it was sent holds escaped control characters, such as `%00`, besides some.
pub(crate) fn has_controls(address: &str, besides: &[&str]) -> bool {
    let is_control = |bytes: &[u8]| match bytes {
        [b'%', b'0' | b'1', _] | [b'%', b'7', b'f' | b'F'] => {
            besides.iter().all(|one| !one.as_bytes().eq_ignore_ascii_case(bytes))
        }
        _ => false,
    };
    address.as_bytes().windows(3).any(is_control)
}

/// The number somebody wrote into an address.
pub fn number(text: &str) -> Result<i64, Problem> {
    read_number(text).ok_or_else(Problem::not_found)
}

/// A number of digits alone, from 1 on.
#[must_use]
pub fn read_number(text: &str) -> Option<i64> {
    let is_written_so = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_written_so && 0 < *number)
}

/// The longest name of a kind.
const NAME_MAX: usize = 100;

/// Whether outside words can be the name of a kind, such as `account` or `billing.sign_run`. What stores cannot hold,
/// such as a zero character, is none.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.';
    !text.is_empty() && text.len() <= NAME_MAX && text.bytes().all(is_part)
}

/// A part of a path: what would end the part, or mean something else, is escaped.
#[must_use]
pub fn encoded(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// An address with what stands behind its `?`; empty values are left out.
#[must_use]
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<String> = said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_an_address_is_digits_alone() {
        for (text, expected) in [
            ("1", Some(1)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("0", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("", None),
            ("1 or 1=1", None),
        ] {
            assert_eq!(read_number(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_with_control_characters_is_nowhere() {
        for (path, expected) in [
            ("/points/P000001-W", false),
            ("/points/%20%25%7E", false),
            ("/points/q%00z", true),
            ("/points/%1b", true),
            ("/points/%7f", true),
            ("/points/%7F", true),
            ("/points/100%", false),
        ] {
            assert_eq!(has_controls(path, &[]), expected, "{path}");
        }
        assert!(!has_controls("lines=a%0D%0Ab%09c", &OF_LINES) && has_controls("lines=a%0d%00", &OF_LINES));
    }

    #[test]
    fn the_name_of_a_kind_is_small_letters() {
        for (text, expected) in [
            ("account", true),
            ("billing.sign_run", true),
            ("", false),
            ("a\u{0}b", false),
            ("Account", false),
            ("a b", false),
            ("a'--", false),
        ] {
            assert_eq!(is_name(text), expected, "{text}");
        }
        assert!(!is_name(&"a".repeat(101)));
    }

    #[test]
    fn a_code_stays_one_part_of_an_address() {
        assert_eq!(encoded("ann.b-2_~"), "ann.b-2_~");
        assert_eq!(encoded("a/../b?c#d%e"), "a%2F..%2Fb%3Fc%23d%25e");
    }

    #[test]
    fn what_stands_in_an_address_is_escaped_and_what_is_empty_left_out() {
        assert_eq!(address("/log", &[("person", ""), ("kind", "")]), "/log");
        assert_eq!(address("/log", &[("person", "a&b"), ("kind", ""), ("on", "é")]), "/log?person=a%26b&on=%C3%A9");
    }
}
