//! Winter averages: by use, for new accounts, with vacant and estimated months, after appeal and anew.

use billing::acts::{SetQuantity, SetWinterAverages};
use kernel::Unit;
use testkit::engines;

use crate::tariff::{Tariff, Used, month_of, service, used};

/// Phoenix: average of January, February and March; 80 % return to the sewer, at 2.3056, and 1.22 a month.
const SEWER: &str = r#"
schedule = "winter-sewer"
service = "sewer"
title = { en = "Sewer" }

[[version]]
effective_on = 2010-01-01
ordinance = "City Code 28"
basis = "bill_date"
classes = ["HOUSE"]

[[version.quantity]]
name = "winter_use"
unit = "ccf"
default = 6
winter_average = { months = [1, 2, 3], by = "read_date", periods_at_least = 2, estimated = "skip", vacant = "skip", cap = 20, bills_from_month = 7 }

[[version.charge]]
name = "environment"
title = { en = "Environment" }
revenue = "sewer.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 1.22

[[version.charge]]
name = "use"
title = { en = "Sewer use" }
revenue = "sewer.consumption"
measured_by = "winter_use"
unit = "ccf"
return_factor = 0.8
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 2.3056
"#;

/// How a month was read.
#[derive(Clone, Copy, PartialEq)]
enum Read {
    Meter,
    Estimate,
    Vacant,
}

/// What a row is about, the months from January on, and what July's bill comes to.
type Row<'a> = (&'a str, &'a [(&'static str, Read)], &'a str);

fn winter(year: &str, months: &[(&'static str, Read)]) -> Vec<Used> {
    let month = |(number, (amount, read)): (usize, &(&'static str, Read))| Used {
        is_estimated: *read == Read::Estimate,
        is_vacant: *read == Read::Vacant,
        ..used(&format!("{year}-{:02}", number + 1), amount, Unit::Ccf)
    };
    months.iter().enumerate().map(month).collect()
}

#[tokio::test]
async fn sewer_is_charged_by_the_winter_from_july_on() {
    use Read::{Estimate, Meter, Vacant};
    #[rustfmt::skip]
    let rows: [Row<'_>; 7] = [
        // 9 x 0.8 x 2.3056 = 16.60032
        ("by use",       &[("10", Meter), ("8", Meter), ("9", Meter)],        "Environment 1.22 + Sewer use 16.60 = 17.82"),
        // 6 x 0.8 x 2.3056 = 11.06688
        ("new account",  &[],                                                 "Environment 1.22 + Sewer use 11.07 = 12.29"),
        ("vacant",       &[("10", Meter), ("0", Vacant), ("8", Meter)],       "Environment 1.22 + Sewer use 16.60 = 17.82"),
        ("estimate",     &[("10", Meter), ("30", Estimate), ("8", Meter)],    "Environment 1.22 + Sewer use 16.60 = 17.82"),
        ("too few",      &[("10", Meter), ("0", Vacant), ("9", Estimate)],    "Environment 1.22 + Sewer use 11.07 = 12.29"),
        // 20 x 0.8 x 2.3056 = 36.8896
        ("cap",          &[("40", Meter), ("50", Meter), ("60", Meter)],      "Environment 1.22 + Sewer use 36.89 = 38.11"),
        // 25/3 = 8.333333: x 0.8 x 2.3056 = 15.37066...
        ("thirds",       &[("8", Meter), ("8", Meter), ("9", Meter)],         "Environment 1.22 + Sewer use 15.37 = 16.59"),
    ];
    for engine in engines("sewer by the winter") {
        let tariff = Tariff::new(engine, &[SEWER]).await;
        let mut accounts = Vec::new();
        for (_, months, _) in rows {
            let account = tariff.open(&[service("winter-sewer")]).await;
            tariff.meter(account, &winter("2010", months)).await;
            tariff.meter(account, &[used("2009-12", "99", Unit::Ccf), used("2010-04", "99", Unit::Ccf)]).await;
            accounts.push(account);
        }
        tariff.averages("winter-sewer", 2010).await;
        let before = tariff.bill_month("2010-06").await;
        let after = tariff.bill_month("2010-07").await;
        for ((words, _, expected), account) in rows.into_iter().zip(&accounts) {
            assert_eq!(tariff.sum(before, *account).await, "Environment 1.22 + Sewer use 11.07 = 12.29", "{words}");
            assert_eq!(tariff.sum(after, *account).await, expected, "{words}");
        }
        let lines = [
            "winter use 9, from 2010-07-01: winter average 9: mean of the periods that count; 2010-01-31 10 counts; \
             2010-02-28 0 left out, vacant; 2010-03-31 8 counts",
            "measured by winter use: 9",
            "of it 0.8 returns to the sewer: 7.2",
            "7.2 ccf at 2.3056 16.60032",
        ];
        tariff.assert_explained(after, accounts[2], &lines).await;
        let lines = ["winter use 6, from 2010-07-01: winter average 6: too few periods count, so the default"];
        tariff.assert_explained(after, accounts[1], &lines).await;
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_appeal_stays_until_the_next_year() {
    let three = [("10", Read::Meter), ("8", Read::Meter), ("9", Read::Meter)];
    for engine in engines("an appeal stays") {
        let tariff = Tariff::new(engine, &[SEWER]).await;
        let mut accounts = Vec::new();
        for _ in 0..3 {
            let account = tariff.open(&[service("winter-sewer")]).await;
            tariff.meter(account, &winter("2010", &three)).await;
            tariff.meter(account, &winter("2011", &three)).await;
            accounts.push(account);
        }
        let [at_once, later, corrected] = accounts[..] else { panic!("three accounts") };
        tariff.averages("winter-sewer", 2010).await;
        for (account, from_on) in [(at_once, "2010-07-01"), (later, "2010-09-01")] {
            let appeal = tariff.quantity(account, ("winter-sewer", "winter_use"), "5", from_on).await;
            let reason = "a leak was repaired".to_owned();
            tariff.town.act(&SetQuantity { is_appeal: true, reason, ..appeal }).await;
        }
        // A corrected read, and the averages of the year once more.
        tariff.meter(corrected, &[used("2010-03", "12", Unit::Ccf)]).await;
        tariff.averages("winter-sewer", 2010).await;
        #[rustfmt::skip]
        let rows = [
            // account    July 2010  Sept. 2010  July 2011
            (at_once,   ["10.44",   "10.44",     "17.82"]), // 5 x 0.8 x 2.3056 = 9.2224
            (later,     ["17.82",   "10.44",     "17.82"]),
            (corrected, ["19.66",   "19.66",     "17.82"]), // 10 x 0.8 x 2.3056 = 18.4448
        ];
        for (place, month) in ["2010-07", "2010-09", "2011-07"].into_iter().enumerate() {
            if month == "2011-07" {
                tariff.averages("winter-sewer", 2011).await;
            }
            let run = tariff.bill_month(month).await;
            for (account, totals) in &rows {
                let total = tariff.view(run, *account).await.bill.total.to_string();
                assert_eq!(total, totals[place], "{month} account {account:?}");
            }
            if month == "2010-09" {
                let lines = ["winter use 5, from 2010-09-01: on appeal, a leak was repaired"];
                tariff.assert_explained(run, later, &lines).await;
            }
        }
        let sql = "select count(*) from agreement_quantity where source = 'winter_average'";
        assert_eq!(tariff.town.count(sql).await, 3 + 1 + 3, "what came out the same was not written again");
        tariff.town.base.remove().await;
    }
}

/// By the date of the bill: December's use, billed in January, counts; March's, billed in April, does not.
#[tokio::test]
async fn the_winter_may_go_by_the_date_of_the_bill() {
    let by_bill = SEWER.replace("read_date", "bill_date");
    let water = super::golden::fixed("flat-water", "water.base", &[("2009-01-01", "1.00")])
        .replace("rounding", "measured_by = \"usage\"\nunit = \"ccf\"\nrounding")
        .replace("fixed = 1.00", "per_unit = 1.00");
    for engine in engines("the winter by bill date") {
        let tariff = Tariff::new(engine, &[&by_bill, &water]).await;
        let account = tariff.open(&[service("winter-sewer"), service("flat-water")]).await;
        #[rustfmt::skip]
        let rows = [
            ("2009-12", "2010-01-05", "10"), ("2010-01", "2010-02-05", "8"), ("2010-02", "2010-03-05", "9"),
            ("2010-03", "2010-04-05", "30"),
        ];
        for (month, bill_on, amount) in rows {
            tariff.meter(account, &[used(month, amount, Unit::Ccf)]).await;
            tariff.bill(month_of(month), bill_on).await;
        }
        tariff.averages("winter-sewer", 2010).await;
        tariff.meter(account, &[used("2010-07", "1", Unit::Ccf)]).await;
        let run = tariff.bill_month("2010-07").await;
        let expected = "Environment 1.22 + Sewer use 16.60 + Monthly charge 1.00 = 18.82";
        assert_eq!(tariff.sum(run, account).await, expected);
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn averages_that_cannot_be_worked_out_are_refused() {
    for engine in engines("averages refused") {
        let tariff = Tariff::new(engine, &[SEWER]).await;
        let none = SetWinterAverages { schedule: "water".to_owned(), year: 2026 };
        assert_eq!(tariff.refused(&none).await.0, "no_winter_average");
        let early = SetWinterAverages { schedule: "winter-sewer".to_owned(), year: 2009 };
        assert_eq!(tariff.refused(&early).await.0, "no_winter_average");
        let account = tariff.open(&[service("winter-sewer")]).await;
        tariff.meter(account, &[used("2010-01", "10", Unit::Kgal)]).await;
        let order = tariff.town.act(&SetWinterAverages { schedule: "winter-sewer".to_owned(), year: 2010 }).await;
        let refusals = tariff.town.finish(order).await.refusals;
        let number = tariff.town.number(account).await;
        let words = format!("the winter average 'winter_use' is counted in ccf; account {number} used kgal");
        assert_eq!(refusals, [words]);
        tariff.town.base.remove().await;
    }
}
