//! The demo as a newcomer runs it: a town of sixty accounts, its year billed, on both engines.

use std::collections::BTreeMap;
use std::path::Path;

use db::{Db, DoorKey};
use kernel::AccountNumber;
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
        every_bill_can_be_reversed(&program, &place.db).await;
        place.remove().await;
    }
}

/// The whole town, as a newcomer makes it: what README shows of it is what it says.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_says_what_readme_shows() {
    const README: &str = include_str!("../../../README.md");
    let place = testkit::TestDb::empty(db::Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let words = ["demo", "--folder", folder.path().to_str().unwrap(), "--no-serve"];
    let said = Program::on(&place.url).run("console", &words);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let shown = README.split("$ cargo run --release -- demo\n").nth(1).and_then(|rest| rest.split("```").next());
    let all = format!("{}\n{}", said.err, said.out);
    let is_told = |line: &&str| !line.is_empty() && *line != "…" && !line.starts_with("Made in ");
    for line in shown.expect("README shows the demo").lines().filter(is_told) {
        assert!(all.lines().any(|told| told.trim_end() == line), "README shows '{line}':\n{all}");
    }
    place.remove().await;
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
        let (is_supervisor, agrees) = (act["actor"] == "Sol Reyes", act["kind"] == "acts.approve_proposal");
        assert!(!is_signature || is_supervisor, "the supervisor alone signs: {line}");
        assert!(!is_supervisor || is_signature || agrees, "and agrees to corrected reads, nothing else: {line}");
    }
    assert!(48 <= signed, "{signed}");
}

/// How `ledger` is asked to write a balance, so that it reads like what `hledger` writes.
const LEDGER: &str = "\"%A\",\"%(display_total)\"\n";

/// What each ledger account of a fund comes to by our own books, in cents, where it comes to anything.
fn balances(program: &Program) -> BTreeMap<(String, String), i64> {
    let proof: Value = serde_json::from_str(&program.done("console", &["ledger", "prove"])).unwrap();
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let lines = proof["trial_balance"].as_array().unwrap().iter();
    let balance =
        |line: &Value| ((text(line, "fund"), text(line, "ledger_account")), line["balance_cents"].as_i64().unwrap());
    lines.map(balance).filter(|(_, cents)| *cents != 0).collect()
}

/// The same from a table of theirs, whose accounts read `Kind:2400 Water:115100 Utility receivable`.
fn balances_told(csv: &str, (cents, account): (usize, usize)) -> BTreeMap<(String, String), i64> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let mut told = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let code = |part: &str| part.split(' ').next().unwrap_or_default().to_owned();
        let parts: Vec<String> = record[account].split(':').map(code).collect();
        let [_, fund, ledger_account] = &parts[..] else { continue };
        let digits: String = record[cents].chars().filter(|char| char.is_ascii_digit() || *char == '-').collect();
        told.insert((fund.clone(), ledger_account.clone()), digits.parse().unwrap());
    }
    told
}

/// Had no envelope gone out, every bill of the year could be taken back, the adjustments of bills first. Then nobody
/// owes anything, and nothing is earned, nothing owed to an authority.
async fn every_bill_can_be_reversed(program: &Program, db: &Db) {
    let mut tx = db.write(&DoorKey::for_the_door()).await.unwrap();
    let runs = tx.run("update bill_run set issued_act_id = null", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    const ADJUSTED: &str = "
        select a.number, d.adjustment_id
        from adjustment d
        join account a on a.account_id = d.account_id
        where d.reversed_by_journal_id is null
        order by a.number, d.adjustment_id";
    let adjusted: Vec<(i64, i64)> = db.read().await.unwrap().all(ADJUSTED, vec![]).await.unwrap();
    let later = Program { business_date: "2026-03-31".to_owned(), ..program.clone() };
    for (account, number) in adjusted {
        let account = AccountNumber::issue(account).to_string();
        later.done("supervisor", &["adjust", "reverse", &account, &number.to_string()]);
    }
    assert!(balances(program).values().any(|cents| 0 < *cents), "bills are owed before they are reversed");
    for run in (1..=runs).rev() {
        later.done("supervisor", &["run", "cancel", &run.to_string()]);
    }
    assert_eq!(balances(program), BTreeMap::new());
    const STANDING: &str = "
        select count(*)
        from bill b
        where not exists (
            select 1
            from bill_cancellation c
            where c.account_id = b.account_id and c.run_id = b.run_id
        )";
    const OWING: &str = "
        select count(*)
        from (
            select p.account_id
            from posting p
            join ledger_account debit on debit.ledger_account_id = p.debit_id
            join ledger_account credit on credit.ledger_account_id = p.credit_id
            group by p.account_id
            having 0 <> sum(case when debit.control = 'receivable' then p.cents else 0 end
                          - case when credit.control = 'receivable' then p.cents else 0 end)
        ) owing";
    let mut read = db.read().await.unwrap();
    for none in [STANDING, OWING] {
        assert_eq!(read.number(none, vec![]).await.unwrap(), Some(0), "{none}");
    }
    drop(read);
    let proof: Value = serde_json::from_str(&program.done("console", &["ledger", "prove"])).unwrap();
    assert_eq!(proof["is_proved"], true);
}

/// Two plain-text accounting programs read the year; the taxes of the bills are those the liability accounts hold.
fn others_accept_the_books(program: &Program, folder: &Path) {
    let journal = folder.join("books.journal");
    let file = journal.to_str().expect("temporary folders have plain names");
    program.done("console", &["ledger", "export", "--format", "hledger", "--out", file]);
    let ours = balances(program);
    assert!(12 < ours.len(), "{ours:?}");
    for (tool, words, place) in [
        ("hledger", vec!["-f", file, "check", "--strict", "ordereddates"], None),
        ("hledger", vec!["-f", file, "bal", "--flat", "--no-total", "-O", "csv"], Some((1, 0))),
        (
            "ledger",
            vec!["-f", file, "--pedantic", "bal", "--flat", "--no-total", "--balance-format", LEDGER],
            Some((1, 0)),
        ),
    ] {
        let Some(said) = try_tool(tool, &words) else {
            testkit::skip(&format!("the demo's books: {tool} is not installed"));
            continue;
        };
        assert_eq!(said.code, 0, "{tool} {words:?}: {}", said.err);
        if let Some((cents, account)) = place {
            assert_eq!(balances_told(&said.out, (cents, account)), ours, "{tool}");
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
