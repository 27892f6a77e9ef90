//! Rates under acts: proposed, scheduled, superseded before they were used, locked by the first run.

use acts::Failure;
use billing::acts::TryRun;
use revenue::acts::{ProposeRates, ScheduleRates, SupersedeRates};
use revenue::{ListedRates, listed_rates};
use testkit::engines;

use super::golden::fixed;
use crate::changed::changed;
use crate::tariff::{Priced, Tariff, month_of, service};
use crate::town::day;

fn supersede(effective_on: &str) -> SupersedeRates {
    let reason = "council adopted another plan on 2022-08-09".to_owned();
    SupersedeRates { schedule: "city-trash".to_owned(), effective_on: day(effective_on), reason }
}

fn scheduled(effective_on: &str, proposal: i64) -> ScheduleRates {
    ScheduleRates { schedule: "city-trash".to_owned(), effective_on: day(effective_on), proposal }
}

async fn states(tariff: &Tariff) -> Vec<String> {
    let listed = listed_rates(&mut tariff.town.read().await).await.unwrap();
    let of_trash = listed.into_iter().filter(|rates| rates.schedule == "city-trash");
    let words = |rates: ListedRates| {
        let proposal = rates.proposal.map_or("-".to_owned(), |number| number.to_string());
        format!("{} {proposal} {}", rates.effective_on, rates.state.word())
    };
    of_trash.map(words).collect()
}

/// Council's plan of 2022-01-11 for 2023 through 2026 was replaced on 2022-08-09, before any of it began.
#[tokio::test]
async fn the_plan_that_never_took_effect_is_never_billed() {
    let before = fixed("city-trash", "trash.collection", &[("2021-01-01", "21.80"), ("2022-02-01", "23.55")]);
    let plan = [("2023-01-01", "24.80"), ("2024-01-01", "25.80"), ("2025-01-01", "26.80"), ("2026-01-01", "27.70")];
    let other = [("2022-09-01", "25.80"), ("2024-01-01", "26.80"), ("2025-01-01", "27.70")];
    for engine in engines("the plan that never took effect") {
        let tariff = Tariff::new(engine, &[&before]).await;
        let account = tariff.open(&[service("city-trash")]).await;
        let text = fixed("city-trash", "trash.collection", &plan);
        let proposed = tariff.town.act(&ProposeRates { text }).await;
        assert_eq!(proposed.len(), 4);
        for one in proposed {
            tariff.town.act(&scheduled(&one.effective_on.to_string(), one.proposal)).await;
        }
        let run = tariff.bill_month("2022-06").await;
        assert_eq!(tariff.sum(run, account).await, "Monthly charge 23.55 = 23.55");
        for (effective_on, _) in plan {
            tariff.town.act(&supersede(effective_on)).await;
        }
        tariff.adopt(&fixed("city-trash", "trash.collection", &other)).await;
        #[rustfmt::skip]
        let rows = [
            // month     billed    the plan had it at
            ("2022-08", "23.55"), // 23.55
            ("2022-09", "25.80"), // 23.55
            ("2022-12", "25.80"), // 23.55
            ("2023-01", "25.80"), // 24.80
            ("2024-01", "26.80"), // 25.80
            ("2025-01", "27.70"), // 26.80
            ("2026-01", "27.70"), // 27.70, but by the rates of 2025
        ];
        for (month, expected) in rows {
            let run = tariff.bill_month(month).await;
            assert_eq!(tariff.view(run, account).await.bill.total.to_string(), expected, "{month}");
        }
        let last = tariff.town.bills().await.last().unwrap().run;
        tariff.assert_explained(last, account, &["Published rates, in force from 2025-01-01"]).await;
        let expected = [
            "2021-01-01 - scheduled",
            "2022-02-01 - locked",
            "2022-09-01 - locked",
            "2023-01-01 1 superseded",
            "2024-01-01 1 superseded",
            "2024-01-01 - locked",
            "2025-01-01 1 superseded",
            "2025-01-01 - locked",
            "2026-01-01 1 superseded",
        ];
        assert_eq!(states(&tariff).await, expected);
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_proposal_prices_nothing_until_it_is_scheduled() {
    let now = fixed("city-trash", "trash.collection", &[("2021-01-01", "21.80")]);
    let text = fixed("city-trash", "trash.collection", &[("2022-02-01", "23.55")]);
    let better = fixed("city-trash", "trash.collection", &[("2022-02-01", "23.00")]);
    for engine in engines("a proposal prices nothing") {
        let tariff = Tariff::new(engine, &[&now]).await;
        let account = tariff.open(&[service("city-trash")]).await;
        for (text, number) in [(&text, 1), (&better, 2)] {
            let proposed = tariff.town.act(&ProposeRates { text: text.clone() }).await;
            assert_eq!(proposed[0].proposal, number);
        }
        let run = tariff.bill_month("2022-02").await;
        assert_eq!(tariff.view(run, account).await.bill.total.to_string(), "21.80");
        assert_eq!(states(&tariff).await, ["2021-01-01 - locked", "2022-02-01 1 proposed", "2022-02-01 2 proposed"]);
        assert!(tariff.town.act(&scheduled("2022-02-01", 2)).await.is_some());
        assert!(tariff.town.act(&scheduled("2022-02-01", 2)).await.is_none(), "it is scheduled already");
        let (code, words) = tariff.refused(&scheduled("2022-02-01", 1)).await;
        assert_eq!(code, "version_exists");
        assert_eq!(words, "schedule 'city-trash' already has other rates from 2022-02-01; supersede them first");
        assert_eq!(tariff.refused(&scheduled("2022-02-01", 3)).await.0, "proposal_unknown");
        let run = tariff.bill_month("2022-03").await;
        assert_eq!(tariff.view(run, account).await.bill.total.to_string(), "23.00");
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn rates_that_a_run_has_used_are_locked() {
    let text = fixed("city-trash", "trash.collection", &[("2021-01-01", "21.80"), ("2022-02-01", "23.55")]);
    let other = fixed("city-trash", "trash.collection", &[("2022-02-01", "23.00")]);
    for engine in engines("rates that a run has used") {
        let tariff = Tariff::new(engine, &[&text]).await;
        tariff.open(&[service("city-trash")]).await;
        let run = tariff.prepared(month_of("2022-02"), "2022-02-28").await;
        // Frozen is used, also when the run is cancelled.
        for _ in 0..2 {
            let (code, words) = tariff.refused(&supersede("2022-02-01")).await;
            assert_eq!(code, "version_used");
            assert_eq!(
                words,
                "the rates of 'city-trash' from 2022-02-01 were used by run 1: they cannot be replaced any more"
            );
            if tariff.town.state(run).await != billing::RunState::Cancelled {
                tariff.town.cancel(run).await;
            }
        }
        tariff.town.act(&ProposeRates { text: other.clone() }).await;
        assert_eq!(tariff.refused(&scheduled("2022-02-01", 1)).await.0, "version_used");
        assert_eq!(tariff.refused(&supersede("2022-03-01")).await.0, "version_unknown");
        let silent = SupersedeRates { reason: " ".into(), ..supersede("2021-01-01") };
        assert_eq!(tariff.refused(&silent).await.0, "reason_missing");
        tariff.town.act(&supersede("2021-01-01")).await;
        assert_eq!(tariff.refused(&supersede("2021-01-01")).await.0, "version_unknown");
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn rates_scheduled_or_superseded_after_prepare_are_found_by_trial_and_post() {
    let text = fixed("city-trash", "trash.collection", &[("2021-01-01", "21.80")]);
    let next = fixed("city-trash", "trash.collection", &[("2022-02-01", "23.55")]);
    for engine in engines("rates scheduled after prepare") {
        let tariff = Tariff::new(engine, &[&text]).await;
        let account = tariff.open(&[service("city-trash")]).await;
        let run = tariff.prepared(month_of("2022-02"), "2022-02-28").await;
        // Scheduled and superseded again before the trial: nothing happened.
        tariff.adopt(&next).await;
        tariff.town.act(&supersede("2022-02-01")).await;
        let order = tariff.town.act(&TryRun { run }).await;
        tariff.town.finish(order).await;
        tariff.town.sign(run).await.unwrap();
        // Scheduled after sign-off: the bill would be another.
        tariff.adopt(&next).await;
        assert_eq!(tariff.town.post(run).await.refusals, [""; 0]);
        assert_eq!((tariff.town.billed().await, changed(&tariff.town, run).await), (vec![], vec![account]));
        tariff.town.base.remove().await;
    }
}

/// While a run freezes bills by a version, whoever supersedes it waits, and is refused then.
#[tokio::test]
async fn superseding_and_preparing_meet_at_the_schedule() {
    let text = fixed("city-trash", "trash.collection", &[("2021-01-01", "21.80"), ("2022-02-01", "23.55")]);
    for engine in engines("superseding meets preparing") {
        let tariff = Tariff::new(engine, &[&text]).await;
        for _ in 0..6 {
            tariff.open(&[Priced { starts_on: day("2022-01-01"), ..service("city-trash") }]).await;
        }
        let asked = supersede("2022-02-01");
        let door = tariff.town.door.clone();
        let superseding = tokio::spawn(async move { door.carry_out(&crate::town::by(1), &asked).await.map(|_| ()) });
        let run = tariff.prepared(month_of("2022-02"), "2022-02-28").await;
        let superseded = superseding.await.unwrap();
        match superseded {
            // Whichever came first: the trial finds the rates that stand, or they stand because they were used.
            Ok(()) => {
                let order = tariff.town.act(&TryRun { run }).await;
                tariff.town.finish(order).await;
                assert_eq!(tariff.town.count("select max(total_cents) from run_trial").await, 21_80);
            }
            Err(Failure::Refused(refusal)) => {
                assert_eq!(refusal.code(), "version_used");
                assert_eq!(tariff.town.count("select count(distinct rate_version_id) from run_item").await, 1);
            }
            Err(Failure::Fault(fault)) => panic!("{fault}"),
            Err(Failure::Waiting(waiting)) => panic!("{waiting}"),
        }
        tariff.town.base.remove().await;
    }
}
