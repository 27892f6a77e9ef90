//! Taking lines of a file in one transaction: what reads is handed to the room, what does not is rejected.

use std::collections::BTreeMap;

use acts::{Entry, Failure};
use db::Fault;
use kernel::OrderId;

use crate::{FileReject, ImportReport, Intake, Line, Record, Reject, Taken};

/// What became of some lines.
pub(crate) struct LinesTaken {
    pub(crate) report: ImportReport,
    /// In the order of the lines.
    pub(crate) rejects: Vec<FileReject>,
}

/// Brings in the lines of one transaction.
pub(crate) async fn take_lines(
    entry: &mut Entry,
    intake: &dyn Intake,
    order: OrderId,
    header: &[String],
    lines: &[Line],
) -> Result<LinesTaken, Failure> {
    let (records, places, mut rejected) = sort(lines, intake.fields().first().map_or("", |field| field.name));
    let taken = intake.take(entry, &order.0.to_string(), &records).await?;
    if taken.len() != records.len() {
        let words = format!("{} records of {} went in and {} came back", records.len(), intake.kind(), taken.len());
        return Err(Fault::new(words).into());
    }
    let mut report = ImportReport::default();
    for (place, taken) in places.into_iter().zip(taken) {
        match taken {
            Taken::New => report.new += 1,
            Taken::Changed => report.changed += 1,
            Taken::Unchanged => report.unchanged += 1,
            Taken::Rejected(reject) => {
                rejected.insert(place, reject);
            }
        }
    }
    let rejects: Vec<FileReject> =
        rejected.into_iter().map(|(place, reject)| lines[place].rejected(reject, header)).collect();
    report.rejected = i64::try_from(rejects.len()).map_err(|_| Fault::new("too many rejects"))?;
    Ok(LinesTaken { report, rejects })
}

/// The records that make sense by themselves, where each is among the lines, and the other lines.
/// A record that says just what an earlier one says is one of the others.
fn sort(lines: &[Line], key_field: &str) -> (Vec<Record>, Vec<usize>, BTreeMap<usize, Reject>) {
    let (mut records, mut places, mut rejected) = (Vec::with_capacity(lines.len()), Vec::new(), BTreeMap::new());
    let mut seen = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        match &line.said {
            Err(reject) => {
                rejected.insert(place, reject.clone());
            }
            Ok(record) => match seen.get(&record.values) {
                Some(earlier) => {
                    let message = format!("line {earlier} of this file says just the same");
                    rejected.insert(place, Reject::new(key_field, "suspected_duplicate", message));
                }
                None => {
                    seen.insert(&record.values, record.line);
                    records.push(record.clone());
                    places.push(place);
                }
            },
        }
    }
    (records, places, rejected)
}
