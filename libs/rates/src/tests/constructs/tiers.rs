//! Tiers, whole steps, packages and included use.

use kernel::Unit;

use super::{Asked, bill, by_use, charge, check, version};

#[test]
fn tiers_are_counted_unit_by_unit() {
    #[rustfmt::skip]
    check(&[
        // Declining: 10 at 3, 10 at 2, the rest at 1.
        ("tiers = [{ through = 10, price = 3 }, { through = 20, price = 2 }, { price = 1 }]", &[
            ("0",        "0 = 0.00"),
            ("10",       "30 = 30.00"),
            ("10.5",     "31 = 31.00"),
            ("20",       "50 = 50.00"),
            ("20.00001", "50.00001 = 50.00"),
            ("25",       "55 = 55.00"),
        ]),
        // The first 5 are included.
        ("tiers = [{ through = 5, price = 0 }, { price = 4 }]", &[
            ("0",        "0 = 0.00"),
            ("5",        "0 = 0.00"),
            ("6",        "4 = 4.00"),
        ]),
        // A free tier in the middle.
        ("tiers = [{ through = 5, price = 2 }, { through = 8, price = 0 }, { price = 4 }]", &[
            ("8",        "10 = 10.00"),
            ("9",        "14 = 14.00"),
        ]),
        // A single tier is a price per unit.
        ("tiers = [{ price = 1.25 }]", &[
            ("3",        "3.75 = 3.75"),
        ]),
    ]);
}

#[test]
fn a_start_is_the_first_unit_or_a_bound_and_they_differ_by_one_unit() {
    #[rustfmt::skip]
    check(&[
        // 12 at 1, then 2: 12.4 is 12 and 0.4.
        ("tiers = [{ first = 0, price = 1 }, { first = 13, price = 2 }]", &[
            ("12",   "12 = 12.00"),
            ("12.4", "12.8 = 12.80"),
            ("13",   "14 = 14.00"),
            ("14",   "16 = 16.00"),
        ]),
        // The same with 1 for the first start.
        ("tiers = [{ first = 1, price = 1 }, { first = 13, price = 2 }]", &[
            ("12.4", "12.8 = 12.80"),
            ("13",   "14 = 14.00"),
        ]),
        // 13 at 1, then 2.
        ("tiers = [{ through = 13, price = 1 }, { price = 2 }]", &[
            ("12.4", "12.4 = 12.40"),
            ("13",   "13 = 13.00"),
            ("14",   "15 = 15.00"),
        ]),
    ]);
}

#[test]
fn all_use_may_be_at_the_price_of_the_tier_it_ends_in() {
    #[rustfmt::skip]
    check(&[
        ("tier_scope = \"whole_use\"\ntiers = [{ through = 10, price = 3, flat = 1 }, { price = 2, flat = 5 }]", &[
            ("0",    "1 = 1.00"),
            ("10",   "31 = 31.00"),
            ("10.5", "26 = 26.00"),
            ("20",   "45 = 45.00"),
        ]),
        // Within tiers every tier that is reached costs its flat amount; tier 1 always is.
        ("tiers = [{ through = 10, price = 3, flat = 1 }, { price = 2, flat = 5 }]", &[
            ("0",    "1 = 1.00"),
            ("10",   "31 = 31.00"),
            ("10.5", "37 = 37.00"),
            ("20",   "56 = 56.00"),
        ]),
    ]);
}

#[test]
fn whole_steps_and_packages_count_what_is_begun_full_or_nearest() {
    #[rustfmt::skip]
    check(&[
        ("per_unit = 5\nstep = 1\npartial_step = \"whole\"",   &[("0", "0 = 0.00"), ("2", "10 = 10.00"), ("2.1", "15 = 15.00"), ("2.9", "15 = 15.00")]),
        ("per_unit = 5\nstep = 1\npartial_step = \"dropped\"", &[("0", "0 = 0.00"), ("2", "10 = 10.00"), ("2.1", "10 = 10.00"), ("2.9", "10 = 10.00")]),
        ("per_unit = 5\nstep = 1\npartial_step = \"nearest\"", &[("0", "0 = 0.00"), ("2.4", "10 = 10.00"), ("2.5", "15 = 15.00"), ("2.9", "15 = 15.00")]),
        // Packages of 10 for 100.00; 121 are 13 packages, 12 when 10 are free.
        ("per_unit = 100\nper = 10\nstep = 10\npartial_step = \"whole\"", &[("121", "1300 = 1300.00"), ("120", "1200 = 1200.00")]),
        ("per_unit = 100\nper = 10\nstep = 10\npartial_step = \"whole\"\nincluded = 10", &[("121", "1200 = 1200.00"), ("10", "0 = 0.00")]),
        // 8 of 20 are free before tiers begin, so the next 10 are at 1 and 2 at 3.
        ("included = 8\ntiers = [{ through = 10, price = 1 }, { price = 3 }]", &[("8", "0 = 0.00"), ("18", "10 = 10.00"), ("20", "16 = 16.00")]),
        // Steps are counted after what is included: 9.5 - 8 is 1.5, two begun.
        ("included = 8\nper_unit = 5\nstep = 1\npartial_step = \"whole\"", &[("9.5", "10 = 10.00")]),
    ]);
}

#[test]
fn use_is_converted_returned_and_included_in_this_order() {
    // 12 ccf are 8,976 gallons, of which 90 % return: 8,078.4; less 1,000 are 7,078.4, in thousands begun 8.
    let sewer = |case: &str| {
        let measure =
            "measured_by = \"usage\"\nunit = \"gallon\"\nconvert = \"ccf_to_gallon_748\"\nreturn_factor = 0.9";
        version(&[&charge("sewer", &format!("{measure}\n[[version.charge.case]]\n{case}"))])
    };
    #[rustfmt::skip]
    let rows = [
        ("per_unit = 4\nper = 1000",                                                             "12",  "sewer 32.3136 = 32.31"),
        ("per_unit = 4\nper = 1000\nincluded = 1000",                                            "12",  "sewer 28.3136 = 28.31"),
        ("per_unit = 4\nper = 1000\nincluded = 1000\nstep = 1000\npartial_step = \"whole\"",     "12",  "sewer 32 = 32.00"),
        ("per_unit = 4\nper = 1000\nincluded = 1000\nstep = 1000\npartial_step = \"dropped\"",   "12",  "sewer 28 = 28.00"),
        ("per = 1000\nincluded = 1000\ntiers = [{ through = 5000, price = 4 }, { price = 6 }]",  "12",  "sewer 32.4704 = 32.47"),
        ("per_unit = 4\nper = 1000\nincluded = 1000",                                            "1",   "sewer 0 = 0.00"),
    ];
    for (case, usage, expected) in rows {
        assert_eq!(bill(&sewer(case), &Asked::house(usage)), expected, "{case}");
    }
    // A meter that counts gallons already needs no conversion; one that counts kgal has no factor here.
    let plain = sewer("per_unit = 4\nper = 1000");
    let gallons = Asked { unit: Unit::Gallon, ..Asked::house("1000") };
    assert_eq!(bill(&plain, &gallons), "sewer 3.6 = 3.60");
    let kgal = Asked { unit: Unit::Kgal, ..Asked::house("1") };
    assert_eq!(bill(&plain, &kgal), "the rate is per ccf, the usage is in kgal");
}

#[test]
fn a_tier_that_a_formula_leaves_empty_holds_nothing() {
    let version = version(&[&by_use(
        "tiers = [{ through = 10, price = 1 }, { through = \"allocation\", price = 2 }, { price = 3 }]",
    )]);
    #[rustfmt::skip]
    let rows = [
        // allocation  usage  10 at 1, up to the allocation at 2, the rest at 3
        ("20",         "30",  "use 60 = 60.00"),
        ("10",         "30",  "use 70 = 70.00"),
        ("4",          "30",  "use 70 = 70.00"),
        ("-7",         "30",  "use 70 = 70.00"),
        ("4",          "10",  "use 10 = 10.00"),
    ];
    for (allocation, usage, expected) in rows {
        let asked = Asked { numbers: &[("allocation", allocation)], ..Asked::house(usage) };
        assert_eq!(bill(&version, &asked), expected, "{allocation} {usage}");
    }
}
