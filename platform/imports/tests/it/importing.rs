//! A file comes in once, by chunks or as a whole, whoever dies on the way.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use acts::{ChunkStep, Failure, Progress};
use db::Db;
use imports::{
    FileReject, ImportFile, ImportRefused, ImportReport, ImportWork, Imported, Intake, Mapping, RejectsFile, Scope,
    SurveyedFile, export, survey,
};
use jobs::{Worker, kind_of};
use testkit::{TestDb, by, engines, open_door};

use crate::uses::Uses;

fn uses() -> Arc<dyn Intake> {
    Arc::new(Uses)
}

/// A folder with a file.
fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("uses.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn look(path: &Path, scope: Scope) -> SurveyedFile {
    survey(&uses(), path, None, scope).unwrap()
}

async fn order(db: &Db, surveyed: &SurveyedFile) -> Result<Imported, Failure> {
    Ok(open_door(db).carry_out(&by(&surveyed.key), &surveyed.act).await?.outcome)
}

async fn finish(db: &Db, imported: Imported, path: &Path) -> Progress {
    let path = path.to_owned();
    let kind = kind_of(move |inputs: &str| ImportWork::new(inputs, uses(), &path));
    let worker = Worker::new(open_door(db), vec![kind]);
    worker.finish(&by("job"), imported.order, &|_| {}).await.unwrap().progress
}

async fn import(db: &Db, path: &Path) -> (ImportReport, Vec<FileReject>) {
    let imported = order(db, &look(path, Scope::WhatCan)).await.unwrap();
    finish(db, imported, path).await;
    told(db, imported).await
}

async fn told(db: &Db, imported: Imported) -> (ImportReport, Vec<FileReject>) {
    let mut read = db.read().await.unwrap();
    let rejects = imports::rejects(&mut read, imported.order, 0, 1000).await.unwrap();
    (imported.report(&mut read).await.unwrap(), rejects)
}

async fn titles(db: &Db) -> Vec<(String, String)> {
    db.read().await.unwrap().all("select code, title from property_use order by code", vec![]).await.unwrap()
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    db.read().await.unwrap().number(sql, vec![]).await.unwrap().unwrap()
}

fn report(new: i64, changed: i64, unchanged: i64, rejected: i64) -> ImportReport {
    ImportReport { new, changed, unchanged, rejected }
}

const SMALL: &[u8] = b"code,title\nb,Business\nr,bad\nr,Residence\n\nx\nb,Business\n";

#[tokio::test]
async fn what_can_come_in_does_and_the_rest_is_kept_with_its_reason() {
    for engine in engines("what can come in does") {
        let town = TestDb::new(engine).await;
        let (_folder, path) = file(SMALL);
        let (told, rejects) = import(&town.db, &path).await;
        assert_eq!(told, report(2, 0, 0, 3));
        let found: Vec<(i64, &str, &str, &str)> = rejects
            .iter()
            .map(|reject| (reject.line, reject.field.as_str(), reject.rule.as_str(), reject.record.as_str()))
            .collect();
        #[rustfmt::skip]
        assert_eq!(found, [
            (3, "title", "bad",                 "r,bad"),
            (6, "title", "fields",              "x"),
            (7, "code",  "suspected_duplicate", "b,Business"),
        ]);
        assert_eq!(rejects[2].message, "line 2 of this file says just the same");
        // The same again, packed and under another name: nothing happens, and the same is told.
        let other = path.with_file_name("other.gz");
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(SMALL).unwrap();
        std::fs::write(&other, packer.finish().unwrap()).unwrap();
        let acts = count(&town.db, "select count(*) from act").await;
        assert_eq!(import(&town.db, &other).await, (told, rejects));
        assert_eq!(count(&town.db, "select count(*) from act").await, acts);
        assert_eq!(count(&town.db, "select count(*) from file_import").await, 1);
        town.remove().await;
    }
}

#[tokio::test]
async fn rejects_are_corrected_in_their_file_and_come_in() {
    for engine in engines("rejects are corrected") {
        let town = TestDb::new(engine).await;
        let (folder, path) = file(b"code,title\na,bad\nb,Business\nc,one,two\nd\n");
        let (told, rejects) = import(&town.db, &path).await;
        assert_eq!(told, report(1, 0, 0, 3));
        let write = |rejects: &[FileReject]| {
            let header = look(&path, Scope::WhatCan).header;
            let mut out = RejectsFile::begin(Vec::new(), &header).unwrap();
            rejects.iter().for_each(|reject| out.push(reject).unwrap());
            String::from_utf8(out.end().unwrap()).unwrap()
        };
        let text = write(&rejects);
        // Not corrected at all: every one of them is rejected by the same rule again.
        let again = folder.path().join("rejects.csv");
        std::fs::write(&again, &text).unwrap();
        assert_eq!(look(&again, Scope::WhatCan).unused(), Vec::<&str>::new());
        let (told, second) = import(&town.db, &again).await;
        assert_eq!(told, report(0, 0, 0, 3));
        let rules = |rejects: &[FileReject]| rejects.iter().map(|one| one.rule.clone()).collect::<Vec<_>>();
        assert_eq!(rules(&rejects), ["bad", "fields", "fields"]);
        assert_eq!(rules(&second), rules(&rejects));
        let records = |rejects: &[FileReject]| rejects.iter().map(|one| one.record.clone()).collect::<Vec<_>>();
        assert_eq!(records(&second), records(&rejects));
        let text = text.replace(",bad\n", ",Agriculture\n").replace("one,two", "\"one,two\"").replace("d\n", "d,\n");
        std::fs::write(&again, text).unwrap();
        assert_eq!(import(&town.db, &again).await.0, report(3, 0, 0, 0));
        assert_eq!(titles(&town.db).await.len(), 4);
        town.remove().await;
    }
}

#[tokio::test]
async fn all_or_nothing_leaves_nothing_while_something_is_wrong() {
    for engine in engines("all or nothing") {
        let town = TestDb::new(engine).await;
        // The second of two that say just the same lies in another part of the file.
        let mut text = "code,title\n".to_owned();
        (0..5_001).for_each(|number| writeln!(text, "{number},t").unwrap());
        let (_folder, path) = file(format!("{text}x,bad\ny,bad\n").as_bytes());
        let Err(Failure::Refused(refusal)) = order(&town.db, &look(&path, Scope::AllOrNothing)).await else {
            panic!("a file with rejects came in")
        };
        assert_eq!(refusal.code(), "rejects");
        let error: &dyn Error = &*refusal;
        let Some(ImportRefused::Rejects { count: 2, rejects }) = error.downcast_ref() else { panic!("{error}") };
        assert_eq!(
            rejects.iter().map(|one| (one.line, one.rule.as_str())).collect::<Vec<_>>(),
            [(5_003, "bad"), (5_004, "bad")]
        );
        for sql in [
            "select count(*) from property_use",
            "select count(*) from act",
            "select count(*) from file_import",
            "select count(*) from file_reject",
            "select count(*) from bulk_order",
            "select count(*) from job",
        ] {
            assert_eq!(count(&town.db, sql).await, 0, "{sql}");
        }
        std::fs::write(&path, format!("{text}x,good\n")).unwrap();
        let surveyed = look(&path, Scope::AllOrNothing);
        for _ in 0..2 {
            let imported = order(&town.db, &surveyed).await.unwrap();
            assert_eq!(told(&town.db, imported).await, (report(5_002, 0, 0, 0), Vec::new()));
        }
        assert_eq!(count(&town.db, "select count(*) from act").await, 1);
        town.remove().await;
    }
}

#[tokio::test]
async fn an_import_that_stopped_goes_on_and_tells_the_same() {
    for engine in engines("an import that stopped") {
        let mut text = "code,title\n".to_owned();
        (0..12_000)
            .for_each(|number| writeln!(text, "{number},{}", if number % 999 == 0 { "bad" } else { "t" }).unwrap());
        let (_folder, path) = file(text.as_bytes());
        let whole = TestDb::new(engine).await;
        let expected = (import(&whole.db, &path).await, titles(&whole.db).await);
        assert_eq!(expected.0.0, report(11_987, 0, 0, 13));
        for stop_after in 0..3 {
            let town = TestDb::new(engine).await;
            let surveyed = look(&path, Scope::WhatCan);
            let imported = order(&town.db, &surveyed).await.unwrap();
            let inputs = serde_json::to_string(&surveyed.act).unwrap();
            let first = ImportWork::new(&inputs, uses(), &path).unwrap();
            for _ in 0..stop_after {
                let step = open_door(&town.db).carry_out_chunk(&by("job"), imported.order, &first).await.unwrap();
                assert_eq!(step, ChunkStep::Done);
            }
            assert_eq!(order(&town.db, &surveyed).await.unwrap(), imported);
            let progress = finish(&town.db, imported, &path).await;
            assert_eq!(progress, Progress { chunks: 3, done: 3, refused: 0 });
            assert_eq!((told(&town.db, imported).await, titles(&town.db).await), expected, "after {stop_after}");
            town.remove().await;
        }
        whole.remove().await;
    }
}

#[tokio::test]
async fn a_file_that_changed_since_it_was_looked_through_is_refused() {
    for engine in engines("a file that changed") {
        let town = TestDb::new(engine).await;
        let (_folder, path) = file(SMALL);
        let surveyed = look(&path, Scope::WhatCan);
        let imported = order(&town.db, &surveyed).await.unwrap();
        std::fs::write(&path, "code,title\nb,Business\n").unwrap();
        let progress = finish(&town.db, imported, &path).await;
        assert_eq!(progress, Progress { chunks: 1, done: 0, refused: 1 });
        assert_eq!(titles(&town.db).await, []);
        // The file as it was: the part that was refused is done.
        std::fs::write(&path, SMALL).unwrap();
        assert_eq!(import(&town.db, &path).await.0, report(2, 0, 0, 3));
        town.remove().await;
    }
}

#[test]
fn a_file_is_another_one_by_contents_mapping_kind_and_scope_only() {
    let (_folder, path) = file(b"code,title,name\nb,Business,B\n");
    let mapping = |column: &str| {
        let text = format!("[columns]\ncode='code'\ntitle='{column}'");
        Some(Mapping::parse(&text, uses().fields()).unwrap())
    };
    let key = |mapping, scope| survey(&uses(), &path, mapping, scope).unwrap().key;
    let plain = key(None, Scope::WhatCan);
    assert_eq!(key(mapping("title"), Scope::WhatCan), plain);
    assert_ne!(key(mapping("name"), Scope::WhatCan), plain);
    assert_ne!(key(None, Scope::AllOrNothing), plain);
    assert_eq!(survey(&uses(), &path, None, Scope::WhatCan).unwrap().unused(), ["name"]);
    let moved = path.with_file_name("moved.csv");
    std::fs::rename(&path, &moved).unwrap();
    assert_eq!(look(&moved, Scope::WhatCan).key, plain);
}

#[tokio::test]
async fn a_command_from_the_log_has_no_file_and_nobodys_permission() {
    for engine in engines("a command from the log") {
        let town = TestDb::new(engine).await;
        let (_folder, path) = file(SMALL);
        let surveyed = look(&path, Scope::WhatCan);
        let text = serde_json::to_string(&surveyed.act).unwrap();
        let stored: ImportFile = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), text);
        assert_eq!(acts::Act::permission(&surveyed.act), crate::uses::PERMISSION);
        assert_eq!(acts::Act::permission(&stored).code, "imports.unknown_kind");
        let failure = open_door(&town.db).carry_out(&by("log"), &stored).await.unwrap_err();
        assert_eq!(failure.to_string(), "an import is given with its file");
        town.remove().await;
    }
}

async fn written(db: &Db) -> String {
    let (mut out, on) = (Vec::new(), testkit::noon().date_naive());
    export(&mut db.read().await.unwrap(), &Uses, on, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn what_came_in_goes_out_and_comes_in_again() {
    for engine in engines("what came in goes out") {
        let (town, other) = (TestDb::new(engine).await, TestDb::new(engine).await);
        let (_folder, path) = file(b"code,title\nd,\"a, \"\"b\"\"\"\na,Z\nc,\nb,\xc3\x84\n");
        import(&town.db, &path).await;
        let first = written(&town.db).await;
        assert_eq!(first, "code,title\na,Z\nb,Ä\nc,\nd,\"a, \"\"b\"\"\"\n");
        std::fs::write(&path, &first).unwrap();
        assert_eq!(import(&other.db, &path).await.0, report(4, 0, 0, 0));
        assert_eq!(written(&other.db).await, first);
        town.remove().await;
        other.remove().await;
    }
}
