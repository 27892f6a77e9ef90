//! One text that says everything the language can say.

use kernel::{Decimal, Quantity, Unit};

use super::pricing::WATER;
use crate::{Amount, Condition, Inputs, Schedule, Value, ValueCase, ValueIs};

pub(super) const EVERYTHING: &str = include_str!("every_construct.toml");

fn lines(class: &str, (size, zone, season): (&str, &str, &str), usage: &str, inputs: &Inputs<'_>) -> String {
    let compiled = Schedule::parse(EVERYTHING).unwrap().versions[0].compile().unwrap();
    let plan = compiled.plan(class, &[("meter_size", size), ("zone", zone), ("season", season)]);
    let usage = Quantity::parse(usage, Unit::Ccf).unwrap();
    let priced = plan.map_err(|refused| refused.to_string()).and_then(|plan| {
        let inputs = Inputs { usage: usage.into(), ..inputs.clone() };
        let price = plan.price_for(&inputs).map_err(|refused| refused.to_string())?;
        let lines = plan.lines(&price).map(|line| format!("{} {}", line.charge.name(), line.cents));
        Ok(format!("{} = {}", lines.collect::<Vec<_>>().join(", "), price.total))
    });
    priced.unwrap_or_else(|refused| refused)
}

#[test]
fn the_text_of_everything_is_the_one_text_of_its_schedule() {
    let schedule = Schedule::parse(EVERYTHING).unwrap();
    assert_eq!(schedule.to_text(), EVERYTHING);
}

#[test]
fn every_key_is_in_the_text_of_everything() {
    #[rustfmt::skip]
    let rows = [
        // the beginning of each table
        "[[version]]", "[[version.quantity]]", "winter_average = {", "[[version.value]]", "[[version.value.case]]",
        "'2\"', {", "[[version.charge]]", "tax = {", "[[version.charge.case]]", "    {", "normal_days = {",
    ];
    for start in rows {
        let wrong = if start.starts_with("[[") { "\nwrong = 1" } else { " wrong = 1," };
        let text = EVERYTHING.replacen(start, &format!("{start}{wrong}"), 1);
        let refused = Schedule::parse(&text).unwrap_err().to_string();
        let (_, known) = refused.split_once("wrong: no such key here; known are ").expect(start);
        for key in known.lines().next().unwrap().split(", ") {
            let is_there = [format!("\n{key} = "), format!(" {key} = "), format!(".{key}]")];
            assert!(is_there.iter().any(|found| EVERYTHING.contains(found)), "{start}: {key}");
        }
    }
}

#[test]
fn everything_prices_as_a_clerk_finds_by_hand() {
    let plain = Inputs::exact(Decimal::ZERO, Unit::Ccf);
    let exempt = Inputs { exemptions: &["resale_certificate"], ..plain.clone() };
    let large = Inputs { numbers: &[("dwelling_units", Decimal::TWO), ("winter_use", Decimal::TEN)], ..plain.clone() };
    #[rustfmt::skip]
    let rows = [
        // The budget of one dwelling in summer is 6.2 + 8.5 = 14.7, rounded to 15; 120 % of it is 18.
        // 20 ccf: 6.2 at 2 + 8.8 at 3 + 0.50 + 3 at 5 + 2 at 9 + 12.50 / 4 = 75.425;
        // 14,960 gallons less 1,496 are 14 started thousands at 0.25; 8 ccf of sewer × 0.8 at 4.10; 6.5 % of 87.93.
        ("HOUSE", ("5/8\"", "2", "summer"), "20", &plain,
         "base 12.50, consumption 75.43, lift 3.50, sewer 26.24, senior_credit -2.50, utility_tax 5.72, drought_fund 0.75 = 120.89"),
        // Without use the line is 4 dollars at least, which is more than the credit; 6.5 % of 16.50 is 1.0725.
        ("HOUSE", ("5/8\"", "1", "winter"), "0", &plain,
         "base 12.50, consumption 4.00, lift 0.00, sewer 26.24, senior_credit -2.50, utility_tax 1.07, drought_fund 0.04 = 41.31"),
        // Two dwellings: 12.4 + 8.5 = 20.9, rounded to 21; 25.2 is 120 %. 30 ccf: 12.4 at 2 + 8.6 at 3 + 0.50
        // + 4.2 at 5 + 4.8 at 8 + 25 / 4 = 116.75.
        ("HOUSE", ("1\"",   "1", "summer"), "30", &large,
         "base 25.00, consumption 116.75, lift 0.00, sewer 32.80, senior_credit -2.50, utility_tax 9.21, drought_fund 1.16 = 181.26"),
        // All use at the price of its tier; 7,480 gallons less 1,496 are 6 started thousands at 0.45.
        ("SHOP",  ("5/8\"", "3", "winter"), "10", &plain,
         "base 12.50, consumption 25.00, lift 2.70, utility_tax 2.44, drought_fund 0.25 = 42.64"),
        ("SHOP",  ("5/8\"", "3", "winter"), "10.5", &exempt,
         "base 12.50, consumption 36.75, lift 3.15, utility_tax 0.00, drought_fund 0.36 = 52.40"),
        ("HOUSE", ("2\"",   "1", "summer"), "1", &plain,
         "base_price is not offered to class HOUSE, meter_size 2\", zone 1, season summer: large meters have a contract of their own"),
        ("HOUSE", ("1\"",   "3", "summer"), "1", &plain,
         "sewer is not offered to class HOUSE, meter_size 1\", zone 3, season summer: there is no sewer in zone 3"),
    ];
    for (class, place, usage, inputs, expected) in rows {
        assert_eq!(lines(class, place, usage, inputs), expected, "{class} {place:?} {usage}");
    }
}

#[test]
fn a_text_says_the_same_in_long_and_in_short() {
    #[rustfmt::skip]
    let rows = [
        // as it is written,                            as it may be said too
        ("is = 1\n",                                    "[[version.value.case]]\nis = 1.0\n"),
        ("[\"HOUSE\", [\"2\", \"3\"], 0.25]",            "[[\"HOUSE\"], [\"2\", \"3\"], 0.250]"),
        ("prorate_tiers = [\"mid_period\", \"short\"]", "prorate_tiers = [\"short\", \"mid_period\"]"),
        ("of = [\"base\", \"consumption\"]",            "of = [\"base\", 'consumption']"),
        ("\"6.2 * dwelling_units\"",                    "\"\"\"\n  ((6.20)*dwelling_units)\n\"\"\""),
        ("fixed = \"base_price\"",                      "fixed = \"( base_price )\""),
        ("at_least = 4.00",                             "at_least = 4"),
        ("zone = \"3\" }",                              "zone = [\"3\"] }"),
        ("winter = [11, 12, 1, 2, 3, 4] }",             "winter = [11, 12, 1, 2, 3, 4], }"),
        ("unit = \"gallon\"\nconvert",                  "unit = \"gallon\" # of the ordinance\nconvert"),
    ];
    for (said, too) in rows {
        assert!(EVERYTHING.contains(said), "{said}");
        let schedule = Schedule::parse(&EVERYTHING.replacen(said, too, 1));
        assert_eq!(schedule.map(|schedule| schedule.to_text()), Ok(EVERYTHING.to_owned()), "{too}");
    }
}

#[test]
fn a_dimension_named_class_is_not_taken_for_the_class() {
    let mut schedule = Schedule::parse(WATER).unwrap();
    let version = &mut schedule.versions[0];
    version.dimensions[0].name = "class".to_owned();
    version.charges.remove(0);
    let place = |classes: &[&str], values: &[&str]| ValueCase {
        classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        when: vec![Condition {
            dimension: "class".to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }],
        is: ValueIs::Amount(Amount::Number(Decimal::ONE)),
    };
    let value = |name: &str, cases| Value { name: name.to_owned(), round_to: None, cases };
    version.values = vec![
        value("by_dimension", vec![place(&[], &["5/8\""]), place(&[], &["1\""])]),
        value("by_both", vec![place(&["HOUSE"], &["5/8\""]), place(&["SHOP", "FARM"], &["5/8\"", "1\""])]),
    ];
    let text = schedule.to_text();
    assert_eq!(Schedule::parse(&text), Ok(schedule));
    assert!(text.contains("by = [\"class\", \"class\"]") && text.contains("[[version.value.case]]\nwhen"), "{text}");
}

#[test]
fn a_text_of_the_first_days_keeps_its_digest() {
    // Bill runs are frozen by this digest: it may change only when the text of WATER does.
    let digest = Schedule::parse(WATER).unwrap().digest().to_string();
    assert_eq!(digest, "e3c6516568905a7460aa734a01ca0b4dfae58b8a96d3539895315b83489b0d5e");
}
