//! What `lint` finds in small schedules, and what it leaves alone.

use kernel::Unit;

use crate::Schedule;
use crate::tools::{AccountKind, CustomerKind, LintFacts, lint, lint_bytes};

/// A schedule from the text of its versions.
fn schedule(versions: &str) -> String {
    format!("schedule = 'water'\nservice = 'water'\ntitle = {{ en = 'Water' }}\n{versions}")
}

/// The head of a version for two classes, with what else it declares.
fn version(date: &str, more: &str) -> String {
    let head = "ordinance = 'none'\nbasis = 'bill_date'\nclasses = ['HOUSE', 'SHOP']";
    format!("[[version]]\neffective_on = {date}\n{head}\n{more}\n")
}

/// A charge with a title in both languages, and its cases.
fn charge(name: &str, more: &str, cases: &[&str]) -> String {
    let cases: String = cases.iter().map(|case| format!("[[version.charge.case]]\n{case}\n")).collect();
    let head = format!("name = '{name}'\ntitle = {{ en = 'A', es = 'B' }}\nrevenue = 'water.{name}'");
    format!("[[version.charge]]\n{head}\nrounding = 'half_even'\n{more}\n{cases}")
}

/// A charge measured by usage in ccf.
fn metered(case: &str) -> String {
    charge("use", CCF, &[case])
}

const CCF: &str = "measured_by = 'usage'\nunit = 'ccf'";

/// What is found, without the date of the version where there is only one.
fn found(text: &str, facts: &LintFacts) -> Vec<String> {
    let findings = lint(&Schedule::parse(text).unwrap(), facts);
    findings.iter().map(|finding| finding.to_string().replace("version 2020-01-01, ", "")).collect()
}

#[test]
fn what_is_odd_in_one_version_is_found() {
    let value = |name: &str, is: &str| format!("[[version.value]]\nname = '{name}'\n{is}\n");
    let quantity = |name: &str, unit: &str| format!("[[version.quantity]]\nname = '{name}'\nunit = '{unit}'\n");
    #[rustfmt::skip]
    let rows: [(&str, String, &[&str]); 17] = [
        // what is declared | the charges | what is found
        ("",                                    metered("per_unit = 2"), &[]),
        ("dimensions = { zone = ['1', '2'] }",  metered("per_unit = 2"),
            &["warning dimension_unused: dimension 'zone': no case depends on this dimension"]),
        (&value("pump", "is = 3"),              metered("per_unit = 2"),
            &["warning value_unused: value 'pump': no charge uses this value"]),
        (&quantity("people", "people"),         metered("per_unit = 2"),
            &["warning quantity_unused: quantity 'people': no charge uses this quantity"]),
        (&value("pump", "by = ['class']\nrows = [['HOUSE', 3], ['SHOP', 4]]"),
            charge("use", CCF, &["class = 'HOUSE'\nper_unit = 'pump'", "class = 'SHOP'\nper_unit = 2"]),
            &["warning value_case_unused: value 'pump', case 2: no charge of class SHOP uses this value"]),
        ("",                                    metered("tiers = [{ through = 5, price = 2 }, { price = 1.5 }]"),
            &["note declining_price: charge 'use', case 1: tier 2 costs 1.5, less than 2 below it"]),
        ("",                                    metered("tier_scope = 'whole_use'\ntiers = [{ through = 5, price = 2 }, { price = 1.5 }]"),
            &["note declining_price: charge 'use', case 1: tier 2 costs 1.5, less than 2 below it, so a bill may fall with use"]),
        ("",                                    metered("tiers = [{ through = 5, price = 0 }, { price = 1.5 }]"),
            &["note zero_price_tier: charge 'use', case 1: tier 1 costs nothing"]),
        (&quantity("budget", "ccf"),
            metered("tiers = [{ through = 'budget', price = 1 }, { through = 'budget * 0.9', price = 2 }, { price = 3 }]"),
            &["warning tier_unreachable: charge 'use', case 1: no use reaches tier 2: its bound leaves it no room"]),
        (&quantity("budget", "ccf"),
            metered("tiers = [{ through = 'budget', price = 1 }, { through = 10, price = 2 }, { price = 3 }]"), &[]),
        (&value("five", "is = 5"),
            metered("tiers = [{ through = 5, price = 1 }, { through = 'five', price = 2 }, { price = 3 }]"),
            &["warning tier_unreachable: charge 'use', case 1: no use reaches tier 2: its bound leaves it no room"]),
        (&quantity("people", "gallons"),
            charge("use", "measured_by = 'people'\nunit = 'ccf'", &["per_unit = 2"]),
            &["warning measured_unit_differs: charge 'use': is charged by ccf, but 'people' is counted in gallons"]),
        (&quantity("homes", "dwelling units"),
            charge("use", "measured_by = 'homes'\nunit = 'each'", &["per_unit = 2"]), &[]),
        (&quantity("usage", "kgal"),            metered("per_unit = 2") + &charge("more", "", &["fixed = 'usage'"]),
            &["warning usage_unit_differs: charge 'use': is charged by ccf, but usage in formulas is declared in kgal",]),
        ("",
            metered("per_unit = 2") + &charge("more", "measured_by = 'usage'\nunit = 'kgal'", &["class = 'SHOP'\nper_unit = 2"]),
            &["error no_common_unit: class SHOP: its charges are measured in ccf, then kgal; no meter counts in all of them"]),
        (&value("sewage", "is = 'usage * 0.9'"),
            metered("per_unit = 2") + &charge("sewer", "measured_by = 'sewage'\nunit = 'ccf'\nreturn_factor = 0.9", &["per_unit = 2"]),
            &["warning return_factor_twice: charge 'sewer': has a return_factor, and 'sewage' that it is measured by multiplies by a share too"]),
        ("",                                    charge("use", CCF, &["per_unit = 2"]).replace(", es = 'B'", ""),
            &["note no_spanish_title: charge 'use': has no Spanish title; residents who read Spanish see the English one"]),
    ];
    for (declared, charges, expected) in rows {
        let text = schedule(&(version("2020-01-01", declared) + &charges));
        assert_eq!(found(&text, &LintFacts::default()), expected, "{text}");
    }
}

#[test]
fn a_period_divided_by_days_has_its_tiers_divided_too() {
    let tiers = "tiers = [{ through = 5, price = 1 }, { price = 2 }]";
    let text = |more: &str| {
        let text = version("2020-01-01", "").replace("bill_date", "prorated_by_days");
        schedule(&(text + &charge("use", &format!("{CCF}\n{more}"), &[tiers])))
    };
    let sentence = "a period in which rates change is divided by days, but tiers and included use do not prorate \
                    mid_period: each part of the period has them whole";
    let expected = format!("warning tiers_not_prorated: charge 'use', case 1: {sentence}");
    assert_eq!(found(&text(""), &LintFacts::default()), [expected]);
    assert_eq!(found(&text("prorate_tiers = ['mid_period']"), &LintFacts::default()), Vec::<String>::new());
}

#[test]
fn a_jump_of_more_than_half_is_found_for_prices_and_bills() {
    let rates = |date: &str, fixed: &str, first: &str, second: &str| {
        let tiers = format!("tiers = [{{ through = 10, price = {first} }}, {{ price = {second} }}]");
        let base = charge("base", "", &[&format!("class = 'HOUSE'\nfixed = {fixed}"), "class = 'SHOP'\nfixed = 10"]);
        version(date, "") + &base + &metered(&tiers)
    };
    let changed = |before: [&str; 3], after: [&str; 3]| {
        let old = rates("2019-01-01", before[0], before[1], before[2]);
        let new = rates("2020-01-01", after[0], after[1], after[2]);
        found(&schedule(&(old + &new)), &LintFacts::default())
    };
    // Exactly half more is no jump.
    assert_eq!(changed(["10", "2", "4"], ["15", "3", "6"]), Vec::<String>::new());
    // Bill of a house at 100 ccf: 10 + 10 × 2 + 90 × 4 = 390 before, 10 + 20 + 90 × 6.5 = 615 after, 57.7 per cent.
    let bill = |class: &str| {
        format!(
            "warning bill_jump: class {class}: the bill at 100 ccf changes from 390.00 to 615.00, 57.7 per cent for {class}"
        )
    };
    let price = |class: &str| {
        format!(
            "warning price_jump: charge 'use': the price of tier 2 changes from 4 to 6.5, by 62.5 per cent for {class}"
        )
    };
    assert_eq!(
        changed(["10", "2", "4"], ["10", "2", "6.5"]),
        [price("HOUSE"), bill("HOUSE"), price("SHOP"), bill("SHOP")]
    );
    // From nothing to something; a fall counts as well. With no use the bill is the base charge: nothing, then 6.
    assert_eq!(
        changed(["0", "2", "4"], ["6", "2", "4"]),
        [
            "warning price_jump: charge 'base': the fixed amount changes from 0 to 6 for HOUSE",
            "warning bill_jump: class HOUSE: the bill at 0 ccf changes from 0.00 to 6.00 for HOUSE"
        ]
    );
    assert_eq!(
        changed(["20", "2", "4"], ["9", "2", "4"]),
        [
            "warning price_jump: charge 'base': the fixed amount changes from 20 to 9, by 55 per cent for HOUSE",
            "warning bill_jump: class HOUSE: the bill at 0 ccf changes from 20.00 to 9.00, -55.0 per cent for HOUSE"
        ]
    );
}

#[test]
fn accounts_and_meters_are_held_against_the_newest_version() {
    let zones = ["when = { zone = '1' }\nper_unit = 2", "when = { zone = '2' }\nnot_offered = 'no mains yet'"];
    let season =
        "dimensions = { zone = ['1', '2'], season = { warm = [5, 6, 7, 8, 9, 10], cold = [1, 2, 3, 4, 11, 12] } }";
    let fixed = charge("base", "", &["when = { season = 'warm' }\nfixed = 1", "when = { season = 'cold' }\nfixed = 2"]);
    let text = schedule(&(version("2020-01-01", season) + &charge("use", CCF, &zones) + &fixed));
    let account = |class: &str, zone: Option<&str>, accounts| {
        let dimensions = zone.map(|zone| ("zone".to_owned(), zone.to_owned())).into_iter().collect();
        AccountKind { kind: CustomerKind { class: class.to_owned(), dimensions }, accounts }
    };
    let facts = |accounts: Vec<AccountKind>| LintFacts { accounts, ..LintFacts::default() };
    let all = [account("HOUSE", Some("1"), 5), account("SHOP", Some("1"), 1)];
    let no_zone_2 = "warning value_without_account: dimension 'zone': no account has 2";
    assert_eq!(found(&text, &facts(all.to_vec())), [no_zone_2]);
    #[rustfmt::skip]
    let rows = [
        // an account more | what is found beside
        (account("FARM",  Some("1"), 3), "error no_schedule: version 2020-01-01: 3 accounts of FARM, zone 1: no rate schedule for class FARM"),
        (account("HOUSE", Some("3"), 2), "error unknown_value: version 2020-01-01: 2 accounts of HOUSE, zone 3: the rate of class HOUSE knows no zone 3"),
        (account("HOUSE", None,      1), "error missing_dimension: version 2020-01-01: 1 account of HOUSE: the rate of class HOUSE depends on zone, which is not given"),
    ];
    for (more, expected) in rows {
        assert_eq!(found(&text, &facts([&all[..], &[more]].concat())), [expected, no_zone_2]);
    }
    let not_offered = "warning not_offered: version 2020-01-01: 4 accounts of SHOP, zone 2: use is not offered to class \
                       SHOP, zone 2, season warm: no mains yet";
    let no_house = "warning class_without_account: class HOUSE: no account is of this class";
    let no_zone_1 = "warning value_without_account: dimension 'zone': no account has 1";
    assert_eq!(found(&text, &facts(vec![account("SHOP", Some("2"), 4)])), [not_offered, no_house, no_zone_1]);
    let meters = LintFacts { meter_units: vec![Unit::Gallon], ..LintFacts::default() };
    let sentence = "is charged by ccf, but meters count in gallon; name a factor with convert";
    let expected = ["HOUSE", "SHOP"].map(|class| format!("error no_such_meter: class {class}: {sentence}"));
    assert_eq!(found(&text, &meters), expected);
}

#[test]
fn a_text_that_is_refused_is_reported_with_lines() {
    let zones = ["when = { zone = '1' }\nper_unit = 2"];
    let text = schedule(&(version("2020-01-01", "dimensions = { zone = ['1', '2'] }") + &charge("use", CCF, &zones)));
    let found = |text: &str| {
        let findings = lint_bytes(text.as_bytes(), &LintFacts::default());
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let gap = "error rate_gap: line 10, version.charge: charge 'use': no case applies to class HOUSE, zone 2";
    assert_eq!(found(&text), [gap]);
    let missing = "error rate_text: line 4, version.basis: this key is missing";
    assert_eq!(found(&text.replace("basis = 'bill_date'\n", "")), [missing]);
}
