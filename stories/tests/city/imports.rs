//! Consumption files as they come: good rows go in, bad ones are named by file, line, field and rule.

use stories::{Said, Town, pack};

const HEADER: &str = "row,cust_id,cust_class,usage_date,usage_ccf";
const GOOD: &str = "1,100,RESIDENTIAL_SINGLE,2014-03-01,15";
const GOOD_TOO: &str = "3,102,COMMERCIAL,2014-03-01,120";

/// A file of the header, a good line, the line in question and another good line.
fn between(line: &[u8]) -> Vec<u8> {
    [HEADER.as_bytes(), GOOD.as_bytes(), line, GOOD_TOO.as_bytes(), b""].join(&b'\n')
}

/// Imports a file into a fresh town: how that ends, and what it says.
fn check(name: &str, contents: &[u8], (code, talk): (i32, &[&str]), data: &str) {
    let (_folder, town) = fresh();
    let said = town.import(&town.file("f.csv", contents));
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!((said.code, &lines[..], said.out.trim_end()), (code, talk, data), "{name}");
}

/// A town that is gone when the folder is.
fn fresh() -> (tempfile::TempDir, Town) {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::prepared(&format!("sqlite://{}?mode=rwc", folder.path().join("town.db").display()));
    (folder, town)
}

/// A bad line beside two good ones is named; the good ones go in.
fn line_is_rejected(line: &[u8], talk: &str) {
    let name = String::from_utf8_lossy(&line[..line.len().min(60)]).into_owned();
    check(
        &name,
        &between(line),
        (0, &[&format!("f.csv, line 3, {talk}")]),
        "2 rows imported, 1 rejected, 2 services opened",
    );
}

/// A file that is refused leaves nothing behind.
fn file_is_refused(name: &str, contents: &[u8], talk: &str) {
    check(name, contents, (1, &[talk]), "");
}

/// Lines that cannot go in, and what is said about them after file and line.
#[rustfmt::skip]
const BAD: [(&[u8], &str); 18] = [
    (b"2,101,COMMERCIAL,03/01/2014,5",                    "field usage_date, rule date: '03/01/2014' is not a date of the form %Y-%m-%d between 1950 and 2100"),
    (b"2,101,COMMERCIAL,2014-02-30,5",                    "field usage_date, rule date: '2014-02-30' is not a date of the form %Y-%m-%d between 1950 and 2100"),
    (b"2,101,COMMERCIAL,0214-03-01,5",                    "field usage_date, rule date: '0214-03-01' is not a date of the form %Y-%m-%d between 1950 and 2100"),
    (b"2,101,CASTLE,2014-03-01,5",                        "field cust_class, rule class: 'CASTLE' is not a customer class of this town"),
    (b"2,10\xff1,COMMERCIAL,2014-03-01,5",                "field cust_id, rule utf8: the value is not UTF-8 text"),
    (b"2,10\x001,COMMERCIAL,2014-03-01,5",                "field cust_id, rule one_line: the value has a line end or another sign that cannot be printed"),
    (b"2\x00,101,CASTLE,2014-03-01,5",                    "field cust_class, rule class: 'CASTLE' is not a customer class of this town"),
    (b"2,\"10\n1\",COMMERCIAL,2014-03-01,5",              "field cust_id, rule one_line: the value has a line end or another sign that cannot be printed"),
    (b"2,,COMMERCIAL,2014-03-01,5",                       "field cust_id, rule present: the value is missing"),
    (b"2,101,COMMERCIAL,2014-03-01,",                     "field usage_ccf, rule present: the value is missing"),
    (b"2,101,COMMERCIAL,2014-03-01,-5",                   "field usage_ccf, rule not_negative: consumption of -5 is below zero"),
    (b"2,101,COMMERCIAL,2014-03-01,five",                 "field usage_ccf, rule quantity: 'five' is not a quantity such as 12 or 12.4"),
    (b"2,101,COMMERCIAL,2014-03-01,NaN",                  "field usage_ccf, rule quantity: 'NaN' is not a quantity such as 12 or 12.4"),
    (b"2,101,COMMERCIAL,2014-03-01,1e3",                  "field usage_ccf, rule quantity: '1e3' is not a quantity such as 12 or 12.4"),
    (b"2,101,COMMERCIAL,2014-03-01,1.123456",             "field usage_ccf, rule quantity: '1.123456' is finer than the smallest step of ccf (5 decimal places)"),
    (b"2,101,COMMERCIAL,2014-03-01,99999999999999999999", "field usage_ccf, rule quantity: '99999999999999999999' is too large for a quantity"),
    (b"2,101,COMMERCIAL,2014-03-01,1,234",                "field usage_ccf, rule fields: the line has 6 fields, the header has 5"),
    (b"2,101",                                            "field cust_class, rule fields: the line has 2 fields, the header has 5"),
];

#[test]
fn a_bad_line_is_named_and_the_good_ones_go_in() {
    for (line, talk) in BAD {
        line_is_rejected(line, talk);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_line_is_named_and_the_good_ones_go_in() {
    for engine in testkit::engines("every_bad_line_is_named_and_the_good_ones_go_in") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let (mut contents, mut talk, mut number) = (format!("{HEADER}\n{GOOD}\n").into_bytes(), Vec::new(), 3);
        for (line, said) in BAD {
            contents.extend_from_slice(line);
            contents.extend_from_slice(format!("\n{GOOD}\n").as_bytes());
            talk.push(format!("f.csv, line {number}, {said}"));
            number += 2 + line.iter().filter(|byte| **byte == b'\n').count();
        }
        let said = town.import(&town.file("f.csv", &contents));
        assert_eq!(said.err.lines().collect::<Vec<_>>(), talk, "{engine:?}");
        // The same customer, class and day again is another service point.
        assert_eq!(said.out, "19 rows imported, 18 rejected, 19 services opened\n");
        place.remove().await;
    }
}

#[test]
fn a_long_line_is_named_and_the_good_ones_go_in() {
    let long = "field cust_id, rule length: the value is longer than 200 bytes";
    for length in [201, 3_000_000] {
        let line = format!("2,{},COMMERCIAL,2014-03-01,5", "9".repeat(length));
        line_is_rejected(line.as_bytes(), long);
    }
}

#[test]
fn harmless_spellings_are_understood() {
    let plain = String::from_utf8(between(b"2,101,COMMERCIAL,2014-03-01,5")).unwrap();
    let bad = plain.replace("COMMERCIAL,2014-03-01,5", "CASTLE,2014-03-01,5");
    let all = "3 rows imported, 0 rejected, 3 services opened";
    let good: (i32, &[&str]) = (0, &[]);
    check("crlf", plain.replace('\n', "\r\n").as_bytes(), good, all);
    check("old mac", plain.replace('\n', "\r").as_bytes(), good, all);
    check("bom", format!("\u{feff}{plain}").as_bytes(), good, all);
    check("bom and quotes", format!("\u{feff}{}", plain.replace("row,", "\"row\",")).as_bytes(), good, all);
    check("quotes", plain.replace("102,COMMERCIAL", "\"10\"\"2, left\",\"COMMERCIAL\"").as_bytes(), good, all);
    check("spaces", plain.replace(',', " , ").as_bytes(), good, all);
    check("no line end", plain.trim_end().as_bytes(), good, all);
    check("packed", &pack(plain.as_bytes()), good, all);
    check("packed in two parts", &[pack(&plain.as_bytes()[..70]), pack(&plain.as_bytes()[70..])].concat(), good, all);
    // Lines are counted as an editor counts them, whatever ends them.
    let two = "2 rows imported, 1 rejected, 2 services opened";
    let talk = |line: i64| {
        format!("f.csv, line {line}, field cust_class, rule class: 'CASTLE' is not a customer class of this town")
    };
    check("crlf, bad", bad.replace('\n', "\r\n").as_bytes(), (0, &[&talk(3)]), two);
    check("blank lines, bad", bad.replace("15\n", "15\n\n\n").as_bytes(), (0, &[&talk(5)]), two);
}

#[test]
fn a_file_that_is_not_whole_is_refused_and_nothing_goes_in() {
    let whole = String::from_utf8(between(b"2,101,COMMERCIAL,2014-03-01,5")).unwrap();
    let rows = [
        (
            "wrong column",
            whole.replace("usage_ccf", "usage"),
            "f.csv, line 1, field usage_ccf: 0 columns have this name; the header has row, cust_id, cust_class, usage_date, usage",
        ),
        (
            "column twice",
            whole.replacen("row", "cust_id", 1),
            "f.csv, line 1, field cust_id: 2 columns have this name; the header has cust_id, cust_id, cust_class, usage_date, usage_ccf",
        ),
        (
            "semicolons",
            whole.replace(',', ";"),
            "f.csv, line 1, field cust_id: 0 columns have this name; the header has row;cust_id;cust_class;usage_date;usage_ccf",
        ),
        (
            "no header",
            whole.replace(&format!("{HEADER}\n"), ""),
            "f.csv, line 1, field cust_id: 0 columns have this name; the header has 1, 100, RESIDENTIAL_SINGLE, 2014-03-01, 15",
        ),
        ("empty", String::new(), "f.csv: the file is empty"),
        ("only line ends", "\n\r\n".to_owned(), "f.csv: the file is empty"),
    ];
    for (name, contents, talk) in &rows {
        file_is_refused(name, contents.as_bytes(), &format!("portreeve: {talk}"));
    }
    let latin = whole
        .replace("usage_ccf", "us#ge_ccf")
        .into_bytes()
        .into_iter()
        .map(|byte| if byte == b'#' { 0xe1 } else { byte });
    let talk = "portreeve: f.csv, line 1, field usage_ccf: 0 columns have this name; the header has row, cust_id, cust_class, usage_date, us\u{fffd}ge_ccf";
    file_is_refused("header that is not UTF-8", &latin.collect::<Vec<u8>>(), talk);
    let many: String =
        (0..2_000).map(|row| format!("{row},{row},COMMERCIAL,2014-03-01,{}\n", row * 7_919 % 1_000)).collect();
    let packed = pack(format!("{HEADER}\n{many}").as_bytes());
    let talk = "portreeve: f.csv, after line 2001: the file ends in the middle or is damaged (unexpected end of file)";
    file_is_refused("packed, without its last bytes", &packed[..packed.len() - 4], talk);
    check("only a header", HEADER.as_bytes(), (0, &[]), "0 rows imported, 0 rejected, 0 services opened");
}

#[test]
fn a_packed_file_cut_anywhere_is_refused_and_nothing_goes_in() {
    let (folder, town) = fresh();
    let before = content(&town);
    let many: String =
        (0..500).map(|row| format!("{row},{row},COMMERCIAL,2014-03-01,{}\n", row * 7_919 % 1_000)).collect();
    let packed = pack(format!("{HEADER}\n{many}").as_bytes());
    for part in 1..10 {
        let file = town.file("cut.csv.gz", &packed[..packed.len() * part / 10]);
        let said = town.import(&file);
        assert_eq!(said.code, 1, "{part} tenths");
        assert!(said.err.starts_with("portreeve: cut.csv.gz, after line "), "{}", said.err);
        assert!(said.err.contains("the file ends in the middle or is damaged"), "{}", said.err);
    }
    let said = town.import(town.path("nowhere.csv").to_str().unwrap());
    assert_eq!(refusal(&said), "nowhere.csv: No such file or directory (os error 2)");
    let said = town.import(folder.path().to_str().unwrap());
    assert!(refusal(&said).ends_with("Is a directory (os error 21)"), "{}", said.err);
    assert_eq!(content(&town), before);
}

#[test]
fn a_line_cut_short_is_rejected() {
    let (_folder, town) = fresh();
    // As in the city's file, the quantity is not the last column, so half of it is never believed.
    let file =
        town.file("short.csv", format!("{HEADER},bill\n{GOOD},37.50\n{GOOD_TOO}").replace(",120", ",12").as_bytes());
    let said = town.import(&file);
    assert_eq!(said.err, "short.csv, line 3, field bill, rule fields: the line has 5 fields, the header has 6\n");
    assert_eq!(said.out, "1 rows imported, 1 rejected, 1 services opened\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_again_changes_nothing() {
    for engine in testkit::engines("the_same_file_again_changes_nothing") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let contents = between(b"2,101,CASTLE,2014-03-01,5");
        let file = town.file("march.csv", &contents);
        let first = town.import(&file);
        assert_eq!(first.out, "2 rows imported, 1 rejected, 2 services opened\n");
        let before = content(&town);
        // Contents count, not names or packing.
        for file in [file, town.file("again.csv", &contents), town.file("packed.csv.gz", &pack(&contents))] {
            let again = town.import(&file);
            assert_eq!((again.code, &again.out), (0, &first.out));
            assert_eq!(again.err.lines().next(), Some("this file was given before; nothing is brought in twice"));
            assert_eq!(content(&town), before, "{file} on {engine:?}");
        }
        // A file with other contents that names a month again: what is there stays.
        let file = town.file(
            "more.csv",
            format!("{HEADER}\n{}\n7,107,COMMERCIAL,2014-03-01,9\n", GOOD.replace("15", "99")).as_bytes(),
        );
        let more = town.import(&file);
        assert_eq!(more.out, "1 rows imported, 1 rejected, 1 services opened\n");
        let talk = "more.csv, line 2, field cust_id, rule once: service point '100/RESIDENTIAL_SINGLE/1' already has consumption for 2014-03-01..2014-04-01\n";
        assert_eq!(more.err, talk);
        town.program.done("clerk", &["run", "prepare", "--cycle", "READ", "--month", "2014-03"]);
        town.program.done("clerk", &["run", "trial", "1"]);
        let register = town.program.done("clerk", &["run", "register", "1"]);
        // 15 ccf are 37.50, 120 ccf are 385.00, 9 ccf are 27.00.
        assert!(
            register.lines().any(|line| line.split_whitespace().eq(["regular", "3"])) && register.contains("$449.50"),
            "{register}"
        );
        place.remove().await;
    }
}

#[test]
fn a_mapping_is_named_with_what_is_wrong() {
    let (_folder, town) = fresh();
    let file = town.file("f.csv", &between(b""));
    let rows = [
        (
            "\"ccf\"",
            "\"barrel\"",
            "the mapping's values.unit: 'barrel' is not a unit; known are gallon, kgal, cubic_foot, ccf, cubic_meter, kiloliter, each, day",
        ),
        ("%Y-%m-%d", "%Y", "the mapping's values.date_format '%Y' does not hold a year, a month and a day"),
        ("quantity = ", "amount = ", "the mapping cannot be read: TOML parse error"),
        (
            "cycle = \"READ\"",
            "cycle = \"FULL_MOON\"",
            "the mapping opens services in cycle 'FULL_MOON', which does not exist",
        ),
        (
            "\"santa-monica-water\"",
            "\"sewer\"",
            "the mapping opens services by rate schedule 'sewer', which does not exist",
        ),
    ];
    for (from, to, talk) in rows {
        let changed = stories::MAPPING.replace(from, to);
        assert_ne!(changed, stories::MAPPING, "{from}");
        town.file("mapping.toml", changed.as_bytes());
        let said = town.import(&file);
        assert_eq!(said.code, 1, "{to}");
        assert!(refusal(&said).contains(talk), "{to}: {}", said.err);
    }
    let words = ["import", "consumption", &file, "--mapping", "nowhere.toml"];
    assert_eq!(
        town.program.ends("clerk", &words, 1),
        "portreeve: nowhere.toml: No such file or directory (os error 2)"
    );
    assert_eq!(
        town.program.ends("clerk", &words[..3], 2).lines().next(),
        Some("error: the following required arguments were not provided:")
    );
}

/// What was done to the town so far, as far as commands tell: any change of it is an act.
fn content(town: &Town) -> Vec<String> {
    let ask = |words: &[&str]| town.program.done("clerk", words);
    vec![ask(&["acts", "log"]), ask(&["ledger", "prove"]), ask(&["run", "completeness", "2014-03"])]
}

fn refusal(said: &Said) -> &str {
    assert_eq!(said.code, 1, "{}", said.err);
    said.err.trim_end().strip_prefix("portreeve: ").unwrap()
}
