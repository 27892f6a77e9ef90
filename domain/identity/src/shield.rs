//! Protected persons: which accounts lead to one, and what is shown in the place of their address.

use std::collections::{BTreeMap, BTreeSet};

use customers::Protection;
use db::{Fault, Read};
use kernel::{AccountId, CustomerId, ServicePointId};
use web::Ask;

use crate::permissions::SEE_PROTECTED;

/// What keeps an address confidential: code, title, source.
pub const PROGRAMS: [(&str, &str, &str); 4] = [
    ("acp", "Address Confidentiality Program", "A.R.S. 41-161 to 41-169: the Secretary of State's substitute address"),
    (
        "protected_official",
        "Peace officer, judge or other eligible person",
        "A.R.S. 39-123: home address of eligible persons",
    ),
    ("court_order", "Order of a court", "the order itself, kept with the account"),
    ("request", "Own request, decided by a supervisor", "the town's own rule"),
];

/// Which of these accounts lead to a protected person, with what protects them.
pub async fn protected_among(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Protection>, Fault> {
    customers::protected_among(read, accounts).await
}

/// What a visitor may be shown of the addresses of some accounts. Ask it for every address that a page, a table or a file
/// shows beside an account or a name.
#[derive(Clone, Debug, Default)]
pub struct Shield {
    protected: BTreeMap<AccountId, Protection>,
    may_see: bool,
}

impl Shield {
    /// Of these accounts, for the visitor of a page.
    pub async fn load(ask: &Ask, read: &mut Read, accounts: &[AccountId]) -> Result<Shield, Fault> {
        let protected = protected_among(read, accounts).await?;
        Ok(Shield { protected, may_see: ask.may(SEE_PROTECTED) })
    }

    /// Of these accounts, for what leaves the house, whoever asks.
    pub async fn for_files(read: &mut Read, accounts: &[AccountId]) -> Result<Shield, Fault> {
        Ok(Shield { protected: protected_among(read, accounts).await?, may_see: false })
    }

    /// Whether an account leads to a protected person, whoever looks.
    #[must_use]
    pub fn is_protected(&self, account: AccountId) -> bool {
        self.protected.contains_key(&account)
    }

    /// Whether the address of an account must not be shown.
    #[must_use]
    pub fn hides(&self, account: AccountId) -> bool {
        !self.may_see && self.is_protected(account)
    }

    /// The address as it may be shown: itself, the substitute, or that it is confidential.
    #[must_use]
    pub fn address(&self, account: AccountId, address: &str) -> String {
        match self.protected.get(&account) {
            Some(protection) if !self.may_see => protection.shown(),
            Some(_) | None => address.to_owned(),
        }
    }

    /// A telephone number as it may be shown: A.R.S. 41-165 protects it like the address.
    #[must_use]
    pub fn telephone(&self, account: AccountId, number: &str) -> String {
        match self.hides(account) && !number.is_empty() {
            true => "Confidential".to_owned(),
            false => number.to_owned(),
        }
    }

    /// What protects an account.
    #[must_use]
    pub fn protection(&self, account: AccountId) -> Option<&Protection> {
        self.protected.get(&account)
    }
}

/// Covers the addresses of service points at which a protected person is or was served, for who may not see them. Ask it
/// for every list of places: an account's page leads to its places, so a place would tell where its people live. Gives back
/// which places it covered: nobody is named there either, see [`hides_people_at`].
pub async fn cover<'a>(
    ask: &Ask,
    read: &mut Read,
    places: impl IntoIterator<Item = (ServicePointId, &'a mut String)> + Send,
) -> Result<BTreeSet<ServicePointId>, Fault> {
    let mut hidden = BTreeSet::new();
    if ask.may(SEE_PROTECTED) {
        return Ok(hidden);
    }
    let mut places: BTreeMap<ServicePointId, Vec<&'a mut String>> =
        places.into_iter().fold(BTreeMap::new(), |mut all, (point, address)| {
            all.entry(point).or_default().push(address);
            all
        });
    let points: Vec<ServicePointId> = places.keys().copied().collect();
    let accounts: Vec<AccountId> = billing::accounts_at(read, &points).await?.into_iter().collect();
    let protected = protected_among(read, &accounts).await?;
    let covered: Vec<AccountId> = protected.keys().copied().collect();
    for (account, point) in billing::points_of_accounts(read, &covered).await? {
        let Some(addresses) = places.remove(&point) else { continue };
        hidden.insert(point);
        for address in addresses {
            *address = protected.get(&account).map(Protection::shown).unwrap_or_default();
        }
    }
    Ok(hidden)
}

/// Whether a visitor may not be told who is or was served at any of some service points: a protected person among them.
/// Whoever else was served there would tell the address by their own account, and a protected person would be found by it;
/// so nobody is named there, neither the one nor the others. Where an address is covered as well, [`cover`] says the same.
pub async fn hides_people_at(ask: &Ask, read: &mut Read, points: &[ServicePointId]) -> Result<bool, Fault> {
    if ask.may(SEE_PROTECTED) {
        return Ok(false);
    }
    let accounts: Vec<AccountId> = billing::accounts_at(read, points).await?.into_iter().collect();
    Ok(!protected_among(read, &accounts).await?.is_empty())
}

/// Whether a visitor may not be told that somebody has to do with a place: whose address is confidential, and whoever was
/// merged into them.
pub async fn hides_person(ask: &Ask, read: &mut Read, person: CustomerId) -> Result<bool, Fault> {
    if ask.may(SEE_PROTECTED) {
        return Ok(false);
    }
    let mut both = customers::surviving(read, &[person]).await?.into_values().collect::<Vec<CustomerId>>();
    both.push(person);
    Ok(!customers::protected_customers(read, &both).await?.is_empty())
}
