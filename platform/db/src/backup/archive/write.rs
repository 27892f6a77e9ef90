//! Writing a backup file.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::{Digest, DigestBuilder};

use super::{FIRST, FORM, FRAME_FULL, FRAME_MAX, Header, LAST, TableHead};
use crate::backup::{TableSummary, cells};
use crate::{Fault, Value};

/// A backup on its way into a file.
pub(in crate::backup) struct ArchiveWriter {
    packer: GzEncoder<Hashed>,
    /// Rows that are not written yet, behind their number.
    frame: Vec<u8>,
    in_frame: u32,
    table: Option<OpenTable>,
    done: Vec<TableSummary>,
}

/// The table that is being written.
struct OpenTable {
    head: TableHead,
    rows: u64,
    digest: DigestBuilder,
}

/// What takes bytes, and the digest over those it took.
struct Hashed {
    sink: Box<dyn Write + Send>,
    digest: DigestBuilder,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.digest.stream(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

impl ArchiveWriter {
    /// Begins a file with its header.
    pub(in crate::backup) fn begin(sink: Box<dyn Write + Send>, header: &Header) -> Result<ArchiveWriter, Fault> {
        let mut hashed = Hashed { sink, digest: DigestBuilder::new() };
        hashed.write_all(format!("{FIRST}{FORM}\n").as_bytes()).map_err(failed)?;
        let packer = GzEncoder::new(hashed, Compression::fast());
        let mut archive = ArchiveWriter { packer, frame: Vec::new(), in_frame: 0, table: None, done: Vec::new() };
        archive.frame(b'H', header.text().as_bytes())?;
        Ok(archive)
    }

    /// Begins a table, and ends the one before.
    pub(in crate::backup) fn table(&mut self, head: TableHead) -> Result<(), Fault> {
        self.end_table()?;
        let text = head.text();
        self.frame(b'T', text.as_bytes())?;
        let mut digest = DigestBuilder::new();
        digest.text(&text);
        self.table = Some(OpenTable { head, rows: 0, digest });
        Ok(())
    }

    /// Adds rows to the table: one value a column, row after row.
    pub(in crate::backup) fn rows(&mut self, values: &[Value]) -> Result<(), Fault> {
        let table = self.table.as_mut().ok_or_else(|| Fault::new("rows were given before a table"))?;
        let width = table.head.columns.len();
        table.rows += (values.len() / width) as u64;
        for row in values.chunks(width) {
            let from = self.frame.len();
            row.iter().for_each(|value| cells::put(&mut self.frame, value));
            if let Some(table) = &mut self.table {
                table.digest.bytes(&self.frame[from..]);
            }
            self.in_frame += 1;
            if FRAME_FULL <= self.frame.len() {
                self.end_frame()?;
            }
        }
        Ok(())
    }

    /// Ends the file, and says what is in it.
    pub(in crate::backup) fn end(mut self) -> Result<Vec<TableSummary>, Fault> {
        self.end_table()?;
        let count = u32::try_from(self.done.len()).map_err(|_| Fault::new("too many tables"))?;
        self.frame(b'Z', &count.to_le_bytes())?;
        let mut hashed = self.packer.finish().map_err(failed)?;
        let Digest(digest) = hashed.digest.finish();
        hashed.sink.write_all(&digest).and_then(|()| hashed.sink.write_all(LAST)).map_err(failed)?;
        hashed.sink.flush().map_err(failed)?;
        Ok(self.done)
    }

    fn end_table(&mut self) -> Result<(), Fault> {
        self.end_frame()?;
        let Some(OpenTable { head, rows, digest }) = self.table.take() else { return Ok(()) };
        let digest = digest.finish();
        self.frame(b'E', &[&rows.to_le_bytes()[..], &digest.0].concat())?;
        self.done.push(TableSummary { table: head.table, rows, digest });
        Ok(())
    }

    fn end_frame(&mut self) -> Result<(), Fault> {
        if self.in_frame == 0 {
            return Ok(());
        }
        let mut frame = std::mem::take(&mut self.frame);
        self.frame(b'R', &[&self.in_frame.to_le_bytes()[..], &frame].concat())?;
        frame.clear();
        (self.frame, self.in_frame) = (frame, 0);
        Ok(())
    }

    fn frame(&mut self, letter: u8, bytes: &[u8]) -> Result<(), Fault> {
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= FRAME_MAX);
        let length = length.ok_or_else(|| Fault::new("a row is too long for a backup"))?;
        self.packer.write_all(&[letter]).map_err(failed)?;
        self.packer.write_all(&length.to_le_bytes()).map_err(failed)?;
        self.packer.write_all(bytes).map_err(failed)
    }
}

fn failed(error: std::io::Error) -> Fault {
    Fault::caused("writing the backup", error)
}
