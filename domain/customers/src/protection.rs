//! `Protection`: a person whose address is confidential, and what is shown in its place.

use chrono::NaiveDate;
use kernel::{ActId, CustomerId};

use crate::AddressLines;

/// What stands where an address would, of a person without a substitute address.
pub const CONFIDENTIAL: &str = "Address confidential";

/// A person whose address is kept confidential. It holds until somebody lifts it, never by a day that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Who.
    pub customer: CustomerId,
    /// The act that began it.
    pub act: ActId,
    /// The code of the program or order they are protected by.
    pub program: String,
    /// Since when.
    pub protected_on: NaiveDate,
    /// When somebody has to ask whether it still holds.
    pub review_on: NaiveDate,
    /// The address the program gives instead; empty where there is none.
    pub substitute: AddressLines,
}

impl Protection {
    /// The substitute address, where there is one.
    #[must_use]
    pub fn substitute(&self) -> Option<&AddressLines> {
        (!self.substitute.street.is_empty()).then_some(&self.substitute)
    }

    /// What is written on an envelope instead of the address on record.
    #[must_use]
    pub fn mail_to(&self) -> AddressLines {
        let confidential = || AddressLines {
            recipient: String::new(),
            street: CONFIDENTIAL.to_owned(),
            city: String::new(),
            state: String::new(),
            postal_code: String::new(),
        };
        self.substitute().cloned().unwrap_or_else(confidential)
    }

    /// What is shown on one line instead of any address of theirs.
    #[must_use]
    pub fn shown(&self) -> String {
        self.substitute().map_or_else(|| CONFIDENTIAL.to_owned(), AddressLines::on_one_line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_substitute_is_shown_or_that_the_address_is_confidential() {
        let protection = |street: &str| Protection {
            customer: CustomerId(1),
            act: ActId(1),
            program: "acp".to_owned(),
            protected_on: NaiveDate::MIN,
            review_on: NaiveDate::MIN,
            substitute: AddressLines {
                recipient: String::new(),
                street: street.to_owned(),
                city: "Phoenix".to_owned(),
                state: "AZ".to_owned(),
                postal_code: "85001".to_owned(),
            },
        };
        assert_eq!(protection("PO Box 1 Apt 9").shown(), "PO Box 1 Apt 9, Phoenix, AZ 85001");
        assert_eq!(protection("").shown(), CONFIDENTIAL);
        assert_eq!(protection("").mail_to().street, CONFIDENTIAL);
        assert_eq!(protection("PO Box 1").mail_to().city, "Phoenix");
    }
}
