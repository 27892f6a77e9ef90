//! A file from outside: plain or gzip, read line by line without ever panicking.

use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;

use csv::ByteRecord;
use flate2::bufread::MultiGzDecoder;
use kernel::{Digest, DigestBuilder, Refusal};

use crate::whole_lines::WholeLines;

/// Why a whole file is refused; nothing of it is brought in.
#[derive(Debug, thiserror::Error)]
pub enum FileRefused {
    /// It cannot be opened.
    #[error("{file}: {error}")]
    Unopened {
        /// The file.
        file: String,
        /// What the system says.
        error: String,
    },
    /// Nothing is in it.
    #[error("{file}: the file is empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// A column the mapping names is missing or there twice.
    #[error("{file}, line 1, field {column}: {found} columns have this name; the header has {header}")]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// How many there are.
        found: usize,
        /// The names in the header.
        header: String,
    },
    /// It ends in the middle, or its compression is damaged.
    #[error("{file}, after line {line}: the file ends in the middle or is damaged ({error})")]
    Damaged {
        /// The file.
        file: String,
        /// The last line that could be read.
        line: u64,
        /// What the reader says.
        error: String,
    },
    /// The file is no longer the one that was checked.
    #[error("{file}: the file changed while it was imported")]
    Changed {
        /// The file.
        file: String,
    },
}

impl Refusal for FileRefused {
    fn code(&self) -> &'static str {
        match self {
            FileRefused::Unopened { .. } => "file_unopened",
            FileRefused::Empty { .. } => "file_empty",
            FileRefused::Column { .. } => "file_column",
            FileRefused::Damaged { .. } => "file_damaged",
            FileRefused::Changed { .. } => "file_changed",
        }
    }
}

/// The records of a CSV file below its header, one by one, each with the line it begins on.
pub struct Lines {
    file: String,
    names: Vec<String>,
    reader: csv::Reader<Chain<WholeLines<Contents>, &'static [u8]>>,
    last_line: u64,
}

/// Whether a digest over the contents is wanted; it costs a second for some hundred megabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digesting {
    /// Collect it while reading.
    On,
    /// Only read.
    Off,
}

/// The unpacked contents of a file, and their digest as far as they were read.
struct Contents {
    inner: Box<dyn Read + Send>,
    digest: Option<DigestBuilder>,
}

/// A line of our own behind the last of the file. It comes as a record by itself unless a quotation
/// mark before it was never closed: a file that was cut off within a value.
const END: &[u8] = b"\x1eend of file\x1e";
const END_LINE: &[u8] = b"\x1eend of file\x1e\n";

/// Longer values are no references, names or addresses of ours.
const LENGTH_MAX: usize = 200;

impl Lines {
    /// Opens a file and reads its header.
    pub fn open(path: &Path, digesting: Digesting) -> Result<Lines, FileRefused> {
        Lines::read(file_name(path), open_plain(path)?, digesting)
    }

    /// Reads the header of what comes from anywhere under the name of a file.
    pub fn read(file: String, plain: Box<dyn Read + Send>, digesting: Digesting) -> Result<Lines, FileRefused> {
        let contents = Contents::begin(plain, digesting).map_err(|error| FileRefused::Damaged {
            file: file.clone(),
            line: 0,
            error: error.to_string(),
        })?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .buffer_capacity(64 * 1024)
            .from_reader(WholeLines::new(contents).chain(END_LINE));
        let header = reader.byte_headers().map_err(|error| damaged(&file, 0, &error))?.clone();
        if header.is_empty() || header == vec![END] {
            return Err(FileRefused::Empty { file });
        }
        let names = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        Ok(Lines { file, names, reader, last_line: 1 })
    }

    /// The columns of the header; every line must have a field for each.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a column is; it must be there once.
    pub fn position(&self, column: &str) -> Result<usize, FileRefused> {
        let places: Vec<usize> = (0..self.names.len()).filter(|place| self.names[*place] == column).collect();
        match places[..] {
            [place] => Ok(place),
            _ => Err(FileRefused::Column {
                file: self.file.clone(),
                column: column.to_owned(),
                found: places.len(),
                header: printable(&self.names.join(", ")),
            }),
        }
    }

    /// Reads the next record and notes the line it begins on; `false` at the end.
    ///
    /// The reader's own position of a record lies before the blank lines in front of it, so the
    /// line is counted back from the record's end.
    pub fn next_into(&mut self, record: &mut ByteRecord) -> Result<bool, FileRefused> {
        self.reader.get_mut().get_mut().0.begin_record();
        let more = self.reader.read_byte_record(record);
        let more = more.map_err(|error| damaged(&self.file, self.last_line, &error))?;
        let end = self.reader.get_ref().get_ref().0.size().map(|size| size + END_LINE.len() as u64);
        if !more || end == Some(self.reader.position().byte()) {
            if more && record == &vec![END] {
                return Ok(false);
            }
            let error = "a quotation mark is not closed".to_owned();
            return Err(FileRefused::Damaged { file: self.file.clone(), line: self.last_line, error });
        }
        let inner = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
        self.last_line = self.reader.position().line().saturating_sub(1 + inner as u64);
        Ok(true)
    }

    /// The line the newest record begins on, from 1.
    #[must_use]
    pub fn line(&self) -> i64 {
        i64::try_from(self.last_line).unwrap_or(i64::MAX)
    }

    /// Reads to the end: the digest of the contents (unpacked) and how many records there are.
    pub fn measure(mut self) -> Result<(Digest, i64), FileRefused> {
        let mut record = ByteRecord::new();
        let mut count = 0;
        while self.next_into(&mut record)? {
            count += 1;
        }
        let digest = self.reader.get_ref().get_ref().0.inner().digest.as_ref();
        Ok((digest.map_or_else(|| Digest::of(b""), DigestBuilder::finish), count))
    }

    /// The name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl Contents {
    /// Begins to read; a byte order mark belongs to the contents, not to the first name.
    fn begin(mut plain: Box<dyn Read + Send>, digesting: Digesting) -> std::io::Result<Contents> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mut head = Vec::with_capacity(MARK.len());
        (&mut plain).take(MARK.len() as u64).read_to_end(&mut head)?;
        let digest = match digesting {
            Digesting::Off => None,
            Digesting::On => {
                let mut digest = DigestBuilder::new();
                if head == MARK {
                    digest.stream(MARK);
                }
                Some(digest)
            }
        };
        let head = if head == MARK { Vec::new() } else { head };
        Ok(Contents { inner: Box::new(Cursor::new(head).chain(plain)), digest })
    }
}

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(digest) = &mut self.digest {
            digest.stream(&buffer[..read]);
        }
        Ok(read)
    }
}

/// A value as text, or the rule it breaks and what is wrong; an empty one is a text too.
pub fn value_text(bytes: &[u8]) -> Result<&str, (&'static str, String)> {
    let text = std::str::from_utf8(bytes).map_err(|_| ("utf8", "the value is not UTF-8 text".to_owned()))?.trim();
    if LENGTH_MAX < text.len() {
        return Err(("length", format!("the value is longer than {LENGTH_MAX} bytes")));
    }
    if text.contains(char::is_control) {
        return Err(("one_line", "the value has a line end or another sign that cannot be printed".to_owned()));
    }
    Ok(text)
}

/// A text as it can be shown on a screen, whatever was in the file.
#[must_use]
pub fn printable(text: &str) -> String {
    let plain = |sign: char| if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign };
    text.chars().take(LENGTH_MAX).map(plain).collect()
}

/// The name of a file without its folder.
#[must_use]
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn open_plain(path: &Path) -> Result<Box<dyn Read + Send>, FileRefused> {
    let unopened = |error: std::io::Error| FileRefused::Unopened { file: file_name(path), error: error.to_string() };
    let mut packed = BufReader::with_capacity(128 * 1024, File::open(path).map_err(unopened)?);
    // A gzip file begins with 1f 8b (RFC 1952, section 2.3.1).
    let is_gzip = packed.fill_buf().map_err(unopened)?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(packed)) } else { Box::new(packed) })
}

fn damaged(file: &str, line: u64, error: &csv::Error) -> FileRefused {
    FileRefused::Damaged { file: file.to_owned(), line, error: error.to_string() }
}
