//! A cancelled run leaves no trace in the balances and gives its month free.

use billing::acts::PostRun;
use billing::{Reason, RunState, month_completeness};
use kernel::{AccountId, Cents, Month};
use testkit::engines;

use crate::town::{Town, by, code_of, house, prepare};

#[tokio::test]
async fn a_run_cancelled_before_it_is_posted_leaves_no_bill() {
    for engine in engines("cancelled before posting") {
        let (town, _) = Town::new(engine, &[house(1), house(2), house(3)]).await;
        let run = town.signed("A").await;
        town.cancel(run).await;
        assert_eq!(town.state(run).await, RunState::Cancelled);
        let late = code_of(town.door.carry_out(&by(1), &PostRun { run }).await).map(|_| ());
        assert_eq!(late, Err("run_state"));
        let again = town.signed("A").await;
        assert_eq!(town.post(again).await.refusals, [""; 0]);
        assert_eq!((town.billed().await.len(), town.run(again).await.number), (3, 2));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_whole_run_reversed_returns_every_account_to_zero() {
    for engine in engines("a whole run reversed") {
        let homes: Vec<_> = (1..=7).map(house).collect();
        let (town, _) = Town::new(engine, &homes).await;
        let run = town.signed("A").await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(balances(&town).await.iter().copied().sum::<Cents>(), Cents(2_800));
        town.cancel(run).await;
        assert!(balances(&town).await.iter().all(|balance| balance.is_zero()), "{:?}", balances(&town).await);
        town.assert_proved().await;
        let month = Month::parse("2026-06").unwrap();
        let proof = month_completeness(&mut town.read().await, month).await.unwrap();
        assert_eq!((proof.billed, proof.listed.get(&Reason::NotBilledYet)), (0, Some(&7)));
        assert!(proof.is_complete());
        let again = town.signed("A").await;
        assert_eq!(town.post(again).await.refusals, [""; 0]);
        let proof = month_completeness(&mut town.read().await, month).await.unwrap();
        assert_eq!((proof.billed, proof.is_complete()), (7, true));
        assert_eq!(balances(&town).await.iter().copied().sum::<Cents>(), Cents(2_800));
        town.assert_proved().await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_run_cancelled_halfway_through_posting_reverses_what_was_written() {
    for engine in engines("cancelled halfway") {
        let (town, opened) = Town::new(engine, &[house(1), house(2), house(3), house(4)]).await;
        let run = town.signed("A").await;
        // The first chunk is refused, the second is posted: the run stands halfway.
        let sql = "update run_trial set total_cents = total_cents + 1 where account_id = $1";
        town.tamper(sql, vec![opened[0].0.into()]).await;
        assert_eq!(town.post(run).await.refusals.len(), 1);
        assert_eq!((town.state(run).await, town.billed().await.len()), (RunState::Posting, 2));
        town.cancel(run).await;
        assert!(balances(&town).await.iter().all(|balance| balance.is_zero()));
        let order = town.run(run).await.post_order.unwrap();
        let report = town.finish(order).await;
        assert!(report.refusals[0].contains("is canceled"), "{:?}", report.refusals);
        assert_eq!(town.bills().await.len(), 2, "nothing is posted after the cancelling");
        town.assert_proved().await;
        let prepared = town.act(&prepare("A")).await;
        assert_eq!(prepared.number, 2);
        town.base.remove().await;
    }
}

async fn balances(town: &Town) -> Vec<Cents> {
    let all = finance::balances_between(&mut town.read().await, AccountId(1), AccountId(i64::MAX)).await;
    all.unwrap().into_values().collect()
}
