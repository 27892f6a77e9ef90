//! Decides that a red flag has an explanation.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::{AccountId, ActId};
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::find::account_named;
use crate::{RedFlagRule, permissions, store};

/// Clears a red flag; why stands in the reason of the entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearRedFlag {
    /// The number or reference of the account.
    pub account: String,
    /// Which sign.
    pub rule: RedFlagRule,
    /// The entry that raised it; without it, the only one of the rule that stands open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_by: Option<ActId>,
}

impl Act for ClearRedFlag {
    const KIND: &'static str = "identity.clear_red_flag";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CLEAR_FLAGS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = account_named(entry, &self.account).await?;
        let (act, today) = (entry.act, entry.today);
        let raised_by = self.raised_by(entry, account.id).await?;
        match store::clear_flag(entry, (account.id, self.rule, raised_by), (act, today)).await? {
            0 => refuse(IdentityRefused::NoFlag),
            _ => Ok(()),
        }
    }
}

impl ClearRedFlag {
    /// The one that is meant: one that nobody looked at is never cleared with another.
    async fn raised_by(&self, entry: &mut Entry, account: AccountId) -> Result<ActId, Failure> {
        if let Some(act) = self.raised_by {
            return Ok(act);
        }
        let flags = store::flags_of(entry, account).await?;
        let open: Vec<ActId> = flags
            .into_iter()
            .filter(|flag| flag.finding.rule == self.rule && flag.cleared.is_none())
            .map(|flag| flag.act)
            .collect();
        match open[..] {
            [] => refuse(IdentityRefused::NoFlag),
            [one] => Ok(one),
            [..] => refuse(IdentityRefused::SeveralFlags(open)),
        }
    }
}
