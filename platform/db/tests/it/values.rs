//! The same SQL and the same rows give the same values on both engines.

use chrono::{DateTime, NaiveDate, Utc};
use db::{Db, DoorKey, Rows, Value};
use testkit::{TestDb, engines};

#[derive(Debug, PartialEq, sqlx::FromRow)]
struct ActRow {
    act_id: i64,
    reason: String,
    journal_digest: Option<Vec<u8>>,
    order_id: Option<i64>,
    business_on: NaiveDate,
    entered_at: DateTime<Utc>,
}

const COLUMNS: [&str; 16] = [
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

const SELECT: &str = "
    select act_id, reason, journal_digest, order_id, business_on, entered_at
    from act
    order by act_id";

fn row(number: i64) -> [Value; 16] {
    let day = NaiveDate::from_ymd_opt(2014, 1, 31).unwrap();
    let instant = DateTime::from_timestamp_micros(1_700_000_000_123_456 + number).unwrap();
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
        day.into(),
        instant.into(),
    ]
}

async fn stored(db: &Db) -> Vec<ActRow> {
    db.read().await.unwrap().all(SELECT, vec![]).await.unwrap()
}

#[tokio::test]
async fn bulk_rows_are_the_rows_written_one_by_one_on_both_engines() {
    let mut everywhere = Vec::new();
    for engine in engines("bulk_rows_are_the_rows_written_one_by_one_on_both_engines") {
        let (single, bulk) = (TestDb::new(engine).await, TestDb::new(engine).await);
        let key = DoorKey::for_the_door();
        let mut tx = single.db.write(&key).await.unwrap();
        for number in 1..=257 {
            let sql = "
                insert into act (act_id, actor_id, kind, version, permission, subject_kind, subject_id, reason,
                                 idempotency_key, command, outcome, journal_digest, order_id, chunk_no, business_on,
                                 entered_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
            tx.run_once(sql, row(number).to_vec()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut rows = Rows::new("act", &COLUMNS);
        (1..=257).for_each(|number| rows.push(row(number)));
        assert_eq!(bulk.db.load(&key, rows).await.unwrap(), 257);
        assert_eq!(stored(&single.db).await, stored(&bulk.db).await);
        everywhere.push(stored(&bulk.db).await);
        single.remove().await;
        bulk.remove().await;
    }
    assert!(everywhere.windows(2).all(|pair| pair[0] == pair[1]), "the engines disagree");
}

#[tokio::test]
async fn a_list_of_keys_is_asked_in_pieces() {
    for engine in engines("a_list_of_keys_is_asked_in_pieces") {
        let town = TestDb::new(engine).await;
        let mut rows = Rows::new("act", &COLUMNS);
        (1..=1200).for_each(|number| rows.push(row(number)));
        town.db.load(&DoorKey::for_the_door(), rows).await.unwrap();
        let keys: Vec<Value> = (1..=1300_i64).step_by(2).map(Value::from).collect();
        let mut read = town.db.read().await.unwrap();
        let found: Vec<(i64,)> =
            read.listed("select act_id from act where act_id in ({list}) order by act_id", &keys).await.unwrap();
        assert_eq!(found.len(), 600);
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    for engine in engines("a_transaction_that_is_dropped_leaves_nothing") {
        let town = TestDb::new(engine).await;
        let mut tx = town.db.write(&DoorKey::for_the_door()).await.unwrap();
        let mut rows = Rows::new("act", &COLUMNS);
        rows.push(row(1));
        tx.bulk(rows).await.unwrap();
        drop(tx);
        assert_eq!(stored(&town.db).await, []);
        town.remove().await;
    }
}

#[tokio::test]
async fn ids_are_never_handed_out_twice() {
    for engine in engines("ids_are_never_handed_out_twice") {
        let town = TestDb::new(engine).await;
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..6 {
            let mut tx = town.db.write(&DoorKey::for_the_door()).await.unwrap();
            let mut block = tx.ids("bill", 7_000).await.unwrap();
            let ids: Vec<i64> = (0..7_000).map(|_| block.take()).collect();
            if round % 2 == 0 {
                tx.commit().await.unwrap();
                assert!(ids.iter().all(|id| seen.insert(*id)), "an id came twice on {engine:?}");
            } else {
                tx.roll_back().await.unwrap();
            }
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    for engine in engines("a_reader_cannot_write") {
        let town = TestDb::new(engine).await;
        let mut read = town.db.read().await.unwrap();
        let written: Result<Option<(i64,)>, _> =
            read.one("insert into id_block (noun, next_id) values ('x', 1) returning next_id", vec![]).await;
        assert!(written.is_err(), "{engine:?} let a reader write");
        drop(read);
        town.remove().await;
    }
}
