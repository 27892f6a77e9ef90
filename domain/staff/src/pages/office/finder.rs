//! `StaffFinder`: people who work here by code or name, proposals and entries of the log by number.

use acts::LoggedAct;
use async_trait::async_trait;
use db::Read;
use kernel::{ActId, ProposalId};
use web::{Ask, Finder, Found, Problem, Tone, read_number};

use super::desk::{Everybody, kind_title, may_look, may_see, staff_href};

/// Finds people of the staff, what waits for approval, and entries of the log.
pub struct StaffFinder;

/// How far off somebody is of whose name a part was typed.
const PART: u8 = 3;
/// How far off is what has the number alone: most numbers are of something else.
const BY_NUMBER: u8 = 2;

#[async_trait]
impl Finder for StaffFinder {
    async fn find(&self, ask: &Ask, read: &mut Read, words: &str, most: usize) -> Result<Vec<Found>, Problem> {
        let mut found = Vec::new();
        if let Some(number) = read_number(words) {
            found.extend(numbered(ask, read, number).await?);
        }
        if may_look(ask) {
            found.extend(people(ask, read, words).await?);
        }
        found.truncate(most);
        Ok(found)
    }
}

async fn numbered(ask: &Ask, read: &mut Read, number: i64) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    let proposal = acts::proposal(read, ProposalId(number)).await?;
    let visitor = ask.who()?;
    if let Some(proposal) = proposal.filter(|proposal| may_see(visitor, proposal)) {
        found.push(Found {
            what: "Change that waits or waited",
            name: format!("Proposal {number}"),
            note: kind_title(ask, &proposal.kind),
            state: None,
            href: format!("/approvals/{number}"),
            distance: BY_NUMBER,
            is_sure: false,
        });
    }
    if ask.may(acts::permissions::READ)
        && let Some(entry) = acts::logged_act(read, ActId(number)).await?
    {
        found.push(entry_found(ask, &entry));
    }
    Ok(found)
}

fn entry_found(ask: &Ask, entry: &LoggedAct) -> Found {
    Found {
        what: "Entry of the log",
        name: format!("Entry {}", entry.act.0),
        note: kind_title(ask, &entry.kind),
        state: None,
        href: format!("/log/{}", entry.act.0),
        distance: BY_NUMBER,
        is_sure: false,
    }
}

async fn people(ask: &Ask, read: &mut Read, words: &str) -> Result<Vec<Found>, Problem> {
    let key = kernel::search_key(words);
    if key.is_empty() {
        return Ok(Vec::new());
    }
    let everybody = Everybody::load(ask, read).await?;
    let distance = |text: &str| match kernel::search_key(text) {
        text if text == key => Some(0),
        text if text.split(' ').any(|word| word == key) => Some(1),
        text if text.contains(&key) => Some(PART),
        _ => None,
    };
    let found = everybody.people.iter().filter_map(|person| {
        let distance = [distance(&person.code), distance(&person.name)].into_iter().flatten().min()?;
        Some(Found {
            what: "Staff",
            name: person.name.clone(),
            note: [person.code.as_str(), &person.position].join(" · "),
            state: (!person.is_active).then(|| (Tone::Plain, "Left".to_owned())),
            href: staff_href(&person.code),
            distance,
            is_sure: distance == 0,
        })
    });
    let mut found: Vec<Found> = found.collect();
    found.sort_by_key(|found| found.distance);
    Ok(found)
}
