//! `Finding`: what is wrong in a rate text, with its line, its key and the reason.

use std::fmt;

use kernel::Refusal;

use crate::formula::FormulaRefused;
use crate::refusals::RateError;

/// One thing wrong in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: usize,
    /// The key, with the keys around it, such as `version.charge.rounding`; empty for the whole text.
    pub key: String,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are not text.
    #[error("the file is not UTF-8 text")]
    NotUtf8,
    /// Far beyond any tariff; reading on would only cost time.
    #[error("{what} is too long; at most {max} are read")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit, with its unit.
        max: &'static str,
    },
    /// The text is not TOML, or not YAML.
    #[error("this cannot be read: {0}")]
    NotReadable(String),
    /// The key is there twice.
    #[error("this key is there twice; it was first given on line {first_line}")]
    Duplicate {
        /// The line of the first.
        first_line: usize,
    },
    /// The language has no such key here.
    #[error("no such key here; known are {known}")]
    UnknownKey {
        /// The keys allowed here.
        known: String,
    },
    /// A key that must be there.
    #[error("this key is missing")]
    Missing,
    /// Another kind of value is needed.
    #[error("must be {expected}")]
    NotA {
        /// What is expected, with its article.
        expected: &'static str,
    },
    /// A word that is not one of a list.
    #[error("'{found}' is not one of {known}")]
    UnknownWord {
        /// The word.
        found: String,
        /// The list.
        known: String,
    },
    /// A text in quotes that should be a formula.
    #[error("{0}")]
    Formula(FormulaRefused),
    /// A key that means nothing without another.
    #[error("has no meaning without {0}")]
    OnlyWith(&'static str),
    /// A row of values that is too short or too long.
    #[error("must have {expected} parts, not {found}: a value for each name in by, then the number")]
    RowLength {
        /// How many it has.
        found: usize,
        /// How many it must have.
        expected: usize,
    },
    /// Two keys that exclude each other, or none of them.
    #[error("exactly one of {0} must be given")]
    OneOf(&'static str),
    /// The version begins on or before the day the one before it begins.
    #[error("versions must follow each other by effective date")]
    VersionsNotAscending,
    /// A construct of the file that this reader does not know; it would be priced wrongly.
    #[error("not understood: {0}")]
    NotUnderstood(String),
    /// What the text says contradicts itself or leaves something open.
    #[error("{0}")]
    Flaw(RateError),
}

/// A text was refused, for every reason found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRefused {
    /// At least one, by line.
    pub findings: Vec<Finding>,
}

impl TextRefused {
    /// All findings by line.
    pub(crate) fn new(mut findings: Vec<Finding>) -> TextRefused {
        findings.sort_by_key(|finding| finding.line);
        TextRefused { findings }
    }

    /// A single finding.
    pub(crate) fn one(line: usize, key: &str, reason: Reason) -> TextRefused {
        TextRefused::new(vec![Finding { line, key: key.to_owned(), reason }])
    }
}

impl Finding {
    /// The column in the text it was found in, from 1: where the text stops being readable, or where its key stands.
    #[must_use]
    pub fn column_in(&self, text: &str) -> usize {
        if let Reason::NotReadable(_) = self.reason
            && let Err(error) = toml::de::DeTable::parse(text)
        {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let before = text.get(..at).unwrap_or(text);
            return 1 + before.rsplit('\n').next().unwrap_or("").chars().count();
        }
        let line = text.lines().nth(self.line.saturating_sub(1)).unwrap_or("");
        let name = self.key.rsplit('.').next().unwrap_or("");
        let at = line.find(name).filter(|_| !name.is_empty()).unwrap_or(line.len() - line.trim_start().len());
        1 + line.get(..at).unwrap_or("").chars().count()
    }
}

impl std::error::Error for TextRefused {}

impl Refusal for TextRefused {
    fn code(&self) -> &'static str {
        "rate_text_refused"
    }
}

impl fmt::Display for TextRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            write!(f, "{gap}{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.reason),
            key => write!(f, "line {}: {key}: {}", self.line, self.reason),
        }
    }
}
