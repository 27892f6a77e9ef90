//! The SQL of people and of the accounts that are theirs.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Tx};
use kernel::{AccountId, ActorId};

use crate::people::{Assignment, Contact, Days, Person, Relation, RelationKind};

use super::roles_of;

/// Somebody who begins to work here.
pub(crate) struct NewPerson<'a> {
    pub(crate) actor: ActorId,
    pub(crate) position: &'a str,
    pub(crate) supervisor: Option<ActorId>,
    pub(crate) skills: &'a str,
    pub(crate) contact: &'a Contact,
    pub(crate) joined_on: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    actor_id: i64,
    code: String,
    name: String,
    is_active: bool,
    position: String,
    supervisor_id: Option<i64>,
    skills: String,
    email: String,
    phone: String,
    address: String,
    joined_on: NaiveDate,
    left_on: Option<NaiveDate>,
}

impl PersonRow {
    fn person(self, roles: Vec<Assignment>) -> Person {
        Person {
            actor: ActorId(self.actor_id),
            code: self.code,
            name: self.name,
            position: self.position,
            supervisor: self.supervisor_id.map(ActorId),
            skills: self.skills,
            contact: Contact { email: self.email, phone: self.phone, address: self.address },
            joined_on: self.joined_on,
            left_on: self.left_on,
            is_active: self.is_active,
            roles,
        }
    }
}

/// Everybody who works here or did, in the order of codes.
pub(crate) async fn people(read: &mut Read) -> Result<Vec<Person>, Fault> {
    const SQL: &str = "
        select actor.actor_id, actor.code, actor.name, actor.is_active,
               staff_member.position, staff_member.supervisor_id, staff_member.skills,
               staff_member.email, staff_member.phone, staff_member.address,
               staff_member.joined_on, staff_member.left_on
        from staff_member
        join actor on actor.actor_id = staff_member.actor_id
        order by actor.code";
    const ROLES: &str = "
        select actor_id, role, from_on, through_on
        from actor_role
        order by actor_id, role, from_on";
    let mut roles: BTreeMap<i64, Vec<Assignment>> = BTreeMap::new();
    let rows: Vec<(i64, String, NaiveDate, Option<NaiveDate>)> = read.all(ROLES, vec![]).await?;
    for (actor, role, from_on, through_on) in rows {
        let one = Assignment { through: ActorId(actor), role, days: Days { from_on, through_on } };
        roles.entry(actor).or_default().push(one);
    }
    let rows: Vec<PersonRow> = read.all(SQL, vec![]).await?;
    let person = |row: PersonRow| {
        let own = roles.remove(&row.actor_id).unwrap_or_default();
        row.person(own)
    };
    Ok(rows.into_iter().map(person).collect())
}

/// One of them.
pub(crate) async fn person(read: &mut Read, actor: ActorId) -> Result<Option<Person>, Fault> {
    const SQL: &str = "
        select actor.actor_id, actor.code, actor.name, actor.is_active,
               staff_member.position, staff_member.supervisor_id, staff_member.skills,
               staff_member.email, staff_member.phone, staff_member.address,
               staff_member.joined_on, staff_member.left_on
        from staff_member
        join actor on actor.actor_id = staff_member.actor_id
        where actor.actor_id = $1";
    let row: Option<PersonRow> = read.one(SQL, vec![actor.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let roles = roles_of(read, actor).await?;
    Ok(Some(row.person(roles)))
}

/// The codes of all active actors, people and programs, in the order of codes.
pub(crate) async fn active(read: &mut Read) -> Result<Vec<(ActorId, String)>, Fault> {
    const SQL: &str = "
        select actor_id, code
        from actor
        where is_active
        order by code";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(id, code)| (ActorId(id), code)).collect())
}

/// Whether an actor is a person and not a program.
pub(crate) async fn is_person(read: &mut Read, actor: ActorId) -> Result<bool, Fault> {
    const SQL: &str = "
        select kind
        from actor
        where actor_id = $1";
    let row: Option<(String,)> = read.one(SQL, vec![actor.into()]).await?;
    Ok(row.is_some_and(|(kind,)| kind == "person"))
}

/// Records what somebody is employed as, from their first day on.
pub(crate) async fn take_in(tx: &mut Tx, new: NewPerson<'_>) -> Result<(), Fault> {
    const SQL: &str = "
        insert into staff_member (actor_id, position, supervisor_id, skills, email, phone, address, phone_key,
                                  address_key, joined_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (actor_id) do update set
            position = excluded.position,
            supervisor_id = excluded.supervisor_id,
            skills = excluded.skills,
            email = excluded.email,
            phone = excluded.phone,
            address = excluded.address,
            phone_key = excluded.phone_key,
            address_key = excluded.address_key,
            joined_on = excluded.joined_on,
            left_on = null";
    let NewPerson { actor, position, supervisor, skills, contact, joined_on } = new;
    let args = vec![
        actor.into(),
        position.into(),
        supervisor.into(),
        skills.into(),
        contact.email.as_str().into(),
        contact.phone.as_str().into(),
        contact.address.as_str().into(),
        contact.phone_key().into(),
        contact.address_key().into(),
        joined_on.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Lets an actor act again.
pub(crate) async fn rejoin(tx: &mut Tx, actor: ActorId) -> Result<(), Fault> {
    const SQL: &str = "
        update actor
        set is_active = $2
        where actor_id = $1";
    tx.run_once(SQL, vec![actor.into(), true.into()]).await
}

pub(crate) async fn move_person(
    tx: &mut Tx,
    actor: ActorId,
    position: &str,
    supervisor: Option<ActorId>,
) -> Result<(), Fault> {
    const SQL: &str = "
        update staff_member
        set position = $2, supervisor_id = $3
        where actor_id = $1";
    tx.run_once(SQL, vec![actor.into(), position.into(), supervisor.into()]).await
}

/// How somebody is reached from now on.
pub(crate) async fn put_contact(tx: &mut Tx, actor: ActorId, contact: &Contact) -> Result<(), Fault> {
    const SQL: &str = "
        update staff_member
        set email = $2, phone = $3, address = $4, phone_key = $5, address_key = $6
        where actor_id = $1";
    let args = vec![
        actor.into(),
        contact.email.as_str().into(),
        contact.phone.as_str().into(),
        contact.address.as_str().into(),
        contact.phone_key().into(),
        contact.address_key().into(),
    ];
    tx.run_once(SQL, args).await
}

/// Nobody acts as them any more: not active, no role and no acting authority beyond the last day.
pub(crate) async fn leave(tx: &mut Tx, actor: ActorId, left_on: NaiveDate) -> Result<(), Fault> {
    const GONE: &str = "
        update staff_member
        set left_on = $2
        where actor_id = $1";
    const CLOSED: &str = "
        update actor
        set is_active = $2
        where actor_id = $1";
    const NEVER: [&str; 2] = [
        "
        delete from actor_role
        where actor_id = $1 and $2 < from_on",
        "
        delete from stand_in
        where (actor_id = $1 or absent_id = $1) and $2 < from_on",
    ];
    const ENDED: [&str; 2] = [
        "
        update actor_role
        set through_on = $2
        where actor_id = $1 and (through_on is null or $2 < through_on)",
        "
        update stand_in
        set through_on = $2
        where (actor_id = $1 or absent_id = $1) and $2 < through_on",
    ];
    tx.run_once(GONE, vec![actor.into(), left_on.into()]).await?;
    tx.run_once(CLOSED, vec![actor.into(), false.into()]).await?;
    for sql in NEVER.into_iter().chain(ENDED) {
        tx.run(sql, vec![actor.into(), left_on.into()]).await?;
    }
    Ok(())
}

/// Ends every session and every token of an actor.
pub(crate) async fn end_access(tx: &mut Tx, actor: ActorId, now: DateTime<Utc>) -> Result<(), Fault> {
    const SQL: [&str; 2] = [
        "
        update session
        set ended_at = $2
        where actor_id = $1 and ended_at is null",
        "
        update api_token
        set ended_at = $2
        where actor_id = $1 and ended_at is null",
    ];
    for sql in SQL {
        tx.run(sql, vec![actor.into(), now.into()]).await?;
    }
    Ok(())
}

/// What accounts are to somebody, ended relations too, in the order of accounts.
pub(crate) async fn relations(read: &mut Read, actor: ActorId) -> Result<Vec<Relation>, Fault> {
    const SQL: &str = "
        select customer_account_id, kind, declared_on, ended_on
        from relation
        where actor_id = $1
        order by customer_account_id";
    let rows: Vec<(i64, String, NaiveDate, Option<NaiveDate>)> = read.all(SQL, vec![actor.into()]).await?;
    let relation = |(account, kind, declared_on, ended_on): (i64, String, _, _)| {
        let kind = RelationKind::of_code(&kind).ok_or_else(|| Fault::impossible_row("relation", "kind", account))?;
        Ok(Relation { account: AccountId(account), kind, declared_on, ended_on })
    };
    rows.into_iter().map(relation).collect()
}

/// Declares a relation, or declares an ended one again; answers 0 when it stands already.
pub(crate) async fn insert_relation_once(tx: &mut Tx, actor: ActorId, relation: Relation) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into relation (actor_id, customer_account_id, kind, declared_on)
        values ($1, $2, $3, $4)
        on conflict (actor_id, customer_account_id) do update set
            kind = excluded.kind,
            declared_on = excluded.declared_on,
            ended_on = null
        where relation.ended_on is not null or relation.kind <> excluded.kind";
    let Relation { account, kind, declared_on, .. } = relation;
    tx.run(SQL, vec![actor.into(), account.into(), kind.code().into(), declared_on.into()]).await
}

/// Ends a relation; answers 0 when none stands.
pub(crate) async fn end_relation(
    tx: &mut Tx,
    actor: ActorId,
    account: AccountId,
    ended_on: NaiveDate,
) -> Result<u64, Fault> {
    const SQL: &str = "
        update relation
        set ended_on = $3
        where actor_id = $1 and customer_account_id = $2 and ended_on is null";
    tx.run(SQL, vec![actor.into(), account.into(), ended_on.into()]).await
}
