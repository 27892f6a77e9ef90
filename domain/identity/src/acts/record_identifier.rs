//! Records a tax ID or a driver's license, sealed before it comes here.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use data_encoding::HEXLOWER;
use secrets::Sealed;
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::check_opening::look_at_numbers;
use super::find::customer_named;
use crate::identifier::SealedIdentifier;
use crate::{Identifier, IdentifierKind, permissions, store};

/// Records a number in the place of what was there. Its page seals it first, so that neither the command nor the log ever
/// holds it; what the command holds is kept apart from the log as well, and can be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordIdentifier {
    /// The reference of the customer.
    pub customer: String,
    /// What it is.
    pub kind: IdentifierKind,
    /// `ssn`, `itin`, `ein`, or the state of a license.
    pub form: String,
    /// The last four characters.
    pub last_four: String,
    /// What finds the same number again, in hexadecimal digits.
    pub fingerprint: String,
    /// The number, sealed, in hexadecimal digits.
    pub sealed: String,
    /// Which key sealed it.
    pub key_id: String,
}

impl Act for RecordIdentifier {
    const KIND: &'static str = "identity.record_identifier";
    const PERSONAL: &'static [&'static str] = &["/last_four", "/fingerprint", "/sealed", "/key_id"];
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
        let Some(value) = self.value() else { return refuse(IdentityRefused::NotSealed) };
        let (recorded_on, act) = (entry.today, entry.act);
        store::put_identifier(entry, &Identifier { customer, value, recorded_on, act }).await?;
        Ok(look_at_numbers(entry, customer).await?)
    }
}

impl RecordIdentifier {
    /// The command that records a sealed number.
    #[must_use]
    pub fn of(customer: &str, value: &SealedIdentifier) -> RecordIdentifier {
        RecordIdentifier {
            customer: customer.to_owned(),
            kind: value.kind,
            form: value.form.clone(),
            last_four: value.last_four.clone(),
            fingerprint: HEXLOWER.encode(&value.fingerprint),
            sealed: HEXLOWER.encode(&value.sealed.bytes),
            key_id: value.sealed.key_id.clone(),
        }
    }

    fn value(&self) -> Option<SealedIdentifier> {
        let fingerprint = HEXLOWER.decode(self.fingerprint.as_bytes()).ok().filter(|bytes| bytes.len() == 32)?;
        let bytes = HEXLOWER.decode(self.sealed.as_bytes()).ok().filter(|bytes| (45..=100).contains(&bytes.len()))?;
        let is_short = |text: &str, most: usize| !text.is_empty() && text.len() <= most && text.is_ascii();
        let is_whole = is_short(&self.form, 4) && is_short(&self.key_id, 60) && is_short(&self.last_four, 4);
        is_whole.then(|| SealedIdentifier {
            kind: self.kind,
            form: self.form.clone(),
            last_four: self.last_four.clone(),
            fingerprint,
            sealed: Sealed { key_id: self.key_id.clone(), bytes },
        })
    }
}
