//! `Keys`: a TOML table that collects what is wrong with it, each with line and key.

use std::cell::RefCell;

use chrono::NaiveDate;
use kernel::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Reason};
use crate::formula::Formula;
use crate::schedule::Amount;
use crate::text::decimal;

/// Texts in one list, such as the values of a dimension.
const LIST_MAX: usize = 1_000;
/// Rows of one value; with three dimensions there may be many.
const ROWS_MAX: usize = 10_000;

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

    /// What a key says that may be absent; nothing at all when it says something wrong.
    pub(super) fn read<T>(&self, key: &str, read: impl FnOnce(&Entry<'a>) -> Option<T>) -> Option<Option<T>> {
        match self.get(key) {
            Some(entry) => read(entry).map(Some),
            None => Some(None),
        }
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

    /// Months, numbered from 1; there may be none.
    pub(super) fn months(&self) -> Option<Vec<u32>> {
        let list = self.value.as_array().filter(|list| list.len() <= 12);
        let months = list.and_then(|list| list.iter().map(|item| month(item.get_ref())).collect());
        self.expect("a list of months such as [11, 12, 1]", months)
    }

    /// One month, numbered from 1.
    pub(super) fn month(&self) -> Option<u32> {
        self.expect("a month from 1 to 12", month(self.value))
    }

    /// A whole number of things, such as days.
    pub(super) fn count(&self) -> Option<u32> {
        self.expect("a whole number such as 12, without quotes", count(self.value))
    }

    pub(super) fn date(&self) -> Option<NaiveDate> {
        let plain = self.value.as_datetime().filter(|moment| moment.time.is_none() && moment.offset.is_none());
        let date = plain.and_then(|moment| moment.date);
        let date = date.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        self.expect("a date such as 2016-03-01, without quotes", date)
    }

    pub(super) fn decimal(&self) -> Option<Decimal> {
        self.expect("an exact number such as 12 or 2.87, without quotes", self.number())
    }

    /// A number, or a formula in quotes.
    pub(super) fn amount(&self) -> Option<Amount> {
        let DeValue::String(text) = self.value else {
            let number = self.number().map(Amount::Number);
            return self.expect("an exact number such as 12 or 2.87, or a formula in quotes", number);
        };
        match Formula::parse(text) {
            Ok(formula) => Some(Amount::Formula(formula)),
            Err(refused) => {
                self.refuse(Reason::Formula(refused));
                None
            }
        }
    }

    fn number(&self) -> Option<Decimal> {
        match self.value {
            DeValue::Integer(number) if number.radix() == 10 => decimal(number.as_str()),
            DeValue::Float(number) => decimal(number.as_str()),
            _ => None,
        }
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

    /// Several words of a list, or one.
    pub(super) fn words<T: Copy>(&self, known: &[(T, &'static str)]) -> Option<Vec<T>> {
        let is_list = self.value.is_array();
        if is_list {
            self.items()?.iter().map(|item| item.word(known)).collect()
        } else {
            Some(vec![self.word(known)?])
        }
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub(super) fn free_table(&self) -> Option<Keys<'a>> {
        let table = self.expect("a table", self.value.as_table())?;
        Some(Keys::any(self.findings, &self.path, self.line, table))
    }

    /// A table with a place for each of its keys.
    pub(super) fn table(&self, known: &[&str]) -> Option<Keys<'a>> {
        let table = self.expect("a table", self.value.as_table())?;
        Some(Keys::new(self.findings, &self.path, self.line, table, known))
    }

    /// What a list holds, each with its line; at least one.
    pub(super) fn items(&self) -> Option<Vec<Entry<'a>>> {
        let list = self.expect("a list that is not empty", self.value.as_array().filter(|list| !list.is_empty()))?;
        if ROWS_MAX < list.len() {
            self.refuse(Reason::TooLong { what: "the list", max: "10,000 rows" });
            return None;
        }
        let item = |item: &'a Spanned<DeValue<'a>>| Entry {
            findings: self.findings,
            key: self.key,
            path: self.path.clone(),
            line: self.findings.line_at(item.span().start),
            value: item.get_ref(),
        };
        Some(list.iter().map(item).collect())
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

fn count(value: &DeValue<'_>) -> Option<u32> {
    let number = value.as_integer().filter(|number| number.radix() == 10)?;
    number.as_str().parse().ok()
}

fn month(value: &DeValue<'_>) -> Option<u32> {
    count(value).filter(|month| (1..=12).contains(month))
}
