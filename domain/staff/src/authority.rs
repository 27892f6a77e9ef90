//! `StaffAuthority`: may this actor do this, alone? Everything not granted is denied.

use acts::{Actor, Approval, Authority, Judged, SecondNeeded, Weight};
use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use kernel::{ActorId, Cents};

use crate::people::{self, Limit, Source};
use crate::store;

/// Over how many days limits add up what was moved, today included.
const ROLLING_DAYS: u64 = 30;

/// Answers the door from the roles and limits that stand at that moment, in the act's own transaction.
///
/// Until roles are in force a town is being founded: what was granted directly is all there is, and no second person
/// is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct StaffAuthority;

#[async_trait]
impl Authority for StaffAuthority {
    async fn allows(&self, read: &mut Read, actor: &Actor, permission: &str, today: NaiveDate) -> Result<bool, Fault> {
        if store::is_allowed(read, actor.id, permission).await? {
            return Ok(true);
        }
        Ok(people::permissions_on(read, actor.id, today).await?.may(permission))
    }

    async fn needs_second(
        &self,
        read: &mut Read,
        actor: &Actor,
        judged: &Judged,
        today: NaiveDate,
    ) -> Result<Option<SecondNeeded>, Fault> {
        let is_nothing = judged.control.is_none() && judged.weight.is_none();
        if is_nothing || !people::are_roles_in_force(read).await? {
            return Ok(None);
        }
        if let Some(control) = judged.control {
            let (code, approving) = (control.code.to_owned(), control.approving);
            return Ok(Some(SecondNeeded { control: code, approving, why: control.sentence.to_owned() }));
        }
        let Some(weight) = judged.weight else { return Ok(None) };
        let why = over_the_limit(read, (actor.id, None), &weight, today).await?;
        Ok(why.map(|why| SecondNeeded { control: "limit".to_owned(), approving: weight.approving, why }))
    }

    async fn may_not_approve(
        &self,
        read: &mut Read,
        approver: &Actor,
        approval: &Approval<'_>,
    ) -> Result<Option<String>, Fault> {
        if approval.judged.is_some_and(|judged| judged.favors.contains(&approver.id)) {
            return Ok(Some("you would have more by it: another person has to decide".to_owned()));
        }
        let held = people::permissions_on(read, approver.id, approval.today).await?;
        let lent = Source::ActingFor(approval.proposer);
        let sources = held.permissions.get(approval.approving).map_or(&[][..], Vec::as_slice);
        if sources.iter().all(|source| *source == lent) {
            let words = "who proposed this is the one you stand in for: another person has to decide";
            return Ok(Some(words.to_owned()));
        }
        let Some(weight) = approval.judged.and_then(|judged| judged.weight) else { return Ok(None) };
        let why = over_the_limit(read, (approver.id, Some(approval.proposer)), &weight, approval.today).await?;
        Ok(why.map(|why| format!("{why}: it is above what you may decide, so hand it to somebody who may")))
    }

    async fn limit(
        &self,
        read: &mut Read,
        actor: &Actor,
        weight: &Weight,
        today: NaiveDate,
    ) -> Result<Option<i64>, Fault> {
        let limit = people::limit_of(read, actor.id, (weight.class, weight.direction), today).await?;
        Ok(limit.map(|limit| limit.act_cents.0))
    }
}

/// Why an amount would want a second person, asked before it is sent; what is done in between may change the answer.
pub async fn second_needed(
    read: &mut Read,
    actor: ActorId,
    weight: &Weight,
    today: NaiveDate,
) -> Result<Option<String>, Fault> {
    if !people::are_roles_in_force(read).await? {
        return Ok(None);
    }
    let class = (weight.class, weight.direction);
    let Some(limit) = people::limit_of(read, actor, class, today).await? else { return Ok(None) };
    let since = today - Days::new(ROLLING_DAYS - 1);
    let theirs = acts::moved_by(read, actor, class, since).await?;
    let there = acts::moved_on(read, weight.account, class, since).await?;
    Ok(over(limit, weight.cents, (theirs, there)))
}

/// Why an amount is more than somebody may decide alone, in words. Whoever asks waits for the actor's other acts, so
/// that two at once do not both fit under one limit. What a lender lends them does not count.
async fn over_the_limit(
    read: &mut Read,
    (actor, lender): (ActorId, Option<ActorId>),
    weight: &Weight,
    today: NaiveDate,
) -> Result<Option<String>, Fault> {
    let class = (weight.class, weight.direction);
    let Some(limit) = people::limit_apart_from(read, (actor, lender), class, today).await? else { return Ok(None) };
    store::hold_actor(read, actor).await?;
    let since = today - Days::new(ROLLING_DAYS - 1);
    let theirs = acts::moved_by(read, actor, class, since).await?;
    let there = acts::moved_on(read, weight.account, class, since).await?;
    Ok(over(limit, weight.cents, (theirs, there)))
}

/// $60.00 with a limit of $50.00 at a time is over it; so is $30.00 after $480.00 with $500.00 in 30 days.
fn over(limit: Limit, cents: Cents, (theirs, there): (Cents, Cents)) -> Option<String> {
    let amount = cents.dollars();
    if limit.act_cents < cents {
        let limit = limit.act_cents.dollars();
        return Some(format!("{amount} is more than the {limit} that may be decided alone at a time"));
    }
    if limit.actor_cents < theirs + cents {
        let (sum, limit) = ((theirs + cents).dollars(), limit.actor_cents.dollars());
        return Some(format!("with {amount} it would be {sum} by one person in 30 days, above {limit}"));
    }
    if limit.account_cents < there + cents {
        let (sum, limit) = ((there + cents).dollars(), limit.account_cents.dollars());
        return Some(format!("with {amount} it would be {sum} on one account in 30 days, above {limit}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_for_one_act_for_a_person_and_for_an_account() {
        let limit = Limit { act_cents: Cents(5_000), actor_cents: Cents(50_000), account_cents: Cents(10_000) };
        // amount | moved by the actor | moved on the account | over
        let rows = [
            (5_000, 0, 0, None),
            (5_001, 0, 0, Some("at a time")),
            (2_000, 48_000, 0, None),
            (2_001, 48_000, 0, Some("by one person")),
            (2_000, 0, 8_000, None),
            (2_000, 0, 8_001, Some("on one account")),
        ];
        for (cents, theirs, there, expected) in rows {
            let words = over(limit, Cents(cents), (Cents(theirs), Cents(there)));
            assert_eq!(words.is_some(), expected.is_some(), "{cents} {theirs} {there}");
            assert!(words.unwrap_or_default().contains(expected.unwrap_or_default()));
        }
    }
}
