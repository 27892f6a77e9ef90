//! Where each charge of a plan goes in the books, also when a tax follows several lines.

use kernel::{Cents, FundId, LedgerAccountId};
use rates::Price;

/// Where a part of a charge goes: within a fund, from a credit to a debit ledger account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The revenue code.
    pub code: String,
    /// The fund.
    pub fund: FundId,
    /// The receivable of the customer, or the expense of the city.
    pub debit: LedgerAccountId,
    /// The revenue, or for a tax the liability.
    pub credit: LedgerAccountId,
    /// Whether the city pays it, so that it is not part of the bill.
    pub is_borne: bool,
}

/// Where all charges of a plan go, in the order of the plan.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub(crate) charges: Vec<ChargePlace>,
}

/// Where one charge goes.
#[derive(Clone, Debug)]
pub(crate) enum ChargePlace {
    /// To one place of its own.
    Own(Group, Place),
    /// In parts where the charges go of which it is a percentage; of none, to the only place there is.
    Following { of: Vec<usize>, places: Vec<(Group, Place)> },
}

/// The fund and receivable that bear a tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) fund: FundId,
    pub(crate) receivable: LedgerAccountId,
}

impl Places {
    /// Hands over each charge of a price with its position, place and amount; a tax on lines of several funds in as
    /// many parts, which together are its amount.
    pub fn take_apart<'a>(&'a self, price: &Price, mut take: impl FnMut(usize, &'a Place, Cents)) {
        for line in price.lines() {
            match self.charges.get(line.charge) {
                Some(ChargePlace::Own(_, place)) => take(line.charge, place, line.cents),
                Some(ChargePlace::Following { places, .. }) => {
                    let parts = self.parts(price, line.charge, line.cents);
                    for ((_, place), cents) in places.iter().zip(parts) {
                        take(line.charge, place, cents);
                    }
                }
                None => {}
            }
        }
    }

    /// The parts of a charge, one for each of its places.
    fn parts(&self, price: &Price, charge: usize, cents: Cents) -> Vec<Cents> {
        match self.charges.get(charge) {
            Some(ChargePlace::Following { of, places }) if 1 < places.len() => {
                let mut weights = vec![0; places.len()];
                for base in of {
                    let amount = price.lines().find(|line| line.charge == *base).map_or(Cents::ZERO, |line| line.cents);
                    let groups = self.groups(*base);
                    for (group, part) in groups.iter().zip(self.parts(price, *base, amount)) {
                        let place = places.iter().position(|(known, _)| known == group);
                        weights[place.unwrap_or(0)] += part.0;
                    }
                }
                cents.split(&weights)
            }
            Some(_) | None => vec![cents],
        }
    }

    fn groups(&self, charge: usize) -> Vec<Group> {
        match self.charges.get(charge) {
            Some(ChargePlace::Own(group, _)) => vec![*group],
            Some(ChargePlace::Following { places, .. }) => places.iter().map(|(group, _)| *group).collect(),
            None => Vec::new(),
        }
    }
}

impl ChargePlace {
    /// Every place it may go to.
    pub(crate) fn all(&self) -> Vec<&Place> {
        match self {
            ChargePlace::Own(_, place) => vec![place],
            ChargePlace::Following { places, .. } => places.iter().map(|(_, place)| place).collect(),
        }
    }
}
