//! `Table`: rows that a visitor sorts, filters, leafs through, adds up and takes along as a file.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use kernel::Cents;
use reports::{Kind, Report, Section};

use crate::window::{FileForm, ROWS, Window};
use crate::{Ask, Cell, Column, Posted, Problem};

/// A table. Made by [`Ask::table`]; the kit sorts, filters and cuts, unless a room says it did ([`Table::windowed`]).
#[derive(Clone, Debug, Template)]
#[template(path = "table.html")]
pub struct Table {
    name: String,
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    empty: String,
    path: String,
    window: Window,
    /// Parts of the address that are not the table's own, kept when it is sorted.
    kept: Vec<(String, String)>,
    /// How many rows there are in all, when the room gives only one page of them.
    windowed: Option<usize>,
    is_plain: bool,
    today: NaiveDate,
}

impl HtmlSafe for Table {}

/// The parts of an address that belong to a table.
const OWN: [&str; 5] = ["sort", "down", "filter", "page", "as"];

impl Table {
    pub(crate) fn new(ask: &Ask, name: &str, caption: &str) -> Table {
        Table::unattended((name, caption), (ask.path(), ask.query()), ask.today())
    }

    /// The table of an address that nobody is visiting, for files that are made by the clock.
    #[must_use]
    pub fn unattended((name, caption): (&str, &str), (path, query): (&str, &Posted), today: NaiveDate) -> Table {
        Table {
            name: name.to_owned(),
            caption: caption.to_owned(),
            columns: Vec::new(),
            rows: Vec::new(),
            empty: "There is nothing here.".to_owned(),
            path: path.to_owned(),
            window: Window::of(query),
            kept: kept(query),
            windowed: None,
            is_plain: false,
            today,
        }
    }

    /// With one more column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Table {
        self.columns.push(column);
        self
    }

    /// Adds a row, which must have a cell for every column.
    pub fn push<const N: usize>(&mut self, row: [Cell; N]) {
        self.push_all(row.into());
    }

    /// Adds a row whose width is known only at run time; it must have a cell for every column.
    pub fn push_all(&mut self, row: Vec<Cell>) {
        assert!(row.len() == self.columns.len(), "a row of table '{}' has {} cells", self.name, row.len());
        self.rows.push(row);
    }

    /// With rows, one after another.
    #[must_use]
    pub fn rows<const N: usize>(mut self, rows: impl IntoIterator<Item = [Cell; N]>) -> Table {
        rows.into_iter().for_each(|row| self.push(row));
        self
    }

    /// With words for when there are no rows: why, and what to do.
    #[must_use]
    pub fn empty(self, words: &str) -> Table {
        Table { empty: words.to_owned(), ..self }
    }

    /// The room sorted, filtered and cut by [`Ask::window`]; there are so many rows in all.
    #[must_use]
    pub fn windowed(self, total: usize) -> Table {
        Table { windowed: Some(total), ..self }
    }

    /// Short and beside others: nothing to sort, filter or take along.
    #[must_use]
    pub fn plain(self) -> Table {
        Table { is_plain: true, ..self }
    }

    /// Parts that the address keeps when the table is sorted or filtered, besides those it came with.
    #[must_use]
    pub fn keeping(mut self, name: &str, value: &str) -> Table {
        self.kept.retain(|(kept, _)| kept != name);
        self.kept.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The table as a file, when the visitor asked for one; call it before drawing the page.
    pub fn file(&self) -> Result<Option<Response>, Problem> {
        let Some(form) = self.window.file else { return Ok(None) };
        let report = self.report();
        let (bytes, kind, ending) = match form {
            FileForm::Csv => (report.to_csv().into_bytes(), "text/csv; charset=utf-8", "csv"),
            FileForm::Xlsx => {
                let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                let bytes = report.to_xlsx().map_err(|error| Problem::bad_request(error.to_string()))?;
                (bytes, kind, "xlsx")
            }
        };
        let plain: String =
            self.name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
        let name = format!("attachment; filename=\"{plain}-{}.{ending}\"", self.today);
        let name = HeaderValue::from_str(&name).map_err(|_| Problem::our_fault())?;
        let mut response = bytes.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
        Ok(Some(response))
    }

    /// All rows that pass the filter, in the order asked for, as a report to be written as a file.
    #[must_use]
    pub fn report(&self) -> Report {
        let titles: Vec<(&str, Kind)> = self.columns.iter().map(|column| (column.title, column.kind)).collect();
        let mut section = Section::new(&self.caption, &titles);
        for row in self.arranged() {
            section.push(row.iter().map(|cell| cell.value.clone()).collect());
        }
        let subtitle =
            if self.window.filter.is_empty() { vec![] } else { vec![format!("Filter: {}", self.window.filter)] };
        Report { title: self.caption.clone(), subtitle, dated_on: self.today, sections: vec![section] }
    }

    /// The rows that pass the filter, in the order asked for.
    fn arranged(&self) -> Vec<&Vec<Cell>> {
        if self.windowed.is_some() || self.is_plain {
            return self.rows.iter().collect();
        }
        let words = self.window.filter.to_lowercase();
        let is_wanted = |row: &&Vec<Cell>| {
            let contains = |(cell, column): (&Cell, &Column)| {
                cell.words(column.below_zero).to_lowercase().contains(&words)
                    || cell.note.to_lowercase().contains(&words)
            };
            words.is_empty() || row.iter().zip(&self.columns).any(contains)
        };
        let mut rows: Vec<&Vec<Cell>> = self.rows.iter().filter(is_wanted).collect();
        if let Some(place) = self.columns.iter().position(|column| column.name == self.window.sort) {
            rows.sort_by(|one, other| {
                let order = one[place].compare(&other[place]);
                if self.window.is_down { order.reverse() } else { order }
            });
        }
        rows
    }
}

/// A page of rows, as the template wants it.
struct Shown<'a> {
    rows: Vec<&'a Vec<Cell>>,
    total: usize,
    first: usize,
    last: usize,
    page: usize,
    pages: usize,
}

/// What the template asks.
impl Table {
    fn shown(&self) -> Shown<'_> {
        let arranged = self.arranged();
        let total = self.windowed.unwrap_or(arranged.len());
        let pages = total.div_ceil(ROWS).max(1);
        let is_cut = self.windowed.is_none() && !self.is_plain;
        let page = self.window.page.min(pages);
        let skipped = if self.is_plain { 0 } else { (page - 1) * ROWS };
        let rows: Vec<&Vec<Cell>> =
            if is_cut { arranged.into_iter().skip(skipped).take(ROWS).collect() } else { arranged };
        let last = skipped + rows.len();
        Shown { first: if rows.is_empty() { 0 } else { skipped + 1 }, rows, total, last, page, pages }
    }

    /// The sums over all rows that pass the filter; `None` when no column is totaled or rows are missing here.
    fn totals(&self) -> Option<Vec<String>> {
        if self.windowed.is_some() || !self.columns.iter().any(|column| column.is_totaled) {
            return None;
        }
        let rows = self.arranged();
        let sum = |(place, column): (usize, &Column)| {
            if !column.is_totaled {
                return String::new();
            }
            let cells = rows.iter().filter_map(|row| row.get(place));
            match column.kind {
                Kind::Money => {
                    let amount =
                        |cell: &Cell| if let reports::Cell::Money(cents) = cell.value { cents } else { Cents(0) };
                    Cell::from(cells.map(amount).sum::<Cents>()).words(column.below_zero)
                }
                _ => {
                    let count = |cell: &Cell| if let reports::Cell::Count(count) = cell.value { count } else { 0 };
                    Cell::count(cells.map(count).sum()).words("")
                }
            }
        };
        Some(self.columns.iter().enumerate().map(sum).collect())
    }

    /// The address with another order, page or form; kept parts stay.
    fn href(&self, changes: &[(&str, &str)]) -> String {
        let down = if self.window.is_down { "1" } else { "" };
        let own = [("sort", self.window.sort.as_str()), ("down", down), ("filter", self.window.filter.as_str())];
        let kept = self.kept.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
        let pairs: Vec<(&str, &str)> = kept
            .chain(own)
            .filter(|(name, _)| !is_changed(name))
            .chain(changes.iter().copied())
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    fn sort_href(&self, column: &Column) -> String {
        let down = if self.is_sorted_by(column) && !self.window.is_down { "1" } else { "" };
        self.href(&[("sort", column.name), ("down", down)])
    }

    fn previous_href(&self, shown: &Shown<'_>) -> String {
        self.href(&[("page", &(shown.page - 1).to_string())])
    }

    fn next_href(&self, shown: &Shown<'_>) -> String {
        self.href(&[("page", &(shown.page + 1).to_string())])
    }

    fn is_sorted_by(&self, column: &Column) -> bool {
        self.window.sort == column.name
    }

    fn has_tools(&self) -> bool {
        !self.is_plain && (!self.rows.is_empty() || !self.window.filter.is_empty())
    }
}

fn kept(query: &Posted) -> Vec<(String, String)> {
    query
        .pairs()
        .filter(|(name, _)| !OWN.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
