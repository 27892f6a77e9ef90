//! Notes that somebody looks at a whole number.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::find::customer_named;
use crate::{IdentifierKind, IdentifierView, permissions, store};

/// Looks at a number. The entry is what is recorded; the number itself is opened by the page, once, and is in no answer
/// that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// The reference of the customer.
    pub customer: String,
    /// What is looked at.
    pub kind: IdentifierKind,
}

impl Act for Reveal {
    const KIND: &'static str = "identity.reveal";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::REVEAL
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let customer = customer_named(entry, &self.customer).await?;
        let on_record = store::identifiers_of(entry, &[customer]).await?;
        if !on_record.iter().any(|identifier| identifier.value.kind == self.kind) {
            let what = self.kind.title();
            return refuse(IdentityRefused::NothingThere { what, customer: self.customer.clone() });
        }
        let view = IdentifierView { act: entry.act, actor: entry.actor.id, at: entry.now };
        store::insert_view(entry, (customer, self.kind), &view).await?;
        Ok(())
    }
}
