//! Several processes post at once: each bill is written once, whatever they share.

use billing::RunState;
use billing::acts::PostRun;
use db::Db;
use jobs::{JobState, Worker, job_of_order};
use kernel::{AccountId, Cents, OrderId, RunId};
use testkit::{engines, open_door};

use crate::town::{Service, Town, by, code_of, house, kinds};

/// Posts as a process of its own.
async fn post_elsewhere(url: &str, order: OrderId) -> i64 {
    let db = Db::open(url).await.unwrap();
    let worker = Worker::new(open_door(&db), kinds());
    let report = code_of(worker.finish(&by(1), order, &|_| {}).await).unwrap();
    assert_eq!(report.refusals, [""; 0]);
    assert!(report.progress.is_complete(), "whoever is told that it ended finds it ended");
    db.close().await;
    report.progress.done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_runs_posted_at_once_bill_the_accounts_they_share_once_each() {
    for engine in engines("two runs posted at once") {
        let homes: Vec<_> = (1..=20).map(house).collect();
        let (town, opened) = Town::new(engine, &homes).await;
        let shared = opened.iter().step_by(2).map(|(account, _)| *account);
        let second: Vec<_> = shared.map(|account| Service { of: Some(account), cycle: "B", ..house(100) }).collect();
        town.open(&second).await;
        let (run_a, run_b) = (town.signed("A").await, town.signed("B").await);
        let (order_a, order_b) = (town.act(&PostRun { run: run_a }).await, town.act(&PostRun { run: run_b }).await);
        let both = [order_a, order_b, order_a, order_b].map(|order| {
            let url = town.base.url.clone();
            tokio::spawn(async move { post_elsewhere(&url, order).await })
        });
        for one in both {
            one.await.unwrap();
        }
        let totals = totals_of(&town, run_a).await;
        assert_eq!(totals.len(), 20);
        assert_eq!(totals.iter().map(|(_, cents)| *cents).sum::<Cents>(), Cents(21_000));
        let totals = totals_of(&town, run_b).await;
        assert_eq!((totals.len(), totals[0].1), (10, Cents(10_000)));
        let balances = finance::balances_between(&mut town.read().await, AccountId(1), AccountId(i64::MAX)).await;
        assert_eq!(balances.unwrap().values().copied().sum::<Cents>(), Cents(121_000));
        assert_eq!(town.count("select count(*) from journal").await, 30);
        for (run, order) in [(run_a, order_a), (run_b, order_b)] {
            assert_eq!(town.state(run).await, RunState::Posted);
            let job = job_of_order(&mut town.read().await, order).await.unwrap().unwrap();
            assert_eq!(job.state, JobState::Done);
        }
        let month = kernel::Month::parse("2026-06").unwrap();
        assert!(billing::month_completeness(&mut town.read().await, month).await.unwrap().is_complete());
        town.assert_proved().await;
        town.base.remove().await;
    }
}

async fn totals_of(town: &Town, run: RunId) -> Vec<(AccountId, Cents)> {
    let bills = town.bills().await;
    bills.iter().filter(|bill| bill.run == run).map(|bill| (bill.account, bill.total)).collect()
}
