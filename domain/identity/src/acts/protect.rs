//! Keeps the address of a person confidential, and lifts that.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::NaiveDate;
use customers::{AddressLines, Protection};
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use super::find::customer_named;
use crate::{PROGRAMS, permissions};

/// Keeps a person's address confidential from now on. Given again, it takes the place of what was said before, also for
/// whoever was merged into them.
///
/// Source of the largest program: Arizona's Address Confidentiality Program, A.R.S. 41-161 to 41-169. A city takes the
/// substitute address for whatever it needs an address for (41-166); telling the actual address or telephone number of a
/// participant is a class 1 misdemeanor (41-165).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protect {
    /// The reference of the customer.
    pub customer: String,
    /// The code of the program or order.
    pub program: String,
    /// The address to use instead; none where the program gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<AddressLines>,
    /// When to ask whether it still holds. It does not end by itself.
    pub review_on: NaiveDate,
}

/// Lifts it: from now on the address is shown like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unprotect {
    /// The reference of the customer.
    pub customer: String,
}

impl Act for Protect {
    const KIND: &'static str = "identity.protect";
    const PERSONAL: &'static [&'static str] = &["/program", "/substitute"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::PROTECT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let customer = customer_named(entry, &self.customer).await?;
        if !PROGRAMS.iter().any(|(code, _, _)| *code == self.program) {
            return refuse(IdentityRefused::ProgramUnknown(self.program.clone()));
        }
        let substitute = self.substitute.clone().filter(|lines| !lines.is_empty());
        if substitute.as_ref().is_some_and(|lines| lines.street.trim().is_empty() || lines.city.trim().is_empty()) {
            return refuse(IdentityRefused::SubstituteBroken);
        }
        if self.review_on <= entry.today {
            return refuse(IdentityRefused::ReviewPassed);
        }
        let (act, today) = (entry.act, entry.today);
        // Whoever was merged into them keeps a protection of their own: the merge may be taken back.
        let mut whose = customers::protected_through(entry, customer).await?;
        whose.retain(|one| *one != customer);
        whose.push(customer);
        customers::lift_protection(entry, customer, (act, today)).await?;
        let nothing = || AddressLines {
            recipient: String::new(),
            street: String::new(),
            city: String::new(),
            state: String::new(),
            postal_code: String::new(),
        };
        let substitute = substitute.unwrap_or_else(nothing);
        for customer in whose {
            let protection = Protection {
                customer,
                act,
                program: self.program.clone(),
                protected_on: today,
                review_on: self.review_on,
                substitute: substitute.clone(),
            };
            customers::insert_protection(entry, &protection).await?;
        }
        Ok(())
    }
}

impl Act for Unprotect {
    const KIND: &'static str = "identity.unprotect";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::PROTECT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let customer = customer_named(entry, &self.customer).await?;
        let (act, today) = (entry.act, entry.today);
        match customers::lift_protection(entry, customer, (act, today)).await? {
            0 => refuse(IdentityRefused::NotProtected(self.customer.clone())),
            _ => Ok(()),
        }
    }
}
