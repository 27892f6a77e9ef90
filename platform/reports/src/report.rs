//! A report: a title, and sections whose rows fit their columns.

use chrono::NaiveDate;
use kernel::Cents;

use crate::{Cell, Kind};

/// A report, in no particular form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it is.
    pub title: String,
    /// What it is about: dates, numbers, who signed; a line each.
    pub subtitle: Vec<String>,
    /// The date it carries, in a spreadsheet also as the date of the file.
    pub dated_on: NaiveDate,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
}

/// One table of a report.
///
/// Invariant: every row has a cell for every column, and each cell is empty or of its column's kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    heading: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    totals: Option<Vec<Cell>>,
    notes: Vec<String>,
}

/// A column of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
}

impl Section {
    /// A section without rows.
    #[must_use]
    pub fn new(heading: &str, columns: &[(&str, Kind)]) -> Section {
        let column = |(title, kind): &(&str, Kind)| Column { title: (*title).to_owned(), kind: *kind };
        Section {
            heading: heading.to_owned(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
            totals: None,
            notes: Vec::new(),
        }
    }

    /// Adds a row, which must fit the columns.
    pub fn push(&mut self, row: Vec<Cell>) {
        let is_fit = row.len() == self.columns.len()
            && row.iter().zip(&self.columns).all(|(cell, column)| cell.is_of(column.kind));
        assert!(is_fit, "a row does not fit the columns of section '{}': {row:?}", self.heading);
        self.rows.push(row);
    }

    /// Adds a line that is read below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Ends the table with the sums of its counts and amounts of money, under a label in the first column, which
    /// must be one of text. What is measured is not summed, since units differ, nor are percents.
    #[must_use]
    pub fn with_totals(mut self, label: &str) -> Section {
        let is_labeled = self.columns.first().is_some_and(|column| column.kind == Kind::Text);
        assert!(is_labeled, "section '{}' has no column for the label of its totals", self.heading);
        let mut totals: Vec<Cell> =
            self.columns.iter().enumerate().map(|(place, column)| self.sum(place, column.kind)).collect();
        totals[0] = label.into();
        self.totals = Some(totals);
        self
    }

    fn sum(&self, place: usize, kind: Kind) -> Cell {
        let cells = self.rows.iter().map(|row| &row[place]);
        match kind {
            Kind::Count => Cell::Count(cells.map(|cell| if let Cell::Count(count) = cell { *count } else { 0 }).sum()),
            Kind::Money => {
                let amount = |cell: &Cell| if let Cell::Money(cents) = cell { *cents } else { Cents::ZERO };
                Cell::Money(cells.map(amount).sum())
            }
            Kind::Text | Kind::Quantity | Kind::Percent | Kind::Date => Cell::Empty,
        }
    }

    /// What stands above the table.
    #[must_use]
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows, without the totals.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The sums below the rows, if there are any.
    #[must_use]
    pub fn totals(&self) -> Option<&[Cell]> {
        self.totals.as_deref()
    }

    /// The lines below the table.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Reports made up for the tests of this crate.
#[cfg(test)]
pub(crate) mod samples {
    use kernel::{Quantity, Unit};

    use super::*;

    /// A report with every kind of column, a section without rows, and words that mean harm.
    pub(crate) fn report() -> Report {
        let mut charges = Section::new(
            "Charges",
            &[
                ("Service", Kind::Text),
                ("Count", Kind::Count),
                ("Used", Kind::Quantity),
                ("Unit", Kind::Text),
                ("Charged", Kind::Money),
                ("Change", Kind::Percent),
                ("From", Kind::Date),
            ],
        );
        let day = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let ccf = |text: &str| Cell::from(Quantity::parse(text, Unit::Ccf).unwrap());
        charges.push(vec![
            "water".into(),
            Cell::Count(3),
            ccf("310.5"),
            "ccf".into(),
            Cents(123_450).into(),
            Cell::Tenths(125),
            day.into(),
        ]);
        charges.push(vec![
            "=SUM(A1), \"sewer\"".into(),
            Cell::Count(1),
            Cell::Empty,
            Cell::Empty,
            Cents(-5).into(),
            Cell::Empty,
            Cell::Empty,
        ]);
        charges.note("-1 is a note");
        let nothing = Section::new("Held [bills]/runs", &[("Account", Kind::Text), ("Total", Kind::Money)]);
        Report {
            title: "BILLING REGISTER 1".to_owned(),
            subtitle: vec!["Cycle A & B".to_owned(), "@home".to_owned()],
            dated_on: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap(),
            sections: vec![charges.with_totals("Total"), nothing],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn totals_are_the_sums_of_the_rows() {
        let report = samples::report();
        let expected = vec![
            "Total".into(),
            Cell::Count(4),
            Cell::Empty,
            Cell::Empty,
            Cell::Money(Cents(123_445)),
            Cell::Empty,
            Cell::Empty,
        ];
        assert_eq!(report.sections[0].totals(), Some(expected.as_slice()));
        assert_eq!(report.sections[1].totals(), None);
    }

    #[test]
    fn a_row_that_does_not_fit_is_a_defect() {
        let rows: [Vec<Cell>; 3] = [vec![], vec!["a".into(), "b".into()], vec![Cell::Count(1), Cell::Count(1)]];
        for row in rows {
            let mut section = Section::new("Counts", &[("Name", Kind::Text), ("Count", Kind::Count)]);
            let pushed = catch_unwind(AssertUnwindSafe(|| section.push(row.clone())));
            assert!(pushed.is_err(), "{row:?}");
        }
    }
}
