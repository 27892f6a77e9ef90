//! What is known about an account when red flags are looked for.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use customers::{NamedAccount, Purpose, Role, in_force};
use db::{Fault, Read};
use kernel::{AccountId, Cents, CustomerId, search_key};

use crate::red_flag::OpeningFacts;
use crate::{IdentifierKind, store};

/// Of how many accounts that look alike it is found out what they owe.
const LOOK_AT: usize = 20;

/// Gathers them from the rooms that know.
pub(crate) async fn opening_facts(
    read: &mut Read,
    account: &NamedAccount,
    today: NaiveDate,
) -> Result<OpeningFacts, Fault> {
    let mut facts = identifier_facts(read, account.customer, today).await?;
    facts.past_due = accounts_of(read, &[account.customer], Some(account.id), today).await?;
    facts.same_phone = same_phone(read, account).await?;
    place(read, account, today, &mut facts).await?;
    Ok(facts)
}

/// What is known of the numbers of a customer alone: who else has them.
pub(crate) async fn identifier_facts(
    read: &mut Read,
    customer: CustomerId,
    today: NaiveDate,
) -> Result<OpeningFacts, Fault> {
    let mut facts = OpeningFacts::default();
    for identifier in store::identifiers_of(read, &[customer]).await? {
        let alike = store::identifiers_alike(read, &identifier).await?;
        let others = accounts_of(read, &alike, None, today).await?;
        match identifier.value.kind {
            IdentifierKind::TaxId => facts.same_tax_id = others,
            IdentifierKind::DriverLicense => facts.same_license = others,
        }
    }
    Ok(facts)
}

/// Other customers with the tax ID or driver's license of one, with what is the same.
pub async fn with_same_numbers(
    read: &mut Read,
    customer: CustomerId,
) -> Result<Vec<(CustomerId, &'static str)>, Fault> {
    let mut same = Vec::new();
    for identifier in store::identifiers_of(read, &[customer]).await? {
        let what = match identifier.value.kind {
            IdentifierKind::TaxId => "same tax ID",
            IdentifierKind::DriverLicense => "same driver's license",
        };
        same.extend(store::identifiers_alike(read, &identifier).await?.into_iter().map(|other| (other, what)));
    }
    Ok(same)
}

/// The numbers of accounts opened since a day at which nobody has looked, and behind which account to go on.
pub async fn unchecked_openings(
    read: &mut Read,
    (since, after): (NaiveDate, AccountId),
    most: i64,
) -> Result<(Vec<String>, Option<AccountId>), Fault> {
    let opened = customers::accounts_opened_since(read, (since, after), most).await?;
    let unchecked = store::unchecked(read, &opened).await?;
    let numbers = customers::accounts_by_id(read, &unchecked).await?;
    Ok((numbers.values().map(|account| account.number.to_string()).collect(), opened.last().copied()))
}

/// The accounts of customers, but one where that is said, with what is past due.
async fn accounts_of(
    read: &mut Read,
    customers: &[CustomerId],
    but: Option<AccountId>,
    today: NaiveDate,
) -> Result<Vec<(String, Cents)>, Fault> {
    let held = customers::accounts_held_by(read, customers).await?;
    let ids: Vec<AccountId> = held.iter().map(|(id, _, _)| *id).filter(|id| Some(*id) != but).take(LOOK_AT).collect();
    let numbers = customers::accounts_by_id(read, &ids).await?;
    let mut found = Vec::new();
    for id in ids {
        let number = numbers.get(&id).map(|account| account.number.to_string()).unwrap_or_default();
        found.push((number, billing::past_due(read, id, today).await?));
    }
    Ok(found)
}

/// Accounts of other customers with the telephone of the holder.
async fn same_phone(read: &mut Read, account: &NamedAccount) -> Result<Vec<String>, Fault> {
    let people = customers::persons_by_id(read, &[account.customer]).await?;
    let Some(person) = people.get(&account.customer) else { return Ok(Vec::new()) };
    let written = written_ways(&person.phone);
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let mut others = customers::customers_with_phone(read, &written, 5 * LOOK_AT).await?;
    others.retain(|customer| *customer != account.customer);
    let held = customers::accounts_held_by(read, &others).await?;
    let ids: Vec<AccountId> = held.iter().map(|(id, _, _)| *id).filter(|id| *id != account.id).collect();
    let numbers = customers::accounts_by_id(read, &ids).await?;
    Ok(numbers.values().map(|account| account.number.to_string()).collect())
}

/// A telephone number in the ways people write it; nothing for what is too short to be one.
fn written_ways(phone: &str) -> Vec<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 7 {
        return Vec::new();
    }
    let mut ways = BTreeSet::from([phone.to_owned(), digits.clone()]);
    if let Some(ten) = digits.get(digits.len().saturating_sub(10)..).filter(|ten| ten.len() == 10) {
        let (area, rest) = ten.split_at(3);
        let (exchange, line) = rest.split_at(3);
        ways.extend([
            ten.to_owned(),
            format!("{area}-{exchange}-{line}"),
            format!("({area}) {exchange}-{line}"),
            format!("{area}.{exchange}.{line}"),
            format!("{area} {exchange} {line}"),
            format!("1-{area}-{exchange}-{line}"),
            format!("+1 {area} {exchange} {line}"),
            format!("+1{ten}"),
        ]);
    }
    ways.into_iter().collect()
}

/// Where the account is served, and where its mail goes.
async fn place(
    read: &mut Read,
    account: &NamedAccount,
    today: NaiveDate,
    facts: &mut OpeningFacts,
) -> Result<(), Fault> {
    let points = billing::points_of_accounts(read, &[account.id]).await?;
    let points: Vec<_> = points.into_iter().map(|(_, point)| point).collect();
    let places = premises::addresses_by_id(read, &points).await?;
    facts.service_streets = places.values().map(|place| search_key(place)).filter(|key| !key.is_empty()).collect();
    let known = customers::mailing_addresses(read, &[account.id], Purpose::Mailing).await?;
    let of_account = known.get(&account.id).map_or(&[][..], Vec::as_slice);
    let on = today.max(account.opened_on);
    facts.mail_street = in_force(of_account, Some(on)).map(|address| search_key(&address.lines.street));
    let first = of_account.iter().map(|address| address.from_on).min();
    let last = in_force(of_account, Some(on)).map(|address| address.from_on);
    facts.address_changed_on = last.filter(|last| first.is_some_and(|first| first < *last));
    let parties = customers::parties_of(read, &[account.id]).await?;
    let is_owner = |party: &customers::Party| party.role == Role::Owner && party.customer == account.customer;
    facts.is_owner = parties.get(&account.id).into_iter().flatten().any(|party| is_owner(party) && party.holds_on(on));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let ways = written_ways("(602) 555-0100");
        for way in ["602-555-0100", "6025550100", "(602) 555-0100", "+1 602 555 0100", "602.555.0100"] {
            assert!(ways.contains(&way.to_owned()), "{way}");
        }
        assert!(written_ways("ask at shop").is_empty());
    }
}
