//! Callers prove who they are.

use std::sync::Arc;

use acts::{Act, Failure};
use customers::acts::{AuthorizePerson, EndParty, MergeCustomers, SetContact, SetMailingAddress, SetParty};
use customers::{AddressLines, AskedBy, CallersKnown, Purpose, Role};
use identity::acts::{Caller, ClearRedFlag, SetVerificationRule, VerifyCaller};
use identity::{CallerRole, Question, RedFlagRule, VerifiedCallers};
use testkit::{by, engines, open_door};

use crate::town::{Town, day};

fn call(role: CallerRole, customer: Option<&str>, matched: &[Question]) -> VerifyCaller {
    let customer = customer.map(str::to_owned);
    VerifyCaller { account: "a1".to_owned(), caller: Caller { role, customer }, matched: matched.to_vec() }
}

#[tokio::test]
#[rustfmt::skip]
async fn who_is_on_the_account_and_knows_enough_is_verified() {
    use Question::{BillAmount, Name, Phone, ServiceAddress};
    for engine in engines("who_is_on_the_account_and_knows_enough_is_verified") {
        let town = Town::new(engine).await;
        let daughter = AuthorizePerson {
            account: "a1".to_owned(), name: "Dora Lee".to_owned(), phone: String::new(), from_on: day("2026-02-01"),
            asked_by: Some(AskedBy::InPerson),
        };
        let dora = town.act("dora", &daughter).await;
        town.act("rule", &rule(None, Some(20))).await;
        assert_eq!(town.refusal(&daughter).await, "role_taken");
        let rows: [(CallerRole, Option<&str>, &[Question], bool); 7] = [
            (CallerRole::Holder,     None,              &[Name, Phone],             true),
            (CallerRole::Holder,     None,              &[Name, ServiceAddress],    false),
            (CallerRole::Holder,     None,              &[Phone, Phone],            false),
            (CallerRole::Holder,     None,              &[],                        false),
            (CallerRole::Authorized, Some(&dora),       &[Name, BillAmount],        true),
            (CallerRole::Other,      None,              &[Name, Phone, BillAmount], false),
            (CallerRole::Other,      Some(&dora),       &[Name, Phone, BillAmount], false),
        ];
        for (at, (role, customer, matched, expected)) in rows.into_iter().enumerate() {
            let outcome = town.act(&format!("call {at}"), &call(role, customer, matched)).await;
            assert_eq!(outcome.is_verified, expected, "{role:?} {matched:?}");
        }
        for (role, customer) in [
            (CallerRole::Owner, Some(dora.as_str())),
            (CallerRole::Authorized, Some("bob")),
            (CallerRole::Authorized, None),
        ] {
            assert_eq!(town.refusal(&call(role, customer, &[Name, Phone])).await, "not_on_account", "{role:?} {customer:?}");
        }
        let ended = EndParty {
            account: "a1".to_owned(), role: Role::Authorized, customer: dora.clone(), to_on: day("2026-06-30"), seen: None, by_mistake: false,
            asked_by: Some(AskedBy::InPerson),
        };
        town.act("ended", &ended).await;
        assert_eq!(town.refusal(&call(CallerRole::Authorized, Some(&dora), &[Name, Phone])).await, "not_on_account");
        town.remove().await;
    }
}

#[tokio::test]
async fn the_towns_rule_decides() {
    use Question::{BillAmount, Name, Phone, TaxId};
    for engine in engines("the_towns_rule_decides") {
        let town = Town::new(engine).await;
        let rule = SetVerificationRule {
            questions: vec![Name, Phone, BillAmount],
            needed: 3,
            minutes: 5,
            recent_days: None,
            tries: None,
        };
        town.act("rule", &rule).await;
        assert!(!town.act("two", &call(CallerRole::Holder, None, &[Name, Phone])).await.is_verified);
        let outcome = town.act("three", &call(CallerRole::Holder, None, &[Name, Phone, BillAmount])).await;
        assert!(outcome.is_verified);
        assert_eq!(outcome.holds_until, testkit::noon() + chrono::TimeDelta::minutes(5));
        assert_eq!(town.refusal(&call(CallerRole::Holder, None, &[Name, TaxId])).await, "question_not_asked");
        let broken =
            SetVerificationRule { questions: vec![Name], needed: 1, minutes: 5, recent_days: None, tries: None };
        assert_eq!(town.refusal(&broken).await, "rule_broken");
        let sql = "select count(*) from caller_verification";
        let count = town.db().read().await.unwrap().number(sql, vec![]).await.unwrap();
        assert_eq!(count, Some(2), "who did not prove it is on record, too");
        town.remove().await;
    }
}

fn contact(phone: Option<&str>, asked_by: Option<AskedBy>) -> SetContact {
    let (customer, phone, email) = ("ann".to_owned(), phone.map(str::to_owned), "ann@example.com".to_owned());
    SetContact { customer, phone, email, seen: None, seen_entry: None, asked_by }
}

fn in_person() -> Option<AskedBy> {
    Some(AskedBy::InPerson)
}

fn rule(recent_days: Option<i64>, tries: Option<i64>) -> SetVerificationRule {
    SetVerificationRule { questions: Question::ALL.to_vec(), needed: 2, minutes: 15, recent_days, tries }
}

fn mail_to(street: &str, asked_by: Option<AskedBy>) -> SetMailingAddress {
    let lines = AddressLines {
        recipient: String::new(),
        street: street.to_owned(),
        city: "Saguaro Bend".to_owned(),
        state: "AZ".to_owned(),
        postal_code: "85300".to_owned(),
    };
    let (account, purpose, from_on) = ("a1".to_owned(), Purpose::Mailing, day("2026-07-01"));
    SetMailingAddress { account, purpose, from_on, lines, seen: None, asked_by }
}

#[tokio::test]
async fn a_telephone_that_was_just_changed_proves_nobody() {
    use Question::{Name, Phone, TaxId};
    for engine in engines("a_telephone_that_was_just_changed_proves_nobody") {
        let town = Town::new(engine).await;
        let holder = |matched| call(CallerRole::Holder, None, matched);
        assert!(town.act("before", &holder(&[Name, Phone])).await.is_verified);
        town.act("e-mail", &contact(None, in_person())).await;
        assert!(town.act("same phone", &holder(&[Name, Phone])).await.is_verified, "a telephone that stays counts");
        town.act("the same", &contact(Some("602-555-0100"), in_person())).await;
        assert!(town.act("no other", &holder(&[Name, Phone])).await.is_verified, "nor does saying it again change it");
        town.act("phone", &contact(Some("602-555-0199"), in_person())).await;
        assert!(!town.act("after", &holder(&[Name, Phone])).await.is_verified);
        town.act("put back", &contact(Some("602-555-0100"), in_person())).await;
        assert!(!town.act("after that", &holder(&[Name, Phone])).await.is_verified, "putting it back hides nothing");
        assert!(town.act("another", &holder(&[Name, Phone, TaxId])).await.is_verified, "what else they know counts");

        let bob =
            |matched: &[Question]| VerifyCaller { account: "b1".to_owned(), ..call(CallerRole::Holder, None, matched) };
        let row = |name: &str, phone: &str| {
            format!("bob,person,{name},{phone},,b1,2026-01-01,,,9 Elm Ave,Saguaro Bend,AZ,85300\n")
        };
        town.import(&row("Bob Ruiz Jr", "602-555-0101")).await;
        assert!(town.act("same in a file", &bob(&[Name, Phone])).await.is_verified, "the file says another name only");
        town.import(&row("Bob Ruiz Jr", "602-555-0177")).await;
        assert!(!town.act("set by a file", &bob(&[Name, Phone])).await.is_verified, "whoever brings in files, too");

        // Somebody who is merged into another has their telephone from then on, which nobody set.
        let reason = "it is the same person".to_owned();
        town.act("merge", &MergeCustomers { merged: "bob".to_owned(), into: "cleo".to_owned(), reason }).await;
        assert!(!town.act("merged", &bob(&[Name, Phone])).await.is_verified, "the account has another holder");

        // Whoever else is on the account has the telephone they had.
        town.import("dora,person,Dora Fox,602-555-0103,,,,,,,,,\n").await;
        let (account, customer, from_on) = ("b1".to_owned(), "dora".to_owned(), day("2026-07-01"));
        let tenant = SetParty { account, role: Role::Tenant, customer, from_on, seen: None, asked_by: in_person() };
        town.act("tenant", &tenant).await;
        let account = "b1".to_owned();
        let dora = VerifyCaller { account, ..call(CallerRole::Tenant, Some("dora"), &[Name, Phone]) };
        assert!(town.act("the tenant", &dora).await.is_verified, "only the holder is another");

        town.act("rule", &rule(Some(0), None)).await;
        assert!(town.act("town", &holder(&[Name, Phone])).await.is_verified, "the town decides how long that is");
        town.remove().await;
    }
}

#[tokio::test]
async fn after_too_many_failed_calls_nobody_is_verified_until_somebody_clears_the_flag() {
    use Question::{BillAmount, Name, Phone, PhotoId};
    for engine in engines("after_too_many_failed_calls_nobody_is_verified_until_somebody_clears_the_flag") {
        let town = Town::new(engine).await;
        let holder = |matched| call(CallerRole::Holder, None, matched);
        town.act("neighbor", &call(CallerRole::Other, None, &[Name])).await;
        for key in ["one", "two", "three"] {
            assert!(!town.act(key, &holder(&[Name])).await.is_verified);
        }
        assert_eq!(town.refusal(&holder(&[Name, Phone, BillAmount])).await, "too_many_tries");
        assert!(town.act("counter", &holder(&[Name, PhotoId])).await.is_verified, "at the counter they still are");
        let sql = "select count(*) from red_flag where rule = 'failed_calls' and is_open = true";
        assert_eq!(town.db().read().await.unwrap().number(sql, vec![]).await.unwrap(), Some(1));
        let clear = ClearRedFlag { account: "a1".to_owned(), rule: RedFlagRule::FailedCalls, raised_by: None };
        town.act("cleared", &clear).await;
        assert!(town.act("again", &holder(&[Name, Phone])).await.is_verified);
        assert!(!town.act("four", &holder(&[Name])).await.is_verified, "those before are not counted twice");
        assert!(town.act("still", &holder(&[Name, Phone])).await.is_verified);
        town.act("rule", &rule(None, Some(1))).await;
        town.act("five", &holder(&[Name])).await;
        assert_eq!(town.refusal(&holder(&[Name, Phone])).await, "too_many_tries", "the town decides how many");
        town.remove().await;
    }
}

/// The code by which an act is refused at the door of an office, if it is.
async fn at_the_office<A: Act>(town: &Town, key: &str, act: &A) -> Option<&'static str> {
    let door = open_door(town.db()).telling(CallersKnown(Arc::new(VerifiedCallers)));
    match door.carry_out(&by(key), act).await.map(|_| ()) {
        Ok(()) => None,
        Err(Failure::Refused(refusal)) => Some(refusal.code()),
        Err(other) => panic!("{}: {other:?}", A::KIND),
    }
}

#[tokio::test]
async fn what_a_caller_asks_for_is_done_for_a_verified_caller_who_may_ask() {
    use Question::{BillAmount, Name, Phone};
    for engine in engines("what_a_caller_asks_for_is_done_for_a_verified_caller_who_may_ask") {
        let town = Town::new(engine).await;
        let caller = || Some(AskedBy::Caller);
        let party = |asked_by| SetParty {
            account: "a1".to_owned(),
            role: Role::Tenant,
            customer: "cleo".to_owned(),
            from_on: day("2026-07-01"),
            seen: None,
            asked_by,
        };
        let person = |asked_by| AuthorizePerson {
            account: "a1".to_owned(),
            name: "Dora Lee".to_owned(),
            phone: String::new(),
            from_on: day("2026-07-01"),
            asked_by,
        };
        let unnamed = Some(AskedBy::InWriting { document: " ".to_owned() });
        for step in 0..2 {
            assert_eq!(
                at_the_office(&town, "1", &contact(None, caller())).await,
                Some("caller_not_verified"),
                "{step}"
            );
            assert_eq!(at_the_office(&town, "2", &mail_to("1 Fir St", caller())).await, Some("caller_not_verified"));
            assert_eq!(at_the_office(&town, "3", &party(caller())).await, Some("caller_not_verified"));
            assert_eq!(at_the_office(&town, "4", &person(caller())).await, Some("caller_not_verified"));
            // Whoever calls about another account, or failed, does not count either.
            town.act(&format!("failed {step}"), &call(CallerRole::Holder, None, &[Name])).await;
            let other = Caller { role: CallerRole::Holder, customer: None };
            let other = VerifyCaller { account: "b1".to_owned(), caller: other, matched: vec![Name, Phone] };
            town.act(&format!("other {step}"), &other).await;
        }
        assert_eq!(at_the_office(&town, "5", &mail_to("1 Fir St", unnamed)).await, Some("document_missing"));
        let letter = Some(AskedBy::InWriting { document: "letter of July 1, attached".to_owned() });
        assert_eq!(at_the_office(&town, "6", &mail_to("2 Fir St", letter)).await, None);
        assert_eq!(at_the_office(&town, "7", &contact(None, in_person())).await, None);
        assert_eq!(at_the_office(&town, "8", &mail_to("3 Fir St", None)).await, Some("asked_by_missing"));
        let city = Some(AskedBy::City { why: "mail came back".to_owned() });
        assert_eq!(at_the_office(&town, "8", &mail_to("3 Fir St", city)).await, None, "nobody asked");
        town.act("verified", &call(CallerRole::Holder, None, &[Name, Phone, BillAmount])).await;
        assert_eq!(at_the_office(&town, "9", &contact(None, caller())).await, None);
        assert_eq!(at_the_office(&town, "10", &mail_to("4 Fir St", caller())).await, None);
        assert_eq!(at_the_office(&town, "11", &party(caller())).await, None);
        assert_eq!(at_the_office(&town, "12", &person(caller())).await, None);
        let (account, role, customer) = ("a1".to_owned(), Role::Tenant, "cleo".to_owned());
        let to_on = day("2026-07-31");
        let end = EndParty { account, role, customer, to_on, seen: None, by_mistake: false, asked_by: caller() };
        assert_eq!(at_the_office(&town, "13", &end).await, None);
        town.remove().await;
    }
}
