//! What is found by each of the things a caller may say.

use customers::acts::SetMailingAddress;
use customers::{AddressLines, AskedBy, Purpose};
use identity::acts::Protect;
use testkit::engines;

use crate::town::Town;

const MESA: &str = "101 Copper Mesa Rd";
const SAGUARO: &str = "213 Bent Saguaro Ln";
const NUNEZ: &str = "12 Copper Mesa Rd";
const BOX: &str = "PO Box 77";
const MAIN: &str = "400 North Main Street";
const QUAIL: &str = "14 Quail Step Way";
const LANTERN: &str = "1 Desert Lantern Dr";
const APT_4: &str = "12 Coyote Wash Ave Apt 4";
const APT_5: &str = "12 Coyote Wash Ave Apt 5";

#[tokio::test]
async fn accounts_are_found_by_what_a_caller_says() {
    for engine in engines("accounts_are_found_by_what_a_caller_says") {
        let town = Town::new(engine).await;
        #[rustfmt::skip]
        let rows: [(&str, &[&str]); 40] = [
            // words                  | whose address, the best first
            ("maria garcia",            &[MESA, SAGUARO]),
            ("MARIA  GARCÍA",           &[MESA, SAGUARO]),
            ("garcia copper",           &[NUNEZ, MESA]),
            ("garcia mesa 101",         &[MESA]),
            ("garcia saguaro",          &[SAGUARO]),
            ("garcia ocotillo",         &[NUNEZ, MESA, SAGUARO]),
            ("85998 quail",             &[QUAIL]),
            ("nunez",                   &[NUNEZ]),
            ("nuñez",                   &[NUNEZ]),
            ("o'brien",                 &[BOX]),
            ("obrien",                  &[BOX]),
            ("brien",                   &[BOX]),
            ("po box 77",               &[BOX]),
            ("phil bak",                &[MAIN]),
            ("400 n main st",           &[MAIN]),
            ("400 north main stre",     &[MAIN]),
            ("12 coyote wash avenue",   &[APT_4, APT_5]),
            ("12 coyote 5",             &[APT_5]),
            ("hernan",                  &[QUAIL]),
            ("ya",                      &[]),
            ("yo",                      &[QUAIL]),
            // One slip of the finger, or as it sounds.
            ("gracia copper 101",       &[MESA]),
            ("hernandes",               &[QUAIL]),
            ("fernandez",               &[QUAIL]),
            ("tsosi",                   &[APT_4]),
            ("tosie",                   &[APT_4]),
            ("zimerman",                &[APT_5]),
            ("filips",                  &[MAIN]),
            ("lanten desert",           &[LANTERN]),
            // One word too many.
            ("mark zimmermann springfield", &[APT_5]),
            // Telephones, whole, without area code, begun.
            ("480 555 0101",            &[MESA]),
            ("(480)555-0103",           &[NUNEZ]),
            ("555-0104",                &[BOX]),
            ("555 0105",                &[MAIN]),
            ("52055501",                &[APT_4, APT_5]),
            ("1-520-555-0109",          &[APT_5]),
            ("phone 4805550101",        &[MESA]),
            ("Tel: 480\u{2013}555\u{2013}0103", &[NUNEZ]),
            ("12 coyote wash ave #5",   &[APT_5]),
            ("１２ coyote wash ave apt 5", &[APT_5]),
        ];
        for (words, expected) in rows {
            assert_eq!(town.streets(words).await, expected, "{words} on {engine:?}: {:?}", town.found(words).await);
        }
        for words in ["smith", "garcia zzzz", "13 coyote", "480 555 9999", "xq"] {
            assert!(town.found(words).await.is_empty(), "{words}: {:?}", town.found(words).await);
        }
        town.remove().await;
    }
}

/// Mail of an account goes elsewhere from today; where it went before stays on record.
async fn moves(town: &Town, account: &str, street: &str) {
    let lines = AddressLines {
        recipient: String::new(),
        street: street.to_owned(),
        city: "Ocotillo Falls".to_owned(),
        state: "AZ".to_owned(),
        postal_code: "85998".to_owned(),
    };
    let account = town.number(account).await;
    let (purpose, from_on) = (Purpose::Mailing, "2026-07-01".parse().unwrap());
    town.act(
        street,
        &SetMailingAddress { account, purpose, from_on, lines, seen: None, asked_by: Some(AskedBy::InPerson) },
    )
    .await;
}

#[tokio::test]
async fn the_number_of_one_house_and_the_street_of_another_find_nobody() {
    for engine in engines("the_number_of_one_house_and_the_street_of_another_find_nobody") {
        let town = Town::new(engine).await;
        moves(&town, "A9", "40 Palo Verde Ln").await;
        moves(&town, "A7", "1204 Palo Verde Ln").await;
        for is_indexed in [false, true] {
            #[rustfmt::skip]
            let rows: [(&str, usize, bool); 13] = [
                // words                      | found | opened at once
                ("40 palo verde",               1,      true),
                ("zimmermann 40 palo verde",    1,      true),
                ("40 palo verde ocotillo 85998", 1,     true),
                ("12 palo verde",               1,      false),
                ("1 palo verde",                0,      false),
                ("1204 coyote wash",            0,      false),
                ("12 coyote wash",              2,      false),
                ("12 coyote wash 5",            1,      true),
                ("40 coyote wash",              0,      false),
                ("124 palo verde",              0,      false),
                ("1204 palo verdi",             1,      false),
                ("palo verde",                  2,      false),
                ("zimmerman",                   1,      false),
            ];
            for (words, found, is_opened) in rows {
                let seen = town.found(words).await;
                assert_eq!(seen.len(), found, "{words}, indexed: {is_indexed}: {seen:?}");
                assert_eq!(town.opened(words).await.is_some(), is_opened, "{words}, indexed: {is_indexed}: {seen:?}");
            }
            town.catch_up().await;
        }
        let begun = town.found("12 palo verde").await;
        assert!(begun[0].contains("1204 Palo Verde"), "a house number that was only begun: {begun:?}");
        town.remove().await;
    }
}

#[tokio::test]
async fn what_was_typed_exactly_comes_before_what_may_have_been_meant() {
    for engine in engines("what_was_typed_exactly_comes_before_what_may_have_been_meant") {
        let town = Town::new(engine).await;
        moves(&town, "A8", "12 Mesquite Way").await;
        moves(&town, "A3", "1204 Mesquite Way").await;
        let found = town.found("12 mesquite way").await;
        assert!(found[0].contains("Ana Tsosie") && found[1].contains("García"), "{found:?}");
        assert!(town.opened("12 mesquite way").await.is_some_and(|one| one.contains("Ana Tsosie")));
        assert_eq!(town.opened("maria garcia").await, None, "there are two");
        for words in ["480 555 0101", "A1", "C1"] {
            assert!(town.opened(words).await.is_some_and(|one| one.contains("Maria Garcia")), "{words}");
        }
        for words in ["52055501", "maria gar", "filips", "garcia ocotillo"] {
            assert_eq!(town.opened(words).await, None, "{words}");
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn a_telephone_leads_to_no_protected_person() {
    for engine in engines("a_telephone_leads_to_no_protected_person") {
        let town = Town::new(engine).await;
        let protect = Protect {
            customer: "C1".to_owned(),
            program: "acp".to_owned(),
            substitute: None,
            review_on: "2028-07-01".parse().unwrap(),
        };
        town.act("protect", &protect).await;
        for words in ["480 555 0101", "(480) 555-0101", "4805550101", "555-0101", "48055501", "phone 480 555 0101"] {
            let found = town.found(words).await;
            assert!(found.iter().all(|line| !line.contains("Address confidential")), "{words}: {found:?}");
        }
        assert_eq!(town.streets("(480)555-0103").await, [NUNEZ], "others are found as before");
        let number = town.number("A1").await;
        assert_eq!(town.found(&number).await.len(), 1, "by the number on the bill");
        assert_eq!(town.found("C1").await.len(), 1, "by their reference");
        town.remove().await;
    }
}

#[tokio::test]
async fn an_account_is_found_by_its_numbers_whether_indexed_or_not() {
    for engine in engines("an_account_is_found_by_its_numbers_whether_indexed_or_not") {
        let town = Town::new(engine).await;
        let number = town.number("A2").await;
        let digits = number.replace('-', "");
        for words in [number.as_str(), digits.as_str(), "A2", &format!("  {number} ")] {
            assert_eq!(town.streets(words).await, [SAGUARO], "{words}");
        }
        let (serial, check) = number.split_once('-').unwrap();
        #[rustfmt::skip]
        let pasted = [
            format!("{serial} {check}"),          format!("{serial}\u{2013}{check}"),
            format!("{serial}\u{2212}{check}\u{200b}"), format!("#{number}"),
            format!("account {number}"),          format!("Acct. no. {serial} {check}"),
            "account A2".to_owned(),
        ];
        for words in pasted {
            assert_eq!(town.streets(&words).await, [SAGUARO], "{words}");
            assert!(town.opened(&words).await.is_some(), "{words}");
        }
        assert_eq!(town.streets(&format!("account {}", &digits[..5])).await.len(), 8, "begun, as without the word");
        for words in [format!("bill {number}"), format!("meter {number}")] {
            assert!(town.found(&words).await.is_empty(), "{words} is no account");
        }
        assert_eq!(town.streets("customer C2").await, [SAGUARO]);
        assert_eq!(town.streets(&digits[..5]).await.len(), 8, "all nine begin alike; the first are shown");
        assert_eq!(town.streets("C2").await, [SAGUARO], "by the reference of the customer");
        let row =
            "C20,person,Late Comer,(602) 555-0120,,A20,2025-01-01,,Late Comer,9 Late Ct,Ocotillo Falls,AZ,85998\n";
        town.import(row).await;
        let late = town.number("A20").await;
        assert_eq!(town.found(&late).await.len(), 1);
        assert_eq!(town.found("602-555-0120").await.len(), 1, "as customers write it");
        assert_eq!(town.found("late comer").await.len(), 1, "the newest are looked at as they are");
        let bill = "C21,person,Bill Meter,,,A21,2025-01-01,,Bill Meter,30 Late Ct,Ocotillo Falls,AZ,85998\n";
        town.import(bill).await;
        for words in ["bill meter", "meter bill 30", "bill 30 late ct"] {
            assert_eq!(town.found(words).await.len(), 1, "somebody is called so: {words}");
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn whatever_is_typed_is_taken_as_words() {
    for engine in engines("whatever_is_typed_is_taken_as_words") {
        let town = Town::new(engine).await;
        let long = "x".repeat(100_000);
        let many = "garcia ".repeat(5_000);
        let hostile = [
            "",
            " ",
            "'",
            "\"",
            "%",
            "_",
            "%' or '1'='1",
            "'; drop table account; --",
            "\\",
            "*",
            "ga*",
            "~grk",
            "\u{10ffff}",
            "\u{202e}garcia",
            "İstanbul",
            "ß",
            "日本語",
            "0",
            "00000",
            "-1",
            "9223372036854775807",
            "99999999999999999999999",
            "1-1",
            "0-0",
            "1-9223372036854775807",
            "()",
            "+",
            "1e9",
            "NaN",
            &long,
            &many,
        ];
        for words in hostile {
            let _ = town.found(words).await;
        }
        assert_eq!(town.streets(&many).await.len(), 3);
        assert!(town.found("garc*").await.len() == 3, "the mark of beginnings is no letter");
        town.remove().await;
    }
}

#[tokio::test]
async fn who_is_called_the_same_at_the_same_address_is_found_for_merging() {
    for engine in engines("who_is_called_the_same_at_the_same_address_is_found_for_merging") {
        let town = Town::new(engine).await;
        let twin = "C10,person,MARIA GARCÍA,,,A10,2025-01-01,,,101 Copper Mesa Road,Ocotillo Falls,AZ,85998\n\
                    C11,person,Maria Garcia,,,A11,2025-01-01,,,1010 Copper Mesa Rd,Ocotillo Falls,AZ,85998\n";
        town.import(twin).await;
        town.catch_up().await;
        let mut found = town.called("Maria Garcia", MESA).await;
        found.sort_unstable();
        let mut expected = [town.number("A1").await, town.number("A10").await];
        expected.sort_unstable();
        assert_eq!(found, expected, "not the one of another house");
        assert!(town.called("Maria Garcia", "").await.is_empty(), "a name alone is no sign");
        assert!(town.called("", MESA).await.is_empty());
        town.remove().await;
    }
}
