//! Rules of leak adjustments.

use chrono::NaiveDate;
use db::{Fault, Read, Tx};
use kernel::Cents;

use crate::leak::{Forgiven, LeakRule, NormalBy};

#[derive(sqlx::FromRow)]
struct LeakRuleRow {
    schedule_code: String,
    class_code: String,
    from_on: NaiveDate,
    revenue_code: String,
    reason_code: String,
    normal_by: String,
    normal_count: i64,
    trigger_percent: i64,
    forgive_by: String,
    forgive_percent: i64,
    months_between: i64,
    bills_each: i64,
    claim_days: i64,
    needs_proof: bool,
    cap_cents: Option<i64>,
    source: String,
}

/// Every rule of leak adjustments, by schedule, class and first day.
pub async fn leak_rules(read: &mut Read) -> Result<Vec<LeakRule>, Fault> {
    const SQL: &str = "
        select schedule_code, class_code, from_on, revenue_code, reason_code, normal_by, normal_count, trigger_percent,
               forgive_by, forgive_percent, months_between, bills_each, claim_days, needs_proof, cap_cents, source
        from leak_rule
        order by schedule_code, class_code, from_on";
    let rows: Vec<LeakRuleRow> = read.all(SQL, vec![]).await?;
    rows.into_iter().map(rule_of).collect()
}

fn rule_of(row: LeakRuleRow) -> Result<LeakRule, Fault> {
    let impossible = |column| Fault::impossible_row("leak_rule", column, &row.schedule_code);
    Ok(LeakRule {
        normal_by: NormalBy::parse(&row.normal_by).ok_or_else(|| impossible("normal_by"))?,
        forgive_by: Forgiven::parse(&row.forgive_by).ok_or_else(|| impossible("forgive_by"))?,
        schedule: row.schedule_code,
        class: row.class_code,
        from_on: row.from_on,
        revenue: row.revenue_code,
        reason_code: row.reason_code,
        normal_count: row.normal_count,
        trigger_percent: row.trigger_percent,
        forgive_percent: row.forgive_percent,
        months_between: row.months_between,
        bills_each: row.bills_each,
        claim_days: row.claim_days,
        needs_proof: row.needs_proof,
        cap: row.cap_cents.map(Cents),
        source: row.source,
    })
}

pub(crate) async fn insert_leak_rule(tx: &mut Tx, rule: &LeakRule) -> Result<(), Fault> {
    const SQL: &str = "
        insert into leak_rule (schedule_code, class_code, from_on, revenue_code, reason_code, normal_by, normal_count,
                               trigger_percent, forgive_by, forgive_percent, months_between, bills_each, claim_days,
                               needs_proof, cap_cents, source)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let args = vec![
        rule.schedule.as_str().into(),
        rule.class.as_str().into(),
        rule.from_on.into(),
        rule.revenue.as_str().into(),
        rule.reason_code.as_str().into(),
        rule.normal_by.code().into(),
        rule.normal_count.into(),
        rule.trigger_percent.into(),
        rule.forgive_by.code().into(),
        rule.forgive_percent.into(),
        rule.months_between.into(),
        rule.bills_each.into(),
        rule.claim_days.into(),
        rule.needs_proof.into(),
        rule.cap.into(),
        rule.source.as_str().into(),
    ];
    tx.run_once(SQL, args).await
}
