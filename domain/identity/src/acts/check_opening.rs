//! Looks for red flags at an account, and records what a clerk saw themself.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use customers::NamedAccount;
use db::Fault;
use kernel::{AccountId, CustomerId};
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::find::account_named;
use crate::opening::{identifier_facts, opening_facts};
use crate::red_flag::{Finding, findings};
use crate::{RedFlagRule, permissions, store};

/// Accounts of one customer at which a sign of their numbers is written down.
const ACCOUNTS_MAX: usize = 20;

/// Looks for red flags at an account again, such as when something about it is asked for. When it is opened, the opening
/// itself looks: see [`Openings`](crate::Openings).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckOpening {
    /// The number or reference of the account.
    pub account: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What was seen now and not before.
    pub new: Vec<RedFlagRule>,
    /// How many stand open in all.
    pub open: usize,
}

/// Records a sign that only people see, such as a license whose picture is of somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseRedFlag {
    /// The number or reference of the account.
    pub account: String,
    /// What did not fit.
    pub words: String,
}

impl Act for CheckOpening {
    const KIND: &'static str = "identity.check_opening";
    type Outcome = Checked;

    fn permission(&self) -> Permission {
        permissions::VERIFY
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Checked, Failure> {
        let account = account_named(entry, &self.account).await?;
        Ok(look(entry, &account).await?)
    }
}

/// Looks for red flags at an account and writes down what is found, in the name of the entry under way.
pub(crate) async fn look(entry: &mut Entry, account: &NamedAccount) -> Result<Checked, Fault> {
    let (act, today) = (entry.act, entry.today);
    let facts = opening_facts(entry, account, today).await?;
    let checked = raise(entry, account.id, findings(&facts, today)).await?;
    store::put_check(entry, account.id, (act, today)).await?;
    Ok(checked)
}

/// Looks whether others have the numbers of a customer, and writes it down at their open accounts: whoever records a number
/// later than the account was opened would otherwise never learn of it.
pub(super) async fn look_at_numbers(entry: &mut Entry, customer: CustomerId) -> Result<(), Fault> {
    let today = entry.today;
    let mut found = findings(&identifier_facts(entry, customer, today).await?, today);
    found.retain(|finding| matches!(finding.rule, RedFlagRule::SameTaxId | RedFlagRule::SameLicense));
    if found.is_empty() {
        return Ok(());
    }
    let held = customers::accounts_held_by(entry, &[customer]).await?;
    let open = held.into_iter().filter(|(_, _, closed_on)| closed_on.is_none_or(|closed_on| today < closed_on));
    for (account, _, _) in open.take(ACCOUNTS_MAX) {
        raise(entry, account, found.clone()).await?;
    }
    Ok(())
}

/// Writes down what is new of what was found. What stands open is not said twice, and what was cleared in the same words
/// stays cleared.
async fn raise(entry: &mut Entry, account: AccountId, mut found: Vec<Finding>) -> Result<Checked, Fault> {
    let (act, today) = (entry.act, entry.today);
    let before = store::flags_of(entry, account).await?;
    let is_known = |finding: &Finding| {
        before.iter().any(|flag| {
            flag.finding.rule == finding.rule && (flag.cleared.is_none() || flag.finding.words == finding.words)
        })
    };
    found.retain(|finding| !is_known(finding));
    store::insert_flags(entry, account, (act, today), &found).await?;
    let open = before.iter().filter(|flag| flag.cleared.is_none()).count() + found.len();
    Ok(Checked { new: found.iter().map(|finding| finding.rule).collect(), open })
}

impl Act for RaiseRedFlag {
    const KIND: &'static str = "identity.raise_red_flag";
    const PERSONAL: &'static [&'static str] = &["/words"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::VERIFY
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = account_named(entry, &self.account).await?;
        let words = self.words.trim();
        if words.is_empty() || 300 < words.chars().count() || words.chars().any(char::is_control) {
            return refuse(IdentityRefused::WordsMissing);
        }
        let (act, today) = (entry.act, entry.today);
        let finding = Finding { rule: RedFlagRule::Document, words: words.to_owned() };
        store::insert_flags(entry, account.id, (act, today), &[finding]).await?;
        Ok(())
    }
}
