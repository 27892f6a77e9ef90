//! `Keys`: a TOML table that collects what is wrong with it, each with line and key.

use std::cell::RefCell;

use chrono::NaiveDate;
use kernel::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Reason};
use crate::text::decimal;

/// Texts in one list, such as the values of a dimension.
const LIST_MAX: usize = 1_000;

/// What is wrong so far, and where lines begin.
pub(super) struct Findings {
    line_starts: Vec<usize>,
    found: RefCell<Vec<Finding>>,
}

/// The keys of one table, in the order of the text.
pub(super) struct Keys<'a> {
    findings: &'a Findings,
    path: String,
    /// The line where the table begins.
    pub(super) line: usize,
    entries: Vec<Entry<'a>>,
}

/// A key with its value.
pub(super) struct Entry<'a> {
    findings: &'a Findings,
    pub(super) key: &'a str,
    path: String,
    pub(super) line: usize,
    value: &'a DeValue<'a>,
}

impl Findings {
    pub(super) fn new(text: &str) -> Findings {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Findings { line_starts: starts.collect(), found: RefCell::new(Vec::new()) }
    }

    pub(super) fn line_at(&self, offset: usize) -> usize {
        1 + self.line_starts.partition_point(|start| *start <= offset)
    }

    pub(super) fn add(&self, line: usize, key: &str, reason: Reason) {
        self.found.borrow_mut().push(Finding { line, key: key.to_owned(), reason });
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.found.into_inner()
    }
}

impl<'a> Keys<'a> {
    /// The keys of a table; every key that is not known is a finding.
    pub(super) fn new(
        findings: &'a Findings,
        path: &str,
        line: usize,
        table: &'a DeTable<'a>,
        known: &[&str],
    ) -> Keys<'a> {
        let keys = Keys::any(findings, path, line, table);
        for entry in keys.entries.iter().filter(|entry| !known.contains(&entry.key)) {
            entry.refuse(Reason::UnknownKey { known: known.join(", ") });
        }
        keys
    }

    /// The keys of a table whose keys are free.
    pub(super) fn any(findings: &'a Findings, path: &str, line: usize, table: &'a DeTable<'a>) -> Keys<'a> {
        let mut by_place: Vec<_> = table.iter().collect();
        by_place.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let key_text: &'a std::borrow::Cow<'a, str> = key.get_ref();
            let path = if path.is_empty() { key_text.to_string() } else { format!("{path}.{key_text}") };
            Entry { findings, key: key_text, path, line: findings.line_at(key.span().start), value: value.get_ref() }
        };
        Keys { findings, path: path.to_owned(), line, entries: by_place.into_iter().map(entry).collect() }
    }

    /// The entries, in the order of the text.
    pub(super) fn into_entries(self) -> Vec<Entry<'a>> {
        self.entries
    }

    /// A key that may be absent.
    pub(super) fn get(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A key that must be there.
    pub(super) fn need(&self, key: &str) -> Option<&Entry<'a>> {
        let found = self.get(key);
        if found.is_none() {
            let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
            self.findings.add(self.line, &path, Reason::Missing);
        }
        found
    }

    /// A finding about the table itself.
    pub(super) fn refuse(&self, reason: Reason) {
        self.findings.add(self.line, &self.path, reason);
    }
}

impl<'a> Entry<'a> {
    /// A finding about this key.
    pub(super) fn refuse(&self, reason: Reason) {
        self.findings.add(self.line, &self.path, reason);
    }

    pub(super) fn text(&self) -> Option<String> {
        let text = self.value.as_str().filter(|text| !text.is_empty());
        self.expect("a text in quotes", text.map(str::to_owned))
    }

    /// One text, or a list of at least one.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        let list = match self.value {
            DeValue::String(text) if !text.is_empty() => Some(vec![text.to_string()]),
            DeValue::Array(list) => {
                let text = |item: &Spanned<DeValue<'_>>| {
                    item.get_ref().as_str().filter(|text| !text.is_empty()).map(str::to_owned)
                };
                list.iter().map(text).collect::<Option<Vec<_>>>().filter(|list| !list.is_empty())
            }
            _ => None,
        };
        if list.as_ref().is_some_and(|list| LIST_MAX < list.len()) {
            self.refuse(Reason::TooLong { what: "the list", max: "1,000 texts" });
            return None;
        }
        self.expect("a text in quotes or a list of them", list)
    }

    pub(super) fn date(&self) -> Option<NaiveDate> {
        let plain = self.value.as_datetime().filter(|moment| moment.time.is_none() && moment.offset.is_none());
        let date = plain.and_then(|moment| moment.date);
        let date = date.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        self.expect("a date such as 2016-03-01, without quotes", date)
    }

    pub(super) fn decimal(&self) -> Option<Decimal> {
        let number = match self.value {
            DeValue::Integer(number) if number.radix() == 10 => decimal(number.as_str()),
            DeValue::Float(number) => decimal(number.as_str()),
            _ => None,
        };
        self.expect("an exact number such as 12 or 2.87, without quotes", number)
    }

    /// A word of a list, taken from a function that knows them.
    pub(super) fn word<T: Copy>(&self, known: &[(T, &'static str)]) -> Option<T> {
        let found = self.text()?;
        let word = known.iter().find(|(_, word)| *word == found).map(|(value, _)| *value);
        if word.is_none() {
            let known = known.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
            self.refuse(Reason::UnknownWord { found, known });
        }
        word
    }

    pub(super) fn free_table(&self) -> Option<Keys<'a>> {
        let table = self.expect("a table", self.value.as_table())?;
        Some(Keys::any(self.findings, &self.path, self.line, table))
    }

    /// A list of tables, each with the line where it begins.
    pub(super) fn tables(&self, known: &[&str]) -> Option<Vec<Keys<'a>>> {
        let list = self.expect("a list of tables", self.value.as_array().filter(|list| !list.is_empty()))?;
        let mut tables = Vec::with_capacity(list.len());
        for item in list.iter() {
            let table = self.expect("a list of tables", item.get_ref().as_table())?;
            let line = self.findings.line_at(item.span().start);
            tables.push(Keys::new(self.findings, &self.path, line, table, known));
        }
        Some(tables)
    }

    fn expect<T>(&self, expected: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.refuse(Reason::NotA { expected });
        }
        value
    }
}
