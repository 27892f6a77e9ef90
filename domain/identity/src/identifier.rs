//! Tax IDs and driver's licenses: what they may look like, how they are shown, under what they are sealed.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{ActId, ActorId, CustomerId};
use secrets::{KeyFault, Keys, Random, Sealed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// Social Security number, ITIN or EIN.
    TaxId,
    /// A driver's license or an identification card of a state.
    DriverLicense,
}

impl IdentifierKind {
    /// Both.
    pub const ALL: [IdentifierKind; 2] = [IdentifierKind::TaxId, IdentifierKind::DriverLicense];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            IdentifierKind::TaxId => "tax_id",
            IdentifierKind::DriverLicense => "driver_license",
        }
    }

    /// The kind with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<IdentifierKind> {
        IdentifierKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            IdentifierKind::TaxId => "Tax ID",
            IdentifierKind::DriverLicense => "Driver's license",
        }
    }
}

/// A number somebody typed, checked. It is never stored, logged or shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainIdentifier {
    kind: IdentifierKind,
    form: String,
    characters: String,
}

impl std::fmt::Debug for PlainIdentifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PlainIdentifier({}, {})", self.kind.code(), self.form)
    }
}

/// Why a number is not taken; the words are for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnIdentifier {
    /// Nine digits are a tax ID.
    #[error("a tax ID has nine digits, such as 123-45-6789 or 12-3456789")]
    NotNineDigits,
    /// Numbers the Social Security Administration and the IRS never give.
    #[error("nobody is given this tax ID: check the digits with the customer")]
    NeverIssued,
    /// Which tax ID it is cannot be told.
    #[error("say whether it is a Social Security number, an ITIN or an EIN")]
    FormUnknown,
    /// A license has letters and digits.
    #[error("a license number has 5 to 20 letters and digits")]
    NotALicense,
    /// A license is of a state.
    #[error("name the state that gave the license by its two letters, such as AZ")]
    NoState,
}

/// What tax IDs there are: code and title.
pub const TAX_FORMS: [(&str, &str); 3] = [
    ("ssn", "Social Security number"),
    ("itin", "Individual taxpayer number (ITIN)"),
    ("ein", "Employer number (EIN)"),
];

impl PlainIdentifier {
    /// Reads a tax ID.
    ///
    /// Social Security numbers never begin with 000, 666 or 9, nor have 00 or 0000 in the middle or at the end (20 CFR
    /// 422.103, and SSA's rules for numbers since 2011). ITINs begin with 9 and have 50 to 65, 70 to 88, 90 to 92 or 94 to
    /// 99 in the middle (IRS Publication 4757). EINs have no prefix the IRS never gave, such as 00 or 07 (IRS: valid EIN
    /// prefixes).
    pub fn tax_id(form: &str, typed: &str) -> Result<PlainIdentifier, NotAnIdentifier> {
        let characters: String = typed.chars().filter(|letter| !matches!(letter, '-' | ' ' | '\u{2013}')).collect();
        if characters.len() != 9 || !characters.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAnIdentifier::NotNineDigits);
        }
        let part = |from: usize, to: usize| characters[from..to].parse::<u32>().unwrap_or(0);
        let is_issued = match form {
            "ssn" => !matches!(part(0, 3), 0 | 666 | 900..=999) && part(3, 5) != 0 && part(5, 9) != 0,
            "itin" => part(0, 1) == 9 && matches!(part(3, 5), 50..=65 | 70..=88 | 90..=92 | 94..=99),
            "ein" => !matches!(
                part(0, 2),
                0 | 7..=9 | 17..=19 | 28..=29 | 49 | 69..=70 | 78..=79 | 89 | 96..=97
            ),
            _ => return Err(NotAnIdentifier::FormUnknown),
        };
        if !is_issued {
            return Err(NotAnIdentifier::NeverIssued);
        }
        Ok(PlainIdentifier { kind: IdentifierKind::TaxId, form: form.to_owned(), characters })
    }

    /// Reads a driver's license of a state.
    pub fn driver_license(state: &str, typed: &str) -> Result<PlainIdentifier, NotAnIdentifier> {
        let state = state.trim().to_ascii_uppercase();
        if state.len() != 2 || !state.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(NotAnIdentifier::NoState);
        }
        let characters: String = typed
            .chars()
            .filter(|letter| !matches!(letter, '-' | ' '))
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_plain = characters.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !is_plain || !(5..=20).contains(&characters.len()) {
            return Err(NotAnIdentifier::NotALicense);
        }
        Ok(PlainIdentifier { kind: IdentifierKind::DriverLicense, form: state, characters })
    }

    /// The last four characters.
    #[must_use]
    pub fn last_four(&self) -> &str {
        &self.characters[self.characters.len() - 4..]
    }

    /// Seals it for a customer; what comes out may stand in a command.
    #[must_use]
    pub fn seal(&self, customer: CustomerId, keys: &Keys, random: &Random) -> SealedIdentifier {
        let PlainIdentifier { kind, form, characters } = self;
        let message = match kind {
            IdentifierKind::TaxId => characters.clone(),
            IdentifierKind::DriverLicense => format!("{form} {characters}"),
        };
        SealedIdentifier {
            kind: *kind,
            form: form.clone(),
            last_four: self.last_four().to_owned(),
            fingerprint: keys.fingerprint(kind.code(), message.as_bytes()).to_vec(),
            sealed: keys.seal(&context(customer, *kind), characters.as_bytes(), random),
        }
    }
}

/// Where a sealed number belongs: copied to another customer, it does not open.
fn context(customer: CustomerId, kind: IdentifierKind) -> String {
    format!("identifier:{}:{}", customer.0, kind.code())
}

/// A number as it leaves the hand of whoever typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedIdentifier {
    /// Which kind.
    pub kind: IdentifierKind,
    /// `ssn`, `itin`, `ein`, or the state of a license.
    pub form: String,
    /// The last four characters.
    pub last_four: String,
    /// The same for the same number, and nothing else.
    pub fingerprint: Vec<u8>,
    /// The number, sealed.
    pub sealed: Sealed,
}

/// A number on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Whose.
    pub customer: CustomerId,
    /// What was recorded.
    pub value: SealedIdentifier,
    /// When.
    pub recorded_on: NaiveDate,
    /// By which entry of the log.
    pub act: ActId,
}

/// Somebody looked at a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentifierView {
    /// The entry of the log.
    pub act: ActId,
    /// Who.
    pub actor: ActorId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Identifier {
    /// As it is shown to whoever may not see it whole.
    #[must_use]
    pub fn masked(&self) -> String {
        let last = &self.value.last_four;
        match (self.value.kind, self.value.form.as_str()) {
            (IdentifierKind::TaxId, "ein") => format!("••-•••{last}"),
            (IdentifierKind::TaxId, _) => format!("•••-••-{last}"),
            (IdentifierKind::DriverLicense, state) => format!("{state} •••••{last}"),
        }
    }

    /// What it is, in words: `Social Security number`, `Driver's license of AZ`.
    #[must_use]
    pub fn title(&self) -> String {
        let form = &self.value.form;
        match self.value.kind {
            IdentifierKind::TaxId => {
                let known = TAX_FORMS.iter().find(|(code, _)| code == form);
                known.map_or("Tax ID", |(_, title)| title).to_owned()
            }
            IdentifierKind::DriverLicense => format!("Driver's license of {form}"),
        }
    }

    /// Opens it. Whoever calls this has carried out the act that says so.
    pub fn open(&self, keys: &Keys) -> Result<String, KeyFault> {
        let plain = keys.open(&context(self.customer, self.value.kind), &self.value.sealed)?;
        let characters = String::from_utf8_lossy(&plain).into_owned();
        Ok(match (self.value.kind, self.value.form.as_str(), characters.len()) {
            (IdentifierKind::TaxId, "ein", 9) => format!("{}-{}", &characters[..2], &characters[2..]),
            (IdentifierKind::TaxId, _, 9) => {
                format!("{}-{}-{}", &characters[..3], &characters[3..5], &characters[5..])
            }
            (IdentifierKind::TaxId | IdentifierKind::DriverLicense, _, _) => characters,
        })
    }

    /// Seals it again under the newest key; nothing when that one sealed it.
    pub fn seal_again(&self, keys: &Keys, random: &Random) -> Result<Option<Sealed>, KeyFault> {
        keys.seal_again(&context(self.customer, self.value.kind), &self.value.sealed, random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn tax_ids_are_nine_digits_that_somebody_can_have() {
        use NotAnIdentifier::{FormUnknown, NeverIssued, NotNineDigits};
        let rows = [
            ("ssn",  "123-45-6789", Ok("6789")),
            ("ssn",  "123456789",   Ok("6789")),
            ("ssn",  "123 45 678",  Err(NotNineDigits)),
            ("ssn",  "12a-45-6789", Err(NotNineDigits)),
            ("ssn",  "000-45-6789", Err(NeverIssued)),
            ("ssn",  "666-45-6789", Err(NeverIssued)),
            ("ssn",  "912-45-6789", Err(NeverIssued)),
            ("ssn",  "123-00-6789", Err(NeverIssued)),
            ("ssn",  "123-45-0000", Err(NeverIssued)),
            ("itin", "912-70-1234", Ok("1234")),
            ("itin", "912-93-1234", Err(NeverIssued)),
            ("itin", "123-70-1234", Err(NeverIssued)),
            ("ein",  "86-0123456",  Ok("3456")),
            ("ein",  "00-1234567",  Err(NeverIssued)),
            ("ein",  "07-1234567",  Err(NeverIssued)),
            ("vat",  "86-0123456",  Err(FormUnknown)),
            ("ssn",  "١٢٣٤٥٦٧٨٩",  Err(NotNineDigits)),
        ];
        for (form, typed, expected) in rows {
            let read = PlainIdentifier::tax_id(form, typed);
            assert_eq!(read.as_ref().map(PlainIdentifier::last_four), expected.as_ref().map(|last| *last), "{form} {typed}");
        }
    }

    #[test]
    fn licenses_name_their_state() {
        let read = PlainIdentifier::driver_license("az", "d0123-4567").unwrap();
        assert_eq!((read.last_four(), read.form.as_str()), ("4567", "AZ"));
        assert_eq!(PlainIdentifier::driver_license("Arizona", "D01234567"), Err(NotAnIdentifier::NoState));
        assert_eq!(PlainIdentifier::driver_license("AZ", "D01"), Err(NotAnIdentifier::NotALicense));
        assert_eq!(PlainIdentifier::driver_license("AZ", "D0123;4567"), Err(NotAnIdentifier::NotALicense));
    }

    #[test]
    fn what_is_sealed_opens_for_its_customer_alone_and_shows_four_characters() {
        let random = Random::seeded(7);
        let keys = Keys::in_memory(&random);
        let plain = PlainIdentifier::tax_id("ssn", "123-45-6789").unwrap();
        assert!(!format!("{plain:?}").contains("45"));
        let value = plain.seal(CustomerId(3), &keys, &random);
        let again = plain.seal(CustomerId(4), &keys, &random);
        assert_eq!(value.fingerprint, again.fingerprint, "the same number is found again");
        assert_ne!(value.sealed, again.sealed);
        let of = |customer| Identifier { customer, value: value.clone(), recorded_on: NaiveDate::MIN, act: ActId(1) };
        assert_eq!(of(CustomerId(3)).open(&keys).unwrap(), "123-45-6789");
        assert!(of(CustomerId(4)).open(&keys).is_err());
        assert_eq!(of(CustomerId(3)).masked(), "•••-••-6789");
    }
}
