//! `Party`: a customer who is something for an account, from a day to a day.

use chrono::NaiveDate;
use kernel::{AccountId, CustomerId, DigestBuilder};
use serde::{Deserialize, Serialize};

/// What a customer is for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who gets the bill; one at a time.
    BillPayer,
    /// Who owns the place.
    Owner,
    /// Who lives or works there.
    Tenant,
    /// Who may ask about the account.
    Authorized,
}

/// A customer in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// For which account.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// Who.
    pub customer: CustomerId,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day; without one it goes on.
    pub to_on: Option<NaiveDate>,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 4] = [Role::BillPayer, Role::Owner, Role::Tenant, Role::Authorized];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Role::BillPayer => "bill_payer",
            Role::Owner => "owner",
            Role::Tenant => "tenant",
            Role::Authorized => "authorized",
        }
    }

    /// The role with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether an account has one at a time.
    #[must_use]
    pub fn is_alone(self) -> bool {
        match self {
            Role::BillPayer => true,
            Role::Owner | Role::Tenant | Role::Authorized => false,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Role::BillPayer => "bill payer",
            Role::Owner => "owner",
            Role::Tenant => "tenant",
            Role::Authorized => "authorized",
        })
    }
}

impl Party {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to_on| day <= to_on)
    }

    /// Whether it holds on a day or on some later one.
    #[must_use]
    pub fn holds_since(&self, day: NaiveDate) -> bool {
        self.to_on.is_none_or(|to_on| day <= to_on)
    }
}

/// Who stands in the way of a customer who takes a role from a day on: the same customer in the
/// same role, or anybody where there can be one only.
#[must_use]
pub fn in_the_way(parties: &[Party], role: Role, customer: CustomerId, from_on: NaiveDate) -> Option<&Party> {
    let of_the_role = parties.iter().filter(|party| party.role == role && party.holds_since(from_on));
    of_the_role.into_iter().find(|party| role.is_alone() || party.customer == customer)
}

/// What is known of who is what, in short: another text as soon as anything of it changes.
#[must_use]
pub fn seen_parties(parties: &[Party]) -> String {
    let mut digest = DigestBuilder::new();
    for party in parties {
        digest.text(party.role.code()).int(party.customer.0).text(&party.from_on.to_string());
        digest.text(&party.to_on.map_or_else(String::new, |to_on| to_on.to_string()));
    }
    digest.finish().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    #[test]
    fn a_role_is_known_by_its_code() {
        for role in Role::ALL {
            assert_eq!(Role::of_code(role.code()), Some(role));
        }
        assert_eq!(Role::of_code("landlord"), None);
    }

    #[test]
    fn what_was_seen_differs_once_anything_changed() {
        let party = |role, customer, to: Option<u32>| Party {
            account: AccountId(1),
            role,
            customer: CustomerId(customer),
            from_on: day(1),
            to_on: to.map(day),
        };
        let before = seen_parties(&[party(Role::Owner, 1, None)]);
        assert_eq!(before, seen_parties(&[party(Role::Owner, 1, None)]));
        let others = [
            vec![],
            vec![party(Role::Owner, 1, Some(9))],
            vec![party(Role::Owner, 2, None)],
            vec![party(Role::Tenant, 1, None)],
            vec![party(Role::Owner, 1, None), party(Role::Tenant, 1, None)],
        ];
        for other in others {
            assert_ne!(before, seen_parties(&other), "{other:?}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn one_bill_payer_at_a_time_and_nobody_twice() {
        let party = |role, customer, from, to: Option<u32>| Party {
            account: AccountId(1), role, customer: CustomerId(customer), from_on: day(from), to_on: to.map(day),
        };
        let parties = [
            party(Role::BillPayer, 1, 1,  Some(9)),
            party(Role::BillPayer, 2, 10, None),
            party(Role::Tenant,    3, 1,  Some(20)),
            party(Role::Tenant,    4, 5,  None),
        ];
        let rows = [
            (Role::BillPayer,  5, 20, Some(2)),
            (Role::BillPayer,  2, 20, Some(2)),
            (Role::BillPayer,  5, 5,  Some(1)),
            (Role::Tenant,     5, 5,  None),
            (Role::Tenant,     3, 20, Some(3)),
            (Role::Tenant,     3, 21, None),
            (Role::Tenant,     4, 30, Some(4)),
            (Role::Owner,      4, 30, None),
            (Role::Authorized, 1, 1,  None),
        ];
        for (role, customer, from, expected) in rows {
            let found = in_the_way(&parties, role, CustomerId(customer), day(from)).map(|party| party.customer.0);
            assert_eq!(found, expected, "{role} {customer} from {from}");
        }
        assert!(parties[0].holds_on(day(9)) && !parties[0].holds_on(day(10)) && !parties[1].holds_on(day(9)));
    }
}
