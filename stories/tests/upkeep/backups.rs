//! Backups are made while a run is posted, go into both engines, and come out proved.

use db::Engine;
use stories::{Program, Town};
use testkit::TestDb;

use crate::running::Running;
use crate::town::{ACCOUNTS, Contents, ready_to_post};

const BACKUPS_AT_MOST: usize = 40;
/// A busy machine may begin every backup too late: then another run is posted, but not more than these.
const RUNS_AT_MOST: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_a_run_is_posted_is_restored_and_proved() {
    for engine in testkit::engines("a backup made while a run is posted is restored and proved") {
        let (mut place, mut town, mut midway);
        let mut runs = 0;
        loop {
            place = TestDb::empty(engine).await;
            town = ready_to_post(&place.url);
            midway = back_up_while_posting(&town);
            runs += 1;
            if !midway.is_empty() || runs == RUNS_AT_MOST {
                break;
            }
            place.remove().await;
        }
        let whole = Contents::of(&town.program.run("clerk", &["backup", &path(&town, "whole")]));
        assert_eq!(whole.rows("bill"), u64::try_from(ACCOUNTS).unwrap());
        let register = town.program.done("clerk", &["run", "register", "1"]);

        let (file, held) = midway.last().expect("a backup fell into the middle of the run");
        for into in testkit::engines("a backup made while a run is posted is restored and proved") {
            let new = TestDb::empty(into).await;
            let program = Program::on(&new.url);
            assert_eq!(Contents::of_restored(&program.run("console", &["restore", file])), *held);
            let again =
                Contents::of(&program.run("console", &["backup", &path(&town, &format!("from-{}", into.name()))]));
            assert_eq!(again, *held, "{engine:?} into {into:?}");
            // The run goes on where it stood, and comes to the same.
            program.done("clerk", &["run", "post", "1"]);
            assert_eq!(program.done("clerk", &["run", "register", "1"]), register);
            program.done("clerk", &["ledger", "prove"]);
            program.done("clerk", &["acts", "verify"]);
            program.done("clerk", &["run", "completeness", "2014-03"]);
            assert!(program.ends("console", &["restore", file], 1).ends_with("restore into a new database"));
            new.remove().await;
        }
        place.remove().await;
    }
}

/// Posts run 1 in a process of its own and makes backups until it has ended: those that hold some of its bills.
fn back_up_while_posting(town: &Town) -> Vec<(String, Contents)> {
    let mut post = Running::start(&town.program.url, "off", &["--as", "clerk", "run", "post", "1"]);
    let mut midway = Vec::new();
    for number in 0..BACKUPS_AT_MOST {
        if !post.is_alive() {
            break;
        }
        let file = path(town, &format!("midway-{number}"));
        let contents = Contents::of(&town.program.run("clerk", &["backup", &file]));
        let bills = i64::try_from(contents.rows("bill")).unwrap();
        if 0 < bills && bills < ACCOUNTS {
            midway.push((file, contents));
        }
    }
    let said = post.wait();
    assert_eq!(said.code, 0, "{}", said.err);
    midway
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_moves_from_one_engine_to_the_other_and_back() {
    let all = testkit::engines("a town moves from one engine to the other and back");
    if all.len() < 2 {
        return;
    }
    for engines in [[Engine::Sqlite, Engine::Postgres], [Engine::Postgres, Engine::Sqlite]] {
        let here = TestDb::empty(engines[0]).await;
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let demo = ["demo", "--folder", &file("town"), "--accounts", "60", "--no-serve"];
        Program::on(&here.url).done("console", &demo);
        let first = Contents::of(&Program::on(&here.url).run("console", &["backup", &file("first")]));
        let there = TestDb::empty(engines[1]).await;
        assert_eq!(Contents::of_restored(&Program::on(&there.url).run("console", &["restore", &file("first")])), first);
        Contents::of(&Program::on(&there.url).run("console", &["backup", &file("second")]));
        let back = TestDb::empty(engines[0]).await;
        assert_eq!(Contents::of_restored(&Program::on(&back.url).run("console", &["restore", &file("second")])), first);
        for place in [here, there, back] {
            place.remove().await;
        }
    }
}

#[test]
fn what_is_wrong_with_a_backup_is_said_and_no_database_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let town = Town::prepared(&db::sqlite_url(&folder.path().join("town.db")));
    let backup = file("backup");
    town.program.done("console", &["backup", &backup]);
    let whole = std::fs::read(&backup).unwrap();
    let middle = whole.len() / 2;
    let mut changed = whole.clone();
    changed[middle] ^= 1;
    let (bad, new) = (file("bad"), Program::on(&db::sqlite_url(&folder.path().join("new.db"))));
    #[rustfmt::skip]
    let rows: [(&str, &[u8], &str, &str); 4] = [
        ("changed",  &changed,                    "the file is damaged or was changed in table ", "nothing was restored; use another copy"),
        ("cut off",  &whole[..middle],            "the file was cut off in table ",               "nothing was restored; use another copy"),
        ("no end",   &whole[..whole.len() - 10],  "the file was cut off in its end",              "nothing was restored; use another copy"),
        ("other",    b"create table town",        "the file is not a backup",                     "made by `portreeve backup`"),
    ];
    for (name, bytes, begins, ends) in rows {
        std::fs::write(&bad, bytes).unwrap();
        for words in [&["restore", &bad][..], &["restore", "--check", &bad]] {
            let said = new.ends("console", words, 1);
            assert!(said.starts_with(&format!("portreeve: {bad}: {begins}")) && said.ends_with(ends), "{name}: {said}");
        }
        assert!(!folder.path().join("new.db").exists(), "{name}");
    }
    assert_eq!(new.run("console", &["restore", &file("missing")]).code, 3);
    assert!(town.program.ends("console", &["backup", &backup], 1).ends_with("a backup never replaces another"));
    assert!(town.program.ends("console", &["restore", &backup], 1).contains("has a town already"));
    assert_eq!(town.program.run("console", &["backup", &file("no/such/folder")]).code, 3);
    assert_eq!(std::fs::read(&backup).unwrap(), whole);
    Contents::of_restored(&new.run("console", &["restore", &backup]));
}

#[test]
fn a_town_that_was_changed_past_the_program_is_restored_and_not_proved() {
    let folder = tempfile::tempdir().unwrap();
    let url = db::sqlite_url(&folder.path().join("town.db"));
    let town = Town::prepared(&url);
    town.program.done("clerk", &["acts", "seal"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let thief = db::Db::open(&url).await.unwrap();
        let mut tx = thief.write(&db::DoorKey::for_the_door()).await.unwrap();
        tx.run_once("update act set reason = 'x' where kind = 'revenue.adopt_rates'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        thief.close().await;
    });
    let file = path(&town, "backup");
    town.program.done("console", &["backup", &file]);
    let new = Program::on(&db::sqlite_url(&folder.path().join("new.db")));
    let said = new.run("console", &["restore", &file]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.trim_end().ends_with("is not proved; see the findings"), "{}", said.err);
    let restored: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&restored["is_proved"], &restored["log"]["broken"]["what"]), (&false.into(), &"differs".into()));
}

fn path(town: &Town, name: &str) -> String {
    town.path(name).to_str().unwrap().to_owned()
}
