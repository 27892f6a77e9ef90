//! Altered copies of the real reads give altered bills, each as a clerk would reckon it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stories::{Program, Reads, pack};

const READS: &str = "santa-monica-consumption/santamonica_reads_with_expected_bill.csv.gz";
const RATES: &str = "RateParser/examples/smc-2016-03-01.owrs";
/// So many rows of the file are enough to have every class and almost every month.
const ROWS: usize = 3_000;

/// The city's rates by hand: through which ccf, at how many cents a ccf. Meters are 5/8", water is
/// potable. A house with 20 ccf pays 14 × 2.87 + 6 × 4.29 = 65.92.
#[rustfmt::skip]
const TIERS: [(&str, &[(i64, i64)]); 6] = [
    ("RESIDENTIAL_SINGLE", &[( 14, 287), (40, 429), (148, 644), (i64::MAX, 1007)]),
    ("RESIDENTIAL_MULTI",  &[(  4, 287), ( 9, 429), ( 20, 644), (i64::MAX, 1007)]),
    ("IRRIGATION",         &[(210, 407),                        (i64::MAX, 1003)]),
    ("COMMERCIAL",         &[(210, 407),                        (i64::MAX, 1003)]),
    ("INDUSTRIAL",         &[(210, 407),                        (i64::MAX, 1003)]),
    ("INSTITUTIONAL",      &[(210, 407),                        (i64::MAX, 1003)]),
];

/// Hundred-thousandths of a ccf in a ccf.
const STEP: i128 = 100_000;

/// What a row costs in cents by hand; `None` for a class without rates.
fn by_hand(class: &str, usage: &str, tiers: &[(&str, &[(i64, i64)])]) -> Option<i64> {
    let (_, tiers) = tiers.iter().find(|(known, _)| *known == class)?;
    let (whole, part) = usage.split_once('.').unwrap_or((usage, ""));
    let steps: i128 = format!("{whole}{part:0<5}").parse().unwrap();
    let (mut from, mut sum) = (0, 0);
    for (through, price) in *tiers {
        let through = i128::from(*through) * STEP;
        sum += (steps.min(through) - from).max(0) * i128::from(*price);
        from = through;
    }
    // Half a cent goes up; nothing here is below zero.
    Some(i64::try_from((sum + STEP / 2) / STEP).unwrap())
}

/// A data folder of our own, with reads and rates.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn of(reads: &Reads, rates: &str) -> Copy {
        let copy = Copy { folder: tempfile::tempdir().unwrap() };
        for (name, bytes) in [(READS, pack(&reads.to_text())), (RATES, rates.as_bytes().to_vec())] {
            let path = copy.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Bills the copy: what `conform` prints, and status and cents by row.
    fn bill(&self) -> (Value, BTreeMap<String, (String, String)>) {
        let (bills, town) = (self.path("bills.csv"), self.path("town.db"));
        let program = Program::on(&format!("sqlite://{}?mode=rwc", town.display()));
        let data = self.folder.path().to_str().unwrap();
        let words = ["conform", "santa-monica", "--data", data, "--bills-out", bills.to_str().unwrap()];
        let figures: Value = serde_json::from_str(&program.done("console", &words)).unwrap();
        let rows = Reads::parse(&std::fs::read(bills).unwrap()).rows;
        let count = rows.len();
        let by_row: BTreeMap<_, _> =
            rows.into_iter().map(|row| (row[0].clone(), (row[1].clone(), row[3].clone()))).collect();
        assert_eq!(by_row.len(), count, "every row is written once");
        (figures, by_row)
    }
}

/// The first rows of the file with some of the class without rates, and the city's rates.
fn sample(test: &str) -> Option<(Reads, String)> {
    let folder = testkit::reference(test, "rates/data")?;
    let mut reads = Reads::unpack(&folder.join(READS));
    let class = reads.column("cust_class");
    let later = reads.rows.split_off(ROWS);
    reads.rows.extend(later.into_iter().filter(|row| row[class] == "OTHER").take(25));
    Some((reads, read_text(&folder.join(RATES))))
}

fn read_text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Bills a copy and compares every row, and every figure, with the reckoning by hand.
fn check(reads: &Reads, rates: &str, tiers: &[(&str, &[(i64, i64)])]) -> BTreeMap<String, (String, String)> {
    let (row, class, usage) = (reads.column("row"), reads.column("cust_class"), reads.column("usage_ccf"));
    let hand: BTreeMap<String, (String, String)> = reads
        .rows
        .iter()
        .map(|fields| match by_hand(&fields[class], &fields[usage], tiers) {
            Some(cents) => (fields[row].clone(), ("billed".to_owned(), cents.to_string())),
            None => (fields[row].clone(), ("held".to_owned(), String::new())),
        })
        .collect();
    let (figures, ours) = Copy::of(reads, rates).bill();
    for (row, expected) in &hand {
        assert_eq!(ours.get(row), Some(expected), "row {row}");
    }
    assert_eq!(ours.len(), hand.len());
    let billed: Vec<i64> = hand.values().filter_map(|(_, cents)| cents.parse().ok()).collect();
    let count = |number: usize| i64::try_from(number).unwrap();
    let expected = [
        ("bills", count(billed.len())),
        ("total_cents", billed.iter().sum()),
        ("unbilled", count(hand.len() - billed.len())),
        ("zero_bills", count(billed.iter().filter(|cents| **cents == 0).count())),
        ("postings", count(billed.iter().filter(|cents| **cents != 0).count())),
    ];
    for (figure, value) in expected {
        assert_eq!(figures[figure].as_i64(), Some(value), "{figure}");
    }
    assert_eq!((&figures["funds_balanced"], &figures["completeness_ok"]), (&true.into(), &true.into()));
    ours
}

#[test]
fn the_reckoning_by_hand_is_right() {
    let rows = [
        ("RESIDENTIAL_SINGLE", "20", Some(6_592)),
        ("RESIDENTIAL_MULTI", "12.4", Some(5_483)),
        ("COMMERCIAL", "388", Some(264_004)),
        ("IRRIGATION", "0", Some(0)),
        ("OTHER", "20", None),
    ];
    for (class, usage, expected) in rows {
        assert_eq!(by_hand(class, usage, &TIERS), expected, "{class} {usage}");
    }
}

#[test]
fn a_shuffled_copy_gives_every_row_the_same_bill() {
    let Some((reads, rates)) = sample("a_shuffled_copy_gives_every_row_the_same_bill") else { return };
    let before = check(&reads, &rates, &TIERS);
    let mut shuffled = reads.clone();
    // 1,009 is prime, so every row gets a place of its own.
    let count = shuffled.rows.len();
    shuffled.rows = (0..count).map(|place| reads.rows[place * 1_009 % count].clone()).collect();
    assert_ne!(shuffled, reads);
    assert_eq!(check(&shuffled, &rates, &TIERS), before);
}

#[test]
fn a_shortened_copy_comes_to_what_is_left() {
    let Some((mut reads, rates)) = sample("a_shortened_copy_comes_to_what_is_left") else { return };
    let mut number = 0;
    reads.rows.retain(|_| {
        number += 1;
        number % 3 != 0
    });
    check(&reads, &rates, &TIERS);
}

#[test]
fn changed_rows_give_changed_bills() {
    let Some((mut reads, rates)) = sample("changed_rows_give_changed_bills") else { return };
    let (row, class, usage) = (reads.column("row"), reads.column("cust_class"), reads.column("usage_ccf"));
    let usages = ["0", "12.4", "0.00001", "14", "14.5", "148.99999", "1000000", "123456789.12345"];
    let classes = ["COMMERCIAL", "RESIDENTIAL_MULTI", "INDUSTRIAL", "OTHER", "NONSENSE", "IRRIGATION"];
    for (number, fields) in reads.rows.iter_mut().enumerate() {
        match number % 5 {
            0 => fields[usage] = usages[number / 5 % usages.len()].to_owned(),
            1 => fields[class] = classes[number / 5 % classes.len()].to_owned(),
            _ => {}
        }
    }
    // The same customer, class, day and usage again is another service point with a bill of its own.
    for number in (0..600).step_by(7) {
        let mut twin = reads.rows[number].clone();
        twin[row] = format!("twin-{number}");
        reads.rows.push(twin);
    }
    let bills = check(&reads, &rates, &TIERS);
    assert_eq!(bills["twin-0"], bills[&reads.rows[0][row]]);
}

#[test]
fn a_row_before_any_agreement_is_counted_and_named() {
    let Some((mut reads, rates)) = sample("a_row_before_any_agreement_is_counted_and_named") else { return };
    reads.rows.truncate(50);
    let (date, row) = (reads.column("usage_date"), reads.rows[7][reads.column("row")].clone());
    // The agreements begin in 2013.
    reads.rows[7][date] = "2012-12-01".to_owned();
    let (figures, bills) = Copy::of(&reads, &rates).bill();
    assert_eq!(bills[&row], ("held".to_owned(), String::new()));
    let of = |figure: &str| figures[figure].as_i64().unwrap();
    assert_eq!(of("bills") + of("unbilled"), 50, "every row is billed or counted");
}

#[test]
fn a_database_billed_from_one_file_refuses_another() {
    let Some((mut reads, rates)) = sample("a_database_billed_from_one_file_refuses_another") else { return };
    reads.rows.truncate(50);
    let copy = Copy::of(&reads, &rates);
    let before = copy.bill();
    assert_eq!(copy.bill().1, before.1, "the same file again changes nothing");
    reads.rows.truncate(40);
    std::fs::write(copy.path(READS), pack(&reads.to_text())).unwrap();
    let program = Program::on(&format!("sqlite://{}?mode=rwc", copy.path("town.db").display()));
    let words = ["conform", "santa-monica", "--data", copy.folder.path().to_str().unwrap()];
    assert!(program.ends("console", &words, 1).contains("billed from another file"));
}

#[test]
fn changed_prices_give_changed_bills() {
    let Some((mut reads, rates)) = sample("changed_prices_give_changed_bills") else { return };
    reads.rows.truncate(600);
    let dearer = rates.replacen("- 2.87", "- 3.01", 2).replacen("- 10.07", "- 20.5", 1);
    assert_ne!(dearer, rates);
    let single: &[(i64, i64)] = &[(14, 301), (40, 429), (148, 644), (i64::MAX, 2050)];
    let multi: &[(i64, i64)] = &[(4, 301), (9, 429), (20, 644), (i64::MAX, 1007)];
    let mut tiers = TIERS;
    tiers[0].1 = single;
    tiers[1].1 = multi;
    let before = check(&reads, &rates, &TIERS);
    assert_ne!(check(&reads, &dearer, &tiers), before);
}
