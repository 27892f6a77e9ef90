//! `RateTable`: a version as council reads it: each charge with its prices, in the words of a language.

mod notes;
mod rows;

use chrono::NaiveDate;

use super::aligned::{Align, aligned, csv_line};
use super::say;
use crate::schedule::{Basis, Schedule, Version};
use crate::words::Words;
pub use rows::RateRow;

/// A version as a table, for paper or for a spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateTable {
    schedule: String,
    effective_on: NaiveDate,
    language: String,
    title: String,
    head: Vec<String>,
    sections: Vec<RateSection>,
}

/// A charge, a named number, or the quantities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateSection {
    /// What a resident reads.
    pub heading: String,
    /// The stable name of the charge or value, and its revenue code.
    pub name: (String, String),
    /// The names of the columns between class and price.
    pub dimensions: Vec<String>,
    /// Whether its numbers are dollars; otherwise they are numbers that formulas use.
    pub is_money: bool,
    /// Every price, in the order of the text.
    pub rows: Vec<RateRow>,
    /// How it is measured, rounded and prorated, and whom it frees; a sentence each.
    pub notes: Vec<String>,
}

/// What a section is made with.
#[derive(Clone, Copy)]
struct Frame<'a> {
    version: &'a Version,
    words: &'static Words,
    language: &'a str,
}

const COLUMNS: [&str; 14] = [
    "schedule",
    "effective_on",
    "name",
    "title",
    "revenue",
    "class",
    "when",
    "what",
    "kind",
    "above",
    "through",
    "price",
    "per",
    "language",
];

impl RateTable {
    /// The table of a version, in the words of a language (`en`, `es`); English where there are none.
    #[must_use]
    pub fn of(schedule: &Schedule, version: &Version, language: &str) -> RateTable {
        let words = Words::of(language);
        let frame = Frame { version, words, language };
        let date = version.effective_on.to_string();
        let mut head = vec![words.say("table_in_force", &[("ordinance", &version.ordinance), ("date", &date)])];
        head.push(words.say(basis_key(version.basis), &[]));
        head.extend(notes::of_version(frame));
        let mut sections: Vec<RateSection> =
            version.charges.iter().map(|charge| rows::of_charge(frame, charge)).collect();
        sections.extend(version.values.iter().map(|value| rows::of_value(frame, value)));
        RateTable {
            schedule: schedule.code.clone(),
            effective_on: version.effective_on,
            language: language.to_owned(),
            title: schedule.title.title(language).to_owned(),
            head,
            sections,
        }
    }

    /// What a resident reads.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// From when it holds and by which ordinance, then what is said about the version as a whole; a sentence each.
    #[must_use]
    pub fn head(&self) -> &[String] {
        &self.head
    }

    /// The charges in the order of a bill, then the numbers they use.
    #[must_use]
    pub fn sections(&self) -> &[RateSection] {
        &self.sections
    }

    /// Aligned text, in the words of the table's language.
    #[must_use]
    pub fn to_text(&self) -> String {
        let words = Words::of(&self.language);
        let mut text = format!("{}\n", self.title);
        self.head.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        let mut is_value_before = false;
        for section in &self.sections {
            if !section.is_money && !is_value_before {
                text.push_str(&format!("\n{}\n", words.say("table_values", &[])));
            }
            is_value_before = !section.is_money;
            text.push_str(&format!("\n{}\n", section.heading));
            section.write(words, &mut text);
        }
        text
    }

    /// One line of CSV a price, with a header; amounts in dollars, bounds in the unit of the charge.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = csv_line(COLUMNS);
        let date = self.effective_on.to_string();
        for section in &self.sections {
            let (name, revenue) = &section.name;
            for row in &section.rows {
                let mut cells = vec![&self.schedule, &date, name, &section.heading, revenue];
                cells.extend([&row.classes, &row.when, &row.what]);
                let mut cells: Vec<&str> = cells.into_iter().map(String::as_str).collect();
                cells.extend([row.kind, &row.above, &row.through, &row.price, &row.per, &self.language]);
                text.push_str(&csv_line(cells));
            }
        }
        text
    }
}

impl RateSection {
    fn write(&self, words: &Words, text: &mut String) {
        let mut header = vec![words.say("table_class", &[])];
        header.extend(self.dimensions.iter().map(|name| say::spaced(name)));
        header.extend([String::new(), if self.is_money { words.say("table_dollars", &[]) } else { String::new() }]);
        let mut lines = vec![header];
        let mut before: Option<&RateRow> = None;
        for row in &self.rows {
            // The customers of a case stand on its first line only.
            let is_same = before.is_some_and(|before| before.case == row.case);
            let shown = |cell: &String| if is_same { String::new() } else { cell.clone() };
            let mut line = vec![shown(&row.classes_shown)];
            line.extend(row.values.iter().map(shown));
            line.extend([row.what.clone(), row.price.clone()]);
            lines.push(line);
            before = Some(row);
        }
        let mut columns = vec![Align::Left; self.dimensions.len() + 2];
        columns.push(Align::Right);
        text.push_str(&aligned(&lines, &columns, "  "));
        self.notes.iter().for_each(|note| text.push_str(&format!("  {note}\n")));
    }
}

fn basis_key(basis: Basis) -> &'static str {
    match basis {
        Basis::BillDate => "table_basis_bill_date",
        Basis::ServiceStart => "table_basis_service_start",
        Basis::ServiceEnd => "table_basis_service_end",
        Basis::ProratedByDays => "table_basis_prorated_by_days",
    }
}
