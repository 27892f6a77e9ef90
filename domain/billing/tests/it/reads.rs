//! What reads come to on bills, each figure worked out by hand: rollover, exchange, estimates and their settlement,
//! first and final bills, zero and credit bills, moves.

use acts::Act;
use billing::acts::{ChargeAccount, MeasureAgain, StopService, TransferService};
use billing::{Stage, UncoveredReason};
use kernel::{AccountId, Cents, Unit};
use metering::acts::{ExchangeMeter, MeterFacts};
use testkit::engines;

use crate::metered::{Metered, house};
use crate::tariff::{Priced, service};
use crate::town::day;

/// Refuses to pass unless the lines stand on the paper, in their order.
fn assert_lines(paper: &[String], expected: &[&str]) {
    let mut rest = paper.iter();
    for line in expected {
        assert!(rest.any(|found| found == line), "no line '{line}' at its place in\n{}", paper.join("\n"));
    }
}

#[tokio::test]
async fn a_register_that_began_again_from_zero_is_counted_through() {
    for engine in engines("rollover") {
        let town = Metered::new(engine).await;
        let account = town.open(&house(), 4, 9_990).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 4).await;
        let run = town.bill("2025-01").await;
        // 10 + 4 kgal: 10 at 3.00, 4 at 5.00.
        let paper = town.paper(run, account).await;
        assert_lines(
            &paper,
            &["Base charge $10.00", "Water use $50.00", "City tax $3.00", "Sewer $28.00", "Total $91.00"],
        );
        let explained = town.view(run, account).await.explained();
        assert!(explained.contains("9,990") && explained.contains("rolled over after 9,999"), "{explained}");
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_meter_exchanged_within_a_period_counts_on() {
    for engine in engines("exchange") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        let exchange = ExchangeMeter {
            service_point: place.clone(),
            exchanged_on: day("2025-01-15"),
            removal_count: Some(107),
            meter: MeterFacts {
                serial_number: "NEW-1".into(),
                unit: Unit::Kgal,
                dials: 6,
                multiplier: "1".into(),
                size: String::new(),
            },
            install_count: 0,
            is_right: None,
        };
        town.tariff.town.act(&exchange).await;
        town.read(&place, "2025-01-31", 5).await;
        let run = town.bill("2025-01").await;
        // 7 on the old meter and 5 on the new one.
        assert_lines(&town.paper(run, account).await, &["Water use $40.00", "Sewer $24.00", "Total $76.50"]);
        let explained = town.view(run, account).await.explained();
        assert!(explained.contains("NEW-1") && explained.contains("107"), "{explained}");
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_actual_read_settles_the_estimates_before_it_up_or_down() {
    // The read at the end of March | what February was | what is settled | the rest of March's bill
    let rows = [
        // January 8 by read; February estimated as January per day: 8 * 28 / 31 = 7.2258.
        // 8 + 30 by the end of March: February 30 * 28 / 59 = 14.2373, March 15.7627.
        (138, "$29.52", [("Water use", "$29.51"), ("City tax", "$1.48"), ("Sewer", "$14.02")]),
        // 8 + 4: February 1.8983, March 2.1017: all of it lower than estimated.
        (112, "$4.20", [("Water use", "-$15.99"), ("City tax", "-$0.80"), ("Sewer", "-$10.65")]),
    ];
    for engine in engines("estimate and settlement") {
        for (read, _, settled) in rows {
            let town = Metered::new(engine).await;
            let account = town.house(100).await;
            let place = town.place(account).await;
            town.read(&place, "2025-02-01", 108).await;
            town.bill("2025-01").await;
            let estimated = town.bill("2025-02").await;
            let view = town.view(estimated, account).await;
            assert!(view.statement.unwrap().is_estimated);
            assert!(view.explained().contains("7.2258"), "{}", view.explained());
            town.read(&place, "2025-04-01", read).await;
            let run = town.bill("2025-03").await;
            let paper = town.paper(run, account).await;
            let mut expected =
                vec!["Settlement of what was billed by estimate, 2025-02-01 through 2025-02-28".to_owned()];
            expected.extend(settled.iter().map(|(title, cents)| format!("{title} {cents}")));
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            let at = paper.iter().position(|line| line.starts_with("Settlement")).expect("a settlement");
            assert_lines(&paper[at..], &expected[..3]);
            // What February comes to in the end is what it would have come to by the read.
            let again = town.bill("2025-04").await;
            assert!(!town.paper(again, account).await.iter().any(|line| line.starts_with("Settlement")));
            assert_eq!(town.listed().await, []);
            town.tariff.town.base.remove().await;
        }
    }
}

#[tokio::test]
async fn a_lower_read_after_an_estimate_is_no_negative_read() {
    for engine in engines("a lower read after an estimate") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 160).await;
        town.bill("2025-01").await;
        town.bill("2025-02").await;
        // Estimated to about 214; the meter shows 161.
        town.read(&place, "2025-04-01", 161).await;
        let run = town.bill("2025-03").await;
        let queue = billing::queue(&mut town.tariff.town.read().await, run, AccountId(0), 10).await.unwrap();
        assert!(queue.iter().all(|queued| queued.code != billing::ExceptionCode::NegativeRead), "{queue:?}");
        // 60 in January, then half a kgal each in February and March: credits make it a credit bill.
        assert!(town.view(run, account).await.bill.total < Cents::ZERO);
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn who_moves_out_has_a_final_bill_and_who_moves_in_a_first() {
    for engine in engines("moves") {
        let town = Metered::new(engine).await;
        let tenant = town.house(100).await;
        let place = town.place(tenant).await;
        let next = town
            .tariff
            .open(&[Priced { starts_on: day("2024-06-01"), stops_on: Some(day("2024-07-01")), ..service("sewer") }])
            .await;
        town.read(&place, "2025-01-15", 104).await;
        town.read(&place, "2025-02-01", 114).await;
        let (from_account, to_account) = (town.tariff.town.number(tenant).await, town.tariff.town.number(next).await);
        let transfer = TransferService {
            from_account,
            to_account,
            service_point: None,
            on: day("2025-01-15"),
            reason: "another tenant".into(),
        };
        let moved = town.tariff.town.act(&transfer).await;
        assert_eq!((moved.stopped, moved.started), (2, 2));
        let run = town.bill("2025-01").await;
        // 14 of 31 days of the base charge are 4.52, and 17 of 31 are 5.48: together one month.
        let rows = [
            (tenant, Stage::Final, ["Base charge $4.52", "Water use $12.00", "City tax $0.83", "Sewer $8.00"]),
            (next, Stage::First, ["Base charge $5.48", "Water use $30.00", "City tax $1.77", "Sewer $20.00"]),
        ];
        for (account, stage, lines) in rows {
            assert_lines(&town.paper(run, account).await, &lines);
            assert_eq!(town.view(run, account).await.statement.unwrap().stage, stage);
        }
        assert_eq!(town.listed().await, []);
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_stop_found_later_takes_days_back_and_gives_them_to_whoever_lived_there() {
    for engine in engines("a stop found later") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 108).await;
        town.read(&place, "2025-01-20", 106).await;
        let run = town.bill("2025-01").await;
        let number = town.tariff.town.number(account).await;
        let stop = StopService {
            account: number,
            service_point: None,
            stops_on: day("2025-01-20"),
            reason: "moved out, told late".into(),
        };
        town.tariff.town.act(&stop).await;
        let proof = billing::coverage(&mut town.tariff.town.read().await, day("2025-02-28")).await.unwrap();
        assert_eq!(proof.findings.len(), 2, "{:?}", proof.findings);
        assert!(proof.findings.iter().all(|found| found.name == "beyond_service" && found.days == 12));
        let again = town.again(run, &[account], "2025-02-10").await;
        assert_lines(&town.paper(again, account).await, &["Base charge $6.13", "Water use $18.00", "Sewer $12.00"]);
        assert_eq!(town.listed().await, []);
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_charge_rides_on_the_next_bill_with_its_tax() {
    for engine in engines("charges") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 100).await;
        let number = town.tariff.town.number(account).await;
        let charge = ChargeAccount {
            account: number,
            code: "fee-visit".into(),
            count: "2".parse().unwrap(),
            from_on: day("2025-01-20"),
            is_recurring: false,
            reason: "asked for".into(),
        };
        town.tariff.town.act(&charge).await;
        let run = town.bill("2025-01").await;
        // Nothing used: $10.00 and its tax; two visits of $55.00 and theirs.
        let lines = [
            "Base charge $10.00",
            "Water use $0.00",
            "City tax $0.50",
            "Service call $110.00",
            "City tax $5.50",
            "Total $126.00",
        ];
        assert_lines(&town.paper(run, account).await, &lines);
        town.read(&place, "2025-03-01", 100).await;
        let next = town.bill("2025-02").await;
        assert!(!town.paper(next, account).await.iter().any(|line| line.starts_with("Service call")));
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_service_without_a_meter_is_listed_as_such() {
    for engine in engines("no meter") {
        let town = Metered::new(engine).await;
        let account = town.tariff.open(&house()).await;
        town.bill("2025-01").await;
        assert_eq!(town.listed().await, [(UncoveredReason::NoMeter, 1), (UncoveredReason::Held, 1)]);
        let point = town.point(account).await;
        town.tariff.town.act(&MeasureAgain { service_points: vec![point] }).await;
        assert_eq!(MeasureAgain::KIND, "billing.measure_again");
        town.tariff.town.base.remove().await;
    }
}
