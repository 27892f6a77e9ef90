//! `ImportFile`: a file of records is to be brought in, by parts or as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use acts::{Act, ChunkPlan, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused};
use db::{Fault, Read};
use kernel::{DigestBuilder, OrderId, Refusal};
use serde::{Deserialize, Serialize};

use crate::take::take_lines;
use crate::{
    Digesting, FileRefused, FileReject, ImportReport, ImportWork, Intake, Lines, Mapping, RecordReader, store,
};

/// Records that a file is to be imported.
#[derive(Clone, Serialize, Deserialize)]
pub struct ImportFile {
    /// The word for what is in it, such as `customers`.
    pub kind: String,
    /// The digest of its contents, in hex.
    pub digest: String,
    /// How many records it has.
    pub records: i64,
    /// How it is read.
    pub mapping: Mapping,
    /// Whether nothing comes in unless everything can.
    pub is_all_or_nothing: bool,
    /// The file and who takes its records. No part of what a command is compared by: the same
    /// contents in another place are the same command. A stored command has none.
    #[serde(skip)]
    given: Option<Given>,
}

#[derive(Clone)]
struct Given {
    path: PathBuf,
    name: String,
    intake: Arc<dyn Intake>,
}

/// How much of a file must be sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What can come in does; the rest is rejected, record by record.
    WhatCan,
    /// Nothing comes in unless everything can.
    AllOrNothing,
}

/// A file that was looked through from end to end before anything of it is brought in.
#[derive(Clone)]
pub struct SurveyedFile {
    /// The command to import it.
    pub act: ImportFile,
    /// The key under which the same contents, mapping and kind count as the same file.
    pub key: String,
    /// Its name without its folder.
    pub name: String,
    /// The names of its columns.
    pub header: Vec<String>,
}

/// The order that brings a file in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The order.
    pub order: OrderId,
    /// What came in with the order itself; its parts have their own.
    pub report: ImportReport,
}

/// Why an import is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ImportRefused {
    /// The command was read from the log; the file is not there.
    #[error("an import is given with its file")]
    NoFile,
    /// Something cannot come in, and everything was to.
    #[error("{count} records cannot come in, so nothing of the file was brought in")]
    Rejects {
        /// How many.
        count: i64,
        /// The first of them.
        rejects: Vec<FileReject>,
    },
}

impl Refusal for ImportRefused {
    fn code(&self) -> &'static str {
        match self {
            ImportRefused::NoFile => "file_missing",
            ImportRefused::Rejects { .. } => "rejects",
        }
    }
}

/// Records of one transaction.
pub(crate) const CHUNK_RECORDS: i64 = 5_000;
/// Of a file that is refused as a whole, this many rejects are named.
const NAMED_MAX: usize = 10_000;
/// Nobody has it: a kind of file this program does not know.
const UNKNOWN_KIND: Permission =
    Permission { code: "imports.unknown_kind", sentence: "imports files of a kind that is not known" };

/// Looks through a whole file: that it can be read to its end and has the columns named. Without
/// a mapping, columns have the names of the fields.
pub fn survey(
    intake: &Arc<dyn Intake>,
    path: &Path,
    mapping: Option<Mapping>,
    scope: Scope,
) -> Result<SurveyedFile, FileRefused> {
    let lines = Lines::open(path, Digesting::On)?;
    let (name, header) = (lines.file().to_owned(), lines.names().to_vec());
    let mapping = mapping.unwrap_or_else(|| Mapping::by_name(&header, intake.fields()));
    let (digest, records) = RecordReader::of(lines, intake.fields(), &mapping)?.into_lines().measure()?;
    let is_all_or_nothing = scope == Scope::AllOrNothing;
    let mapping_text = serde_json::to_string(&mapping).expect("a mapping can always be written");
    let mut key = DigestBuilder::new();
    key.bytes(&digest.0).text(&mapping_text).text(intake.kind()).int(is_all_or_nothing.into());
    let key = format!("import {} {}", intake.kind(), key.finish());
    let given = Some(Given { path: path.to_owned(), name: name.clone(), intake: intake.clone() });
    let (kind, digest) = (intake.kind().to_owned(), digest.to_string());
    let act = ImportFile { kind, digest, records, mapping, is_all_or_nothing, given };
    Ok(SurveyedFile { act, key, name, header })
}

impl SurveyedFile {
    /// The columns that nothing is read from; a file of rejects has some of its own.
    #[must_use]
    pub fn unused(&self) -> Vec<&str> {
        let names = self.header.iter().map(String::as_str);
        names.filter(|name| !self.act.mapping.uses(name) && !crate::REJECT_COLUMNS.contains(name)).collect()
    }
}

impl Act for ImportFile {
    const KIND: &'static str = "imports.file";
    type Outcome = Imported;

    fn permission(&self) -> Permission {
        self.given.as_ref().map_or(UNKNOWN_KIND, |given| given.intake.permission())
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Imported, Failure> {
        let Some(given) = &self.given else { return refuse(ImportRefused::NoFile) };
        let inputs = serde_json::to_string(self).map_err(|error| Fault::caused("writing an import order", error))?;
        let chunks = if self.is_all_or_nothing { Vec::new() } else { chunks_of(self.records) };
        let plan = OrderPlan { kind: ImportWork::ORDER_KIND, in_sequence: true, inputs, chunks };
        let order = entry.place_order(plan).await?;
        store::insert_import(entry, order, &given.name, self).await?;
        let mut report = ImportReport::default();
        if self.is_all_or_nothing {
            report = self.take_all(entry, order, given).await?;
        } else {
            jobs::enqueue(entry, ImportWork::ORDER_KIND, order).await?;
        }
        Ok(Imported { order, report })
    }
}

impl ImportFile {
    /// Takes every record in this one transaction. Refused, it leaves nothing behind: duplicates
    /// across the file and everything else are found as they would be in earnest.
    async fn take_all(&self, entry: &mut Entry, order: OrderId, given: &Given) -> Result<ImportReport, Failure> {
        let mut reader = RecordReader::open(&given.path, given.intake.fields(), &self.mapping).map_err(refused)?;
        let changed = || refused(FileRefused::Changed { file: given.name.clone() });
        let (mut report, mut rejects) = (ImportReport::default(), Vec::new());
        for chunk in chunks_of(self.records) {
            let mut lines = Vec::new();
            for _ in chunk.from..chunk.to {
                lines.push(reader.next_line().map_err(refused)?.ok_or_else(changed)?);
            }
            let taken = take_lines(entry, &*given.intake, order, reader.header(), &lines).await?;
            report.add(taken.report);
            rejects.extend(taken.rejects.into_iter().take(NAMED_MAX - rejects.len()));
        }
        match report.rejected {
            0 => Ok(report),
            count => refuse(ImportRefused::Rejects { count, rejects }),
        }
    }
}

fn chunks_of(records: i64) -> Vec<ChunkPlan> {
    let size = usize::try_from(CHUNK_RECORDS).expect("a small number");
    (0..records).step_by(size).map(|from| ChunkPlan { from, to: records.min(from + CHUNK_RECORDS) }).collect()
}

impl Imported {
    /// The report over everything that came in so far.
    pub async fn report(&self, read: &mut Read) -> Result<ImportReport, Fault> {
        let mut report = self.report;
        for chunk in acts::chunks(read, self.order).await? {
            if let Some(outcome) = &chunk.outcome {
                let part = serde_json::from_str(outcome);
                report.add(part.map_err(|error| Fault::caused("reading what a part of an import answered", error))?);
            }
        }
        Ok(report)
    }
}
