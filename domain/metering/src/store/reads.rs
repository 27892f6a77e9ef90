//! The SQL of what was read of meters.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, packed_day, unpack};
use kernel::{ActId, MeterId, ServicePointId};

use crate::{MeterRead, ReadKind, ReadRecord, Seen};

/// The kind of a revision that says there was no read.
const WITHDRAWN: &str = "withdrawn";

#[derive(sqlx::FromRow)]
pub(super) struct ReadRow {
    service_point_id: i64,
    read_on: NaiveDate,
    revision: i64,
    meter_id: i64,
    count_read: Option<i64>,
    kind: String,
    code: String,
    source: String,
    reason: Option<String>,
    act_id: i64,
}

impl ReadRow {
    pub(super) fn record(self) -> Result<ReadRecord, Fault> {
        let impossible = |column| {
            let row = format!("{} on {}", self.service_point_id, self.read_on);
            Fault::impossible_row("meter_read", column, row)
        };
        let seen = match (self.kind.as_str(), self.count_read) {
            (WITHDRAWN, _) => None,
            (kind, Some(count)) => Some(Seen { count, kind: ReadKind::parse(kind).ok_or_else(|| impossible("kind"))? }),
            (_, None) => return Err(impossible("count_read")),
        };
        Ok(ReadRecord {
            service_point: ServicePointId(self.service_point_id),
            read_on: self.read_on,
            revision: self.revision,
            meter: MeterId(self.meter_id),
            seen,
            code: self.code,
            source: self.source,
            reason: self.reason,
            act: ActId(self.act_id),
        })
    }
}

/// Records reads and their corrections.
pub async fn insert_reads(tx: &mut Tx, reads: Vec<ReadRecord>) -> Result<(), Fault> {
    let columns = [
        "service_point_id",
        "read_on",
        "revision",
        "meter_id",
        "count_read",
        "kind",
        "code",
        "source",
        "reason",
        "act_id",
    ];
    let mut rows = Rows::new("meter_read", &columns);
    for read in reads {
        rows.push([
            read.service_point.into(),
            read.read_on.into(),
            read.revision.into(),
            read.meter.into(),
            read.seen.map(|seen| seen.count).into(),
            read.seen.map_or(WITHDRAWN, |seen| seen.kind.code()).into(),
            read.code.into(),
            read.source.into(),
            read.reason.into(),
            read.act.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Every revision of what was read at a service point, by day and revision: for people.
pub async fn read_history(read: &mut Read, point: ServicePointId) -> Result<Vec<ReadRecord>, Fault> {
    const SQL: &str = "
        select service_point_id, read_on, revision, meter_id, count_read, kind, code, source, reason, act_id
        from meter_read
        where service_point_id = $1
        order by read_on, revision";
    let rows: Vec<ReadRow> = read.all(SQL, vec![point.into()]).await?;
    rows.into_iter().map(ReadRow::record).collect()
}

/// The newest revision of each day from a first through a last at some service points, withdrawn or not.
pub async fn newest_reads(
    read: &mut Read,
    points: &[ServicePointId],
    (from, through): (NaiveDate, NaiveDate),
) -> Result<BTreeMap<(ServicePointId, NaiveDate), ReadRecord>, Fault> {
    const SQL: &str = "
        select service_point_id, read_on, revision, meter_id, count_read, kind, code, source, reason, act_id
        from meter_read
        where $1 <= read_on and read_on <= $2 and service_point_id in ({list})
        order by service_point_id, read_on, revision";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<ReadRow> = read.listed_with(SQL, &[from.into(), through.into()], &keys).await?;
    let mut newest = BTreeMap::new();
    for row in rows {
        let record = row.record()?;
        newest.insert((record.service_point, record.read_on), record);
    }
    Ok(newest)
}

/// The reads that stand at some service points, by day.
pub async fn reads_of(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, Vec<MeterRead>>, Fault> {
    const SQL: &str = "
        select service_point_id, read_on, revision, meter_id, count_read, kind, code, source, reason, act_id
        from meter_read
        where service_point_id in ({list})
        order by service_point_id, read_on, revision";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<ReadRow> = read.listed(SQL, &keys).await?;
    let mut newest = BTreeMap::new();
    for row in rows {
        let record = row.record()?;
        newest.insert((record.service_point, record.read_on), record);
    }
    let mut found: BTreeMap<ServicePointId, Vec<MeterRead>> = BTreeMap::new();
    for ((point, read_on), record) in newest {
        let Some(Seen { count, kind }) = record.seen else { continue };
        found.entry(point).or_default().push(MeterRead { read_on, meter: record.meter, count, kind });
    }
    Ok(found)
}

/// The reads from a day on that stand at service points `from..to`, by day, in one row: for work on a whole city.
pub async fn reads_between(
    read: &mut Read,
    (from, to): (ServicePointId, ServicePointId),
    since: NaiveDate,
) -> Result<BTreeMap<ServicePointId, Vec<MeterRead>>, Fault> {
    const SQL: &str = "
        select string_agg(format('%s %s %s %s %s %s', service_point_id, replace(cast(read_on as text), '-', ''),
                                 revision, meter_id, count_read,
                                 case kind when 'actual' then 0 when 'customer' then 1 else 2 end), ';')
        from meter_read
        where $1 <= service_point_id and service_point_id < $2 and $3 <= read_on";
    let packed: Option<(Option<String>,)> = read.one(SQL, vec![from.into(), to.into(), since.into()]).await?;
    let mut rows = Vec::new();
    for row in unpack::<6>(packed.and_then(|(packed,)| packed).as_deref())? {
        let [Some(point), Some(day), Some(revision), Some(meter), count, Some(kind)] = row else {
            return Err(Fault::impossible_row("meter_read", "read_on", format!("{row:?}")));
        };
        rows.push((point, day, revision, meter, count, kind));
    }
    rows.sort_unstable();
    let mut found: BTreeMap<ServicePointId, Vec<MeterRead>> = BTreeMap::new();
    let mut rows = rows.into_iter().peekable();
    while let Some((point, day, _, meter, count, kind)) = rows.next() {
        if rows.peek().is_some_and(|next| (next.0, next.1) == (point, day)) {
            continue;
        }
        let impossible = |column| Fault::impossible_row("meter_read", column, format!("{point} on {day}"));
        let kind = match kind {
            0 => ReadKind::Actual,
            1 => ReadKind::Customer,
            _ => continue,
        };
        let read_on = packed_day(day).ok_or_else(|| impossible("read_on"))?;
        let count = count.ok_or_else(|| impossible("count_read"))?;
        found.entry(ServicePointId(point)).or_default().push(MeterRead { read_on, meter: MeterId(meter), count, kind });
    }
    Ok(found)
}
