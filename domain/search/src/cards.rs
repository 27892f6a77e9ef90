//! `Card`: an account as a list of what was found shows it, so that two of one name can be told apart.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use customers::{ListedAccount, Protection, Purpose};
use db::{Fault, Read};
use kernel::{AccountId, CustomerId, ServicePointId};
use web::{Tone, encoded, shown};

use crate::words::{Asked, words_of};

/// An account in a list.
pub(crate) struct Card {
    pub(crate) account: ListedAccount,
    /// Where they are served, or else where their mail goes; the substitute of a protected person.
    pub(crate) address: String,
    /// Whether their address is confidential.
    pub(crate) is_protected: bool,
    /// What else they are known by, which a list shows when that was asked for.
    pub(crate) others: Vec<String>,
    /// How it stands, where it is not simply served.
    pub(crate) state: Option<(Tone, String)>,
}

/// Where somebody is served on a day, or was last.
struct Place {
    address: String,
    state: Option<(Tone, String)>,
}

impl Card {
    /// Its name in a list.
    pub(crate) fn name(&self) -> String {
        match self.account.name.is_empty() {
            true => format!("Account {}", self.account.number),
            false => self.account.name.clone(),
        }
    }

    /// Its page.
    pub(crate) fn href(&self) -> String {
        format!("/accounts/{}", encoded(&self.account.number.to_string()))
    }

    /// What tells it apart: number, address, and what else fits the question.
    pub(crate) fn note(&self, asked: &[Asked]) -> String {
        let mut parts = vec![self.account.number.to_string()];
        parts.extend((!self.address.is_empty()).then(|| self.address.clone()));
        let seen = words_of(&format!("{} {}", self.account.name, self.address));
        let sought: Vec<&Asked> = asked.iter().filter(|one| !has(&seen, one)).collect();
        let fits = |text: &&String| sought.iter().any(|one| has(&words_of(text), one));
        parts.extend(self.others.iter().filter(fits).take(2).cloned());
        parts.join(" · ")
    }
}

fn has(words: &BTreeSet<String>, asked: &Asked) -> bool {
    words.iter().any(|word| *word == asked.word || word.starts_with(&asked.typed))
}

/// Accounts as lists show them on a day.
pub(crate) async fn cards(
    read: &mut Read,
    accounts: &[AccountId],
    today: NaiveDate,
) -> Result<BTreeMap<AccountId, Card>, Fault> {
    let listed = customers::accounts_in_list(read, accounts).await?;
    let protected = customers::protected_among(read, accounts).await?;
    let mut places = places(read, accounts, today).await?;
    let mut others = others(read, accounts).await?;
    let mail = customers::mailing_addresses(read, accounts, Purpose::Mailing).await?;
    let mut cards = BTreeMap::new();
    for (id, account) in listed {
        let mail = mail.get(&id).and_then(|known| customers::in_force(known, Some(today)));
        let mail = mail.map(|address| address.lines.on_one_line()).filter(|line| !line.is_empty());
        let mut others = others.remove(&id).unwrap_or_default();
        others.retain(|other| !other.starts_with(&account.name) || account.name.is_empty());
        let place = places.remove(&id);
        let state = match account.closed_on.filter(|closed_on| *closed_on <= today) {
            Some(closed_on) => Some((Tone::Plain, format!("Closed {}", shown::date(&closed_on)))),
            None => place.as_ref().map_or(Some((Tone::Plain, "No service".to_owned())), |place| place.state.clone()),
        };
        let protection = protected.get(&id);
        let address = address(place, mail, protection, &mut others);
        cards.insert(id, Card { account, address, is_protected: protection.is_some(), others, state });
    }
    Ok(cards)
}

fn address(
    place: Option<Place>,
    mail: Option<String>,
    protection: Option<&Protection>,
    others: &mut Vec<String>,
) -> String {
    if let Some(protection) = protection {
        return protection.shown();
    }
    match (place.map(|place| place.address).filter(|address| !address.is_empty()), mail) {
        (Some(place), Some(mail)) => {
            others.push(format!("mail to {mail}"));
            place
        }
        (Some(place), None) => place,
        (None, mail) => mail.unwrap_or_default(),
    }
}

async fn places(
    read: &mut Read,
    accounts: &[AccountId],
    today: NaiveDate,
) -> Result<BTreeMap<AccountId, Place>, Fault> {
    let served = billing::served_at(read, accounts).await?;
    let mut best: BTreeMap<AccountId, (bool, NaiveDate, ServicePointId, _)> = BTreeMap::new();
    for one in served {
        let ended = one.stops_on.filter(|stops_on| *stops_on <= today);
        let is_served = ended.is_none();
        let state = match ended {
            Some(stops_on) => Some((Tone::Warning, format!("Ended {}", shown::date(&stops_on)))),
            None if today < one.starts_on => Some((Tone::Info, format!("Begins {}", shown::date(&one.starts_on)))),
            None => None,
        };
        let day = ended.unwrap_or(one.starts_on);
        let is_better = best.get(&one.account).is_none_or(|(served, known, _, _)| (*served, *known) < (is_served, day));
        if is_better {
            best.insert(one.account, (is_served, day, one.service_point, state));
        }
    }
    let points: Vec<ServicePointId> = best.values().map(|(_, _, point, _)| *point).collect();
    let addresses = premises::addresses_by_id(read, &points).await?;
    let place = |(account, (_, _, point, state)): (AccountId, (bool, NaiveDate, ServicePointId, _))| {
        (account, Place { address: addresses.get(&point).cloned().unwrap_or_default(), state })
    };
    Ok(best.into_iter().map(place).collect())
}

/// Whoever else is or was something for accounts, in words.
async fn others(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Vec<String>>, Fault> {
    let parties = customers::parties_of(read, accounts).await?;
    let mut people: Vec<CustomerId> = parties.values().flatten().map(|party| party.customer).collect();
    people.sort_unstable();
    people.dedup();
    let people = customers::persons_by_id(read, &people).await?;
    let mut others: BTreeMap<AccountId, Vec<String>> = BTreeMap::new();
    for party in parties.values().flatten() {
        let Some(person) = people.get(&party.customer) else { continue };
        let words = format!("{}, {}", person.name, party.role.code().replace('_', " "));
        let known = others.entry(party.account).or_default();
        if !known.contains(&words) {
            known.push(words);
        }
    }
    Ok(others)
}
