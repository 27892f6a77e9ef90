//! Whoever changes what an act wrote into the books is found by the act.

use db::{DoorKey, Value};
use finance::ChangedBooks;
use kernel::ActId;
use testkit::engines;

use crate::planted_faults::{close_all_locks, good_books, open_all_locks};
use crate::support::{ANN, BEN, Town, day, journal};

/// Good books, with a journal of two customers in them.
async fn written_books(engine: db::Engine) -> Town {
    let town = good_books(engine).await;
    let moved =
        vec![town.posting(BEN, ["510", "1200", "2900"], 9_00), town.posting(ANN, ["510", "2900", "1200"], 9_00)];
    let transfer = journal(50, BEN, ledger::JournalKind::Transfer, "2014-03-25", moved);
    town.post("3", vec![transfer]).await.unwrap();
    town
}

#[tokio::test]
async fn books_are_what_the_acts_wrote() {
    for engine in engines("books as written") {
        let town = written_books(engine).await;
        assert_eq!(finance::verify_journals(&mut town.read().await).await.unwrap(), None);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_change_of_any_column_of_a_journal_or_posting_is_found_by_its_act() {
    let later = || Some(Value::from(day("2014-03-09")));
    // Journal 1 has two postings of one customer, journal 2 has none, journal 50 is of two customers.
    #[rustfmt::skip]
    let changes: [(&'static str, Option<Value>); 24] = [
        ("update journal set kind = 'payment' where journal_id = 1",                       None),
        ("update journal set gl_on = $1 where journal_id = 1",                             later()),
        ("update journal set document = '12-000009' where journal_id = 1",                 None),
        ("update journal set act_id = act_id + 1 where journal_id = 1",                    None),
        ("update journal set act_id = 777 where journal_id = 1",                           None),
        ("update journal set reverses_id = 2 where journal_id = 1",                        None),
        ("update journal set reverses_id = null where reverses_id = 4",                    None),
        ("update journal set account_id = 3 where journal_id = 2",                         None),
        ("update journal set journal_id = 77 where journal_id = 2",                        None),
        ("update journal set gl_on = $1 where journal_id = 50 and account_id = 1",         later()),
        ("delete from journal where journal_id = 2",                                       None),
        ("delete from journal where journal_id = 50 and account_id = 1",                   None),
        ("update posting set account_id = 3 where journal_id = 1 and line_no = 2",         None),
        ("update posting set line_no = 3 where journal_id = 1 and line_no = 2",            None),
        ("update posting set fund_id = fund_id + 1 where journal_id = 1 and line_no = 1",  None),
        ("update posting set debit_id = credit_id + 1 where journal_id = 1 and line_no = 1", None),
        ("update posting set credit_id = credit_id + 1 where journal_id = 1 and line_no = 1", None),
        ("update posting set cents = cents + 1 where journal_id = 1 and line_no = 1",      None),
        ("update posting set agreement_id = 5 where journal_id = 1 and line_no = 1",       None),
        ("delete from posting where journal_id = 1 and line_no = 2",                       None),
        ("insert into posting (account_id, journal_id, line_no, fund_id, debit_id, credit_id, cents)
          select account_id, journal_id, 3, fund_id, debit_id, credit_id, 1 from posting where journal_id = 1 and line_no = 1", None),
        ("insert into posting (account_id, journal_id, line_no, fund_id, debit_id, credit_id, cents)
          select 1, journal_id, 1, fund_id, debit_id, credit_id, 1 from posting where journal_id = 50 and line_no = 1", None),
        ("insert into posting (account_id, journal_id, line_no, fund_id, debit_id, credit_id, cents)
          select 3, journal_id, 9, fund_id, debit_id, credit_id, 1 from posting where journal_id = 1 and line_no = 1", None),
        ("update posting set agreement_id = -1 where journal_id = 1 and line_no = 1",      None),
    ];
    for engine in engines("changed books") {
        let town = written_books(engine).await;
        for (sql, value) in &changes {
            let mut tx = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
            open_all_locks(&mut tx).await;
            tx.run_once(sql, value.clone().into_iter().collect()).await.unwrap();
            let found = finance::verify_journals(&mut tx).await.unwrap();
            assert!(found.is_some(), "{sql} on {engine:?}");
            tx.roll_back().await.unwrap();
            close_all_locks(&town).await;
        }
        assert_eq!(finance::verify_journals(&mut town.read().await).await.unwrap(), None);
        let mut tx = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        tx.run("update act set journal_digest = null where journal_digest is not null", vec![]).await.unwrap();
        let found = finance::verify_journals(&mut tx).await.unwrap();
        let first = tx.number("select min(act_id) from journal", vec![]).await.unwrap().unwrap();
        assert!(matches!(found, Some(ChangedBooks::Journals { act, .. }) if act == ActId(first)), "{found:?}");
        tx.roll_back().await.unwrap();
        town.base.remove().await;
    }
}
