//! The SQL of who has which role on which days, and who stands in for whom.

use std::collections::{BTreeMap, BTreeSet};

use acts::Direction;
use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx};
use kernel::{ActorId, Cents};

use crate::people::{Assignment, Days, Limit, Source, StandingIn};

/// A role that begins for somebody.
pub(crate) struct AssignmentChange<'a> {
    pub(crate) actor: ActorId,
    pub(crate) role: &'a str,
    pub(crate) days: Days,
}

/// Whether the town has roles at all.
pub(crate) async fn are_roles_in_force(read: &mut Read) -> Result<bool, Fault> {
    const SQL: &str = "
        select count(*)
        from role";
    Ok(read.number(SQL, vec![]).await?.unwrap_or(0) != 0)
}

/// What is granted to an active actor directly.
pub(crate) async fn direct(read: &mut Read, actor: ActorId) -> Result<BTreeSet<String>, Fault> {
    const SQL: &str = "
        select actor_permission.permission
        from actor
        join actor_permission on actor_permission.actor_id = actor.actor_id
        where actor.actor_id = $1 and actor.is_active
        order by actor_permission.permission";
    let rows: Vec<(String,)> = read.all(SQL, vec![actor.into()]).await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// What an active actor is allowed by roles on a day: their own, and those of absent people.
pub(crate) async fn held(read: &mut Read, actor: ActorId, day: NaiveDate) -> Result<Vec<(String, Source)>, Fault> {
    const SQL: &str = "
        with mine as (
            select $1 as through_id
            union
            select stand_in.absent_id
            from stand_in
            where stand_in.actor_id = $1 and stand_in.from_on <= $2 and $2 <= stand_in.through_on
        )
        select actor_role.actor_id, actor_role.role, role_permission.permission
        from mine
        join actor_role on actor_role.actor_id = mine.through_id
        join role_permission on role_permission.role = actor_role.role
        join actor on actor.actor_id = $1
        where actor.is_active
          and actor_role.from_on <= $2
          and (actor_role.through_on is null or $2 <= actor_role.through_on)
        order by actor_role.actor_id, actor_role.role, role_permission.permission";
    let rows: Vec<(i64, String, String)> = read.all(SQL, vec![actor.into(), day.into()]).await?;
    let source = |(through, role, permission): (i64, String, String)| {
        let is_own = through == actor.0;
        (permission, if is_own { Source::Role(role) } else { Source::ActingFor(ActorId(through)) })
    };
    Ok(rows.into_iter().map(source).collect())
}

/// The limits of all roles an active actor acts by on a day, for a class of changes in a direction; without what one
/// lends them, where that must not count.
pub(crate) async fn limits(
    read: &mut Read,
    (actor, apart_from): (ActorId, Option<ActorId>),
    (class, direction): (&str, Direction),
    day: NaiveDate,
) -> Result<Vec<Limit>, Fault> {
    const SQL: &str = "
        with mine as (
            select $1 as through_id
            union
            select stand_in.absent_id
            from stand_in
            where stand_in.actor_id = $1 and stand_in.from_on <= $2 and $2 <= stand_in.through_on
              and stand_in.absent_id <> $5
        )
        select role_limit.act_cents, role_limit.actor_cents, role_limit.account_cents
        from mine
        join actor_role on actor_role.actor_id = mine.through_id
        join role_limit on role_limit.role = actor_role.role
        join actor on actor.actor_id = $1
        where actor.is_active
          and actor_role.from_on <= $2
          and (actor_role.through_on is null or $2 <= actor_role.through_on)
          and role_limit.class = $3
          and role_limit.direction = $4
        order by actor_role.actor_id, role_limit.role";
    let nobody = ActorId(-1);
    let apart_from = apart_from.unwrap_or(nobody);
    let args = vec![actor.into(), day.into(), class.into(), direction.code().into(), apart_from.into()];
    let rows: Vec<(i64, i64, i64)> = read.all(SQL, args).await?;
    let limit = |(act, actor, account)| Limit {
        act_cents: Cents(act),
        actor_cents: Cents(actor),
        account_cents: Cents(account),
    };
    Ok(rows.into_iter().map(limit).collect())
}

/// An actor's own roles of all days, in the order of code and day.
pub(crate) async fn roles_of(read: &mut Read, actor: ActorId) -> Result<Vec<Assignment>, Fault> {
    const SQL: &str = "
        select actor_id, role, from_on, through_on
        from actor_role
        where actor_id = $1
        order by role, from_on";
    let rows: Vec<(i64, String, NaiveDate, Option<NaiveDate>)> = read.all(SQL, vec![actor.into()]).await?;
    Ok(rows.into_iter().map(assignment).collect())
}

fn assignment((through, role, from_on, through_on): (i64, String, NaiveDate, Option<NaiveDate>)) -> Assignment {
    Assignment { through: ActorId(through), role, days: Days { from_on, through_on } }
}

/// Everybody's own roles that reach a day, by actor.
pub(crate) async fn everybody_with_roles(
    read: &mut Read,
    today: NaiveDate,
) -> Result<BTreeMap<ActorId, Vec<Assignment>>, Fault> {
    const SQL: &str = "
        select actor_id, role, from_on, through_on
        from actor_role
        where through_on is null or $1 <= through_on
        order by actor_id, role, from_on";
    let rows: Vec<(i64, String, NaiveDate, Option<NaiveDate>)> = read.all(SQL, vec![today.into()]).await?;
    let mut by_actor: BTreeMap<ActorId, Vec<Assignment>> = BTreeMap::new();
    for row in rows {
        by_actor.entry(ActorId(row.0)).or_default().push(assignment(row));
    }
    Ok(by_actor)
}

/// All an actor acts by: own roles, and those of people they stand in for, cut to those days.
pub(crate) async fn grants_of(read: &mut Read, actor: ActorId) -> Result<Vec<Assignment>, Fault> {
    let mut grants = roles_of(read, actor).await?;
    for standing in stand_ins(read).await?.into_iter().filter(|one| one.actor == actor) {
        for one in roles_of(read, standing.absent).await? {
            let days = one.days.shared(standing.days);
            grants.extend(days.map(|days| Assignment { days, ..one }));
        }
    }
    Ok(grants)
}

/// Everything of standing in, past and to come, in the order of numbers.
pub(crate) async fn stand_ins(read: &mut Read) -> Result<Vec<StandingIn>, Fault> {
    const SQL: &str = "
        select stand_in_id, absent_id, actor_id, from_on, through_on
        from stand_in
        order by stand_in_id";
    let rows: Vec<(i64, i64, i64, NaiveDate, NaiveDate)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(standing_in).collect())
}

fn standing_in((id, absent, actor, from_on, through_on): (i64, i64, i64, NaiveDate, NaiveDate)) -> StandingIn {
    let days = Days { from_on, through_on: Some(through_on) };
    StandingIn { id, absent: ActorId(absent), actor: ActorId(actor), days }
}

/// Who stands in for somebody, ever.
pub(crate) async fn stand_ins_for(read: &mut Read, absent: ActorId) -> Result<Vec<StandingIn>, Fault> {
    Ok(stand_ins(read).await?.into_iter().filter(|one| one.absent == absent).collect())
}

/// One entry of standing in.
pub(crate) async fn stand_in(read: &mut Read, id: i64) -> Result<Option<StandingIn>, Fault> {
    const SQL: &str = "
        select stand_in_id, absent_id, actor_id, from_on, through_on
        from stand_in
        where stand_in_id = $1";
    let row: Option<(i64, i64, i64, NaiveDate, NaiveDate)> = read.one(SQL, vec![id.into()]).await?;
    Ok(row.map(standing_in))
}

pub(crate) async fn insert_stand_in(tx: &mut Tx, standing: StandingIn) -> Result<(), Fault> {
    const SQL: &str = "
        insert into stand_in (stand_in_id, absent_id, actor_id, from_on, through_on)
        values ($1, $2, $3, $4, $5)";
    let StandingIn { id, absent, actor, days } = standing;
    let args = vec![id.into(), absent.into(), actor.into(), days.from_on.into(), days.through_on.into()];
    tx.run_once(SQL, args).await
}

pub(crate) async fn end_stand_in(tx: &mut Tx, id: i64, through_on: NaiveDate) -> Result<(), Fault> {
    const SQL: &str = "
        update stand_in
        set through_on = $2
        where stand_in_id = $1";
    tx.run_once(SQL, vec![id.into(), through_on.into()]).await
}

pub(crate) async fn delete_stand_in(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    const SQL: &str = "
        delete from stand_in
        where stand_in_id = $1";
    tx.run_once(SQL, vec![id.into()]).await
}

pub(crate) async fn begin_roles(tx: &mut Tx, changes: &[AssignmentChange<'_>]) -> Result<(), Fault> {
    let mut rows = Rows::new("actor_role", &["actor_id", "role", "from_on", "through_on"]);
    for AssignmentChange { actor, role, days } in changes {
        rows.push([(*actor).into(), (*role).into(), days.from_on.into(), days.through_on.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

pub(crate) async fn end_role(
    tx: &mut Tx,
    (actor, role): (ActorId, &str),
    from_on: NaiveDate,
    through_on: NaiveDate,
) -> Result<(), Fault> {
    const SQL: &str = "
        update actor_role
        set through_on = $4
        where actor_id = $1 and role = $2 and from_on = $3";
    tx.run_once(SQL, vec![actor.into(), role.into(), from_on.into(), through_on.into()]).await
}

pub(crate) async fn delete_role_row(
    tx: &mut Tx,
    (actor, role): (ActorId, &str),
    from_on: NaiveDate,
) -> Result<(), Fault> {
    const SQL: &str = "
        delete from actor_role
        where actor_id = $1 and role = $2 and from_on = $3";
    tx.run_once(SQL, vec![actor.into(), role.into(), from_on.into()]).await
}

/// Active people with an own role that allows to approve roles and has no end.
pub(crate) async fn approver_ids(read: &mut Read) -> Result<BTreeSet<ActorId>, Fault> {
    const SQL: &str = "
        select distinct actor.actor_id
        from actor
        join actor_role on actor_role.actor_id = actor.actor_id
        join role_permission on role_permission.role = actor_role.role
        where actor.is_active and actor_role.through_on is null and role_permission.permission = 'staff.approve'
        order by actor.actor_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

/// Whether an active person has a role on a day that allows to approve roles, also one that ends.
pub(crate) async fn has_approver_on(read: &mut Read, day: NaiveDate) -> Result<bool, Fault> {
    const SQL: &str = "
        select count(*)
        from actor
        join actor_role on actor_role.actor_id = actor.actor_id
        join role_permission on role_permission.role = actor_role.role
        where actor.is_active and role_permission.permission = 'staff.approve'
          and actor_role.from_on <= $1
          and (actor_role.through_on is null or $1 <= actor_role.through_on)";
    Ok(0 < read.number(SQL, vec![day.into()]).await?.unwrap_or(0))
}

/// The codes of active people who report to somebody.
pub(crate) async fn reports_to(read: &mut Read, supervisor: ActorId) -> Result<Vec<String>, Fault> {
    const SQL: &str = "
        select actor.code
        from staff_member
        join actor on actor.actor_id = staff_member.actor_id
        where staff_member.supervisor_id = $1 and actor.is_active
        order by actor.code";
    let rows: Vec<(String,)> = read.all(SQL, vec![supervisor.into()]).await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// Whom everybody reports to.
pub(crate) async fn supervisors(read: &mut Read) -> Result<BTreeMap<ActorId, ActorId>, Fault> {
    const SQL: &str = "
        select actor_id, supervisor_id
        from staff_member
        where supervisor_id is not null
        order by actor_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(actor, supervisor)| (ActorId(actor), ActorId(supervisor))).collect())
}
