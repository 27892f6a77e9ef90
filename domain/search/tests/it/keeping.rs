//! The index follows what changes, and is the same however it came to be.

use customers::acts::{AuthorizePerson, OpenAccount, PersonFacts, SetContact, SetMailingAddress};
use customers::{AddressLines, AskedBy, CustomerKind, Purpose};
use testkit::engines;

use crate::town::Town;

fn lines(street: &str) -> AddressLines {
    AddressLines {
        recipient: String::new(),
        street: street.to_owned(),
        city: "Ocotillo Falls".to_owned(),
        state: "AZ".to_owned(),
        postal_code: "85998".to_owned(),
    }
}

fn opening(name: &str, street: &str) -> OpenAccount {
    let facts = PersonFacts {
        kind: CustomerKind::Person,
        name: name.to_owned(),
        phone: "(480) 555-0150".to_owned(),
        email: String::new(),
    };
    OpenAccount {
        customer: None,
        new_customer: Some(facts),
        opened_on: "2026-07-01".parse().unwrap(),
        mailing: Some(lines(street)),
    }
}

#[tokio::test]
async fn what_an_act_changed_is_found_at_once_and_then_from_the_index() {
    for engine in engines("what_an_act_changed_is_found_at_once_and_then_from_the_index") {
        let town = Town::new(engine).await;
        town.act("open", &opening("Rosa Quintanilla", "77 Elf Owl St")).await;
        for is_indexed in [false, true] {
            for words in ["quintanilla", "rosa 77 elf", "quintanila", "480-555-0150"] {
                assert_eq!(town.found(words).await.len(), 1, "{words}, indexed: {is_indexed}");
            }
            assert_eq!(town.count("select count(*) from search_due").await, i64::from(!is_indexed));
            town.catch_up().await;
        }
        let account = town.number("A1").await;
        let moved = SetMailingAddress {
            account,
            purpose: Purpose::Mailing,
            from_on: "2026-07-01".parse().unwrap(),
            lines: lines("5 Night Heron Ln"),
            seen: None,
            asked_by: Some(AskedBy::InPerson),
        };
        town.act("moved", &moved).await;
        let contact = |customer: &str, phone: &str| SetContact {
            customer: customer.to_owned(),
            phone: Some(phone.to_owned()),
            email: String::new(),
            seen: None,
            seen_entry: None,
            asked_by: Some(AskedBy::InPerson),
        };
        town.act("extension", &contact("C6", "520.555.9911 ext 4")).await;
        town.act("abroad", &contact("C7", "+52 55 1234 5678")).await;
        let another = AuthorizePerson {
            account: "A8".to_owned(),
            name: "Dora Lee".to_owned(),
            phone: "520-555-7002".to_owned(),
            from_on: "2026-07-01".parse().unwrap(),
            asked_by: Some(AskedBy::InPerson),
        };
        town.act("another", &another).await;
        for _ in 0..2 {
            assert_eq!(town.found("garcia night heron").await.len(), 1);
            assert_eq!(town.found("garcia copper 101").await.len(), 1, "by where it went before, too");
            for (words, street) in [
                ("520-555-9911", "14 Quail Step Way"),
                ("5559911", "14 Quail Step Way"),
                ("+52 55 1234 5678", "1 Desert Lantern Dr"),
                ("525512345678", "1 Desert Lantern Dr"),
                ("520 555 7002", "12 Coyote Wash Ave Apt 4"),
            ] {
                assert_eq!(town.streets(words).await, [street], "{words}");
            }
            town.catch_up().await;
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn the_index_is_the_same_however_it_came_to_be() {
    for engine in engines("the_index_is_the_same_however_it_came_to_be") {
        let (town, other) = (Town::new(engine).await, Town::new(engine).await);
        let row = |name: &str| {
            format!("C6,person,{name},,,A6,2025-01-01,,{name},14 Quail Step Way,Ocotillo Falls,AZ,85998\n")
        };
        town.import(&row("Yolanda Whitehorse")).await;
        assert_eq!(town.found("whitehorse").await.len(), 0, "a file does not say whom it changed");
        town.keeper().look_at_all().await.unwrap();
        // Broken off after each step.
        while town.count("select count(*) from search_state where checking_from is not null").await != 0 {
            town.keeper().catch_up(&|_| false).await.unwrap();
        }
        assert_eq!(town.found("whitehorse").await.len(), 1);
        let hernandez = town.found("yolanda hernandez").await;
        assert_eq!(hernandez.len(), 1, "mail went to that name before: {hernandez:?}");
        other.import(&row("Yolanda Whitehorse")).await;
        other.keeper().look_at_all().await.unwrap();
        other.catch_up().await;
        assert_eq!(town.index().await, other.index().await);
        let before = town.index().await;
        town.keeper().look_at_all().await.unwrap();
        town.catch_up().await;
        assert_eq!(town.index().await, before, "looking again changes nothing");
        town.remove().await;
        other.remove().await;
    }
}

#[tokio::test]
async fn an_index_of_an_earlier_release_is_made_anew() {
    for engine in engines("an_index_of_an_earlier_release_is_made_anew") {
        let town = Town::new(engine).await;
        let before = town.index().await;
        town.keep_as_before().await;
        assert_eq!(town.found("garcia 101 copper").await.len(), 1, "it still serves");
        town.catch_up().await;
        assert_eq!(town.index().await, before);
        town.remove().await;
    }
}
