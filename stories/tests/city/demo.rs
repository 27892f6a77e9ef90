//! The demo as a newcomer runs it: a town of sixty accounts, its year billed, on both engines.

use std::path::Path;

use serde_json::Value;
use stories::{Program, Said, try_tool};

const ACCOUNTS: &str = "60";

fn demo(program: &Program, folder: &Path, more: &[&str]) -> Said {
    let folder = folder.to_str().expect("temporary folders have plain names");
    program.run("console", &[&["demo", "--folder", folder, "--accounts", ACCOUNTS, "--no-serve"], more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_bills_a_year_that_proves_itself() {
    for engine in testkit::engines("the demo bills a year") {
        let place = testkit::TestDb::empty(engine).await;
        let program = Program::on(&place.url);
        let folder = tempfile::tempdir().unwrap();
        let said = demo(&program, folder.path(), &[]);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        the_summary_adds_up(&said);
        the_books_and_the_log_are_whole(&program);
        the_papers_are_there(folder.path());
        others_accept_the_books(&program, folder.path());
        again_and_beside(&program, folder.path(), &said);
        place.remove().await;
    }
}

/// What stands behind a word at the beginning of a line.
fn behind<'a>(said: &'a Said, word: &str) -> &'a str {
    let line = said.out.lines().find_map(|line| line.trim_start().strip_prefix(word));
    line.unwrap_or_else(|| panic!("'{word}' is not in\n{}", said.out)).trim()
}

fn the_summary_adds_up(said: &Said) {
    let runs: i64 = behind(said, "Bill runs").split(',').next().unwrap().parse().unwrap();
    assert!(48 <= runs, "four cycles are billed twelve times: {runs}");
    let regular: i64 = behind(said, "regular").parse().unwrap();
    assert!(500 < regular, "sixty accounts have more regular bills in a year than {regular}");
    assert!(behind(said, "Books").ends_with(": proved"), "{}", said.out);
    assert_eq!(behind(said, "Findings"), "none", "{}", said.out);
    // All service days are billed once: every gap was filled by a later run.
    let numbers = behind(said, "Completeness").split(|at: char| !at.is_ascii_digit());
    let numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
    assert_eq!(numbers[1], numbers[2], "{}", said.out);
    assert!(!said.err.contains("NOT PROVED"), "{}", said.err);
    let months = said.err.lines().filter(|line| line.ends_with("books proved")).count();
    assert_eq!(months, 14, "{}", said.err);
}

fn the_books_and_the_log_are_whole(program: &Program) {
    let proof: Value = serde_json::from_str(&program.done("console", &["ledger", "prove"])).unwrap();
    assert_eq!((&proof["is_proved"], &proof["findings"]), (&true.into(), &Value::Array(Vec::new())));
    let log = program.done("console", &["acts", "log"]);
    let mut signed = 0;
    for line in log.lines() {
        let act: Value = serde_json::from_str(line).unwrap();
        assert!(!act["reason"].as_str().unwrap().trim().is_empty(), "{line}");
        let is_signature = act["kind"] == "billing.sign_run";
        signed += usize::from(is_signature);
        assert_eq!(is_signature, act["actor"] == "Sol Reyes", "the supervisor signs and does nothing else: {line}");
    }
    assert!(48 <= signed, "{signed}");
}

/// Two plain-text accounting programs read the year; the taxes of the bills are those the liability accounts hold.
fn others_accept_the_books(program: &Program, folder: &Path) {
    let journal = folder.join("books.journal");
    let file = journal.to_str().expect("temporary folders have plain names");
    program.done("console", &["ledger", "export", "--format", "hledger", "--out", file]);
    for (tool, words) in [
        ("hledger", vec!["-f", file, "check", "--strict", "ordereddates"]),
        ("ledger", vec!["-f", file, "--pedantic", "bal", "--flat", "--no-total"]),
    ] {
        match try_tool(tool, &words) {
            None => testkit::skip(&format!("the demo's books: {tool} is not installed")),
            Some(said) => assert_eq!(said.code, 0, "{tool} {words:?}: {}", said.err),
        }
    }
    // It ends with 1 when what bills say and what was posted are not the same.
    let taxes = program.done("console", &["report", "tax", "--from", "2025-01-01", "--through", "2026-02-28"]);
    let owed: Vec<&str> = taxes.lines().filter(|line| line.contains("  yes  ")).collect();
    assert_eq!(owed.len(), 3, "what is owed to the state, the county and the city: {taxes}");
}

fn the_papers_are_there(folder: &Path) {
    for name in ["registers/run-001.txt", "registers/run-001.csv", "registers/run-001.xlsx", "gl/books.csv"] {
        assert!(0 < std::fs::metadata(folder.join(name)).unwrap().len(), "{name}");
    }
    let register = std::fs::read_to_string(folder.join("registers/run-001.txt")).unwrap();
    assert!(register.starts_with("BILLING REGISTER 1\nCycle C1   service 2025-01-01 to 2025-01-31\n"), "{register}");
}

fn again_and_beside(program: &Program, folder: &Path, said: &Said) {
    let again = demo(program, folder, &[]);
    assert_eq!((again.code, again.out.as_str()), (0, said.out.as_str()), "{}", again.err);
    let fresh = demo(program, folder, &["--fresh"]);
    assert_eq!(fresh.code, 2, "a database that somebody named is not emptied: {}", fresh.err);
    let other = tempfile::tempdir().unwrap();
    let beside = demo(program, other.path(), &[]);
    assert_eq!(beside.code, 1, "{}", beside.err);
    assert!(beside.err.contains("is a town already"), "{}", beside.err);
    let note = "accounts = 60\nseed = 1\nis_elsewhere = true\n";
    std::fs::write(other.path().join("demo.toml"), note).unwrap();
    let half = demo(program, other.path(), &[]);
    assert_eq!(half.code, 1, "{}", half.err);
    assert!(half.err.contains("was interrupted"), "{}", half.err);
}
