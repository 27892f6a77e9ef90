//! What is refused before it can price, and in which words.

use super::{Asked, FRAME, bill, by_use, charge, version};
use crate::{Reason, Schedule};

/// The reason why a version is refused.
fn refused(parts: &str) -> String {
    match Schedule::parse(&format!("{FRAME}{parts}")) {
        Ok(_) => "it is not".to_owned(),
        Err(refused) => match &refused.findings[0].reason {
            Reason::Flaw(error) => error.to_string(),
            other => format!("not a flaw: {other}"),
        },
    }
}

fn value(name: &str, rest: &str) -> String {
    format!("\n[[version.value]]\nname = \"{name}\"\n{rest}\n")
}

#[test]
fn formulas_that_can_never_be_worked_out_are_refused() {
    let (a, b) = (value("a", "is = \"b + 1\""), value("b", "is = \"2 * a\""));
    let by_zone = value("a", "by = \"zone\"\nrows = [[\"low\", 1], [\"high\", 0]]");
    let in_zone = value("a", "by = \"zone\"\nrows = [[\"low\", 1]]");
    let base = |formula: &str| charge("base", &format!("case = [{{ fixed = \"{formula}\" }}]"));
    #[rustfmt::skip]
    let rows = [
        (format!("{a}{b}{}", base("a")),            "value 'b': case 1: a → b → a are defined by each other, for class HOUSE"),
        (base("base + 1"),                          "charge 'base': case 1: base → base are defined by each other, for class HOUSE"),
        (format!("{}{}", base("tax"), charge("tax", "case = [{ per_cent = 5, of = \"base\" }]")),
                                                    "charge 'tax': case 1: base → tax → base are defined by each other, for class HOUSE"),
        (base("price * 2"),                         "charge 'base': case 1: 'price' is neither usage nor a quantity, value or charge of this version"),
        (format!("{by_zone}{}", base("10 / a")),    "charge 'base': case 1: '10 / a' divides by zero for class HOUSE, zone high"),
        (base("10 / (3 - 3)"),                      "charge 'base': case 1: '10 / (3 - 3)' divides by zero for class HOUSE"),
        (format!("{in_zone}{}", base("a")),         "value 'a': no case applies to class HOUSE, zone high"),
        (base("usage"),                             "formulas use usage, but no one unit is stated for it; declare a quantity named usage with its unit"),
        (charge("base", "case = [{ per_cent = 5, of = \"use\" }]"),
                                                    "charge 'base': case 1: 'use' is neither usage nor a quantity, value or charge of this version"),
    ];
    for (parts, expected) in rows {
        assert_eq!(refused(&parts), expected, "{parts}");
    }
}

#[test]
fn a_customer_without_a_price_or_with_two_is_named() {
    let cases = |cases: &str| charge("base", &format!("case = [{cases}]"));
    #[rustfmt::skip]
    let rows = [
        (cases("{ class = \"HOUSE\", fixed = 1 }"),
         "no charge has a case for class 'SHOP'"),
        (cases("{ when = { meter_size = \"small\" }, fixed = 1 }"),
         "charge 'base': no case applies to class HOUSE, meter_size large"),
        (cases("{ when = { meter_size = \"small\" }, fixed = 1 }, { when = { zone = \"high\" }, fixed = 2 }"),
         "charge 'base': case 2: cases 1 and 2 both apply to class HOUSE, meter_size small, zone high"),
        (cases("{ fixed = 1 }, { class = \"SHOP\", fixed = 2 }"),
         "charge 'base': case 2: cases 1 and 2 both apply to class SHOP"),
        (cases("{ when = { season = \"winter\" }, fixed = 1 }"),
         "charge 'base': no case applies to class HOUSE, season summer"),
        (cases("{ class = \"FARM\", fixed = 1 }"),
         "charge 'base': case 1: class 'FARM' is not in the version's list of classes"),
        (cases("{ when = { size = \"small\" }, fixed = 1 }"),
         "charge 'base': case 1: dimension 'size' is not in the version's list of dimensions"),
        (cases("{ when = { zone = \"top\" }, fixed = 1 }"),
         "charge 'base': case 1: zone 'top' is not in the version's list of values"),
    ];
    for (parts, expected) in rows {
        assert_eq!(refused(&parts), expected, "{parts}");
    }
}

#[test]
fn tiers_with_a_hole_are_refused() {
    #[rustfmt::skip]
    let rows = [
        ("tiers = [{ through = 5, price = 1 }]",                                            "the last tier ends at 5; use above it has no price"),
        ("tiers = [{ first = 3, price = 1 }]",                                              "tier 1 starts at 3; it must start at 0 or 1"),
        ("tiers = [{ through = 5, price = 1 }, { through = 5, price = 2 }, { price = 3 }]", "tier 2 holds nothing, because it ends no higher than it begins"),
        ("tiers = [{ price = 1 }, { price = 2 }]",                                          "tier 1 has no upper bound, though another tier follows"),
        ("tiers = [{ first = 0, price = 1 }, { first = 1, price = 2 }]",                    "tier 1 holds nothing, because it ends no higher than it begins"),
        ("tiers = [{ through = \"allocation\", price = 1 }]",                               "the last tier ends at a formula; use above it has no price"),
    ];
    for (tiers, expected) in rows {
        assert_eq!(refused(&by_use(tiers)), format!("charge 'use': case 1: {expected}"));
    }
}

#[test]
fn what_only_a_bill_can_show_is_refused_when_it_is_priced() {
    let version = version(&[&charge("base", "case = [{ fixed = \"10 / allocation\" }]")]);
    #[rustfmt::skip]
    let rows: [(&[(&str, &str)], &str); 3] = [
        (&[("allocation", "4")], "base 2.5 = 2.50"),
        (&[("allocation", "0")], "base divides by zero"),
        (&[],                    "the price depends on allocation, which is not given"),
    ];
    for (numbers, expected) in rows {
        assert_eq!(bill(&version, &Asked { numbers, ..Asked::house("0") }), expected);
    }
}
