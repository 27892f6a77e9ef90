//! What a caller must know before they are told anything about an account.
//!
//! The FTC's Red Flags Rule, 16 CFR 681.1(d), wants a city with utility accounts to detect who is not who they say. How a
//! caller is verified the town decides; no ordinance of an Arizona city that says how was found, so what holds until the
//! town decides ([`VerificationRule::default`]) is a choice of ours.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AccountId, ActId, ActorId, CustomerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something a caller can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// The name on the account.
    Name,
    /// Where the account is served.
    ServiceAddress,
    /// The last four digits of the telephone number on record.
    Phone,
    /// What the last bill came to.
    BillAmount,
    /// The last four digits of the tax ID.
    TaxId,
    /// The last four characters of the driver's license.
    DriverLicense,
    /// The word agreed with the customer.
    AgreedWord,
    /// A photo ID, shown at the counter.
    PhotoId,
}

/// How a town verifies callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationRule {
    /// Which questions count.
    pub questions: Vec<Question>,
    /// How many must be right.
    pub needed: usize,
    /// For how many minutes that holds.
    pub minutes: i64,
    /// For how many days after a change the telephone does not count, nor a bill that was mailed to a new address: whoever
    /// takes over an account changes these first.
    pub recent_days: i64,
    /// After how many callers of a day who did not prove it nobody is verified on the phone that day.
    pub tries: i64,
}

/// The most days for which a change may be recent.
pub const RECENT_DAYS_MAX: i64 = 365;
/// The most callers who may fail in a day.
pub const TRIES_MAX: i64 = 20;
/// The longest time a verification may hold: a working day.
pub const MINUTES_MAX: i64 = 720;

impl Default for VerificationRule {
    /// Any two, one of which is not in a directory; a quarter of an hour, which is longer than most calls; 30 days, as in the
    /// examples of 16 CFR 681; three callers, since customers mistype and thieves need more tries than that.
    fn default() -> VerificationRule {
        let questions = Question::ALL.to_vec();
        VerificationRule { questions, needed: 2, minutes: 15, recent_days: 30, tries: 3 }
    }
}

impl Question {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Question; 8] = [
        Question::Name,
        Question::ServiceAddress,
        Question::Phone,
        Question::BillAmount,
        Question::TaxId,
        Question::DriverLicense,
        Question::AgreedWord,
        Question::PhotoId,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Question::Name => "name",
            Question::ServiceAddress => "service_address",
            Question::Phone => "phone",
            Question::BillAmount => "bill_amount",
            Question::TaxId => "tax_id",
            Question::DriverLicense => "driver_license",
            Question::AgreedWord => "agreed_word",
            Question::PhotoId => "photo_id",
        }
    }

    /// The question with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Question> {
        Question::ALL.into_iter().find(|question| question.code() == code)
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Question::Name => "Name on the account",
            Question::ServiceAddress => "Service address",
            Question::Phone => "Telephone, last four digits",
            Question::BillAmount => "Amount of the last bill",
            Question::TaxId => "Tax ID, last four digits",
            Question::DriverLicense => "Driver's license, last four characters",
            Question::AgreedWord => "Word agreed with the customer",
            Question::PhotoId => "Photo ID shown at the counter",
        }
    }

    /// Whether anybody can look it up: names and addresses stand in directories and on mailboxes.
    #[must_use]
    pub fn is_public(self) -> bool {
        match self {
            Question::Name | Question::ServiceAddress => true,
            Question::Phone
            | Question::BillAmount
            | Question::TaxId
            | Question::DriverLicense
            | Question::AgreedWord
            | Question::PhotoId => false,
        }
    }
}

impl VerificationRule {
    /// Whether these answers prove who somebody is: as many as the town wants, and one that is not public.
    #[must_use]
    pub fn is_met_by(&self, matched: &[Question]) -> bool {
        let counting = |question: &&Question| self.questions.contains(question);
        let right = matched.iter().filter(counting).count();
        self.needed <= right && matched.iter().filter(counting).any(|question| !question.is_public())
    }

    /// Until when a verification at an instant holds.
    #[must_use]
    pub fn holds_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::minutes(self.minutes)
    }

    /// The rule in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "{} right answers, one of them more than name and address, hold for {} minutes. A telephone does not count for {} \
             days after it was changed, nor does a bill mailed to a new address. After {} failed calls nobody is verified on the \
             phone that day.",
            match self.needed {
                1 => "One".to_owned(),
                2 => "Two".to_owned(),
                3 => "Three".to_owned(),
                needed => needed.to_string(),
            },
            self.minutes,
            self.recent_days,
            self.tries,
        )
    }
}

/// What somebody is who calls about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerRole {
    /// The customer whose account it is.
    Holder,
    /// Who gets the bill.
    BillPayer,
    /// Who owns the place.
    Owner,
    /// Who lives or works there.
    Tenant,
    /// Who may ask about the account.
    Authorized,
    /// Somebody who is nothing for the account.
    Other,
}

impl CallerRole {
    const ALL: [CallerRole; 6] = [
        CallerRole::Holder,
        CallerRole::BillPayer,
        CallerRole::Owner,
        CallerRole::Tenant,
        CallerRole::Authorized,
        CallerRole::Other,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            CallerRole::Holder => "holder",
            CallerRole::BillPayer => "bill_payer",
            CallerRole::Owner => "owner",
            CallerRole::Tenant => "tenant",
            CallerRole::Authorized => "authorized",
            CallerRole::Other => "other",
        }
    }

    /// The role with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<CallerRole> {
        CallerRole::ALL.into_iter().find(|role| role.code() == code)
    }

    /// In words, as behind a name.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            CallerRole::Holder => "account holder",
            CallerRole::BillPayer => "bill payer",
            CallerRole::Owner => "owner",
            CallerRole::Tenant => "tenant",
            CallerRole::Authorized => "authorized person",
            CallerRole::Other => "not on the account",
        }
    }
}

impl From<customers::Role> for CallerRole {
    fn from(role: customers::Role) -> CallerRole {
        match role {
            customers::Role::BillPayer => CallerRole::BillPayer,
            customers::Role::Owner => CallerRole::Owner,
            customers::Role::Tenant => CallerRole::Tenant,
            customers::Role::Authorized => CallerRole::Authorized,
        }
    }
}

/// A caller who was asked, and whether they proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// About which account.
    pub account: AccountId,
    /// The entry of the log.
    pub act: ActId,
    /// Who they said they are, when they are on the account.
    pub customer: Option<CustomerId>,
    /// As what.
    pub role: CallerRole,
    /// Whether they proved it.
    pub is_verified: bool,
    /// What they knew.
    pub matched: Vec<Question>,
    /// Who asked.
    pub actor: ActorId,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it holds.
    pub holds_until: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn two_right_answers_verify_when_one_is_not_in_a_directory() {
        use Question::{AgreedWord, BillAmount, Name, Phone, ServiceAddress, TaxId};
        let rows: [(&[Question], usize, bool); 9] = [
            (&[],                             2, false),
            (&[Name, ServiceAddress],         2, false),
            (&[Name, BillAmount],             2, true),
            (&[Phone, BillAmount],            2, true),
            (&[Phone],                        2, false),
            (&[Phone],                        1, true),
            (&[Name],                         1, false),
            (&[Name, ServiceAddress, TaxId],  3, true),
            (&[Name, ServiceAddress, AgreedWord], 2, true),
        ];
        for (matched, needed, expected) in rows {
            let rule = VerificationRule { needed, ..VerificationRule::default() };
            assert_eq!(rule.is_met_by(matched), expected, "{matched:?} of {needed}");
        }
        let narrow = VerificationRule { questions: vec![Name, Phone], ..VerificationRule::default() };
        assert!(!narrow.is_met_by(&[Name, TaxId]), "what the town does not ask does not count");
    }

    #[test]
    fn codes_are_read_back() {
        for question in Question::ALL {
            assert_eq!(Question::of_code(question.code()), Some(question));
        }
        for role in CallerRole::ALL {
            assert_eq!(CallerRole::of_code(role.code()), Some(role));
        }
    }
}
