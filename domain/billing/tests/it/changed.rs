//! What was signed is what is posted: a bill that changed in between is taken out and listed.

use billing::acts::{PostRun, ReleaseException, TryRun};
use billing::{ExceptionCode, ExceptionState, RunState};
use db::DoorKey;
use kernel::{AccountId, RunId};
use testkit::engines;

use crate::town::{Town, by, code_of, consumption, day, house, june, rates_from};

/// What happens to the first account between sign-off and post.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// A new revision of what it used.
    Correction,
    /// What it used, in place.
    Steps,
    /// Its class.
    Profile,
    /// What the trial found.
    TrialTotal,
    /// What was frozen.
    ItemSteps,
}

#[tokio::test]
async fn a_bill_that_changed_after_sign_off_is_taken_out_and_listed() {
    for engine in engines("a change after sign-off") {
        for change in [Change::Correction, Change::Steps, Change::Profile, Change::ItemSteps] {
            let (town, run, accounts) = signed_and_changed(engine, change).await;
            assert_taken_out(&town, run, &accounts, &format!("{change:?}")).await;
            town.base.remove().await;
        }
    }
}

#[tokio::test]
async fn a_trial_that_was_tampered_with_stays_refused_even_when_the_bill_is_held() {
    for engine in engines("a trial that was tampered with") {
        let (town, run, accounts) = signed_and_changed(engine, Change::TrialTotal).await;
        for is_held in [false, true] {
            if is_held {
                town.hold(run, accounts[0]).await.unwrap();
            }
            let report = town.post(run).await;
            assert_eq!(report.refusals.len(), 1);
            assert!(report.refusals[0].contains("was signed on other bills"), "{:?}", report.refusals);
            assert_eq!(town.billed().await, accounts[2..]);
            assert_eq!(town.state(run).await, RunState::Posting);
        }
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_hold_taken_away_behind_the_door_lets_no_bill_without_a_price_out() {
    for engine in engines("a hold taken away") {
        let farm = crate::town::Service { class: "FARM", ..house(10) };
        let (town, opened) = Town::new(engine, &[house(10), farm, house(30)]).await;
        let accounts: Vec<AccountId> = opened.into_iter().map(|(account, _)| account).collect();
        let run = town.signed("A").await;
        let freed = town.tamper("delete from run_exception where account_id = $1", vec![accounts[1].into()]).await;
        assert_eq!(freed, 1);
        town.tamper("delete from run_exception_count", vec![]).await;
        let refused = code_of(town.door.carry_out(&by(1), &PostRun { run }).await).map(|_| ());
        assert_eq!(refused, Err("signed_otherwise"), "fewer bills are held than were signed");
        town.hold(run, accounts[2]).await.unwrap();
        let report = town.post(run).await;
        assert_eq!(report.refusals.len(), 1, "another hold does not stand for it: {:?}", report.refusals);
        assert!(report.refusals[0].contains("has no price and is not held"), "{:?}", report.refusals);
        town.hold(run, accounts[1]).await.unwrap();
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await, [accounts[0]]);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn use_swapped_between_two_services_of_an_account_is_not_billed() {
    for engine in engines("use swapped between two services") {
        let (town, opened) = Town::new(engine, &[house(10), house(20)]).await;
        let account = opened[0].0;
        town.open(&[crate::town::Service { of: Some(account), class: "SHOP", ..house(50) }]).await;
        let run = town.signed("A").await;
        // Each agreement gets the other's service point: the same ids and amounts, other prices.
        let sql = "
            update service_agreement
            set service_point_id = (
                select sum_of.total - service_agreement.service_point_id
                from (select cast(sum(service_point_id) as bigint) as total
                      from service_agreement
                      where account_id = $1) sum_of
            )
            where account_id = $1";
        assert_eq!(town.tamper(sql, vec![account.into()]).await, 2);
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await, [opened[1].0]);
        assert_eq!(changed(&town, run).await, [account]);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_held_by_hand_stays_held_whatever_a_new_trial_finds() {
    for engine in engines("held by hand") {
        let (town, opened) = Town::new(engine, &[house(0), house(20)]).await;
        let (held, other) = (opened[0].0, opened[1].0);
        let run = town.prepared("A").await;
        town.tried(run).await;
        town.hold(run, held).await.unwrap();
        change(&town, held, Change::Correction).await;
        town.tried(run).await;
        town.sign(run).await.unwrap();
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await, [other], "nobody released the bill");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn whoever_tried_a_run_may_not_sign_it() {
    for engine in engines("whoever tried a run") {
        let (town, _) = Town::new(engine, &[house(10)]).await;
        let run = town.prepared("A").await;
        // Actor 1 prepared; actor 2 tries, which freezes what was corrected anew.
        let order = town.door.carry_out(&by(2), &TryRun { run }).await.unwrap().outcome;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        assert_eq!(town.sign(run).await.unwrap_err().0, "signed_by_preparer");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_beyond_what_the_books_take_is_an_exception_not_a_stop() {
    for engine in engines("a bill beyond the books") {
        // A dollar a ccf: two trillion dollars.
        let (town, opened) = Town::new(engine, &[house(2_000_000_000_000), house(20)]).await;
        let run = town.prepared("A").await;
        town.tried(run).await;
        let queue = billing::queue(&mut town.read().await, run, AccountId(0), 10).await.unwrap();
        let codes: Vec<ExceptionCode> = queue.iter().map(|queued| queued.code).collect();
        assert_eq!(codes, [ExceptionCode::NotPriceable]);
        town.hold(run, opened[0].0).await.unwrap();
        town.sign(run).await.unwrap();
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await, [opened[1].0]);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_of_which_an_item_is_gone_is_taken_out_for_good() {
    for engine in engines("an item that is gone") {
        let (town, run, accounts) = signed(engine).await;
        town.tamper("delete from run_item where account_id = $1", vec![accounts[0].into()]).await;
        assert_taken_out(&town, run, &accounts, "gone").await;
        assert_eq!(town.hold(run, accounts[0]).await, Err("run_state"));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn bills_and_inputs_changed_in_step_do_not_have_the_digest_that_was_signed() {
    for engine in engines("changed in step") {
        let (town, run, accounts) = signed(engine).await;
        // As a forger would: use, item, and the trial of another account that used as much.
        for table in ["consumption", "run_item"] {
            let sql = match table {
                "consumption" => "update consumption set steps = 0 where account_id = $1",
                _ => "update run_item set steps = 0 where account_id = $1",
            };
            assert_eq!(town.tamper(sql, vec![accounts[0].into()]).await, 1);
        }
        let again = digest_of_nothing_used(&town, run, accounts[0]).await;
        let sql = "update run_trial set total_cents = 0, digest = $2 where account_id = $1";
        assert_eq!(town.tamper(sql, vec![accounts[0].into(), again.into()]).await, 1);
        let report = town.post(run).await;
        assert_eq!(report.refusals.len(), 1);
        assert!(report.refusals[0].contains("was signed on other bills"), "{:?}", report.refusals);
        assert_eq!(town.billed().await, accounts[2..]);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn rates_adopted_after_sign_off_take_out_every_bill_they_would_change() {
    for engine in engines("rates adopted after sign-off") {
        let (town, run, accounts) = signed(engine).await;
        town.act(&rates_from("2026-06-15")).await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(changed(&town, run).await, accounts);
        assert_eq!(town.count("select count(*) from bill").await, 0);
        assert_eq!(town.count("select count(*) from journal").await, 0);
        town.base.remove().await;
        let (town, run, accounts) = signed(engine).await;
        town.act(&rates_from("2026-07-01")).await;
        assert_eq!(town.post(run).await.refusals, [""; 0], "later rates change nothing");
        assert_eq!(town.billed().await, accounts);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_correction_before_sign_off_is_picked_up_by_a_new_trial() {
    for engine in engines("a correction before sign-off") {
        let (town, opened) = Town::new(engine, &[house(10), house(600), house(700)]).await;
        let accounts: Vec<AccountId> = opened.iter().map(|(account, _)| *account).collect();
        let run = town.prepared("A").await;
        town.tried(run).await;
        for account in &accounts[1..] {
            let account = town.number(*account).await;
            town.act(&ReleaseException { run, account, code: ExceptionCode::High, reason: "looked at".into() }).await;
        }
        change(&town, accounts[0], Change::Correction).await;
        change(&town, accounts[2], Change::Steps).await;
        town.tried(run).await;
        let queue = billing::queue(&mut town.read().await, run, AccountId(0), 100).await.unwrap();
        let found: Vec<(AccountId, ExceptionState)> =
            queue.iter().map(|queued| (queued.account, queued.state)).collect();
        assert_eq!(
            found,
            [(accounts[1], ExceptionState::Released)],
            "the decision on an unchanged figure stays, the one on a changed figure goes"
        );
        assert_eq!(town.sign(run).await.unwrap().0, 6_100 + 60_000 + 6_100);
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await, accounts);
        let late = code_of(town.door.carry_out(&by(1), &TryRun { run }).await).map(|_| ());
        assert_eq!(late, Err("run_state"), "a posted run is not tried again");
        town.base.remove().await;
    }
}

/// A signed run of four accounts in two chunks.
async fn signed(engine: db::Engine) -> (Town, RunId, Vec<AccountId>) {
    let shop = crate::town::Service { class: "SHOP", ..house(40) };
    let (town, opened) = Town::new(engine, &[house(10), house(20), house(30), shop]).await;
    let run = town.signed("A").await;
    (town, run, opened.into_iter().map(|(account, _)| account).collect())
}

async fn signed_and_changed(engine: db::Engine, what: Change) -> (Town, RunId, Vec<AccountId>) {
    let (town, run, accounts) = signed(engine).await;
    change(&town, accounts[0], what).await;
    (town, run, accounts)
}

/// The bill of the first account is left out and listed, with someone to look after it; the others are posted.
async fn assert_taken_out(town: &Town, run: RunId, accounts: &[AccountId], what: &str) {
    assert_eq!(town.post(run).await.refusals, [""; 0], "{what} on {:?}", town.base.db.engine());
    assert_eq!(town.billed().await, accounts[1..], "{what}");
    assert_eq!(changed(town, run).await, accounts[..1], "{what}");
    assert_eq!(town.state(run).await, RunState::Posted, "{what}");
    town.assert_proved().await;
}

/// Whose bills were taken out because they changed; each is held, by someone, until a day.
pub(crate) async fn changed(town: &Town, run: RunId) -> Vec<AccountId> {
    let queue = billing::queue(&mut town.read().await, run, AccountId(0), 100).await.unwrap();
    let changed = queue.into_iter().filter(|queued| queued.code == ExceptionCode::Changed);
    let held = |queued: billing::QueuedException| {
        assert_eq!((queued.state, queued.assignee.as_deref()), (ExceptionState::Held, Some("billing analyst")));
        assert!(queued.due_on.is_some() && queued.reason.is_some());
        queued.account
    };
    changed.map(held).collect()
}

async fn change(town: &Town, account: AccountId, what: Change) {
    let args = vec![account.into()];
    let changed = match what {
        Change::Correction => {
            let next = AccountId(account.0 + 1);
            let used = metering::consumption_between(&mut town.read().await, (account, next), june()).await.unwrap();
            let mut tx = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
            let id = tx.id("consumption").await.unwrap();
            let corrected = consumption(id, (account, used[0].service_point), 2, 61);
            metering::insert_consumption(&mut tx, vec![corrected]).await.unwrap();
            tx.commit().await.unwrap();
            1
        }
        Change::Steps => {
            let sql = "update consumption set steps = $2 where account_id = $1";
            let steps = consumption(1, (account, 1.into()), 1, 61).quantity.steps;
            town.tamper(sql, vec![account.into(), steps.into()]).await
        }
        Change::Profile => {
            let sql = "
                update service_agreement
                set rate_profile_id = (select rate_profile_id from rate_profile where class = 'SHOP')
                where account_id = $1";
            town.tamper(sql, args).await
        }
        Change::TrialTotal => {
            town.tamper("update run_trial set total_cents = total_cents + 1 where account_id = $1", args).await
        }
        Change::ItemSteps => town.tamper("update run_item set steps = steps + 1 where account_id = $1", args).await,
    };
    assert_eq!(changed, 1, "{what:?}");
}

/// The digest of an account's first bill, had it used nothing.
async fn digest_of_nothing_used(town: &Town, run: RunId, account: AccountId) -> Vec<u8> {
    let sql = "
        select i.agreement_id, i.position, i.consumption_id, i.rate_version_id, i.rate_profile_id
        from run_item i
        where i.account_id = $1 and i.run_id = $2";
    let row: Option<(i64, i64, i64, i64, i64)> =
        town.read().await.one(sql, vec![account.into(), run.into()]).await.unwrap();
    let (agreement, position, used, version, profile) = row.unwrap();
    let item = billing::Inputs {
        agreement: agreement.into(),
        period: june(),
        version: Some(version.into()),
        profile: profile.into(),
        consumption: Some(used.into()),
        quantity: Some(consumption(1, (account, 1.into()), 1, 0).quantity),
        particulars: None,
    };
    billing::BillInputs { account, position, bill_on: day("2026-06-30"), items: vec![item], extras: vec![] }
        .digest()
        .0
        .to_vec()
}
