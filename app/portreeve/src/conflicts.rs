//! `HouseConflicts`: what stands between a member of staff and an account, asked of every room that knows a part.

use std::collections::BTreeSet;

use acts::{Actor, Conflict, Conflicts, Judged, Subject};
use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::AccountId;
use staff::people::{self, Person, RelationKind};

/// Nobody acts on their own or their household's account; who lives or is reached where a customer is, is warned of.
#[derive(Clone, Copy, Debug, Default)]
pub struct HouseConflicts;

#[async_trait]
impl Conflicts for HouseConflicts {
    async fn between(
        &self,
        read: &mut Read,
        actor: &Actor,
        (subject, judged): (&Subject, &Judged),
        today: NaiveDate,
    ) -> Result<Vec<Conflict>, Fault> {
        let mut accounts: BTreeSet<AccountId> = judged.accounts.iter().copied().collect();
        if subject.kind == "account" {
            accounts.insert(AccountId(subject.id));
        }
        if accounts.is_empty() && judged.service_points.is_empty() {
            return Ok(Vec::new());
        }
        let Some(person) = people::person(read, actor.id).await? else { return Ok(Vec::new()) };
        if !judged.service_points.is_empty() {
            accounts.extend(billing::accounts_at(read, &judged.service_points).await?);
        }
        let mut found = related(read, &person, &accounts, today).await?;
        if found.is_empty() {
            found = reached_alike(read, &person, &accounts).await?;
        }
        Ok(found)
    }
}

async fn related(
    read: &mut Read,
    person: &Person,
    accounts: &BTreeSet<AccountId>,
    today: NaiveDate,
) -> Result<Vec<Conflict>, Fault> {
    let relations = people::relations(read, person.actor).await?;
    let stands = |relation: &&people::Relation| {
        accounts.contains(&relation.account) && relation.ended_on.is_none_or(|ended_on| today < ended_on)
    };
    let words = |relation: &people::Relation| match relation.kind {
        RelationKind::Own => "this account is your own: ask a colleague to make the change",
        RelationKind::Household => "this account is of your household: ask a colleague to make the change",
    };
    Ok(relations.iter().filter(stands).take(1).map(|one| Conflict::Forbids(words(one).to_owned())).collect())
}

/// The same telephone, mail or street as the customer's.
async fn reached_alike(
    read: &mut Read,
    person: &Person,
    accounts: &BTreeSet<AccountId>,
) -> Result<Vec<Conflict>, Fault> {
    let accounts: Vec<AccountId> = accounts.iter().copied().collect();
    let (phone, email) = (person.contact.phone_key(), person.contact.email.to_lowercase());
    let address = person.contact.address_key();
    let mut patterns = BTreeSet::new();
    for reached in customers::reached(read, &accounts).await?.values() {
        if !phone.is_empty() && reached.phones.contains(&phone) {
            patterns.insert("same_phone");
        }
        if !email.is_empty() && reached.emails.contains(&email) {
            patterns.insert("same_email");
        }
        if reached.streets.iter().any(|street| is_at(&address, street)) {
            patterns.insert("same_address");
        }
    }
    if !address.is_empty() {
        let points = billing::points_of_accounts(read, &accounts).await?;
        let points: Vec<_> = points.into_iter().map(|(_, point)| point).collect();
        let places = premises::addresses_by_id(read, &points).await?;
        if places.values().any(|place| is_at(&address, &kernel::search_key(place))) {
            patterns.insert("same_address");
        }
    }
    let words = |pattern: &str| match pattern {
        "same_phone" => "the customer has the telephone number of whoever made the change",
        "same_email" => "the customer has the e-mail address of whoever made the change",
        _ => "the customer has the address of whoever made the change",
    };
    Ok(patterns.into_iter().map(|pattern| Conflict::Warns { pattern, words: words(pattern).to_owned() }).collect())
}

/// Whether an address begins with a street and number: `12 oak st apt 3 saguaro bend` is at `12 oak st`.
fn is_at(address: &str, street: &str) -> bool {
    let rest = address.strip_prefix(street);
    !street.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_at_a_street_and_number() {
        for (address, street, expected) in [
            ("12 oak st saguaro bend az", "12 oak st", true),
            ("12 oak st", "12 oak st", true),
            ("12 oak street", "12 oak st", false),
            ("112 oak st", "12 oak st", false),
            ("12 oak st", "", false),
        ] {
            assert_eq!(is_at(address, street), expected, "{address} at {street}");
        }
    }
}
