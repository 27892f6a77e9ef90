//! What most pages here need first: the account, and everybody who is something for it.

use chrono::NaiveDate;
use customers::{NamedAccount, PersonOnRecord};
use db::Read;
use kernel::{AccountId, CustomerId};
use web::{Ask, Page, Problem, encoded};

use super::name_of;
use crate::CallerRole;

/// An account with its people.
pub(super) struct Place {
    pub(super) account: NamedAccount,
    /// The number as on bills.
    pub(super) number: String,
    /// The holder first, then the parties of today; somebody with two roles comes twice.
    pub(super) people: Vec<Somebody>,
}

/// Somebody who is something for an account.
#[derive(Clone)]
pub(super) struct Somebody {
    pub(super) role: CallerRole,
    pub(super) person: PersonOnRecord,
    pub(super) since: NaiveDate,
}

impl Somebody {
    /// What a form calls them, however the others change: role and reference.
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.role.code(), self.person.reference)
    }
}

impl Place {
    pub(super) async fn load(ask: &Ask, read: &mut Read, number: &str) -> Result<Place, Problem> {
        let found = customers::account_named(read, number).await?.filter(|account| account.id != AccountId::CITY);
        let account = found.ok_or_else(Problem::not_found)?;
        let numbers = customers::accounts_by_id(read, &[account.id]).await?;
        let number = numbers.get(&account.id).map(|account| account.number.to_string()).unwrap_or_default();
        let parties = customers::parties_of(read, &[account.id]).await?;
        let mut roles = vec![(CallerRole::Holder, account.customer, account.opened_on)];
        let of_today = parties.get(&account.id).into_iter().flatten().filter(|party| party.holds_on(ask.today()));
        roles.extend(of_today.map(|party| (CallerRole::from(party.role), party.customer, party.from_on)));
        let ids: Vec<CustomerId> = roles.iter().map(|(_, customer, _)| *customer).collect();
        let known = customers::persons_by_id(read, &ids).await?;
        let somebody = |(role, customer, since)| Some(Somebody { role, person: known.get(&customer)?.clone(), since });
        let people = roles.into_iter().filter_map(somebody).collect();
        Ok(Place { account, number, people })
    }

    /// The same, with somebody who is something for it.
    pub(super) async fn with(
        ask: &Ask,
        read: &mut Read,
        (number, reference): (&str, &str),
    ) -> Result<(Place, Somebody), Problem> {
        let place = Place::load(ask, read, number).await?;
        let found = place.people.iter().find(|somebody| somebody.person.reference == reference).cloned();
        Ok((place, found.ok_or_else(Problem::not_found)?))
    }

    /// The holder.
    pub(super) fn holder(&self) -> Option<&Somebody> {
        self.people.first()
    }

    /// The address of the account's page.
    pub(super) fn path(&self) -> String {
        format!("/accounts/{}", encoded(&self.number))
    }

    /// The address of the page of who may be told what.
    pub(super) fn identity(&self) -> String {
        format!("{}/identity", self.path())
    }

    /// The address of a page about somebody.
    pub(super) fn about(&self, somebody: &Somebody, what: &str) -> String {
        format!("{}/{}/{what}", self.identity(), encoded(&somebody.person.reference))
    }

    /// Everybody by id, each once.
    pub(super) fn customers(&self) -> Vec<CustomerId> {
        let mut ids: Vec<CustomerId> = self.people.iter().map(|somebody| somebody.person.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// A page below the one of who may be told what.
    pub(super) fn page(&self, ask: &Ask, title: &str) -> Page {
        let (account, identity) = (self.path(), self.identity());
        let words = format!("Account {}", self.number);
        ask.page(title).crumbs(&[(words.as_str(), account.as_str()), ("Callers and identity", identity.as_str())])
    }
}

impl Somebody {
    /// What they are called.
    pub(super) fn name(&self) -> String {
        name_of(&self.person)
    }
}
