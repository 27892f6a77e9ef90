//! The text form of a schedule: TOML, read with lines and written in one way only.

mod read;
mod toml_keys;
mod write;

use crate::finding::{Reason, TextRefused};

pub(crate) use read::read;
pub(crate) use write::{dollars, write, write_version};

/// In `by`, what asks for the classes of a row; it also names the classes of a case.
const CLASS: &str = "class";
/// Who bears a charge that is not billed.
const CITY: &str = "city";
/// Bytes of a text; the largest real tariff has 60 thousand.
const BYTES_MAX: usize = 512 * 1024;

/// A text of a size that someone may have written.
pub(crate) fn sized(text: &str) -> Result<&str, TextRefused> {
    if text.len() <= BYTES_MAX {
        return Ok(text);
    }
    Err(TextRefused::one(1, "", Reason::TooLong { what: "the text", max: "512 KiB" }))
}

/// The bytes as text, or the line of the first byte that is not.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, TextRefused> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        TextRefused::one(line, "", Reason::NotUtf8)
    })
}

/// An exact number written with digits, one leading minus and one point; nothing else.
pub(crate) fn decimal(text: &str) -> Option<kernel::Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let number = kernel::Decimal::from_str_exact(text).ok()?;
    Some(if number.is_zero() { kernel::Decimal::ZERO } else { number })
}
