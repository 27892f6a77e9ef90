//! A month in the text of a command: `2014-03`.

use kernel::Month;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(month: &Month, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(month)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Month, D::Error> {
    let text = String::deserialize(deserializer)?;
    Month::parse(&text).map_err(serde::de::Error::custom)
}
