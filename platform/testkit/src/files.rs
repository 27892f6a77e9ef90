//! Files given to a town and got back from it, by the way they come in earnest.

use std::sync::Arc;

use acts::{Act, Entry, Failure, Permission, Subject};
use db::Db;
use imports::{FileReject, ImportReport, ImportWork, Intake, Outlet, Record, Scope, Taken, export, survey};
use jobs::{Worker, kind_of};
use serde::Serialize;

use crate::{by, noon, open_door};

/// Imports a text of CSV whose columns have the names of the fields, and tells what became of it.
///
/// # Panics
/// When it is refused as a whole.
pub async fn import(db: &Db, intake: &Arc<dyn Intake>, text: &str) -> (ImportReport, Vec<FileReject>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("file.csv");
    std::fs::write(&path, text).expect("a file can be written");
    let surveyed = survey(intake, &path, None, Scope::WhatCan).expect("the file can be used");
    let done = open_door(db).carry_out(&by(&surveyed.key), &surveyed.act).await.expect("the import is taken");
    let intake = intake.clone();
    let kind = kind_of(move |inputs: &str| ImportWork::new(inputs, intake.clone(), &path));
    let worker = Worker::new(open_door(db), vec![kind]);
    let report = worker.finish(&by("job"), done.outcome.order, &|_| {}).await.expect("the import ends");
    assert!(report.progress.is_complete(), "{:?}", report.refusals);
    let mut read = db.read().await.expect("the database opens");
    let rejects = imports::rejects(&mut read, done.outcome.order, 0, i64::MAX).await.expect("rejects are read");
    (done.outcome.report(&mut read).await.expect("a report is read"), rejects)
}

/// Everything an outlet has on the day of the frozen clock, as CSV.
///
/// # Panics
/// When it cannot be read.
pub async fn exported(db: &Db, outlet: &dyn Outlet) -> String {
    let (mut out, mut read) = (Vec::new(), db.read().await.expect("the database opens"));
    export(&mut read, outlet, noon().date_naive(), &mut out).await.expect("everything can be read");
    String::from_utf8(out).expect("an export is text")
}

/// Hands records to an intake in portions of a size, each in a transaction of its own, as if chunks were that small.
///
/// # Panics
/// When a portion is refused.
pub async fn take_by(db: &Db, intake: &Arc<dyn Intake>, size: usize, records: &[Record]) -> Vec<Taken> {
    let mut all = Vec::new();
    for (number, portion) in records.chunks(size).enumerate() {
        let taken = std::sync::Mutex::new(Vec::new());
        let act = Portion { number, intake: intake.clone(), records: portion, taken: &taken };
        open_door(db).carry_out(&by(&format!("portion {number}")), &act).await.expect("a portion is taken");
        all.extend(taken.into_inner().expect("nobody died"));
    }
    all
}

#[derive(Serialize)]
struct Portion<'a> {
    number: usize,
    #[serde(skip)]
    intake: Arc<dyn Intake>,
    #[serde(skip)]
    records: &'a [Record],
    #[serde(skip)]
    taken: &'a std::sync::Mutex<Vec<Taken>>,
}

impl Act for Portion<'_> {
    const KIND: &'static str = "test.portion";
    type Outcome = ();

    fn permission(&self) -> Permission {
        self.intake.permission()
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let taken = self.intake.take(entry, "1", self.records).await?;
        *self.taken.lock().expect("nobody died") = taken;
        Ok(())
    }
}
