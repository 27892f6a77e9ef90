//! What pages about rates ask: schedules with all their versions and proposals, classes, and where charges go.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Tx};
use kernel::{ActId, LedgerAccountId, RateVersionId};

use super::books;
use crate::{RatesState, RevenueLine, TaxLine};

/// A rate schedule by its names.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ScheduleTitle {
    /// The code.
    pub code: String,
    /// The service it prices.
    pub service: String,
    /// What a resident reads, in English.
    pub title: String,
}

/// A version that was recorded, with all that is known about how it came and went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRates {
    /// The version.
    pub id: RateVersionId,
    /// The schedule.
    pub schedule: String,
    /// The first day.
    pub effective_on: NaiveDate,
    /// A schedule with exactly this version.
    pub text: String,
    /// The proposal it was made of.
    pub proposal: Option<i64>,
    /// How far it is: scheduled, locked or superseded.
    pub state: RatesState,
    /// What recorded it.
    pub act: ActId,
    /// What superseded it.
    pub superseded_by: Option<ActId>,
}

/// A proposal, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateProposal {
    /// The schedule.
    pub schedule: String,
    /// The first day the rates are to hold.
    pub effective_on: NaiveDate,
    /// Its number among the proposals of the date.
    pub number: i64,
    /// A schedule with exactly the version proposed.
    pub text: String,
    /// The day it was proposed.
    pub proposed_on: NaiveDate,
    /// What recorded it.
    pub act: ActId,
    /// The version that was made of it, the last one if it was scheduled again.
    pub version: Option<RateVersionId>,
    /// What took it back, and why.
    pub withdrawn: Option<(ActId, String)>,
}

/// Where each charge, tax and expense of the city goes in the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhereItGoes {
    /// Revenue lines by code.
    pub lines: Vec<RevenueLine>,
    /// Taxes by authority and code.
    pub taxes: Vec<TaxLine>,
    /// Revenue code and the expense account of what the city bears itself.
    pub expenses: BTreeMap<String, LedgerAccountId>,
}

#[derive(sqlx::FromRow)]
struct RecordedRow {
    rate_version_id: i64,
    schedule_code: String,
    effective_on: NaiveDate,
    schedule_text: String,
    proposal_no: Option<i64>,
    act_id: i64,
    superseded_act_id: Option<i64>,
    superseded_reason: Option<String>,
    run_number: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ProposalRow {
    schedule_code: String,
    effective_on: NaiveDate,
    proposal_no: i64,
    schedule_text: String,
    proposed_on: NaiveDate,
    act_id: i64,
    rate_version_id: Option<i64>,
    withdrawn_act_id: Option<i64>,
    withdrawn_reason: Option<String>,
}

/// All rate schedules, by service and code.
pub async fn schedule_titles(read: &mut Read) -> Result<Vec<ScheduleTitle>, Fault> {
    const SQL: &str = "
        select code, service, title
        from rate_schedule
        order by service, code";
    read.all(SQL, vec![]).await
}

/// The codes of all customer classes with their titles.
pub async fn class_titles(read: &mut Read) -> Result<BTreeMap<String, String>, Fault> {
    const SQL: &str = "
        select code, title
        from service_class
        order by code";
    let rows: Vec<(String, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().collect())
}

/// Every version of a schedule, or of all of them, by schedule, date and the order of recording.
pub async fn recorded_rates(read: &mut Read, schedule: Option<&str>) -> Result<Vec<RecordedRates>, Fault> {
    const SQL: &str = "
        select v.rate_version_id, v.schedule_code, v.effective_on, v.schedule_text, v.proposal_no, v.act_id,
            v.superseded_act_id, v.superseded_reason, u.run_number
        from rate_version v
        left join rate_version_use u on u.rate_version_id = v.rate_version_id
        where $1 = '' or v.schedule_code = $1
        order by v.schedule_code, v.effective_on, v.act_id, v.rate_version_id";
    let rows: Vec<RecordedRow> = read.all(SQL, vec![schedule.unwrap_or("").into()]).await?;
    let recorded = |row: RecordedRow| {
        let state = match (row.superseded_reason, row.run_number) {
            (Some(reason), _) => RatesState::Superseded { reason },
            (None, Some(run)) => RatesState::Locked { run },
            (None, None) => RatesState::Scheduled,
        };
        RecordedRates {
            id: RateVersionId(row.rate_version_id),
            schedule: row.schedule_code,
            effective_on: row.effective_on,
            text: row.schedule_text,
            proposal: row.proposal_no,
            state,
            act: ActId(row.act_id),
            superseded_by: row.superseded_act_id.map(ActId),
        }
    };
    Ok(rows.into_iter().map(recorded).collect())
}

/// Of a schedule, or of all where it is empty; with a number above zero, the one of that date and number.
const PROPOSALS: &str = "
        select p.schedule_code, p.effective_on, p.proposal_no, p.schedule_text, p.proposed_on, p.act_id,
            (select max(v.rate_version_id)
                from rate_version v
                where v.schedule_code = p.schedule_code and v.effective_on = p.effective_on
                    and v.proposal_no = p.proposal_no) as rate_version_id,
            w.act_id as withdrawn_act_id, w.reason as withdrawn_reason
        from rate_proposal p
        left join rate_withdrawal w on w.schedule_code = p.schedule_code and w.effective_on = p.effective_on
            and w.proposal_no = p.proposal_no
        where ($1 = '' or p.schedule_code = $1) and ($3 = 0 or (p.effective_on = $2 and p.proposal_no = $3))
        order by p.schedule_code, p.effective_on, p.proposal_no";

/// Every proposal of a schedule, or of all of them, by schedule, date and number.
pub async fn rate_proposals(read: &mut Read, schedule: Option<&str>) -> Result<Vec<RateProposal>, Fault> {
    let args = vec![schedule.unwrap_or("").into(), NaiveDate::default().into(), 0_i64.into()];
    let rows: Vec<ProposalRow> = read.all(PROPOSALS, args).await?;
    Ok(rows.into_iter().map(proposal).collect())
}

/// One proposal, by schedule, date and number.
pub async fn rate_proposal(
    read: &mut Read,
    (schedule, effective_on, number): (&str, NaiveDate, i64),
) -> Result<Option<RateProposal>, Fault> {
    if schedule.is_empty() || number < 1 {
        return Ok(None);
    }
    let row: Option<ProposalRow> =
        read.one(PROPOSALS, vec![schedule.into(), effective_on.into(), number.into()]).await?;
    Ok(row.map(proposal))
}

fn proposal(row: ProposalRow) -> RateProposal {
    RateProposal {
        schedule: row.schedule_code,
        effective_on: row.effective_on,
        number: row.proposal_no,
        text: row.schedule_text,
        proposed_on: row.proposed_on,
        act: ActId(row.act_id),
        version: row.rate_version_id.map(RateVersionId),
        withdrawn: row.withdrawn_act_id.map(ActId).zip(row.withdrawn_reason),
    }
}

/// Records that a proposal was taken back.
pub(crate) async fn insert_withdrawal(
    tx: &mut Tx,
    (schedule, effective_on, number): (&str, NaiveDate, i64),
    (act, reason): (ActId, &str),
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into rate_withdrawal (schedule_code, effective_on, proposal_no, act_id, reason)
        values ($1, $2, $3, $4, $5)";
    let args = vec![schedule.into(), effective_on.into(), number.into(), act.into(), reason.into()];
    tx.run_once(SQL, args).await
}

/// Where charges go, for whoever looks.
pub async fn where_it_goes(read: &mut Read) -> Result<WhereItGoes, Fault> {
    let books = books(read).await?;
    let (lines, taxes) = (books.lines.into_values().collect(), books.taxes.into_values().collect());
    Ok(WhereItGoes { lines, taxes, expenses: books.expenses })
}
