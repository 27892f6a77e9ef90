//! The access review: who may do what, from where, when they last did, and what nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use db::{Fault, Read};
use kernel::ActorId;
use reports::{Kind, Report, Section};

use super::{Held, Person, Role, RoleBook, Source, store, views};

/// After how many days without use a permission is stale.
pub const STALE_DAYS: u64 = 90;

/// One permission of one actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLine {
    /// Who.
    pub actor: ActorId,
    /// Their code.
    pub code: String,
    /// Their name.
    pub name: String,
    /// What they are employed as; empty for programs.
    pub position: String,
    /// The permission.
    pub permission: String,
    /// From where, in words.
    pub sources: Vec<String>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Whether it was not used for 90 days while they had it.
    pub is_stale: bool,
    /// Another permission of theirs that does not go with it, and no review makes up for it.
    pub clashes_with: Option<String>,
}

/// What is known for a review, loaded once for everybody.
struct Known {
    people: BTreeMap<ActorId, Person>,
    names: BTreeMap<ActorId, String>,
    book: RoleBook,
    used: BTreeMap<(ActorId, String), DateTime<Utc>>,
    covered: BTreeSet<(ActorId, String, String)>,
}

/// Everything every active actor may do today, in the order of codes and permissions.
pub async fn access_review(read: &mut Read, today: NaiveDate, now: DateTime<Utc>) -> Result<Vec<AccessLine>, Fault> {
    let people = store::people(read).await?.into_iter().map(|person| (person.actor, person)).collect();
    let used = acts::last_uses(read).await?.into_iter().map(|(actor, code, at)| ((actor, code), at)).collect();
    let reviews = store::reviews(read).await?.into_iter().filter(|review| today <= review.through_on);
    let covered = reviews.map(|review| (review.actor, review.permission, review.other)).collect();
    let (names, book) = (crate::names(read).await?, store::role_book(read).await?);
    let known = Known { people, names, book, used, covered };
    let mut lines = Vec::new();
    for (actor, code) in store::active(read).await? {
        let held = views::permissions_on(read, actor, today).await?;
        lines.extend(known.lines((actor, &code), &held, (today, now)));
    }
    Ok(lines)
}

impl Known {
    fn lines(&self, (actor, code): (ActorId, &str), held: &Held, when: (NaiveDate, DateTime<Utc>)) -> Vec<AccessLine> {
        let line = |(permission, sources): (&String, &Vec<Source>)| {
            let last_used_at = self.used.get(&(actor, permission.clone())).copied();
            AccessLine {
                actor,
                code: code.to_owned(),
                name: self.names.get(&actor).cloned().unwrap_or_default(),
                position: self.people.get(&actor).map(|person| person.position.clone()).unwrap_or_default(),
                permission: permission.clone(),
                sources: sources.iter().map(|source| self.words(source)).collect(),
                last_used_at,
                is_stale: is_stale(last_used_at, self.held_since(actor, permission, when.0), when),
                clashes_with: self.clash(actor, permission, held),
            }
        };
        held.permissions.iter().map(line).collect()
    }

    fn words(&self, source: &Source) -> String {
        match source {
            Source::Direct => "granted directly".to_owned(),
            Source::Role(role) => self.book.roles.get(role).map_or_else(|| role.clone(), |role| role.title.clone()),
            Source::ActingFor(absent) => {
                format!("acting for {}", self.names.get(absent).map_or("somebody", String::as_str))
            }
        }
    }

    /// Since when a role of theirs allows it; `None` when no role of their own does.
    fn held_since(&self, actor: ActorId, permission: &str, today: NaiveDate) -> Option<NaiveDate> {
        let person = self.people.get(&actor)?;
        let allows = |role: &Role| role.permissions.contains(permission);
        let held = person.roles.iter().filter(|one| one.days.hold(today));
        held.filter(|one| self.book.roles.get(&one.role).is_some_and(allows)).map(|one| one.days.from_on).min()
    }

    fn clash(&self, actor: ActorId, permission: &str, held: &Held) -> Option<String> {
        let is_clash = |other: &&String| {
            let (one, two) =
                if permission < other.as_str() { (permission, other.as_str()) } else { (other.as_str(), permission) };
            let is_covered = self.covered.contains(&(actor, one.to_owned(), two.to_owned()));
            !is_covered && self.book.clash(one, two).is_some()
        };
        held.permissions.keys().find(is_clash).cloned()
    }
}

/// Whether something is not needed: last used long ago, or held for long and never used.
fn is_stale(
    last_used_at: Option<DateTime<Utc>>,
    held_since: Option<NaiveDate>,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> bool {
    match last_used_at {
        Some(at) => at + TimeDelta::days(STALE_DAYS.cast_signed()) <= now,
        None => held_since.is_none_or(|since| since + Days::new(STALE_DAYS) <= today),
    }
}

/// The access review as a report.
#[must_use]
pub fn access_report(lines: &[AccessLine], today: NaiveDate) -> Report {
    let columns = [
        ("Code", Kind::Text),
        ("Name", Kind::Text),
        ("Position", Kind::Text),
        ("Permission", Kind::Text),
        ("From", Kind::Text),
        ("Last used (UTC)", Kind::Text),
        ("Look at", Kind::Text),
    ];
    let mut section = Section::new("Who may do what", &columns);
    for line in lines {
        let used = line.last_used_at.map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
        let mut notes = Vec::new();
        if let Some(other) = &line.clashes_with {
            notes.push(format!("does not go with {other}"));
        }
        if line.is_stale {
            notes.push(format!("not used for {STALE_DAYS} days"));
        }
        section.push(vec![
            line.code.as_str().into(),
            line.name.as_str().into(),
            line.position.as_str().into(),
            line.permission.as_str().into(),
            line.sources.join(", ").as_str().into(),
            used.as_str().into(),
            notes.join("; ").as_str().into(),
        ]);
    }
    Report {
        title: "ACCESS REVIEW".to_owned(),
        subtitle: vec![format!("On {today}")],
        dated_on: today,
        sections: vec![section],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_ninety_days_is_stale() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let noon = |text: &str| day(text).and_hms_opt(12, 0, 0).unwrap().and_utc();
        let today = (day("2026-07-01"), noon("2026-07-01"));
        // 2 April is 90 days before 1 July.
        #[rustfmt::skip]
        let rows = [
            (Some("2026-04-02"), Some("2020-01-01"), true),
            (Some("2026-04-03"), Some("2020-01-01"), false),
            (None,               Some("2026-04-02"), true),
            (None,               Some("2026-04-03"), false),
            (None,               None,               true),
        ];
        for (used, since, expected) in rows {
            assert_eq!(is_stale(used.map(noon), since.map(day), today), expected, "{used:?} {since:?}");
        }
    }
}
