//! City hall of the demo: the office on a day, and the people who work there, each with what their work needs.

use std::collections::BTreeMap;

use acts::{Act, Actor, Done};
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, OrderId};
use staff::{ActorKind, AddActor, FIRST_ACTOR};

use crate::commands::{Ended, runs};
use crate::office::{Office, Who};

/// A member of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// Sets up the town, brings in files, prepares and posts runs, corrects.
    Analyst,
    /// Signs what others prepared.
    Supervisor,
    /// Talks to customers: moves, charges, adjustments.
    Clerk,
    /// Looks after meters and reads.
    MeterReader,
    /// Keeps the books.
    Accountant,
}

/// Everybody.
const STAFF: [(Person, &str, &str, &[&str]); 5] = [
    (
        Person::Analyst,
        "analyst",
        "Ada Lind",
        &[
            "billing.close_reads",
            "billing.correct",
            "billing.exceptions",
            "billing.import",
            "billing.issue",
            "billing.post",
            "billing.prepare",
            "billing.set_up",
            "billing.winter_averages",
            "customers.import",
            "metering.import",
            "premises.import",
            "premises.set_up",
            "revenue.adopt_rates",
            "revenue.set_up",
            "revenue.supersede_rates",
        ],
    ),
    (Person::Supervisor, "supervisor", "Sol Reyes", &["billing.cancel", "billing.sign"]),
    (
        Person::Clerk,
        "clerk",
        "Cleo Marsh",
        &["billing.adjust", "billing.charges", "billing.moves", "customers.change", "customers.import"],
    ),
    (
        Person::MeterReader,
        "meters",
        "Max Ito",
        &["billing.close_reads", "metering.correct_reads", "metering.enter_reads", "metering.exchange"],
    ),
    (Person::Accountant, "accountant", "Noor Vance", &["finance.establish_books", "finance.lock_period"]),
];

/// The codes of everybody.
pub fn codes() -> [&'static str; 5] {
    STAFF.map(|(_, code, _, _)| code)
}

/// The office with its people.
pub struct Hall {
    /// The office, on its business date.
    pub office: Office,
    people: BTreeMap<Person, Actor>,
}

impl Hall {
    /// Lets the people in.
    pub async fn staffed(office: Office) -> Result<Hall, Ended> {
        let console = office.who(FIRST_ACTOR, "the office is staffed").await?;
        let console = console.ok_or_else(|| Fault::new("a new town has no first actor"))?;
        let mut people = BTreeMap::new();
        for (person, code, name, permissions) in STAFF {
            let add = AddActor {
                code: code.to_owned(),
                name: name.to_owned(),
                kind: ActorKind::Person,
                permissions: permissions.iter().map(|code| (*code).to_owned()).collect(),
            };
            office.act(&console.under(format!("demo staff {code}")), &add).await?;
            let who = office.who(code, "").await?.ok_or_else(|| Fault::new("whoever was added is not there"))?;
            people.insert(person, who.actor);
        }
        Ok(Hall { office, people })
    }

    /// Moves to another day.
    pub fn goes_to(&mut self, today: NaiveDate) {
        self.office = self.office.on(today);
    }

    /// Somebody with a reason.
    pub fn who(&self, person: Person, reason: &str) -> Who {
        let actor = self.people.get(&person).expect("everybody was let in").clone();
        Who { actor, reason: reason.to_owned() }
    }

    /// Somebody does something, once per key.
    pub async fn act<A: Act>(
        &self,
        (person, reason): (Person, &str),
        key: String,
        act: &A,
    ) -> Result<Done<A::Outcome>, Ended> {
        Ok(self.office.act(&self.who(person, reason).under(format!("demo {key}")), act).await?)
    }

    /// Carries out a job that somebody ordered.
    pub async fn finish(&self, (person, reason): (Person, &str), order: OrderId, name: &str) -> Result<(), Ended> {
        runs::finish(&self.office, &self.who(person, reason), order, name).await
    }

    /// The books and rows as they are.
    pub async fn read(&self) -> Result<Read, Ended> {
        Ok(self.office.db().read().await?)
    }

    /// The number on paper of the account that an old reference names.
    pub async fn number_of(&self, reference: &str) -> Result<String, Ended> {
        let account = self.account_of(reference).await?;
        self.numbered(account).await
    }

    /// The account that an old reference names.
    pub async fn account_of(&self, reference: &str) -> Result<AccountId, Ended> {
        let account = customers::account_named(&mut self.read().await?, reference).await?;
        Ok(account.ok_or_else(|| Fault::new(format!("there is no account '{reference}'")))?.id)
    }

    /// The number on paper of an account.
    pub async fn numbered(&self, account: AccountId) -> Result<String, Ended> {
        let found = customers::accounts_by_id(&mut self.read().await?, &[account]).await?;
        let number = found.into_values().next().map(|account| account.number.to_string());
        Ok(number.ok_or_else(|| Fault::new("an account has no number"))?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::commands::all_permissions;

    #[test]
    fn everything_granted_is_a_permission_and_nobody_signs_what_they_prepare() {
        let known: BTreeSet<&str> = all_permissions().into_iter().map(|permission| permission.code).collect();
        let granted: BTreeSet<&str> =
            STAFF.iter().flat_map(|(_, _, _, permissions)| permissions.iter().copied()).collect();
        assert_eq!(granted.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
        for (person, _, _, permissions) in STAFF {
            let has = |code| permissions.contains(&code);
            assert!(!(has("billing.prepare") && has("billing.sign")), "{person:?}");
        }
    }
}
