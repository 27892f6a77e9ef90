//! Calendars of cycles, holidays, terms of classes, rules by which reads are judged.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx};
use kernel::{CycleId, OrderId, Period};

use crate::calendar::{CyclePeriod, Terms};
use crate::read_rule::ClassReadRule;

#[derive(sqlx::FromRow)]
struct PeriodRow {
    cycle_id: i64,
    period_from: NaiveDate,
    period_to: NaiveDate,
    read_from: NaiveDate,
    read_through: NaiveDate,
    bill_on: NaiveDate,
    close_order_id: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct RuleRow {
    class: String,
    low_percent: i64,
    high_percent: i64,
    least: String,
    zero_periods: i64,
    estimates_in_a_row: i64,
    estimate_by: String,
}

/// All periods of all calendars, by cycle and first day.
pub async fn cycle_periods(read: &mut Read) -> Result<Vec<CyclePeriod>, Fault> {
    const SQL: &str = "
        select cycle_id, period_from, period_to, read_from, read_through, bill_on, close_order_id
        from cycle_period
        order by cycle_id, period_from";
    let rows: Vec<PeriodRow> = read.all(SQL, vec![]).await?;
    let period = |row: PeriodRow| {
        let period = Period::new(row.period_from, row.period_to);
        Ok(CyclePeriod {
            cycle: CycleId(row.cycle_id),
            period: period.map_err(|_| Fault::impossible_row("cycle_period", "period_to", row.cycle_id))?,
            read_from: row.read_from,
            read_through: row.read_through,
            bill_on: row.bill_on,
            is_closed: row.close_order_id.is_some(),
        })
    };
    rows.into_iter().map(period).collect()
}

/// Adds periods to calendars.
pub(crate) async fn insert_periods(tx: &mut Tx, periods: &[CyclePeriod]) -> Result<(), Fault> {
    let columns = ["cycle_id", "period_from", "period_to", "read_from", "read_through", "bill_on"];
    let mut rows = Rows::new("cycle_period", &columns);
    for one in periods {
        rows.push([
            one.cycle.into(),
            one.period.from().into(),
            one.period.to().into(),
            one.read_from.into(),
            one.read_through.into(),
            one.bill_on.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Notes which order closed the reads of a period.
pub(crate) async fn close_period(tx: &mut Tx, cycle: CycleId, from: NaiveDate, order: OrderId) -> Result<(), Fault> {
    const SQL: &str = "
        update cycle_period
        set close_order_id = $3
        where cycle_id = $1 and period_from = $2";
    tx.run_once(SQL, vec![cycle.into(), from.into(), order.into()]).await
}

/// Holidays, and the terms of classes.
pub async fn terms(read: &mut Read) -> Result<Terms, Fault> {
    let holidays: Vec<(NaiveDate,)> = read.all("select holiday_on from holiday", vec![]).await?;
    let days: Vec<(String, i64)> = read.all("select class, days_to_pay from class_terms", vec![]).await?;
    Ok(Terms { holidays: holidays.into_iter().map(|(on,)| on).collect(), days_to_pay: days.into_iter().collect() })
}

pub(crate) async fn insert_holiday(tx: &mut Tx, on: NaiveDate, name: &str) -> Result<(), Fault> {
    const SQL: &str = "
        insert into holiday (holiday_on, name)
        values ($1, $2)
        on conflict (holiday_on) do update
        set name = $2";
    tx.run_once(SQL, vec![on.into(), name.into()]).await
}

pub(crate) async fn insert_days_to_pay(tx: &mut Tx, class: &str, days: i64) -> Result<(), Fault> {
    const SQL: &str = "
        insert into class_terms (class, days_to_pay)
        values ($1, $2)
        on conflict (class) do update
        set days_to_pay = $2";
    tx.run_once(SQL, vec![class.into(), days.into()]).await
}

pub(crate) async fn insert_read_rule(tx: &mut Tx, rule: &ClassReadRule) -> Result<(), Fault> {
    const SQL: &str = "
        insert into read_rule (class, low_percent, high_percent, least, zero_periods, estimates_in_a_row, estimate_by)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (class) do update
        set low_percent = $2, high_percent = $3, least = $4, zero_periods = $5, estimates_in_a_row = $6, estimate_by = $7";
    let args = vec![
        rule.class.as_str().into(),
        rule.low_percent.into(),
        rule.high_percent.into(),
        rule.least.normalize().to_string().into(),
        rule.zero_periods.into(),
        rule.estimates_in_a_row.into(),
        rule.estimate_by.as_str().into(),
    ];
    tx.run_once(SQL, args).await
}

/// The rules by which reads are judged, by class.
pub(crate) async fn read_rules(read: &mut Read) -> Result<BTreeMap<String, ClassReadRule>, Fault> {
    const SQL: &str = "
        select class, low_percent, high_percent, least, zero_periods, estimates_in_a_row, estimate_by
        from read_rule
        order by class";
    let rows: Vec<RuleRow> = read.all(SQL, vec![]).await?;
    let rule = |row: RuleRow| {
        let least = row.least.parse().map_err(|_| Fault::impossible_row("read_rule", "least", &row.class))?;
        let RuleRow { class, low_percent, high_percent, zero_periods, estimates_in_a_row, estimate_by, .. } = row;
        let rule = ClassReadRule {
            class: class.clone(),
            low_percent,
            high_percent,
            least,
            zero_periods,
            estimates_in_a_row,
            estimate_by,
        };
        Ok((class, rule))
    };
    rows.into_iter().map(rule).collect()
}

pub(crate) async fn insert_adjustment_reason(tx: &mut Tx, code: &str, title: &str) -> Result<(), Fault> {
    const SQL: &str = "
        insert into adjustment_reason (code, title)
        values ($1, $2)
        on conflict (code) do update
        set title = $2";
    tx.run_once(SQL, vec![code.into(), title.into()]).await
}

/// The reasons for which an account may be adjusted: code to title.
pub async fn adjustment_reasons(read: &mut Read) -> Result<BTreeMap<String, String>, Fault> {
    let rows: Vec<(String, String)> = read.all("select code, title from adjustment_reason", vec![]).await?;
    Ok(rows.into_iter().collect())
}
