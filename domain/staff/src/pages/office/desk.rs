//! What many pages of the office ask: who is who, who may look, what a kind of change is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acts::{Proposal, Registry};
use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read};
use kernel::{AccountId, ActorId, ServicePointId};
use web::shown::capital;
use web::{Access, Ask, Cell, Choice, Visitor, encoded};

use super::{Directory, NamedPlace};
use crate::pages::PermissionBook;
use crate::people::{self, Person, RoleBook};
use crate::{APPROVE, MANAGE, REVIEW};

/// Who may look at people and roles.
pub(super) const LOOK: Access = Access::NeedsAny(&[MANAGE, APPROVE, REVIEW, acts::permissions::READ]);
/// Who may read the log.
pub(super) const READ_LOG: Access = Access::Needs(acts::permissions::READ);

/// Whether a visitor may look at people and roles.
pub(super) fn may_look(ask: &Ask) -> bool {
    [MANAGE, APPROVE, REVIEW, acts::permissions::READ].iter().any(|permission| ask.may(*permission))
}

/// Everybody by id, for pages that name people.
pub(super) struct Everybody {
    /// Who works here or did, in the order of codes.
    pub(super) people: Vec<Person>,
    /// Everybody who can act, programs too, in the order of codes.
    codes: BTreeMap<String, ActorId>,
    names: BTreeMap<ActorId, String>,
    may_look: bool,
}

impl Everybody {
    pub(super) async fn load(ask: &Ask, read: &mut Read) -> Result<Everybody, Fault> {
        let people = people::people(read).await?;
        let (names, codes) = (crate::names(read).await?, crate::store::codes(read).await?);
        Ok(Everybody { people, codes, names, may_look: may_look(ask) })
    }

    /// What somebody is called.
    pub(super) fn name(&self, actor: ActorId) -> String {
        self.names.get(&actor).cloned().unwrap_or_else(|| format!("Number {}", actor.0))
    }

    /// Somebody who works here or did.
    pub(super) fn person(&self, actor: ActorId) -> Option<&Person> {
        self.people.iter().find(|person| person.actor == actor)
    }

    /// Somebody by their code.
    pub(super) fn by_code(&self, code: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.code == code)
    }

    /// Whoever acts under a code: somebody of the staff, or a program.
    pub(super) fn actor(&self, code: &str) -> Option<ActorId> {
        self.codes.get(code).copied()
    }

    /// The code somebody acts under.
    pub(super) fn code(&self, actor: ActorId) -> String {
        let found = self.codes.iter().find(|(_, id)| **id == actor);
        found.map(|(code, _)| code.clone()).unwrap_or_default()
    }

    /// Everybody who can act or could, as answers of a field.
    pub(super) fn all_choices(&self) -> Vec<Choice> {
        let all = self.codes.iter();
        all.map(|(code, actor)| Choice::new(code, format!("{} ({code})", self.name(*actor)))).collect()
    }

    /// The page of somebody, if they have one and the visitor may see it.
    pub(super) fn href(&self, actor: ActorId) -> Option<String> {
        let person = self.person(actor).filter(|_| self.may_look)?;
        Some(staff_href(&person.code))
    }

    /// Somebody in a table.
    pub(super) fn cell(&self, actor: ActorId) -> Cell {
        let cell = Cell::text(self.name(actor));
        match self.href(actor) {
            Some(href) => cell.link(href),
            None => cell,
        }
    }

    /// All who work here, as answers of a field, but for some.
    pub(super) fn choices(&self, is_meant: impl Fn(&Person) -> bool) -> Vec<Choice> {
        let working = self.people.iter().filter(|person| person.is_active && is_meant(person));
        working.map(|person| Choice::new(&person.code, format!("{} ({})", person.name, person.code))).collect()
    }
}

/// The page of somebody.
pub(super) fn staff_href(code: &str) -> String {
    format!("/staff/{}", encoded(code))
}

/// What the rooms above know things by.
pub(super) fn directory(ask: &Ask) -> &dyn Directory {
    &**ask.site().part::<Arc<dyn Directory>>()
}

/// What a permission allows, in a sentence; its code when no room knows it.
pub(super) fn sentence(ask: &Ask, code: &str) -> String {
    let words = ask.site().part::<PermissionBook>().words(code);
    if words == code { words.to_owned() } else { capital(words) }
}

/// What a permission allows, with its code below.
pub(super) fn permission_cell(ask: &Ask, code: &str) -> Cell {
    let words = sentence(ask, code);
    if words == code { Cell::text(words) } else { Cell::text(words).note(code) }
}

/// What a role is called; its code when it is withdrawn.
pub(super) fn role_title<'a>(book: &'a RoleBook, code: &'a str) -> &'a str {
    book.roles.get(code).map_or(code, |role| role.title.as_str())
}

/// What is done to proposals themselves, as it is called on screens.
const DECISIONS: [(&str, &str); 8] = [
    ("acts.approve_proposal", "Approve a proposal"),
    ("acts.hand_on_proposal", "Hand a proposal on"),
    ("acts.propose", "Propose a change"),
    ("acts.propose_again", "Propose a change again"),
    ("acts.refuse_proposal", "Refuse a proposal"),
    ("acts.send_back_proposal", "Send a proposal back"),
    ("acts.set_aside_proposal", "Set a proposal aside"),
    ("acts.withdraw_proposal", "Take a proposal back"),
];

/// What a kind of change is called.
pub(super) fn kind_title(ask: &Ask, kind: &str) -> String {
    if let Some((_, title)) = DECISIONS.iter().find(|(known, _)| *known == kind) {
        return (*title).to_owned();
    }
    let title = ask.site().part::<Registry>().title(kind);
    if title != kind {
        return title.to_owned();
    }
    capital(&kind.rsplit('.').next().unwrap_or(kind).replace('_', " "))
}

/// All kinds of change, as answers of a field.
pub(super) fn kind_choices(ask: &Ask) -> Vec<Choice> {
    let known = ask.site().part::<Registry>().kinds();
    let mut all: Vec<(&str, &str)> = known.chain(DECISIONS).map(|(kind, title)| (title, kind)).collect();
    all.sort_unstable();
    all.into_iter().map(|(title, kind)| Choice::new(kind, title)).collect()
}

/// What something was done to: in words, and where its history is.
pub(super) struct SubjectWords {
    pub(super) words: String,
    pub(super) href: Option<String>,
    /// Its own page, where it has one that the visitor may open.
    pub(super) page: Option<String>,
}

/// What the things among subjects are known by.
#[derive(Default)]
pub(super) struct SubjectNames {
    accounts: BTreeMap<AccountId, String>,
    places: BTreeMap<ServicePointId, NamedPlace>,
}

impl SubjectNames {
    pub(super) async fn load<'a>(
        ask: &Ask,
        read: &mut Read,
        subjects: impl Iterator<Item = &'a str>,
    ) -> Result<SubjectNames, Fault> {
        let (mut accounts, mut points) = (BTreeSet::new(), BTreeSet::new());
        for (kind, id) in subjects.filter_map(|subject| subject.split_once(' ')) {
            match (kind, id.parse::<i64>()) {
                ("account", Ok(id)) => {
                    accounts.insert(AccountId(id));
                }
                ("service_point", Ok(id)) => {
                    points.insert(ServicePointId(id));
                }
                (_, _) => {}
            }
        }
        let mut names = SubjectNames::default();
        if !accounts.is_empty() {
            let accounts: Vec<AccountId> = accounts.into_iter().collect();
            names.accounts = directory(ask).account_numbers(read, &accounts).await?;
        }
        if !points.is_empty() {
            let points: Vec<ServicePointId> = points.into_iter().collect();
            names.places = directory(ask).places(ask, read, &points).await?;
        }
        Ok(names)
    }
}

/// A subject as the log names it, such as `account 12`.
pub(super) fn subject_words(subject: &str, names: &SubjectNames) -> SubjectWords {
    let (kind, id) = subject.split_once(' ').unwrap_or((subject, "0"));
    let id: i64 = id.parse().unwrap_or(0);
    let name = capital(&kind.replace('_', " "));
    let place = names.places.get(&ServicePointId(id)).filter(|_| kind == "service_point");
    let number = names.accounts.get(&AccountId(id)).filter(|_| kind == "account");
    let words = match (kind, id) {
        ("town", _) => "The town".to_owned(),
        (_, 0) => name,
        (_, id) => match place.map(|place| &place.reference).or(number) {
            Some(known) => format!("{name} {known}"),
            None => format!("{name} {id}"),
        },
    };
    let href = match (kind, id) {
        (_, 0) => None,
        ("proposal", id) => Some(format!("/approvals/{id}")),
        (kind, id) => Some(format!("/history/{}/{id}", encoded(kind))),
    };
    SubjectWords { words, href, page: place.and_then(|place| place.href.clone()) }
}

/// Whether a visitor may look at a proposal: theirs, handed to them, theirs to decide, or a reader of the log.
#[must_use]
pub fn may_see(visitor: &Visitor, proposal: &Proposal) -> bool {
    let id = visitor.actor.id;
    proposal.actor == id
        || proposal.assigned_to == Some(id)
        || visitor.permissions.contains(&proposal.approving)
        || visitor.may(acts::permissions::READ)
}

/// Whether a proposal waits for this visitor.
pub(super) fn waits_for(visitor: &Visitor, proposal: &Proposal, today: NaiveDate) -> bool {
    let id = visitor.actor.id;
    proposal.state_on(today) == acts::ProposalState::Open
        && proposal.actor != id
        && proposal.assigned_to.is_none_or(|assigned| assigned == id)
        && visitor.permissions.contains(&proposal.approving)
}

/// Days between an instant and now.
pub(super) fn days_since(ask: &Ask, at: DateTime<Utc>) -> i64 {
    let zone = &ask.site().town().zone;
    let (then, now) = (at.with_timezone(zone).date_naive(), ask.now().with_timezone(zone).date_naive());
    (now - then).num_days()
}

/// How many, as the kit counts.
pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of things with the right form of their word.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    web::shown::counted(count(number), one, many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_named_as_people_know_them() {
        let place = NamedPlace { reference: "P7-W".to_owned(), href: Some("/points/P7-W".to_owned()) };
        let names = SubjectNames {
            accounts: BTreeMap::from([(AccountId(7), "1000074".to_owned())]),
            places: BTreeMap::from([(ServicePointId(7), place)]),
        };
        let rows = [
            ("account 7", "Account 1000074", Some("/history/account/7"), None),
            ("account 8", "Account 8", Some("/history/account/8"), None),
            ("service_point 7", "Service point P7-W", Some("/history/service_point/7"), Some("/points/P7-W")),
            ("service_point 8", "Service point 8", Some("/history/service_point/8"), None),
            ("bill_run 7", "Bill run 7", Some("/history/bill_run/7"), None),
            ("proposal 4", "Proposal 4", Some("/approvals/4"), None),
            ("staff 0", "Staff", None, None),
            ("town 0", "The town", None, None),
        ];
        for (subject, words, href, page) in rows {
            let found = subject_words(subject, &names);
            let told = (found.words.as_str(), found.href.as_deref(), found.page.as_deref());
            assert_eq!(told, (words, href, page), "{subject}");
        }
    }
}
