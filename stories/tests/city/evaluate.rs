//! `rates evaluate`: every case of others is answered by its own row, and what is wrong with one is said there.

use std::path::{Path, PathBuf};

use kernel::{Cents, Decimal};
use stories::{Program, Reads, Said, unpack};
use tempfile::TempDir;

const OWRS: &str = "\
metadata:
  effective_date: 2019-07-01
  utility_name: \"A town\"
  bill_frequency: Monthly
  bill_unit: ccf
rate_structure:
  RESIDENTIAL_SINGLE:
    service_charge:
      depends_on: meter_size
      values:
        5/8\": 10.55
        1\": 20
    tier_starts:
      - 0
      - 11
    tier_prices:
      - 1.005
      - 2
    commodity_charge: Tiered
    bill: commodity_charge + service_charge
";

const SHEET: &str = "\
pwsid,service,category,row,effective_year,bill_frequency,rate_type,meter_size_in,volumetric,value_from,value_to,\
vol_base,vol_unit,cost,adjustment
A,water,inside,0,2020,bi-monthly,service_charge,0.625,no,NA,NA,NA,NA,23.34,1
A,water,inside,1,2020,bi-monthly,commodity_charge_tier,NA,yes,0,1200,100,cubic feet,2.72,1
A,water,inside,2,2020,bi-monthly,commodity_charge_tier,NA,yes,1201,1000000000,100,cubic feet,2.88,1
B,water,inside,0,2020,weekly,service_charge,0.625,no,NA,NA,NA,NA,5,1
";

/// A folder with the files above, and answers.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(desk.path("rates/town")).unwrap();
        std::fs::write(desk.path("rates/town/2019.owrs"), OWRS).unwrap();
        std::fs::write(desk.path("secret.owrs"), OWRS).unwrap();
        std::fs::write(desk.path("sheet.csv"), SHEET).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the command on files of the desk; `rates` is the option with its file or folder.
    fn evaluate(&self, option: &str, rates: &Path, cases: &[u8], more: &[&str]) -> (Said, Vec<String>) {
        let (from, out) = (self.path("cases.csv"), self.path("out.csv"));
        std::fs::write(&from, cases).unwrap();
        let _ = std::fs::remove_file(&out);
        let [rates, from, to] = [rates, &from, &out].map(|path| path.to_str().unwrap());
        let words = ["rates", "evaluate", option, rates, "--cases", from, "--out", to];
        let said = Program::without_database(&[&words[..], more].concat());
        let written = std::fs::read_to_string(&out).unwrap_or_default();
        (said, written.lines().map(str::to_owned).collect())
    }
}

#[test]
fn each_case_has_its_answer_in_its_place() {
    const FILE: &str = "town/2019.owrs";
    const HOUSE: &str = "RESIDENTIAL_SINGLE";
    #[rustfmt::skip]
    let rows = [
        // file             class     the record                                      the answer
        (FILE,              HOUSE,    r#"{"usage_ccf": 12.5, "meter_size": "1\""}"#,  "ok,35.05,20,15.05,"),
        (FILE,              HOUSE,    r#"{"usage_ccf": 1e1, "meter_size": "1\""}"#,   "ok,30.05,20,10.05,"),
        ("./town/2019.owrs", HOUSE,   r#"{"usage_ccf": "0.001", "meter_size": "1\""}"#, "ok,20.001005,20,0.001005,"),
        (FILE,              HOUSE,    r#"{"usage_ccf": 1}"#,                          "refused,,,,the rate of class RES"),
        (FILE,              HOUSE,    r#"{"usage_ccf": 1, "meter_size": "9"}"#,       "refused,,,,the rate of class RES"),
        (FILE,              HOUSE,    r#"{"meter_size": "1\""}"#,                     "refused,,,,usage_ccf is "),
        (FILE,              HOUSE,    r#"{"usage_ccf": -1, "meter_size": "1\""}"#,    "refused,,,,usage -1 is below zero"),
        (FILE,              HOUSE,    r#"{"usage_ccf": 1"#,                           "refused,,,,inputs_json: EOF while"),
        (FILE,              HOUSE,    "[]",                                           "refused,,,,inputs_json: invalid"),
        (FILE,              HOUSE,    r#"{"usage_ccf": 1, "usage_ccf": 2}"#,          "refused,,,,inputs_json: 'usage_ccf"),
        (FILE,              HOUSE,    r#"{"usage_ccf": {}}"#,                         "refused,,,,inputs_json: 'usage_ccf"),
        (FILE,              "NOBODY", "{}",                                           "refused,,,,the file has no class"),
        ("nothing.owrs",    HOUSE,    "{}",                                           "refused,,,,'nothing.owrs' cannot be"),
        ("town",            HOUSE,    "{}",                                           "refused,,,,'town' is not a file"),
        ("../secret.owrs",  HOUSE,    "{}",                                           "refused,,,,'../secret.owrs' is not a"),
        ("/etc/hostname",   HOUSE,    "{}",                                           "refused,,,,'/etc/hostname' is not a"),
        ("link.owrs",       HOUSE,    "{}",                                           "refused,,,,'link.owrs' leads out"),
        ("",                HOUSE,    "{}",                                           "refused,,,,'' is not a file within"),
    ];
    let desk = Desk::new();
    std::os::unix::fs::symlink(desk.path("secret.owrs"), desk.path("rates/link.owrs")).unwrap();
    let header = ["case_id", "file", "note", "class", "inputs_json"].map(str::to_owned).to_vec();
    let case = |(number, (file, class, inputs, _)): (usize, (&str, &str, &str, &str))| {
        [number.to_string().as_str(), file, "ignored", class, inputs].map(str::to_owned).to_vec()
    };
    let table = Reads { header, rows: (1..).zip(rows).map(case).collect() };
    let cases = [&table.to_text()[..], b"19,town/2019.owrs\n20,\xff,,RESIDENTIAL_SINGLE,{}\n"].concat();
    let (said, answers) = desk.evaluate("--owrs-root", &desk.path("rates"), &cases, &[]);
    assert_eq!((said.code, said.err.as_str()), (0, "3 cases priced, 17 refused\n"));
    assert_eq!(answers[0], "case_id,status,total,service_charge,commodity_charge,message");
    let beyond = ["refused,,,,the row has no field class", "refused,,,,file is not UTF-8 text"];
    let expected = rows.iter().map(|(.., answer)| *answer).chain(beyond);
    assert_eq!(answers.len(), 1 + 20);
    for ((number, expected), answer) in (1..).zip(expected).zip(&answers[1..]) {
        let found = answer.replace('"', "");
        assert!(found.starts_with(&format!("{number},{expected}")), "{answer} should be {expected}");
    }
}

#[test]
fn the_meaning_of_tier_starts_is_chosen() {
    let desk = Desk::new();
    let cases = br#"case_id,file,class,inputs_json
1,town/2019.owrs,RESIDENTIAL_SINGLE,"{""usage_ccf"": 12, ""meter_size"": ""1\""""}"
"#;
    // By first units 10 at 1.005 and 2 at 2.00; by boundaries 11 at 1.005 and 1 at 2.00.
    for (starts, answer) in [("first-unit", "1,ok,34.05,20,14.05,"), ("boundary", "1,ok,33.055,20,13.055,")] {
        let more = ["--tier-starts", starts];
        let (said, answers) = desk.evaluate("--owrs-root", &desk.path("rates"), cases, &more);
        assert_eq!((said.code, answers[1].as_str()), (0, answer));
    }
}

#[test]
fn a_sheet_answers_in_dollars_and_cents() {
    let desk = Desk::new();
    let cases = b"usage_gal_per_month,case_id,pwsid,service,category\n1000,1,A,water,inside\n5000,2,A,water,inside\n\
        0,3,B,water,inside\n0,4,A,sewer,inside\nx,5,A,water,inside\n-1,6,A,water,inside\n";
    let (said, answers) = desk.evaluate("--rate-sheet", &desk.path("sheet.csv"), cases, &[]);
    let talk = "2 rate sets, 1 not understood; 0 rows may not be meant as they stand, 0 rows name no rate set\n\
                2 cases priced, 4 refused\n";
    assert_eq!((said.code, said.err.as_str()), (0, talk));
    let expected = [
        "case_id,status,total,message",
        "1,ok,15.31,",
        "2,ok,29.95,",
        "3,refused,,\"line 5: bill_frequency: 'weekly' is not one of monthly, ",
        "4,refused,,\"the sheet has no rates for A, sewer, inside\"",
        "5,refused,,\"usage_gal_per_month is 'x', not a number\"",
        "6,refused,,usage -1 is below zero",
    ];
    assert_eq!(answers.len(), expected.len());
    for (expected, answer) in expected.iter().zip(&answers) {
        assert!(answer.starts_with(expected), "{answer} should begin with {expected}");
    }
}

#[test]
fn files_that_cannot_be_read_end_the_command() {
    let desk = Desk::new();
    let cases = b"case_id,file,class,inputs_json\n";
    #[rustfmt::skip]
    let rows: [(&str, &str, &[u8], &str); 5] = [
        ("--owrs-root",  "nowhere",   cases,                   "nowhere: No such file or directory"),
        ("--owrs-root",  "sheet.csv", cases,                   "sheet.csv: this is not a folder"),
        ("--owrs-root",  "rates",     b"case_id,file,class\n", "cases.csv: there is no column inputs_json; the columns"),
        ("--rate-sheet", "sheet.csv", cases,                   "cases.csv: there is no column pwsid; the columns"),
        ("--rate-sheet", "cases.csv", cases,                   "cases.csv: line 1: pwsid: this key is missing"),
    ];
    for (option, rates, cases, talk) in rows {
        let (said, answers) = desk.evaluate(option, &desk.path(rates), cases, &[]);
        assert!(said.code == 1 && said.err.contains(talk) && answers.is_empty(), "{option} {rates}: {said:?}");
    }
    let same = desk.path("cases.csv").to_str().unwrap().to_owned();
    let words = ["rates", "evaluate", "--rate-sheet", "x", "--cases", same.as_str(), "--out", same.as_str()];
    let said = Program::without_database(&words);
    assert_eq!((said.code, said.err), (2, format!("portreeve: {same} would be overwritten by its own answers\n")));
    let neither = Program::without_database(&["rates", "evaluate", "--cases", "a", "--out", "b"]);
    assert_eq!(neither.code, 2);
}

#[test]
fn every_case_of_the_reference_is_answered_exactly() {
    let test = "every_case_of_the_reference_is_answered_exactly";
    let Some(folder) = testkit::reference(test, "rates") else { return };
    let desk = Desk::new();
    let cases = unpack(&folder.join("expected.csv.gz"));
    let expected = Reads::parse(&cases);
    let root = folder.join("data/Open-Water-Rate-Specification");
    let (said, answers) = desk.evaluate("--owrs-root", &root, &cases, &[]);
    assert_eq!((said.code, said.err.as_str()), (0, "73907 cases priced, 0 refused\n"));
    let columns = ["case_id", "total", "service_charge", "commodity_charge"].map(|name| expected.column(name));
    assert_eq!(answers.len(), 1 + expected.rows.len());
    for (case, answer) in expected.rows.iter().zip(&answers[1..]) {
        let answer: Vec<&str> = answer.split(',').collect();
        assert_eq!(answer[0], case[columns[0]]);
        for (found, column) in answer[2..5].iter().zip(&columns[1..]) {
            let number = |text: &str| text.parse::<Decimal>().ok();
            assert_eq!(number(found), number(&case[*column]), "{answer:?} {case:?}");
        }
    }
}

#[test]
fn every_bill_of_ten_states_is_answered_within_a_cent() {
    let test = "every_bill_of_ten_states_is_answered_within_a_cent";
    let Some(folder) = testkit::reference(test, "rates") else { return };
    let desk = Desk::new();
    let mut cases = Reads::parse(&unpack(&folder.join("nieps_expected.csv.gz")));
    let published = cases.column("total_published");
    cases.header.push("case_id".to_owned());
    cases.rows.iter_mut().zip(1..).for_each(|(row, number)| row.push(number.to_string()));
    let (said, answers) = desk.evaluate("--rate-sheet", &folder.join("nieps_rates.csv"), &cases.to_text(), &[]);
    assert_eq!((said.code, answers.len()), (0, 1 + cases.rows.len()));
    for (case, answer) in cases.rows.iter().zip(&answers[1..]) {
        let answer: Vec<&str> = answer.split(',').collect();
        let [found, expected] = [answer[2], &case[published]].map(|text| Cents::parse_dollars(text).unwrap());
        assert!((found - expected).abs() <= Cents(1), "{answer:?} {case:?}");
    }
}
