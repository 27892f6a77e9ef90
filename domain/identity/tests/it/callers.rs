//! Callers prove who they are.

use customers::Role;
use customers::acts::{AuthorizePerson, EndParty};
use identity::acts::{Caller, SetVerificationRule, VerifyCaller};
use identity::{CallerRole, Question};
use testkit::engines;

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
        };
        let dora = town.act("dora", &daughter).await;
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
            account: "a1".to_owned(), role: Role::Authorized, customer: dora.clone(), to_on: day("2026-06-30"), seen: None,
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
        let rule = SetVerificationRule { questions: vec![Name, Phone, BillAmount], needed: 3, minutes: 5 };
        town.act("rule", &rule).await;
        assert!(!town.act("two", &call(CallerRole::Holder, None, &[Name, Phone])).await.is_verified);
        let outcome = town.act("three", &call(CallerRole::Holder, None, &[Name, Phone, BillAmount])).await;
        assert!(outcome.is_verified);
        assert_eq!(outcome.holds_until, testkit::noon() + chrono::TimeDelta::minutes(5));
        assert_eq!(town.refusal(&call(CallerRole::Holder, None, &[Name, TaxId])).await, "question_not_asked");
        let broken = SetVerificationRule { questions: vec![Name], needed: 1, minutes: 5 };
        assert_eq!(town.refusal(&broken).await, "rule_broken");
        let sql = "select count(*) from caller_verification";
        let count = town.db().read().await.unwrap().number(sql, vec![]).await.unwrap();
        assert_eq!(count, Some(2), "who did not prove it is on record, too");
        town.remove().await;
    }
}
