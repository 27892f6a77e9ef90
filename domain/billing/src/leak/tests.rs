//! Rules of leaks as tables that a clerk can check by hand.

use kernel::Unit;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(from: &str, to: &str) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

fn kgal(steps: i64) -> Quantity {
    Quantity { steps, unit: Unit::Kgal }
}

fn rule() -> LeakRule {
    LeakRule {
        schedule: "water".into(),
        class: String::new(),
        from_on: day("2020-01-01"),
        revenue: "water.consumption".into(),
        reason_code: "leak".into(),
        normal_by: NormalBy::LastPeriods,
        normal_count: 2,
        trigger_percent: 200,
        forgive_by: Forgiven::Share,
        forgive_percent: 50,
        months_between: 12,
        bills_each: 2,
        claim_days: 60,
        needs_proof: true,
        cap: None,
        source: "an invented policy".into(),
    }
}

fn past(from: &str, to: &str, steps: i64) -> PastPeriod {
    PastPeriod { period: period(from, to), steps, is_estimated: false, is_left_out: false }
}

#[test]
fn normal_use_is_that_of_the_periods_the_rule_looks_at_by_the_day() {
    let billed = period("2026-06-01", "2026-07-01");
    let history = [
        past("2024-06-01", "2024-07-01", 9_000),
        past("2025-06-01", "2025-07-01", 12_000),
        past("2026-03-01", "2026-04-01", 6_200),
        PastPeriod { is_left_out: true, ..past("2026-04-01", "2026-05-01", 90_000) },
        past("2026-05-01", "2026-06-01", 9_300),
    ];
    // By | how many | normal: 6,200 in 31 days and 9,300 in 31 are 15,500 in 62, so 250 a day.
    #[rustfmt::skip]
    let rows = [
        (NormalBy::LastPeriods,       1, Some(9_000)),
        (NormalBy::LastPeriods,       2, Some(7_500)),
        (NormalBy::SamePeriodOfYears, 1, Some(12_000)),
        (NormalBy::SamePeriodOfYears, 2, Some(10_500)),
        (NormalBy::SamePeriodOfYears, 9, Some(10_500)),
    ];
    for (normal_by, normal_count, expected) in rows {
        let rule = LeakRule { normal_by, normal_count, ..rule() };
        let found = rule.normal(billed, &history).map(|normal| normal.steps);
        assert_eq!(found, expected, "{normal_by:?} {normal_count}");
    }
    assert_eq!(rule().normal(billed, &[]), None);
    assert_eq!(rule().normal(billed, &[past("2026-07-01", "2026-08-01", 5)]), None, "what came later does not count");
}

#[test]
fn so_much_is_above_normal_and_so_much_of_it_forgiven() {
    // used | normal | from percent | forgiven percent | above and forgiven, or needed
    #[rustfmt::skip]
    let rows = [
        (30, 10, 200, 50,  Ok((20, 10))),
        (20, 10, 200, 50,  Ok((10, 5))),
        (21, 10, 200, 50,  Ok((11, 6))),
        (30, 10, 200, 100, Ok((20, 20))),
        (19, 10, 200, 50,  Err(20)),
        (31, 21, 150, 50,  Err(32)),
        (10, 10, 100, 50,  Err(11)),
        (5,  0,  200, 50,  Ok((5, 3))),
        (0,  0,  200, 50,  Err(1)),
    ];
    for (used, normal, trigger_percent, forgive_percent, expected) in rows {
        let rule = LeakRule { trigger_percent, forgive_percent, ..rule() };
        let found = rule.shares(kgal(used), normal).map_err(|refused| match refused {
            LeakRefused::NotHigh { needed, .. } => needed.steps,
            other => panic!("{other}"),
        });
        assert_eq!(found, expected, "{used} of {normal}");
    }
}

#[test]
fn a_use_that_is_not_high_is_told_with_its_unit() {
    // What was used is rounded down and what is asked for up: so the one is below the other in words, too.
    let used = Quantity { steps: 11_6689, unit: Unit::Kgal };
    let refused = rule().shares(used, 15_6977).unwrap_err();
    let words = "11.66 kgal is less than 200 percent of the normal 15.7 kgal: the rule asks for 31.4 kgal or more";
    assert_eq!(refused.to_string(), words);
    let used = Quantity { steps: 1_000, unit: Unit::Gallon };
    let refused = rule().shares(used, 1_005).unwrap_err();
    let words = "100 gal is less than 200 percent of the normal 100.5 gal: the rule asks for 201 gal or more";
    assert_eq!(refused.to_string(), words);
}

#[test]
fn a_leak_counts_on_so_many_bills_and_once_in_so_many_months() {
    let credit = |run: i64, from: &str, to: &str, bill_on: &str| LeakCredit {
        bill: BillNumber { run, position: 1 },
        period: period(from, to),
        bill_on: day(bill_on),
    };
    let june = (period("2026-06-01", "2026-07-01"), day("2026-07-06"));
    let may = credit(5, "2026-05-01", "2026-06-01", "2026-06-06");
    let april = credit(4, "2026-04-01", "2026-05-01", "2026-05-06");
    let july = credit(7, "2026-07-01", "2026-08-01", "2026-08-06");
    let last_year = credit(3, "2025-06-01", "2025-07-01", "2025-07-06");
    let later_last_year = credit(2, "2025-07-01", "2025-08-01", "2025-08-06");
    // given | bills each | code
    let rows: [(&[LeakCredit], i64, Option<&str>); 8] = [
        (&[], 2, None),
        (&[may], 2, None),
        (&[july], 2, None),
        (&[may], 1, Some("leak_same")),
        (&[april, may], 2, Some("leak_same")),
        (&[april], 2, Some("leak_used_before")),
        (&[last_year], 2, None),
        (&[later_last_year], 2, Some("leak_used_before")),
    ];
    for (given, bills_each, expected) in rows {
        let rule = LeakRule { bills_each, ..rule() };
        let found = rule.check_not_before(june, given).err().map(|refused| refused.code());
        assert_eq!(found, expected, "{given:?}, {bills_each}");
    }
    let words = rule().check_not_before(june, &[later_last_year]).unwrap_err().to_string();
    assert!(words.contains("2-000001") && words.contains("2026-08-06"), "{words}");
}

#[test]
fn it_is_asked_for_in_time() {
    // bill date | today | last day, when it is over
    let rows = [("2026-03-06", "2026-05-05", None), ("2026-03-06", "2026-05-06", Some(day("2026-05-05")))];
    for (bill_on, today, expected) in rows {
        let found = rule().check_in_time(day(bill_on), day(today));
        let last = found.err().map(|refused| match refused {
            LeakRefused::TooLate { last_on, .. } => last_on,
            other => panic!("{other}"),
        });
        assert_eq!(last, expected);
    }
}

#[test]
fn the_rule_of_the_class_goes_before_that_of_all() {
    let all = rule();
    let later = LeakRule { from_on: day("2026-01-01"), forgive_percent: 75, ..rule() };
    let shops = LeakRule { class: "SHOP".into(), forgive_percent: 25, ..rule() };
    let rules = [all, later, shops];
    // schedule | class | bill date | percent
    #[rustfmt::skip]
    let rows = [
        ("water", "HOUSE", "2025-12-31", Some(50)),
        ("water", "HOUSE", "2026-01-01", Some(75)),
        ("water", "SHOP",  "2026-01-01", Some(25)),
        ("water", "HOUSE", "2019-12-31", None),
        ("sewer", "HOUSE", "2026-01-01", None),
    ];
    for (schedule, class, on, expected) in rows {
        let found = LeakRule::holding(&rules, (schedule, class), day(on)).map(|rule| rule.forgive_percent);
        assert_eq!(found, expected, "{schedule} {class} {on}");
    }
}

proptest! {
    #[test]
    fn what_is_forgiven_is_part_of_what_is_above_normal(
        used in 0_i64..10_000_000,
        normal in 0_i64..10_000_000,
        trigger_percent in 100_i64..1_000,
        forgive_percent in 1_i64..=100,
    ) {
        let rule = LeakRule { trigger_percent, forgive_percent, ..rule() };
        if let Ok((excess, forgiven)) = rule.shares(kgal(used), normal) {
            prop_assert_eq!(excess + normal, used);
            prop_assert!(0 <= forgiven && forgiven <= excess);
        }
    }
}
