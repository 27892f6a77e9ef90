//! Declining blocks, budgets, credits, units, seasons: shapes of rates that need more than use and price.

use billing::BillKind;
use kernel::{AccountId, Cents, Unit};
use testkit::engines;

use crate::tariff::{Priced, Tariff, service, used};

const HEAD: &str = r#"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2026-01-01
ordinance = "Resolution 7"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]
"#;

const USE: &str = r#"
[[version.charge]]
name = "consumption"
title = { en = "Use" }
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"
"#;

fn rates(schedule: &str, middle: &str, cases: &str) -> String {
    format!("schedule = \"{schedule}\"\n{HEAD}\n{middle}\n{USE}\n{cases}")
}

/// The first 10 at 3.00, the next 20 at 2.00, the rest at 1.00.
#[tokio::test]
async fn blocks_may_become_cheaper() {
    let case = "
        [[version.charge.case]]
        tiers = [{ through = 10, price = 3.00 }, { through = 30, price = 2.00 }, { price = 1.00 }]";
    let text = rates("declining", "", case);
    let rows = [("0", "0.00"), ("10", "30.00"), ("10.5", "31.00"), ("30", "70.00"), ("40", "80.00")];
    for engine in engines("blocks may become cheaper") {
        let tariff = Tariff::new(engine, &[&text]).await;
        let mut accounts = Vec::new();
        for (amount, _) in rows {
            let account = tariff.open(&[service("declining")]).await;
            tariff.meter(account, &[used("2026-06", amount, Unit::Ccf)]).await;
            accounts.push(account);
        }
        let run = tariff.bill_month("2026-06").await;
        for ((amount, expected), account) in rows.into_iter().zip(&accounts) {
            assert_eq!(tariff.sum(run, *account).await, format!("Use {expected} = {expected}"), "{amount}");
        }
        let lines = ["tier 3, above 30: 10 ccf at 1.00 10.00", "80.00 rounded, half a cent away from zero 80.00"];
        tariff.assert_explained(run, accounts[4], &lines).await;
        tariff.town.base.remove().await;
    }
}

/// Within the budget 1.00, up to 120 % of it 2.00, beyond 4.00. The budget is 2 for each person and the allocation.
#[tokio::test]
async fn a_budget_at_nothing_at_just_all_of_it_and_beyond() {
    let middle = r#"
[[version.quantity]]
name = "persons"
unit = "persons"
default = 0

[[version.quantity]]
name = "allocation"
unit = "ccf"

[[version.value]]
name = "budget"
is = "persons * 2 + allocation"
"#;
    let case = r#"
[[version.charge.case]]
tiers = [{ through = "budget", price = 1.00 }, { through = "budget * 1.2", price = 2.00 }, { price = 4.00 }]"#;
    let text = rates("budget", middle, case);
    #[rustfmt::skip]
    let rows = [
        // persons allocation used  total
        ("0", "0",  "0",    "Use 0.00 = 0.00"),
        ("0", "0",  "5",    "Use 20.00 = 20.00"),
        ("3", "4",  "9.5",  "Use 9.50 = 9.50"),
        ("3", "4",  "10",   "Use 10.00 = 10.00"),
        ("3", "4",  "12",   "Use 14.00 = 14.00"),
        ("3", "4",  "13",   "Use 18.00 = 18.00"),
        ("0", "10", "13",   "Use 18.00 = 18.00"),
    ];
    for engine in engines("a budget") {
        let tariff = Tariff::new(engine, &[&text]).await;
        let mut accounts = Vec::new();
        for (persons, allocation, amount, _) in rows {
            let account = tariff.open(&[service("budget")]).await;
            tariff.set(account, ("budget", "persons"), persons, "2026-01-01").await;
            tariff.set(account, ("budget", "allocation"), allocation, "2026-01-01").await;
            tariff.meter(account, &[used("2026-06", amount, Unit::Ccf)]).await;
            accounts.push(account);
        }
        let without = tariff.open(&[service("budget")]).await;
        tariff.meter(without, &[used("2026-06", "5", Unit::Ccf)]).await;
        let run = tariff.prepared(crate::tariff::month_of("2026-06"), "2026-06-30").await;
        tariff.town.tried(run).await;
        let queue = billing::queue(&mut tariff.town.read().await, run, AccountId(0), 50).await.unwrap();
        let found: Vec<_> = queue.iter().filter(|queued| queued.account == without).collect();
        assert_eq!(found[0].code, billing::ExceptionCode::NotPriceable, "no allocation is known");
        tariff.town.hold(run, without).await.unwrap();
        tariff.town.sign(run).await.unwrap();
        assert_eq!(tariff.town.post(run).await.refusals, [""; 0]);
        for ((persons, allocation, amount, expected), account) in rows.into_iter().zip(&accounts) {
            let words = format!("{persons} persons, {allocation} allocated, {amount} used");
            assert_eq!(tariff.sum(run, *account).await, expected, "{words}");
        }
        let lines = [
            "budget = persons * 2 + allocation = 10",
            "tier 1, above 0 through 10: 10 ccf at 1.00 10.00",
            "tier 2, above 10 through 12: 2 ccf at 2.00 4.00",
            "tier 3, above 12: 1 ccf at 4.00 4.00",
        ];
        tariff.assert_explained(run, accounts[5], &lines).await;
        tariff.town.base.remove().await;
    }
}

/// 4 ccf at 1.00, and a discount of 10.00: the customer is owed 6.00.
#[tokio::test]
async fn a_credit_may_be_larger_than_the_bill() {
    let credit = r#"
[[version.charge]]
name = "discount"
title = { en = "Discount" }
revenue = "water.surcharge"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "HOUSE"
fixed = -10.00

[[version.charge]]
name = "floored"
title = { en = "Floored discount" }
revenue = "water.surcharge"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "SHOP"
fixed = "max(-10, 0 - consumption)"
"#;
    let text = rates("credit", credit, "[[version.charge.case]]\nper_unit = 1.00");
    for engine in engines("a credit larger than the bill") {
        let tariff = Tariff::new(engine, &[&text]).await;
        let house = tariff.open(&[service("credit")]).await;
        let shop = tariff.open(&[Priced { class: "SHOP", ..service("credit") }]).await;
        for account in [house, shop] {
            tariff.meter(account, &[used("2026-06", "4", Unit::Ccf)]).await;
        }
        let run = tariff.bill_month("2026-06").await;
        assert_eq!(tariff.sum(run, house).await, "Discount -10.00 + Use 4.00 = -6.00");
        assert_eq!(tariff.sum(run, shop).await, "Floored discount -4.00 + Use 4.00 = 0.00");
        let expected = [
            ("510".to_owned(), "4100".to_owned(), "1200".to_owned(), Cents(10_00)),
            ("510".to_owned(), "1200".to_owned(), "4100".to_owned(), Cents(4_00)),
        ];
        assert_eq!(tariff.postings(run, house).await, expected);
        let kinds: Vec<BillKind> = tariff.town.bills().await.iter().map(|bill| BillKind::of(bill.total)).collect();
        assert_eq!(kinds, [BillKind::Credit, BillKind::Zero]);
        let balances = finance::balances_between(&mut tariff.town.read().await, house, shop).await.unwrap();
        assert_eq!(balances.get(&house), Some(&Cents(-6_00)));
        tariff.town.base.remove().await;
    }
}

/// Winter 1.00, summer 2.00 from May through October, by the date of the bill.
#[tokio::test]
async fn the_month_of_the_bill_decides_the_season() {
    let dimensions = r#"
[version.dimensions]
season = { summer = [5, 6, 7, 8, 9, 10], winter = [11, 12, 1, 2, 3, 4] }
"#;
    let cases = r#"
[[version.charge.case]]
when = { season = "summer" }
per_unit = 2.00

[[version.charge.case]]
when = { season = "winter" }
per_unit = 1.00
"#;
    let text = rates("season", dimensions, cases);
    let by_start = text.replace("\"season\"\n", "\"season-start\"\n").replace("bill_date", "service_start");
    let months = ["2026-04", "2026-05", "2026-10", "2026-11"];
    for engine in engines("the season") {
        let tariff = Tariff::new(engine, &[&text, &by_start]).await;
        let (bill, start) = (tariff.open(&[service("season")]).await, tariff.open(&[service("season-start")]).await);
        for month in months {
            for account in [bill, start] {
                tariff.meter(account, &[used(month, "10", Unit::Ccf)]).await;
            }
        }
        #[rustfmt::skip]
        let rows = [
            // service    billed        by bill date  by first day
            ("2026-04", "2026-04-30", "10.00",      "10.00"),
            ("2026-05", "2026-05-31", "20.00",      "20.00"),
            ("2026-10", "2026-11-03", "10.00",      "20.00"),
            ("2026-11", "2026-11-30", "10.00",      "10.00"),
        ];
        for (month, bill_on, by_bill, by_start) in rows {
            let run = tariff.bill(crate::tariff::month_of(month), bill_on).await;
            assert_eq!(tariff.view(run, bill).await.bill.total.to_string(), by_bill, "{month}");
            assert_eq!(tariff.view(run, start).await.bill.total.to_string(), by_start, "{month}");
        }
        tariff.town.base.remove().await;
    }
}

/// Stormwater by equivalent residential units, sewer by dwelling units: nothing is read for either.
#[tokio::test]
async fn units_of_an_account_are_billed_without_a_read() {
    let text = |schedule: &str, revenue: &str, name: &str, fixed: &str| {
        format!(
            r#"
schedule = "{schedule}"
service = "sewer"
title = {{ en = "By unit" }}

[[version]]
effective_on = 2026-01-01
ordinance = "Resolution 7"
basis = "bill_date"
classes = ["HOUSE"]

[[version.quantity]]
name = "{name}"
unit = "{name}"
default = 1

[[version.charge]]
name = "units"
title = {{ en = "Units" }}
revenue = "{revenue}"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = "{fixed}"
"#
        )
    };
    let storm = text("storm", "stormwater.unit", "eru", "2.00 * eru");
    let sewer = text("dwellings", "sewer.base", "dwelling_units", "3.10 * dwelling_units");
    for engine in engines("units of an account") {
        let tariff = Tariff::new(engine, &[&storm, &sewer]).await;
        let cycle = |schedule| Priced { cycle: "READ", ..service(schedule) };
        let account = tariff.open(&[service("storm"), service("dwellings")]).await;
        tariff.set(account, ("storm", "eru"), "2.5", "2026-06-01").await;
        tariff.set(account, ("dwellings", "dwelling_units"), "4", "2026-06-15").await;
        let unread = tariff.open(&[cycle("storm")]).await;
        #[rustfmt::skip]
        let rows = [
            ("2026-05", "Units 2.00 + Units 3.10 = 5.10"),
            ("2026-06", "Units 5.00 + Units 12.40 = 17.40"),
        ];
        for (month, expected) in rows {
            let run = tariff.bill_month(month).await;
            assert_eq!(tariff.sum(run, account).await, expected, "{month}");
        }
        // What is not measured is due in every period, also in a cycle that bills what is read.
        let run = tariff.town.signed("READ").await;
        assert_eq!(tariff.town.post(run).await.refusals, [""; 0]);
        assert_eq!(tariff.sum(run, unread).await, "Units 2.00 = 2.00");
        let month = kernel::Month::parse("2026-06").unwrap();
        let proof = billing::month_completeness(&mut tariff.town.read().await, month).await.unwrap();
        assert_eq!((proof.billed, proof.is_complete()), (3, true), "{proof:?}");
        tariff.town.base.remove().await;
    }
}
