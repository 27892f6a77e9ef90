//! Decides that a red flag has an explanation.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
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
        match store::clear_flag(entry, (account.id, self.rule), (act, today)).await? {
            0 => refuse(IdentityRefused::NoFlag),
            _ => Ok(()),
        }
    }
}
