//! Percentages, credits, limits, taxes, exemptions, and what the city bears.

use super::{Asked, bill, by_use, charge, explained, version};

#[test]
fn a_percentage_is_of_the_rounded_lines() {
    // 10.004 and 0.504 are 10.00 and 0.50 on paper: 10 % of 10.50, not of 10.508 which would be 1.0508.
    let first = charge("first", "case = [{ fixed = 10.004 }]");
    let second = charge("second", "case = [{ fixed = 0.504 }]");
    let tax = charge("tax", "case = [{ per_cent = 10, of = [\"first\", \"second\"] }]");
    let bills = version(&[&first, &second, &tax]);
    assert_eq!(bill(&bills, &Asked::house("0")), "first 10.004 + second 0.504 + tax 1.05 = 11.55");
    // A percentage may stand before what it is of, and of other percentages; a formula means the exact amount.
    let on_tax = charge("on_tax", "case = [{ per_cent = 100, of = \"tax\" }]");
    let exactly = charge("exactly", "case = [{ fixed = \"0.1 * (first + second)\" }]");
    let bills = version(&[&on_tax, &tax, &first, &second, &exactly]);
    let expected = "on_tax 1.05 + tax 1.05 + first 10.004 + second 0.504 + exactly 1.0508 = 13.65";
    assert_eq!(bill(&bills, &Asked::house("0")), expected);
    // The percentage may be a formula too, and a line the class does not pay is no part of the sum.
    let shop = charge("shop_only", "case = [{ class = \"SHOP\", fixed = 50 }]");
    let share = charge("share", "case = [{ per_cent = \"5 * dwelling_units\", of = [\"first\", \"shop_only\"] }]");
    let bills = version(&[&first, &shop, &share]);
    let two = [("dwelling_units", "2")];
    assert_eq!(bill(&bills, &Asked { numbers: &two, ..Asked::house("0") }), "first 10.004 + share 1 = 11.00");
    let asked = Asked { class: "SHOP", numbers: &two, ..Asked::house("0") };
    assert_eq!(bill(&bills, &asked), "first 10.004 + shop_only 50 + share 6 = 66.00");
}

#[test]
fn credits_and_discounts_are_below_zero_and_may_exceed_the_bill() {
    let plain = by_use("per_unit = 2");
    #[rustfmt::skip]
    let rows = [
        // what is credited                                             3 ccf cost 6.00          20 ccf cost 40.00
        ("fixed = -2.50",                                               "credit -2.5 = 3.50",    "credit -2.5 = 37.50"),
        ("fixed = -10",                                                 "credit -10 = -4.00",    "credit -10 = 30.00"),
        ("fixed = \"-min(10, use)\"",                                   "credit -6 = 0.00",      "credit -10 = 30.00"),
        ("per_cent = -25, of = \"use\"",                                "credit -1.5 = 4.50",    "credit -10 = 30.00"),
        ("per_cent = -25, of = \"use\", at_least = -5",                 "credit -1.5 = 4.50",    "credit -5 = 35.00"),
        ("fixed = \"if(use > 20, -5, 0)\"",                             "credit 0 = 6.00",       "credit -5 = 35.00"),
    ];
    for (case, small, large) in rows {
        let version = version(&[&plain, &charge("credit", &format!("case = [{{ {case} }}]"))]);
        for (usage, amount, expected) in [("3", "6", small), ("20", "40", large)] {
            assert_eq!(bill(&version, &Asked::house(usage)), format!("use {amount} + {expected}"), "{case}");
        }
    }
}

#[test]
fn a_line_is_no_less_and_no_more_than_its_limits() {
    #[rustfmt::skip]
    let rows = [
        ("per_unit = 2\nat_least = 10",                                  "0",  "use 10 = 10.00"),
        ("per_unit = 2\nat_least = 10",                                  "5",  "use 10 = 10.00"),
        ("per_unit = 2\nat_least = 10",                                  "6",  "use 12 = 12.00"),
        ("per_unit = 2\nat_most = 50",                                   "25", "use 50 = 50.00"),
        ("per_unit = 2\nat_most = 50",                                   "26", "use 50 = 50.00"),
        ("per_unit = 2\nat_least = 10\nat_most = 50",                    "99", "use 50 = 50.00"),
        ("per_unit = 2\nat_least = \"10 * dwelling_units\"",             "4",  "use 10 = 10.00"),
        // Limits that exclude each other: the greatest amount is looked at last.
        ("per_unit = 2\nat_least = 10\nat_most = 5",                     "1",  "use 5 = 5.00"),
    ];
    for (case, usage, expected) in rows {
        assert_eq!(bill(&version(&[&by_use(case)]), &Asked::house(usage)), expected, "{case} {usage}");
    }
}

#[test]
fn dwellings_units_and_containers_are_counted() {
    let measured = |case: &str| {
        let rest = format!("measured_by = \"dwelling_units\"\nunit = \"each\"\ncase = [{{ {case} }}]");
        version(&[&charge("dwellings", &rest)])
    };
    #[rustfmt::skip]
    let rows = [
        ("per_unit = 3.10",                                               "4",    "dwellings 12.4 = 12.40"),
        ("per_unit = 3.10",                                               "0",    "dwellings 0 = 0.00"),
        ("per_unit = 3.10, included = 1",                                 "4",    "dwellings 9.3 = 9.30"),
        ("tiers = [{ through = 1, price = 5 }, { price = 2 }]",           "4",    "dwellings 11 = 11.00"),
        ("per_unit = 36, step = 1, partial_step = \"nearest\"",           "2.6",  "dwellings 108 = 108.00"),
        ("per_unit = 36",                                                 "-1",   "charge 'dwellings' is measured by -1, which is below zero"),
    ];
    for (case, units, expected) in rows {
        let asked = Asked { numbers: &[("dwelling_units", units)], ..Asked::house("0") };
        assert_eq!(bill(&measured(case), &asked), expected, "{case} {units}");
    }
    assert_eq!(bill(&measured("per_unit = 3.10"), &Asked::house("0")), "dwellings 3.1 = 3.10", "by default one");
    // In formulas too: a budget of 8 for each dwelling.
    let version = version(&[&by_use("tiers = [{ through = \"8 * dwelling_units\", price = 1 }, { price = 2 }]")]);
    let asked = Asked { numbers: &[("dwelling_units", "3")], ..Asked::house("30") };
    assert_eq!(bill(&version, &asked), "use 36 = 36.00");
}

#[test]
fn taxes_are_on_the_lines_they_name_unless_exempt() {
    let sewer = charge("sewer", "case = [{ fixed = 11.40 }]");
    let tax = |name: &str, per_cent: &str| {
        let rest = format!(
            "tax = {{ authority = \"{name}\", code = \"004\" }}\nexempt_by = \"resale\"\n\
             case = [{{ per_cent = {per_cent}, of = \"use\" }}]"
        );
        charge(name, &rest)
    };
    let borne =
        charge("borne", "borne_by = \"city\"\nmeasured_by = \"usage\"\nunit = \"ccf\"\ncase = [{ per_unit = 0.0065 }]");
    let version = version(&[&by_use("per_unit = 3.40"), &sewer, &tax("city", "2.9"), &tax("state", "5.6"), &borne]);
    #[rustfmt::skip]
    let rows: [(&[&str], &str); 3] = [
        // 6 ccf are 20.40: 0.59 for the city, 1.14 for the state, and 0.04 that the city bears.
        (&[],                    "use 20.4 + sewer 11.4 + city 0.5916 + state 1.1424 + borne 0.039 = 33.53"),
        (&["senior", "resale"],  "use 20.4 + sewer 11.4 + city 0 + state 0 + borne 0.039 = 31.80"),
        (&["senior"],            "use 20.4 + sewer 11.4 + city 0.5916 + state 1.1424 + borne 0.039 = 33.53"),
    ];
    for (exemptions, expected) in rows {
        assert_eq!(bill(&version, &Asked { exemptions, ..Asked::house("6") }), expected, "{exemptions:?}");
    }
    let explanation = explained(&version, &Asked { exemptions: &["resale"], ..Asked::house("6") }).unwrap();
    let [.., city, _, borne] = &explanation.charges[..] else { panic!("five lines") };
    assert_eq!((city.exempt.as_deref(), city.steps.len()), (Some("resale"), 0));
    assert_eq!(city.tax.as_ref().map(|tax| (tax.authority.as_str(), tax.code.as_str())), Some(("city", "004")));
    assert!(!borne.is_billed);
    // A percentage of a line from which the customer is exempt is a percentage of nothing.
    let text = explanation.to_text();
    assert!(text.contains("exempt: resale") && text.contains("the city bears this line; it is not billed"), "{text}");
}
