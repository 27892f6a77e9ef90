//! The SQL of what acts weighed, of what was odd about them, and of when permissions were used.

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Rows, Tx};
use kernel::{AccountId, ActId, ActorId, Cents};

use crate::{Direction, Flagged, Weighed, Weight};

#[derive(sqlx::FromRow)]
struct WeightRow {
    act_id: i64,
    actor_id: i64,
    customer_account_id: i64,
    class: String,
    direction: String,
    cents: i64,
    limit_cents: Option<i64>,
    business_on: NaiveDate,
    entered_at: DateTime<Utc>,
}

/// What acts of these business dates weighed, in the order of their ids; both days count.
pub async fn weights(read: &mut Read, from: NaiveDate, to: NaiveDate) -> Result<Vec<Weighed>, Fault> {
    const SQL: &str = "
        select act_id, actor_id, customer_account_id, class, direction, cents, limit_cents, business_on, entered_at
        from act_weight
        where $1 <= business_on and business_on <= $2
        order by business_on, act_id";
    let rows: Vec<WeightRow> = read.all(SQL, vec![from.into(), to.into()]).await?;
    rows.into_iter().map(weighed).collect()
}

/// What was odd about acts of these business dates; both days count.
pub async fn flags(read: &mut Read, from: NaiveDate, to: NaiveDate) -> Result<Vec<Flagged>, Fault> {
    const SQL: &str = "
        select act_flag.act_id, act.actor_id, act.subject_kind, act.subject_id, act_flag.pattern, act_flag.words,
               act.business_on
        from act_flag
        join act on act.act_id = act_flag.act_id
        where $1 <= act.business_on and act.business_on <= $2
        order by act_flag.act_id, act_flag.pattern";
    let rows: Vec<(i64, i64, String, i64, String, String, NaiveDate)> =
        read.all(SQL, vec![from.into(), to.into()]).await?;
    let flagged = |(act, actor, subject_kind, subject_id, pattern, words, business_on)| {
        let account = (subject_kind == "account").then_some(AccountId(subject_id));
        Flagged { act: ActId(act), actor: ActorId(actor), account, pattern, words, business_on }
    };
    Ok(rows.into_iter().map(flagged).collect())
}

/// What an actor moved of a class since a day, that day included.
pub async fn moved_by(
    read: &mut Read,
    actor: ActorId,
    (class, direction): (&str, Direction),
    since: NaiveDate,
) -> Result<Cents, Fault> {
    const SQL: &str = "
        select cast(sum(cents) as bigint)
        from act_weight
        where actor_id = $1 and class = $2 and direction = $3 and $4 <= business_on";
    let args = vec![actor.into(), class.into(), direction.code().into(), since.into()];
    Ok(Cents(read.number(SQL, args).await?.unwrap_or(0)))
}

/// What was moved of a class on an account since a day, by whomever, that day included.
pub async fn moved_on(
    read: &mut Read,
    account: AccountId,
    (class, direction): (&str, Direction),
    since: NaiveDate,
) -> Result<Cents, Fault> {
    const SQL: &str = "
        select cast(sum(cents) as bigint)
        from act_weight
        where customer_account_id = $1 and class = $2 and direction = $3 and $4 <= business_on";
    let args = vec![account.into(), class.into(), direction.code().into(), since.into()];
    Ok(Cents(read.number(SQL, args).await?.unwrap_or(0)))
}

/// When each actor last used each permission.
pub async fn last_uses(read: &mut Read) -> Result<Vec<(ActorId, String, DateTime<Utc>)>, Fault> {
    const SQL: &str = "
        select actor_id, permission, max(entered_at)
        from act
        group by actor_id, permission
        order by actor_id, permission";
    let rows: Vec<(i64, String, DateTime<Utc>)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(actor, permission, at)| (ActorId(actor), permission, at)).collect())
}

pub(crate) async fn insert_weight(
    tx: &mut Tx,
    (act, actor): (ActId, ActorId),
    weight: &Weight,
    limit: Option<i64>,
    (business_on, entered_at): (NaiveDate, DateTime<Utc>),
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into act_weight (act_id, actor_id, customer_account_id, class, direction, cents, limit_cents,
                                business_on, entered_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = vec![
        act.into(),
        actor.into(),
        weight.account.into(),
        weight.class.into(),
        weight.direction.code().into(),
        weight.cents.0.into(),
        limit.into(),
        business_on.into(),
        entered_at.into(),
    ];
    tx.run_once(SQL, args).await
}

pub(crate) async fn insert_flags(tx: &mut Tx, act: ActId, flags: &[(&'static str, String)]) -> Result<(), Fault> {
    let mut rows = Rows::new("act_flag", &["act_id", "pattern", "words"]);
    for (pattern, words) in flags {
        rows.push([act.into(), (*pattern).into(), words.as_str().into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

fn weighed(row: WeightRow) -> Result<Weighed, Fault> {
    let direction =
        Direction::parse(&row.direction).ok_or_else(|| Fault::impossible_row("act_weight", "direction", row.act_id))?;
    Ok(Weighed {
        act: ActId(row.act_id),
        actor: ActorId(row.actor_id),
        account: AccountId(row.customer_account_id),
        class: row.class,
        direction,
        cents: Cents(row.cents),
        limit_cents: row.limit_cents,
        business_on: row.business_on,
        entered_at: row.entered_at,
    })
}
