//! Records a word agreed with a customer, as a hash.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use secrets::is_password_hash;
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::find::customer_named;
use crate::{permissions, store};

/// Agrees on a word or PIN by which a customer proves who they are. It is hashed before it comes here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreeWord {
    /// The reference of the customer.
    pub customer: String,
    /// The hash of the word; empty takes an agreed word away.
    pub hash: String,
}

impl Act for AgreeWord {
    const KIND: &'static str = "identity.agree_word";
    const PERSONAL: &'static [&'static str] = &["/hash"];
    const SECRET: &'static [&'static str] = Self::PERSONAL;
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::RECORD
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let customer = customer_named(entry, &self.customer).await?;
        if !self.hash.is_empty() && !is_password_hash(&self.hash) {
            return refuse(IdentityRefused::NotSealed);
        }
        let (on, act) = (entry.today, entry.act);
        store::put_word(entry, customer, (&self.hash, on, act)).await?;
        Ok(())
    }
}
