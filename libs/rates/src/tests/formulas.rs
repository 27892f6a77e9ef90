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

#[test]
fn the_deepest_schedule_has_room_on_a_small_stack() {
    const NAMES: i64 = 10;
    let mut text = super::pricing::WATER.replace("per_unit = 0.0375", "per_unit = \"name_1\"");
    for number in (1..=NAMES).rev() {
        let next = if number == NAMES { "usage".to_owned() } else { format!("name_{}", number + 1) };
        let formula = (1..50).fold(next, |part, _| format!("1+({part})"));
        let value = format!("[[version.value]]\nname = \"name_{number}\"\nis = \"{formula}\"\n\n[[version.charge]]");
        text = text.replacen("[[version.charge]]", &value, 1);
    }
    let price = move || {
        let schedule = Schedule::parse(&text).unwrap();
        let compiled = schedule.versions[0].compile().unwrap();
        let plan = compiled.plan("FARM", &[("season", "summer")]).unwrap();
        let usage = Quantity::parse("2", Unit::Ccf).unwrap();
        let (price, explained) = (plan.price(usage).unwrap(), plan.explain(&Inputs::of(usage)).unwrap());
        assert_eq!((price.total, explained.total), (explained.total, kernel::Cents((49 * NAMES + 2) * 2 * 100)));
    };
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(price).unwrap().join().unwrap();
}
