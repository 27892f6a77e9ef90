//! Reading a backup file, which may be anything: every byte of it is checked.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Take};
use std::path::Path;

use flate2::bufread::GzDecoder;
use kernel::{Digest, DigestBuilder};

use super::{FIRST, FORM, FRAME_MAX, Header, LAST, TAIL, TableHead};
use crate::backup::{BackupRefused, Place, TableSummary, cells};
use crate::{Fault, Value};

/// A backup file that is being read from its beginning to its end.
pub(in crate::backup) struct ArchiveReader {
    unpacker: GzDecoder<BufReader<Hashed>>,
    /// The digest over the file, as its end has it.
    written: [u8; 32],
    length: u64,
    is_ended: bool,
    place: Place,
    header: Header,
    table: Option<OpenTable>,
    done: Vec<TableSummary>,
}

struct OpenTable {
    head: TableHead,
    rows: u64,
    digest: DigestBuilder,
}

struct Hashed {
    file: Take<File>,
    digest: DigestBuilder,
    count: u64,
}

/// What comes next in a backup.
#[derive(Debug)]
pub(in crate::backup) enum Piece {
    /// A table begins.
    Table(TableHead),
    /// Rows of the table.
    Rows(Vec<Value>),
    /// The table had so many rows, and they are as they were written.
    TableEnd,
    /// All is as it was written.
    End,
}

/// Why a backup cannot be read on.
#[derive(Debug)]
pub(in crate::backup) enum ReadFailure {
    /// The file is wrong.
    Refused(BackupRefused),
    /// The disk failed.
    Fault(Fault),
}

/// What stops the reading of one frame: what is there makes no sense, or an error of the file.
enum Stop {
    Nonsense,
    Io(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Io(error)
    }
}

impl Read for Hashed {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(bytes)?;
        self.digest.stream(&bytes[..count]);
        self.count += count as u64;
        Ok(count)
    }
}

impl ArchiveReader {
    /// Opens a file and reads its header.
    pub(in crate::backup) fn open(path: &Path) -> Result<ArchiveReader, ReadFailure> {
        let failed = |error| ReadFailure::Fault(Fault::caused("reading the backup", error));
        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut digest = DigestBuilder::new();
        let first = first_line(&mut file).map_err(failed)?;
        let Some(form) = first.strip_prefix(FIRST.as_bytes()) else {
            return Err(ReadFailure::Refused(BackupRefused::NotABackup));
        };
        if form != [FORM.as_bytes(), b"\n"].concat() {
            let form = String::from_utf8_lossy(form.trim_ascii()).into_owned();
            return Err(ReadFailure::Refused(BackupRefused::OtherForm(form)));
        }
        digest.stream(&first);
        let begin = first.len() as u64;
        let (written, is_ended) = tail(&mut file, length, begin).map_err(failed)?;
        file.seek(SeekFrom::Start(begin)).map_err(failed)?;
        let packed = length - begin - if is_ended { TAIL as u64 } else { 0 };
        let hashed = Hashed { file: file.take(packed), digest, count: begin };
        let header = Header {
            engine: String::new(),
            made_at: chrono::DateTime::UNIX_EPOCH,
            migrations: Vec::new(),
            left_empty: Vec::new(),
        };
        let unpacker = GzDecoder::new(BufReader::with_capacity(256 * 1024, hashed));
        let (place, table, done) = (Place::Header, None, Vec::new());
        let mut reader = ArchiveReader { unpacker, written, length, is_ended, place, header, table, done };
        let read = reader.frame().and_then(|(letter, bytes)| {
            let text = std::str::from_utf8(&bytes).ok().filter(|_| letter == b'H');
            text.and_then(Header::parse).ok_or(Stop::Nonsense)
        });
        reader.header = read.map_err(|stop| reader.failure(stop))?;
        Ok(reader)
    }

    pub(in crate::backup) fn header(&self) -> &Header {
        &self.header
    }

    /// How many bytes of how many are read.
    pub(in crate::backup) fn progress(&self) -> (u64, u64) {
        (self.unpacker.get_ref().get_ref().count, self.length)
    }

    /// The tables that were read to their ends.
    pub(in crate::backup) fn tables(self) -> Vec<TableSummary> {
        self.done
    }

    /// Says that what was read is nothing that a program of ours wrote.
    pub(in crate::backup) fn nonsense(&self) -> ReadFailure {
        self.failure(Stop::Nonsense)
    }

    /// Reads on.
    pub(in crate::backup) fn next(&mut self) -> Result<Piece, ReadFailure> {
        self.piece().map_err(|stop| self.failure(stop))
    }

    fn piece(&mut self) -> Result<Piece, Stop> {
        let (letter, bytes) = self.frame()?;
        match (letter, self.table.is_some()) {
            (b'T', false) => {
                let text = std::str::from_utf8(&bytes).map_err(|_| Stop::Nonsense)?;
                let head = TableHead::parse(text).ok_or(Stop::Nonsense)?;
                let mut digest = DigestBuilder::new();
                digest.text(text);
                self.place = Place::Table(head.table.clone());
                self.table = Some(OpenTable { head: head.clone(), rows: 0, digest });
                Ok(Piece::Table(head))
            }
            (b'R', true) => self.rows(&bytes).map(Piece::Rows).ok_or(Stop::Nonsense),
            (b'E', true) => {
                let OpenTable { head, rows, digest } = self.table.take().ok_or(Stop::Nonsense)?;
                let digest = digest.finish();
                if bytes != [&rows.to_le_bytes()[..], &digest.0].concat() {
                    return Err(Stop::Nonsense);
                }
                self.done.push(TableSummary { table: head.table, rows, digest });
                Ok(Piece::TableEnd)
            }
            (b'Z', false) => {
                self.place = Place::End;
                self.end(&bytes)?;
                Ok(Piece::End)
            }
            _ => Err(Stop::Nonsense),
        }
    }

    fn rows(&mut self, frame: &[u8]) -> Option<Vec<Value>> {
        let table = self.table.as_mut()?;
        let (count, mut rest) = frame.split_first_chunk()?;
        let mut values = Vec::new();
        for _ in 0..u32::from_le_bytes(*count) {
            let row = rest;
            for (_, kind) in &table.head.columns {
                values.push(cells::take(&mut rest, *kind)?);
            }
            table.digest.bytes(&row[..row.len() - rest.len()]);
            table.rows += 1;
        }
        rest.is_empty().then_some(values)
    }

    /// The end: the stream ends here with its own check sum, nothing follows, and the file is what was written.
    fn end(&mut self, frame: &[u8]) -> Result<(), Stop> {
        let count = u32::try_from(self.done.len()).map_err(|_| Stop::Nonsense)?;
        let is_last = self.unpacker.read(&mut [0])? == 0;
        let is_all = self.unpacker.get_mut().fill_buf()?.is_empty();
        let is_same = self.unpacker.get_ref().get_ref().digest.finish() == Digest(self.written);
        if !self.is_ended {
            return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        if frame == count.to_le_bytes() && is_last && is_all && is_same { Ok(()) } else { Err(Stop::Nonsense) }
    }

    fn frame(&mut self) -> Result<(u8, Vec<u8>), Stop> {
        let mut head = [0; 5];
        self.unpacker.read_exact(&mut head)?;
        let [letter, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        if FRAME_MAX < length {
            return Err(Stop::Nonsense);
        }
        let mut bytes = Vec::new();
        if (&mut self.unpacker).take(length.into()).read_to_end(&mut bytes)? < length as usize {
            return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        Ok((letter, bytes))
    }

    fn failure(&self, stop: Stop) -> ReadFailure {
        let place = self.place.clone();
        let wrong = match stop {
            Stop::Io(error) if error.raw_os_error().is_some() => {
                return ReadFailure::Fault(Fault::caused("reading the backup", error));
            }
            // What the packer finds wrong has no number of the system.
            Stop::Nonsense | Stop::Io(_) => BackupRefused::Damaged(place.clone()),
        };
        ReadFailure::Refused(if self.is_ended { wrong } else { BackupRefused::CutOff(place) })
    }
}

/// The longest first line that can be one of ours, in bytes.
const LINE_MAX: usize = 40;

/// The first line, as far as it can be one of ours.
fn first_line(file: &mut File) -> std::io::Result<Vec<u8>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    // Byte by byte, so that the file stands right behind the line.
    while line.len() < LINE_MAX && !line.ends_with(b"\n") && file.read(&mut byte)? == 1 {
        line.extend(byte);
    }
    Ok(line)
}

/// The digest at the end of a file, and whether the end is there.
fn tail(file: &mut File, length: u64, begin: u64) -> std::io::Result<([u8; 32], bool)> {
    let Some(from) = length.checked_sub(TAIL as u64).filter(|from| begin <= *from) else {
        return Ok(([0; 32], false));
    };
    file.seek(SeekFrom::Start(from))?;
    let (mut digest, mut last) = ([0; 32], [0; LAST.len()]);
    file.read_exact(&mut digest)?;
    file.read_exact(&mut last)?;
    Ok((digest, last == LAST))
}
