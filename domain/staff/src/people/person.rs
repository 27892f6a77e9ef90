//! `Person`: somebody who works here, with position, supervisor and roles.

use chrono::NaiveDate;
use kernel::{AccountId, ActorId};
use serde::{Deserialize, Serialize};

use super::{Assignment, Days};

/// Somebody who works here, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The actor.
    pub actor: ActorId,
    /// The code others know them by.
    pub code: String,
    /// Their name.
    pub name: String,
    /// What they are employed as.
    pub position: String,
    /// Whom they report to.
    pub supervisor: Option<ActorId>,
    /// What they know, separated by commas.
    pub skills: String,
    /// How they are reached.
    pub contact: Contact,
    /// Their first day.
    pub joined_on: NaiveDate,
    /// Their last day, once they left.
    pub left_on: Option<NaiveDate>,
    /// Whether they may do anything at all.
    pub is_active: bool,
    /// Their own roles of all days, in the order of code and day.
    pub roles: Vec<Assignment>,
}

/// How somebody is reached. Also compared with customers' records, to warn of acts on a household's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Mail.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// Where they live.
    pub address: String,
}

/// Somebody acts for somebody absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandingIn {
    /// Its number.
    pub id: i64,
    /// Who is absent.
    pub absent: ActorId,
    /// Who acts for them.
    pub actor: ActorId,
    /// From when through when.
    pub days: Days,
}

/// What an account is to somebody who works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// Their own.
    Own,
    /// Of their household or family.
    Household,
}

/// An account on which somebody does not act, because it is their own or their household's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The account.
    pub account: AccountId,
    /// What it is to them.
    pub kind: RelationKind,
    /// Since when it is on record.
    pub declared_on: NaiveDate,
    /// Until when it held, once it ended.
    pub ended_on: Option<NaiveDate>,
}

impl Person {
    /// The codes of the roles held on a day.
    #[must_use]
    pub fn roles_on(&self, day: NaiveDate) -> Vec<&str> {
        self.roles.iter().filter(|assignment| assignment.days.hold(day)).map(|one| one.role.as_str()).collect()
    }
}

impl RelationKind {
    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            RelationKind::Own => "own",
            RelationKind::Household => "household",
        }
    }

    /// The kind with that code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<RelationKind> {
        [RelationKind::Own, RelationKind::Household].into_iter().find(|kind| kind.code() == code)
    }
}

impl Contact {
    /// The digits of the telephone number, for comparing; empty when there are fewer than seven.
    #[must_use]
    pub fn phone_key(&self) -> String {
        let digits: String = self.phone.chars().filter(char::is_ascii_digit).collect();
        let start = digits.len().saturating_sub(10);
        if digits.len() < 7 { String::new() } else { digits[start..].to_owned() }
    }

    /// The address, folded for comparing.
    #[must_use]
    pub fn address_key(&self) -> String {
        kernel::search_key(&self.address)
    }
}
