//! Red flags: found, cleared with a reason, and not raised again in the same words.

use identity::acts::{CheckOpening, ClearRedFlag, RaiseRedFlag, RecordIdentifier};
use identity::{PlainIdentifier, RedFlagRule};
use kernel::{AccountId, ActId};
use secrets::{Keys, Random};
use testkit::engines;

use crate::town::{Town, day};

const SQL_ACTS: &str = "select count(*) from act";

fn check(account: &str) -> CheckOpening {
    CheckOpening { account: account.to_owned() }
}

#[tokio::test]
async fn what_is_found_waits_until_it_is_cleared_and_is_not_raised_again() {
    for engine in engines("what_is_found_waits_until_it_is_cleared_and_is_not_raised_again") {
        let town = Town::new(engine).await;
        assert!(town.act("nothing", &check("a1")).await.new.is_empty());
        let keys = Keys::in_memory(&Random::seeded(1));
        let plain = PlainIdentifier::tax_id("ssn", "123-45-6789").unwrap();
        for customer in ["ann", "bob"] {
            let value = plain.seal(town.customer(customer).await, &keys, &Random::seeded(5));
            town.act(customer, &RecordIdentifier::of(customer, &value)).await;
        }
        let found = town.act("found", &check("a1")).await;
        assert_eq!((found.new, found.open), (vec![RedFlagRule::SameTaxId], 1));
        let again = town.act("again", &check("a1")).await;
        assert_eq!((again.new.len(), again.open), (0, 1), "what stands open is not said twice");
        let clear = |rule| ClearRedFlag { account: "a1".to_owned(), rule, raised_by: None };
        assert_eq!(town.refusal(&clear(RedFlagRule::SharedPhone)).await, "no_flag");
        town.act("clear", &clear(RedFlagRule::SameTaxId)).await;
        assert_eq!(town.refusal(&clear(RedFlagRule::SameTaxId)).await, "no_flag");
        let after = town.act("after", &check("a1")).await;
        assert_eq!((after.new.len(), after.open), (0, 0), "it was explained");
        town.remove().await;
    }
}

#[tokio::test]
async fn a_telephone_of_three_others_is_seen_however_it_is_written() {
    for engine in engines("a_telephone_of_three_others_is_seen_however_it_is_written") {
        let town = Town::new(engine).await;
        let rows = ["(602) 555-0100", "6025550100", "602.555.0100"].iter().enumerate().map(|(at, phone)| {
            format!("x{at},person,X {at},{phone},,x{at},2026-01-01,,,{at} Fir St,Saguaro Bend,AZ,85300\n")
        });
        town.import(&rows.collect::<String>()).await;
        assert_eq!(town.act("check", &check("a1")).await.new, [RedFlagRule::SharedPhone]);
        town.remove().await;
    }
}

#[tokio::test]
async fn people_record_what_only_they_see() {
    for engine in engines("people_record_what_only_they_see") {
        let town = Town::new(engine).await;
        let raise = |words: &str| RaiseRedFlag { account: "a1".to_owned(), words: words.to_owned() };
        assert_eq!(town.refusal(&raise("  ")).await, "words_missing");
        town.act("raise", &raise("The picture is of somebody else.")).await;
        assert_eq!(town.act("check", &check("a1")).await.open, 1);
        let logged = town.db().read().await.unwrap();
        let mut logged = logged;
        let rows: Vec<(String,)> = logged.all("select command from act", vec![]).await.unwrap();
        assert!(rows.iter().all(|(command,)| !command.contains("picture")), "what is said of somebody is kept apart");
        drop(logged);
        town.remove().await;
    }
}

#[tokio::test]
async fn one_sign_is_cleared_and_no_other_with_it() {
    for engine in engines("one_sign_is_cleared_and_no_other_with_it") {
        let town = Town::new(engine).await;
        let raise = |words: &str| RaiseRedFlag { account: "a1".to_owned(), words: words.to_owned() };
        for words in ["The picture is of somebody else.", "The license is a copy."] {
            town.act(words, &raise(words)).await;
        }
        let mut read = town.db().read().await.unwrap();
        let raised: Vec<(i64,)> = read.all("select act_id from red_flag order by act_id", vec![]).await.unwrap();
        drop(read);
        let clear = |raised_by: Option<i64>| ClearRedFlag {
            account: "a1".to_owned(),
            rule: RedFlagRule::Document,
            raised_by: raised_by.map(ActId),
        };
        assert_eq!(town.refusal(&clear(None)).await, "several_flags");
        assert_eq!(town.refusal(&clear(Some(999_999))).await, "no_flag");
        town.act("one", &clear(Some(raised[0].0))).await;
        assert_eq!(town.refusal(&clear(Some(raised[0].0))).await, "no_flag", "it is cleared already");
        assert_eq!(town.act("check", &check("a1")).await.open, 1, "nobody looked at the other one");
        town.act("other", &clear(None)).await;
        assert_eq!(town.act("again", &check("a1")).await.open, 0);
        town.remove().await;
    }
}

#[tokio::test]
async fn openings_nobody_looked_at_are_listed() {
    for engine in engines("openings_nobody_looked_at_are_listed") {
        let town = Town::new(engine).await;
        let unchecked = async |since| {
            let mut read = town.db().read().await.unwrap();
            identity::unchecked_openings(&mut read, (day(since), AccountId::CITY), 10).await.unwrap().0.len()
        };
        assert_eq!((unchecked("2026-01-01").await, unchecked("2026-01-02").await), (2, 0));
        town.act("check", &check("a1")).await;
        assert_eq!(unchecked("2026-01-01").await, 1);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_number_that_others_have_is_seen_when_it_is_recorded_later() {
    for engine in engines("a_number_that_others_have_is_seen_when_it_is_recorded_later") {
        let town = Town::new(engine).await;
        let keys = Keys::in_memory(&Random::seeded(1));
        let plain = PlainIdentifier::tax_id("ssn", "123-45-6789").unwrap();
        let sql = "select count(*) from red_flag where is_open = true and rule = 'same_tax_id'";
        for (customer, expected) in [("cleo", 0), ("ann", 0), ("bob", 1), ("bob", 1)] {
            let number = match customer {
                "cleo" => PlainIdentifier::tax_id("ssn", "123-45-6780").unwrap(),
                _ => plain.clone(),
            };
            let value = number.seal(town.customer(customer).await, &keys, &Random::seeded(5));
            let key = format!(
                "{customer} {expected} {}",
                town.db().read().await.unwrap().number(SQL_ACTS, vec![]).await.unwrap().unwrap()
            );
            town.act(&key, &RecordIdentifier::of(customer, &value)).await;
            let open = town.db().read().await.unwrap().number(sql, vec![]).await.unwrap();
            assert_eq!(open, Some(expected), "{customer}");
        }
        let account = town.account("b1").await.id.0;
        let at = "select account_id from red_flag where is_open = true";
        assert_eq!(town.db().read().await.unwrap().number(at, vec![]).await.unwrap(), Some(account));
        let sql = "select count(*) from red_flag where rule <> 'same_tax_id'";
        assert_eq!(
            town.db().read().await.unwrap().number(sql, vec![]).await.unwrap(),
            Some(0),
            "nothing else is looked for"
        );
        town.remove().await;
    }
}
