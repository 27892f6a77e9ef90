//! `ImportWork`: brings in the records of a file, one chunk a transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use acts::{Chunk, ChunkDone, ChunkWork, Entry, Failure, Permission, Subject, refused};
use db::Fault;
use kernel::DigestBuilder;
use tokio::sync::Mutex;

use crate::take::take_lines;
use crate::{FileRefused, ImportFile, Intake, Line, RecordReader, store};

/// Brings in the records of one chunk.
pub struct ImportWork {
    act: ImportFile,
    intake: Arc<dyn Intake>,
    path: PathBuf,
    place: Mutex<Place>,
}

/// Where the reader stands. A chunk that is tried again finds its lines kept.
#[derive(Default)]
struct Place {
    reader: Option<RecordReader>,
    next: i64,
    kept: Option<(i64, Arc<Vec<Line>>)>,
    header: Vec<String>,
}

impl ImportWork {
    /// The kind of its orders and of the entries of their chunks; the act has another.
    pub(crate) const ORDER_KIND: &'static str = "imports.records";

    /// The work for what an order froze, reading the file at `path`.
    pub fn new(inputs: &str, intake: Arc<dyn Intake>, path: &Path) -> Result<ImportWork, Fault> {
        let act: ImportFile =
            serde_json::from_str(inputs).map_err(|error| Fault::caused("reading an import order", error))?;
        if act.kind != intake.kind() {
            return Err(Fault::new(format!("an import of {} was given as one of {}", act.kind, intake.kind())));
        }
        Ok(ImportWork { act, intake, path: path.to_owned(), place: Mutex::new(Place::default()) })
    }

    /// The lines of a chunk, and the header they stand under.
    async fn lines(&self, chunk: &Chunk) -> Result<(Arc<Vec<Line>>, Vec<String>), FileRefused> {
        let mut guard = self.place.lock().await;
        let place = &mut *guard;
        if let Some((from, lines)) = &place.kept
            && *from == chunk.from
        {
            return Ok((lines.clone(), place.header.clone()));
        }
        // The old lines go before the new ones come: one chunk at a time is in memory.
        place.kept = None;
        let mut reader = match place.reader.take() {
            Some(reader) if place.next <= chunk.from => reader,
            Some(_) | None => {
                place.next = 0;
                RecordReader::open(&self.path, self.intake.fields(), &self.act.mapping)?
            }
        };
        let mut lines = Vec::new();
        while place.next < chunk.to {
            let line = reader.next_line()?;
            let line = line.ok_or_else(|| FileRefused::Changed { file: self.path.display().to_string() })?;
            if chunk.from <= place.next {
                lines.push(line);
            }
            place.next += 1;
        }
        let lines = Arc::new(lines);
        place.header = reader.header().to_vec();
        place.reader = Some(reader);
        place.kept = Some((chunk.from, lines.clone()));
        Ok((lines, place.header.clone()))
    }
}

impl ChunkWork for ImportWork {
    const KIND: &'static str = ImportWork::ORDER_KIND;

    fn permission(&self) -> Permission {
        self.intake.permission()
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let (lines, header) = self.lines(chunk).await.map_err(refused)?;
        let taken = take_lines(entry, &*self.intake, chunk.order, &header, &lines).await?;
        store::insert_rejects(entry, chunk.order, &taken.rejects).await?;
        let mut digest = DigestBuilder::new();
        digest.text(&self.act.digest).int(chunk.from).int(chunk.to);
        let outcome = serde_json::to_string(&taken.report)
            .map_err(|error| Fault::caused("writing what a part of an import answers", error))?;
        Ok(ChunkDone { outcome, digest: digest.finish() })
    }
}
