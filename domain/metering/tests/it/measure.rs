//! Consumption from reads: cases to check by hand.

use chrono::{Days, NaiveDate};
use kernel::{MeterId, Unit};
use metering::{Boundary, Grounds, Installation, Measured, MeasuredUse, MeterRead, ReadKind, measure};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn meter(letter: &str) -> MeterId {
    MeterId(i64::from(letter.as_bytes()[0]))
}

/// `A 2024-06-01 0 2025-01-15 5210`: meter, put in on, at, taken out on, at. Six dials, a step a count;
/// the meter `C` counts cubic feet.
fn installation(text: &str) -> Installation {
    let words: Vec<&str> = text.split_whitespace().collect();
    Installation {
        installed_on: day(words[1]),
        removed_on: words.get(3).map(|word| day(word)),
        meter: meter(words[0]),
        serial_number: words[0].to_owned(),
        unit: if words[0] == "C" { Unit::Ccf } else { Unit::Kgal },
        dials: 6,
        steps_per_count: 1,
        install_count: words[2].parse().unwrap(),
        removal_count: words.get(4).and_then(|word| word.parse().ok()),
    }
}

/// `A 2025-01-01 100`, with a `c` at the end when the customer read it.
fn read(text: &str) -> MeterRead {
    let words: Vec<&str> = text.split_whitespace().collect();
    let kind = if words.get(3) == Some(&"c") { ReadKind::Customer } else { ReadKind::Actual };
    MeterRead { read_on: day(words[1]), meter: meter(words[0]), count: words[2].parse().unwrap(), kind }
}

fn list<T>(text: &str, parse: fn(&str) -> T) -> Vec<T> {
    text.split('|').map(str::trim).filter(|item| !item.is_empty()).map(parse).collect()
}

/// Read from five days before to five days after.
fn boundary(on: &str) -> Boundary {
    let on = day(on);
    Boundary { on, read_from: on - Days::new(5), read_through: on + Days::new(5) }
}

/// January, February and March 2025: 31, 28 and 31 days.
fn quarter(installations: &str, reads: &str) -> Vec<Measured> {
    let boundaries = ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"].map(boundary);
    measure(&list(installations, installation), &list(reads, read), &boundaries)
}

fn shown(measured: &[Measured]) -> String {
    let periods = measured.iter().map(|measured| {
        let use_ = match &measured.outcome {
            MeasuredUse::Known { steps, .. } => steps.to_string(),
            MeasuredUse::Unknown => "?".to_owned(),
        };
        let codes = measured.findings.iter().map(metering::UseFinding::code);
        [use_].into_iter().chain(codes.map(str::to_owned)).collect::<Vec<_>>().join(" ")
    });
    periods.collect::<Vec<_>>().join(" | ")
}

fn check(rows: &[(&str, &str, &str)]) {
    for (installations, reads, expected) in rows {
        assert_eq!(shown(&quarter(installations, reads)), *expected, "{installations}; {reads}");
    }
}

const OLD: &str = "A 2020-01-01 0";

#[test]
#[rustfmt::skip]
fn one_meter_gives_what_a_clerk_finds_by_hand() {
    check(&[
        (OLD, "A 2025-01-01 100 | A 2025-02-01 150 | A 2025-03-01 180 | A 2025-04-01 200", "50 | 30 | 20"),
        (OLD, "A 2025-01-01 100 | A 2025-02-01 100 | A 2025-03-01 100 | A 2025-04-01 100", "0 | 0 | 0"),
        // Reads on other days of the window stand for the boundary.
        (OLD, "A 2024-12-27 100 | A 2025-02-06 150 | A 2025-02-25 180 | A 2025-04-06 200", "50 | 30 | 20"),
        (OLD, "A 2024-12-26 100 | A 2025-02-07 150 | A 2025-02-24 180 | A 2025-04-07 200", "? no_read | ? no_read | ? no_read"),
        // February was not read: 59 over 31 and 28 days, 60 over the same (31.53 and 28.47).
        (OLD, "A 2025-01-01 100 | A 2025-03-01 159", "31 | 28 | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-03-01 160", "32 | 28 | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-04-01 190", "31 | 28 | 31"),
        (OLD, "A 2024-12-01 90 | A 2025-02-01 100 | A 2025-03-01 160", "? no_read | 60 | ? no_read"),
        ("", "", "? no_read | ? no_read | ? no_read"),
    ]);
}

#[test]
#[rustfmt::skip]
fn the_nearest_read_stands_for_a_boundary() {
    check(&[
        (OLD, "A 2025-01-01 100 | A 2025-01-30 145 | A 2025-02-02 150",     "50 | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-01-31 145 | A 2025-02-02 150",     "45 | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-01-31 145 c | A 2025-02-02 150",   "50 | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-01-31 145 c | A 2025-02-03 150",   "45 | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-02-01 145 | A 2025-02-01 144 c",   "45 | ? no_read | ? no_read"),
    ]);
}

#[test]
#[rustfmt::skip]
fn lower_counts_are_rollovers_or_are_passed_over() {
    check(&[
        (OLD, "A 2025-01-01 998712 | A 2025-02-01 12",     "1300 rolled_over | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 750001 | A 2025-02-01 0",      "249999 rolled_over | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 750000 | A 2025-02-01 0",      "? negative_read no_read | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 998712 | A 2025-03-01 59000",  "31677 rolled_over | 28611 rolled_over | ? no_read"),
        // 90 is passed over; 20 more until March, over 31 and 28 days (10.5 and 9.5).
        (OLD, "A 2025-01-01 100 | A 2025-02-01 90 | A 2025-03-01 120", "11 negative_read | 9 | ? no_read"),
        // Two reads agree that the meter is lower: somebody has to look.
        (OLD, "A 2025-01-01 5000 | A 2025-02-01 100 | A 2025-03-01 120", "? negative_read no_read | ? negative_read no_read | ? no_read"),
        (OLD, "A 2025-01-01 5000 | A 2025-01-15 100", "? negative_read no_read | ? no_read | ? no_read"),
        ("A 2025-01-01 500", "A 2025-02-01 499", "? negative_read no_read | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-02-01 1000000", "? impossible_read no_read | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | A 2025-02-01 -1",      "? impossible_read no_read | ? no_read | ? no_read"),
        (OLD, "A 2025-01-01 100 | B 2025-02-01 150",     "? stray_read no_read | ? no_read | ? no_read"),
    ]);
}

#[test]
#[rustfmt::skip]
fn exchanges_are_counted_through_when_both_counts_are_known() {
    let known = "A 2020-01-01 0 2025-01-15 5210 | B 2025-01-15 7";
    let forgotten = "A 2020-01-01 0 2025-01-15 | B 2025-01-15 7";
    let still_there = "A 2020-01-01 0 | B 2025-01-15 7";
    let twice = "A 2020-01-01 0 2025-01-10 20 | B 2025-01-10 999990 2025-01-20 10 | D 2025-01-20 3";
    check(&[
        // 5210 - 5000 + 107 - 7
        (known, "A 2025-01-01 5000 | B 2025-02-01 107",                                      "310 | ? no_read | ? no_read"),
        (known, "A 2025-01-01 5000 | A 2025-01-15 5210 | B 2025-01-15 7 | B 2025-02-01 107", "310 | ? no_read | ? no_read"),
        (known, "A 2025-01-01 5000 | B 2025-03-01 597",                                      "420 | 380 | ? no_read"),
        // 20 - 10, 20 through zero, 8 - 3
        (twice, "A 2025-01-01 10 | D 2025-02-01 8",                                          "35 rolled_over | ? no_read | ? no_read"),
        (forgotten, "A 2025-01-01 5000 | B 2025-02-01 107 | B 2025-03-01 117",               "? unmeasured_exchange | 10 | ? no_read"),
        (forgotten, "A 2025-01-01 5000 | B 2025-03-01 107",                                  "? unmeasured_exchange | ? unmeasured_exchange | ? no_read"),
        (forgotten, "A 2025-01-01 5000",                                                     "? unmeasured_exchange no_read | ? no_read | ? no_read"),
        (still_there, "A 2025-01-01 5000 | B 2025-02-01 107",                                "? unmeasured_exchange | ? no_read | ? no_read"),
        // The count of the removal is lower than a read before it.
        (known, "A 2025-01-01 6000 | B 2025-02-01 107",            "? negative_read unmeasured_exchange | ? no_read | ? no_read"),
        ("A 2020-01-01 0 2025-01-15 50 | C 2025-01-15 0", "A 2025-01-01 40 | C 2025-02-01 4", "? unit_changed | ? no_read | ? no_read"),
        // An exchange is not a read: the window of February stays open for one.
        ("A 2020-01-01 0 2025-02-01 50 | B 2025-02-01 0", "A 2025-01-01 40",                   "? no_read | ? no_read | ? no_read"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_new_meter_begins_with_what_it_showed_when_it_was_put_in() {
    check(&[
        ("A 2024-12-30 10", "A 2025-02-01 60",                      "50 | ? no_read | ? no_read"),
        ("A 2025-01-01 10", "A 2025-02-01 60",                      "50 | ? no_read | ? no_read"),
        ("A 2024-06-01 10", "A 2025-02-01 60",                      "50 since_installed | ? no_read | ? no_read"),
        ("A 2024-06-01 10", "A 2024-10-01 20 | A 2025-02-01 60",    "? no_read | ? no_read | ? no_read"),
        ("A 2025-01-02 10", "A 2025-02-01 60",                      "? no_read | ? no_read | ? no_read"),
        ("A 2024-12-30 10", "A 2025-01-03 12 | A 2025-02-01 60",    "48 | ? no_read | ? no_read"),
        // The second meter of the place counts from its first day only when that is within the window.
        ("A 2020-01-01 0 2024-12-28 9 | B 2024-12-28 0", "B 2025-02-01 60", "60 | ? no_read | ? no_read"),
        ("A 2020-01-01 0 2024-12-10 9 | B 2024-12-10 0", "B 2025-02-01 60", "? no_read | ? no_read | ? no_read"),
    ]);
}

#[test]
fn a_read_in_two_windows_stands_for_the_nearer_boundary() {
    let boundaries = ["2025-01-01", "2025-01-08", "2025-02-01"].map(boundary);
    let reads = list("A 2025-01-05 100 | A 2025-02-01 150", read);
    let measured = measure(&list("A 2024-01-01 0", installation), &reads, &boundaries);
    // From the day the meter was put in until January 5, and on; never twice the same read.
    assert_eq!(shown(&measured), "100 since_installed | 50");
}

#[test]
fn boundaries_are_sorted_and_count_once() {
    let boundaries = ["2025-02-01", "2025-01-01", "2025-02-01"].map(boundary);
    let reads = list("A 2025-01-01 100 | A 2025-02-01 150", read);
    assert_eq!(shown(&measure(&list(OLD, installation), &reads, &boundaries)), "50");
    assert_eq!(measure(&list(OLD, installation), &reads, &boundaries[..1]), []);
}

#[test]
fn the_grounds_tell_the_counts_of_both_meters() {
    let measured = quarter(
        "A 2020-01-01 0 2025-01-15 999990 | B 2025-01-15 7",
        "A 2025-01-01 999000 | B 2025-02-01 107 c | B 2025-04-01 697",
    );
    let told: Vec<Vec<String>> = measured
        .iter()
        .map(|measured| match &measured.outcome {
            MeasuredUse::Known { unit, grounds, .. } => grounds.sentences(*unit),
            MeasuredUse::Unknown => panic!("everything was read"),
        })
        .collect();
    let expected = [
        vec![
            "Meter A: read 999,000 on 2025-01-01, removed at 999,990 on 2025-01-15: 0.099 kgal",
            "Meter B: installed at 7 on 2025-01-15, read by the customer as 107 on 2025-02-01: 0.01 kgal",
        ],
        vec![
            "Meter B: read by the customer as 107 on 2025-02-01, read 697 on 2025-04-01: 0.059 kgal",
            "28 of 59 days between the reads: 0.028 of 0.059 kgal",
        ],
        vec![
            "Meter B: read by the customer as 107 on 2025-02-01, read 697 on 2025-04-01: 0.059 kgal",
            "31 of 59 days between the reads: 0.031 of 0.059 kgal",
        ],
    ];
    assert_eq!(told, expected);
    let MeasuredUse::Known { read_on, unit, steps, grounds } = &measured[1].outcome else { panic!("it was read") };
    assert_eq!((*read_on, *unit, *steps), (day("2025-04-01"), Unit::Kgal, 280));
    assert_eq!(Grounds::parse(&grounds.to_text()).as_ref(), Ok(grounds));
}
