//! Two people give the same command at once: it is done once, and the other is told.

use acts::Door;
use billing::RunState;
use billing::acts::{CancelRun, HoldBill, PostRun, SignRun, TryRun};
use db::Db;
use jobs::Worker;
use kernel::OrderId;
use testkit::{actor, engines, open_door};

use crate::town::{Town, by, code_of, day, house, kinds, prepare};

/// A second process: connections and ids of its own.
async fn other_door(town: &Town) -> Door {
    open_door(&Db::open(&town.base.url).await.unwrap())
}

async fn finish(door: &Door, order: OrderId) -> i64 {
    let report = code_of(Worker::new(door.clone(), kinds()).finish(&by(1), order, &|_| {}).await).unwrap();
    assert_eq!(report.refusals, [""; 0]);
    report.progress.done
}

#[tokio::test]
async fn two_who_prepare_the_same_month_open_one_run() {
    for engine in engines("two who prepare") {
        let (town, opened) = Town::new(engine, &[house(1), house(2), house(3), house(4), house(5)]).await;
        let other = other_door(&town).await;
        let (ours, theirs) = (by(1), by(3));
        let wanted = prepare("A");
        let (first, second) = tokio::join!(town.door.carry_out(&ours, &wanted), other.carry_out(&theirs, &wanted));
        let outcomes = [code_of(first), code_of(second)];
        let refused: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err().copied()).collect();
        assert_eq!(refused, ["run_exists"]);
        let prepared = outcomes.into_iter().find_map(Result::ok).unwrap().outcome;
        // Both processes freeze the items; in the end each is there once, in order.
        let done = tokio::join!(finish(&town.door, prepared.order), finish(&other, prepared.order));
        assert_eq!(done, (3, 3));
        let read =
            "select count(*) from (select distinct position from run_item where 1 <= position and position <= 5) p";
        assert_eq!((town.count(read).await, town.count("select count(*) from run_item").await), (5, 5));
        assert_eq!(opened.len(), 5);
        other.db().close().await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn the_same_key_prepares_one_run_and_both_learn_of_it() {
    for engine in engines("the same key prepares") {
        let (town, _) = Town::new(engine, &[house(1)]).await;
        let other = other_door(&town).await;
        let (key, wanted) = (by(1), prepare("A"));
        let (first, second) = tokio::join!(town.door.carry_out(&key, &wanted), other.carry_out(&key, &wanted));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.act, &first.outcome), (second.act, &second.outcome));
        assert_ne!(first.was_repeated, second.was_repeated);
        other.db().close().await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn two_who_sign_at_once_sign_once() {
    for engine in engines("two who sign") {
        let (town, _) = Town::new(engine, &[house(10), house(20), house(30)]).await;
        let run = town.prepared("A").await;
        town.tried(run).await;
        let (act, ours, theirs) = (SignRun { run, seen: None }, by(2), by(3));
        let (first, second) = tokio::join!(town.door.carry_out(&ours, &act), town.door.carry_out(&theirs, &act));
        let mut codes = [code_of(first).err(), code_of(second).err()];
        codes.sort_unstable();
        assert_eq!(codes, [None, Some("run_state")]);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn whoever_prepared_a_run_does_not_sign_it() {
    for engine in engines("whoever prepared") {
        let (town, _) = Town::new(engine, &[house(10)]).await;
        let run = town.prepared("A").await;
        town.tried(run).await;
        assert_eq!(
            code_of(town.door.carry_out(&by(1), &SignRun { run, seen: None }).await).err(),
            Some("signed_by_preparer")
        );
        town.base.remove().await;
    }
}

#[tokio::test]
async fn signing_and_trying_at_once_never_leave_a_signed_run_without_its_trial() {
    for engine in engines("signing and trying at once") {
        let (town, _) = Town::new(engine, &[house(10), house(20), house(30)]).await;
        let run = town.prepared("A").await;
        town.tried(run).await;
        let (sign, again, ours, theirs) = (SignRun { run, seen: None }, TryRun { run }, by(2), by(1));
        let (signed, tried) = tokio::join!(town.door.carry_out(&ours, &sign), town.door.carry_out(&theirs, &again));
        match (code_of(signed), code_of(tried)) {
            (Ok(_), Err("run_state")) => assert_eq!(town.state(run).await, RunState::Signed),
            (Err("run_state"), Ok(order)) => {
                finish(&town.door, order.outcome).await;
                town.sign(run).await.unwrap();
            }
            other => panic!("one of the two comes first: {other:?}"),
        }
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await.len(), 3);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_is_held_or_posted_but_never_both() {
    for engine in engines("held or posted") {
        let homes: Vec<_> = (1..=12).map(house).collect();
        let (town, opened) = Town::new(engine, &homes).await;
        let run = town.signed("A").await;
        let order = town.act(&PostRun { run }).await;
        let other = other_door(&town).await;
        let hold = async {
            let mut held = Vec::new();
            for (account, _) in &opened {
                let account_number = town.number(*account).await;
                let (assignee, due_on, reason) = ("desk".to_owned(), day("2026-07-15"), "test".to_owned());
                let act = HoldBill { run, account: account_number, assignee, due_on, reason };
                if code_of(other.carry_out(&by(4), &act).await).is_ok() {
                    held.push(*account);
                }
            }
            held
        };
        let (_, held) = tokio::join!(finish(&town.door, order), hold);
        let billed = town.billed().await;
        assert!(held.iter().all(|account| !billed.contains(account)), "held {held:?}, billed {billed:?}");
        assert_eq!(held.len() + billed.len(), 12);
        town.assert_proved().await;
        other.db().close().await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn cancelling_while_posting_reverses_every_bill_that_was_written() {
    for engine in engines("cancelling while posting") {
        let homes: Vec<_> = (1..=12).map(house).collect();
        let (town, _) = Town::new(engine, &homes).await;
        let run = town.signed("A").await;
        let order = town.act(&PostRun { run }).await;
        let other = other_door(&town).await;
        let worker = Worker::new(town.door.clone(), kinds());
        let poster = by(1);
        let cancel = async {
            let by = acts::By { actor: actor(5), ..by(5) };
            let order = other.carry_out(&by, &CancelRun { run }).await.unwrap().outcome.unwrap();
            finish(&other, order).await
        };
        let (posted, cancelled) = tokio::join!(worker.finish(&poster, order, &|_| {}), cancel);
        let posted = posted.unwrap();
        assert_eq!((posted.progress.open(), cancelled), (0, 6));
        let bills = town.bills().await;
        assert!(bills.iter().all(|bill| bill.cancelled_by.is_some()), "{bills:?}");
        assert_eq!(town.state(run).await, RunState::Cancelled);
        town.assert_proved().await;
        other.db().close().await;
        town.base.remove().await;
    }
}
