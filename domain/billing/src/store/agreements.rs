//! Cycles, service agreements, exception rules and limits.

use std::collections::{BTreeMap, BTreeSet};

use acts::ChunkPlan;
use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, unpack};
use kernel::{AccountId, AgreementId, Cents, CycleId, Period, RateProfileId, RunId, ServicePointId};

use crate::exception::{Disposition, ExceptionRule, Limits};
use crate::{Agreement, Cycle, DueRule, ExceptionCode, NewAgreement};

#[derive(sqlx::FromRow)]
struct CycleRow {
    cycle_id: i64,
    code: String,
    due_rule: String,
    days_to_pay: i64,
}

/// Account, agreement, service point, schedule, profile, and the days where the agreement cuts the
/// period short.
type AgreementRow = (i64, i64, i64, String, i64, Option<NaiveDate>, Option<NaiveDate>);

#[derive(sqlx::FromRow)]
struct RuleRow {
    code: String,
    disposition: String,
    name: String,
    reason: String,
    assignee: Option<String>,
    days: Option<i64>,
}

/// Which account answers for a service point, by which agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointAgreement {
    /// The account.
    pub account: AccountId,
    /// The agreement.
    pub agreement: AgreementId,
    /// Its first day.
    pub starts_on: NaiveDate,
}

/// Records a cycle.
pub(crate) async fn insert_cycle(tx: &mut Tx, cycle: &Cycle, title: &str) -> Result<(), Fault> {
    const SQL: &str = "
        insert into cycle (cycle_id, code, title, due_rule, days_to_pay)
        values ($1, $2, $3, $4, $5)";
    let args = vec![
        cycle.id.into(),
        cycle.code.as_str().into(),
        title.into(),
        cycle.due_rule.code().into(),
        cycle.days_to_pay.into(),
    ];
    tx.run_once(SQL, args).await
}

/// All cycles, by code.
pub async fn cycles(read: &mut Read) -> Result<Vec<Cycle>, Fault> {
    const SQL: &str = "
        select cycle_id, code, due_rule, days_to_pay
        from cycle
        order by code";
    let rows: Vec<CycleRow> = read.all(SQL, vec![]).await?;
    let cycle = |row: CycleRow| {
        let due_rule = DueRule::parse(&row.due_rule);
        let due_rule = due_rule.ok_or_else(|| Fault::impossible_row("cycle", "due_rule", row.cycle_id))?;
        Ok(Cycle { id: CycleId(row.cycle_id), code: row.code, due_rule, days_to_pay: row.days_to_pay })
    };
    rows.into_iter().map(cycle).collect()
}

/// The cycle staff know by a code.
pub async fn cycle_by_code(read: &mut Read, code: &str) -> Result<Option<Cycle>, Fault> {
    Ok(cycles(read).await?.into_iter().find(|cycle| cycle.code == code))
}

pub(crate) async fn insert_rule(tx: &mut Tx, rule: &ExceptionRule) -> Result<(), Fault> {
    const SQL: &str = "
        insert into exception_rule (code, disposition, name, reason, assignee, days)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (code) do update
        set disposition = $2, name = $3, reason = $4, assignee = $5, days = $6";
    let (disposition, assignee, days) = match &rule.disposition {
        Disposition::Release => ("release", None, None),
        Disposition::Hold { assignee, days } => ("hold", Some(assignee.clone()), Some(*days)),
    };
    let args = vec![
        rule.code.code().into(),
        disposition.into(),
        rule.name.as_str().into(),
        rule.reason.as_str().into(),
        assignee.into(),
        days.into(),
    ];
    tx.run_once(SQL, args).await
}

pub(crate) async fn rules(read: &mut Read) -> Result<Vec<ExceptionRule>, Fault> {
    const SQL: &str = "
        select code, disposition, name, reason, assignee, days
        from exception_rule
        order by code";
    let rows: Vec<RuleRow> = read.all(SQL, vec![]).await?;
    let rule = |row: RuleRow| {
        let impossible = |column| Fault::impossible_row("exception_rule", column, &row.code);
        let code = ExceptionCode::parse(&row.code).ok_or_else(|| impossible("code"))?;
        let disposition = match (row.disposition.as_str(), row.assignee, row.days) {
            ("release", _, _) => Disposition::Release,
            ("hold", Some(assignee), Some(days)) => Disposition::Hold { assignee, days },
            _ => return Err(impossible("disposition")),
        };
        Ok(ExceptionRule { code, name: row.name, reason: row.reason, disposition })
    };
    rows.into_iter().map(rule).collect()
}

pub(crate) async fn insert_limit(tx: &mut Tx, class: &str, limit: Cents) -> Result<(), Fault> {
    const SQL: &str = "
        insert into exception_limit (class, high_cents)
        values ($1, $2)
        on conflict (class) do update
        set high_cents = $2";
    tx.run_once(SQL, vec![class.into(), limit.into()]).await
}

pub(crate) async fn limits(read: &mut Read) -> Result<Limits, Fault> {
    let rows: Vec<(String, i64)> = read.all("select class, high_cents from exception_limit", vec![]).await?;
    Ok(rows.into_iter().map(|(class, cents)| (class, Cents(cents))).collect())
}

/// Records agreements, and for each service point who answers for it from when: whoever has the service the point is
/// there for. Sewer that is charged by the water meter is not it.
pub(crate) async fn insert_agreements(tx: &mut Tx, new: Vec<NewAgreement>) -> Result<(), Fault> {
    let mut rows = Rows::new(
        "service_agreement",
        &[
            "account_id",
            "agreement_id",
            "service_point_id",
            "service",
            "schedule_code",
            "rate_profile_id",
            "cycle_id",
            "starts_on",
            "stops_on",
            "source",
        ],
    );
    let ids: BTreeSet<ServicePointId> = new.iter().map(|new| new.agreement.service_point).collect();
    let ids: Vec<ServicePointId> = ids.into_iter().collect();
    let own = premises::services_of_points(tx, &ids).await?;
    let mut points =
        Rows::new("service_point_account", &["service_point_id", "starts_on", "account_id", "agreement_id"]);
    for NewAgreement { agreement, service, cycle, source } in new {
        if own.get(&agreement.service_point) == Some(&service) {
            points.push([
                agreement.service_point.into(),
                agreement.starts_on.into(),
                agreement.account.into(),
                agreement.id.into(),
            ]);
        }
        rows.push([
            agreement.account.into(),
            agreement.id.into(),
            agreement.service_point.into(),
            service.into(),
            agreement.schedule.into(),
            agreement.profile.into(),
            cycle.into(),
            agreement.starts_on.into(),
            agreement.stops_on.into(),
            source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    tx.bulk(points).await?;
    Ok(())
}

/// Who answers for each of these service points, by its latest agreement.
pub async fn point_agreements(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, PointAgreement>, Fault> {
    const SQL: &str = "
        select service_point_id, account_id, agreement_id, starts_on
        from service_point_account
        where service_point_id in ({list})
        order by service_point_id, starts_on";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64, i64, i64, NaiveDate)> = read.listed(SQL, &keys).await?;
    let latest = rows.into_iter().map(|(point, account, agreement, starts_on)| {
        let answers = PointAgreement { account: AccountId(account), agreement: AgreementId(agreement), starts_on };
        (ServicePointId(point), answers)
    });
    Ok(latest.collect())
}

/// The facts of billing for accounts `from..to`: agreements of a cycle that touch a period, ordered
/// by account and agreement. The few that cut the period short come row by row, the others packed.
pub(crate) async fn agreements_between(
    read: &mut Read,
    cycle: CycleId,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<Vec<Agreement>, Fault> {
    const WHOLE: &str = "
        select schedule_code, string_agg(format('%s %s %s %s', account_id, agreement_id, service_point_id,
                                                rate_profile_id), ';')
        from service_agreement
        where $1 <= account_id and account_id < $2 and cycle_id = $3
          and starts_on <= $4 and (stops_on is null or $5 <= stops_on)
        group by schedule_code";
    const CUT: &str = "
        select account_id, agreement_id, service_point_id, schedule_code, rate_profile_id, starts_on, stops_on
        from service_agreement
        where $1 <= account_id and account_id < $2 and cycle_id = $3
          and starts_on < $5 and (stops_on is null or $4 < stops_on) and ($4 < starts_on or stops_on < $5)";
    let args = vec![from.into(), to.into(), cycle.into(), period.from().into(), period.to().into()];
    let packed: Vec<(String, Option<String>)> = read.all(WHOLE, args.clone()).await?;
    let cut: Vec<AgreementRow> = read.all(CUT, args).await?;
    let mut agreements: Vec<Agreement> = cut.into_iter().map(|row| agreement_of(row, period)).collect();
    for (schedule, packed) in packed {
        for row in unpack::<4>(packed.as_deref())? {
            let [Some(account), Some(agreement), Some(point), Some(profile)] = row else {
                return Err(Fault::impossible_row("service_agreement", "rate_profile_id", format!("{row:?}")));
            };
            agreements.push(agreement_of((account, agreement, point, schedule.clone(), profile, None, None), period));
        }
    }
    agreements.sort_unstable_by_key(|agreement| (agreement.account, agreement.id));
    Ok(agreements)
}

/// Agreements of a cycle that touch a run's period, yet are in no item of it.
pub(crate) async fn agreements_without_item(
    read: &mut Read,
    (cycle, run): (CycleId, RunId),
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<Vec<Agreement>, Fault> {
    const SQL: &str = "
        select a.account_id, a.agreement_id, a.service_point_id, a.schedule_code, a.rate_profile_id,
               case when $4 < a.starts_on then a.starts_on end as starts_on,
               case when a.stops_on < $5 then a.stops_on end as stops_on
        from service_agreement a
        left join run_item i on i.account_id = a.account_id and i.run_id = $6 and i.agreement_id = a.agreement_id
        where $1 <= a.account_id and a.account_id < $2 and a.cycle_id = $3
          and a.starts_on < $5 and (a.stops_on is null or $4 < a.stops_on) and i.account_id is null
        order by a.account_id, a.agreement_id";
    let args = vec![from.into(), to.into(), cycle.into(), period.from().into(), period.to().into(), run.into()];
    let rows: Vec<AgreementRow> = read.all(SQL, args).await?;
    Ok(rows.into_iter().map(|row| agreement_of(row, period)).collect())
}

/// The agreements of some accounts that are active on a day, ordered by account and agreement.
pub(crate) async fn agreements_on(
    read: &mut Read,
    accounts: &[AccountId],
    on: NaiveDate,
) -> Result<Vec<Agreement>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, service_point_id, schedule_code, rate_profile_id, starts_on, stops_on
        from service_agreement
        where account_id in ({list})
        order by account_id, agreement_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<AgreementRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().filter_map(|row| active(row, on)).collect())
}

/// The agreements of accounts `from..to` by a schedule that are active on a day, ordered by account and agreement.
pub(crate) async fn agreements_by_schedule(
    read: &mut Read,
    schedule: &str,
    (from, to): (AccountId, AccountId),
    on: NaiveDate,
) -> Result<Vec<Agreement>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, service_point_id, schedule_code, rate_profile_id, starts_on, stops_on
        from service_agreement
        where $1 <= account_id and account_id < $2 and schedule_code = $3
        order by account_id, agreement_id";
    let rows: Vec<AgreementRow> = read.all(SQL, vec![from.into(), to.into(), schedule.into()]).await?;
    Ok(rows.into_iter().filter_map(|row| active(row, on)).collect())
}

/// All agreements of some accounts, ordered by account and agreement.
pub(crate) async fn agreements_of(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<Agreement>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, service_point_id, schedule_code, rate_profile_id, starts_on, stops_on
        from service_agreement
        where account_id in ({list})
        order by account_id, agreement_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<AgreementRow> = read.listed(SQL, &keys).await?;
    let agreement = |(account, agreement, point, schedule, profile, starts_on, stops_on): AgreementRow| {
        let impossible = || Fault::impossible_row("service_agreement", "starts_on", agreement);
        Ok(Agreement {
            id: AgreementId(agreement),
            account: AccountId(account),
            service_point: ServicePointId(point),
            schedule,
            profile: RateProfileId(profile),
            starts_on: starts_on.ok_or_else(impossible)?,
            stops_on,
        })
    };
    rows.into_iter().map(agreement).collect()
}

/// The cycles in which some accounts are billed, or were last.
pub(crate) async fn cycles_of(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<CycleId>, Fault> {
    const SQL: &str = "
        select distinct cycle_id
        from service_agreement
        where account_id in ({list})
        order by cycle_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64,)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(cycle,)| CycleId(cycle)).collect())
}

/// Those of some accounts that have a service of a cycle within a period.
pub(crate) async fn served_in(
    read: &mut Read,
    (cycle, period): (CycleId, Period),
    accounts: &[AccountId],
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from service_agreement
        where cycle_id = $1 and starts_on < $3 and (stops_on is null or $2 < stops_on) and account_id in ({list})";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let args = [cycle.into(), period.from().into(), period.to().into()];
    let rows: Vec<(i64,)> = read.listed_with(SQL, &args, &keys).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// The agreement of a row with both its days, when it is active on a day.
fn active(row: AgreementRow, on: NaiveDate) -> Option<Agreement> {
    let (account, agreement, point, schedule, profile, starts_on, stops_on) = row;
    let starts_on = starts_on.filter(|starts_on| *starts_on <= on && stops_on.is_none_or(|stops_on| on < stops_on))?;
    Some(Agreement {
        id: AgreementId(agreement),
        account: AccountId(account),
        service_point: ServicePointId(point),
        schedule,
        profile: RateProfileId(profile),
        starts_on,
        stops_on,
    })
}

/// Cuts the accounts with agreements of a cycle (or of all) into chunks of about `size` accounts.
///
/// Ids are nearly dense, so equal ranges of ids hold nearly equal numbers of accounts; no range is
/// wider than four times `size`, so that memory stays bounded where they are not.
pub(crate) async fn account_chunks(
    read: &mut Read,
    cycle: Option<CycleId>,
    period: Period,
    size: i64,
) -> Result<Vec<ChunkPlan>, Fault> {
    const SQL: &str = "
        select min(account_id), max(account_id), count(*)
        from service_agreement
        where ($1 = 0 or cycle_id = $1) and starts_on < $3 and (stops_on is null or $2 < stops_on)";
    let cycle = cycle.map_or(0, |cycle| cycle.0);
    let args = vec![cycle.into(), period.from().into(), period.to().into()];
    let found: Option<(Option<i64>, Option<i64>, i64)> = read.one(SQL, args).await?;
    let Some((Some(first), Some(last), count)) = found else { return Ok(Vec::new()) };
    let size = size.max(1);
    let span = last - first + 1;
    let width = (size.saturating_mul(span) / count.max(1)).clamp(size, size.saturating_mul(4));
    let starts = (0..).map(|number| first + number * width).take_while(|start| *start <= last);
    Ok(starts.map(|from| ChunkPlan { from, to: (from + width).min(last + 1) }).collect())
}

fn agreement_of(row: AgreementRow, period: Period) -> Agreement {
    let (account, agreement, point, schedule, profile, starts_on, stops_on) = row;
    Agreement {
        id: AgreementId(agreement),
        account: AccountId(account),
        service_point: ServicePointId(point),
        schedule,
        profile: RateProfileId(profile),
        starts_on: starts_on.unwrap_or(period.from()),
        stops_on,
    }
}

/// The service points of an account's agreements.
pub(crate) async fn service_points_of(
    read: &mut Read,
    account: AccountId,
) -> Result<BTreeMap<AgreementId, ServicePointId>, Fault> {
    const SQL: &str = "
        select agreement_id, service_point_id
        from service_agreement
        where account_id = $1";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![account.into()]).await?;
    Ok(rows.into_iter().map(|(agreement, point)| (AgreementId(agreement), ServicePointId(point))).collect())
}
