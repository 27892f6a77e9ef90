//! Santa Monica: 218,067 real reads come out to the cent, and other programs agree with the books.

use std::collections::BTreeMap;

use db::Engine;
use serde_json::{Value, json};
use stories::{Program, Reads, try_tool};

const READS: &str = "santa-monica-consumption/santamonica_reads_with_expected_bill.csv.gz";

#[tokio::test(flavor = "multi_thread")]
async fn santa_monica_comes_out_to_the_cent_on_sqlite() {
    conforms("santa_monica_comes_out_to_the_cent_on_sqlite", Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn santa_monica_comes_out_to_the_cent_on_postgres() {
    let name = "santa_monica_comes_out_to_the_cent_on_postgres";
    if testkit::postgres_server().is_none() {
        return testkit::skip(&format!("{name}: no server was started"));
    }
    conforms(name, Engine::Postgres).await;
}

async fn conforms(test: &str, engine: Engine) {
    let Some(folder) = testkit::reference(test, "rates/data") else { return };
    let place = testkit::TestDb::empty(engine).await;
    let files = tempfile::tempdir().unwrap();
    let program = Program::on(&place.url);
    let bills = files.path().join("bills.csv");
    let data = folder.to_str().unwrap();
    let words = ["conform", "santa-monica", "--data", data];
    let first = program.done("console", &[&words[..], &["--bills-out", bills.to_str().unwrap()]].concat());
    let figures = figures(&first);
    let expected = json!({
        "bills": 217_256,
        "total_cents": 7_659_850_741_i64,
        "unbilled": 811,
        "zero_bills": 15_828,
        "released_exceptions": 18_461,
        "postings": 201_428,
        "funds_balanced": true,
        "completeness_ok": true,
        "engine": engine.name(),
    });
    assert_eq!(figures, expected);
    every_row_is_billed_as_expected(&std::fs::read(&bills).unwrap(), &Reads::unpack(&folder.join(READS)));

    let (proof, log) = (program.done("console", &["ledger", "prove"]), program.done("console", &["acts", "log"]));
    other_programs_agree(test, &program, files.path(), &serde_json::from_str(&proof).unwrap());

    let second = program.done("console", &words);
    assert_eq!(self::figures(&second), expected, "the second time");
    assert_eq!(program.done("console", &["ledger", "prove"]), proof);
    assert!(program.done("console", &["acts", "log"]) == log, "nothing is done twice");
    place.remove().await;
}

/// What `conform` prints, without what depends on the machine.
fn figures(said: &str) -> Value {
    let mut figures: Value = serde_json::from_str(said).unwrap();
    let object = figures.as_object_mut().unwrap();
    for machine in ["seconds", "bills_per_second", "peak_rss_mb"] {
        assert!(object.remove(machine).is_some(), "{machine} is printed");
    }
    figures
}

fn every_row_is_billed_as_expected(bills: &[u8], reads: &Reads) {
    let out = Reads::parse(bills);
    assert_eq!(out.header, ["row", "status", "usage_ccf", "cents"]);
    assert_eq!(out.rows.len(), reads.rows.len());
    let (row, class, usage, bill) =
        (reads.column("row"), reads.column("cust_class"), reads.column("usage_ccf"), reads.column("bill"));
    for (ours, theirs) in out.rows.iter().zip(&reads.rows) {
        let expected = match theirs[class].as_str() {
            "OTHER" => ["held".to_owned(), String::new()],
            _ => ["billed".to_owned(), cents(&theirs[bill]).to_string()],
        };
        let found = [&ours[1], &ours[3]];
        assert_eq!((&ours[0], found, &ours[2]), (&theirs[row], [&expected[0], &expected[1]], &theirs[usage]));
    }
}

/// Dollars in a file as cents: 2640.04 is 264004, 48.7 is 4870.
fn cents(text: &str) -> i64 {
    let (dollars, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= 2, "{text} has whole cents");
    format!("{dollars}{part:0<2}").parse().unwrap()
}

fn other_programs_agree(test: &str, program: &Program, folder: &std::path::Path, proof: &Value) {
    let journal = folder.join("books.journal");
    let file = journal.to_str().unwrap();
    program.done("console", &["ledger", "export", "--format", "hledger", "--out", file]);
    let text = std::fs::read_to_string(&journal).unwrap();
    let transactions = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit())).count();
    assert_eq!(transactions, 217_256, "one transaction per bill");
    drop(text);
    let ours = trial_balance(proof);
    match try_tool("hledger", &["-f", file, "check", "--strict", "ordereddates"]) {
        None => testkit::skip(&format!("{test}: hledger is not installed")),
        Some(said) => {
            assert_eq!(said.code, 0, "{}", said.err);
            let said = try_tool("hledger", &["-f", file, "bal", "-N", "--flat", "-O", "csv"]).unwrap();
            assert_eq!(said.code, 0, "{}", said.err);
            let lines = Reads::parse(said.out.as_bytes()).rows;
            let theirs: BTreeMap<String, i64> =
                lines.into_iter().map(|line| (line[0].clone(), plain_cents(&line[1]))).collect();
            assert_eq!(theirs, ours, "hledger's balances");
        }
    }
    match try_tool("ledger", &["-f", file, "--pedantic", "bal", "--flat", "--no-total"]) {
        None => testkit::skip(&format!("{test}: ledger is not installed")),
        Some(said) => {
            assert_eq!(said.code, 0, "{}", said.err);
            let line = |line: &str| {
                let (amount, account) = line.trim().split_once("  ").unwrap();
                (account.to_owned(), plain_cents(amount))
            };
            let theirs: BTreeMap<String, i64> = said.out.lines().map(line).collect();
            assert_eq!(theirs, ours, "ledger's balances");
        }
    }
}

/// The balances that are not zero, under the names of the export.
fn trial_balance(proof: &Value) -> BTreeMap<String, i64> {
    assert_eq!(proof["is_proved"], json!(true));
    let fund_names: BTreeMap<&str, &str> = proof["funds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fund| (fund["fund"].as_str().unwrap(), fund["name"].as_str().unwrap()))
        .collect();
    let named = |line: &Value| {
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        let head = match line["kind"].as_str().unwrap() {
            "asset" => "Assets",
            "revenue" => "Revenues",
            other => panic!("this town has no {other}"),
        };
        let fund = text("fund");
        let fund_name = fund_names[fund.as_str()];
        let name = format!("{head}:{fund} {fund_name}:{} {}", text("ledger_account"), text("name"));
        (name, line["balance_cents"].as_i64().unwrap())
    };
    let lines = proof["trial_balance"].as_array().unwrap().iter().map(named);
    lines.filter(|(_, cents)| *cents != 0).collect()
}

/// An amount such as `$-1,757.40` in cents.
fn plain_cents(amount: &str) -> i64 {
    let plain: String = amount.chars().filter(|sign| !matches!(sign, '$' | ',')).collect();
    cents(&plain)
}
