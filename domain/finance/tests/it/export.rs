//! The export is complete, in date order, and what `hledger` and `ledger` compute from it is ours.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use db::Engine;
use finance::Form;
use kernel::Cents;
use ledger::JournalKind;
use testkit::{engines, skip};

use crate::support::{ANN, BEN, EVE, Town, bill, day, journal, payment, skip_ids};

/// Several funds, zero bills, a reversal with a date of its own, and a journal of two customers.
async fn busy_town(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    skip_ids(&town.base.db, 100).await;
    let sewer = |account, cents| town.posting(account, ["520", "1200", "4100"], cents);
    let moved =
        vec![town.posting(BEN, ["510", "1200", "2900"], 9_00), town.posting(ANN, ["510", "2900", "1200"], 9_00)];
    let journals = vec![
        bill(1, EVE, "2014-03-31", vec![town.charge(EVE, 123_450)]),
        bill(2, ANN, "2014-03-01", vec![town.charge(ANN, 48_76), sewer(ANN, 20_00), town.charge(ANN, 1_24)]),
        bill(3, BEN, "2014-03-01", vec![]),
        bill(4, BEN, "2014-04-01", vec![town.posting(BEN, ["510", "4000", "1200"], 2_50)]),
        payment(5, ANN, "2014-03-20", vec![town.posting(ANN, ["510", "1000", "1200"], 50_00)]),
        journal(6, BEN, JournalKind::Transfer, "2014-03-25", moved),
        bill(7, EVE, "2014-05-01", vec![]),
    ];
    town.post("1", journals).await.unwrap();
    town.reverse("2", &[(EVE, kernel::JournalId(1)), (BEN, kernel::JournalId(3))], day("2014-04-15")).await.unwrap();
    town
}

const BOOKS: &str = "\
commodity $
  format $1,000.00

account Assets:510 Water Fund:1000 Equity in pooled cash
account Assets:510 Water Fund:1200 Receivable
account Liabilities:510 Water Fund:2100 Unapplied credit
account Liabilities:510 Water Fund:2200 Deposits held
account Liabilities:510 Water Fund:2900 Customer transfers
account Revenues:510 Water Fund:4000 Water charges
account Assets:520 Sewer Fund <old, new>:1000 Equity in pooled cash
account Assets:520 Sewer Fund <old, new>:1200 Receivable
account Liabilities:520 Sewer Fund <old, new>:2100 Unapplied credit
account Liabilities:520 Sewer Fund <old, new>:2200 Deposits held
account Liabilities:520 Sewer Fund <old, new>:2900 Customer transfers
account Revenues:520 Sewer Fund <old, new>:4100 Sewer charges

2014-03-01 (12-000002) Bill 12-000002
    Assets:510 Water Fund:1200 Receivable    $50.00
    Assets:520 Sewer Fund <old, new>:1200 Receivable    $20.00
    Revenues:510 Water Fund:4000 Water charges    $-50.00
    Revenues:520 Sewer Fund <old, new>:4100 Sewer charges    $-20.00

2014-03-01 (12-000003) Bill 12-000003
    Assets:510 Water Fund:1200 Receivable    $0.00
    Revenues:510 Water Fund:4000 Water charges    $0.00

2014-03-20 (12-000005) Payment 12-000005
    Assets:510 Water Fund:1000 Equity in pooled cash    $50.00
    Assets:510 Water Fund:1200 Receivable    $-50.00

2014-03-25 (12-000006) Transfer 12-000006
    Assets:510 Water Fund:1200 Receivable    $9.00
    Liabilities:510 Water Fund:2900 Customer transfers    $9.00
    Assets:510 Water Fund:1200 Receivable    $-9.00
    Liabilities:510 Water Fund:2900 Customer transfers    $-9.00

2014-03-31 (12-000001) Bill 12-000001
    Assets:510 Water Fund:1200 Receivable    $1,234.50
    Revenues:510 Water Fund:4000 Water charges    $-1,234.50

2014-04-01 (12-000004) Bill 12-000004
    Revenues:510 Water Fund:4000 Water charges    $2.50
    Assets:510 Water Fund:1200 Receivable    $-2.50

2014-04-15 (12-000003) Bill reversal 12-000003
    Assets:510 Water Fund:1200 Receivable    $0.00
    Revenues:510 Water Fund:4000 Water charges    $0.00

2014-04-15 (12-000001) Bill reversal 12-000001
    Revenues:510 Water Fund:4000 Water charges    $1,234.50
    Assets:510 Water Fund:1200 Receivable    $-1,234.50

2014-05-01 (12-000007) Bill 12-000007
    Assets:510 Water Fund:1200 Receivable    $0.00
    Revenues:510 Water Fund:4000 Water charges    $0.00
";

const LINES: &str = "\
gl_on,journal,document,kind,fund,debit,credit,amount
2014-03-01,1,12-000002,bill,510,1200,4000,48.76
2014-03-01,1,12-000002,bill,520,1200,4100,20.00
2014-03-01,1,12-000002,bill,510,1200,4000,1.24
2014-03-20,3,12-000005,payment,510,1000,1200,50.00
2014-03-25,4,12-000006,transfer,510,1200,2900,9.00
2014-03-25,4,12-000006,transfer,510,2900,1200,9.00
2014-03-31,5,12-000001,bill,510,1200,4000,1234.50
2014-04-01,6,12-000004,bill,510,4000,1200,2.50
2014-04-15,8,12-000001,bill_reversal,510,4000,1200,1234.50
";

#[tokio::test]
async fn every_journal_is_exported_once_in_date_order() {
    for engine in engines("every_journal_is_exported_once_in_date_order") {
        let town = busy_town(engine).await;
        let (mut books, mut lines) = (Vec::new(), Vec::new());
        let outs: &mut [(Form, &mut (dyn Write + Send))] = &mut [(Form::Hledger, &mut books), (Form::Csv, &mut lines)];
        let done = finance::export(&town.base.db, outs).await.unwrap();
        assert_eq!((done.journals, done.postings), (9, 9));
        assert_eq!(String::from_utf8(books).unwrap(), BOOKS);
        assert_eq!(String::from_utf8(lines).unwrap(), LINES);
        let proof = finance::prove(&mut town.read().await).await.unwrap();
        assert_eq!((proof.is_proved, proof.journals), (true, 9));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_on_a_page_is_exported_whole() {
    for engine in engines("what_does_not_fit_on_a_page_is_exported_whole") {
        let town = Town::new(engine).await;
        let of_day = |first: i64, count: i64, gl_on: &str| -> Vec<_> {
            let bills = (first..first + count).map(|id| {
                let account = kernel::AccountId(1 + id % 3);
                let postings = if id % 10 == 0 { vec![] } else { vec![town.charge(account, id)] };
                bill(id, account, gl_on, postings)
            });
            bills.collect()
        };
        town.post("1", of_day(1, 12_000, "2014-03-02")).await.unwrap();
        town.post("2", of_day(20_001, 10, "2014-03-01")).await.unwrap();
        town.post("3", of_day(30_001, 10, "2014-03-03")).await.unwrap();
        let mut books = Vec::new();
        let done = finance::export(&town.base.db, &mut [(Form::Hledger, &mut books)]).await.unwrap();
        assert_eq!((done.journals, done.postings), (12_020, 10_818));
        let text = String::from_utf8(books).unwrap();
        let dates: Vec<&str> = text.lines().filter(|line| line.starts_with("2014")).map(|line| &line[..10]).collect();
        assert!(dates.is_sorted() && dates.len() == 12_020);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn hledger_and_ledger_accept_the_export_and_agree_with_us() {
    let test = "hledger_and_ledger_accept_the_export_and_agree_with_us";
    let town = busy_town(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.journal");
    let mut file = std::fs::File::create(&path).unwrap();
    finance::export(&town.base.db, &mut [(Form::Hledger, &mut file)]).await.unwrap();
    let proof = finance::prove(&mut town.read().await).await.unwrap();
    let mut ours: Vec<i64> = proof.trial_balance.iter().map(|line| line.balance_cents.0).collect();
    ours.retain(|cents| *cents != 0);
    ours.sort_unstable();

    match run("hledger", &path, &["check", "--strict", "ordereddates"]) {
        None => skip(&format!("{test}: hledger is not installed")),
        Some(_) => {
            let balances = run("hledger", &path, &["bal", "-N", "--flat", "-O", "csv"]).unwrap();
            let cells = balances.lines().skip(1).map(|line| line.rsplit_once("\",\"").unwrap().1.trim_end_matches('"'));
            assert_eq!(sorted_cents(cells), ours);
            let counted = run("hledger", &path, &["stats"]).unwrap();
            let count = counted.lines().find(|line| line.starts_with("Transactions  ")).unwrap();
            assert!(count.contains(": 9 "), "{count}");
        }
    }
    match run("ledger", &path, &["--pedantic", "bal", "--flat", "--no-total", "--format", "%(total)\n"]) {
        None => skip(&format!("{test}: ledger is not installed")),
        Some(balances) => {
            assert_eq!(sorted_cents(balances.lines()), ours);
            let lines = run("ledger", &path, &["--pedantic", "--empty", "reg", "--format", "%(code)\n"]).unwrap();
            let mut codes: Vec<&str> = lines.lines().collect();
            codes.dedup();
            assert_eq!(codes.len(), 9, "ledger sees every transaction: {codes:?}");
        }
    }
    town.base.remove().await;
}

/// What a program answers about the books; `None` when it is not here.
fn run(program: &str, books: &Path, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).arg("-f").arg(books).args(arguments).env("LC_ALL", "C.UTF-8").output().ok()?;
    assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    Some(String::from_utf8(done.stdout).unwrap())
}

fn sorted_cents<'a>(amounts: impl Iterator<Item = &'a str>) -> Vec<i64> {
    let cents = |text: &str| Cents::parse_dollars(&text.trim().replace(['$', ','], "")).unwrap().0;
    let mut all: Vec<i64> = amounts.map(cents).filter(|cents| *cents != 0).collect();
    all.sort_unstable();
    all
}
