//! `banner`: what a clerk has to know before they say a word about an account.

use db::{Fault, Read};
use kernel::AccountId;
use web::shown::counted;
use web::{Alert, Ask, Links, Section};

use crate::pages::LOOKING;
use crate::permissions::{SEE_PROTECTED, VERIFY};
use crate::{Verification, store};

/// So many of the last calls are looked at for one that this visitor verified.
const LAST_CALLS: i64 = 10;

/// For the top of an account's page: whether the caller is verified, by this visitor and for how long; whether the address
/// is confidential; which red flags stand open.
pub async fn banner(ask: &Ask, read: &mut Read, account: AccountId) -> Result<Section, Fault> {
    let numbers = customers::accounts_by_id(read, &[account]).await?;
    let number = numbers.get(&account).map(|account| account.number.to_string()).unwrap_or_default();
    let path = format!("/accounts/{}", web::encoded(&number));
    let section = Section::bare();
    let section = match customers::protected_among(read, &[account]).await?.get(&account) {
        Some(_) => section.with(&protected(ask, &path)),
        None => section,
    };
    let flags = store::flags_of(read, account).await?;
    let section = match flags.iter().any(|flag| flag.closes_calls_on(ask.today())) {
        true => section.with(&closed_to_callers(&path)),
        false => section,
    };
    let open = flags.iter().filter(|flag| flag.cleared.is_none()).count();
    let section = match i64::try_from(open).unwrap_or(i64::MAX) {
        0 => section,
        open => {
            let heading = format!("{} to clear", counted(open, "red flag", "red flags"));
            let alert = Alert::warning(heading).text("Signs that somebody may use a name that is not theirs.");
            section.with(&alert.link("See what was found", format!("{path}/identity#flags")))
        }
    };
    if !ask.may(VERIFY) {
        let links = Links::new("Callers").link("Who may ask about this account", format!("{path}/identity"));
        let may_look = LOOKING.iter().any(|permission| ask.may(*permission));
        return Ok(if may_look { section.with(&links) } else { section });
    }
    let calls = store::verifications_of(read, account, LAST_CALLS).await?;
    let alert = match standing(ask, &calls) {
        Some(call) => {
            verified(ask, read, call).await?.link("Who may ask about this account", format!("{path}/identity"))
        }
        None => not_verified(ask, read, &calls)
            .await?
            .link("Verify the caller", format!("{path}/verify"))
            .link("Who may ask about this account", format!("{path}/identity")),
    };
    Ok(section.with(&alert))
}

/// Whether this visitor verified a caller about an account, and it still holds.
pub async fn is_verified(ask: &Ask, read: &mut Read, account: AccountId) -> Result<bool, Fault> {
    let calls = store::verifications_of(read, account, LAST_CALLS).await?;
    Ok(standing(ask, &calls).is_some())
}

/// The visitor's own newest call, when it was verified and still holds: somebody else's caller is not theirs.
fn standing<'a>(ask: &Ask, calls: &'a [Verification]) -> Option<&'a Verification> {
    let own = calls.iter().find(|call| ask.visitor().is_some_and(|visitor| visitor.actor.id == call.actor))?;
    (own.is_verified && ask.now() < own.holds_until).then_some(own)
}

async fn verified(ask: &Ask, read: &mut Read, call: &Verification) -> Result<Alert, Fault> {
    let who = caller(read, call).await?;
    let ago = minutes((ask.now() - call.at).num_minutes());
    let left = (call.holds_until - ask.now()).num_minutes() + 1;
    let text = format!("It holds for {} more.", counted(left, "minute", "minutes"));
    Ok(Alert::good(format!("Verified {ago}: {who}")).text(text))
}

async fn not_verified(ask: &Ask, read: &mut Read, calls: &[Verification]) -> Result<Alert, Fault> {
    let alert = Alert::warning("Caller not verified");
    let Some(last) = calls.first() else {
        return Ok(alert.text("Say nothing about the account before the caller has proved who they are."));
    };
    let who = caller(read, last).await?;
    let when = ask.when(last.at);
    let text = match (last.is_verified, ask.visitor().is_some_and(|visitor| visitor.actor.id == last.actor)) {
        (false, _) => format!("The last caller did not prove who they are: {who}, {when}."),
        (true, true) => format!("Your verification of {when} is over: {who}."),
        (true, false) => {
            let names = staff::names(read).await?;
            let name = names.get(&last.actor).cloned().unwrap_or_default();
            format!("{name} verified {who}, {when}. If the call was handed to you, verify again.")
        }
    };
    Ok(alert.text(text))
}

/// Who called: `Ana Ruiz, tenant`.
pub(crate) async fn caller(read: &mut Read, call: &Verification) -> Result<String, Fault> {
    let Some(customer) = call.customer else { return Ok("somebody who is not on the account".to_owned()) };
    let people = customers::persons_by_id(read, &[customer]).await?;
    let name = people.get(&customer).map(crate::pages::name_of).unwrap_or_default();
    Ok(format!("{name}, {}", call.role.words()))
}

fn minutes(ago: i64) -> String {
    match ago {
        ..=0 => "just now".to_owned(),
        1 => "1 minute ago".to_owned(),
        more => format!("{more} minutes ago"),
    }
}

/// What to say to callers while nobody is verified on the phone.
pub(crate) fn closed_to_callers(path: &str) -> Alert {
    Alert::bad("Too many callers did not prove who they are: nobody else is verified on the phone today")
        .text(
            "Say nothing about the account. Offer to call back at the number on record, or to see a photo ID at the counter. \
             Somebody who may clears the red flag when it has an explanation.",
        )
        .link("See the calls", format!("{path}/identity#calls"))
}

fn protected(ask: &Ask, path: &str) -> Alert {
    let alert = Alert::bad("Protected person: the address is confidential")
        .text("Never say or write where they live or their telephone number, not even to who asks in their name.");
    match ask.may(SEE_PROTECTED) {
        true => alert.link("What protects them", format!("{path}/identity#protection")),
        false => alert,
    }
}
