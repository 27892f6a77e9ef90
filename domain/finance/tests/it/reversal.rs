//! A reversal restores every balance, once, and is exactly the original the other way.

use finance::JournalEntry;
use kernel::{Cents, JournalId};
use ledger::Posting;
use testkit::{by, engines};

use crate::support::{ANN, BEN, EVE, Post, Town, bill, code_of, day, skip_ids};

async fn billed(town: &Town) {
    skip_ids(&town.base.db, 100).await;
    let sewer = town.posting(ANN, ["520", "1200", "4100"], 20_00);
    let bills = vec![
        bill(1, ANN, "2014-03-01", vec![town.charge(ANN, 48_76), sewer]),
        bill(2, BEN, "2014-03-01", vec![]),
        bill(3, EVE, "2014-03-01", vec![town.charge(EVE, 1_00)]),
    ];
    town.post("bills", bills).await.unwrap();
}

#[tokio::test]
async fn a_reversal_restores_every_balance_once() {
    for engine in engines("a_reversal_restores_every_balance_once") {
        let town = Town::new(engine).await;
        billed(&town).await;
        let keys = [(ANN, JournalId(1)), (BEN, JournalId(2))];
        town.reverse("back", &keys, day("2014-04-02")).await.unwrap();
        assert_eq!((town.balance(ANN).await, town.balance(EVE).await), (Cents::ZERO, Cents(1_00)));
        assert_eq!(town.rows().await, (5, 5));

        let mut read = town.read().await;
        let of_ann = finance::journals_between(&mut read, ANN, BEN).await.unwrap();
        let (old, new) = (&of_ann[0], &of_ann[1]);
        assert_eq!(*new, old.reversal(new.journal().id, day("2014-04-02")));
        assert_eq!(new.document, "12-000001");
        assert!(finance::prove(&mut read).await.unwrap().is_proved);
        drop(read);

        assert_eq!(town.reverse("again", &keys, day("2014-04-02")).await, Err("already_reversed"));
        let new_key = (ANN, new.journal().id);
        assert_eq!(town.reverse("of it", &[new_key], day("2014-04-02")).await, Err("reverses_reversal"));
        assert_eq!(town.reverse("of none", &[(ANN, JournalId(77))], day("2014-04-02")).await, Err("unknown_original"));
        assert_eq!(town.rows().await, (5, 5));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_reversal_made_by_hand_is_compared_with_its_original() {
    for engine in engines("a_reversal_made_by_hand_is_compared_with_its_original") {
        let town = Town::new(engine).await;
        billed(&town).await;
        let original = bill(3, EVE, "2014-03-01", vec![town.charge(EVE, 1_00)]);
        let back = |id: i64| original.reversal(JournalId(id), day("2014-04-02"));
        let differs = |change: fn(&mut Vec<Posting>)| {
            let mut journal = back(50).journal().clone();
            change(&mut journal.postings);
            let agreements = vec![None; journal.postings.len()];
            JournalEntry::new(EVE, "12-000003".to_owned(), journal, agreements)
        };
        #[rustfmt::skip]
        let rows = [
            (Err("reversal_differs"), vec![differs(|postings| postings[0].cents = Cents(99))]),
            (Err("reversal_differs"), vec![differs(|postings| postings.clear())]),
            (Err("reversal_differs"), vec![differs(|postings| postings[0] = postings[0].reversed())]),
            (Err("unknown_original"), vec![differs(|postings| postings[0].account = BEN)]),
            (Err("already_reversed"), vec![back(50), back(51)]),
            (Ok(()),                  vec![back(50)]),
            (Err("already_reversed"), vec![back(51)]),
        ];
        for (number, (expected, journals)) in rows.into_iter().enumerate() {
            assert_eq!(town.post(&format!("back {number}"), journals).await, expected, "row {number}");
        }
        assert_eq!(town.balance(EVE).await, Cents::ZERO);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn two_who_take_a_journal_back_at_once_do_it_once() {
    for engine in engines("two_who_take_a_journal_back_at_once_do_it_once") {
        let town = Town::new(engine).await;
        billed(&town).await;
        for round in 0..5 {
            let id = 10 + round;
            town.post(&format!("bill {id}"), vec![bill(id, EVE, "2014-03-01", vec![town.charge(EVE, 1_00)])])
                .await
                .unwrap();
            let original = bill(id, EVE, "2014-03-01", vec![town.charge(EVE, 1_00)]);
            let take_back = |new: i64| {
                let (door, back) = (town.door.clone(), original.reversal(JournalId(new), day("2014-04-02")));
                tokio::spawn(async move {
                    code_of(door.carry_out(&by(&format!("back {new}")), &Post { journals: vec![back] }).await)
                })
            };
            let (left, right) = (take_back(50 + 2 * round), take_back(51 + 2 * round));
            let mut answers = [left.await.unwrap(), right.await.unwrap()];
            answers.sort();
            assert_eq!(answers, [Ok(()), Err("already_reversed")]);
        }
        assert_eq!(town.balance(EVE).await, Cents(1_00));
        town.base.remove().await;
    }
}
