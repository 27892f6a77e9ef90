//! Formulas: how they are read, how they are printed, and what is refused.

use kernel::{Quantity, Unit};

use crate::formula::{Expr, Formula, FormulaRefused, Operator};
use crate::{Inputs, Schedule};

#[test]
fn a_formula_is_printed_in_one_way_only() {
    #[rustfmt::skip]
    let rows = [
        // as it is given,               as it is printed
        ("1+2*3",                        "1 + 2 * 3"),
        ("(1+2)*3",                      "(1 + 2) * 3"),
        ("a-b-c",                        "a - b - c"),
        ("a-(b-c)",                      "a - (b - c)"),
        ("a+(b+c)",                      "a + (b + c)"),
        ("a/b/c*d",                      "a / b / c * d"),
        ("a/(b*c)",                      "a / (b * c)"),
        ("((((a))))",                    "a"),
        ("-a*b",                         "-a * b"),
        ("-(a*b)",                       "-(a * b)"),
        ("a*-b",                         "a * -b"),
        ("a - -b",                       "a - -b"),
        ("--a",                          "-(-a)"),
        ("-2.50",                        "-2.5"),
        ("0012.0",                       "12"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        (" max( 0 ,usage-10 )\n",        "max(0, usage - 10)"),
        ("min(a)",                       "min(a)"),
        ("round_even(a/2)+round(b)",     "round_even(a / 2) + round(b)"),
        ("floor(-a)*ceil(b)",            "floor(-a) * ceil(b)"),
        ("if(a<=b,1,2)",                 "if(a <= b, 1, 2)"),
        ("if(a+1>b*2,if(c<0,1,2),-3)",   "if(a + 1 > b * 2, if(c < 0, 1, 2), -3)"),
        ("minimum+if_2+round_",          "minimum + if_2 + round_"),
    ];
    for (given, printed) in rows {
        let formula = Formula::parse(given).unwrap();
        assert_eq!(formula.to_string(), printed, "{given}");
        assert_eq!(Formula::parse(printed), Ok(formula), "{given}");
    }
}

#[test]
fn a_formula_is_refused_at_the_character_that_is_wrong() {
    #[rustfmt::skip]
    let rows = [
        ("",                   "expected a number, a name or ( at the end (character 1)"),
        ("a + ",               "expected a number, a name or ( at the end (character 5)"),
        ("a + * b",            "expected a number, a name or ( at '*' (character 5)"),
        ("+a",                 "expected a number, a name or ( at '+' (character 1)"),
        ("a b",                "expected +, -, *, / or the end at 'b' (character 3)"),
        ("2a",                 "expected +, -, *, / or the end at 'a' (character 2)"),
        ("1e5",                "expected +, -, *, / or the end at 'e5' (character 2)"),
        ("1,000",              "expected +, -, *, / or the end at ',' (character 2)"),
        ("a < b",              "expected +, -, *, / or the end at '<' (character 3)"),
        ("a)",                 "expected +, -, *, / or the end at ')' (character 2)"),
        ("(a",                 "expected +, -, *, / or ) at the end (character 3)"),
        ("(a, b)",             "expected +, -, *, / or ) at ',' (character 3)"),
        ("()",                 "expected a number, a name or ( at ')' (character 2)"),
        ("Usage * 2",          "expected a number, a name or ( at 'Usage' (character 1)"),
        ("_a",                 "expected a number, a name or ( at '_a' (character 1)"),
        ("5 * ünde",           "expected a number, a name or ( at 'ünde' (character 5)"),
        ("ü",                  "expected a number, a name or ( at 'ü' (character 1)"),
        ("a\u{1}",             "expected +, -, *, / or the end at '\\u{1}' (character 2)"),
        ("$5",                 "expected a number, a name or ( at '$' (character 1)"),
        (".5",                 "expected a number, a name or ( at '.' (character 1)"),
        ("5. * 2",             "expected a digit at '*' (character 4)"),
        ("1.2.3",              "expected +, -, *, / or the end at '.' (character 4)"),
        ("min",                "expected ( and what the function is of at the end (character 4)"),
        ("if + 1",             "expected ( and what the function is of at '+' (character 4)"),
        ("max()",              "expected a number, a name or ( at ')' (character 5)"),
        ("max(a,)",            "expected a number, a name or ( at ')' (character 7)"),
        ("max(a b)",           "expected +, -, *, /, a comma or ) at 'b' (character 7)"),
        ("round(a, 2)",        "round takes one number, not 2 (character 1)"),
        ("1 + ceil(a, b, c)",  "ceil takes one number, not 3 (character 5)"),
        ("sqrt(a)",            "no function is named 'sqrt' (character 1); known are min, max, round, round_even, floor, ceil, if"),
        ("if(a, b, c)",        "expected <, <=, > or >= at ',' (character 5)"),
        ("if(a = b, 1, 2)",    "expected <, <=, > or >= at '=' (character 6)"),
        ("if(a < b)",          "expected +, -, *, / or a comma at ')' (character 9)"),
        ("if(a < b, 1)",       "expected +, -, *, / or a comma at ')' (character 12)"),
        ("if(a < b, 1, 2, 3)", "expected +, -, *, / or ) at ',' (character 15)"),
        ("79228162514264337593543950336", "79228162514264337593543950336 has more than 28 digits (character 1)"),
        ("0.00000000000000000000000000001", "0.00000000000000000000000000001 has more than 28 digits (character 1)"),
    ];
    for (given, expected) in rows {
        assert_eq!(Formula::parse(given).unwrap_err().to_string(), expected, "{given}");
    }
}

#[test]
fn what_would_need_a_deep_stack_is_refused() {
    let sum = |parts: usize| vec!["a"; parts].join("+");
    let around = |open: &str, close: &str, times: usize| format!("{}a{}", open.repeat(times), close.repeat(times));
    let is_refused = |text: &str| match Formula::parse(text) {
        Ok(_) => false,
        Err(FormulaRefused::TooDeep { .. } | FormulaRefused::TooLong { .. }) => true,
        Err(other) => panic!("{other}"),
    };
    #[rustfmt::skip]
    let rows = [
        (sum(50),                          false),
        (sum(51),                          true),
        (sum(500),                         true),
        (sum(1_000_000),                   true),
        (sum(50).replace('+', "*"),        false),
        (sum(51).replace('+', "-"),        true),
        (around("-", "", 49),              false),
        (around("-", "", 50),              true),
        (around("-", "", 999),             true),
        (around("(", ")", 100),            false),
        (around("(", ")", 101),            true),
        (around("(", ")", 499),            true),
        (around("round(", ")", 49),        false),
        (around("round(", ")", 50),        true),
        (around("if(a<", ",a,a)", 49),     false),
        (around("if(a<a,a,", ")", 50),     true),
        (around("a+(", ")", 49),           false),
        (around("a+(", ")", 50),           true),
        (around("-(", ")", 49),            false),
        (format!("min({})", vec!["a"; 330].join(",")), false),
        // Given in 998 characters, but printed with a space behind each comma.
        (format!("min({})", vec!["a"; 497].join(",")), true),
    ];
    for (text, expected) in rows {
        assert_eq!(is_refused(&text), expected, "{text:.40}");
    }
}

#[test]
fn the_deepest_formula_prints_and_reads_back() {
    let deepest = (1..50).fold(Expr::name("a"), |part, level| match level % 3 {
        0 => Expr::Minus(Box::new(part)),
        1 => Expr::binary(Operator::Multiply, Expr::name("b"), part),
        _ => Expr::binary(Operator::Subtract, Expr::name("c"), part),
    });
    let deepest = Formula::new(deepest);
    assert_eq!(Formula::parse(&deepest.to_string()), Ok(deepest));
}

/// WATER with a chain of named values, each of which is so many sums around the next.
fn chained(names: i64, sums: i64) -> String {
    let value = |number: i64| {
        let next = if number == names { "usage".to_owned() } else { format!("name_{}", number + 1) };
        let formula = (0..sums).fold(next, |part, _| format!("1+({part})"));
        format!("[[version.value]]\nname = \"name_{number}\"\nis = \"{formula}\"\n\n")
    };
    let values: String = (1..=names).map(value).collect();
    let priced = super::pricing::WATER.replace("per_unit = 0.0375", "per_unit = \"name_1\"");
    priced.replacen("[[version.charge]]", &format!("{values}[[version.charge]]"), 1)
}

/// With a charge before the others for every name, the deepest first, so that no name is far from one that is done.
fn with_charges_from_below(text: &str, names: i64) -> String {
    let charge = |number: i64| {
        format!(
            "[[version.charge]]\nname = \"line_{number}\"\ntitle = {{ en = \"Line\" }}\nrevenue = \"water.line\"\n\
             exempt_by = \"certificate\"\nrounding = \"half_even\"\n\n\
             [[version.charge.case]]\nclass = \"FARM\"\nfixed = \"name_{number}\"\n\n"
        )
    };
    let charges: String = (1..=names).rev().map(charge).collect();
    text.replacen("[[version.charge]]", &format!("{charges}[[version.charge]]"), 1)
}

#[test]
fn the_deepest_schedule_has_room_on_a_small_stack() {
    // A name of 47 sums is 49 parts within each other: it, its sums and what they add up to. At most 250 may be.
    let rows = [(5, 47, true), (24, 8, true), (5, 48, false), (29, 49, false)];
    let check = move || {
        for (names, sums, is_read) in rows {
            for text in [chained(names, sums), with_charges_from_below(&chained(names, sums), names)] {
                let schedule = Schedule::parse(&text);
                assert_eq!(schedule.is_ok(), is_read, "{names} names of {sums} sums: {:?}", schedule.err());
                let Ok(schedule) = schedule else { continue };
                let compiled = schedule.versions[0].compile().unwrap();
                let plan = compiled.plan("FARM", &[("season", "summer")]).unwrap();
                let usage = Quantity::parse("2", Unit::Ccf).unwrap();
                let inputs = Inputs { exemptions: &["certificate"], ..Inputs::of(usage) };
                let (price, explained) = (plan.price_for(&inputs).unwrap(), plan.explain(&inputs).unwrap());
                assert_eq!(price.total, kernel::Cents((names * sums + 2) * 2 * 100));
                assert_eq!(explained.total, price.total);
            }
        }
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(check).unwrap().join().unwrap();
}
