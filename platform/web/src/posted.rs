//! `Posted`: the fields of a form as they came, bounded in number and size.

use std::collections::BTreeMap;

use crate::Problem;

/// What a form sent. Names and values are outside words: fields judge them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted(BTreeMap<String, Vec<String>>);

/// More values than any form of ours has.
const VALUES_MAX: usize = 5_000;

impl Posted {
    /// Reads `name=value&…`, as forms and addresses write it.
    pub fn parse(text: &[u8]) -> Result<Posted, Problem> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(text)
            .map_err(|_| Problem::bad_request("The fields of the form are not written as forms write them."))?;
        if VALUES_MAX < pairs.len() {
            return Err(Problem::bad_request("The form has more fields than any form of ours."));
        }
        let mut posted = Posted::default();
        for (name, value) in pairs {
            posted.0.entry(name).or_default().push(value);
        }
        Ok(posted)
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a field of this name was sent.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The field's value without blanks around it; empty when it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The field's value exactly as it came, for passwords.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All values of a field that can be sent several times.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
    /// Every name with each of its values, in the order of the names.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }
}
