//! The SQL of classes, revenue lines, rate versions and rate profiles.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, unpack};
use kernel::{ActId, FundId, LedgerAccountId, RateProfileId, RateVersionId};
use rates::Schedule;

use crate::{RateProfile, RevenueLine};

#[derive(sqlx::FromRow)]
struct LineRow {
    code: String,
    service: String,
    title: String,
    fund_id: i64,
    receivable_id: i64,
    revenue_id: i64,
}

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

/// The codes of all customer classes.
pub async fn class_codes(read: &mut Read) -> Result<BTreeSet<String>, Fault> {
    let rows: Vec<(String,)> = read.all("select code from service_class", vec![]).await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// The codes of all rate schedules, each with its service.
pub async fn schedule_codes(read: &mut Read) -> Result<BTreeMap<String, String>, Fault> {
    let rows: Vec<(String, String)> = read.all("select code, service from rate_schedule", vec![]).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) async fn insert_class(tx: &mut Tx, code: &str, title: &str) -> Result<(), Fault> {
    const SQL: &str = "
        insert into service_class (code, title)
        values ($1, $2)
        on conflict (code) do nothing";
    tx.run(SQL, vec![code.into(), title.into()]).await?;
    Ok(())
}

pub(crate) async fn lines(read: &mut Read) -> Result<BTreeMap<String, RevenueLine>, Fault> {
    const SQL: &str = "
        select code, service, title, fund_id, receivable_id, revenue_id
        from revenue_line
        order by code";
    let rows: Vec<LineRow> = read.all(SQL, vec![]).await?;
    let line = |row: LineRow| RevenueLine {
        code: row.code,
        service: row.service,
        title: row.title,
        fund: FundId(row.fund_id),
        receivable: LedgerAccountId(row.receivable_id),
        revenue: LedgerAccountId(row.revenue_id),
    };
    Ok(rows.into_iter().map(line).map(|line| (line.code.clone(), line)).collect())
}

pub(crate) async fn insert_line(tx: &mut Tx, line: &RevenueLine) -> Result<(), Fault> {
    const SQL: &str = "
        insert into revenue_line (code, service, title, fund_id, receivable_id, revenue_id)
        values ($1, $2, $3, $4, $5, $6)";
    let args = vec![
        line.code.as_str().into(),
        line.service.as_str().into(),
        line.title.as_str().into(),
        line.fund.into(),
        line.receivable.into(),
        line.revenue.into(),
    ];
    tx.run_once(SQL, args).await
}

/// All versions of all schedules, by id.
pub async fn version_texts(read: &mut Read) -> Result<Vec<VersionText>, Fault> {
    const SQL: &str = "
        select rate_version_id, schedule_code, effective_on, schedule_text
        from rate_version
        order by rate_version_id";
    read.all(SQL, vec![]).await
}

/// The ids of all versions. Ids do not follow the order of recording: each process on PostgreSQL
/// has a block of its own.
pub(crate) async fn version_ids(read: &mut Read) -> Result<Vec<RateVersionId>, Fault> {
    let rows: Vec<(i64,)> = read.all("select rate_version_id from rate_version", vec![]).await?;
    Ok(rows.into_iter().map(|(id,)| RateVersionId(id)).collect())
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

/// Records a schedule that has exactly one version.
pub(crate) async fn insert_version(tx: &mut Tx, act: ActId, schedule: &Schedule) -> Result<RateVersionId, Fault> {
    const SCHEDULE: &str = "
        insert into rate_schedule (code, service, title)
        values ($1, $2, $3)
        on conflict (code) do nothing";
    const VERSION: &str = "
        insert into rate_version (rate_version_id, schedule_code, effective_on, schedule_text, digest, act_id)
        values ($1, $2, $3, $4, $5, $6)";
    let code = schedule.code.as_str();
    tx.run(SCHEDULE, vec![code.into(), schedule.service.as_str().into(), schedule.title.title("en").into()]).await?;
    let id: RateVersionId = tx.id("rate_version").await?;
    let effective_on = schedule.versions.first().map(|version| version.effective_on);
    let effective_on = effective_on.ok_or_else(|| Fault::new("a schedule without a version"))?;
    let text = schedule.to_text();
    let args = vec![id.into(), code.into(), effective_on.into(), text.into(), schedule.digest().into(), act.into()];
    tx.run_once(VERSION, args).await?;
    Ok(id)
}

/// The ids of all profiles.
pub(crate) async fn profile_ids(read: &mut Read) -> Result<Vec<RateProfileId>, Fault> {
    const SQL: &str = "
        select string_agg(format('%s', rate_profile_id), ';')
        from rate_profile";
    let packed: Option<(Option<String>,)> = read.one(SQL, vec![]).await?;
    let rows = unpack::<1>(packed.as_ref().and_then(|(packed,)| packed.as_deref()))?;
    Ok(rows.into_iter().filter_map(|[id]| id.map(RateProfileId)).collect())
}

/// These profiles.
pub(crate) async fn profiles(
    read: &mut Read,
    ids: &[RateProfileId],
) -> Result<BTreeMap<RateProfileId, RateProfile>, Fault> {
    const SQL: &str = "
        select rate_profile_id, class, dimensions
        from rate_profile
        where rate_profile_id in ({list})";
    let keys: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let rows: Vec<(i64, String, String)> = read.listed(SQL, &keys).await?;
    let mut profiles = BTreeMap::new();
    for (id, class, dimensions) in rows {
        let profile = RateProfile::parse(class, &dimensions);
        let profile = profile.ok_or_else(|| Fault::impossible_row("rate_profile", "dimensions", id))?;
        profiles.insert(RateProfileId(id), profile);
    }
    Ok(profiles)
}

/// The ids of these profiles; those not yet known are recorded.
pub async fn ensure_profiles(
    tx: &mut Tx,
    wanted: &BTreeSet<RateProfile>,
) -> Result<BTreeMap<RateProfile, RateProfileId>, Fault> {
    let ids = profile_ids(tx).await?;
    let known = profiles(tx, &ids).await?;
    let mut ids: BTreeMap<RateProfile, RateProfileId> = known.into_iter().map(|(id, profile)| (profile, id)).collect();
    let missing: Vec<&RateProfile> = wanted.iter().filter(|profile| !ids.contains_key(*profile)).collect();
    let mut block = tx.ids("rate_profile", missing.len()).await?;
    let mut rows = Rows::new("rate_profile", &["rate_profile_id", "class", "dimensions"]);
    for profile in missing {
        let id: RateProfileId = block.take();
        rows.push([id.into(), profile.class.as_str().into(), profile.dimensions_text().into()]);
        ids.insert(profile.clone(), id);
    }
    tx.bulk(rows).await?;
    Ok(ids)
}
