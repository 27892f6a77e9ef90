//! What every register keeps, and the tax report and ages beside it.

use billing::BillCount;
use finance::LockPeriod;
use kernel::{Cents, Month};
use testkit::engines;

use super::{Street, assert_reconciled};
use crate::town::day;

#[tokio::test]
async fn every_bill_counts_once_and_held_bills_are_in_no_sum() {
    for engine in engines("counts of a register") {
        let street = Street::new(engine).await;
        let run = street.tried("2021-06").await;
        let before = street.register(run).await;
        assert_reconciled(&before);
        let of = |kind| before.counts.of(kind);
        let counts = BillCount::ALL.map(of);
        // Held, credit, zero, final, first, estimated, regular.
        assert_eq!(counts, [1, 0, 0, 1, 1, 1, 2]);
        street.hold(run, street.both).await;
        let after = street.register(run).await;
        assert_reconciled(&after);
        assert_eq!((after.counts.of(BillCount::Held), after.counts.of(BillCount::Regular)), (2, 1));
        // 12.00, 20.40, 1.81, 0.94 and 21.80 for trash.
        assert_eq!(before.total - after.total, Cents(56_95));
        assert!(after.charges.iter().all(|line| line.service != "trash"), "no trash is left");
        assert!(after.receivables.iter().all(|line| line.service != "trash" || line.sum.billed.is_zero()));
        street.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_meters_registered_stands_beside_what_is_billed() {
    for engine in engines("registered consumption") {
        let street = Street::new(engine).await;
        let run = street.tried("2021-06").await;
        let lines = async || {
            let line =
                |line: &billing::UsedLine| (line.class.clone(), line.registered.to_string(), line.billed.to_string());
            street.register(run).await.consumption.iter().map(line).collect::<Vec<_>>()
        };
        let line =
            |class: &str, registered: &str, billed: &str| (class.to_owned(), registered.to_owned(), billed.to_owned());
        // Of 17 kgal 8 are an estimate, for which no meter was read; the figures that came in count as registered.
        assert_eq!(lines().await, [line("HOUSE", "9", "17"), line("SHOP", "120.5", "120.5")]);
        // The meter, read after all, has counted 7.5 of the 8.
        let sql = "update consumption set registered_steps = 75000 where is_estimated";
        assert_eq!(street.tariff.town.tamper(sql, vec![]).await, 1);
        assert_eq!(lines().await, [line("HOUSE", "16.5", "17"), line("SHOP", "120.5", "120.5")]);
        street.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn the_tax_report_says_of_the_bills_what_the_books_say() {
    for engine in engines("the tax report") {
        let street = Street::new(engine).await;
        let town = &street.tariff.town;
        street.posted("2021-05").await;
        let run = street.posted("2021-06").await;
        let report = async |from: &str, through: &str| {
            let report = billing::tax_report(&mut town.read().await, day(from), day(through)).await.unwrap();
            let lines: Vec<String> = report
                .taxes
                .iter()
                .map(|line| {
                    let sum = line.sum;
                    let (fund, code) = (&line.fund, &line.code);
                    format!("{code} {fund} {} {} {} {}", sum.bills, sum.taxable, sum.exempt, sum.tax)
                })
                .collect();
            (lines, report.is_agreed())
        };
        let june =
            ["004 510 5 527.50 0.00 15.31", "U1 510 5 105.80 421.70 5.92", "municipal_water 510 5 0.00 0.00 0.89"];
        let june = june.map(str::to_owned).to_vec();
        assert_eq!(report("2021-06-01", "2021-06-30").await, (june, true));
        // What is cancelled in a locked month is taken back in the next open one.
        town.act(&LockPeriod { month: Month::parse("2021-06").unwrap() }).await;
        town.cancel(run).await;
        let back = ["004 510 -5 -527.50 0.00 -15.31", "U1 510 -5 -105.80 -421.70 -5.92"];
        let (july, is_agreed) = report("2021-07-01", "2021-07-31").await;
        assert_eq!((&july[..2], is_agreed), (&back.map(str::to_owned)[..], true));
        let (both, is_agreed) = report("2021-06-01", "2021-07-31").await;
        assert_eq!((both, is_agreed), (vec![], true));
        let (may, is_agreed) = report("2021-01-01", "2021-12-31").await;
        // May: 29.00, 46.00, 22.20 and 25.60 taxed by both, the shop's 352.00 by the city only.
        assert_eq!(may[0], "004 510 5 474.80 0.00 13.76");
        assert_eq!((may[1].as_str(), is_agreed), ("U1 510 5 122.80 352.00 6.87", true));
        let sql = "update posting set cents = cents + 1 where line_no = 3 and account_id = $1";
        assert!(0 < town.tamper(sql, vec![street.both.into()]).await);
        assert!(!report("2021-05-01", "2021-05-31").await.1, "a changed posting went unnoticed");
        street.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_is_owed_is_as_old_as_its_bill_has_been_due() {
    for engine in engines("receivables by age") {
        let street = Street::new(engine).await;
        let town = &street.tariff.town;
        street.posted("2021-05").await;
        let run = street.posted("2021-06").await;
        let ages = async |as_of: &str| {
            let aging = billing::receivables_by_age(&mut town.read().await, day(as_of)).await.unwrap();
            let line =
                |line: &billing::AgedLine| (line.service.clone(), line.by_age.map(|cents| cents.0), line.credits.0);
            aging.lines.iter().map(line).collect::<Vec<_>>()
        };
        // May: 21.80, and 495.43 for water; June: 21.80, and 548.73. Due on June 21 and July 21.
        let line = |service: &str, by_age| (service.to_owned(), by_age, 0);
        #[rustfmt::skip]
        let rows = [
            ("2021-05-31", [49_543, 0, 0, 0, 0],      [21_80, 0, 0, 0, 0]),
            ("2021-06-21", [49_543, 0, 0, 0, 0],      [21_80, 0, 0, 0, 0]),
            ("2021-06-22", [0, 49_543, 0, 0, 0],      [0, 21_80, 0, 0, 0]),
            ("2021-07-20", [54_873, 49_543, 0, 0, 0], [21_80, 21_80, 0, 0, 0]),
            ("2021-07-22", [0, 54_873, 49_543, 0, 0], [0, 21_80, 21_80, 0, 0]),
            ("2021-12-31", [0, 0, 0, 0, 104_416],     [0, 0, 0, 0, 43_60]),
        ];
        for (as_of, water, trash) in rows {
            assert_eq!(ages(as_of).await, [line("trash", trash), line("water", water)], "{as_of}");
        }
        town.cancel(run).await;
        assert_eq!(ages("2021-07-22").await, [line("trash", [0, 0, 21_80, 0, 0]), line("water", [0, 0, 49_543, 0, 0])]);
        assert_eq!(ages("2021-05-30").await, []);
        street.tariff.town.base.remove().await;
    }
}
