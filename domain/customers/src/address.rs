//! `MailingAddress`: where mail for an account goes, from a day on.

use chrono::NaiveDate;
use kernel::{AccountId, DigestBuilder};
use serde::{Deserialize, Serialize};

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Bills and letters.
    Mailing,
    /// Where somebody went who moved out.
    Forwarding,
}

/// The lines of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressLines {
    /// Whom it is addressed to; empty for the customer's own name.
    pub recipient: String,
    /// Street and number, or post office box.
    pub street: String,
    /// The city.
    pub city: String,
    /// The state.
    pub state: String,
    /// The ZIP code, or what another country has.
    pub postal_code: String,
}

/// An address as recorded; the newest revision of the newest day counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailingAddress {
    /// For which account.
    pub account: AccountId,
    /// What for.
    pub purpose: Purpose,
    /// The first day.
    pub from_on: NaiveDate,
    /// From 1; a correction is the next.
    pub revision: i64,
    /// What is written on the envelope.
    pub lines: AddressLines,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Purpose; 2] = [Purpose::Mailing, Purpose::Forwarding];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Mailing => "mailing",
            Purpose::Forwarding => "forwarding",
        }
    }

    /// The purpose with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

impl AddressLines {
    /// Street, city, state and ZIP code on one line, what is not known left out.
    #[must_use]
    pub fn on_one_line(&self) -> String {
        let place = [&self.state, &self.postal_code].map(String::as_str).join(" ");
        let parts = [self.street.as_str(), &self.city, place.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Whether nothing is written at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let AddressLines { recipient, street, city, state, postal_code } = self;
        [recipient, street, city, state, postal_code].iter().all(|line| line.is_empty())
    }
}

/// The address that counts on a day, of one account and purpose; the newest there is without a day.
#[must_use]
pub fn in_force(addresses: &[MailingAddress], on: Option<NaiveDate>) -> Option<&MailingAddress> {
    let begun = addresses.iter().filter(|address| on.is_none_or(|on| address.from_on <= on));
    begun.max_by_key(|address| (address.from_on, address.revision))
}

/// What is known of where mail of an account goes, in short: another text as soon as an address is recorded or corrected.
#[must_use]
pub fn seen_addresses(addresses: &[MailingAddress]) -> String {
    let mut digest = DigestBuilder::new();
    for address in addresses {
        digest.text(address.purpose.code()).text(&address.from_on.to_string()).int(address.revision);
    }
    digest.finish().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_revision_of_the_newest_day_counts() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        let address = |from, revision, street: &str| MailingAddress {
            account: AccountId(1),
            purpose: Purpose::Mailing,
            from_on: day(from),
            revision,
            lines: AddressLines {
                recipient: String::new(),
                street: street.to_owned(),
                city: String::new(),
                state: String::new(),
                postal_code: String::new(),
            },
        };
        let all = [address(5, 2, "b"), address(5, 1, "a"), address(20, 1, "c")];
        let street = |on| in_force(&all, on).map(|address| address.lines.street.as_str());
        let rows =
            [(Some(4), None), (Some(5), Some("b")), (Some(19), Some("b")), (Some(20), Some("c")), (None, Some("c"))];
        for (on, expected) in rows {
            assert_eq!(street(on.map(day)), expected, "{on:?}");
        }
    }
}
