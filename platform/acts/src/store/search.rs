//! The SQL of looking things up in the log.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Value};
use kernel::{ActId, ActorId, Digest};

use crate::{LogFilter, LogHead, LoggedAct};

/// An entry of the log as people read it.
#[derive(sqlx::FromRow)]
struct LogRow {
    act_id: i64,
    kind: String,
    actor_id: i64,
    subject_kind: String,
    subject_id: i64,
    reason: String,
    command: String,
    outcome: String,
    journal_digest: Option<Vec<u8>>,
    business_on: NaiveDate,
    entered_at: DateTime<Utc>,
}

/// Entries of the log without what was kept apart from them, of which rows the rest says.
macro_rules! select_entries {
    ($rest:literal) => {
        concat!(
            "select a.act_id, a.kind, a.actor_id, a.subject_kind, a.subject_id, a.reason, a.command, a.outcome,
                    a.journal_digest, a.business_on, a.entered_at
             from act a
             ",
            $rest
        )
    };
}

/// Before all days, and after all.
const DAYS: (&str, &str) = ("0001-01-01", "9999-12-31");

pub(crate) async fn search(
    read: &mut Read,
    filter: &LogFilter,
    before: ActId,
    limit: i64,
) -> Result<Vec<LoggedAct>, Fault> {
    const ALL: &str = select_entries!(
        "where a.act_id < $1 and ($2 = -1 or a.actor_id = $2) and ($3 = '' or a.kind = $3)
           and $4 <= a.business_on and a.business_on <= $5
         order by a.act_id desc
         limit $6"
    );
    // The same on one subject, which has an index.
    const ON_SUBJECT: &str = select_entries!(
        "where a.act_id < $1 and ($2 = -1 or a.actor_id = $2) and ($3 = '' or a.kind = $3)
           and $4 <= a.business_on and a.business_on <= $5
           and a.subject_kind = $7 and a.subject_id = $8
         order by a.act_id desc
         limit $6"
    );
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

pub(crate) async fn log_page(read: &mut Read, after: i64, limit: i64) -> Result<Vec<LoggedAct>, Fault> {
    const SQL: &str = select_entries!(
        "where $1 < a.act_id
         order by a.act_id
         limit $2"
    );
    let rows: Vec<LogRow> = read.all(SQL, vec![after.into(), limit.into()]).await?;
    Ok(rows.into_iter().map(LogRow::logged).collect())
}

pub(crate) async fn heads(read: &mut Read, acts: &[ActId]) -> Result<BTreeMap<ActId, LogHead>, Fault> {
    const SQL: &str = "
        select act_id, kind, actor_id, business_on
        from act
        where act_id in ({list})";
    let keys: Vec<Value> = acts.iter().map(|act| Value::from(*act)).collect();
    let rows: Vec<(i64, String, i64, NaiveDate)> = read.listed(SQL, &keys).await?;
    let head = |(act, kind, actor, business_on)| (ActId(act), LogHead { kind, actor: ActorId(actor), business_on });
    Ok(rows.into_iter().map(head).collect())
}

impl LogRow {
    fn logged(self) -> LoggedAct {
        LoggedAct {
            act: ActId(self.act_id),
            kind: self.kind,
            actor: ActorId(self.actor_id),
            subject: format!("{} {}", self.subject_kind, self.subject_id),
            reason: self.reason,
            command: self.command,
            outcome: self.outcome,
            journals: self.journal_digest.as_deref().and_then(Digest::from_bytes),
            business_on: self.business_on,
            entered_at: self.entered_at,
        }
    }
}

/// The position in the chain at which an entry is sealed; `None` while no seal protects it.
pub async fn seal_position(read: &mut Read, act: ActId) -> Result<Option<i64>, Fault> {
    const SQL: &str = "
        select position
        from seal
        where act_id = $1";
    read.number(SQL, vec![act.into()]).await
}
