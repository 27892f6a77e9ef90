//! A backup holds what was committed when it was begun, goes into either engine, and is refused when a byte of it is wrong.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use db::{BackupFailure, BackupRefused, BackupSummary, Db, DoorKey, Engine, Place, Rows, Value, check_backup};
use kernel::Refusal;
use testkit::{TestDb, engines, noon};

const ACT: [&str; 16] = [
    "act_id",
    "actor_id",
    "kind",
    "version",
    "permission",
    "subject_kind",
    "subject_id",
    "reason",
    "idempotency_key",
    "command",
    "outcome",
    "journal_digest",
    "order_id",
    "chunk_no",
    "business_on",
    "entered_at",
];

fn act(number: i64) -> [Value; 16] {
    let instant = DateTime::from_timestamp_micros(1_700_000_000_000_000 + number * 250_000).unwrap();
    [
        number.into(),
        1.into(),
        "kind".into(),
        1.into(),
        "p".into(),
        "town".into(),
        i64::MIN.into(),
        format!("Núñez \"{number}\" \t\\N\n\u{1F4A7}").into(),
        format!("key {number}").into(),
        "{}".into(),
        "".into(),
        (number % 2 == 0).then(|| vec![0_u8, 255, number as u8]).into(),
        (number % 3 == 0).then_some(number).into(),
        Value::Int(None),
        instant.date_naive().into(),
        instant.into(),
    ]
}

/// So many acts, an actor, and somebody who is signed in.
async fn fill(db: &Db, acts: i64) {
    let key = DoorKey::for_the_door();
    let mut rows = Rows::new("actor", &["actor_id", "code", "name", "kind", "is_active"]);
    rows.push([1.into(), "CLERK".into(), "A clerk".into(), "person".into(), true.into()]);
    db.load(&key, rows).await.unwrap();
    let mut tx = db.write(&key).await.unwrap();
    tx.ids("act", 1).await.unwrap();
    tx.commit().await.unwrap();
    let mut rows = Rows::new("act", &ACT);
    (1..=acts).for_each(|number| rows.push(act(number)));
    db.load(&key, rows).await.unwrap();
    let mut tx = db.write(&key).await.unwrap();
    let sql = "
        insert into session (token_hash, session_id, actor_id, form_key, is_whole, client, started_at, seen_at, expires_at)
        values ($1, 1, 1, 'k', $2, 'c', $3, $3, $3)";
    tx.run_once(sql, vec![vec![7_u8; 32].into(), true.into(), noon().into()]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn back_up(db: &Db, path: &Path) -> BackupSummary {
    let file = std::fs::File::create(path).unwrap();
    db.back_up(Box::new(file), (noon(), &["session"]), &|_, _| {}).await.unwrap()
}

async fn restore(db: &Db, path: &Path) -> Result<BackupSummary, BackupFailure> {
    db.restore(&DoorKey::for_the_door(), (path, noon()), &|_, _| {}).await
}

/// Why a backup, or the restore of it, was refused.
fn refused<T>(result: Result<T, BackupFailure>) -> BackupRefused {
    match result {
        Ok(_) => panic!("it was taken"),
        Err(BackupFailure::Refused(refused)) => refused,
        Err(BackupFailure::Fault(fault)) => panic!("a fault: {fault}"),
    }
}

fn checked(path: &Path) -> Result<BackupSummary, BackupFailure> {
    check_backup(path, &|_, _| {})
}

fn rows(summary: &BackupSummary, table: &str) -> u64 {
    summary.tables.iter().find(|line| line.table == table).unwrap().rows
}

#[tokio::test]
async fn a_backup_goes_into_either_engine_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut digests = Vec::new();
    let all = engines("a backup goes into either engine and back");
    for from in all.clone() {
        let town = TestDb::new(from).await;
        // More than two pages, and the last one not full.
        fill(&town.db, 8_123).await;
        let path = folder.path().join(from.name());
        let summary = back_up(&town.db, &path).await;
        assert_eq!((rows(&summary, "act"), rows(&summary, "session")), (8_123, 0));
        assert_eq!((&summary.engine[..], summary.made_at), (from.name(), noon()));
        assert_eq!(checked(&path).unwrap(), summary);
        // PostgreSQL hands ids out in larger blocks.
        let same = summary.tables.iter().filter(|line| line.table != "id_block").cloned();
        digests.push(same.collect::<Vec<_>>());
        for into in all.clone() {
            let new = TestDb::empty(into).await;
            assert_eq!(restore(&new.db, &path).await.unwrap(), summary);
            let again = folder.path().join("again");
            assert_eq!(back_up(&new.db, &again).await.tables, summary.tables, "{from:?} into {into:?}");
            assert_eq!(refused(restore(&new.db, &path).await), BackupRefused::NotEmpty);
            new.remove().await;
        }
        town.remove().await;
    }
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "the engines disagree");
}

#[tokio::test]
async fn no_key_is_an_instant_which_the_engines_would_order_differently() {
    let town = TestDb::new(Engine::Sqlite).await;
    for (table, shape) in town.db.catalog().await.unwrap() {
        let keys = shape.columns.iter().filter(|(name, _, _)| shape.primary_key.contains(name));
        assert!(keys.into_iter().all(|(_, kind, _)| *kind != Some(db::Kind::Instant)), "{table}");
    }
    town.remove().await;
}

#[tokio::test]
async fn a_backup_holds_what_was_committed_when_it_was_begun() {
    for engine in engines("a backup holds what was committed when it was begun") {
        let (town, folder) = (TestDb::new(engine).await, tempfile::tempdir().unwrap());
        fill(&town.db, 10).await;
        // Whoever writes waits for the first table to be written, and the backup for what he wrote.
        let (begun, (told, wait)) = (std::sync::Once::new(), std::sync::mpsc::channel());
        let wait = std::sync::Mutex::new(wait);
        let db = town.db.clone();
        let (start, started) = tokio::sync::oneshot::channel();
        let start = std::sync::Mutex::new(Some(start));
        let writer = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                started.await.unwrap();
                let other = Db::open(db.url()).await.unwrap();
                let mut rows = Rows::new("act", &ACT);
                (11..=20).for_each(|number| rows.push(act(number)));
                other.load(&DoorKey::for_the_door(), rows).await.unwrap();
                other.close().await;
            });
            told.send(()).unwrap();
        });
        let path = folder.path().join("town");
        let file = std::fs::File::create(&path).unwrap();
        let step = move |_, _| {
            begun.call_once(|| {
                start.lock().unwrap().take().unwrap().send(()).unwrap();
                wait.lock().unwrap().recv().unwrap();
            });
        };
        let summary = town.db.back_up(Box::new(file), (noon(), &[]), &step).await.unwrap();
        writer.join().unwrap();
        assert_eq!(rows(&summary, "act"), 10, "{engine:?}");
        assert_eq!(rows(&back_up(&town.db, &path).await, "act"), 20, "{engine:?}");
        town.remove().await;
    }
}

/// A backup of a few rows, as bytes, and a path to write others to.
async fn small() -> (Vec<u8>, PathBuf, tempfile::TempDir) {
    let (town, folder) = (TestDb::new(Engine::Sqlite).await, tempfile::tempdir().unwrap());
    fill(&town.db, 60).await;
    let path = folder.path().join("town");
    back_up(&town.db, &path).await;
    town.remove().await;
    (std::fs::read(&path).unwrap(), path, folder)
}

#[tokio::test]
async fn a_changed_byte_anywhere_is_found() {
    let (whole, path, _folder) = small().await;
    let mut places = std::collections::BTreeSet::new();
    for at in (0..whole.len()).step_by(7).chain(whole.len() - 60..whole.len()) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        std::fs::write(&path, &changed).unwrap();
        let refused = refused(checked(&path));
        if let BackupRefused::Damaged(Place::Table(table)) | BackupRefused::CutOff(Place::Table(table)) = &refused {
            places.insert(table.clone());
        }
        assert_ne!(refused.to_string(), "", "at {at}");
    }
    assert!(places.contains("act"), "{places:?}");
}

#[tokio::test]
async fn a_file_that_was_cut_off_or_lengthened_is_found() {
    let (whole, path, _folder) = small().await;
    let mut codes = std::collections::BTreeSet::new();
    for length in (0..whole.len()).step_by(11).chain(whole.len() - 60..whole.len()) {
        std::fs::write(&path, &whole[..length]).unwrap();
        codes.insert(refused(checked(&path)).code());
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["cut_off", "not_a_backup"]);
    for more in [&b"\n"[..], &whole] {
        std::fs::write(&path, [&whole, more].concat()).unwrap();
        refused(checked(&path));
    }
}

#[tokio::test]
async fn other_files_are_refused_and_leave_no_table() {
    let (whole, path, _folder) = small().await;
    let other_form = [b"portreeve backup 2\n", &whole[19..]].concat();
    let rows: [(&[u8], &str); 5] = [
        (b"", "not_a_backup"),
        (b"PK\x03\x04", "not_a_backup"),
        (b"portreeve backup 1", "other_form"),
        (&other_form, "other_form"),
        (b"portreeve backup 1\n", "cut_off"),
    ];
    let new = TestDb::empty(Engine::Sqlite).await;
    for (bytes, code) in rows {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(refused(checked(&path)).code(), code);
        assert_eq!(refused(restore(&new.db, &path).await).code(), code);
    }
    assert!(new.db.catalog().await.unwrap().is_empty());
    assert!(matches!(checked(Path::new("/no/such/file")), Err(BackupFailure::Fault(_))));
    new.remove().await;
}

#[tokio::test]
async fn what_breaks_off_in_the_middle_leaves_a_database_without_rows() {
    for engine in engines("what breaks off in the middle leaves a database without rows") {
        let (town, folder) = (TestDb::new(engine).await, tempfile::tempdir().unwrap());
        fill(&town.db, 9_000).await;
        let path = folder.path().join("town");
        let summary = back_up(&town.db, &path).await;
        let whole = std::fs::read(&path).unwrap();
        let new = TestDb::empty(engine).await;
        std::fs::write(&path, &whole[..whole.len() - 100]).unwrap();
        assert_eq!(refused(restore(&new.db, &path).await).code(), "cut_off");
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(restore(&new.db, &path).await.unwrap(), summary, "{engine:?}");
        new.remove().await;
        town.remove().await;
    }
}

#[tokio::test]
async fn other_schemas_and_other_databases_are_refused() {
    for engine in engines("other schemas and other databases are refused") {
        let (town, folder) = (TestDb::new(engine).await, tempfile::tempdir().unwrap());
        let (path, key) = (folder.path().join("town"), DoorKey::for_the_door());
        back_up(&town.db, &path).await;
        let mut tx = town.db.write(&key).await.unwrap();
        tx.run_once("delete from migration where number = (select max(number) from migration)", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let sink = Box::new(std::io::sink());
        let made = town.db.back_up(sink, (noon(), &[]), &|_, _| {}).await;
        assert_eq!(refused(made), BackupRefused::NotUpToDate);
        let other = TestDb::empty(engine).await;
        let made = other.db.back_up(Box::new(std::io::sink()), (noon(), &[]), &|_, _| {}).await;
        assert_eq!(refused(made), BackupRefused::NotUpToDate);
        let mut tx = other.db.write(&key).await.unwrap();
        tx.run("create table cats (cat bigint not null primary key)", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refused(restore(&other.db, &path).await), BackupRefused::NotOurs("cats".to_owned()));
        other.remove().await;
        town.remove().await;
    }
}
