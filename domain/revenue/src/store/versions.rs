//! Rate versions: proposed, standing, superseded, and the first run that used each.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{ActId, RateVersionId};
use rates::Schedule;

use crate::{ListedRates, RatesState};

/// A stored version as text.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VersionText {
    /// The version's id.
    pub rate_version_id: i64,
    /// The schedule it belongs to.
    pub schedule_code: String,
    /// The first day it holds.
    pub effective_on: NaiveDate,
    /// A schedule with exactly this version.
    pub schedule_text: String,
}

/// The version that stands for a date: the one that was not superseded.
pub(crate) struct Standing {
    pub(crate) id: RateVersionId,
    pub(crate) text: String,
    /// The number of the first run that used it.
    pub(crate) used_by: Option<i64>,
}

/// A proposal about to be recorded; its text has exactly one version.
pub(crate) struct NewProposal<'a> {
    pub(crate) schedule: &'a Schedule,
    pub(crate) effective_on: NaiveDate,
    pub(crate) number: i64,
    pub(crate) proposed_on: NaiveDate,
    pub(crate) act: ActId,
}

#[derive(sqlx::FromRow)]
struct StateRow {
    schedule_code: String,
    effective_on: NaiveDate,
    proposal_no: Option<i64>,
    superseded_reason: Option<String>,
    run_number: Option<i64>,
}

/// All versions of all schedules that stand, by id.
pub async fn version_texts(read: &mut Read) -> Result<Vec<VersionText>, Fault> {
    const SQL: &str = "
        select rate_version_id, schedule_code, effective_on, schedule_text
        from rate_version
        where superseded_act_id is null
        order by rate_version_id";
    read.all(SQL, vec![]).await
}

/// The ids of all versions, each with whether it was superseded. Ids do not follow the order of recording: each
/// process on PostgreSQL has a block of its own.
pub(crate) async fn version_ids(read: &mut Read) -> Result<Vec<(RateVersionId, bool)>, Fault> {
    const SQL: &str = "
        select rate_version_id, superseded_act_id is not null as is_superseded
        from rate_version
        order by rate_version_id";
    let rows: Vec<(i64, bool)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(id, is_superseded)| (RateVersionId(id), is_superseded)).collect())
}

/// These versions.
pub(crate) async fn versions(read: &mut Read, ids: &[RateVersionId]) -> Result<Vec<VersionText>, Fault> {
    const SQL: &str = "
        select rate_version_id, schedule_code, effective_on, schedule_text
        from rate_version
        where rate_version_id in ({list})";
    let keys: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    read.listed(SQL, &keys).await
}

/// The version of a schedule that stands for a date.
pub(crate) async fn standing_version(
    read: &mut Read,
    schedule: &str,
    effective_on: NaiveDate,
) -> Result<Option<Standing>, Fault> {
    const SQL: &str = "
        select v.rate_version_id, v.schedule_text, u.run_number
        from rate_version v
        left join rate_version_use u on u.rate_version_id = v.rate_version_id
        where v.schedule_code = $1 and v.effective_on = $2 and v.superseded_act_id is null";
    let row: Option<(i64, String, Option<i64>)> = read.one(SQL, vec![schedule.into(), effective_on.into()]).await?;
    Ok(row.map(|(id, text, used_by)| Standing { id: RateVersionId(id), text, used_by }))
}

/// Records a schedule that has exactly one version, with the proposal it comes from.
pub(crate) async fn insert_version(
    tx: &mut Tx,
    act: ActId,
    schedule: &Schedule,
    proposal: Option<i64>,
) -> Result<RateVersionId, Fault> {
    const SCHEDULE: &str = "
        insert into rate_schedule (code, service, title)
        values ($1, $2, $3)
        on conflict (code) do nothing";
    const VERSION: &str = "
        insert into rate_version
            (rate_version_id, schedule_code, effective_on, schedule_text, digest, act_id, proposal_no)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let code = schedule.code.as_str();
    tx.run(SCHEDULE, vec![code.into(), schedule.service.as_str().into(), schedule.title.title("en").into()]).await?;
    let id: RateVersionId = tx.id("rate_version").await?;
    let effective_on = schedule.versions.first().map(|version| version.effective_on);
    let effective_on = effective_on.ok_or_else(|| Fault::new("a schedule without a version"))?;
    let (text, digest) = (schedule.to_text(), schedule.digest());
    let args =
        vec![id.into(), code.into(), effective_on.into(), text.into(), digest.into(), act.into(), proposal.into()];
    tx.run_once(VERSION, args).await?;
    Ok(id)
}

/// Marks a version as superseded.
pub(crate) async fn mark_superseded(tx: &mut Tx, id: RateVersionId, act: ActId, reason: &str) -> Result<(), Fault> {
    const SQL: &str = "
        update rate_version
        set superseded_act_id = $2, superseded_reason = $3
        where rate_version_id = $1 and superseded_act_id is null";
    tx.run_once(SQL, vec![id.into(), act.into(), reason.into()]).await
}

/// The number the next proposal of a schedule and date gets, from 1.
pub(crate) async fn next_proposal(read: &mut Read, schedule: &str, effective_on: NaiveDate) -> Result<i64, Fault> {
    const SQL: &str = "
        select max(proposal_no)
        from rate_proposal
        where schedule_code = $1 and effective_on = $2";
    Ok(read.number(SQL, vec![schedule.into(), effective_on.into()]).await?.unwrap_or(0) + 1)
}

/// Records a proposal.
pub(crate) async fn insert_proposal(tx: &mut Tx, new: NewProposal<'_>) -> Result<(), Fault> {
    const SQL: &str = "
        insert into rate_proposal
            (schedule_code, effective_on, proposal_no, schedule_text, digest, proposed_on, act_id)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let args = vec![
        new.schedule.code.as_str().into(),
        new.effective_on.into(),
        new.number.into(),
        new.schedule.to_text().into(),
        new.schedule.digest().into(),
        new.proposed_on.into(),
        new.act.into(),
    ];
    tx.run_once(SQL, args).await
}

/// How far every version is, by schedule, date and the order of the acts.
pub(crate) async fn version_states(read: &mut Read) -> Result<Vec<ListedRates>, Fault> {
    const SQL: &str = "
        select v.schedule_code, v.effective_on, v.proposal_no, v.superseded_reason, u.run_number
        from rate_version v
        left join rate_version_use u on u.rate_version_id = v.rate_version_id
        order by v.schedule_code, v.effective_on, v.act_id, v.rate_version_id";
    let rows: Vec<StateRow> = read.all(SQL, vec![]).await?;
    let listed = |row: StateRow| {
        let state = match (row.superseded_reason, row.run_number) {
            (Some(reason), _) => RatesState::Superseded { reason },
            (None, Some(run)) => RatesState::Locked { run },
            (None, None) => RatesState::Scheduled,
        };
        let (schedule, effective_on) = (row.schedule_code, row.effective_on);
        ListedRates { schedule, effective_on, proposal: row.proposal_no, state }
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Holds all schedules until the transaction ends: whoever changes which version stands waits.
pub async fn share_rates(tx: &mut Tx) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select code
            from rate_schedule
            order by code
            for key share
        ) held";
    tx.hold(SQL, vec![]).await
}

/// Waits until no run works with a schedule any more, and lets none begin to until the transaction ends.
pub(crate) async fn lock_schedule(tx: &mut Tx, schedule: &str) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select code
            from rate_schedule
            where code = $1
            for update
        ) held";
    tx.hold(SQL, vec![schedule.into()]).await
}

/// Notes that a run uses these versions, which locks them; the first run that did stays noted.
pub async fn note_uses(
    tx: &mut Tx,
    (act, run_number): (ActId, i64),
    versions: &BTreeSet<RateVersionId>,
) -> Result<(), Fault> {
    const KNOWN: &str = "
        select rate_version_id
        from rate_version_use
        where rate_version_id in ({list})";
    const SQL: &str = "
        insert into rate_version_use (rate_version_id, run_number, act_id)
        values ($1, $2, $3)
        on conflict (rate_version_id) do nothing";
    let keys: Vec<Value> = versions.iter().map(|id| Value::from(*id)).collect();
    let known: Vec<(i64,)> = tx.listed(KNOWN, &keys).await?;
    for id in versions.iter().filter(|id| !known.contains(&(id.0,))) {
        tx.run(SQL, vec![(*id).into(), run_number.into(), act.into()]).await?;
    }
    Ok(())
}
