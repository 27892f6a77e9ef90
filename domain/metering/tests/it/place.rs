//! A place with service points, whose meters come in by files.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use acts::{Act, By, Failure};
use chrono::NaiveDate;
use db::{DoorKey, Engine, Read, Rows};
use imports::{FileReject, ImportReport, ImportWork, Imported, Intake, Outlet, Scope, SurveyedFile, export, survey};
use jobs::{Worker, kind_of};
use kernel::ServicePointId;
use metering::intake::{Meters, Reads};
use testkit::{TestDb, actor, open_door};

/// The header of files of meters.
pub(crate) const METERS: &str =
    "meter,unit,dials,multiplier,size,service_point,installed_on,install_count,removed_on,removal_count\n";
/// The header of files of reads.
pub(crate) const READS: &str = "meter,service_point,read_on,count,kind,code\n";

/// A database with the service points `p1`, `p2` … of which the ids are 1, 2 …
pub(crate) struct Place {
    pub(crate) base: TestDb,
}

/// What a file did: what it reports, and of each reject line, field and rule.
pub(crate) type Told = (ImportReport, Vec<(i64, String, String)>);

static KEYS: AtomicI64 = AtomicI64::new(0);

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn key() -> By {
    let key = format!("key {}", KEYS.fetch_add(1, Ordering::Relaxed));
    By { actor: actor(1), reason: "test".to_owned(), key }
}

/// How many records came in, how many changed, were there already, were rejected.
pub(crate) fn report(new: i64, changed: i64, unchanged: i64, rejected: i64) -> ImportReport {
    ImportReport { new, changed, unchanged, rejected }
}

impl Place {
    pub(crate) async fn new(engine: Engine, points: i64) -> Place {
        let base = TestDb::new(engine).await;
        let mut rows = Rows::new("service_point", &["service_point_id", "reference", "service", "address"]);
        for point in 1..=points {
            rows.push([point.into(), format!("p{point}").into(), "water".into(), "".into()]);
        }
        base.db.load(&DoorKey::for_the_door(), rows).await.unwrap();
        Place { base }
    }

    pub(crate) async fn read(&self) -> Read {
        self.base.db.read().await.unwrap()
    }

    /// Carries out an act of which the refusal's code is told.
    pub(crate) async fn act<A: Act>(&self, act: &A) -> Result<A::Outcome, &'static str> {
        match open_door(&self.base.db).carry_out(&key(), act).await {
            Ok(done) => Ok(done.outcome),
            Err(Failure::Refused(refusal)) => Err(refusal.code()),
            Err(Failure::Fault(fault)) => panic!("{fault}"),
            Err(Failure::Waiting(waiting)) => panic!("{waiting}"),
        }
    }

    /// Records that a file is to come in; nothing of it does yet.
    pub(crate) async fn begin(
        &self,
        intake: &Arc<dyn Intake>,
        text: &[u8],
    ) -> (tempfile::TempDir, SurveyedFile, Imported) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, text).unwrap();
        let surveyed = survey(intake, &path, None, Scope::WhatCan).unwrap();
        let by = By { key: surveyed.key.clone(), ..key() };
        let imported = open_door(&self.base.db).carry_out(&by, &surveyed.act).await.unwrap().outcome;
        (folder, surveyed, imported)
    }

    /// Brings in what is left of a file.
    pub(crate) async fn finish(&self, intake: Arc<dyn Intake>, folder: &tempfile::TempDir, imported: Imported) -> Told {
        let path = folder.path().join("file.csv");
        let kind = kind_of(move |inputs: &str| ImportWork::new(inputs, intake.clone(), &path));
        let worker = Worker::new(open_door(&self.base.db), vec![kind]);
        worker.finish(&key(), imported.order, &|_| {}).await.unwrap();
        let mut read = self.read().await;
        let rejects = imports::rejects(&mut read, imported.order, 0, 1000).await.unwrap();
        let short = |reject: FileReject| (reject.line, reject.field, reject.rule);
        (imported.report(&mut read).await.unwrap(), rejects.into_iter().map(short).collect())
    }

    async fn import(&self, intake: Arc<dyn Intake>, text: &[u8]) -> Told {
        let (folder, _, imported) = self.begin(&intake, text).await;
        self.finish(intake, &folder, imported).await
    }

    pub(crate) async fn meters(&self, lines: &str) -> Told {
        self.import(Arc::new(Meters), format!("{METERS}{lines}").as_bytes()).await
    }

    pub(crate) async fn reads(&self, lines: &str) -> Told {
        self.import(Arc::new(Reads), format!("{READS}{lines}").as_bytes()).await
    }

    pub(crate) async fn import_bytes(&self, intake: Arc<dyn Intake>, bytes: &[u8]) -> Told {
        self.import(intake, bytes).await
    }

    pub(crate) async fn export(&self, outlet: &dyn Outlet) -> String {
        let mut out = Vec::new();
        export(&mut self.read().await, outlet, day("2026-07-01"), &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Every revision of what was read at a service point: day, revision, meter, count, code.
    pub(crate) async fn history(&self, point: i64) -> Vec<String> {
        let mut read = self.read().await;
        let records = metering::read_history(&mut read, ServicePointId(point)).await.unwrap();
        let meters: Vec<_> = records.iter().map(|record| record.meter).collect();
        let meters = metering::meters_by_id(&mut read, &meters).await.unwrap();
        let told = records.iter().map(|record| {
            let count = record.seen.map_or_else(|| "withdrawn".to_owned(), |seen| seen.count.to_string());
            let meter = &meters[&record.meter].serial_number;
            format!("{} {} {meter} {count} {}", record.read_on, record.revision, record.code).trim_end().to_owned()
        });
        told.collect()
    }
}
