//! Ends what a customer is for an account.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::PartyRefused;
use super::not_found::{account_held, customer_named};
use crate::asked::check_asked;
use crate::party::seen_parties;
use crate::{AskedBy, Role, Wish, permissions, store};

/// Ends a role with a last day. The record of it stays. A role that was recorded today by mistake is ended at once: otherwise
/// somebody who was never meant could ask about the account until midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndParty {
    /// The number or reference of the account.
    pub account: String,
    /// What the customer is.
    pub role: Role,
    /// The reference of the customer.
    pub customer: String,
    /// The last day.
    pub to_on: NaiveDate,
    /// What was on record when the form was opened, in short: see [`crate::seen_parties`]. Refused when it is so no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// Whether it was recorded today by mistake: it never held, whatever the last day says. The log keeps both entries.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_mistake: bool,
    /// How it was asked for. Refused without it; only entries of before it had to be said lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
}

impl Act for EndParty {
    const KIND: &'static str = "customers.end_party";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let EndParty { role, to_on, .. } = *self;
        let account = account_held(entry, &self.account).await?;
        let account = account.map_err(|not_found| refused(PartyRefused::from(not_found)))?;
        entry.concerns(account.id);
        let asked = check_asked(entry, self.asked_by.as_ref(), (&[account.id], wish_to_end(role))).await?;
        asked.map_err(|not_asked| refused(PartyRefused::from(not_asked)))?;
        let customer = customer_named(entry, &self.customer).await?;
        let customer = customer.map_err(|not_found| refused(PartyRefused::from(not_found)))?;
        let parties = store::parties_of(entry, &[account.id]).await?;
        let parties = parties.get(&account.id).map_or(&[][..], Vec::as_slice);
        if self.seen.as_ref().is_some_and(|seen| *seen != seen_parties(parties)) {
            return refuse(PartyRefused::ChangedMeanwhile(self.account.clone()));
        }
        let held =
            parties.iter().find(|party| party.role == role && party.customer == customer && party.to_on.is_none());
        let Some(party) = held else {
            let (account, customer) = (self.account.clone(), self.customer.clone());
            return refuse(PartyRefused::RoleNotHeld { account, role, customer });
        };
        if self.by_mistake {
            let act = store::act_of_party(entry, party).await?;
            if ::acts::logged_act(entry, act).await?.is_none_or(|recorded| recorded.business_on != entry.today) {
                return refuse(PartyRefused::NotOfToday { role, customer: self.customer.clone() });
            }
            store::take_party_out(entry, party).await?;
            return Ok(());
        }
        if to_on < party.from_on {
            return refuse(PartyRefused::EndsBefore { from_on: party.from_on, to_on });
        }
        store::end_party(entry, party, to_on).await?;
        Ok(())
    }
}

/// What is asked for when a role is to end.
fn wish_to_end(role: Role) -> Wish {
    match role {
        Role::Authorized => Wish::Unauthorized,
        Role::BillPayer | Role::Owner | Role::Tenant => Wish::Party,
    }
}
