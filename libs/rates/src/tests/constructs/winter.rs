//! Winter averages: which periods count, and what holds when too few do.

use kernel::Decimal;

use super::{Asked, bill, charge, version};
use crate::{PeriodUse, WinterAverage, WinterGrounds, WinterPeriod};

/// January to March by bill date, and what a row says otherwise.
fn rule(changed: &str) -> WinterAverage {
    let mut keys = vec![
        "months = [1, 2, 3]",
        "by = \"bill_date\"",
        "periods_at_least = 2",
        "estimated = \"count\"",
        "vacant = \"skip\"",
        "bills_from_month = 7",
    ];
    for change in changed.split("; ").filter(|change| !change.is_empty()) {
        let (name, _) = change.split_once(" =").unwrap();
        keys.retain(|key| !key.starts_with(name));
        keys.push(change);
    }
    let quantity =
        "\n[[version.quantity]]\nname = \"winter\"\nunit = \"ccf\"\ndefault = 6\n[version.quantity.winter_average]\n";
    let version = version(&[quantity, &keys.join("\n"), &charge("base", "case = [{ fixed = 1 }]")]);
    version.quantities.last().unwrap().winter_average.clone().unwrap()
}

/// `01-15 10` a read in January, `02-15 8 estimated`, `03-15 0 vacant`.
fn periods(text: &str) -> Vec<WinterPeriod> {
    let period = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        WinterPeriod {
            on: format!("2026-{}", words[0]).parse().unwrap(),
            usage: words[1].parse().unwrap(),
            is_estimated: words.contains(&"estimated"),
            is_vacant: words.contains(&"vacant"),
        }
    };
    text.split(", ").filter(|text| !text.is_empty()).map(period).collect()
}

#[test]
fn a_winter_average_is_what_a_clerk_finds_by_hand() {
    use WinterGrounds::{Cap, Default, Mean};
    let lowest = "months = [12, 1, 2, 3]; lowest = 3; period_at_least = 2; periods_at_least = 3";
    #[rustfmt::skip]
    let rows = [
        // what differs              the periods                                              average       by
        ("",                         "01-15 10, 02-15 8, 03-15 9",                            "9",          Mean),
        ("",                         "01-15 10, 02-15 8, 03-15 10",                           "9.333333",   Mean),
        ("",                         "12-15 90, 01-15 10, 02-15 8, 03-15 9, 04-15 90",        "9",          Mean),
        // A new account: nothing, or less than two periods, and the default holds.
        ("",                         "",                                                      "6",          Default),
        ("",                         "03-15 10",                                              "6",          Default),
        ("periods_at_least = 1",     "03-15 10",                                              "10",         Mean),
        // A vacant month is left out, or counts; so is an estimate.
        ("",                         "01-15 10, 02-15 0 vacant, 03-15 9",                     "9.5",        Mean),
        ("",                         "01-15 10, 02-15 0 vacant, 03-15 0 vacant",              "6",          Default),
        ("vacant = \"count\"",       "01-15 10, 02-15 0 vacant, 03-15 8",                     "6",          Mean),
        ("",                         "01-15 10, 02-15 8 estimated, 03-15 9",                  "9",          Mean),
        ("estimated = \"skip\"",     "01-15 10, 02-15 8 estimated, 03-15 9",                  "9.5",        Mean),
        ("estimated = \"skip\"",     "01-15 10 estimated, 02-15 8 estimated, 03-15 9",        "6",          Default),
        // At most the cap.
        ("cap = 8",                  "01-15 10, 02-15 8, 03-15 9",                            "8",          Cap),
        ("cap = 9",                  "01-15 10, 02-15 8, 03-15 9",                            "9",          Mean),
        // Bartlesville: the lowest 3 of 4, each at least 2.
        (lowest,                     "12-15 7, 01-15 5, 02-15 1, 03-15 20",                   "4.666667",   Mean),
        (lowest,                     "12-15 0, 01-15 0, 02-15 0, 03-15 0",                    "2",          Mean),
        (lowest,                     "12-15 7, 01-15 5",                                      "6",          Default),
        // Two bills in one month are two periods.
        ("",                         "01-02 4, 01-30 6",                                      "5",          Mean),
    ];
    for (changed, given, expected, grounds) in rows {
        let outcome = rule(changed).of(&periods(given), Some(Decimal::from(6)));
        let found = outcome.average.map(|average| average.normalize().to_string());
        assert_eq!((found.as_deref(), outcome.grounds), (Some(expected), grounds), "{changed}: {given}");
    }
    assert_eq!(rule("").of(&[], None).average, None, "neither periods nor a default");
}

#[test]
fn every_period_is_told_what_was_done_with_it() {
    let rule = rule("months = [12, 1, 2, 3]; lowest = 1; periods_at_least = 1; estimated = \"skip\"");
    let given = periods("12-15 9, 01-15 7, 02-15 8 estimated, 03-15 0 vacant, 04-15 1");
    let outcome = rule.of(&given, None);
    let treated: Vec<PeriodUse> = outcome.periods.iter().map(|(_, treated)| *treated).collect();
    use PeriodUse::{Counted, Estimated, NotAmongLowest, OtherMonth, Vacant};
    assert_eq!(treated, [NotAmongLowest, Counted, Estimated, Vacant, OtherMonth]);
    let expected = "winter average 7: mean of the periods that count; 2026-12-15 9 left out, not among the lowest; \
                    2026-01-15 7 counts; 2026-02-15 8 left out, estimated; 2026-03-15 0 left out, vacant";
    assert_eq!(outcome.to_string(), expected);
}

#[test]
fn sewer_follows_the_average_the_default_or_what_is_less() {
    let quantity = "\n[[version.quantity]]\nname = \"winter\"\nunit = \"ccf\"\ndefault = 6\n";
    let least = "\n[[version.value]]\nname = \"least\"\nis = \"min(winter, usage)\"\n\n[[version.quantity]]\nname = \"usage\"\nunit = \"ccf\"\n";
    let sewer = |by: &str| {
        let rest =
            format!("measured_by = \"{by}\"\nunit = \"ccf\"\nreturn_factor = 0.8\ncase = [{{ per_unit = 2.3056 }}]");
        version(&[quantity, least, &charge("fixed", "case = [{ fixed = 1.22 }]"), &charge("sewer", &rest)])
    };
    #[rustfmt::skip]
    let rows: [(_, &[(&str, &str)], _, _); 4] = [
        // Phoenix in 2010: a winter average of 9 units came to $17.82.
        ("winter", &[("winter", "9")], "20", "fixed 1.22 + sewer 16.60032 = 17.82"),
        ("winter", &[],                "20", "fixed 1.22 + sewer 11.06688 = 12.29"),
        ("least",  &[("winter", "9")], "20", "fixed 1.22 + sewer 16.60032 = 17.82"),
        ("least",  &[("winter", "9")], "5",  "fixed 1.22 + sewer 9.2224 = 10.44"),
    ];
    for (by, numbers, usage, expected) in rows {
        assert_eq!(bill(&sewer(by), &Asked { numbers, ..Asked::house(usage) }), expected, "{by} {usage}");
    }
}
