//! The cases of a file, one at a time; what is wrong with one is said in its own answer.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use csv::ByteRecord;

use crate::commands::Ended;

/// The rows of a file of cases.
pub(super) struct Cases {
    name: String,
    reader: csv::Reader<Bounded<File>>,
    read_since: Rc<Cell<usize>>,
    /// Where each column stands, with its name; `case_id` is the first.
    places: Vec<(usize, String)>,
    record: ByteRecord,
}

/// One case.
pub(super) struct Case {
    /// What it calls itself; nothing when it does not.
    pub(super) id: String,
    /// The fields behind `case_id`, or what is wrong with them.
    pub(super) fields: Result<Vec<String>, String>,
}

/// A file of which only so much is read for one row.
struct Bounded<R> {
    inner: R,
    read_since: Rc<Cell<usize>>,
}

/// Bytes of a row; a quotation mark that is never closed would make one of the whole file.
const ROW_MAX: usize = 16 * 1024 * 1024;

impl Cases {
    /// Opens a file and finds its columns.
    pub(super) fn open(path: &Path, columns: &[&str]) -> Result<Cases, Ended> {
        let name = path.display().to_string();
        let refused = |words: String| Ended::Refused(format!("{name}: {words}"));
        let inner = File::open(path).map_err(|error| refused(error.to_string()))?;
        let read_since = Rc::new(Cell::new(0));
        let bounded = Bounded { inner, read_since: Rc::clone(&read_since) };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bounded);
        let header = reader.byte_headers().map_err(|error| refused(error.to_string()))?.clone();
        let names: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let mut places = Vec::with_capacity(columns.len());
        for column in columns {
            let found: Vec<usize> =
                (0..names.len()).filter(|at| names[*at].trim_start_matches('\u{feff}').trim() == *column).collect();
            match found[..] {
                [place] => places.push((place, (*column).to_owned())),
                [] => {
                    return Err(refused(format!("there is no column {column}; the columns are {}", names.join(", "))));
                }
                _ => return Err(refused(format!("the column {column} is there twice"))),
            }
        }
        Ok(Cases { name, reader, read_since, places, record: ByteRecord::new() })
    }

    /// The next case; nothing at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Case>, Ended> {
        self.read_since.set(0);
        let read = self.reader.read_byte_record(&mut self.record);
        if !read.map_err(|error| Ended::Refused(format!("{}: {error}", self.name)))? {
            return Ok(None);
        }
        let (id, rest) = self.places.split_first().map_or((None, &[][..]), |(id, rest)| (Some(id), rest));
        let id = id.and_then(|(place, _)| self.record.get(*place)).map(String::from_utf8_lossy);
        let field = |(place, name): &(usize, String)| {
            let bytes = self.record.get(*place).ok_or_else(|| format!("the row has no field {name}"))?;
            let text = std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text"))?;
            Ok(text.to_owned())
        };
        let id = id.unwrap_or_default().into_owned();
        Ok(Some(Case { id, fields: rest.iter().map(field).collect() }))
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read_since.set(self.read_since.get().saturating_add(count));
        if ROW_MAX < self.read_since.get() {
            return Err(io::Error::other("a row has more than 16 MiB; a quotation mark may not be closed"));
        }
        Ok(count)
    }
}
