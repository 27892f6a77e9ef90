//! The SQL of looking things up in the log.

use db::{Fault, Read, Value};
use kernel::ActId;

use super::LogRow;
use crate::{LogFilter, LoggedAct};

/// Before all days, and after all.
const DAYS: (&str, &str) = ("0001-01-01", "9999-12-31");

pub(crate) async fn search(
    read: &mut Read,
    filter: &LogFilter,
    before: ActId,
    limit: i64,
) -> Result<Vec<LoggedAct>, Fault> {
    const ALL: &str = "
        select act_id, kind, actor_id, subject_kind, subject_id, reason, command, outcome, journal_digest, business_on,
               entered_at
        from act
        where act_id < $1 and ($2 = -1 or actor_id = $2) and ($3 = '' or kind = $3)
          and $4 <= business_on and business_on <= $5
        order by act_id desc
        limit $6";
    // The same on one subject, which has an index.
    const ON_SUBJECT: &str = "
        select act_id, kind, actor_id, subject_kind, subject_id, reason, command, outcome, journal_digest, business_on,
               entered_at
        from act
        where act_id < $1 and ($2 = -1 or actor_id = $2) and ($3 = '' or kind = $3)
          and $4 <= business_on and business_on <= $5
          and subject_kind = $7 and subject_id = $8
        order by act_id desc
        limit $6";
    let day = |day: &str| day.parse().map_err(|error| Fault::caused("reading a date", error));
    let mut args: Vec<Value> = vec![
        before.into(),
        filter.actor.map_or(-1, |actor| actor.0).into(),
        filter.kind.clone().unwrap_or_default().into(),
        filter.from.map_or_else(|| day(DAYS.0), Ok)?.into(),
        filter.through.map_or_else(|| day(DAYS.1), Ok)?.into(),
        limit.into(),
    ];
    let rows: Vec<LogRow> = match &filter.subject {
        None => read.all(ALL, args).await?,
        Some((kind, id)) => {
            args.extend([kind.as_str().into(), (*id).into()]);
            read.all(ON_SUBJECT, args).await?
        }
    };
    Ok(rows.into_iter().map(LogRow::logged).collect())
}

/// The position in the chain at which an entry is sealed; `None` while no seal protects it.
pub async fn seal_position(read: &mut Read, act: ActId) -> Result<Option<i64>, Fault> {
    const SQL: &str = "
        select position
        from seal
        where act_id = $1";
    read.number(SQL, vec![act.into()]).await
}
