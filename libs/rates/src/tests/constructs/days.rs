//! Part of a period: first and final bills, long and short ones, and rates that change within one.

use kernel::Decimal;
use proptest::prelude::*;

use super::{Asked, FRAME, adds_up, bill, charge, explained, version};
use crate::exact::Exact;
use crate::{Basis, Days, Inputs, NormalDays, PeriodKind, Schedule, Segment, Share, Version};
use kernel::Unit;

const KINDS: &str = "prorate = [\"first\", \"final\", \"long\", \"short\"]\nprorate_tiers = [\"first\", \"final\", \"long\", \"short\"]\n";

/// A base charge of 30.00, tiers of 10 and the rest with 1 unit included, a least amount, and containers.
fn prorating(kinds: &str) -> Version {
    let measured = "measured_by = \"usage\"\nunit = \"ccf\"\n";
    let tiers = "tiers = [{ through = 9, price = 1, flat = 6 }, { price = 3 }]";
    version(&[
        &charge("base", &format!("{kinds}case = [{{ fixed = 30 }}]")),
        &charge("use", &format!("{measured}{kinds}case = [{{ {tiers}, included = 3 }}]")),
        &charge("least", &format!("{measured}{kinds}case = [{{ per_unit = 0, at_least = 12 }}]")),
        &charge(
            "homes",
            &format!("measured_by = \"dwelling_units\"\nunit = \"each\"\n{kinds}case = [{{ per_unit = 3 }}]"),
        ),
    ])
}

#[test]
fn amounts_and_tiers_follow_the_days_served_where_the_text_says_so() {
    use PeriodKind::{Final, First};
    let part = |kinds: &[PeriodKind], days| Days::part(kinds.to_vec(), days, 30);
    let normal = Some(NormalDays { full: 30, at_least: 25, at_most: 35 });
    let regular = |days| Days::regular(days, normal);
    let plain = "base 30 + use 18 + least 12 + homes 3 = 63.00";
    #[rustfmt::skip]
    let rows = [
        // 12 ccf, 3 of them included: 9 at 1 and 6.00 for tier 1
        (Days::whole(),             KINDS, "12", "base 30 + use 15 + least 12 + homes 3 = 60.00"),
        (Days::whole(),             KINDS, "13", plain),
        // A third of everything: 1 included, 3 at 1, the rest at 3, and 2.00 for tier 1
        (part(&[First], 10),        KINDS, "5",  "base 10 + use 8 + least 4 + homes 1 = 23.00"),
        (part(&[Final], 10),        KINDS, "5",  "base 10 + use 8 + least 4 + homes 1 = 23.00"),
        (part(&[First, Final], 10), KINDS, "5",  "base 10 + use 8 + least 4 + homes 1 = 23.00"),
        (part(&[First], 0),         KINDS, "0",  "base 0 + use 0 + least 0 + homes 0 = 0.00"),
        (part(&[First], 10),        "",    "13", plain),
        (part(&[First], 10), "prorate = \"final\"\nprorate_tiers = \"final\"\n", "13", plain),
        (part(&[First], 10), "prorate = \"first\"\n",       "13", "base 10 + use 14 + least 4 + homes 1 = 29.00"),
        (part(&[First], 10), "prorate_tiers = \"first\"\n", "5",  "base 30 + use 12 + least 12 + homes 3 = 57.00"),
        // 25 to 35 days are normal; 45 are one and a half times 30, 20 are two thirds
        (regular(30),               KINDS, "13", plain),
        (regular(25),               KINDS, "13", plain),
        (regular(35),               KINDS, "13", plain),
        (regular(45),               KINDS, "18", "base 45 + use 22.5 + least 18 + homes 4.5 = 90.00"),
        (regular(20),               KINDS, "8",  "base 20 + use 10 + least 8 + homes 2 = 40.00"),
        (regular(45),               "prorate = \"short\"\nprorate_tiers = \"short\"\n", "13", plain),
        (Days::regular(45, None),   KINDS, "13", plain),
    ];
    for (days, kinds, usage, expected) in rows {
        let asked = Asked { days: days.clone(), ..Asked::house(usage) };
        assert_eq!(bill(&prorating(kinds), &asked), expected, "{days:?} {kinds} {usage}");
    }
}

#[test]
fn both_end_days_count() {
    // April 12 through April 30 are 19 days of 30: a base of $30.00 is $19.00.
    let version = version(&[&charge("base", "prorate = \"first\"\ncase = [{ fixed = 30.00 }]")]);
    let days = Days::part(vec![PeriodKind::First], 19, 30);
    assert_eq!(bill(&version, &Asked { days, ..Asked::house("0") }), "base 19 = 19.00");
}

#[test]
fn the_days_of_a_bill_are_in_its_explanation() {
    let version = version(&[&charge("base", "prorate = \"final\"\ncase = [{ fixed = 30.00 }]")]);
    let days = Days::part(vec![PeriodKind::Final], 11, 31);
    let text = explained(&version, &Asked { days, ..Asked::house("0") }).unwrap().to_text();
    assert!(text.contains("  11 of 31 days are billed\n"), "{text}");
    assert!(text.contains("30.00 times 11/31"), "{text}");
}

/// The parts of a period of some days, with their exact amounts added up.
fn segments(version: &Version, lengths: &[u32], usage: &Exact) -> (Vec<Exact>, Vec<i64>) {
    let of = lengths.iter().sum();
    let compiled = version.compile().unwrap();
    let plan = compiled.plan("HOUSE", &[]).unwrap();
    let numbers = [("dwelling_units", Decimal::from(4)), ("allocation", Decimal::from(7))];
    let (mut exact, mut cents) = (vec![Exact::zero(); plan.charges().len()], vec![0; plan.charges().len()]);
    for (index, days) in lengths.iter().enumerate() {
        let share = Share { days: *days, of };
        let is_last = index + 1 == lengths.len();
        let segment = (lengths.len() != 1).then_some(Segment { share, is_last });
        let inputs = Inputs {
            usage: usage.times(&Exact::ratio(i64::from(*days), i64::from(of)).unwrap()),
            unit: Unit::Ccf,
            numbers: &numbers,
            exemptions: &[],
            days: Days { segment, ..Days::whole() },
        };
        let explanation = plan.explain(&inputs).unwrap();
        adds_up(&explanation);
        for (position, charge) in explanation.charges.iter().enumerate() {
            exact[position] = exact[position].plus(&charge.exact);
            cents[position] += charge.cents.0;
        }
    }
    (exact, cents)
}

/// Everything that has an amount, with or without the words that prorate it where rates change.
fn everything() -> Version {
    let measured = "measured_by = \"usage\"\nunit = \"ccf\"\n";
    let mid = "prorate = \"mid_period\"\nprorate_tiers = \"mid_period\"\n";
    let tiers = "tiers = [{ through = 9, price = 1.37, flat = 6 }, { price = 3.11 }]";
    let parts = [
        charge("base", "prorate = \"mid_period\"\ncase = [{ fixed = 30.01 }]"),
        charge("whole_base", "case = [{ fixed = 30.01, at_least = 31 }]"),
        charge("use", &format!("{measured}{mid}case = [{{ {tiers}, included = 3 }}]")),
        charge("plain_use", &format!("{measured}case = [{{ per_unit = 2.5, at_least = 12 }}]")),
        charge("whole_use", &format!("{measured}{mid}case = [{{ tier_scope = \"whole_use\", {tiers} }}]")),
        charge("homes", "measured_by = \"dwelling_units\"\nunit = \"each\"\ncase = [{ per_unit = 3.33, at_most = 9 }]"),
        charge("less", "measured_by = \"less\"\nunit = \"ccf\"\nreturn_factor = 0.8\ncase = [{ per_unit = 2.3056 }]"),
    ];
    let value = "\n[[version.value]]\nname = \"less\"\nis = \"min(allocation, usage)\"\n\n[[version.quantity]]\nname = \"usage\"\nunit = \"ccf\"\n";
    let text = format!(
        "{FRAME}{value}{}",
        parts.concat().replace("name = \"less\"\nrevenue", "name = \"less_sewer\"\nrevenue")
    );
    let mut version = Schedule::parse(&text).unwrap_or_else(|refused| panic!("{refused}")).versions.remove(0);
    version.basis = Basis::ProratedByDays;
    version
}

#[test]
fn the_parts_of_a_period_are_what_a_clerk_finds_by_hand() {
    // 20 ccf in 30 days, 10 of them before the change: 30.01 is a third and two thirds, or all of it with the last.
    let (whole, cents) = segments(&everything(), &[30], &Exact::from(20));
    let (parts, part_cents) = segments(&everything(), &[10, 20], &Exact::from(20));
    assert_eq!(parts, whole);
    // 3.33 × 4 is 13.32, at most 9; 7 of 20 ccf × 0.8 × 2.3056 are 12.91136.
    assert_eq!(cents, [3001, 3100, 4321, 5000, 6220, 900, 1291]);
    assert_eq!(part_cents, [3001, 3100, 4321, 5000, 6220, 900, 1291]);
}

proptest! {
    #[test]
    fn the_parts_of_a_period_sum_to_the_whole(
        lengths in proptest::collection::vec(1_u32..40, 1..5),
        steps in 0_i64..5_000_000,
    ) {
        let usage = Exact::scaled(i128::from(steps), 5);
        let days: u32 = lengths.iter().sum();
        let (whole, whole_cents) = segments(&everything(), &[days], &usage);
        let (parts, cents) = segments(&everything(), &lengths, &usage);
        prop_assert_eq!(&parts, &whole);
        let allowed = i64::try_from(lengths.len()).unwrap();
        for (found, expected) in cents.iter().zip(&whole_cents) {
            prop_assert!((found - expected).abs() <= allowed, "{:?} and not {:?}", cents, whole_cents);
        }
    }

    #[test]
    fn who_moves_out_and_who_moves_in_pay_the_whole_together(days in 0_u32..=31, cents in 0_i64..10_000) {
        let version = version(&[&charge("base", "prorate = [\"first\", \"final\"]\ncase = [{ fixed = \"allocation\" }]")]);
        let compiled = version.compile().unwrap();
        let plan = compiled.plan("HOUSE", &[]).unwrap();
        let amount = |days: Days| {
            let inputs = Inputs {
                numbers: &[("allocation", Decimal::new(cents, 2))],
                days,
                ..Inputs::exact(Decimal::ZERO, Unit::Ccf)
            };
            plan.explain(&inputs).unwrap().charges[0].exact.clone()
        };
        let (out, moved_in) = (Days::part(vec![PeriodKind::Final], days, 31), Days::part(vec![PeriodKind::First], 31 - days, 31));
        prop_assert_eq!(amount(out).plus(&amount(moved_in)), amount(Days::whole()));
    }
}
