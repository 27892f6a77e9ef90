//! Texts that are refused: each with its line, its key and the reason.

mod everything;

use super::pricing::WATER;
use crate::Schedule;

fn refused(text: &str) -> String {
    Schedule::parse(text).unwrap_err().to_string()
}

#[test]
fn a_text_is_refused_with_line_key_and_reason() {
    #[rustfmt::skip]
    let rows = [
        // what the text says,       what it says instead,       the finding
        ("schedule = \"water\"",     "schedule = ",
         "line 2: this cannot be read: "),
        ("schedule = \"water\"",     "shedule = \"water\"",
         "line 2: shedule: no such key here; known are schedule, title, service, version"),
        ("schedule = \"water\"",     "",
         "line 1: schedule: this key is missing"),
        ("schedule = \"water\"",     "schedule = 7",
         "line 2: schedule: must be a text in quotes"),
        ("service = \"water\"",      "schedule = \"sewer\"",
         "line 3: this cannot be read: duplicate key"),
        ("en = \"Water\"",           "fr = \"Eau\"",
         "line 4: title: must be a title by language, with at least en"),
        ("= 2016-03-01",             "= \"2016-03-01\"",
         "line 7: version.effective_on: must be a date such as 2016-03-01, without quotes"),
        ("= 2016-03-01",             "= 2016-03-01T10:00:00",
         "line 7: version.effective_on: must be a date such as 2016-03-01, without quotes"),
        ("basis = \"bill_date\"",    "basis = \"moon\"",
         "line 9: version.basis: 'moon' is not one of bill_date, service_start, service_end, prorated_by_days"),
        ("\"half_away_from_zero\"",  "\"half_up\"",
         "line 20: version.charge.rounding: 'half_up' is not one of half_away_from_zero, half_even, away_from_zero, toward_zero"),
        ("unit = \"ccf\"",           "unit = \"bucket\"",
         "line 37: version.charge.unit: not understood: 'bucket' is not a unit; known are"),
        ("unit = \"ccf\"",           "",
         "line 32: version.charge.unit: this key is missing"),
        ("fixed = 12.50",            "fixed = 12.5e1",
         "line 25: version.charge.case.fixed: must be an exact number such as 12 or 2.87, or a formula in quotes"),
        ("fixed = 12.50",            "fixed = inf",
         "line 25: version.charge.case.fixed: must be an exact number such as 12 or 2.87, or a formula in quotes"),
        ("fixed = 12.50",            "fixed = 12.50\nper_unit = 1",
         "line 22: version.charge.case: exactly one of fixed, per_unit, tiers, per_cent, not_offered must be given"),
        ("fixed = 12.50",            "",
         "line 22: version.charge.case: exactly one of fixed, per_unit, tiers, per_cent, not_offered must be given"),
        ("{ first = 15,",            "{ through = 15,",
         "line 44: version.charge.case.tiers: exactly one of first, through must be given"),
        ("{ first = 15,",            "{ first = 15, cost = 1,",
         "line 44: version.charge.case.tiers.cost: no such key here; known are first, through, price, flat"),
        ("{ first = 15, price = 4.29 }", "{ first = 15 }",
         "line 44: version.charge.case.tiers.price: this key is missing"),
    ];
    for (said, instead, expected) in rows {
        assert!(WATER.contains(said), "{said}");
        let found = refused(&WATER.replacen(said, instead, 1));
        assert!(found.contains(expected), "{instead}:\n{found}");
    }
}

#[test]
fn what_would_price_wrongly_is_refused_where_it_stands() {
    #[rustfmt::skip]
    let rows = [
        ("{ first = 0, ",            "{ first = 2, ",
         "line 40: version.charge.case: charge 'consumption': case 1: tier 1 starts at 2; it must start at 0 or 1"),
        ("{ first = 15, ",           "{ first = 50, ",
         "case 1: tier 2 holds nothing, because it ends no higher than it begins"),
        ("{ through = 40, price",    "{ through = 14, price",
         "line 49: version.charge.case: charge 'consumption': case 2: tier 2 holds nothing"),
        ("{ through = 40, price",    "{ price",
         "case 2: tier 2 has no upper bound, though another tier follows"),
        ("{ price = 6.44 }",         "{ through = 50, price = 6.44 }",
         "case 2: the last tier ends at 50; use above it has no price"),
        ("{ first = 15, ",           "{ first = 15.123456, ",
         "case 1: 15.123456 has too many digits, or is finer than the smallest step of the unit"),
        ("per_unit = 0.0375",        "per_unit = 0.00000000375",
         "case 3: 0.00000000375 has too many digits"),
        ("per_unit = 0.0375",        "per_unit = 99999999999999999999",
         "case 3: 99999999999999999999 has too many digits"),
        ("class = \"FARM\"",         "class = \"FRAM\"",
         "line 57: version.charge.case: charge 'consumption': case 3: class 'FRAM' is not in the version's list of classes"),
        ("season = \"summer\"",      "season = \"spring\"",
         "case 3: season 'spring' is not in the version's list of values"),
        ("season = \"summer\"",      "zone = \"1\"",
         "case 3: dimension 'zone' is not in the version's list of dimensions"),
        ("{ season = \"summer\" }",  "{ season = [\"summer\", \"winter\"] }",
         "line 62: version.charge.case: charge 'consumption': case 4: cases 3 and 4 both apply to class FARM, season winter"),
        ("class = \"HOUSE\"",        "class = [\"HOUSE\", \"SHOP\"]",
         "case 2: cases 1 and 2 both apply to class SHOP, meter_size 5/8\""),
        ("when = { meter_size = '1\"' }", "when = { meter_size = '1\"', season = \"summer\" }",
         "line 16: version.charge: charge 'base': no case applies to class HOUSE, meter_size 1\", season winter"),
        ("\"FARM\"]",                "\"FARM\", \"CHURCH\"]",
         "line 6: version: no charge has a case for class 'CHURCH'"),
        ("\"SHOP\", \"FARM\"]",      "\"SHOP\", \"FARM\", \"SHOP\"]",
         "line 6: version: class 'SHOP' is there twice"),
        ("name = \"base\"",          "name = \"consumption\"",
         "line 32: version.charge: name 'consumption' is there twice"),
        ("name = \"base\"",          "name = \"Base Fee\"",
         "line 16: version.charge: charge 'Base Fee': 'Base Fee' is not a name such as meter_size"),
        ("\"water.base\"",           "\"water..base\"",
         "charge 'base': 'water..base' is not a name such as meter_size"),
        ("measured_by = \"usage\"\nunit = \"ccf\"", "",
         "charge 'consumption': case 1: prices per unit, but the charge names no measured_by and unit"),
        ("measured_by = \"usage\"",  "measured_by = \"carts\"",
         "charge 'consumption': no quantity or value is named 'carts', nor is it usage"),
    ];
    for (said, instead, expected) in rows {
        assert!(WATER.contains(said), "{said}");
        let found = refused(&WATER.replacen(said, instead, 1));
        assert!(found.contains(expected), "{instead}:\n{found}");
    }
}

#[test]
fn versions_that_do_not_follow_each_other_are_refused() {
    let version = &WATER[WATER.find("[[version]]").unwrap()..];
    let found = refused(&format!("{WATER}{version}"));
    assert_eq!(found, "line 66: version: versions must follow each other by effective date");
}

#[test]
fn what_no_tariff_needs_is_refused_before_it_costs_time() {
    let found = refused(&" ".repeat(600_000));
    assert_eq!(found, "line 1: the text is too long; at most 512 KiB are read");
    let many: Vec<String> = (0..1_001).map(|number| format!("\"{number}\"")).collect();
    let found = refused(&WATER.replace("\"summer\", \"winter\"]", &format!("{}]", many.join(","))));
    assert_eq!(found, "line 14: version.dimensions.season: the list is too long; at most 1,000 texts are read");
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    let found = Schedule::parse_bytes(b"schedule = \"water\"\nservice = \"\xff\"").unwrap_err().to_string();
    assert_eq!(found, "line 2: the file is not UTF-8 text");
}
