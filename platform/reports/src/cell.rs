//! The cells of a report and the kinds of column they stand in.

use chrono::NaiveDate;
use kernel::{Cents, Quantity};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words and codes.
    Text,
    /// How many.
    Count,
    /// An amount of money.
    Money,
    /// An amount of something measured; its unit stands in a column of its own.
    Quantity,
    /// A per cent with one decimal.
    Percent,
    /// A day.
    Date,
}

/// One field of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing to say here, in a column of any kind.
    Empty,
    /// Words or a code.
    Text(String),
    /// How many.
    Count(i64),
    /// An amount of money.
    Money(Cents),
    /// An amount of something measured.
    Quantity(Quantity),
    /// Tenths of a per cent: 125 is 12.5 %.
    Tenths(i64),
    /// A day.
    Date(NaiveDate),
}

impl Kind {
    /// Whether cells are aligned at their right end.
    pub(crate) fn is_number(self) -> bool {
        match self {
            Kind::Count | Kind::Money | Kind::Quantity | Kind::Percent => true,
            Kind::Text | Kind::Date => false,
        }
    }
}

impl Cell {
    /// Whether the cell may stand in a column of this kind.
    pub(crate) fn is_of(&self, kind: Kind) -> bool {
        let own = match self {
            Cell::Empty => return true,
            Cell::Text(_) => Kind::Text,
            Cell::Count(_) => Kind::Count,
            Cell::Money(_) => Kind::Money,
            Cell::Quantity(_) => Kind::Quantity,
            Cell::Tenths(_) => Kind::Percent,
            Cell::Date(_) => Kind::Date,
        };
        own == kind
    }

    /// The cell as a person reads it: `$1,234.50`, `12.5 %`; one line whatever is in it.
    pub(crate) fn to_words(&self) -> String {
        match self {
            Cell::Text(text) => one_line(text),
            Cell::Money(cents) => cents.dollars(),
            Cell::Tenths(_) => format!("{} %", self.to_plain()),
            Cell::Empty | Cell::Count(_) | Cell::Quantity(_) | Cell::Date(_) => self.to_plain(),
        }
    }

    /// The cell as a program reads it: `1234.50`, `12.5`, `2026-06-30`; words as they are.
    pub(crate) fn to_plain(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Money(cents) => cents.to_string(),
            Cell::Quantity(quantity) => quantity.to_string(),
            Cell::Tenths(tenths) => {
                let (sign, size) = (if *tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
                format!("{sign}{}.{}", size / 10, size % 10)
            }
            Cell::Date(day) => day.to_string(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<Cents> for Cell {
    fn from(cents: Cents) -> Cell {
        Cell::Money(cents)
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Cell {
        Cell::Date(day)
    }
}

impl From<Quantity> for Cell {
    fn from(quantity: Quantity) -> Cell {
        Cell::Quantity(quantity)
    }
}

/// A text without line ends, tabs and other signs that move what follows.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Unit;

    use super::*;

    #[test]
    fn a_cell_is_written_for_people_and_for_programs() {
        let ccf = Quantity::parse("310.5", Unit::Ccf).unwrap();
        #[rustfmt::skip]
        let rows = [
            (Cell::Empty,                        "",          ""),
            (Cell::from("two\nlines"),           "two lines", "two\nlines"),
            (Cell::Count(-1200),                 "-1200",     "-1200"),
            (Cell::from(Cents(123_450)),        "$1,234.50", "1234.50"),
            (Cell::from(Cents(-5)),              "-$0.05",    "-0.05"),
            (Cell::from(ccf),                    "310.5",     "310.5"),
            (Cell::Tenths(125),                  "12.5 %",    "12.5"),
            (Cell::Tenths(-4),                   "-0.4 %",    "-0.4"),
            (Cell::Tenths(i64::MIN),             "-922337203685477580.8 %", "-922337203685477580.8"),
            (Cell::from(NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()), "2026-06-30", "2026-06-30"),
        ];
        for (cell, words, plain) in rows {
            assert_eq!((cell.to_words().as_str(), cell.to_plain().as_str()), (words, plain));
        }
    }
}
