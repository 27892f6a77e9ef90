//! `RecordReader`: the records of a file by the names of its fields, or why one cannot come in.

use std::path::Path;

use csv::ByteRecord;

use crate::file::{printable, value_text};
use crate::rejects::{REJECT_COLUMNS, csv_text};
use crate::{Digesting, Field, FileRefused, FileReject, Lines, Mapping, Need, Record, Reject};

/// Of a record longer than this, no field is kept beyond [`CUT`]: thousands of records are in memory at once.
const KEPT_MAX: usize = 64 * 1024;
const CUT: usize = 1_000;

/// Reads a file record by record.
pub struct RecordReader {
    lines: Lines,
    fields: &'static [Field],
    mapping: Mapping,
    /// Where each field is, in the order of the fields.
    places: Vec<Option<usize>>,
}

/// One line of a file as it was read.
#[derive(Clone, Debug)]
pub struct Line {
    /// The line it begins on, from 1.
    pub line: i64,
    /// Its fields as they stand in the file; of a monstrous record, their beginnings.
    pub fields: ByteRecord,
    /// What it says, or why it cannot come in.
    pub said: Result<Record, Reject>,
}

impl RecordReader {
    /// Opens a file and finds the columns of a mapping.
    pub fn open(path: &Path, fields: &'static [Field], mapping: &Mapping) -> Result<RecordReader, FileRefused> {
        RecordReader::of(Lines::open(path, Digesting::Off)?, fields, mapping)
    }

    /// Finds the columns of a mapping in lines that are open already.
    pub fn of(lines: Lines, fields: &'static [Field], mapping: &Mapping) -> Result<RecordReader, FileRefused> {
        let place = |field: &Field| mapping.column(field.name).map(|column| lines.position(column)).transpose();
        let places = fields.iter().map(place).collect::<Result<_, _>>()?;
        let mapping = mapping.clone();
        Ok(RecordReader { lines, fields, mapping, places })
    }

    /// The columns of the header.
    #[must_use]
    pub fn header(&self) -> &[String] {
        self.lines.names()
    }

    /// The lines without their meaning, from where the reader stands.
    pub(crate) fn into_lines(self) -> Lines {
        self.lines
    }

    /// The next line; `None` at the end.
    pub fn next_line(&mut self) -> Result<Option<Line>, FileRefused> {
        let mut fields = ByteRecord::new();
        if !self.lines.next_into(&mut fields)? {
            return Ok(None);
        }
        let line = self.lines.line();
        let said = self.record_of(&fields, line);
        if KEPT_MAX < fields.as_slice().len() {
            fields = fields.iter().map(|field| &field[..field.len().min(CUT)]).collect();
        }
        Ok(Some(Line { line, fields, said }))
    }

    fn record_of(&self, fields: &ByteRecord, line: i64) -> Result<Record, Reject> {
        let names = self.lines.names();
        if fields.len() != names.len() {
            // A comma too many or a line cut short moves or shortens values: 1,234 would be 1.
            let message = format!("the line has {} fields, the header has {}", fields.len(), names.len());
            let field = names.get(fields.len()).or(names.last()).map_or("", String::as_str);
            return Err(Reject::new(&printable(field), "fields", message));
        }
        let mut record =
            Record { line, date_format: self.mapping.date_format().to_owned(), values: Default::default() };
        for (field, place) in self.fields.iter().zip(&self.places) {
            let text = match place {
                Some(place) => value_text(fields.get(*place).unwrap_or_default())
                    .map_err(|(rule, message)| Reject::new(field.name, rule, message))?,
                None => self.mapping.constant(field.name).unwrap_or_default(),
            };
            if text.is_empty() && field.need == Need::Always {
                return Err(Reject::new(field.name, "present", "the value is missing"));
            }
            if !text.is_empty() {
                record.values.insert(field.name, text.to_owned());
            }
        }
        Ok(record)
    }
}

impl Line {
    /// The line as one that cannot come in, with its fields as they were given.
    #[must_use]
    pub fn rejected(&self, reject: Reject, header: &[String]) -> FileReject {
        // A file of rejects that was given again: what it said of them is no part of the record.
        let added = if header.starts_with(&REJECT_COLUMNS.map(str::to_owned)) { REJECT_COLUMNS.len() } else { 0 };
        FileReject {
            line: self.line,
            field: reject.field,
            rule: reject.rule.to_owned(),
            message: reject.message,
            record: csv_text(self.fields.iter().skip(added)),
        }
    }
}
