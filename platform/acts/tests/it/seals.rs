//! Whoever changes one thing in the log or its seals is found, and writers at once leave a whole chain.

use acts::{BrokenSeal, SealProof, is_in_chain, seal, verify_seals};
use chrono::{DateTime, NaiveDate, Utc};
use db::{Db, DoorKey, Engine, Tx, Value};
use kernel::Digest;
use testkit::{TestDb, by, engines, noon, open_door};

use crate::notes::{acts_logged, write};

/// So many acts are in the log, all sealed.
const ACTS: i64 = 9;
/// Where something is changed.
const PLACE: i64 = 5;

async fn sealed_town(engine: Engine) -> TestDb {
    let town = TestDb::new(engine).await;
    let door = open_door(&town.db);
    for number in 0..ACTS {
        door.carry_out(&by(&format!("act {number}")), &write(&[&format!("note {number}")])).await.unwrap();
    }
    assert_eq!(seal(&town.db, noon()).await.unwrap().0, ACTS);
    town
}

async fn changing(db: &Db) -> Tx {
    db.write(&DoorKey::for_the_door()).await.unwrap()
}

fn is_sound(proof: &SealProof) -> bool {
    proof.broken.is_none() && proof.sound == ACTS
}

#[tokio::test]
async fn a_change_of_any_column_of_an_act_is_found_at_its_seal() {
    let (day, instant) = (NaiveDate::from_ymd_opt(1999, 12, 31).unwrap(), DateTime::<Utc>::UNIX_EPOCH);
    let digest = || Value::from(Digest::of(b"other journals"));
    #[rustfmt::skip]
    let changes: [(&'static str, Option<Value>); 15] = [
        ("update act set actor_id = actor_id + 1 where act_id = $1",                   None),
        ("update act set kind = 'test.other' where act_id = $1",                       None),
        ("update act set version = version + 1 where act_id = $1",                     None),
        ("update act set permission = 'test.other' where act_id = $1",                 None),
        ("update act set subject_kind = 'other' where act_id = $1",                    None),
        ("update act set subject_id = subject_id + 1 where act_id = $1",               None),
        ("update act set reason = 'Tests.' where act_id = $1",                         None),
        ("update act set idempotency_key = 'act 05' where act_id = $1",                None),
        ("update act set command = replace(command, 'note', 'nose') where act_id = $1", None),
        ("update act set outcome = '2' where act_id = $1",                             None),
        ("update act set journal_digest = $2 where act_id = $1",                       Some(digest())),
        ("update act set order_id = 0 where act_id = $1",                              None),
        ("update act set chunk_no = 0 where act_id = $1",                              None),
        ("update act set business_on = $2 where act_id = $1",                          Some(day.into())),
        ("update act set entered_at = $2 where act_id = $1",                           Some(instant.into())),
    ];
    for engine in engines("changes of sealed acts") {
        let town = sealed_town(engine).await;
        assert!(is_sound(&verify_seals(&mut town.db.read().await.unwrap(), &[]).await.unwrap()));
        for (sql, other) in &changes {
            let mut tx = changing(&town.db).await;
            let act =
                tx.number("select act_id from seal where position = $1", vec![PLACE.into()]).await.unwrap().unwrap();
            let args = std::iter::once(act.into()).chain(other.clone()).collect();
            tx.run_once(sql, args).await.unwrap();
            let proof = verify_seals(&mut tx, &[]).await.unwrap();
            let kind = if sql.contains("set kind") { "test.other" } else { "test.write" }.to_owned();
            assert_eq!(proof.broken, Some(BrokenSeal::Differs { position: PLACE, act, kind }), "{sql}");
            assert_eq!(proof.sound, PLACE - 1);
            tx.roll_back().await.unwrap();
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn a_change_of_a_seal_is_found_and_so_is_one_that_is_gone() {
    let instant = Value::from(DateTime::<Utc>::UNIX_EPOCH);
    let differs = |act: i64| BrokenSeal::Differs { position: PLACE, act, kind: "test.write".to_owned() };
    let missing = |_: i64| BrokenSeal::SealMissing { position: PLACE };
    type Expected<'a> = &'a dyn Fn(i64) -> BrokenSeal;
    let other = Value::from(Digest::of(b"another act"));
    #[rustfmt::skip]
    let changes: [(&'static str, Option<Value>, Expected<'_>); 5] = [
        ("update seal set digest = $2 where position = $1",    Some(other),                  &differs),
        ("update seal set digest = $2 where position = $1",    Some(Value::Bytes(Some(vec![7]))), &differs),
        ("update seal set sealed_at = $2 where position = $1", Some(instant),                &differs),
        ("update seal set position = 1000 where position = $1", None,                        &missing),
        ("delete from seal where position = $1",               None,                         &missing),
    ];
    for engine in engines("changes of seals") {
        let town = sealed_town(engine).await;
        for (sql, other, expected) in &changes {
            let mut tx = changing(&town.db).await;
            let act =
                tx.number("select act_id from seal where position = $1", vec![PLACE.into()]).await.unwrap().unwrap();
            tx.run_once(sql, std::iter::once(PLACE.into()).chain(other.clone()).collect()).await.unwrap();
            assert_eq!(verify_seals(&mut tx, &[]).await.unwrap().broken, Some(expected(act)), "{sql}");
            tx.roll_back().await.unwrap();
        }
        town.remove().await;
    }
}

/// Takes off the key and the check of the engine, which are the second lock on the same rules.
async fn open_locks(tx: &mut Tx) {
    let statements: &[&'static str] = match tx.engine() {
        Engine::Sqlite => &["pragma defer_foreign_keys = on", "pragma ignore_check_constraints = on"],
        Engine::Postgres => &[
            "alter table seal drop constraint seal_act_id_fkey",
            "alter table seal drop constraint seal_position_check",
        ],
    };
    for statement in statements {
        tx.run(statement, vec![]).await.unwrap();
    }
}

#[tokio::test]
async fn an_act_that_is_gone_or_has_a_seal_outside_the_chain_is_found() {
    for engine in engines("acts outside the chain") {
        let town = sealed_town(engine).await;
        let mut tx = changing(&town.db).await;
        open_locks(&mut tx).await;
        let act = tx.number("select act_id from seal where position = $1", vec![PLACE.into()]).await.unwrap().unwrap();
        tx.run_once("delete from act where act_id = $1", vec![act.into()]).await.unwrap();
        let found = verify_seals(&mut tx, &[]).await.unwrap().broken;
        assert_eq!(found, Some(BrokenSeal::ActMissing { position: PLACE, act }));
        tx.roll_back().await.unwrap();

        open_door(&town.db).carry_out(&by("one more"), &write(&["note"])).await.unwrap();
        for position in [0, -1, i64::MIN] {
            let mut tx = changing(&town.db).await;
            open_locks(&mut tx).await;
            let sql = "insert into seal (position, act_id, digest, sealed_at)
                       select $1, max(act_id), $2, $3 from act";
            tx.run_once(sql, vec![position.into(), Digest::of(b"hidden").into(), noon().into()]).await.unwrap();
            let proof = verify_seals(&mut tx, &[]).await.unwrap();
            assert!(
                matches!(proof.broken, Some(BrokenSeal::OutOfPlace { position: found, .. }) if found == position),
                "{position}: {proof:?}"
            );
            tx.roll_back().await.unwrap();
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn a_chain_that_was_forged_anew_differs_from_the_heads_kept_outside() {
    for engine in engines("heads kept outside") {
        let town = sealed_town(engine).await;
        let (none, head) = seal(&town.db, noon()).await.unwrap();
        let heads = [head.unwrap()];
        assert_eq!((none, heads[0].position), (0, ACTS));
        assert!(is_sound(&verify_seals(&mut town.db.read().await.unwrap(), &heads).await.unwrap()));
        let mut tx = changing(&town.db).await;
        tx.run("update act set reason = 'better words'", vec![]).await.unwrap();
        tx.run("delete from seal", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(seal(&town.db, noon()).await.unwrap().0, ACTS);
        let mut read = town.db.read().await.unwrap();
        assert!(is_sound(&verify_seals(&mut read, &[]).await.unwrap()), "the forged chain is one");
        let found = verify_seals(&mut read, &heads).await.unwrap().broken;
        assert_eq!(found, Some(BrokenSeal::HeadDiffers { position: ACTS }));
        let (_, forged) = seal(&town.db, noon()).await.unwrap();
        let both = [forged.unwrap(), heads[0].clone()];
        let found = verify_seals(&mut read, &both).await.unwrap().broken;
        assert_eq!(found, Some(BrokenSeal::HeadDiffers { position: ACTS }), "every head of a position counts");
        assert!(is_in_chain(&mut read, &both[0]).await.unwrap() && !is_in_chain(&mut read, &both[1]).await.unwrap());
        drop(read);
        // Whoever takes seals off the end, and the acts with them, is found by the head as well.
        let mut tx = changing(&town.db).await;
        tx.run("delete from seal where position = $1", vec![ACTS.into()]).await.unwrap();
        let found = verify_seals(&mut tx, &heads).await.unwrap();
        assert_eq!((found.broken, found.unsealed), (Some(BrokenSeal::HeadBeyond { position: ACTS }), 1));
        tx.roll_back().await.unwrap();
        town.remove().await;
    }
}

#[tokio::test]
async fn twenty_writers_and_two_sealers_at_once_leave_a_whole_chain() {
    const WRITERS: i64 = 20;
    const EACH: i64 = 10;
    for engine in engines("twenty writers and two sealers") {
        let town = TestDb::new(engine).await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let door = open_door(&town.db);
            writers.spawn(async move {
                for number in 0..EACH {
                    let (by, act) = (by(&format!("{writer} {number}")), write(&[&format!("note {writer}")]));
                    door.carry_out(&by, &act).await.unwrap();
                }
            });
        }
        let mut sealers = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let db = Db::open(&town.url).await.unwrap();
            sealers.spawn(async move {
                let mut sealed = 0;
                for _ in 0..15 {
                    sealed += seal(&db, noon()).await.unwrap().0;
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                db.close().await;
                sealed
            });
        }
        while let Some(written) = writers.join_next().await {
            written.unwrap();
        }
        let mut sealed = 0;
        while let Some(count) = sealers.join_next().await {
            sealed += count.unwrap();
        }
        sealed += seal(&town.db, noon()).await.unwrap().0;
        assert_eq!((sealed, acts_logged(&town.db).await), (WRITERS * EACH, WRITERS * EACH));
        let proof = verify_seals(&mut town.db.read().await.unwrap(), &[]).await.unwrap();
        assert_eq!((proof.sound, proof.unsealed, proof.broken), (WRITERS * EACH, 0, None));
        town.remove().await;
    }
}
