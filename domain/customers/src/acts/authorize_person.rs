//! Records somebody who may ask about an account and is no customer of the city.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{CustomerId, Refusal};
use serde::{Deserialize, Serialize};

use super::NotFound;
use super::not_found::account_held;
use crate::asked::check_asked;
use crate::{AskedBy, CustomerKind, NewCustomer, NotAsked, Party, Role, Wish, permissions, store};

/// Lets a person ask about an account, such as a daughter who looks after the bills. They become a customer without
/// account; `EndParty` ends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizePerson {
    /// The number or reference of the account.
    pub account: String,
    /// Their name.
    pub name: String,
    /// How to call them; may be empty.
    pub phone: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// How it was asked for. Refused without it; only entries of before it had to be said lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
}

/// Why a person is not authorized.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeRefused {
    /// No such account.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// It was not asked for by somebody who may.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// The account is closed by then.
    #[error("account {0} is closed; nobody can be authorized for it")]
    AccountClosed(String),
    /// Nobody is named.
    #[error("a person needs a name of at most 120 letters")]
    NameMissing,
    /// Somebody of that name is authorized already.
    #[error("{name} is authorized for account {account} already; end that first if it is somebody else")]
    Authorized {
        /// The account as it was named.
        account: String,
        /// The name.
        name: String,
    },
}

impl Refusal for AuthorizeRefused {
    fn code(&self) -> &'static str {
        match self {
            AuthorizeRefused::NotFound(not_found) => not_found.code(),
            AuthorizeRefused::NotAsked(not_asked) => not_asked.code(),
            AuthorizeRefused::AccountClosed(_) => "account_closed",
            AuthorizeRefused::NameMissing => "name_missing",
            AuthorizeRefused::Authorized { .. } => "role_taken",
        }
    }
}

impl Act for AuthorizePerson {
    const KIND: &'static str = "customers.authorize_person";
    const PERSONAL: &'static [&'static str] = &["/name", "/phone"];
    /// The reference of the person.
    type Outcome = String;

    fn permission(&self) -> Permission {
        permissions::CHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<String, Failure> {
        let account = account_held(entry, &self.account).await?;
        let account = account.map_err(|not_found| refused(AuthorizeRefused::from(not_found)))?;
        entry.concerns(account.id);
        let asked = check_asked(entry, self.asked_by.as_ref(), (&[account.id], Wish::Authorized)).await?;
        asked.map_err(|not_asked| refused(AuthorizeRefused::from(not_asked)))?;
        let from_on = self.from_on.max(account.opened_on);
        if account.is_closed_on(from_on) {
            return refuse(AuthorizeRefused::AccountClosed(self.account.clone()));
        }
        let is_text = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
        let name = self.name.trim();
        if name.is_empty() || !is_text(name, 120) || !is_text(&self.phone, 40) {
            return refuse(AuthorizeRefused::NameMissing);
        }
        let parties = store::parties_of(entry, &[account.id]).await?;
        let there = parties.get(&account.id).into_iter().flatten();
        let there: Vec<CustomerId> = there
            .filter(|party| party.role == Role::Authorized && party.holds_since(from_on))
            .map(|party| party.customer)
            .collect();
        let known = store::persons_by_id(entry, &there).await?;
        if known.values().any(|person| kernel::search_key(&person.name) == kernel::search_key(name)) {
            let (account, name) = (self.account.clone(), name.to_owned());
            return refuse(AuthorizeRefused::Authorized { account, name });
        }
        let id: CustomerId = entry.id("customer").await?;
        let reference = format!("authorized-{}", id.0);
        let (kind, phone) = (CustomerKind::Person, self.phone.trim().to_owned());
        let (email, source) = (String::new(), String::new());
        let person =
            NewCustomer { id, reference: reference.clone(), kind, name: name.to_owned(), phone, email, source };
        store::insert_customers(entry, vec![person]).await?;
        let act = entry.act;
        let party = Party { account: account.id, role: Role::Authorized, customer: id, from_on, to_on: None };
        store::insert_parties(entry, act, &[party]).await?;
        Ok(reference)
    }
}
