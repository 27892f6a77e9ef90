//! Red flags: signs that somebody opens an account under a name that is not theirs.
//!
//! Source: the Red Flags Rule of the FTC, 16 CFR 681.1, with the examples of Supplement A to Appendix A of part 681.
//! Utilities are creditors under it (mrsc.org, 2019-05-14). A rule is a line of [`RULES`].

use chrono::NaiveDate;
use kernel::{AccountId, ActId, Cents};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which sign it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedFlagRule {
    /// The tax ID is another customer's.
    SameTaxId,
    /// The driver's license is another customer's.
    SameLicense,
    /// Many others have the telephone number.
    SharedPhone,
    /// The same customer owes on another account.
    PriorBalance,
    /// Mail does not go where the service is.
    AddressMismatch,
    /// Mail goes nowhere.
    NoAddress,
    /// The address changed shortly before.
    RecentAddress,
    /// A document did not fit the person.
    Document,
    /// Callers did not prove who they are, so often that somebody may be guessing.
    FailedCalls,
}

/// What is known when an account is opened, or when something is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpeningFacts {
    /// Accounts of other customers with the same tax ID: number, and what is past due.
    pub same_tax_id: Vec<(String, Cents)>,
    /// Accounts of other customers with the same driver's license: number, and what is past due.
    pub same_license: Vec<(String, Cents)>,
    /// Numbers of accounts of other customers with the same telephone.
    pub same_phone: Vec<String>,
    /// Other accounts of the customer with what is past due.
    pub past_due: Vec<(String, Cents)>,
    /// Where the account is served, as search keys of streets.
    pub service_streets: Vec<String>,
    /// Where its mail goes, as search key of the street; none when there is no address.
    pub mail_street: Option<String>,
    /// Whether the customer is on record as an owner who may live elsewhere.
    pub is_owner: bool,
    /// The last day on which the address changed, where it is not the first one.
    pub address_changed_on: Option<NaiveDate>,
}

/// A sign that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub rule: RedFlagRule,
    /// What was seen, in a sentence that names no secret and no address.
    pub words: String,
}

/// A sign on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedFlag {
    /// At which account.
    pub account: AccountId,
    /// What was seen.
    pub finding: Finding,
    /// The entry of the log that found it.
    pub act: ActId,
    /// When.
    pub found_on: NaiveDate,
    /// The entry that cleared it, and when.
    pub cleared: Option<(ActId, NaiveDate)>,
}

impl RedFlag {
    /// Whether it keeps callers from being verified on the phone on a day: until somebody clears it, or the day is over.
    #[must_use]
    pub fn closes_calls_on(&self, day: NaiveDate) -> bool {
        self.finding.rule == RedFlagRule::FailedCalls && self.cleared.is_none() && self.found_on == day
    }
}

/// How many other accounts with the same telephone are many.
pub const SHARED_PHONE: usize = 3;
/// An address that changed so many days before is recent: the rule's example is 30 days.
pub const RECENT_DAYS: i64 = 30;

type Looks = fn(&OpeningFacts, NaiveDate) -> Option<String>;

/// Every rule that can be looked for, in the order in which they are shown.
const RULES: [(RedFlagRule, Looks); 7] = [
    (RedFlagRule::SameTaxId, same_tax_id),
    (RedFlagRule::SameLicense, same_license),
    (RedFlagRule::SharedPhone, shared_phone),
    (RedFlagRule::PriorBalance, prior_balance),
    (RedFlagRule::AddressMismatch, address_mismatch),
    (RedFlagRule::NoAddress, no_address),
    (RedFlagRule::RecentAddress, recent_address),
];

impl RedFlagRule {
    /// All of them.
    pub const ALL: [RedFlagRule; 9] = [
        RedFlagRule::SameTaxId,
        RedFlagRule::SameLicense,
        RedFlagRule::SharedPhone,
        RedFlagRule::PriorBalance,
        RedFlagRule::AddressMismatch,
        RedFlagRule::NoAddress,
        RedFlagRule::RecentAddress,
        RedFlagRule::Document,
        RedFlagRule::FailedCalls,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            RedFlagRule::SameTaxId => "same_tax_id",
            RedFlagRule::SameLicense => "same_license",
            RedFlagRule::SharedPhone => "shared_phone",
            RedFlagRule::PriorBalance => "prior_balance",
            RedFlagRule::AddressMismatch => "address_mismatch",
            RedFlagRule::NoAddress => "no_address",
            RedFlagRule::RecentAddress => "recent_address",
            RedFlagRule::Document => "document",
            RedFlagRule::FailedCalls => "failed_calls",
        }
    }

    /// The rule with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<RedFlagRule> {
        RedFlagRule::ALL.into_iter().find(|rule| rule.code() == code)
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            RedFlagRule::SameTaxId => "Same tax ID as another customer",
            RedFlagRule::SameLicense => "Same driver's license as another customer",
            RedFlagRule::SharedPhone => "Telephone of many accounts",
            RedFlagRule::PriorBalance => "Owes on another account",
            RedFlagRule::AddressMismatch => "Mail goes elsewhere",
            RedFlagRule::NoAddress => "No mailing address",
            RedFlagRule::RecentAddress => "Address changed recently",
            RedFlagRule::Document => "Document did not fit",
            RedFlagRule::FailedCalls => "Callers did not prove who they are",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            RedFlagRule::SameTaxId | RedFlagRule::SameLicense => {
                "Compare both customers with a photo ID. If they are one person on record twice, merge them; if not, do not \
                 open the account and tell a supervisor."
            }
            RedFlagRule::SharedPhone => "Call the number and ask for the customer by name.",
            RedFlagRule::PriorBalance => "Ask for payment of what is past due, or for a plan, before service starts.",
            RedFlagRule::AddressMismatch => "Ask for a lease, a deed or another bill that shows the name at the place.",
            RedFlagRule::NoAddress => "Record where mail goes, and check it with the customer.",
            RedFlagRule::RecentAddress => "Call the customer at the number that was on record before the change.",
            RedFlagRule::Document => "Ask for a second document, or let a supervisor look at the first one.",
            RedFlagRule::FailedCalls => {
                "Call the customer at the number that was on record before the calls, and ask whether they called. Clearing it \
                 lets callers be verified on the phone again today."
            }
        }
    }
}

/// What is seen in the facts of an account on a day.
#[must_use]
pub fn findings(facts: &OpeningFacts, today: NaiveDate) -> Vec<Finding> {
    let seen = |(rule, look): &(RedFlagRule, Looks)| Some(Finding { rule: *rule, words: look(facts, today)? });
    RULES.iter().filter_map(seen).collect()
}

fn same_tax_id(facts: &OpeningFacts, _: NaiveDate) -> Option<String> {
    others("tax ID", &facts.same_tax_id)
}

fn same_license(facts: &OpeningFacts, _: NaiveDate) -> Option<String> {
    others("driver's license", &facts.same_license)
}

fn others(what: &str, others: &[(String, Cents)]) -> Option<String> {
    let (first, _) = others.first()?;
    let past_due: Cents = others.iter().map(|(_, cents)| *cents).sum();
    let more = match others.len() {
        1 => String::new(),
        count => format!(" and of {} more", count - 1),
    };
    let owes = match past_due {
        Cents::ZERO => "nothing is past due there".to_owned(),
        cents => format!("{} is past due there", web::shown::money(&cents)),
    };
    Some(format!("The {what} is that of the customer of account {first}{more}; {owes}."))
}

fn shared_phone(facts: &OpeningFacts, _: NaiveDate) -> Option<String> {
    let count = facts.same_phone.len();
    (SHARED_PHONE <= count).then(|| format!("{count} accounts of other customers have the same telephone number."))
}

fn prior_balance(facts: &OpeningFacts, _: NaiveDate) -> Option<String> {
    let owing: Vec<&(String, Cents)> = facts.past_due.iter().filter(|(_, cents)| Cents::ZERO < *cents).collect();
    let (first, _) = owing.first()?;
    let total: Cents = owing.iter().map(|(_, cents)| *cents).sum();
    let where_owed = match owing.len() {
        1 => format!("account {first}"),
        count => format!("{count} other accounts, first {first}"),
    };
    Some(format!("{} is past due on {where_owed} of the same customer.", web::shown::money(&total)))
}

fn address_mismatch(facts: &OpeningFacts, _: NaiveDate) -> Option<String> {
    let mail = facts.mail_street.as_ref()?;
    let is_box = mail.starts_with("po box ") || mail.starts_with("p o box ");
    let is_here = |street: &String| street.starts_with(mail.as_str()) || mail.starts_with(street.as_str());
    let is_elsewhere = !facts.service_streets.is_empty() && !facts.service_streets.iter().any(is_here);
    let words = "Mail goes to another street than the service, and the customer is not on record as owner.";
    (is_elsewhere && !is_box && !facts.is_owner).then(|| words.to_owned())
}

fn no_address(facts: &OpeningFacts, _: NaiveDate) -> Option<String> {
    facts.mail_street.is_none().then(|| "No mailing address is on record, so no mail can be delivered.".to_owned())
}

fn recent_address(facts: &OpeningFacts, today: NaiveDate) -> Option<String> {
    let changed_on = facts.address_changed_on?;
    let days = (today - changed_on).num_days();
    let words = || format!("The mailing address was changed {days} days before.");
    (0..=RECENT_DAYS).contains(&days).then(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    fn plain() -> OpeningFacts {
        OpeningFacts {
            mail_street: Some("12 oak st".to_owned()),
            service_streets: vec!["12 oak st saguaro bend az 85300".to_owned()],
            ..OpeningFacts::default()
        }
    }

    #[test]
    #[rustfmt::skip]
    fn each_rule_sees_its_sign_and_no_other() {
        use RedFlagRule::{AddressMismatch, NoAddress, PriorBalance, RecentAddress, SameLicense, SameTaxId, SharedPhone};
        let account = |cents| vec![("100042-4".to_owned(), Cents(cents))];
        let elsewhere = || Some("9 elm ave".to_owned());
        let rows: Vec<(OpeningFacts, Vec<RedFlagRule>)> = vec![
            (plain(),                                                              vec![]),
            (OpeningFacts { same_tax_id: account(1200), ..plain() },               vec![SameTaxId]),
            (OpeningFacts { same_tax_id: account(0), ..plain() },                  vec![SameTaxId]),
            (OpeningFacts { same_license: account(0), ..plain() },                 vec![SameLicense]),
            (OpeningFacts { same_phone: vec![String::new(); 2], ..plain() },       vec![]),
            (OpeningFacts { same_phone: vec![String::new(); 3], ..plain() },       vec![SharedPhone]),
            (OpeningFacts { past_due: account(1), ..plain() },                     vec![PriorBalance]),
            (OpeningFacts { past_due: account(0), ..plain() },                     vec![]),
            (OpeningFacts { mail_street: elsewhere(), ..plain() },                 vec![AddressMismatch]),
            (OpeningFacts { mail_street: elsewhere(), is_owner: true, ..plain() }, vec![]),
            (OpeningFacts { mail_street: Some("po box 7".to_owned()), ..plain() }, vec![]),
            (OpeningFacts { mail_street: None, ..plain() },                        vec![NoAddress]),
            (OpeningFacts { address_changed_on: Some(day(1)), ..plain() },         vec![RecentAddress]),
            (OpeningFacts { address_changed_on: Some(day(1)), past_due: account(5), ..plain() }, vec![PriorBalance, RecentAddress]),
        ];
        for (facts, expected) in rows {
            let found: Vec<RedFlagRule> = findings(&facts, day(20)).iter().map(|finding| finding.rule).collect();
            assert_eq!(found, expected, "{facts:?}");
        }
        let later = OpeningFacts { address_changed_on: Some(day(1)), ..plain() };
        assert!(findings(&later, day(31)).len() == 1 && findings(&later, NaiveDate::from_ymd_opt(2026, 8, 1).unwrap()).is_empty());
    }

    #[test]
    fn the_words_name_accounts_and_money() {
        let same_tax_id = vec![("100042-4".to_owned(), Cents(1200)), ("100043-2".to_owned(), Cents(300))];
        let facts = OpeningFacts { same_tax_id, ..plain() };
        let words = &findings(&facts, day(20))[0].words;
        assert_eq!(
            words,
            "The tax ID is that of the customer of account 100042-4 and of 1 more; $15.00 is past due there."
        );
    }

    #[test]
    fn codes_are_read_back() {
        for rule in RedFlagRule::ALL {
            assert_eq!(RedFlagRule::of_code(rule.code()), Some(rule));
        }
    }
}
