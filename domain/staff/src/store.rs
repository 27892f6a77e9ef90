//! The SQL of actors and their permissions.

use std::collections::{BTreeMap, BTreeSet};

use acts::Actor;
use db::{Fault, Read, Rows, Tx};
use kernel::ActorId;

use crate::ActorKind;

mod reports;
mod results;
mod schedules;

pub use reports::{SavedReport, saved_report, saved_reports};
pub(crate) use reports::{delete_report, insert_report, replace_report};
pub use results::{
    FileOf, NewResult, ReportFiles, ReportResult, keep_result, report_file, report_results, reports_by_clock,
};
pub use schedules::{ReportSchedule, report_schedules};
pub(crate) use schedules::{count_schedules, delete_schedule, put_schedule};

/// An actor about to be added.
pub(crate) struct NewActor<'a> {
    pub(crate) id: ActorId,
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: ActorKind,
}

/// The actor with that code, active or not.
pub async fn actor_by_code(read: &mut Read, code: &str) -> Result<Option<Actor>, Fault> {
    const SQL: &str = "
        select actor_id, code
        from actor
        where code = $1";
    let row: Option<(i64, String)> = read.one(SQL, vec![code.into()]).await?;
    Ok(row.map(|(id, code)| Actor { id: ActorId(id), code }))
}

/// An actor by id, active or not.
pub async fn actor_by_id(read: &mut Read, actor: ActorId) -> Result<Actor, Fault> {
    Ok(Actor { id: actor, code: code_of(read, actor).await? })
}

/// The code of an actor.
pub(crate) async fn code_of(read: &mut Read, actor: ActorId) -> Result<String, Fault> {
    const SQL: &str = "
        select code
        from actor
        where actor_id = $1";
    let row: Option<(String,)> = read.one(SQL, vec![actor.into()]).await?;
    row.map(|(code,)| code).ok_or_else(|| Fault::impossible_row("actor", "code", actor.0))
}

/// Whether an actor may act at all; who left may not.
pub async fn is_active(read: &mut Read, actor: ActorId) -> Result<bool, Fault> {
    const SQL: &str = "
        select is_active
        from actor
        where actor_id = $1";
    let row: Option<(bool,)> = read.one(SQL, vec![actor.into()]).await?;
    Ok(row == Some((true,)))
}

/// What actors are called, for reports of who did what.
pub async fn names(read: &mut Read) -> Result<BTreeMap<ActorId, String>, Fault> {
    const SQL: &str = "
        select actor_id, name
        from actor
        order by actor_id";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(id, name)| (ActorId(id), name)).collect())
}

/// Everybody who acts or did, programs too, by code.
pub(crate) async fn codes(read: &mut Read) -> Result<BTreeMap<String, ActorId>, Fault> {
    const SQL: &str = "
        select code, actor_id
        from actor
        order by code";
    let rows: Vec<(String, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(code, id)| (code, ActorId(id))).collect())
}

/// The codes of what an actor is allowed while active.
pub async fn permissions_of(read: &mut Read, actor: ActorId) -> Result<BTreeSet<String>, Fault> {
    const SQL: &str = "
        select permission
        from actor_permission
        where actor_id = $1
        order by permission";
    let rows: Vec<(String,)> = read.all(SQL, vec![actor.into()]).await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

pub(crate) async fn is_allowed(read: &mut Read, actor: ActorId, permission: &str) -> Result<bool, Fault> {
    const SQL: &str = "
        select actor.is_active
        from actor
        join actor_permission on actor_permission.actor_id = actor.actor_id
        where actor.actor_id = $1 and actor_permission.permission = $2";
    let row: Option<(bool,)> = read.one(SQL, vec![actor.into(), permission.into()]).await?;
    Ok(row == Some((true,)))
}

pub(crate) async fn has_actors(read: &mut Read) -> Result<bool, Fault> {
    const SQL: &str = "
        select min(actor_id)
        from actor";
    Ok(read.number(SQL, vec![]).await?.is_some())
}

/// Adds an actor unless the code is taken; answers how many were added.
pub(crate) async fn insert_actor_once(tx: &mut Tx, new: NewActor<'_>) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into actor (actor_id, code, name, kind, is_active)
        values ($1, $2, $3, $4, $5)
        on conflict (code) do nothing";
    let NewActor { id, code, name, kind } = new;
    tx.run(SQL, vec![id.into(), code.into(), name.into(), kind.code().into(), true.into()]).await
}

pub(crate) async fn insert_permissions(tx: &mut Tx, actor: ActorId, codes: &[&str]) -> Result<(), Fault> {
    let mut rows = Rows::new("actor_permission", &["actor_id", "permission"]);
    for code in codes {
        rows.push([actor.into(), (*code).into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Grants a permission; answers 0 when it was granted before.
pub(crate) async fn insert_permission_once(tx: &mut Tx, actor: ActorId, code: &str) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into actor_permission (actor_id, permission)
        values ($1, $2)
        on conflict (actor_id, permission) do nothing";
    tx.run(SQL, vec![actor.into(), code.into()]).await
}

/// Takes a permission away; answers 0 when there was none.
pub(crate) async fn delete_permission(tx: &mut Tx, actor: ActorId, code: &str) -> Result<u64, Fault> {
    const SQL: &str = "
        delete from actor_permission
        where actor_id = $1 and permission = $2";
    tx.run(SQL, vec![actor.into(), code.into()]).await
}

/// Waits until no other act of an actor is under way, and lets none begin before this one ends.
pub(crate) async fn hold_actor(read: &mut Read, actor: ActorId) -> Result<(), Fault> {
    const SQL: &str = "
        select actor_id
        from actor
        where actor_id = $1
        for update";
    read.number(SQL, vec![actor.into()]).await?;
    Ok(())
}
