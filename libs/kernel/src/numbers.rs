//! Numbers that people read aloud: account numbers with a check digit, bill numbers.

use std::fmt;

/// An account number: a serial number and a check digit, `100042-4` on paper.
///
/// The check digit is Luhn's (ISO/IEC 7812-1 annex B): it catches every single wrong digit and
/// nearly every swap of neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountNumber {
    serial: i64,
}

/// The number of a bill: its run, and its position in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BillNumber {
    /// The number of the bill run, from 1.
    pub run: i64,
    /// The position within the run, from 1.
    pub position: i64,
}

/// A text that is not a number of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not digits, a dash and a digit.
    #[error("'{0}' is not an account number such as 100042-4")]
    NotAnAccountNumber(String),
    /// The check digit says that a digit was misread.
    #[error("account number '{0}' has a wrong check digit: look at it again")]
    WrongCheckDigit(String),
    /// Not a run, a dash and a position.
    #[error("'{0}' is not a bill number such as 12-000345")]
    NotABillNumber(String),
}

impl AccountNumber {
    /// The number issued for a serial number of at least 1.
    #[must_use]
    pub fn issue(serial: i64) -> AccountNumber {
        assert!(0 < serial, "account numbers are issued from 1");
        AccountNumber { serial }
    }

    /// The serial number without its check digit.
    #[must_use]
    pub fn serial(self) -> i64 {
        self.serial
    }

    /// Reads a number off paper; the dash may be missing.
    pub fn parse(text: &str) -> Result<AccountNumber, NumberError> {
        let digits: String = text.chars().filter(|letter| *letter != '-').collect();
        let not_a_number = || NumberError::NotAnAccountNumber(text.to_owned());
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.len() < 2 {
            return Err(not_a_number());
        }
        let (serial, check) = digits.split_at(digits.len() - 1);
        let serial: i64 = serial.parse().map_err(|_| not_a_number())?;
        if serial == 0 {
            return Err(not_a_number());
        }
        if check != luhn_digit(serial).to_string() {
            return Err(NumberError::WrongCheckDigit(text.to_owned()));
        }
        Ok(AccountNumber { serial })
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.serial, luhn_digit(self.serial))
    }
}

impl BillNumber {
    /// Reads a number off paper.
    pub fn parse(text: &str) -> Result<BillNumber, NumberError> {
        let parts = text.split_once('-').and_then(|(run, position)| Some((run.parse().ok()?, position.parse().ok()?)));
        match parts {
            Some((run, position)) if 0 < run && 0 < position => Ok(BillNumber { run, position }),
            _ => Err(NumberError::NotABillNumber(text.to_owned())),
        }
    }
}

impl fmt::Display for BillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:06}", self.run, self.position)
    }
}

fn luhn_digit(serial: i64) -> i64 {
    let mut rest = serial;
    let mut sum = 0;
    let mut doubled = true;
    while rest != 0 {
        let digit = if doubled { rest % 10 * 2 } else { rest % 10 };
        sum += digit / 10 + digit % 10;
        doubled = !doubled;
        rest /= 10;
    }
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_digit_is_the_published_one() {
        // 7992739871 with check digit 3 is the worked example most texts on the algorithm use.
        assert_eq!(AccountNumber::issue(7_992_739_871).to_string(), "7992739871-3");
    }

    proptest! {
        #[test]
        fn a_number_reads_back(serial in 1..i64::MAX / 100) {
            let number = AccountNumber::issue(serial);
            prop_assert_eq!(AccountNumber::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn one_wrong_digit_is_noticed(serial in 1..1_000_000_000_i64, at in 0..10_usize, by in 1..10_u8) {
            let mut digits: Vec<u8> = AccountNumber::issue(serial).to_string().replace('-', "").into_bytes();
            let at = at % digits.len();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let misread = String::from_utf8(digits).unwrap();
            prop_assert!(AccountNumber::parse(&misread).is_err(), "{} passed", misread);
        }

        #[test]
        fn a_bill_number_reads_back(run in 1..1_000_000_i64, position in 1..10_000_000_i64) {
            let number = BillNumber { run, position };
            prop_assert_eq!(BillNumber::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn nothing_panics(text in ".*") {
            let _ = (AccountNumber::parse(&text), BillNumber::parse(&text));
        }
    }
}
