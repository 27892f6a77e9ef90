//! What is kept as posted by day is what the postings come to, and leads down to each of them.

use db::Value;
use finance::{JournalEntry, LinesOf, journal_lines, prove_day, run_on_day, trial_balance, whole_journal};
use kernel::{AccountId, Cents, JournalId};
use ledger::JournalKind;
use testkit::engines;

use crate::support::{ANN, BEN, EVE, Town, bill, day, journal, payment, skip_ids};

/// Bills of two funds, one of nothing, one taken back later, a payment, and a journal of two customers.
async fn busy_town(engine: db::Engine) -> Town {
    let town = Town::new(engine).await;
    skip_ids(&town.base.db, 100).await;
    let sewer = |account, cents| town.posting(account, ["520", "1200", "4100"], cents);
    let moved =
        vec![town.posting(BEN, ["510", "1200", "2900"], 9_00), town.posting(ANN, ["510", "2900", "1200"], 9_00)];
    let journals = vec![
        bill(1, EVE, "2014-03-31", vec![town.charge(EVE, 123_450)]),
        bill(2, ANN, "2014-03-01", vec![town.charge(ANN, 48_76), sewer(ANN, 2_000), town.charge(ANN, 1_24)]),
        bill(3, BEN, "2014-03-01", vec![]),
        payment(5, ANN, "2014-03-20", vec![town.posting(ANN, ["510", "1000", "1200"], 50_00)]),
        journal(6, BEN, JournalKind::Transfer, "2014-03-20", moved),
        bill(7, EVE, "2014-05-01", vec![]),
    ];
    town.post("1", journals).await.unwrap();
    town.post("2", vec![bill(8, BEN, "2014-03-01", vec![town.charge(BEN, 2_00)])]).await.unwrap();
    town.reverse("3", &[(EVE, JournalId(1))], day("2014-04-15")).await.unwrap();
    town
}

/// Whole lists of a day in a place, two at a time.
async fn walked(town: &Town, of: LinesOf) -> Vec<(i64, i64, i64, i64)> {
    let mut read = town.read().await;
    let (mut all, mut of) = (Vec::new(), of);
    loop {
        let page = journal_lines(&mut read, of).await.unwrap();
        assert!(page.lines.len() <= of.limit);
        all.extend(page.lines.iter().map(|line| (line.journal.0, line.account.0, line.debit.0, line.credit.0)));
        match page.next {
            Some(next) => of.after = next,
            None => return all,
        }
    }
}

#[tokio::test]
async fn each_figure_of_the_trial_balance_is_the_sum_of_its_journals() {
    for engine in engines("each_figure_of_the_trial_balance_is_the_sum_of_its_journals") {
        let town = busy_town(engine).await;
        let march = trial_balance(&mut town.read().await, (day("2014-03-01"), day("2014-03-31"))).await.unwrap();
        let april = trial_balance(&mut town.read().await, (day("2014-04-01"), day("2014-04-30"))).await.unwrap();
        let water =
            (march.chart.fund_by_code("510").unwrap().id, march.chart.ledger_account_by_code("1200").unwrap().id);
        let place = march.place(water.0, water.1);
        assert_eq!((place.debit, place.credit), (Cents(123_450 + 5_000 + 200 + 900), Cents(50_00 + 9_00)));
        assert_eq!(april.place(water.0, water.1).before, place.after());
        assert_eq!(april.place(water.0, water.1).after(), Cents(2_00));
        let mut places = 0;
        for balance in [&march, &april] {
            for ((fund, side), turnover) in &balance.places {
                let (mut debit, mut credit) = (0, 0);
                let mut on = balance.from_on;
                while on <= balance.through_on {
                    let after = (JournalId(0), AccountId(-1));
                    let of = LinesOf { gl_on: on, place: Some((*fund, *side)), kind: None, run: None, after, limit: 2 };
                    for (_, _, debited, credited) in walked(&town, of).await {
                        debit += debited;
                        credit += credited;
                    }
                    on = on.succ_opt().unwrap();
                }
                assert_eq!((debit, credit), (turnover.debit.0, turnover.credit.0), "{fund:?} {side:?} on {engine:?}");
                places += 1;
            }
        }
        assert_eq!(places, 12);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_journal_is_shown_with_all_its_accounts_and_what_took_it_back() {
    for engine in engines("a_journal_is_shown_with_all_its_accounts_and_what_took_it_back") {
        let town = busy_town(engine).await;
        let mut read = town.read().await;
        let moved = whole_journal(&mut read, ANN, JournalId(6)).await.unwrap().unwrap();
        assert_eq!((moved.accounts, moved.postings.len()), (vec![ANN, BEN], 2));
        let bill = whole_journal(&mut read, EVE, JournalId(1)).await.unwrap().unwrap();
        let (back, on) = bill.taken_back.unwrap();
        assert_eq!(on, day("2014-04-15"));
        assert_eq!(whole_journal(&mut read, EVE, back).await.unwrap().unwrap().reverses, Some(JournalId(1)));
        assert_eq!(whole_journal(&mut read, BEN, JournalId(1)).await.unwrap(), None);
        drop(read);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_day_is_proved_and_a_changed_posting_is_found() {
    for engine in engines("a_day_is_proved_and_a_changed_posting_is_found") {
        let town = busy_town(engine).await;
        let proof = prove_day(&mut town.read().await, day("2014-03-20")).await.unwrap();
        assert!(proof.is_proved());
        assert_eq!((proof.journals, proof.postings, proof.is_recounted), (2, 3, Some(true)));
        assert_eq!((proof.pooled, proof.tender), (Cents(50_00), Cents(50_00)));
        let months = finance::months(&mut town.read().await).await.unwrap();
        let counts: Vec<_> = months.iter().map(|one| (one.month.to_string(), one.journals, one.postings)).collect();
        assert_eq!(counts, [("2014-03".to_owned(), 6, 8), ("2014-04".to_owned(), 1, 1), ("2014-05".to_owned(), 1, 0)]);

        let mut tx = town.base.db.write(&db::DoorKey::for_the_door()).await.unwrap();
        let sql = "update posting set cents = cents + 1 where journal_id = $1 and account_id = $2";
        tx.run(sql, vec![Value::from(5_i64), Value::from(ANN)]).await.unwrap();
        let changed = prove_day(&mut tx, day("2014-03-20")).await.unwrap();
        assert_eq!((changed.is_proved(), changed.is_recounted), (false, Some(false)));
        let whole = finance::prove(&mut tx).await.unwrap();
        assert!(whole.findings.iter().any(|finding| finding.name == "sums_differ"), "{:?}", whole.findings);
        tx.roll_back().await.unwrap();
        town.base.remove().await;
    }
}

/// A bill that stands on its run.
fn bill_of(run: i64, account: AccountId, bill: &JournalEntry) -> JournalEntry {
    let agreements = bill.lines().map(|(_, agreement)| agreement).collect();
    JournalEntry::new(account, format!("{run}-000007"), bill.journal().clone(), agreements)
}

#[tokio::test]
async fn runs_of_one_day_have_each_its_own_journals() {
    for engine in engines("runs_of_one_day_have_each_its_own_journals") {
        let town = Town::new(engine).await;
        skip_ids(&town.base.db, 100).await;
        let on = "2014-03-31";
        let of_twelve =
            vec![bill(1, EVE, on, vec![town.charge(EVE, 10_000)]), bill(2, ANN, on, vec![town.charge(ANN, 2_000)])];
        town.post("1", of_twelve).await.unwrap();
        let paid = payment(3, ANN, on, vec![town.posting(ANN, ["510", "1000", "1200"], 5000)]);
        town.post("2", vec![paid, bill_of(1, BEN, &bill(4, BEN, on, vec![town.charge(BEN, 500)]))]).await.unwrap();
        town.reverse("3", &[(EVE, JournalId(1))], day(on)).await.unwrap();
        // What takes a bill back is of no run.
        for (run, journals, cents) in [(12, 2, 12_000), (1, 1, 500), (2, 0, 0)] {
            let after = (JournalId(0), AccountId(-1));
            let of = LinesOf { gl_on: day(on), place: None, kind: None, run: Some(run), after, limit: 1 };
            let lines = walked(&town, of).await;
            let moved: i64 = lines.iter().map(|(_, _, debit, _)| debit).sum();
            assert_eq!((lines.len(), moved), (journals, cents), "run {run} on {engine:?}");
            let summed = run_on_day(&mut town.read().await, day(on), run).await.unwrap();
            let counted: i64 = summed.journals.iter().map(|one| one.journals).sum();
            let moved: Cents = summed.sums.iter().map(|one| one.cents).sum();
            assert_eq!((usize::try_from(counted), moved), (Ok(journals), Cents(cents)), "run {run} on {engine:?}");
        }
        town.base.remove().await;
    }
}
