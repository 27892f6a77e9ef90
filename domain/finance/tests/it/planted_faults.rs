//! The proof of good books, and that each finding can be found: a wrong row is planted past all locks.

use db::{DoorKey, Engine, Rows, Tx, Value};
use finance::LedgerProof;
use kernel::Cents;
use testkit::engines;

use crate::support::{ANN, BEN, EVE, Town, bill, day, payment, skip_ids};

pub(crate) async fn good_books(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    skip_ids(&town.base.db, 100).await;
    let bills = vec![
        bill(1, ANN, "2014-03-01", vec![town.charge(ANN, 48_76), town.posting(ANN, ["520", "1200", "4100"], 20_00)]),
        bill(2, BEN, "2014-03-01", vec![]),
        payment(3, ANN, "2014-03-20", vec![town.posting(ANN, ["510", "1000", "1200"], 50_00)]),
        bill(4, EVE, "2014-03-01", vec![town.charge(EVE, 3_00)]),
    ];
    town.post("1", bills).await.unwrap();
    town.reverse("2", &[(EVE, kernel::JournalId(4))], day("2014-03-02")).await.unwrap();
    town
}

#[tokio::test]
pub(crate) async fn good_books_are_proved() {
    for engine in engines("good_books_are_proved") {
        let town = good_books(engine).await;
        let proof = finance::prove(&mut town.read().await).await.unwrap();
        assert!(proof.is_proved && proof.is_clear, "{:?}", proof.findings);
        assert_eq!((proof.journals, proof.postings), (5, 5));
        assert_eq!((proof.pooled_cents, proof.tender_cents), (Cents(50_00), Cents(50_00)));
        let balances: Vec<(&str, &str, i64)> = proof
            .trial_balance
            .iter()
            .filter(|line| !line.debit_cents.is_zero() || !line.credit_cents.is_zero())
            .map(|line| (line.fund.as_str(), line.ledger_account.as_str(), line.balance_cents.0))
            .collect();
        let expected = [
            ("510", "1000", 50_00),
            ("510", "1200", -1_24),
            ("510", "4000", -48_76),
            ("520", "1200", 20_00),
            ("520", "4100", -20_00),
        ];
        assert_eq!(balances, expected);
        let json = serde_json::to_value(&proof).unwrap();
        assert_eq!(json["funds"][0]["debit_cents"], 10_476);
        assert_eq!(json["controls"][0]["agrees"], true);
        town.base.remove().await;
    }
}

/// A journal row of an account.
fn header(account: i64, id: i64, kind: &str, reverses: Option<i64>) -> [Value; 7] {
    let gl_on = day("2014-03-01");
    [account.into(), id.into(), kind.into(), gl_on.into(), "planted".into(), 1.into(), reverses.into()]
}

/// What is planted: journal rows, and postings as account, journal, fund, debit, credit, cents.
struct Planted {
    finding: &'static str,
    journals: Vec<[Value; 7]>,
    postings: Vec<(i64, i64, [&'static str; 3], i64)>,
}

#[tokio::test]
async fn each_finding_can_be_found() {
    let water = ["510", "1200", "4000"];
    let back = ["510", "4000", "1200"];
    let plant = |finding, journals, postings| Planted { finding, journals, postings };
    #[rustfmt::skip]
    let rows = [
        plant("posting_without_journal",    vec![],                                 vec![(1, 50, water, 5)]),
        plant("posting_not_positive",       vec![header(1, 50, "bill", None)],      vec![(1, 50, water, -5)]),
        plant("posting_moves_nothing",      vec![header(1, 50, "bill", None)],      vec![(1, 50, ["510", "1200", "1200"], 5)]),
        plant("posting_not_open_in_fund",   vec![header(1, 50, "bill", None)],      vec![(1, 50, ["510", "1200", "4100"], 5)]),
        plant("stray_balance",              vec![header(1, 50, "bill", None)],      vec![(1, 50, ["510", "1200", "4100"], 5)]),
        plant("posting_not_open_in_fund",   vec![header(1, 50, "bill", None)],      vec![(1, 50, ["???", "1200", "4000"], 5)]),
        plant("control_without_customer",   vec![header(0, 50, "bill", None)],      vec![(0, 50, water, 5)]),
        plant("control_differs",            vec![header(0, 50, "bill", None)],      vec![(0, 50, water, 5)]),
        plant("pooled_cash_without_tender", vec![header(1, 50, "bill", None)],      vec![(1, 50, ["510", "1000", "4000"], 5)]),
        plant("pooled_cash_differs",        vec![header(1, 50, "bill", None)],      vec![(1, 50, ["510", "1000", "4000"], 5)]),
        plant("reversal_of_nothing",        vec![header(2, 50, "bill_reversal", Some(49))], vec![]),
        plant("reversed_twice",             vec![header(3, 50, "bill_reversal", Some(4))],  vec![(3, 50, back, 3_00)]),
        plant("reversal_differs",           vec![header(1, 50, "bill_reversal", Some(1))],  vec![(1, 50, back, 48_75)]),
        plant("reversal_incomplete",        vec![header(1, 50, "bill_reversal", Some(1))],  vec![(1, 50, back, 48_76)]),
        plant("unknown_kind",               vec![header(1, 50, "gift", None)],      vec![]),
    ];
    for engine in engines("each_finding_can_be_found") {
        let town = good_books(engine).await;
        for row in &rows {
            let proof = with_planted(&town, row).await;
            let found: Vec<&str> = proof.findings.iter().map(|finding| finding.name).collect();
            assert!(!proof.is_proved && found.contains(&row.finding), "{} on {engine:?}: {found:?}", row.finding);
            assert!(proof.findings.iter().all(|finding| 0 < finding.count));
        }
        assert!(finance::prove(&mut town.read().await).await.unwrap().is_proved, "what was planted is gone again");
        town.base.remove().await;
    }
}

/// The proof of books with something planted; it never stays.
async fn with_planted(town: &Town, planted: &Planted) -> LedgerProof {
    let mut tx = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
    open_all_locks(&mut tx).await;
    let columns = ["account_id", "journal_id", "kind", "gl_on", "document", "act_id", "reverses_id"];
    let mut journals = Rows::new("journal", &columns);
    planted.journals.iter().for_each(|row| journals.push(row.clone()));
    tx.bulk(journals).await.unwrap();
    let columns = ["account_id", "journal_id", "line_no", "fund_id", "debit_id", "credit_id", "cents"];
    let mut postings = Rows::new("posting", &columns);
    for (account, journal, sides, cents) in &planted.postings {
        let posting = town.posting(kernel::AccountId(*account), *sides, *cents);
        let (fund, debit, credit) = (posting.fund.into(), posting.debit.into(), posting.credit.into());
        postings.push([(*account).into(), (*journal).into(), 1.into(), fund, debit, credit, (*cents).into()]);
    }
    tx.bulk(postings).await.unwrap();
    let proof = finance::prove(&mut tx).await.unwrap();
    tx.roll_back().await.unwrap();
    close_all_locks(town).await;
    proof
}

/// Takes off the checks and keys of the engine, which are the second lock on the same rules.
pub(crate) async fn open_all_locks(tx: &mut Tx) {
    let statements: &[&'static str] = match tx.engine() {
        Engine::Sqlite => &["pragma defer_foreign_keys = on", "pragma ignore_check_constraints = on"],
        Engine::Postgres => &[
            "set local session_replication_role = replica",
            "alter table posting drop constraint posting_cents_check",
            "alter table posting drop constraint posting_check",
        ],
    };
    for statement in statements {
        tx.run(statement, vec![]).await.unwrap();
    }
}

/// SQLite keeps one of them open beyond the transaction.
pub(crate) async fn close_all_locks(town: &Town) {
    if town.base.db.engine() == Engine::Sqlite {
        let mut tx = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        tx.run("pragma ignore_check_constraints = off", vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }
}
