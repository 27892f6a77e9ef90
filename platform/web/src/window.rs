//! `Window`: which part of a long list is looked at, in which order, through which filter; kept in the address.

use crate::Posted;

/// Rows of one page of a table.
pub const ROWS: usize = 50;

/// The furthest page that can be asked for.
const PAGE_MAX: usize = 100_000;

/// The longest filter.
const FILTER_MAX: usize = 100;

/// What is asked for behind the `?` of a table's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The name of the column to sort by; outside words, compare them with a list.
    pub sort: String,
    /// Whether the largest comes first.
    pub is_down: bool,
    /// Words that every row must contain.
    pub filter: String,
    /// Which page, from 1.
    pub page: usize,
    /// Whether the whole list is wanted as a file instead.
    pub file: Option<FileForm>,
}

/// In which form a table is taken along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// Comma-separated values.
    Csv,
    /// A spreadsheet.
    Xlsx,
}

impl Window {
    /// Reads what stands behind the `?`; what makes no sense counts as not said.
    #[must_use]
    pub fn of(query: &Posted) -> Window {
        Window {
            sort: query.text("sort").chars().take(FILTER_MAX).collect(),
            is_down: query.text("down") == "1",
            filter: query.text("filter").chars().filter(|letter| !letter.is_control()).take(FILTER_MAX).collect(),
            page: query.text("page").parse().ok().filter(|page| (1..=PAGE_MAX).contains(page)).unwrap_or(1),
            file: match query.text("as") {
                "csv" => Some(FileForm::Csv),
                "xlsx" => Some(FileForm::Xlsx),
                _ => None,
            },
        }
    }

    /// How many rows to skip.
    #[must_use]
    pub fn offset(&self) -> usize {
        if self.file.is_some() { 0 } else { (self.page - 1) * ROWS }
    }

    /// How many rows to show; a file holds up to a hundred thousand.
    #[must_use]
    pub fn size(&self) -> usize {
        if self.file.is_some() { 100_000 } else { ROWS }
    }
}
