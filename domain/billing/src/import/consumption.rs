//! Importing consumption: one order per file, one transaction per chunk of lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ::acts::{Act, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refused};
use db::{Fault, Read};
use kernel::{CycleId, DigestBuilder, OrderId, Refusal, ServicePointId};
use metering::NewConsumption;
use revenue::RateProfile;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::lines::measure;
use super::{FileRefused, LineReader, Mapping, Reject, Row};
use crate::acts::{read_outcome, write_outcome};
use crate::{NewService, PointAgreement, open_services, permissions, store};

/// Records that a file is to be imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportConsumption {
    /// The file's name, without its folder. The same contents under another name are the same
    /// command, so the name is no part of what a command is compared by.
    #[serde(default, skip_serializing)]
    pub name: String,
    /// The digest of its contents, in hex.
    pub digest: String,
    /// How many records it has.
    pub records: i64,
    /// How it is read.
    pub mapping: Mapping,
}

/// The order that brings a file in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The order.
    pub order: OrderId,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows brought in.
    pub rows: i64,
    /// Rows rejected, each listed with line, field and rule.
    pub rejected: i64,
    /// Services opened.
    pub opened: i64,
}

/// A file that was looked through from end to end before anything of it is brought in.
#[derive(Clone, Debug)]
pub struct SurveyedFile {
    /// The command to import it.
    pub act: ImportConsumption,
    /// The key under which the same contents and mapping count as the same file.
    pub key: String,
}

/// Why an import is refused as a whole.
#[derive(Debug, thiserror::Error)]
enum ImportRefused {
    #[error("the mapping opens services in cycle '{0}', which does not exist")]
    Cycle(String),
    #[error("the mapping opens services by rate schedule '{0}', which does not exist")]
    Schedule(String),
    #[error("the mapping opens services of '{given}' by rate schedule '{schedule}', which prices {service}")]
    Service { schedule: String, service: String, given: String },
}

impl Refusal for ImportRefused {
    fn code(&self) -> &'static str {
        match self {
            ImportRefused::Cycle(_) => "cycle_unknown",
            ImportRefused::Schedule(_) => "schedule_unknown",
            ImportRefused::Service { .. } => "service_differs",
        }
    }
}

/// Lines of one transaction.
const CHUNK_LINES: usize = 5_000;

/// Looks through a whole file: that it can be read to its end and has the columns named.
pub fn survey(path: &Path, mapping: &Mapping) -> Result<SurveyedFile, FileRefused> {
    let (digest, records) = measure(path, mapping)?;
    let name = name_of(path);
    let mapping_text = serde_json::to_string(mapping).expect("a mapping can always be written");
    let key = DigestBuilder::new().bytes(&digest.0).text(&mapping_text).finish();
    let act = ImportConsumption { name, digest: digest.to_string(), records, mapping: mapping.clone() };
    Ok(SurveyedFile { act, key: format!("import consumption {key}") })
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

impl Act for ImportConsumption {
    const KIND: &'static str = "billing.import_consumption";
    type Outcome = Imported;

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Imported, Failure> {
        if let Some(open) = &self.mapping.open {
            if store::cycle_by_code(entry, &open.cycle).await?.is_none() {
                return Err(refused(ImportRefused::Cycle(open.cycle.clone())));
            }
            match revenue::schedule_codes(entry).await?.get(&open.schedule) {
                Some(service) if *service == open.service => {}
                Some(service) => {
                    let (schedule, service) = (open.schedule.clone(), service.clone());
                    return Err(refused(ImportRefused::Service { schedule, service, given: open.service.clone() }));
                }
                None => return Err(refused(ImportRefused::Schedule(open.schedule.clone()))),
            }
        }
        let chunks = (0..self.records).step_by(CHUNK_LINES).map(|from| {
            let size = i64::try_from(CHUNK_LINES).expect("a small number");
            ChunkPlan { from, to: self.records.min(from + size) }
        });
        let inputs = serde_json::to_string(self).map_err(|error| Fault::caused("writing an import order", error))?;
        let plan = OrderPlan { kind: ImportWork::KIND, in_sequence: true, inputs, chunks: chunks.collect() };
        let order = entry.place_order(plan).await?;
        let digest = DigestBuilder::new().text(&self.digest).finish();
        store::insert_import(entry, order, (&self.name, digest, self.records)).await?;
        jobs::enqueue(entry, ImportWork::KIND, order).await?;
        Ok(Imported { order })
    }
}

impl ImportReport {
    /// The report of an order, from what its chunks answered.
    pub async fn of(read: &mut Read, order: OrderId) -> Result<ImportReport, Fault> {
        let mut report = ImportReport::default();
        for chunk in ::acts::chunks(read, order).await? {
            if chunk.outcome.is_none() {
                continue;
            }
            let part: ImportReport = read_outcome(chunk.outcome.as_deref())?;
            report.rows += part.rows;
            report.rejected += part.rejected;
            report.opened += part.opened;
        }
        Ok(report)
    }
}

/// Brings in the lines of one chunk.
pub struct ImportWork {
    act: ImportConsumption,
    path: PathBuf,
    place: Mutex<Place>,
}

/// Where the reader stands. A chunk that is tried again finds its rows kept.
#[derive(Default)]
struct Place {
    reader: Option<LineReader>,
    next: i64,
    kept: Option<(i64, Vec<Result<Row, Reject>>)>,
    /// How often the kept chunk was tried: the unique key catches rows that were brought in
    /// before, and the second try looks for them.
    tries: u32,
}

impl ImportWork {
    /// The work for what an order froze, reading the file at `path`.
    pub fn new(inputs: &str, path: &Path) -> Result<ImportWork, Fault> {
        let mut act: ImportConsumption =
            serde_json::from_str(inputs).map_err(|error| Fault::caused("reading an import order", error))?;
        act.name = name_of(path);
        Ok(ImportWork { act, path: path.to_owned(), place: Mutex::new(Place::default()) })
    }

    /// The rows of a chunk, and how often they were asked for.
    async fn rows(&self, chunk: &Chunk) -> Result<(Vec<Result<Row, Reject>>, u32), FileRefused> {
        let mut place = self.place.lock().await;
        if let Some((from, rows)) = &place.kept
            && *from == chunk.from
        {
            let rows = rows.clone();
            place.tries += 1;
            return Ok((rows, place.tries));
        }
        if place.reader.is_none() || chunk.from < place.next {
            place.reader = Some(LineReader::open(&self.path, &self.act.mapping)?);
            place.next = 0;
        }
        let changed = || FileRefused::Changed { file: self.path.display().to_string() };
        let mut rows = Vec::with_capacity(CHUNK_LINES);
        while place.next < chunk.to {
            let row = place.reader.as_mut().expect("opened above").next_row()?.ok_or_else(changed)?;
            if chunk.from <= place.next {
                rows.push(row);
            }
            place.next += 1;
        }
        place.kept = Some((chunk.from, rows.clone()));
        place.tries = 1;
        Ok((rows, 1))
    }
}

impl ChunkWork for ImportWork {
    const KIND: &'static str = "billing.import";

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let (rows, tries) = self.rows(chunk).await.map_err(refused)?;
        let mut rejects = Vec::new();
        let classes = revenue::class_codes(entry).await?;
        let class_field = &self.act.mapping.columns.class;
        let mut good = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Ok(row) if classes.contains(&row.class) => good.push(row),
                Ok(row) => rejects.push(Reject {
                    line: row.line,
                    row: row.row.clone(),
                    field: class_field.clone(),
                    rule: "class",
                    message: format!("'{}' is not a customer class of this town", row.class),
                }),
                Err(reject) => rejects.push(reject),
            }
        }
        let (points, opened) = self.points(entry, &good, &mut rejects).await?;
        self.reject_before_agreement(&mut good, &points, &mut rejects);
        if 1 < tries {
            let field = self.act.mapping.columns.of_service_point();
            reject_repeated(entry, (&mut good, &points), field, &mut rejects).await?;
        }
        let rows = self.record(entry, chunk, &good, &points).await?;
        rejects.sort_by_key(|reject| reject.line);
        store::insert_rejects(entry, chunk.order, &rejects).await?;
        let rejected = i64::try_from(rejects.len()).map_err(|_| Fault::new("too many rejects"))?;
        let report = ImportReport { rows, rejected, opened };
        let mut digest = DigestBuilder::new();
        digest.text(&self.act.digest).int(chunk.from).int(chunk.to);
        Ok(ChunkDone { outcome: write_outcome(&report)?, digest: digest.finish() })
    }
}

type Points = BTreeMap<String, (ServicePointId, PointAgreement)>;

impl ImportWork {
    /// Who answers for the service points of some rows; opens what the mapping lets it open.
    async fn points(
        &self,
        entry: &mut Entry,
        rows: &[Row],
        rejects: &mut Vec<Reject>,
    ) -> Result<(Points, i64), Failure> {
        let wanted: BTreeSet<&str> = rows.iter().map(|row| row.service_point.as_str()).collect();
        let wanted: Vec<&str> = wanted.into_iter().collect();
        let known = premises::service_points_by_reference(entry, &wanted).await?;
        let ids: Vec<ServicePointId> = known.values().copied().collect();
        let answers = store::point_agreements(entry, &ids).await?;
        let mut points: Points = known
            .into_iter()
            .filter_map(|(reference, id)| Some((reference, (id, answers.get(&id).copied()?))))
            .collect();
        let cycle = match &self.act.mapping.open {
            Some(open) => store::cycle_by_code(entry, &open.cycle).await?.map(|cycle| cycle.id),
            None => None,
        };
        let mut to_open: BTreeMap<&str, NewService> = BTreeMap::new();
        for row in rows.iter().filter(|row| !points.contains_key(&row.service_point)) {
            match self.service_for(row, cycle) {
                Some(service) => {
                    to_open.entry(&row.service_point).or_insert(service);
                }
                None => rejects.push(Reject {
                    line: row.line,
                    row: row.row.clone(),
                    field: self.act.mapping.columns.of_service_point().to_owned(),
                    rule: "service_point",
                    message: format!("nobody has an agreement for service point '{}'", row.service_point),
                }),
            }
        }
        let services: Vec<NewService> = to_open.into_values().collect();
        let opened = i64::try_from(services.len()).map_err(|_| Fault::new("too many services"))?;
        if opened != 0 {
            points.extend(open_services(entry, &services).await?);
        }
        Ok((points, opened))
    }

    /// Rejects rows for days that no agreement covers: they would be on no bill.
    fn reject_before_agreement(&self, rows: &mut Vec<Row>, points: &Points, rejects: &mut Vec<Reject>) {
        rows.retain(|row| {
            let starts_on = points.get(&row.service_point).map(|(_, answers)| answers.starts_on);
            let Some(starts_on) = starts_on.filter(|starts_on| row.period.to() <= *starts_on) else { return true };
            rejects.push(Reject {
                line: row.line,
                row: row.row.clone(),
                field: self.act.mapping.columns.read_on.clone(),
                rule: "agreement",
                message: format!("service point '{}' has no agreement before {starts_on}", row.service_point),
            });
            false
        });
    }

    /// The service that a row opens, if the mapping lets it.
    fn service_for(&self, row: &Row, cycle: Option<CycleId>) -> Option<NewService> {
        let open = self.act.mapping.open.as_ref()?;
        Some(NewService {
            address: String::new(),
            customer: row.customer.clone(),
            service_point: row.service_point.clone(),
            service: open.service.clone(),
            schedule: open.schedule.clone(),
            profile: RateProfile { class: row.class.clone(), dimensions: open.dimensions.clone() },
            cycle: cycle?,
            starts_on: open.starts_on,
        })
    }

    async fn record(&self, entry: &mut Entry, chunk: &Chunk, rows: &[Row], points: &Points) -> Result<i64, Fault> {
        let mut ids = entry.ids("consumption", rows.len()).await?;
        let mut consumption = Vec::with_capacity(rows.len());
        for row in rows {
            let Some((point, answers)) = points.get(&row.service_point) else { continue };
            consumption.push(NewConsumption {
                id: ids.take(),
                account: answers.account,
                service_point: *point,
                register: 1,
                revision: 1,
                period: row.period,
                read_on: row.read_on,
                quantity: row.quantity,
                source: format!("{}/{}", chunk.order.0, row.line),
                is_estimated: row.is_estimated,
                is_vacant: row.is_vacant,
                registered_steps: None,
                findings: String::new(),
                grounds: String::new(),
            });
        }
        let count = i64::try_from(consumption.len()).map_err(|_| Fault::new("too many rows"))?;
        metering::insert_consumption(entry, consumption).await?;
        Ok(count)
    }
}

/// Rejects rows for which there is consumption already, in the database or earlier in the chunk.
async fn reject_repeated(
    read: &mut Read,
    (rows, points): (&mut Vec<Row>, &Points),
    field: &str,
    rejects: &mut Vec<Reject>,
) -> Result<(), Fault> {
    let accounts: Vec<kernel::AccountId> = points.values().map(|(_, answers)| answers.account).collect();
    let mut there = metering::periods_of(read, &accounts).await?;
    rows.retain(|row| {
        let Some((point, _)) = points.get(&row.service_point) else { return true };
        if there.insert((*point, row.period.from())) {
            return true;
        }
        rejects.push(Reject {
            line: row.line,
            row: row.row.clone(),
            field: field.to_owned(),
            rule: "once",
            message: format!("service point '{}' already has consumption for {}", row.service_point, row.period),
        });
        false
    });
    Ok(())
}
