//! Rates that change within the period billed, under each basis.

use kernel::Unit;
use testkit::engines;

use crate::tariff::{Priced, Tariff, month_of, service, used};
use crate::town::day;

/// From January 30.00 and 1.00 a unit, from June 21 60.00 and 2.00. Of June's 30 days, 20 are before.
fn rates(schedule: &str, basis: &str, keys: &str) -> String {
    let version = |effective_on: &str, base: &str, price: &str| {
        format!(
            r#"
[[version]]
effective_on = {effective_on}
ordinance = "Resolution of {effective_on}"
basis = "{basis}"
classes = ["HOUSE"]

[[version.charge]]
name = "base"
title = {{ en = "Base" }}
revenue = "water.base"
rounding = "half_away_from_zero"
{keys}
[[version.charge.case]]
fixed = {base}

[[version.charge]]
name = "consumption"
title = {{ en = "Use" }}
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = {price}
"#
        )
    };
    format!(
        "schedule = \"{schedule}\"\nservice = \"water\"\ntitle = {{ en = \"Water\" }}\n{}{}",
        version("2026-01-01", "30.00", "1.00"),
        version("2026-06-21", "60.00", "2.00")
    )
}

#[tokio::test]
async fn the_basis_decides_which_rates_a_bill_has() {
    let mid_period = "prorate = [\"mid_period\"]";
    let texts = [
        rates("by-bill", "bill_date", ""),
        rates("by-start", "service_start", ""),
        rates("by-end", "service_end", ""),
        rates("by-days", "prorated_by_days", mid_period),
        rates("by-days-whole", "prorated_by_days", ""),
        rates("by-days-first", "prorated_by_days", "prorate = [\"first\", \"mid_period\"]"),
    ];
    // The basis of the version before does not matter where the later one is prorated by days.
    let mixed = rates("mixed", "prorated_by_days", "").replacen("prorated_by_days", "bill_date", 1);
    let texts: Vec<&str> = texts.iter().chain([&mixed]).map(String::as_str).collect();
    // 30 ccf in June, billed on June 30; the new rates hold from June 21.
    #[rustfmt::skip]
    let rows = [
        // schedule         since         lines and total
        ("by-bill",       "2026-01-01", "Base 60.00 + Use 60.00 = 120.00"),
        ("by-start",      "2026-01-01", "Base 30.00 + Use 30.00 = 60.00"),
        ("by-end",        "2026-01-01", "Base 60.00 + Use 60.00 = 120.00"),
        // 20 days: 30 x 20/30, 20 ccf at 1.00; 10 days: 60 x 10/30, 10 ccf at 2.00.
        ("by-days",       "2026-01-01", "Base 20.00 + Use 20.00 + Base 20.00 + Use 20.00 = 80.00"),
        // The base does not divide: it is billed whole, with the last part.
        ("by-days-whole", "2026-01-01", "Base 0.00 + Use 20.00 + Base 60.00 + Use 20.00 = 100.00"),
        ("mixed",         "2026-01-01", "Base 0.00 + Use 20.00 + Base 60.00 + Use 20.00 = 100.00"),
        // Moved in on June 11: 20 of 30 days, 10 of them before. 30 x 20/30 x 10/20; 15 ccf on each side.
        ("by-days-first", "2026-06-11", "Base 10.00 + Use 15.00 + Base 20.00 + Use 30.00 = 75.00"),
        // Moved in on June 21: only the new rates.
        ("by-days-first", "2026-06-21", "Base 20.00 + Use 60.00 = 80.00"),
    ];
    for engine in engines("the basis decides") {
        let tariff = Tariff::new(engine, &texts).await;
        let mut accounts = Vec::new();
        for (schedule, since, _) in rows {
            let account = tariff.open(&[Priced { starts_on: day(since), ..service(schedule) }]).await;
            tariff.meter(account, &[used("2026-06", "30", Unit::Ccf)]).await;
            accounts.push(account);
        }
        let run = tariff.bill_month("2026-06").await;
        for ((schedule, since, expected), account) in rows.into_iter().zip(&accounts) {
            assert_eq!(tariff.sum(run, *account).await, expected, "{schedule} since {since}");
        }
        let lines = [
            "by the rates in force from 2026-01-01, 2026-06-01 through 2026-06-20:",
            "by the rates in force from 2026-06-21, 2026-06-21 through 2026-06-30:",
            "Resolution of 2026-01-01, in force from 2026-01-01",
            "20 of the 30 days billed fall under these rates",
            "20 ccf at 1.00 20.00",
            "10 of the 30 days billed fall under these rates",
            "10 ccf at 2.00 20.00",
            "Total $80.00",
        ];
        tariff.assert_explained(run, accounts[3], &lines).await;
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_dated_before_the_change_has_the_old_rates_whatever_the_day_of_service() {
    let texts = [rates("by-bill", "bill_date", ""), rates("by-end", "service_end", "")];
    for engine in engines("a bill dated before the change") {
        let tariff = Tariff::new(engine, &[&texts[0], &texts[1]]).await;
        let (by_bill, by_end) = (tariff.open(&[service("by-bill")]).await, tariff.open(&[service("by-end")]).await);
        for account in [by_bill, by_end] {
            tariff.meter(account, &[used("2026-05", "30", Unit::Ccf)]).await;
        }
        // Service of May, billed late: after the change of June 21.
        let run = tariff.bill(month_of("2026-05"), "2026-06-25").await;
        assert_eq!(tariff.sum(run, by_bill).await, "Base 60.00 + Use 60.00 = 120.00");
        assert_eq!(tariff.sum(run, by_end).await, "Base 30.00 + Use 30.00 = 60.00");
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn days_before_any_rates_leave_the_bill_without_a_price() {
    let text = rates("by-days", "prorated_by_days", "").replace("2026-01-01", "2026-06-11");
    for engine in engines("days before any rates") {
        let tariff = Tariff::new(engine, &[&text]).await;
        let account = tariff.open(&[service("by-days")]).await;
        tariff.meter(account, &[used("2026-06", "30", Unit::Ccf)]).await;
        let run = tariff.signed(month_of("2026-06"), "2026-06-30").await;
        let counts = billing::exception_counts(&mut tariff.town.read().await, run).await.unwrap();
        assert_eq!(counts.get(&(billing::ExceptionCode::NoSchedule, "held")), Some(&1));
        tariff.town.base.remove().await;
    }
}
