//! The order in which meters are read: a route is a walk from stop to stop.

use kernel::{ActId, ServicePointId};

/// The longest code of a route, in characters.
pub const ROUTE_MAX: usize = 20;
/// The highest number of a stop.
pub const SEQUENCE_MAX: i64 = 999_999;

/// Where a service point comes in the walk. Stops that share a number are read in the order in which the service points were
/// recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStop {
    /// The place.
    pub service_point: ServicePointId,
    /// The code of the route, such as `C1-07`.
    pub route: String,
    /// Its number in the walk, from 1.
    pub sequence: i64,
    /// The import and line it comes from, or `entered`.
    pub source: String,
    /// The entry that put it there.
    pub act: ActId,
}

/// A route as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its code.
    pub code: String,
    /// How many stops it has.
    pub stops: i64,
    /// The lowest number.
    pub first: i64,
    /// The highest number.
    pub last: i64,
}

/// Why a place cannot be a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopError {
    /// The code cannot be printed on a reading list.
    #[error("a route is one line of 1 to {ROUTE_MAX} characters, such as C1-07")]
    Route,
    /// The number is out of range.
    #[error("the number of a stop is between 1 and {SEQUENCE_MAX}")]
    Sequence,
}

impl StopError {
    /// The stable name of the rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            StopError::Route => "route_code",
            StopError::Sequence => "sequence",
        }
    }
}

/// The code of a route, if it can be one.
///
/// # Errors
/// When it is empty, too long, begins or ends with a space, or holds what is not printed.
pub fn route_code(text: &str) -> Result<&str, StopError> {
    // A lone dot or two would lead elsewhere in an address.
    let is_printed = !text.contains(char::is_control) && text.trim() == text && !matches!(text, "." | "..");
    match (1..=ROUTE_MAX).contains(&text.chars().count()) && is_printed {
        true => Ok(text),
        false => Err(StopError::Route),
    }
}

/// The number of a stop, if it can be one.
///
/// # Errors
/// When it is below 1 or above [`SEQUENCE_MAX`].
pub fn sequence(number: i64) -> Result<i64, StopError> {
    if (1..=SEQUENCE_MAX).contains(&number) { Ok(number) } else { Err(StopError::Sequence) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers_fit_on_a_reading_list() {
        #[rustfmt::skip]
        let codes = [
            ("C1-07",                 true),
            ("North of Main",         true),
            ("12345678901234567890",  true),
            ("123456789012345678901", false),
            ("ññññññññññññññññññññ",  true),
            ("",                      false),
            (" 7",                    false),
            (".",                     false),
            ("..",                    false),
            ("7..",                   true),
            ("7\n8",                  false),
        ];
        for (code, is_one) in codes {
            assert_eq!(route_code(code).is_ok(), is_one, "{code:?}");
        }
        for (number, is_one) in [(0, false), (1, true), (SEQUENCE_MAX, true), (SEQUENCE_MAX + 1, false), (-5, false)] {
            assert_eq!(sequence(number).is_ok(), is_one, "{number}");
        }
    }
}
