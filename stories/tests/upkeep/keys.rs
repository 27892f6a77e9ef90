//! Keys change while what they sealed stays readable, also when the change is broken off.

use std::path::Path;
use std::time::Instant;

use db::{Db, DoorKey};
use secrets::{Keys, Random, Sealed};
use stories::Program;
use testkit::TestDb;

use crate::running::{Kills, Running};

/// So many people with a second factor.
const PEOPLE: i64 = 300;

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_twice_and_everything_still_opens() {
    for engine in testkit::engines("keys change twice and everything still opens") {
        let place = TestDb::empty(engine).await;
        let (program, folder) = (Program::on(&place.url), tempfile::tempdir().unwrap());
        let path = folder.path().join("town.keys");
        let file = path.to_str().unwrap();
        program.done("console", &["migrate"]);
        let first = program.done("console", &["keys", "new", file]);
        assert!(program.ends("console", &["keys", "new", file], 1).contains("it is not written over"));
        seal_for_all(&place.db, &path).await;
        let (rotate, list) = (["keys", "rotate", "--key-file", file], ["keys", "list", "--key-file", file]);
        assert_eq!(program.done("console", &list), format!("{}   opens {PEOPLE}   seals\n", first.trim()));
        for changes in 1..=2 {
            let said = program.done("console", &rotate);
            assert!(said.trim_end().ends_with(&format!("sealed again: {PEOPLE}")), "{said}");
            assert_eq!(all_open(&place.db, &path).await, [PEOPLE]);
            assert_eq!(Keys::read(&path).unwrap().ids().count(), 1 + changes);
        }
        // The file was changed, and then the machine died.
        let added = Keys::add_key(&path, &Random::of_the_machine()).unwrap();
        let said = program.run("console", &rotate);
        assert_eq!((said.code, said.out.contains(added.newest_id())), (0, true), "{}", said.err);
        assert!(said.err.contains("it is finished, and no key is added"), "{}", said.err);
        assert_eq!(Keys::read(&path).unwrap().ids().count(), 4);
        // It died with the new file written and not yet in its place.
        std::fs::write(folder.path().join("town.keys.new"), "half").unwrap();
        program.done("console", &rotate);
        assert_eq!(all_open(&place.db, &path).await, [PEOPLE]);
        // Somebody took an old copy of the file: nothing is changed.
        std::fs::remove_file(&path).unwrap();
        program.done("console", &["keys", "new", file]);
        for words in [&rotate, &list] {
            assert!(program.ends("console", words, 1).ends_with("which is not in the file: find its copy"));
        }
        assert_eq!(Keys::read(&path).unwrap().ids().count(), 1);
        place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_keys_that_is_killed_loses_nothing() {
    for engine in testkit::engines("a change of keys that is killed loses nothing") {
        let place = TestDb::empty(engine).await;
        let (program, folder) = (Program::on(&place.url), tempfile::tempdir().unwrap());
        let path = folder.path().join("town.keys");
        let file = path.to_str().unwrap();
        program.done("console", &["migrate"]);
        program.done("console", &["keys", "new", file]);
        seal_for_all(&place.db, &path).await;
        let rotate = ["keys", "rotate", "--key-file", file];
        let begun = Instant::now();
        program.done("console", &rotate);
        let mut kills = Kills::of_a_command_begun(begun, 3);
        while kills.go_on() {
            kills.kill(Running::start(&place.url, "off", &rotate));
            let by_key = all_open(&place.db, &path).await;
            assert_eq!(by_key.iter().sum::<i64>(), PEOPLE);
            program.done("console", &rotate);
            assert_eq!(all_open(&place.db, &path).await, [PEOPLE], "all under one key");
        }
        place.remove().await;
    }
}

/// What is sealed for somebody; skips how an app is set up.
fn secret(actor: i64) -> Vec<u8> {
    format!("secret of {actor}").into_bytes()
}

async fn seal_for_all(db: &Db, path: &Path) {
    let (keys, random) = (Keys::read(path).unwrap(), Random::of_the_machine());
    let mut tx = db.write(&DoorKey::for_the_door()).await.unwrap();
    for actor in 1_000_001..=1_000_000 + PEOPLE {
        let sql = "insert into actor (actor_id, code, name, kind, is_active) values ($1, $2, 'x', 'person', $3)";
        tx.run_once(sql, vec![actor.into(), format!("p{actor}").into(), true.into()]).await.unwrap();
        let Sealed { key_id, bytes } = keys.seal(&format!("totp:{actor}"), &secret(actor), &random);
        let sql = "insert into sign_in_secret (actor_id, totp_sealed, totp_key_id) values ($1, $2, $3)";
        tx.run_once(sql, vec![actor.into(), bytes.into(), key_id.into()]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Opens everything with the keys of the file; how many fields each key in use opened.
async fn all_open(db: &Db, path: &Path) -> Vec<i64> {
    let keys = Keys::read(path).unwrap();
    let mut read = db.read().await.unwrap();
    let sql = "select actor_id, totp_sealed, totp_key_id from sign_in_secret order by actor_id";
    let rows: Vec<(i64, Vec<u8>, String)> = read.all(sql, vec![]).await.unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for (actor, bytes, key_id) in rows {
        *counts.entry(key_id.clone()).or_insert(0) += 1;
        assert_eq!(keys.open(&format!("totp:{actor}"), &Sealed { key_id, bytes }).unwrap(), secret(actor));
    }
    counts.into_values().collect()
}
