//! Water budgets, values by dimensions, seasons and the functions of formulas.

use super::{Asked, bill, by_use, charge, version};

const BUDGET: &str = r#"
[[version.quantity]]
name = "people"
unit = "people"

[[version.quantity]]
name = "garden"
unit = "square feet"
default = 0

[[version.value]]
name = "indoor"
is = "2.5 * people"

[[version.value]]
name = "budget"
is = "indoor + garden / 100"
"#;

const TIERS: &str = "tiers = [{ through = \"indoor\", price = 1 }, { through = \"budget\", price = 2 }, \
                     { through = \"1.2 * budget\", price = 4 }, { price = 8 }]";

#[test]
fn a_budget_holds_at_nothing_at_its_bounds_and_beyond() {
    let version = version(&[BUDGET, &by_use(TIERS)]);
    #[rustfmt::skip]
    let rows = [
        // people, garden, usage: indoor 10, outdoor 10, budget 20, 120 % of it 24
        ("4", "1000", "0",        "use 0 = 0.00"),
        ("4", "1000", "10",       "use 10 = 10.00"),
        ("4", "1000", "10.5",     "use 11 = 11.00"),
        ("4", "1000", "20",       "use 30 = 30.00"),   // exactly 100 %
        ("4", "1000", "20.00001", "use 30.00004 = 30.00"),
        ("4", "1000", "24",       "use 46 = 46.00"),   // exactly 120 %
        ("4", "1000", "25",       "use 54 = 54.00"),
        // No garden: the outdoor tier holds nothing; budget 10, 120 % of it 12.
        ("4", "0",    "12",       "use 18 = 18.00"),
        ("4", "0",    "13",       "use 26 = 26.00"),
        // A budget of nothing: all of it beyond.
        ("0", "0",    "0",        "use 0 = 0.00"),
        ("0", "0",    "3",        "use 24 = 24.00"),
    ];
    for (people, garden, usage, expected) in rows {
        let asked = Asked { numbers: &[("people", people), ("garden", garden)], ..Asked::house(usage) };
        assert_eq!(bill(&version, &asked), expected, "{people} {garden} {usage}");
    }
    let unknown = Asked::house("5");
    assert_eq!(bill(&version, &unknown), "the price depends on people, which is not given");
}

#[test]
fn a_budget_is_rounded_only_where_the_text_says_so() {
    #[rustfmt::skip]
    let rows = [
        // 1.1 people have 2.75, of which 4 use 1.25 beyond; rounded: 3 and 1; 5 people have 12.5
        ("",                                             "1.1", "4",  "use 5.25 = 5.25"),
        ("round_to = 1\nrounding = \"half_even\"",       "1.1", "4",  "use 5 = 5.00"),
        ("round_to = 1\nrounding = \"half_even\"",       "5",   "14", "use 16 = 16.00"),
        ("round_to = 1\nrounding = \"toward_zero\"",     "1.1", "4",  "use 6 = 6.00"),
        ("round_to = 0.5\nrounding = \"away_from_zero\"", "1.1", "4", "use 5 = 5.00"),
    ];
    for (rounded, people, usage, expected) in rows {
        let budget = BUDGET.replace("is = \"2.5 * people\"", &format!("is = \"2.5 * people\"\n{rounded}"));
        let version = version(&[&budget, &by_use("tiers = [{ through = \"indoor\", price = 1 }, { price = 2 }]")]);
        let asked = Asked { numbers: &[("people", people)], ..Asked::house(usage) };
        assert_eq!(bill(&version, &asked), expected, "{rounded} {people}");
    }
}

#[test]
fn values_are_chosen_by_class_and_up_to_three_dimensions() {
    let value = r#"
[[version.value]]
name = "price"
by = ["class", "meter_size", "zone", "water"]
rows = [
    ["HOUSE", "small", "low",  "fresh",    1],
    ["HOUSE", "small", "high", "fresh",    "1 + 0.25"],
    ["HOUSE", "large", ["low", "high"], "fresh", 3],
    ["HOUSE", ["small", "large"], ["low", "high"], "recycled", { not_offered = "no pipe yet" }],
    ["SHOP",  ["small", "large"], "low",  ["fresh", "recycled"], 5],
    ["SHOP",  ["small", "large"], "high", ["fresh", "recycled"], 6],
]
"#;
    let version = version(&[value, &by_use("per_unit = \"price\"")]);
    let refused = "price is not offered to class HOUSE, meter_size small, zone low, water recycled: no pipe yet";
    #[rustfmt::skip]
    let rows = [
        ("HOUSE", "small", "low",  "fresh",    "use 2 = 2.00"),
        ("HOUSE", "small", "high", "fresh",    "use 2.5 = 2.50"),
        ("HOUSE", "large", "high", "fresh",    "use 6 = 6.00"),
        ("HOUSE", "small", "low",  "recycled", refused),
        ("SHOP",  "large", "low",  "recycled", "use 10 = 10.00"),
        ("SHOP",  "small", "high", "fresh",    "use 12 = 12.00"),
        ("SHOP",  "small", "top",  "fresh",    "the rate of class SHOP knows no zone top"),
    ];
    for (class, meter_size, zone, water, expected) in rows {
        let values = [("water", water), ("zone", zone), ("meter_size", meter_size)];
        assert_eq!(bill(&version, &Asked { class, values: &values, ..Asked::house("2") }), expected);
    }
    let without = Asked { values: &[("meter_size", "small"), ("zone", "low")], ..Asked::house("2") };
    assert_eq!(bill(&version, &without), "the rate of class HOUSE depends on water, which is not given");
}

#[test]
fn a_season_is_the_value_of_its_months() {
    let cases = "when = { season = \"summer\" }\nper_unit = 3\n[[version.charge.case]]\nwhen = { season = \"winter\" }\nper_unit = 2";
    let version = version(&[&by_use(cases)]);
    #[rustfmt::skip]
    let rows = [
        ("2026-01-01", "use 20 = 20.00"), ("2026-04-30", "use 20 = 20.00"), ("2026-05-01", "use 30 = 30.00"),
        ("2026-10-31", "use 30 = 30.00"), ("2026-11-01", "use 20 = 20.00"), ("2026-12-31", "use 20 = 20.00"),
    ];
    for (day, expected) in rows {
        let values = version.values_on(day.parse().unwrap());
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(bill(&version, &Asked { values: &values, ..Asked::house("10") }), expected, "{day}");
    }
}

#[test]
fn formulas_compute_as_written() {
    #[rustfmt::skip]
    let rows = [
        // usage 7, allocation 3, two dwelling units, base 10
        ("usage + 2 * allocation",                 "13"),
        ("(usage + 2) * allocation",               "27"),
        ("usage - allocation - 1",                 "3"),
        ("usage - (allocation - 1)",               "5"),
        ("-allocation + usage",                    "4"),
        ("12 / 4 / 3",                             "1"),
        ("12 / (4 / 2)",                           "6"),
        ("min(usage, allocation, 5)",              "3"),
        ("max(usage, allocation)",                 "7"),
        ("round(usage / 2)",                       "4"),
        ("round(-usage / 2)",                      "-4"),
        ("round_even(5 / 2) + round_even(7 / 2)",  "6"),
        ("floor(usage / 2)",                       "3"),
        ("floor(-usage / 2)",                      "-4"),
        ("ceil(usage / 2)",                        "4"),
        ("if(usage > 7, 1, 2)",                    "2"),
        ("if(usage >= 7, 1, 2)",                   "1"),
        ("if(usage < allocation, 1, 2)",           "2"),
        ("if(allocation <= 3, usage, 1 / 0.5)",    "7"),
        ("3.10 * dwelling_units",                  "6.2"),
        ("base * 0.065",                           "0.65"),
        ("usage / 8",                              "0.875"),
    ];
    for (formula, expected) in rows {
        let base = charge("base", "case = [{ fixed = 10 }]");
        let part = charge("part", &format!("case = [{{ fixed = \"{formula}\" }}]"));
        let version = version(&[&base, &part, &by_use("per_unit = 0")]);
        let asked = Asked { numbers: &[("allocation", "3"), ("dwelling_units", "2")], ..Asked::house("7") };
        let found = bill(&version, &asked);
        assert!(found.starts_with(&format!("base 10 + part {expected} + use 0 = ")), "{formula}: {found}");
    }
}

#[test]
fn a_fraction_without_an_end_stays_exact() {
    // Three thirds of a dollar are a dollar; each alone would be 0.33.
    let version = version(&[
        &charge("third", "case = [{ fixed = \"1 / 3\" }]"),
        &charge("whole", "case = [{ fixed = \"3 * third\" }]"),
    ]);
    let bill = super::explained(&version, &Asked::house("0")).unwrap();
    let lines: Vec<String> = bill.charges.iter().map(|charge| charge.cents.to_string()).collect();
    assert_eq!(lines, ["0.33", "1.00"]);
}
