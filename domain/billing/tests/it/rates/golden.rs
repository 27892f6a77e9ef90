//! Published bills and prices of real cities, and what follows from them by hand.

use kernel::Unit;
use testkit::engines;

use crate::tariff::{Priced, Tariff, service, used};
use crate::town::day;

/// Water by the month, in thousand gallons; tier 1 holds 6, tier 2 to 15, tier 3 to 30.
const WATER: &str = r#"
schedule = "glen-water"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2019-01-01
ordinance = "Published rates of 2019"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "base"
title = { en = "Water base" }
revenue = "water.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 10.80

[[version.charge]]
name = "consumption"
title = { en = "Water used", es = "Consumo de agua" }
revenue = "water.consumption"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
tiers = [{ through = 6, price = 3.11 }, { through = 15, price = 4.00 }, { through = 30, price = 5.00 }, { price = 6.00 }]
"#;

/// Sewer by the water measured.
const SEWER: &str = r#"
schedule = "glen-sewer"
service = "sewer"
title = { en = "Sewer" }

[[version]]
effective_on = 2019-01-01
ordinance = "Published rates of 2019"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "base"
title = { en = "Sewer base" }
revenue = "sewer.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 10.20

[[version.charge]]
name = "consumption"
title = { en = "Sewer use" }
revenue = "sewer.consumption"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 3.94
"#;

/// One fixed charge a month from a date.
pub(crate) fn fixed(schedule: &str, revenue: &str, versions: &[(&str, &str)]) -> String {
    let service = revenue.split('.').next().unwrap();
    let mut text = format!("schedule = \"{schedule}\"\nservice = \"{service}\"\ntitle = {{ en = \"{schedule}\" }}\n");
    for (effective_on, amount) in versions {
        text.push_str(&format!(
            r#"
[[version]]
effective_on = {effective_on}
ordinance = "Published rates"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "monthly"
title = {{ en = "Monthly charge" }}
revenue = "{revenue}"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = {amount}
"#
        ));
    }
    text
}

/// The same schedule with other prices from another date.
fn later(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// 6 kgal of water and 6 of sewer, with trash and without: 91.82 in 2021, 63.30 in 2019, 66.78 in 2020.
#[tokio::test]
async fn six_thousand_gallons_of_water_and_sewer_by_the_year() {
    let water = [
        later(WATER, &[("2019-01-01", "2020-01-01"), ("10.80", "11.40"), ("3.11", "3.28")]),
        later(WATER, &[("2019-01-01", "2021-01-01"), ("10.80", "12.00"), ("3.11", "3.40")]),
    ];
    let sewer = [
        later(SEWER, &[("2019-01-01", "2020-01-01"), ("10.20", "10.80"), ("3.94", "4.15")]),
        later(SEWER, &[("2019-01-01", "2021-01-01"), ("10.20", "11.40"), ("3.94", "4.37")]),
    ];
    let trash = fixed("glen-trash", "trash.collection", &[("2021-01-01", "21.80")]);
    for engine in engines("six thousand gallons") {
        let rates = [WATER, &water[0], &water[1], SEWER, &sewer[0], &sewer[1], &trash];
        let tariff = Tariff::new(engine, &rates).await;
        // Trash is not read: it has a service of its own from 2021, and no use of its own.
        let since = Priced { starts_on: day("2021-01-01"), ..service("glen-trash") };
        let account = tariff.open(&[service("glen-water"), service("glen-sewer"), since]).await;
        for month in ["2019-06", "2020-06", "2021-06"] {
            tariff.meter(account, &[used(month, "6", Unit::Kgal)]).await;
        }
        #[rustfmt::skip]
        let rows = [
            ("2019-06", "Water base 10.80 + Water used 18.66 + Sewer base 10.20 + Sewer use 23.64 = 63.30"),
            ("2020-06", "Water base 11.40 + Water used 19.68 + Sewer base 10.80 + Sewer use 24.90 = 66.78"),
            ("2021-06", "Water base 12.00 + Water used 20.40 + Sewer base 11.40 + Sewer use 26.22 + Monthly charge 21.80 = 91.82"),
        ];
        for (month, expected) in rows {
            let run = tariff.bill_month(month).await;
            assert_eq!(tariff.sum(run, account).await, expected, "{month}");
        }
        let run = tariff.town.read().await.number("select max(run_id) from bill_run", vec![]).await.unwrap().unwrap();
        let lines = ["tier 1, above 0 through 6: 6 kgal at 3.40 20.40", "Total $91.82"];
        tariff.assert_explained(run.into(), account, &lines).await;
        let spanish = tariff.view(run.into(), account).await.explained_in("es");
        for words in ["Factura ", "Consumo de agua", "tramo 1, más de 0 hasta 6: 6 kgal a 3.40"] {
            assert!(spanish.contains(words), "no '{words}' in\n{spanish}");
        }
        tariff.town.base.remove().await;
    }
}

/// Peoria 2021: 10 kgal of water, sewer by 6 kgal of winter use, trash: 79.34. Surprise 2014: 14 kgal are 28.60.
#[tokio::test]
async fn water_and_sewer_of_peoria_and_surprise() {
    let water = later(
        WATER,
        &[
            ("glen-water", "peoria-water"),
            ("10.80", "16.46"),
            ("{ through = 6, price = 3.11 }, { through = 15, price = 4.00 }", "{ through = 4, price = 1.19 }"),
            ("{ through = 30, price = 5.00 }, { price = 6.00 }", "{ price = 3.16 }"),
        ],
    );
    let quantity =
        "[[version.quantity]]\nname = \"winter_use\"\nunit = \"kgal\"\n\n[[version.charge]]\nname = \"base\"";
    let sewer = later(
        SEWER,
        &[
            ("glen-sewer", "peoria-sewer"),
            ("[[version.charge]]\nname = \"base\"", quantity),
            ("measured_by = \"usage\"", "measured_by = \"winter_use\""),
            ("10.20", "9.93"),
            ("3.94", "2.17"),
        ],
    );
    let trash = fixed("peoria-trash", "trash.collection", &[("2021-01-01", "16.21")]);
    let use_charge = later(
        &water,
        &[
            ("peoria-water", "surprise-water"),
            ("through = 4, price = 1.19", "through = 10, price = 1.60"),
            ("3.16", "3.15"),
            ("16.46", "0"),
        ],
    );
    for engine in engines("peoria and surprise") {
        let tariff = Tariff::new(engine, &[&water, &sewer, &trash, &use_charge]).await;
        let peoria = tariff.open(&[service("peoria-water"), service("peoria-sewer"), service("peoria-trash")]).await;
        let surprise = tariff.open(&[service("surprise-water")]).await;
        tariff.meter(peoria, &[used("2021-06", "10", Unit::Kgal)]).await;
        tariff.meter(surprise, &[used("2021-06", "14", Unit::Kgal)]).await;
        tariff.set(peoria, ("peoria-sewer", "winter_use"), "6", "2021-01-01").await;
        let run = tariff.bill_month("2021-06").await;
        #[rustfmt::skip]
        let rows = [
            (peoria,   "Water base 16.46 + Water used 23.72 + Sewer base 9.93 + Sewer use 13.02 + Monthly charge 16.21 = 79.34"),
            (surprise, "Water base 0.00 + Water used 28.60 = 28.60"),
        ];
        for (account, expected) in rows {
            assert_eq!(tariff.sum(run, account).await, expected);
        }
        let lines =
            ["winter use 6, from 2021-01-01: counted on site", "measured by winter use: 6", "6 kgal at 2.17 13.02"];
        tariff.assert_explained(run, peoria, &lines).await;
        tariff.town.base.remove().await;
    }
}

/// Roll-off box, January 2026: one pull at 278, 4.2 tons at 33: 416.60.
const ROLLOFF: &str = r#"
schedule = "rolloff"
service = "trash"
title = { en = "Roll-off" }

[[version]]
effective_on = 2026-01-01
ordinance = "Council 2022-08-09"
basis = "bill_date"
classes = ["HOUSE"]

[[version.quantity]]
name = "pulls"
unit = "pulls"
default = 0

[[version.quantity]]
name = "tons"
unit = "tons"
default = 0

[[version.charge]]
name = "pull"
title = { en = "Pulls" }
revenue = "trash.rolloff"
measured_by = "pulls"
unit = "each"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 278

[[version.charge]]
name = "disposal"
title = { en = "Disposal" }
revenue = "trash.disposal"
measured_by = "tons"
unit = "each"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 33
"#;

#[tokio::test]
async fn a_roll_off_box_is_billed_by_pulls_and_tons() {
    for engine in engines("a roll-off box") {
        let tariff = Tariff::new(engine, &[ROLLOFF]).await;
        let account = tariff.open(&[service("rolloff")]).await;
        tariff.set(account, ("rolloff", "pulls"), "1", "2026-01-01").await;
        tariff.set(account, ("rolloff", "tons"), "4.2", "2026-01-01").await;
        let run = tariff.bill_month("2026-01").await;
        assert_eq!(tariff.sum(run, account).await, "Pulls 278.00 + Disposal 138.60 = 416.60");
        tariff.town.base.remove().await;
    }
}

/// What changes with the date of the bill: trash as council set it, and tie-downs of December and January.
#[tokio::test]
async fn monthly_charges_change_with_the_date_of_the_bill() {
    let trash = fixed(
        "city-trash",
        "trash.collection",
        &[
            ("2021-01-01", "21.80"),
            ("2022-02-01", "23.55"),
            ("2022-09-01", "25.80"),
            ("2024-01-01", "26.80"),
            ("2025-01-01", "27.70"),
        ],
    );
    let tiedown = fixed(
        "tiedown",
        "airport.tiedown",
        &[("2016-01-01", "25"), ("2017-01-01", "30"), ("2018-01-01", "35"), ("2019-01-01", "40")],
    );
    for engine in engines("monthly charges change") {
        let tariff = Tariff::new(engine, &[&trash, &tiedown]).await;
        let plane = tariff.open(&[Priced { stops_on: Some(day("2021-01-01")), ..service("tiedown") }]).await;
        let house = tariff.open(&[Priced { starts_on: day("2021-01-01"), ..service("city-trash") }]).await;
        #[rustfmt::skip]
        let rows = [
            (plane, "2018-12", "35.00"), (plane, "2019-01", "40.00"),
            (house, "2022-01", "21.80"), (house, "2022-02", "23.55"), (house, "2022-08", "23.55"),
            (house, "2022-09", "25.80"), (house, "2023-12", "25.80"), (house, "2024-01", "26.80"),
            (house, "2025-01", "27.70"),
        ];
        for (account, month, expected) in rows {
            let run = tariff.bill_month(month).await;
            assert_eq!(tariff.view(run, account).await.bill.total.to_string(), expected, "{month}");
        }
        tariff.town.base.remove().await;
    }
}
