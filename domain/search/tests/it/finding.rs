//! What is found by each of the things a caller may say.

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
        let rows: [(&str, &[&str]); 36] = [
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
        for words in ["480 555 0101", "(480) 555-0101", "4805550101", "555-0101", "48055501"] {
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
        assert_eq!(town.streets(&digits[..5]).await.len(), 8, "all nine begin alike; the first are shown");
        assert_eq!(town.streets("C2").await, [SAGUARO], "by the reference of the customer");
        let row =
            "C20,person,Late Comer,(602) 555-0120,,A20,2025-01-01,,Late Comer,9 Late Ct,Ocotillo Falls,AZ,85998\n";
        town.import(row).await;
        let late = town.number("A20").await;
        assert_eq!(town.found(&late).await.len(), 1);
        assert_eq!(town.found("602-555-0120").await.len(), 1, "as customers write it");
        assert_eq!(town.found("late comer").await.len(), 1, "the newest are looked at as they are");
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
