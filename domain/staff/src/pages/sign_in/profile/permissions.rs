//! What somebody may do, in words and with its sources, and up to which amounts alone.

use std::collections::{BTreeMap, BTreeSet};

use acts::Direction;
use db::{Fault, Read};
use kernel::ActorId;
use web::{Ask, Cell, Column, Table};

use super::super::{capital, permission_words};
use crate::people::{self, Held, RoleBook, Source};

/// What somebody may do from the same sources.
pub(super) struct Allowed {
    pub(super) sources: String,
    /// In words, and the code.
    pub(super) permissions: Vec<(String, String)>,
}

/// Everything somebody holds, by where it comes from, in the order of words.
pub(super) fn allowed(ask: &Ask, held: &Held, book: &RoleBook, names: &BTreeMap<ActorId, String>) -> Vec<Allowed> {
    let mut groups: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (code, sources) in &held.permissions {
        let sources: Vec<String> = sources.iter().map(|source| source_words(source, book, names)).collect();
        groups.entry(capital(&sources.join(", "))).or_default().push((permission_words(ask, code), code.clone()));
    }
    let group = |(sources, mut permissions): (String, Vec<(String, String)>)| {
        permissions.sort();
        Allowed { sources, permissions }
    };
    groups.into_iter().map(group).collect()
}

fn source_words(source: &Source, book: &RoleBook, names: &BTreeMap<ActorId, String>) -> String {
    match source {
        Source::Direct => "granted to you alone".to_owned(),
        Source::Role(role) => book.roles.get(role).map_or_else(|| role.clone(), |role| role.title.clone()),
        Source::ActingFor(absent) => {
            let name = names.get(absent).map_or("somebody absent", String::as_str);
            format!("standing in for {name}")
        }
    }
}

/// The amounts somebody decides alone; `None` in a town without limits.
pub(super) async fn limits(ask: &Ask, read: &mut Read, book: &RoleBook) -> Result<Option<Table>, Fault> {
    let Some(visitor) = ask.visitor() else { return Ok(None) };
    let classes: BTreeSet<(&str, Direction)> = book
        .roles
        .values()
        .flat_map(|role| role.limits.keys().map(|(class, direction)| (class.as_str(), *direction)))
        .collect();
    let mut table = ask
        .table("limits", "Amounts you decide alone")
        .plain()
        .column(Column::text("class", "Kind of change"))
        .column(Column::money("act", "At a time"))
        .column(Column::money("actor", "By you in 30 days"))
        .column(Column::money("account", "On one account in 30 days"));
    let mut has_any = false;
    for (class, direction) in classes {
        let limit = people::limit_of(read, visitor.actor.id, (class, direction), ask.today()).await?;
        let Some(limit) = limit.filter(|limit| *limit != people::Limit::NOTHING) else { continue };
        has_any = true;
        let words = Cell::text(class_words(class)).note(direction_words(direction));
        table.push([words, limit.act_cents.into(), limit.actor_cents.into(), limit.account_cents.into()]);
    }
    Ok(has_any.then_some(table))
}

/// `late_fee` as `Late fee`.
fn class_words(class: &str) -> String {
    capital(&class.replace('_', " "))
}

fn direction_words(direction: Direction) -> &'static str {
    match direction {
        Direction::Credit => "the customer owes less",
        Direction::Charge => "the customer owes more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_written_as_words() {
        for (class, words) in [("adjustment", "Adjustment"), ("late_fee", "Late fee"), ("", "")] {
            assert_eq!(class_words(class), words);
        }
    }
}
