//! The SQL of events around signing in.

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::ActorId;

use crate::sign_in::{Event, SignInEvent};

type Row = (i64, Option<i64>, String, DateTime<Utc>);

pub(in crate::sign_in) async fn insert_event(
    tx: &mut Tx,
    actor: Option<ActorId>,
    event: Event,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into sign_in_event (event_id, actor_id, what, at)
        values ($1, $2, $3, $4)";
    let id: i64 = tx.id("sign_in_event").await?;
    tx.run_once(SQL, vec![id.into(), actor.into(), event.code().into(), now.into()]).await
}

pub(in crate::sign_in) async fn events_of(
    read: &mut Read,
    actor: ActorId,
    count: i64,
) -> Result<Vec<SignInEvent>, Fault> {
    const SQL: &str = "
        select event_id, actor_id, what, at
        from sign_in_event
        where actor_id = $1
        order by event_id desc
        limit $2";
    read.all(SQL, vec![actor.into(), count.into()]).await?.into_iter().map(event).collect()
}

pub(in crate::sign_in) async fn events(read: &mut Read, count: i64) -> Result<Vec<SignInEvent>, Fault> {
    const SQL: &str = "
        select event_id, actor_id, what, at
        from sign_in_event
        order by event_id desc
        limit $1";
    read.all(SQL, vec![count.into()]).await?.into_iter().map(event).collect()
}

fn event((event_id, actor, what, at): Row) -> Result<SignInEvent, Fault> {
    let what = Event::of_code(&what).ok_or_else(|| Fault::impossible_row("sign_in_event", "what", event_id))?;
    Ok(SignInEvent { event_id, actor: actor.map(ActorId), what, at })
}
