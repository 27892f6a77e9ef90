//! What the books take and what they refuse; a refused act leaves nothing behind.

use finance::JournalEntry;
use kernel::{Cents, Digest};
use ledger::JournalKind;
use testkit::engines;

use crate::support::{ANN, BEN, EVE, Town, bill, journal, payment};

#[tokio::test]
async fn bills_and_payments_make_the_balance() {
    for engine in engines("bills_and_payments_make_the_balance") {
        let town = Town::new(engine).await;
        let sewer = |account, cents| town.posting(account, ["520", "1200", "4100"], cents);
        let first = bill(1, ANN, "2014-03-01", vec![town.charge(ANN, 48_76), sewer(ANN, 20_00)]);
        let zero = bill(2, BEN, "2014-03-01", vec![]);
        let paid = payment(3, ANN, "2014-03-20", vec![town.posting(ANN, ["510", "1000", "1200"], 50_00)]);
        let early = payment(4, BEN, "2014-03-21", vec![town.posting(BEN, ["510", "1000", "2100"], 7_00)]);
        let held = payment(5, EVE, "2014-03-21", vec![town.posting(EVE, ["510", "1000", "2200"], 10_000)]);
        let all = vec![first, zero, paid, early, held];
        town.post("1", all.clone()).await.unwrap();

        let rows = [(ANN, 18_76), (BEN, -7_00), (EVE, 0)];
        for (account, owed) in rows {
            assert_eq!(town.balance(account).await, Cents(owed), "{account:?}");
        }
        let mut read = town.read().await;
        let between = finance::balances_between(&mut read, ANN, EVE).await.unwrap();
        assert_eq!(between.into_iter().collect::<Vec<_>>(), [(ANN, Cents(18_76)), (BEN, Cents(-7_00))]);
        let of_some = finance::balances_of(&mut read, &[EVE, BEN, kernel::AccountId(77)]).await.unwrap();
        assert_eq!(of_some.into_iter().collect::<Vec<_>>(), [(BEN, Cents(-7_00)), (EVE, Cents(0))]);
        let mut stored = finance::journals_between(&mut read, ANN, kernel::AccountId(4)).await.unwrap();
        stored.sort_by_key(|one| one.journal().id);
        assert_eq!(stored, all, "what was written is what is read");
        drop(read);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_leaves_nothing_behind() {
    for engine in engines("what_is_wrong_is_refused_and_leaves_nothing_behind") {
        let town = Town::new(engine).await;
        let city = kernel::AccountId::CITY;
        let one = |sides, cents| vec![bill(2, ANN, "2014-03-01", vec![town.posting(ANN, sides, cents)])];
        let water = ["510", "1200", "4000"];
        #[rustfmt::skip]
        let rows: Vec<(&str, Vec<JournalEntry>)> = vec![
            ("not_positive",             one(water, 0)),
            ("not_positive",             one(water, -5)),
            ("too_large",                one(water, 100_000_000_000_001)),
            ("same_account",             one(["510", "1200", "1200"], 5)),
            ("unknown_fund",             one(["???", "1200", "4000"], 5)),
            ("unknown_ledger_account",   one(["510", "1200", "????"], 5)),
            ("wrong_fund",               one(["510", "1200", "4100"], 5)),
            ("control_without_customer", vec![bill(2, city, "2014-03-01", vec![town.charge(city, 5)])]),
            ("tender_mismatch",          one(["510", "1000", "1200"], 5)),
            ("move_without_clearing",    vec![journal(2, ANN, JournalKind::Transfer, "2014-03-01", vec![
                                             town.posting(ANN, water, 5), town.posting(BEN, ["510", "4000", "1200"], 5)])]),
            ("reversal_unnamed",         vec![journal(2, ANN, JournalKind::BillReversal, "2014-03-01", vec![])]),
        ];
        for (number, (code, mut journals)) in rows.into_iter().enumerate() {
            journals.insert(0, bill(1, ANN, "2014-03-01", vec![town.charge(ANN, 48_76)]));
            assert_eq!(town.post(&format!("wrong {number}"), journals).await, Err(code));
            assert_eq!(town.rows().await, (0, 0), "{code} left something behind");
        }
        town.base.remove().await;
    }
}

#[tokio::test]
async fn the_act_carries_the_digest_of_its_journals_in_order() {
    let mut everywhere = Vec::new();
    for engine in engines("the_act_carries_the_digest_of_its_journals_in_order") {
        let town = Town::new(engine).await;
        let two = |first: i64, second: i64| {
            vec![
                bill(first, ANN, "2014-03-01", vec![town.charge(ANN, 48_76)]),
                bill(second, BEN, "2014-03-01", vec![town.charge(BEN, 1)]),
            ]
        };
        town.post("1", two(1, 2)).await.unwrap();
        town.post("2", two(3, 4)).await.unwrap();
        town.post("3", vec![]).await.unwrap();
        let log = acts::log(&mut town.read().await, kernel::ActId(0), 10).await.unwrap();
        let digests: Vec<Option<Digest>> = log.iter().map(|act| act.journals).collect();
        assert_eq!(digests.len(), 4);
        assert!(digests[0].is_none() && digests[1].is_some() && digests[1] != digests[2]);
        everywhere.push(digests);
        town.base.remove().await;
    }
    assert!(everywhere.windows(2).all(|pair| pair[0] == pair[1]), "the engines disagree");
}

#[tokio::test]
async fn a_journal_of_several_customers_is_filed_under_each() {
    for engine in engines("a_journal_of_several_customers_is_filed_under_each") {
        let town = Town::new(engine).await;
        let postings = vec![
            town.posting(BEN, ["510", "1200", "2900"], 9_00),
            town.posting(ANN, ["510", "2900", "1200"], 9_00),
            town.posting(BEN, ["520", "1200", "4100"], 1_00),
        ];
        let moved = journal(1, BEN, JournalKind::Transfer, "2014-03-01", postings[..2].to_vec());
        let both = bill(2, BEN, "2014-03-02", postings);
        town.post("1", vec![moved.clone(), both.clone()]).await.unwrap();
        assert_eq!(town.rows().await, (4, 5));
        let keys =
            [ANN, BEN].into_iter().flat_map(|account| [1, 2].map(|id| (account, kernel::JournalId(id)))).collect();
        assert_eq!(finance::journals_of(&mut town.read().await, &keys).await.unwrap(), [moved, both]);
        town.base.remove().await;
    }
}
