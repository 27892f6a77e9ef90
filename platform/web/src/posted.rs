//! `Posted`: the fields of a form as they came, bounded in number and size.

use std::collections::BTreeMap;

use axum::body::Bytes;

use crate::{Problem, multipart};

/// What a form sent. Names and values are outside words: fields judge them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    values: BTreeMap<String, Vec<String>>,
    files: BTreeMap<String, PostedFile>,
}

/// A file as a form sent it. Its name and what it holds are from outside: whoever keeps it judges both.
#[derive(Clone, PartialEq, Eq)]
pub struct PostedFile {
    /// As its owner's machine calls it.
    pub name: String,
    /// All of it.
    pub bytes: Bytes,
}

impl std::fmt::Debug for PostedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a file of {} bytes", self.bytes.len())
    }
}

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
            posted.values.entry(name).or_default().push(value);
        }
        Ok(posted)
    }

    /// The same without characters that no store holds, such as a zero character.
    pub(crate) fn without_controls(mut self) -> Posted {
        let is_kept = |letter: char| !letter.is_control() || ['\n', '\r', '\t'].contains(&letter);
        self.values.values_mut().flatten().for_each(|value| value.retain(is_kept));
        self
    }

    /// Reads a form with files; `boundary` stands between its parts.
    pub(crate) fn parse_parts(body: &Bytes, boundary: &str) -> Result<Posted, Problem> {
        let unreadable = || Problem::bad_request("The form with its file is not written as browsers write it.");
        let mut posted = Posted::default();
        for part in multipart::parts(body, boundary).ok_or_else(unreadable)? {
            match part.file_name {
                // A browser sends this when nobody chose a file.
                Some(name) if name.is_empty() && part.bytes.is_empty() => {}
                Some(name) => {
                    posted.files.entry(part.name).or_insert(PostedFile { name, bytes: part.bytes });
                }
                None => {
                    let value = std::str::from_utf8(&part.bytes).map_err(|_| unreadable())?.to_owned();
                    posted.values.entry(part.name).or_default().push(value);
                }
            }
        }
        Ok(posted)
    }

    /// The file of a field, when one was chosen.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&PostedFile> {
        self.files.get(name)
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.files.is_empty()
    }

    /// Whether a field of this name was sent.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The field's value without blanks around it; empty when it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The field's value exactly as it came, for passwords.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All values of a field that can be sent several times.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }
    /// Every name with each of its values, in the order of the names.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }
}
