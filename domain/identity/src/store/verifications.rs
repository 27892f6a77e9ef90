//! The town's rule, and who was verified.

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::{AccountId, ActId, ActorId, CustomerId};

use crate::acts::SetVerificationRule;
use crate::{CallerRole, Question, Verification, VerificationRule};

#[derive(sqlx::FromRow)]
struct VerificationRow {
    account_id: i64,
    act_id: i64,
    customer_id: Option<i64>,
    caller_role: String,
    is_verified: bool,
    matched: String,
    actor_id: i64,
    verified_at: DateTime<Utc>,
    holds_until: DateTime<Utc>,
}

impl VerificationRow {
    fn verification(self) -> Result<Verification, Fault> {
        let role = CallerRole::of_code(&self.caller_role);
        Ok(Verification {
            account: AccountId(self.account_id),
            act: ActId(self.act_id),
            customer: self.customer_id.map(CustomerId),
            role: role.ok_or_else(|| Fault::impossible_row("caller_verification", "caller_role", self.act_id))?,
            is_verified: self.is_verified,
            matched: listed(&self.matched),
            actor: ActorId(self.actor_id),
            at: self.verified_at,
            holds_until: self.holds_until,
        })
    }
}

/// What holds: what was decided last, or what holds until then. Its days and tries stand in the entry that decided it.
pub async fn rule(read: &mut Read) -> Result<VerificationRule, Fault> {
    const SQL: &str = "
        select act_id, questions, needed, minutes
        from verification_rule
        order by act_id desc
        limit 1";
    let row: Option<(i64, String, i64, i64)> = read.one(SQL, vec![]).await?;
    let Some((act, questions, needed, minutes)) = row else { return Ok(VerificationRule::default()) };
    let entry = acts::logged_act(read, ActId(act)).await?;
    let entry = entry.ok_or_else(|| Fault::impossible_row("verification_rule", "act_id", act))?;
    let decided: SetVerificationRule = serde_json::from_str(&entry.command)
        .map_err(|error| Fault::caused(format!("reading the rule of entry {act}"), error))?;
    Ok(VerificationRule {
        questions: listed(&questions),
        needed: usize::try_from(needed).unwrap_or(1),
        minutes,
        recent_days: decided.recent_days(),
        tries: decided.tries(),
    })
}

pub(crate) async fn insert_rule(tx: &mut Tx, act: ActId, rule: &VerificationRule) -> Result<(), Fault> {
    const SQL: &str = "
        insert into verification_rule (act_id, questions, needed, minutes)
        values ($1, $2, $3, $4)";
    let needed = i64::try_from(rule.needed).unwrap_or(i64::MAX);
    tx.run_once(SQL, vec![act.into(), written(&rule.questions).into(), needed.into(), rule.minutes.into()]).await
}

/// Who was asked about an account, the newest first, at most so many.
pub(crate) async fn verifications_of(
    read: &mut Read,
    account: AccountId,
    most: i64,
) -> Result<Vec<Verification>, Fault> {
    const SQL: &str = "
        select account_id, act_id, customer_id, caller_role, is_verified, matched, actor_id, verified_at, holds_until
        from caller_verification
        where account_id = $1
        order by act_id desc
        limit $2";
    let rows: Vec<VerificationRow> = read.all(SQL, vec![account.into(), most.into()]).await?;
    rows.into_iter().map(VerificationRow::verification).collect()
}

/// The newest call about an account that somebody took, after a moment and up to another.
pub(crate) async fn last_call_of(
    read: &mut Read,
    account: AccountId,
    actor: ActorId,
    (after, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Verification>, Fault> {
    const SQL: &str = "
        select account_id, act_id, customer_id, caller_role, is_verified, matched, actor_id, verified_at, holds_until
        from caller_verification
        where account_id = $1 and actor_id = $2 and $3 < verified_at and verified_at <= $4
        order by verified_at desc, act_id desc
        limit 1";
    let args = vec![account.into(), actor.into(), after.into(), until.into()];
    let row: Option<VerificationRow> = read.one(SQL, args).await?;
    row.map(VerificationRow::verification).transpose()
}

/// How many callers who said they are on an account did not prove it, since an instant and after an entry.
pub(crate) async fn failed_calls(
    read: &mut Read,
    account: AccountId,
    (since, after): (DateTime<Utc>, ActId),
) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from caller_verification
        where account_id = $1 and $2 < act_id and $3 < verified_at and is_verified = false and caller_role <> 'other'";
    Ok(read.number(SQL, vec![account.into(), after.into(), since.into()]).await?.unwrap_or(0))
}

pub(crate) async fn insert_verification(tx: &mut Tx, verification: &Verification) -> Result<(), Fault> {
    const SQL: &str = "
        insert into caller_verification (account_id, act_id, customer_id, caller_role, is_verified, matched, actor_id,
                                         verified_at, holds_until)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = vec![
        verification.account.into(),
        verification.act.into(),
        verification.customer.into(),
        verification.role.code().into(),
        verification.is_verified.into(),
        written(&verification.matched).into(),
        verification.actor.into(),
        verification.at.into(),
        verification.holds_until.into(),
    ];
    tx.run_once(SQL, args).await
}

fn written(questions: &[Question]) -> String {
    questions.iter().map(|question| question.code()).collect::<Vec<_>>().join(",")
}

fn listed(text: &str) -> Vec<Question> {
    text.split(',').filter_map(Question::of_code).collect()
}
