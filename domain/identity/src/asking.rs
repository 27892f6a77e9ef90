//! How a change is asked for: whether a caller who was verified may ask for it, and the part of a form that asks.

use acts::Entry;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers::{AskedBy, KnowsCallers, Wish};
use db::{Fault, Read};
use kernel::{AccountId, ActorId};
use web::{Ask, Choice, Field, Form};

use crate::banner::caller;
use crate::verification::MINUTES_MAX;
use crate::{CallerRole, Verification, store};

/// The answers of the form.
const CALLER: &str = "caller";
const IN_PERSON: &str = "in_person";
const IN_WRITING: &str = "in_writing";
const CITY: &str = "city";

/// Tells acts of rooms below which callers were verified.
#[derive(Clone, Copy, Debug, Default)]
pub struct VerifiedCallers;

#[async_trait]
impl KnowsCallers for VerifiedCallers {
    async fn verified(&self, entry: &mut Entry, account: AccountId, wish: Wish) -> Result<bool, Fault> {
        let (actor, asked_at) = (entry.actor.id, entry.asked_at);
        Ok(asking_call(entry, account, (actor, asked_at), wish).await?.is_some())
    }
}

/// The clerk's own newest call about an account up to a moment, where it was verified and whoever called may ask for this.
/// What was agreed on the phone is often written down after it: so it holds for a working day, longer than the verification
/// itself, but not past the next call.
async fn asking_call(
    read: &mut Read,
    account: AccountId,
    (actor, now): (ActorId, DateTime<Utc>),
    wish: Wish,
) -> Result<Option<Verification>, Fault> {
    let since = now - TimeDelta::minutes(MINUTES_MAX);
    let own = store::last_call_of(read, account, actor, (since, now)).await?;
    Ok(own.filter(|own| own.is_verified && may_ask(own.role, wish)))
}

/// Whether somebody may ask for this on the phone: the account holder for everything, others for what is theirs. Who is
/// authorized may ask about the account, and change nothing.
fn may_ask(role: CallerRole, wish: Wish) -> bool {
    match role {
        CallerRole::Holder => true,
        CallerRole::BillPayer => wish == Wish::Mail,
        CallerRole::Owner => wish == Wish::Party,
        CallerRole::Tenant | CallerRole::Authorized | CallerRole::Other => false,
    }
}

/// The part of a form that asks how a change was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// Who called, when somebody was verified who may ask.
    caller: Option<String>,
    wish: Option<Wish>,
}

impl Asking {
    /// As it can be answered by a visitor about an account.
    pub async fn load(ask: &Ask, read: &mut Read, (account, wish): (AccountId, Wish)) -> Result<Asking, Fault> {
        let own = match ask.visitor() {
            Some(visitor) => asking_call(read, account, (visitor.actor.id, ask.now()), wish).await?,
            None => None,
        };
        let caller = match own {
            Some(call) => Some(format!("{}, verified {}", caller(read, &call).await?, ask.when(call.at))),
            None => None,
        };
        Ok(Asking { caller, wish: Some(wish) })
    }

    /// The form with these questions, and the reason that follows from the answer.
    #[must_use]
    pub fn on(&self, ask: &Ask, form: Form) -> Form {
        let why = ask.posted().text("why");
        let reason = match ask.posted().text("asked_by") {
            CALLER => "told by a verified caller".to_owned(),
            IN_PERSON => "told in person".to_owned(),
            IN_WRITING => "told in writing".to_owned(),
            CITY => format!("the city itself: {why}"),
            _ => "told by the customer".to_owned(),
        };
        let (how, more) = self.fields(ask, "How it was asked for");
        more.into_iter().fold(form.because(&reason).field(how.required()), Form::field)
    }

    /// The form with these questions about a part of it that may be left out; the form has a reason of its own.
    #[must_use]
    pub fn beside(&self, ask: &Ask, form: Form, label: &str) -> Form {
        let (how, more) = self.fields(ask, label);
        more.into_iter().fold(form.field(how), Form::field)
    }

    /// How it was asked for, and what is to be said with some of the answers.
    fn fields(&self, ask: &Ask, label: &str) -> (Field, Vec<Field>) {
        let is_authorizing = self.wish == Some(Wish::Authorized);
        let mut choices = Vec::new();
        choices.extend(self.caller.iter().map(|caller| Choice::new(CALLER, "On the phone").hint(caller)));
        choices.push(Choice::new(IN_PERSON, "In person").hint("A photo ID was seen"));
        choices.push(Choice::new(IN_WRITING, "In writing").hint("Name the document below"));
        if !is_authorizing {
            choices.push(
                Choice::new(CITY, "By nobody: the city itself")
                    .hint("Our own correction, such as of a typing error or after returned mail. Say why below"),
            );
        }
        let how = Field::radios("asked_by", label, choices);
        let how = match &self.caller {
            Some(_) => how.value(CALLER),
            None => how.hint("On the phone? Verify the caller first; then it can be chosen here."),
        };
        // Whoever was slower than a colleague gets the form once more, with what they said.
        let said = ask.posted().text("asked_by");
        let how = if said.is_empty() { how } else { how.value(said) };
        let document = Field::text("document", "Document, where it was asked for in writing").max(200);
        let document = document.value(ask.posted().text("document"));
        let document = document.hint("Such as: letter of July 1, attached").answers(&["document_missing"]);
        let mut more = vec![document];
        if !is_authorizing {
            let why = Field::text("why", "Reason, where the city itself changes it").max(200);
            let why = why.value(ask.posted().text("why"));
            more.push(why.hint("Such as: mail came back").answers(&["why_missing"]));
        }
        (how.answers(&["asked_by_missing", "caller_not_verified", "city_authorizes"]), more)
    }

    /// What was answered; nothing before an answer is chosen.
    #[must_use]
    pub fn answer(form: &Form) -> Option<AskedBy> {
        match form.text("asked_by").as_str() {
            CALLER => Some(AskedBy::Caller),
            IN_PERSON => Some(AskedBy::InPerson),
            IN_WRITING => Some(AskedBy::InWriting { document: form.text("document") }),
            CITY => Some(AskedBy::City { why: form.text("why") }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use db::DoorKey;
    use kernel::ActId;
    use testkit::{TestDb, engines, noon};

    use super::*;

    const CLERK: ActorId = ActorId(7);

    /// Who called whom, and whether they proved it how many minutes ago.
    type Call = (ActorId, CallerRole, (bool, i64));

    fn verification(act: i64, (actor, role, (is_verified, minutes_ago)): Call) -> Verification {
        let at = noon() - TimeDelta::minutes(minutes_ago);
        let (account, act, matched) = (AccountId::CITY, ActId(act), Vec::new());
        Verification { account, act, customer: None, role, is_verified, matched, actor, at, holds_until: at }
    }

    #[tokio::test]
    #[rustfmt::skip]
    async fn who_was_verified_by_this_clerk_may_ask_for_what_is_theirs() {
        use CallerRole::{Authorized, BillPayer, Holder, Owner, Tenant};
        let later: Vec<Call> = (1..=20).map(|minutes| (CLERK, Holder, (false, -minutes))).chain([(CLERK, Holder, (true, 30))]).collect();
        let rows: [(&[Call], Wish, bool); 15] = [
            (&[],                                                                  Wish::Mail,       false),
            (&[(CLERK, Holder, (true, 1))],                                        Wish::Contact,    true),
            (&[(CLERK, Holder, (true, 1))],                                        Wish::Authorized, true),
            (&[(CLERK, Holder, (false, 1))],                                       Wish::Contact,    false),
            (&[(ActorId(8), Holder, (true, 1))],                                   Wish::Contact,    false),
            (&[(CLERK, Holder, (true, 719))],                                      Wish::Contact,    true),
            (&[(CLERK, Holder, (true, 720))],                                      Wish::Contact,    false),
            (&[(CLERK, Holder, (false, 1)), (CLERK, Holder, (true, 30))],          Wish::Contact,    false),
            (&[(CLERK, Holder, (true, 30)), (CLERK, Holder, (false, 1))],          Wish::Contact,    false),
            (&[(ActorId(8), Tenant, (false, 1)), (CLERK, Holder, (true, 30))],     Wish::Contact,    true),
            (&[(CLERK, BillPayer, (true, 1))],                                     Wish::Mail,       true),
            (&[(CLERK, Owner, (true, 1))],                                         Wish::Authorized, false),
            (&later,                                                               Wish::Mail,       true),
            (&[(CLERK, Holder, (true, -1))],                                       Wish::Mail,       false),
            (&[(CLERK, Authorized, (true, 1))],                                    Wish::Mail,       false),
        ];
        for engine in engines("who_was_verified_by_this_clerk_may_ask_for_what_is_theirs") {
            let base = TestDb::new(engine).await;
            for (calls, wish, expected) in &rows {
                let mut tx = base.db.write(&DoorKey::for_the_door()).await.unwrap();
                for (act, call) in (1..).zip(*calls) {
                    store::insert_verification(&mut tx, &verification(act, *call)).await.unwrap();
                }
                let found = asking_call(&mut tx, AccountId::CITY, (CLERK, noon()), *wish).await.unwrap();
                assert_eq!(found.is_some(), *expected, "{wish:?}: {calls:?}");
            }
            base.remove().await;
        }
    }
}
