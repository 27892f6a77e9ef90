//! Records how a customer is called and written to.

use ::acts::{Act, Entry, Failure, LogFilter, Permission, Subject, refuse, refused};
use db::{Fault, Read};
use kernel::{ActId, CustomerId, DigestBuilder, Refusal};
use serde::{Deserialize, Serialize};

use super::NotFound;
use super::not_found::customer_named;
use crate::asked::check_asked;
use crate::{AskedBy, NotAsked, Wish, permissions, store};

/// Sets telephone and e-mail of a customer; empty erases. A telephone that is left out stays as it is: whoever may not see
/// the one of a protected person can still write down their e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetContact {
    /// The reference of the customer.
    pub customer: String,
    /// How to call them; left out, that stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where to write to them.
    pub email: String,
    /// What was on record when the form was opened, by [`seen_contact`]. Refused when it is so no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// The last entry that set them when the form was opened, by [`last_contact_entry`]: for whoever may not see what was
    /// on record, of which not even a digest is told. Refused when there is a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_entry: Option<ActId>,
    /// How it was asked for. Refused without it; only entries of before it had to be said lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
}

/// Why a telephone or e-mail is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactRefused {
    /// No such customer.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// It was not asked for by somebody who may.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// Somebody was faster.
    #[error("telephone or e-mail of customer '{0}' was changed meanwhile; look at what is on record now")]
    ChangedMeanwhile(String),
    /// Nobody can be called by that.
    #[error("'{0}' is no telephone number: it needs at least seven digits")]
    Phone(String),
    /// Nobody can be written to there.
    #[error("'{0}' is no e-mail address, such as name@example.com")]
    Email(String),
}

/// The fewest digits of a telephone number.
const DIGITS_MIN: usize = 7;
/// The longest of both, in letters.
const LETTERS_MAX: usize = 200;

/// A telephone and e-mail in short: another text as soon as one of them changes.
#[must_use]
pub fn seen_contact(phone: &str, email: &str) -> String {
    let mut digest = DigestBuilder::new();
    digest.text(phone).text(email);
    digest.finish().to_string()
}

/// The last entry of the log that set telephone or e-mail of a customer; 0 when none did. It tells nothing of either.
pub async fn last_contact_entry(read: &mut Read, customer: CustomerId) -> Result<ActId, Fault> {
    let mut last = ActId(0);
    for account in store::accounts_of(read, customer).await? {
        let filter = LogFilter {
            kind: Some(SetContact::KIND.to_owned()),
            subject: Some((Subject::account(account).kind.to_owned(), account.0)),
            ..LogFilter::default()
        };
        let found = ::acts::search_log(read, &filter, ActId(i64::MAX), 1).await?;
        last = found.first().map_or(last, |entry| last.max(entry.act));
    }
    Ok(last)
}

impl Refusal for ContactRefused {
    fn code(&self) -> &'static str {
        match self {
            ContactRefused::NotFound(not_found) => not_found.code(),
            ContactRefused::NotAsked(not_asked) => not_asked.code(),
            ContactRefused::ChangedMeanwhile(_) => "changed_meanwhile",
            ContactRefused::Phone(_) => "phone_unreadable",
            ContactRefused::Email(_) => "email_unreadable",
        }
    }
}

impl Act for SetContact {
    const KIND: &'static str = "customers.set_contact";
    const PERSONAL: &'static [&'static str] = &["/phone", "/email"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let customer = customer_named(entry, &self.customer).await?;
        let customer = customer.map_err(|not_found| refused(ContactRefused::from(not_found)))?;
        store::lock_customers(entry, (customer, customer)).await?;
        let accounts = store::accounts_of(entry, customer).await?;
        accounts.iter().for_each(|account| entry.concerns(*account));
        let asked = check_asked(entry, self.asked_by.as_ref(), (&accounts, Wish::Contact)).await?;
        asked.map_err(|not_asked| refused(ContactRefused::from(not_asked)))?;
        let (phone, email) = store::contact_of(entry, customer).await?;
        let is_other = self.seen.as_ref().is_some_and(|seen| *seen != seen_contact(&phone, &email));
        let has_later = match self.seen_entry {
            Some(seen) => seen < last_contact_entry(entry, customer).await?,
            None => false,
        };
        if is_other || has_later {
            return refuse(ContactRefused::ChangedMeanwhile(self.customer.clone()));
        }
        let email = self.email.trim();
        let phone = match &self.phone {
            Some(new) => {
                check(new.trim(), email).map_err(refused)?;
                new.trim()
            }
            None => {
                check("", email).map_err(refused)?;
                &phone
            }
        };
        let today = entry.today;
        store::update_contact(entry, customer, (phone, email), today).await?;
        Ok(())
    }
}

fn check(phone: &str, email: &str) -> Result<(), ContactRefused> {
    let is_line = |text: &str| text.chars().count() <= LETTERS_MAX && !text.chars().any(char::is_control);
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if !phone.is_empty() && (digits < DIGITS_MIN || !is_line(phone)) {
        return Err(ContactRefused::Phone(phone.to_owned()));
    }
    let has_place = email.split_once('@').is_some_and(|(name, place)| !name.is_empty() && place.contains('.'));
    let is_address = has_place && is_line(email) && !email.contains(char::is_whitespace);
    if !email.is_empty() && !is_address {
        return Err(ContactRefused::Email(email.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn a_telephone_has_digits_and_an_e_mail_an_at() {
        let rows = [
            ("",                "",                    None),
            ("(520) 555-0183",  "a.b@example.com",     None),
            ("555-018",         "",                    Some("phone_unreadable")),
            ("call me",         "",                    Some("phone_unreadable")),
            ("",                "a.b.example.com",     Some("email_unreadable")),
            ("",                "@example.com",        Some("email_unreadable")),
            ("",                "a b@example.com",     Some("email_unreadable")),
            ("",                "a@localhost",         Some("email_unreadable")),
        ];
        for (phone, email, expected) in rows {
            let found = check(phone, email).err().map(|refused| refused.code());
            assert_eq!(found, expected, "{phone} {email}");
        }
    }
}
