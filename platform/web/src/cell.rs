//! `Cell` and `Column`: what stands in a table, typed, so that it sorts, adds up and exports.

use std::cmp::Ordering;

use chrono::NaiveDate;
use kernel::Cents;
use reports::Kind;

use crate::{Tone, shown};

/// One field of a table: a typed value, where it leads, and how it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub(crate) value: reports::Cell,
    pub(crate) href: Option<String>,
    pub(crate) tone: Option<Tone>,
    pub(crate) note: String,
    /// What it is ordered by instead of its words.
    order: Option<i64>,
}

impl Cell {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Cell {
        Cell::from(reports::Cell::Empty)
    }

    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::from(reports::Cell::Text(text.into()))
    }

    /// How many.
    #[must_use]
    pub fn count(count: i64) -> Cell {
        Cell::from(reports::Cell::Count(count))
    }

    /// A word in a colored frame, such as a state.
    #[must_use]
    pub fn tag(tone: Tone, text: impl Into<String>) -> Cell {
        Cell { tone: Some(tone), ..Cell::text(text) }
    }

    /// An instant in the words of [`Ask::when`](crate::Ask::when), ordered by time.
    #[must_use]
    pub fn instant(ask: &crate::Ask, at: chrono::DateTime<chrono::Utc>) -> Cell {
        Cell { order: Some(at.timestamp_micros()), ..Cell::text(ask.when(at)) }
    }

    /// The same, and it leads to an address of this site.
    #[must_use]
    pub fn link(self, href: impl Into<String>) -> Cell {
        Cell { href: Some(href.into()), ..self }
    }

    /// The same, with a small line below.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Cell {
        Cell { note: note.into(), ..self }
    }

    /// As it is read on the screen.
    pub(crate) fn words(&self, below_zero: &str) -> String {
        match &self.value {
            reports::Cell::Empty => String::new(),
            reports::Cell::Text(text) => text.clone(),
            reports::Cell::Count(count) => shown::count(count),
            reports::Cell::Money(cents) => shown::money_with(cents, below_zero),
            reports::Cell::Quantity(quantity) => quantity.to_string(),
            reports::Cell::Tenths(tenths) => {
                let (sign, size) = (if *tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
                format!("{sign}{}.{} %", size / 10, size % 10)
            }
            reports::Cell::Date(day) => shown::date(day),
        }
    }

    /// Which of two comes first; empty cells come last.
    pub(crate) fn compare(&self, other: &Cell) -> Ordering {
        if let (Some(one), Some(other)) = (self.order, other.order) {
            return one.cmp(&other);
        }
        match (&self.value, &other.value) {
            (reports::Cell::Count(one), reports::Cell::Count(other)) => one.cmp(other),
            (reports::Cell::Money(one), reports::Cell::Money(other)) => one.cmp(other),
            (reports::Cell::Tenths(one), reports::Cell::Tenths(other)) => one.cmp(other),
            (reports::Cell::Date(one), reports::Cell::Date(other)) => one.cmp(other),
            (reports::Cell::Empty, reports::Cell::Empty) => Ordering::Equal,
            (reports::Cell::Empty, _) => Ordering::Greater,
            (_, reports::Cell::Empty) => Ordering::Less,
            _ => natural(&self.words("").to_lowercase(), &other.words("").to_lowercase()),
        }
    }
}

/// Words in their order, runs of digits by the number they write: `12.5` after `9.5`, `Run 10` after `Run 9`.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.chars().peekable(), other.chars().peekable());
    loop {
        let (first, second) = match (one.peek(), other.peek()) {
            (Some(first), Some(second)) => (*first, *second),
            (first, second) => return first.is_some().cmp(&second.is_some()),
        };
        if first.is_ascii_digit() && second.is_ascii_digit() {
            let (left, right) = (number(&mut one), number(&mut other));
            let order = left.len().cmp(&right.len()).then_with(|| left.cmp(&right));
            if order != Ordering::Equal {
                return order;
            }
        } else if first == second {
            one.next();
            other.next();
        } else {
            return first.cmp(&second);
        }
    }
}

/// The digits that come next, without zeros in front.
fn number(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = letters.next_if(char::is_ascii_digit) {
        if !(digits.is_empty() && digit == '0') {
            digits.push(digit);
        }
    }
    digits
}

impl From<reports::Cell> for Cell {
    fn from(value: reports::Cell) -> Cell {
        Cell { value, href: None, tone: None, note: String::new(), order: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::text(text)
    }
}

impl From<Cents> for Cell {
    fn from(cents: Cents) -> Cell {
        Cell::from(reports::Cell::Money(cents))
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Cell {
        Cell::from(reports::Cell::Date(day))
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(day: Option<NaiveDate>) -> Cell {
        day.map_or_else(Cell::empty, Cell::from)
    }
}

/// A column of a table: its name in addresses, its title, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_totaled: bool,
    pub(crate) below_zero: &'static str,
    pub(crate) is_whole: bool,
}

impl Column {
    /// A column of any kind.
    #[must_use]
    pub fn new(name: &'static str, title: &'static str, kind: Kind) -> Column {
        Column { name, title, kind, is_totaled: false, below_zero: "credit", is_whole: false }
    }

    /// Words, codes, instants, tags.
    #[must_use]
    pub fn text(name: &'static str, title: &'static str) -> Column {
        Column::new(name, title, Kind::Text)
    }

    /// How many.
    #[must_use]
    pub fn count(name: &'static str, title: &'static str) -> Column {
        Column::new(name, title, Kind::Count)
    }

    /// Amounts of money.
    #[must_use]
    pub fn money(name: &'static str, title: &'static str) -> Column {
        Column::new(name, title, Kind::Money)
    }

    /// Days.
    #[must_use]
    pub fn date(name: &'static str, title: &'static str) -> Column {
        Column::new(name, title, Kind::Date)
    }

    /// With its sum below the rows; for counts and money.
    #[must_use]
    pub fn totaled(self) -> Column {
        Column { is_totaled: true, ..self }
    }

    /// With another word than `credit` for amounts below zero.
    #[must_use]
    pub fn below_zero(self, word: &'static str) -> Column {
        Column { below_zero: word, ..self }
    }

    /// Of numbers with a dash in them, such as those of accounts and bills: they are not broken at it.
    #[must_use]
    pub fn whole(self) -> Column {
        Column { is_whole: true, ..self }
    }

    /// How its cells are drawn.
    pub(crate) fn class(&self) -> &'static str {
        match (self.is_number(), self.is_whole) {
            (true, _) => "number",
            (false, true) => "whole",
            (false, false) => "",
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        match self.kind {
            Kind::Count | Kind::Money | Kind::Quantity | Kind::Percent => true,
            Kind::Text | Kind::Date => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_ordered_by_what_they_mean() {
        let day = |text: &str| Cell::from(text.parse::<NaiveDate>().unwrap());
        #[rustfmt::skip]
        let rows = [
            (Cell::count(9),            Cell::count(10)),
            (Cell::from(Cents(-5)),     Cell::from(Cents(3))),
            (day("2026-01-31"),         day("2026-02-01")),
            (Cell::text("ana"),         Cell::text("Bo")),
            (Cell::text("Run 9"),       Cell::text("run 10")),
            (Cell::text("zebra"),       Cell::empty()),
        ];
        for (first, second) in rows {
            assert_eq!(first.compare(&second), Ordering::Less, "{first:?} {second:?}");
            assert_eq!(second.compare(&first), Ordering::Greater, "{first:?} {second:?}");
            assert_eq!(first.compare(&first), Ordering::Equal);
        }
    }
}
