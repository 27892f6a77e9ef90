//! Reading the rows of a consumption file: plain or gzip, one record at a time, never panicking.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use csv::ByteRecord;
use imports::{Digesting, FileRefused, Lines, printable, value_text};
use kernel::{Digest, Month, Period, Quantity};

use super::Mapping;

/// A row that was read and makes sense by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file it begins on, from 1.
    pub line: i64,
    /// The file's own number of the row, or else the line.
    pub row: String,
    /// The reference of the customer.
    pub customer: String,
    /// The customer class.
    pub class: String,
    /// The day of the read.
    pub read_on: NaiveDate,
    /// The days it is for.
    pub period: Period,
    /// How much was used.
    pub quantity: Quantity,
    /// The reference of the service point, given or numbered.
    pub service_point: String,
    /// Whether the figure is an estimate.
    pub is_estimated: bool,
    /// Whether nobody was home.
    pub is_vacant: bool,
}

/// A row that cannot be brought in; the others can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The line of the file it begins on, from 1.
    pub line: i64,
    /// The file's own number of the row, or else the line.
    pub row: String,
    /// The column.
    pub field: String,
    /// The rule it breaks, by its stable name.
    pub rule: &'static str,
    /// What is wrong, for people.
    pub message: String,
}

/// Reads a file row by row, numbering service points as it goes.
pub struct LineReader {
    mapping: Mapping,
    columns: Positions,
    lines: Lines,
    /// How often a customer, class and day have come so far. Two of them sharing a number would
    /// share a counter, which only skips a number.
    seen: BTreeMap<u64, u32>,
}

#[derive(Clone, Copy)]
struct Positions {
    customer: usize,
    class: usize,
    read_on: usize,
    quantity: usize,
    row: Option<usize>,
    service_point: Option<usize>,
    condition: Option<usize>,
}

/// Earliest and latest year of a read that can be meant.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2100;
/// More than any meter counts, in smallest steps; sums over a city stay far within 64 bits.
const STEPS_MAX: i64 = 100_000_000_000_000;

impl LineReader {
    /// Opens a file and finds its columns.
    pub fn open(path: &Path, mapping: &Mapping) -> Result<LineReader, FileRefused> {
        LineReader::of(Lines::open(path, Digesting::Off)?, mapping)
    }

    fn of(lines: Lines, mapping: &Mapping) -> Result<LineReader, FileRefused> {
        let position = |column: &str| lines.position(column);
        let columns = Positions {
            customer: position(&mapping.columns.customer)?,
            class: position(&mapping.columns.class)?,
            read_on: position(&mapping.columns.read_on)?,
            quantity: position(&mapping.columns.quantity)?,
            row: mapping.columns.row.as_deref().map(position).transpose()?,
            service_point: mapping.columns.service_point.as_deref().map(position).transpose()?,
            condition: mapping.columns.condition.as_deref().map(position).transpose()?,
        };
        let mapping = mapping.clone();
        Ok(LineReader { mapping, columns, lines, seen: BTreeMap::new() })
    }

    /// The next row, or why it cannot be brought in; `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<Result<Row, Reject>>, FileRefused> {
        let mut record = ByteRecord::new();
        if !self.lines.next_into(&mut record)? {
            return Ok(None);
        }
        let line = self.lines.line();
        let row = self.row_of(&record, line);
        Ok(Some(row.map_err(|reject| Reject { row: self.row_name(&record, line), ..reject })))
    }

    /// The file's own number of a row, or else the line.
    fn row_name(&self, record: &ByteRecord, line: i64) -> String {
        let named = self.columns.row.and_then(|place| std::str::from_utf8(record.get(place)?).ok());
        named.map_or_else(|| line.to_string(), |name| printable(name.trim()))
    }

    fn row_of(&mut self, record: &ByteRecord, line: i64) -> Result<Row, Reject> {
        let names = self.lines.names();
        if record.len() != names.len() {
            // A comma too many or a line cut short moves or shortens values: 1,234 would be 1.
            let message = format!("the line has {} fields, the header has {}", record.len(), names.len());
            let field = names.get(record.len()).or(names.last()).cloned().unwrap_or_default();
            return Err(Reject { line, row: String::new(), field, rule: "fields", message });
        }
        let columns = &self.mapping.columns;
        let at = self.columns;
        let customer = text(record, at.customer, &columns.customer, line)?.to_owned();
        let class = text(record, at.class, &columns.class, line)?.to_owned();
        let read_on = text(record, at.read_on, &columns.read_on, line)?;
        // Rows are numbered before anything can be wrong with them: a file that is corrected and
        // given again numbers the same.
        let number = self.occurrence(&customer, &class, read_on);
        let columns = &self.mapping.columns;
        let quantity = text(record, at.quantity, &columns.quantity, line)?;
        let reject =
            |field: &str, rule, message| Reject { line, row: String::new(), field: field.to_owned(), rule, message };
        let format = &self.mapping.values.date_format;
        let day = NaiveDate::parse_from_str(read_on, format).ok().filter(|day| YEARS.contains(&day.year()));
        let day = day.ok_or_else(|| {
            reject(
                &columns.read_on,
                "date",
                format!("'{read_on}' is not a date of the form {format} between 1950 and 2100"),
            )
        })?;
        let quantity = Quantity::parse(quantity, self.mapping.unit())
            .map_err(|error| reject(&columns.quantity, "quantity", error.to_string()))?;
        if STEPS_MAX < quantity.steps {
            return Err(reject(
                &columns.quantity,
                "quantity",
                format!("consumption of {quantity} is beyond any meter"),
            ));
        }
        if quantity.steps < 0 {
            return Err(reject(&columns.quantity, "not_negative", format!("consumption of {quantity} is below zero")));
        }
        let service_point = match (at.service_point, &columns.service_point) {
            (Some(place), Some(name)) => text(record, place, name, line)?.to_owned(),
            _ => format!("{customer}/{class}/{number}"),
        };
        let (is_estimated, is_vacant) = self.condition(record, line)?;
        let period = Month::of(day).period();
        let row = self.row_name(record, line);
        Ok(Row { line, row, customer, class, read_on: day, period, quantity, service_point, is_estimated, is_vacant })
    }

    /// Whether a row is an estimate, and whether nobody was home, where the file says so.
    fn condition(&self, record: &ByteRecord, line: i64) -> Result<(bool, bool), Reject> {
        let (Some(place), Some(name)) = (self.columns.condition, &self.mapping.columns.condition) else {
            return Ok((false, false));
        };
        let (mut is_estimated, mut is_vacant) = (false, false);
        let said = String::from_utf8_lossy(record.get(place).unwrap_or_default()).into_owned();
        for word in said.split_whitespace() {
            match word {
                "actual" => {}
                "estimated" => is_estimated = true,
                "vacant" => is_vacant = true,
                _ => {
                    let message = format!("'{}' is none of actual, estimated, vacant", printable(word));
                    return Err(Reject { line, row: String::new(), field: name.clone(), rule: "condition", message });
                }
            }
        }
        Ok((is_estimated, is_vacant))
    }
}

impl LineReader {
    /// How often this customer, class and day have come so far, this row included.
    fn occurrence(&mut self, customer: &str, class: &str, read_on: &str) -> u32 {
        let mut hasher = DefaultHasher::new();
        (customer, class, read_on).hash(&mut hasher);
        let count = self.seen.entry(hasher.finish()).or_default();
        *count += 1;
        *count
    }
}

/// The digest of a file's contents (unpacked) and how many records follow its header.
pub(super) fn measure(path: &Path, mapping: &Mapping) -> Result<(Digest, i64), FileRefused> {
    LineReader::of(Lines::open(path, Digesting::On)?, mapping)?.lines.measure()
}

fn text<'r>(record: &'r ByteRecord, place: usize, name: &str, line: i64) -> Result<&'r str, Reject> {
    let reject = |rule, message: String| Reject { line, row: String::new(), field: name.to_owned(), rule, message };
    let bytes = record.get(place).unwrap_or_default();
    match value_text(bytes) {
        Ok("") => Err(reject("present", "the value is missing".into())),
        Ok(text) => Ok(text),
        Err((rule, message)) => Err(reject(rule, message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "
        [columns]
        customer = 'c'
        class = 'k'
        read_on = 'd'
        quantity = 'q'
        condition = 'how'
        [values]
        unit = 'ccf'
        period = 'month_of_read'";

    #[test]
    fn a_row_says_how_its_figure_came_about() {
        let rows = [
            ("", Ok((false, false))),
            ("actual", Ok((false, false))),
            ("estimated", Ok((true, false))),
            ("vacant", Ok((false, true))),
            ("vacant estimated", Ok((true, true))),
            ("guessed", Err("'guessed' is none of actual, estimated, vacant")),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reads.csv");
        for (said, expected) in rows {
            std::fs::write(&path, format!("c,k,d,q,how\n7,HOUSE,2026-06-30,12,{said}\n")).unwrap();
            let mut reader = LineReader::open(&path, &Mapping::parse(MAPPING).unwrap()).unwrap();
            let found = reader.next_row().unwrap().unwrap();
            let found = found.map(|row| (row.is_estimated, row.is_vacant)).map_err(|reject| reject.message);
            assert_eq!(found, expected.map_err(str::to_owned), "{said}");
        }
    }
}
