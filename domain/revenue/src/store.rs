//! The SQL of classes, places in the books and rate profiles; that of rate versions beside it.

mod look_rates;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read, Rows, Tx, Value, unpack};
use kernel::{FundId, LedgerAccountId, RateProfileId};

use crate::books::Books;
use crate::{RateProfile, RevenueLine, TaxLine};

pub(crate) use look_rates::insert_withdrawal;
pub use look_rates::{
    RateProposal, RecordedRates, ScheduleTitle, WhereItGoes, class_titles, rate_proposal, rate_proposals,
    recorded_rates, schedule_titles, where_it_goes,
};
pub(crate) use versions::{
    NewProposal, Standing, insert_proposal, insert_version, lock_schedule, mark_superseded, next_proposal,
    standing_version, version_ids, version_states, versions,
};
pub use versions::{VersionText, note_uses, share_rates, version_texts};

#[derive(sqlx::FromRow)]
struct LineRow {
    code: String,
    service: String,
    title: String,
    fund_id: i64,
    receivable_id: i64,
    revenue_id: i64,
}

#[derive(sqlx::FromRow)]
struct TaxRow {
    authority: String,
    tax_code: String,
    revenue_code: String,
    title: String,
    liability_id: i64,
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

/// All that says where charges go in the books.
pub(crate) async fn books(read: &mut Read) -> Result<Books, Fault> {
    const TAXES: &str = "
        select authority, tax_code, revenue_code, title, liability_id
        from tax_line
        order by authority, tax_code";
    const EXPENSES: &str = "
        select revenue_code, expense_id
        from city_expense
        order by revenue_code";
    let lines = lines(read).await?;
    let taxes: Vec<TaxRow> = read.all(TAXES, vec![]).await?;
    let expenses: Vec<(String, i64)> = read.all(EXPENSES, vec![]).await?;
    let tax = |row: TaxRow| {
        let line = TaxLine {
            authority: row.authority,
            code: row.tax_code,
            revenue: row.revenue_code,
            title: row.title,
            liability: LedgerAccountId(row.liability_id),
        };
        ((line.authority.clone(), line.code.clone()), line)
    };
    Ok(Books {
        lines,
        taxes: taxes.into_iter().map(tax).collect(),
        expenses: expenses.into_iter().map(|(code, expense)| (code, LedgerAccountId(expense))).collect(),
    })
}

pub(crate) async fn insert_tax(tx: &mut Tx, tax: &TaxLine) -> Result<(), Fault> {
    const SQL: &str = "
        insert into tax_line (authority, tax_code, revenue_code, title, liability_id)
        values ($1, $2, $3, $4, $5)";
    let args = vec![
        tax.authority.as_str().into(),
        tax.code.as_str().into(),
        tax.revenue.as_str().into(),
        tax.title.as_str().into(),
        tax.liability.into(),
    ];
    tx.run_once(SQL, args).await
}

pub(crate) async fn insert_expense(tx: &mut Tx, code: &str, expense: LedgerAccountId) -> Result<(), Fault> {
    const SQL: &str = "
        insert into city_expense (revenue_code, expense_id)
        values ($1, $2)";
    tx.run_once(SQL, vec![code.into(), expense.into()]).await
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

/// All profiles.
pub async fn all_profiles(read: &mut Read) -> Result<BTreeMap<RateProfileId, RateProfile>, Fault> {
    let ids = profile_ids(read).await?;
    profiles(read, &ids).await
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
