//! Records who calls about an account, and whether they proved it.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::{DateTime, TimeDelta, Utc};
use customers::Role;
use kernel::{AccountId, ActId, CustomerId};
use serde::{Deserialize, Serialize};
use web::shown::counted;

use super::IdentityRefused;
use super::find::account_named;
use crate::recent::recent_changes;
use crate::red_flag::Finding;
use crate::{CallerRole, Question, RedFlagRule, Verification, VerificationRule, permissions, store};

/// Calls are counted over so many hours.
const DAY_HOURS: i64 = 24;

/// Who somebody says they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// What they are for the account.
    pub role: CallerRole,
    /// The reference of the party, when they are one; nothing for the holder and for somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

/// Notes which questions a caller answered rightly, never what they said. Too few right answers are recorded as well:
/// somebody who tries and fails is what a supervisor wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyCaller {
    /// The number or reference of the account.
    pub account: String,
    /// Who calls.
    pub caller: Caller,
    /// What they knew.
    pub matched: Vec<Question>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether the town's rule is met.
    pub is_verified: bool,
    /// Until when that holds.
    pub holds_until: DateTime<Utc>,
}

impl Act for VerifyCaller {
    const KIND: &'static str = "identity.verify_caller";
    type Outcome = Verified;

    fn permission(&self) -> Permission {
        permissions::VERIFY
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Verified, Failure> {
        let account = account_named(entry, &self.account).await?;
        let rule = store::rule(entry).await?;
        if let Some(question) = self.matched.iter().find(|question| !rule.questions.contains(question)) {
            return refuse(IdentityRefused::NotAsked(question.title()));
        }
        let customer = self.customer(entry, &account).await?;
        let mut matched = self.matched.clone();
        matched.sort_unstable();
        matched.dedup();
        if !matched.contains(&Question::PhotoId) && store::is_closed_to_callers(entry, account.id).await? {
            return refuse(IdentityRefused::TooManyTries);
        }
        let people: Vec<CustomerId> = customer.into_iter().collect();
        let today = entry.today;
        let recent = recent_changes(entry, (&account, &people), (&rule, today)).await?;
        let is_recent = |question: &Question| recent.iter().any(|one| one.question == *question);
        let counting: Vec<Question> = matched.iter().copied().filter(|question| !is_recent(question)).collect();
        // Somebody who is nothing for the account is told nothing, whatever they know.
        let is_verified = self.caller.role != CallerRole::Other && rule.is_met_by(&counting);
        let holds_until = if is_verified { rule.holds_until(entry.now) } else { entry.now };
        let verification = Verification {
            account: account.id,
            act: entry.act,
            customer,
            role: self.caller.role,
            is_verified,
            matched,
            actor: entry.actor.id,
            at: entry.now,
            holds_until,
        };
        store::insert_verification(entry, &verification).await?;
        if !is_verified && self.caller.role != CallerRole::Other {
            raise_if_too_many(entry, account.id, &rule).await?;
        }
        Ok(Verified { is_verified, holds_until })
    }
}

impl VerifyCaller {
    /// Who calls, when they are on the account today.
    async fn customer(
        &self,
        entry: &mut Entry,
        account: &customers::NamedAccount,
    ) -> Result<Option<CustomerId>, Failure> {
        let role = match self.caller.role {
            CallerRole::Other => return Ok(None),
            CallerRole::Holder => return Ok(Some(account.customer)),
            CallerRole::BillPayer => Role::BillPayer,
            CallerRole::Owner => Role::Owner,
            CallerRole::Tenant => Role::Tenant,
            CallerRole::Authorized => Role::Authorized,
        };
        let reference = self.caller.customer.clone().unwrap_or_default();
        let known = customers::customers_by_reference(entry, &[&reference]).await?;
        let parties = customers::parties_of(entry, &[account.id]).await?;
        let of_account = parties.get(&account.id).map_or(&[][..], Vec::as_slice);
        let holds = |customer: CustomerId| {
            let is_meant = |party: &customers::Party| party.role == role && party.customer == customer;
            of_account.iter().any(|party| is_meant(party) && party.holds_on(entry.today))
        };
        match known.get(&reference).copied().filter(|customer| holds(*customer)) {
            Some(customer) => Ok(Some(customer)),
            None => refuse(IdentityRefused::NotOnAccount(reference)),
        }
    }
}

/// Raises a red flag once as many callers failed in a day as the town lets. Those before the last such flag were counted.
async fn raise_if_too_many(entry: &mut Entry, account: AccountId, rule: &VerificationRule) -> Result<(), Failure> {
    let flags = store::flags_of(entry, account).await?;
    let of_calls = flags.iter().filter(|flag| flag.finding.rule == RedFlagRule::FailedCalls);
    let after = of_calls.map(|flag| flag.act).max().unwrap_or(ActId(0));
    let since = entry.now - TimeDelta::hours(DAY_HOURS);
    let failed = store::failed_calls(entry, account, (since, after)).await?;
    if failed < rule.tries {
        return Ok(());
    }
    let words = format!("{} without proof of who called, in a day.", counted(failed, "call", "calls"));
    let (act, today) = (entry.act, entry.today);
    let finding = Finding { rule: RedFlagRule::FailedCalls, words };
    Ok(store::insert_flags(entry, account, (act, today), &[finding]).await?)
}
