//! The SQL of roles, their permissions and limits, incompatible permissions and office hours.

use std::collections::{BTreeMap, BTreeSet};

use acts::Direction;
use chrono_tz::Tz;
use db::{Fault, Read, Rows, Tx};
use kernel::Cents;

use crate::people::hours::OpenHours;
use crate::people::{Incompatible, Limit, OfficeHours, Role, RoleBook};

#[derive(sqlx::FromRow)]
struct LimitRow {
    role: String,
    class: String,
    direction: String,
    act_cents: i64,
    actor_cents: i64,
    account_cents: i64,
}

/// Everything about roles.
pub(crate) async fn role_book(read: &mut Read) -> Result<RoleBook, Fault> {
    let mut roles = roles(read).await?;
    for (code, permission) in role_permissions(read).await? {
        if let Some(role) = roles.get_mut(&code) {
            role.permissions.insert(permission);
        }
    }
    for row in role_limits(read).await? {
        let wrong = || Fault::new(format!("role_limit.direction of role {} is '{}'", row.role, row.direction));
        let direction = Direction::parse(&row.direction).ok_or_else(wrong)?;
        let limit = Limit {
            act_cents: Cents(row.act_cents),
            actor_cents: Cents(row.actor_cents),
            account_cents: Cents(row.account_cents),
        };
        if let Some(role) = roles.get_mut(&row.role) {
            role.limits.insert((row.class, direction), limit);
        }
    }
    Ok(RoleBook { roles, incompatible: incompatible(read).await?, hours: office_hours(read).await? })
}

async fn roles(read: &mut Read) -> Result<BTreeMap<String, Role>, Fault> {
    const SQL: &str = "
        select role, title, sentence
        from role
        order by role";
    let rows: Vec<(String, String, String)> = read.all(SQL, vec![]).await?;
    let role = |(code, title, sentence): (String, String, String)| {
        let (permissions, limits) = (BTreeSet::new(), BTreeMap::new());
        let role = Role { code: code.clone(), title, sentence, permissions, limits };
        (code, role)
    };
    Ok(rows.into_iter().map(role).collect())
}

async fn role_permissions(read: &mut Read) -> Result<Vec<(String, String)>, Fault> {
    const SQL: &str = "
        select role, permission
        from role_permission
        order by role, permission";
    read.all(SQL, vec![]).await
}

async fn role_limits(read: &mut Read) -> Result<Vec<LimitRow>, Fault> {
    const SQL: &str = "
        select role, class, direction, act_cents, actor_cents, account_cents
        from role_limit
        order by role, class, direction";
    read.all(SQL, vec![]).await
}

async fn incompatible(read: &mut Read) -> Result<Vec<Incompatible>, Fault> {
    const SQL: &str = "
        select permission, other, sentence
        from incompatible
        order by permission, other";
    let rows: Vec<(String, String, String)> = read.all(SQL, vec![]).await?;
    let pair = |(permission, other, sentence)| Incompatible { permission, other, sentence };
    Ok(rows.into_iter().map(pair).collect())
}

async fn office_hours(read: &mut Read) -> Result<Option<OfficeHours>, Fault> {
    const SQL: &str = "
        select time_zone, opens_minute, closes_minute
        from office_hours
        where town_id = 0";
    let row: Option<(String, i64, i64)> = read.one(SQL, vec![]).await?;
    let Some((zone, opens, closes)) = row else { return Ok(None) };
    let wrong = |_| Fault::new(format!("office_hours.time_zone is '{zone}', which is no time zone"));
    let zone: Tz = zone.parse().map_err(wrong)?;
    let minute = |minute: i64| u32::try_from(minute).map_err(|_| Fault::new("office_hours has a minute below zero"));
    let hours = OpenHours { zone, opens_minute: minute(opens)?, closes_minute: minute(closes)? };
    Ok(Some(hours.written()))
}

/// Waits until nobody else changes who has which role, and keeps others waiting until the transaction ends.
pub(crate) async fn hold_roles(tx: &mut Tx) -> Result<(), Fault> {
    const SQL: &str = "
        select town_id
        from office_hours
        where town_id = 0
        for update";
    let _held: Option<(i64,)> = tx.one(SQL, vec![]).await?;
    Ok(())
}

/// Puts other roles in the place of those that stand. Roles that somebody ever had stay by name.
pub(crate) async fn replace_roles(tx: &mut Tx, book: &RoleBook, hours: OpenHours) -> Result<(), Fault> {
    const SWEEP: [&str; 4] = [
        "
        delete from role_permission",
        "
        delete from role_limit",
        "
        delete from incompatible",
        "
        delete from role
        where not exists (select 1 from actor_role where actor_role.role = role.role)",
    ];
    for sql in SWEEP {
        tx.run(sql, vec![]).await?;
    }
    for role in book.roles.values() {
        put_role(tx, role).await?;
    }
    insert_lists(tx, book).await?;
    put_hours(tx, hours).await
}

async fn put_role(tx: &mut Tx, role: &Role) -> Result<(), Fault> {
    const SQL: &str = "
        insert into role (role, title, sentence)
        values ($1, $2, $3)
        on conflict (role) do update set title = excluded.title, sentence = excluded.sentence";
    let args = [&role.code, &role.title, &role.sentence].map(|text| text.as_str().into());
    tx.run_once(SQL, args.to_vec()).await
}

async fn insert_lists(tx: &mut Tx, book: &RoleBook) -> Result<(), Fault> {
    let mut permissions = Rows::new("role_permission", &["role", "permission"]);
    let columns = ["role", "class", "direction", "act_cents", "actor_cents", "account_cents"];
    let mut limits = Rows::new("role_limit", &columns);
    for role in book.roles.values() {
        for permission in &role.permissions {
            permissions.push([role.code.as_str().into(), permission.as_str().into()]);
        }
        for ((class, direction), limit) in &role.limits {
            limits.push([
                role.code.as_str().into(),
                class.as_str().into(),
                direction.code().into(),
                limit.act_cents.into(),
                limit.actor_cents.into(),
                limit.account_cents.into(),
            ]);
        }
    }
    tx.bulk(permissions).await?;
    tx.bulk(limits).await?;
    let mut pairs = Rows::new("incompatible", &["permission", "other", "sentence"]);
    for pair in &book.incompatible {
        pairs.push([&pair.permission, &pair.other, &pair.sentence].map(|text| text.as_str().into()));
    }
    tx.bulk(pairs).await?;
    Ok(())
}

async fn put_hours(tx: &mut Tx, hours: OpenHours) -> Result<(), Fault> {
    const SQL: &str = "
        insert into office_hours (town_id, time_zone, opens_minute, closes_minute)
        values (0, $1, $2, $3)
        on conflict (town_id) do update set
            time_zone = excluded.time_zone,
            opens_minute = excluded.opens_minute,
            closes_minute = excluded.closes_minute";
    let minutes = [hours.opens_minute, hours.closes_minute].map(|minute| i64::from(minute).into());
    let mut args = vec![hours.zone.name().into()];
    args.extend(minutes);
    tx.run_once(SQL, args).await
}
