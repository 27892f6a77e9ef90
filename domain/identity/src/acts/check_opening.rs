//! Looks for red flags at an account, and records what a clerk saw themself.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use customers::NamedAccount;
use db::Fault;
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::find::account_named;
use crate::opening::opening_facts;
use crate::red_flag::{Finding, findings};
use crate::{RedFlagRule, permissions, store};

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
    let before = store::flags_of(entry, account.id).await?;
    // What stands open is not said twice, and what was cleared in the same words stays cleared.
    let is_known = |finding: &Finding| {
        before.iter().any(|flag| {
            flag.finding.rule == finding.rule && (flag.cleared.is_none() || flag.finding.words == finding.words)
        })
    };
    let mut found = findings(&facts, today);
    found.retain(|finding| !is_known(finding));
    store::insert_flags(entry, account.id, (act, today), &found).await?;
    store::put_check(entry, account.id, (act, today)).await?;
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
