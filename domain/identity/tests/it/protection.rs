//! Protected persons: what leaves the house does not tell where they live.

use customers::acts::{MergeCustomers, SetParty, UnmergeCustomers};
use customers::{AddressLines, AskedBy};
use identity::acts::{Protect, Unprotect};
use testkit::engines;

use crate::town::{Town, day};

fn protect(customer: &str, street: &str) -> Protect {
    let lines = AddressLines {
        recipient: String::new(),
        street: street.to_owned(),
        city: if street.is_empty() { String::new() } else { "Phoenix".to_owned() },
        state: String::new(),
        postal_code: String::new(),
    };
    Protect {
        customer: customer.to_owned(),
        program: "acp".to_owned(),
        substitute: (!lines.is_empty()).then_some(lines),
        review_on: day("2027-07-01"),
    }
}

async fn is_protected(town: &Town, account: &str) -> bool {
    let id = town.account(account).await.id;
    let found = identity::protected_among(&mut town.db().read().await.unwrap(), &[id]).await.unwrap();
    found.contains_key(&id)
}

#[tokio::test]
async fn a_file_tells_the_substitute_address_and_no_telephone() {
    for engine in engines("a_file_tells_the_substitute_address_and_no_telephone") {
        let town = Town::new(engine).await;
        let before = town.export().await;
        assert!(before.contains("12 Oak St") && before.contains("602-555-0100"));
        town.act("protect", &protect("ann", "PO Box 7 Apt 311")).await;
        let told = town.export().await;
        assert!(told.contains("PO Box 7 Apt 311") && !told.contains("12 Oak St") && !told.contains("602-555-0100"));
        assert!(told.contains("9 Elm Ave") && told.contains("602-555-0101"), "Bob's stand as they were: {told}");
        town.act("again", &protect("ann", "")).await;
        let told = town.export().await;
        assert!(!told.contains("PO Box 7") && !told.contains("12 Oak St"), "{told}");
        town.act("lift", &Unprotect { customer: "ann".to_owned() }).await;
        assert_eq!(town.export().await, before);
        assert_eq!(town.refusal(&Unprotect { customer: "ann".to_owned() }).await, "not_protected");
        town.remove().await;
    }
}

#[tokio::test]
async fn whoever_lives_there_or_was_merged_protects_the_account() {
    for engine in engines("whoever_lives_there_or_was_merged_protects_the_account") {
        let town = Town::new(engine).await;
        town.act("protect", &protect("cleo", "")).await;
        assert!(!is_protected(&town, "a1").await && !is_protected(&town, "b1").await);
        let tenant = SetParty {
            account: "b1".to_owned(),
            role: customers::Role::Tenant,
            customer: "cleo".to_owned(),
            from_on: day("2026-03-01"),
            seen: None,
            asked_by: Some(AskedBy::InPerson),
        };
        town.act("tenant", &tenant).await;
        assert!(is_protected(&town, "b1").await, "her being a tenant tells where she lives");
        let reason = "the same person".to_owned();
        let merge = MergeCustomers { merged: "cleo".to_owned(), into: "ann".to_owned(), reason: reason.clone() };
        town.act("merge", &merge).await;
        assert!(is_protected(&town, "a1").await, "Ann is Cleo");
        assert!(!town.export().await.contains("12 Oak St"));
        town.act("unmerge", &UnmergeCustomers { merged: "cleo".to_owned(), reason }).await;
        assert!(!is_protected(&town, "a1").await && is_protected(&town, "b1").await);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_protection_that_is_changed_after_a_merge_outlives_the_merge() {
    for engine in engines("a_protection_that_is_changed_after_a_merge_outlives_the_merge") {
        let town = Town::new(engine).await;
        town.act("protect", &protect("ann", "PO Box 7")).await;
        let reason = "the same person".to_owned();
        let merge = MergeCustomers { merged: "ann".to_owned(), into: "bob".to_owned(), reason: reason.clone() };
        town.act("merge", &merge).await;
        let changed = Protect { review_on: day("2028-07-01"), ..protect("bob", "PO Box 8") };
        town.act("change", &changed).await;
        town.act("unmerge", &UnmergeCustomers { merged: "ann".to_owned(), reason: reason.clone() }).await;
        assert!(is_protected(&town, "a1").await, "Ann is protected as she was, by what was said last");
        let told = town.export().await;
        assert!(!told.contains("12 Oak St") && told.contains("PO Box 8"), "{told}");
        // Whom it was said of while both were one is not known: it holds for both until somebody lifts it.
        assert!(is_protected(&town, "b1").await);
        town.act("lift", &Unprotect { customer: "bob".to_owned() }).await;
        assert!(!is_protected(&town, "b1").await && is_protected(&town, "a1").await, "each on their own");
        town.remove().await;
    }
}

#[tokio::test]
async fn a_protection_names_its_program_and_a_day_to_come() {
    for engine in engines("a_protection_names_its_program_and_a_day_to_come") {
        let town = Town::new(engine).await;
        let good = protect("ann", "PO Box 7");
        let no_city = AddressLines { city: String::new(), ..good.substitute.clone().unwrap() };
        for (broken, code) in [
            (Protect { program: "friends".to_owned(), ..good.clone() }, "program_unknown"),
            (Protect { substitute: Some(no_city), ..good.clone() }, "substitute_broken"),
            (Protect { review_on: day("2026-07-01"), ..good.clone() }, "review_passed"),
            (Protect { customer: "nobody".to_owned(), ..good.clone() }, "customer_unknown"),
        ] {
            assert_eq!(town.refusal(&broken).await, code);
        }
        assert!(!is_protected(&town, "a1").await);
        town.remove().await;
    }
}
