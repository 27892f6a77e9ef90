//! Moving in and out within a period, and periods that are longer or shorter than usual.

use kernel::{Period, Unit};
use testkit::engines;

use crate::tariff::{Priced, Tariff, Used, service, used};
use crate::town::day;

/// Base 30.00; 5 ccf are included; the next 15 cost 1.00, what is above 2.00.
fn rates(schedule: &str, keys: &str, tier_keys: &str) -> String {
    format!(
        r#"
schedule = "{schedule}"
service = "water"
title = {{ en = "Water" }}

[[version]]
effective_on = 2026-01-01
ordinance = "Resolution 7"
basis = "bill_date"
normal_days = {{ full = 30, at_least = 25, at_most = 35 }}
classes = ["HOUSE"]

[[version.charge]]
name = "base"
title = {{ en = "Base" }}
revenue = "water.base"
rounding = "half_away_from_zero"
{keys}

[[version.charge.case]]
fixed = 30.00

[[version.charge]]
name = "consumption"
title = {{ en = "Use" }}
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"
{tier_keys}

[[version.charge.case]]
included = 6
tiers = [{{ through = 15, price = 1.00 }}, {{ price = 2.00 }}]
"#
    )
}

const PRORATED: &str = "prorate = [\"first\", \"final\", \"long\", \"short\"]";
const TIERS: &str = "prorate_tiers = [\"first\", \"final\", \"long\", \"short\"]";

#[tokio::test]
async fn who_moves_within_a_period_pays_for_the_days() {
    let texts = [rates("by-days", PRORATED, TIERS), rates("whole", "", ""), rates("base-only", PRORATED, "")];
    #[rustfmt::skip]
    let rows = [
        // schedule     from          stops         used  lines and total
        // Whole: 24 - 6 = 18; 15 at 1.00, 3 at 2.00.
        ("by-days",   "2026-01-01", None,               "24", "Base 30.00 + Use 21.00 = 51.00"),
        // 20 of 30 days: 4 included, 10 at 1.00, 10 at 2.00.
        ("by-days",   "2026-06-11", None,               "24", "Base 20.00 + Use 30.00 = 50.00"),
        // 10 of 30 days: 2 included, 5 at 1.00, 5 at 2.00.
        ("by-days",   "2026-01-01", Some("2026-06-11"), "12", "Base 10.00 + Use 15.00 = 25.00"),
        // In and out: 10 of 30 days.
        ("by-days",   "2026-06-11", Some("2026-06-21"), "12", "Base 10.00 + Use 15.00 = 25.00"),
        // A month from its first day is whole.
        ("by-days",   "2026-06-01", None,               "24", "Base 30.00 + Use 21.00 = 51.00"),
        ("whole",     "2026-06-11", None,               "24", "Base 30.00 + Use 21.00 = 51.00"),
        ("base-only", "2026-06-11", None,               "24", "Base 20.00 + Use 21.00 = 41.00"),
    ];
    for engine in engines("who moves within a period") {
        let tariff = Tariff::new(engine, &[&texts[0], &texts[1], &texts[2]]).await;
        let mut accounts = Vec::new();
        for (schedule, from, stops, amount, _) in rows {
            let stops_on = stops.map(day);
            let account = tariff.open(&[Priced { starts_on: day(from), stops_on, ..service(schedule) }]).await;
            tariff.meter(account, &[used("2026-06", amount, Unit::Ccf)]).await;
            accounts.push(account);
        }
        let run = tariff.bill_month("2026-06").await;
        for ((schedule, from, stops, _, expected), account) in rows.into_iter().zip(&accounts) {
            assert_eq!(tariff.sum(run, *account).await, expected, "{schedule} from {from} to {stops:?}");
        }
        let lines = [
            "20 of 30 days are billed",
            "tier widths and included use are multiplied by 2/3",
            "4 included, 20 left",
            "tier 1, above 0 through 10: 10 ccf at 1.00 10.00",
            "tier 2, above 10: 10 ccf at 2.00 20.00",
        ];
        tariff.assert_explained(run, accounts[1], &lines).await;
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn long_and_short_periods_are_billed_by_the_normal_days() {
    let texts = [rates("by-days", PRORATED, TIERS), rates("whole", "", "")];
    #[rustfmt::skip]
    let rows = [
        // from          to            by days                              whole
        // 45 days are 45/30: 9 included, 22.5 at 1.00, 7.5 at 2.00.
        ("2026-06-01", "2026-07-16", "Base 45.00 + Use 37.50 = 82.50",     "Base 30.00 + Use 51.00 = 81.00"),
        // 15 days are 15/30: 3 included, 7.5 at 1.00, 28.5 at 2.00.
        ("2026-07-16", "2026-07-31", "Base 15.00 + Use 64.50 = 79.50",     "Base 30.00 + Use 51.00 = 81.00"),
        // 31 days are as good as 30.
        ("2026-07-31", "2026-08-31", "Base 30.00 + Use 51.00 = 81.00",     "Base 30.00 + Use 51.00 = 81.00"),
    ];
    for engine in engines("long and short periods") {
        let tariff = Tariff::new(engine, &[&texts[0], &texts[1]]).await;
        let (by_days, whole) = (tariff.open(&[service("by-days")]).await, tariff.open(&[service("whole")]).await);
        for (from, to, prorated, not_prorated) in rows {
            let (from_on, to_on) = (day(from), day(to));
            let used = Used { from_on, to_on, ..used("2026-06", "39", Unit::Ccf) };
            tariff.meter(by_days, std::slice::from_ref(&used)).await;
            tariff.meter(whole, &[used]).await;
            let run = tariff.bill(Period::new(from_on, to_on).unwrap(), to).await;
            assert_eq!(tariff.sum(run, by_days).await, prorated, "{from}");
            assert_eq!(tariff.sum(run, whole).await, not_prorated, "{from}");
        }
        tariff.town.base.remove().await;
    }
}
