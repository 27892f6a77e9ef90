//! What `bill explain` says of each thing that can happen to a bill, each figure worked out by hand.

use billing::acts::{CorrectService, MeasureAgain, StopService};
use finance::LockPeriod;
use kernel::{AccountId, Month, RunId, Unit};
use metering::acts::{ExchangeMeter, MeterFacts, SwapMeters};
use testkit::engines;

use crate::metered::{Metered, house};
use crate::tariff::{Priced, service};
use crate::town::day;

/// What happens to a house of water and sewer: $10.00, $3.00 a kgal for the first 10 and $5.00 above, tax 5 %; $2.00 a kgal.
#[derive(Clone, Copy, Debug)]
enum Case {
    Rollover,
    Exchange,
    Estimate,
    ActualAbove,
    ActualBelow,
    Credit,
    Zero,
    FinalWithCredit,
    AgainInOpenMonth,
    AgainInLockedMonth,
    WrongRate,
    WrongMeter,
    WrongClass,
}

#[tokio::test]
async fn every_kind_of_bill_tells_why_it_is_what_it_is() {
    let settled = "Settlement of what was billed by estimate, 2025-02-01 through 2025-02-28";
    // February as January by the day: 8 kgal * 28 / 31 = 7.2258.
    let february = ["billed before: Water use $21.68", "billed before: City tax $1.58", "billed before: Sewer $14.45"];
    let takes_the_place = "This bill takes the place of bill 1-000001: it was wrong";
    #[rustfmt::skip]
    let rows: [(Case, &str, Vec<&str>); 13] = [
        // From 9,990 over 9,999 to 4: 14 kgal, 10 at $3.00 and 4 at $5.00, tax on $60.00, sewer $28.00.
        (Case::Rollover,           "$91.00",   vec!["tier 1, above 0 through 10: 10 kgal at 3.00 30.00", "tier 2, above 10: 4 kgal at 5.00 20.00"]),
        // 7 kgal on the old meter, 5 on the new one.
        (Case::Exchange,           "$76.50",   vec!["tier 2, above 10: 2 kgal at 5.00 10.00", "12 kgal at 2.00 24.00"]),
        // $10.00 + $21.68 + tax $1.58 + $14.45.
        (Case::Estimate,           "$47.71",   vec!["tier 1, above 0 through 10: 7.2258 kgal at 3.00 21.6774", "This bill stands on an estimate; the next read settles it."]),
        // 30 kgal in 59 days: 14.2373 and 15.7627. March $10.00 + $58.81 + $3.44 + $31.53; February $29.51 + $1.48 + $14.02.
        (Case::ActualAbove,        "$148.79",  [&[settled][..], &february[..]].concat()),
        // 4 kgal in 59 days: 1.8983 and 2.1017. March $10.00 + $6.31 + $0.82 + $4.20; February -$15.99 - $0.80 - $10.65.
        (Case::ActualBelow,        "-$6.11",   [&[settled][..], &february[..]].concat()),
        // 60 kgal in January, so 54.1935 by estimate; the read says 1 in 59 days: 0.4746 and 0.5254.
        // March $10.00 + $1.58 + $0.58 + $1.05; February -$249.55 - $12.48 - $107.44.
        (Case::Credit,             "-$356.26", vec![settled, "billed before: Water use $250.97", "billed before: Sewer $108.39"]),
        // Reduced water has no base charge, and nothing was used.
        (Case::Zero,               "$0.00",    vec!["0 kgal at 1.00 0.00"]),
        // 1 kgal in 38 days: 0.7368 in February, 0.2632 through March 10. $10.00 * 10 / 31 = $3.23, $0.79, tax $0.20, $0.53;
        // February $2.21 - $21.68, tax $0.61 - $1.58, sewer $1.47 - $14.45.
        (Case::FinalWithCredit,    "-$28.67",  [&["10 of 31 days are billed", settled, "This is the final bill of the account."][..], &february[..]].concat()),
        // A shop: $10.00 + 8 * $4.00, tax $2.10, sewer $16.00.
        (Case::AgainInOpenMonth,   "$60.10",   vec![takes_the_place, "class SHOP; usage 8 kgal", "Adjustments since then, and bills taken back -$51.70"]),
        (Case::AgainInLockedMonth, "$60.10",   vec![takes_the_place, "class SHOP; usage 8 kgal", "Adjustments since then, and bills taken back -$51.70"]),
        (Case::WrongRate,          "$24.00",   vec![takes_the_place, "8 kgal at 1.00 8.00"]),
        // The neighbor's 20 kgal.
        (Case::WrongMeter,         "$134.50",  vec![takes_the_place, "tier 2, above 10: 10 kgal at 5.00 50.00"]),
        (Case::WrongClass,         "$60.10",   vec![takes_the_place, "8 kgal at 4.00 32.00"]),
    ];
    for engine in engines("every kind of bill, explained") {
        for (case, total, lines) in &rows {
            let town = Metered::new(engine).await;
            let (run, account) = case.happen(&town).await;
            let view = town.view(run, account).await;
            let text = format!("{}{}", view.explained(), view.statement_in("en"));
            let told: Vec<String> =
                text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            let total = format!("Total {total}");
            for line in lines.iter().copied().chain([total.as_str()]) {
                assert!(told.iter().any(|told| told == line), "{case:?}: no line '{line}' in\n{text}");
            }
            town.tariff.town.base.remove().await;
        }
    }
}

impl Case {
    /// Makes it happen; gives the bill.
    async fn happen(self, town: &Metered) -> (RunId, AccountId) {
        match self {
            Case::Rollover => {
                let account = town.open(&house(), 4, 9_990).await;
                town.read(&town.place(account).await, "2025-02-01", 4).await;
                (town.bill("2025-01").await, account)
            }
            Case::Exchange => exchanged(town).await,
            Case::Estimate => estimated(town, 108, &[]).await,
            Case::ActualAbove => estimated(town, 108, &[("2025-04-01", 138)]).await,
            Case::ActualBelow => estimated(town, 108, &[("2025-04-01", 112)]).await,
            Case::Credit => estimated(town, 160, &[("2025-04-01", 161)]).await,
            Case::Zero => {
                let reduced = Priced { starts_on: day("2024-06-01"), ..service("kgal-water-reduced") };
                let account = town.open(&[reduced], 6, 100).await;
                town.read(&town.place(account).await, "2025-02-01", 100).await;
                (town.bill("2025-01").await, account)
            }
            Case::FinalWithCredit => estimated(town, 108, &[("2025-03-11", 109)]).await,
            Case::AgainInOpenMonth | Case::WrongClass => again(town, Wrong::Class, false).await,
            Case::AgainInLockedMonth => again(town, Wrong::Class, true).await,
            Case::WrongRate => again(town, Wrong::Rate, false).await,
            Case::WrongMeter => again(town, Wrong::Meter, false).await,
        }
    }
}

/// What was wrong with a bill that is made again.
#[derive(Clone, Copy)]
enum Wrong {
    Rate,
    Meter,
    Class,
}

async fn exchanged(town: &Metered) -> (RunId, AccountId) {
    let account = town.house(100).await;
    let service_point = town.place(account).await;
    let meter = MeterFacts {
        serial_number: "NEW-1".into(),
        unit: Unit::Kgal,
        dials: 6,
        multiplier: "1".into(),
        size: String::new(),
    };
    let exchange = ExchangeMeter {
        service_point: service_point.clone(),
        exchanged_on: day("2025-01-15"),
        removal_count: Some(107),
        meter,
        install_count: 0,
        is_right: None,
    };
    town.tariff.town.act(&exchange).await;
    town.read(&service_point, "2025-01-31", 5).await;
    (town.bill("2025-01").await, account)
}

/// January is read, February is not; then comes a read. One before the end of March is the last: the customer goes.
async fn estimated(town: &Metered, january: i64, later: &[(&str, i64)]) -> (RunId, AccountId) {
    let account = town.house(100).await;
    let place = town.place(account).await;
    town.read(&place, "2025-02-01", january).await;
    town.bill("2025-01").await;
    let mut run = town.bill("2025-02").await;
    for (on, count) in later {
        town.read(&place, on, *count).await;
        if day(on) < day("2025-03-29") {
            let stop = StopService {
                account: town.tariff.town.number(account).await,
                service_point: None,
                stops_on: day(on),
                reason: "moves away".into(),
            };
            town.tariff.town.act(&stop).await;
        }
        run = town.bill("2025-03").await;
    }
    (run, account)
}

/// January's bill of 8 kgal, $51.70, is made again on March 10 once it is known what was wrong.
async fn again(town: &Metered, wrong: Wrong, is_locked: bool) -> (RunId, AccountId) {
    let (account, neighbor) = (town.house(100).await, town.house(500).await);
    let (place, other) = (town.place(account).await, town.place(neighbor).await);
    town.read(&place, "2025-02-01", 108).await;
    town.read(&other, "2025-02-01", 520).await;
    let run = town.bill("2025-01").await;
    if is_locked {
        town.tariff.town.act(&LockPeriod { month: Month::parse("2025-02").unwrap() }).await;
    }
    let correct = async |class: &str, schedule: &str| {
        let correct = CorrectService {
            account: town.tariff.town.number(account).await,
            service_point: place.clone(),
            service: "water".into(),
            on: day("2025-01-15"),
            class: class.into(),
            dimensions: [].into(),
            schedule: schedule.into(),
            reason: "found on site".into(),
        };
        town.tariff.town.act(&correct).await;
    };
    match wrong {
        Wrong::Rate => correct("HOUSE", "kgal-water-reduced").await,
        Wrong::Class => correct("SHOP", "kgal-water").await,
        Wrong::Meter => {
            let (point_a, point_b) = (place.clone(), other.clone());
            let swap = SwapMeters { point_a, point_b, from_on: day("2025-01-01"), reason: "seen on site".into() };
            let service_points = town.tariff.town.act(&swap).await;
            town.tariff.town.act(&MeasureAgain { service_points }).await;
        }
    }
    (town.again(run, &[account], "2025-03-10").await, account)
}
