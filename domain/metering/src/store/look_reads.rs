//! What pages ask of reads: the newest of some service points, page by page.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::ServicePointId;

use super::reads::ReadRow;
use crate::ReadRecord;

/// The newest reads of some service points through a day, in the revision that stands, withdrawn ones too; newest first,
/// no more revisions than a limit for each hundred or so of points.
pub async fn reads_through(
    read: &mut Read,
    points: &[ServicePointId],
    through: NaiveDate,
    limit: i64,
) -> Result<Vec<ReadRecord>, Fault> {
    const SQL: &str = "
        select service_point_id, read_on, revision, meter_id, count_read, kind, code, source, reason, act_id
        from meter_read
        where read_on <= $1 and service_point_id in ({list})
        order by read_on desc, service_point_id, revision desc
        limit $2";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<ReadRow> = read.listed_with(SQL, &[through.into(), limit.into()], &keys).await?;
    let mut newest: Vec<ReadRecord> = Vec::with_capacity(rows.len());
    for row in rows {
        let record = row.record()?;
        let is_older = |last: &ReadRecord| (last.service_point, last.read_on) == (record.service_point, record.read_on);
        if !newest.last().is_some_and(is_older) {
            newest.push(record);
        }
    }
    Ok(newest)
}
