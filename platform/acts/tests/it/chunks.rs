//! Each chunk of an order is done once, by whoever comes first.

use acts::{ChunkStep, Door, Failure, chunks, progress, refused_chunks};
use db::Db;
use kernel::OrderId;
use testkit::{TestDb, by, engines, open_door};

use crate::notes::{Count, Place, acts_logged, noted};

/// Takes chunks until none is left to take; answers how many were done and refused.
async fn work_through(door: &Door, order: OrderId, work: &Count) -> (i64, i64) {
    let (mut done, mut refused) = (0, 0);
    loop {
        match door.carry_out_chunk(&by("job"), order, work).await.unwrap() {
            ChunkStep::Done => done += 1,
            ChunkStep::Refused(words) => {
                assert_eq!(words, "no more of this");
                refused += 1;
            }
            ChunkStep::NothingLeft => return (done, refused),
        }
    }
}

async fn placed(town: &TestDb, in_sequence: bool) -> OrderId {
    open_door(&town.db).carry_out(&by("place"), &Place { chunks: 9, in_sequence }).await.unwrap().outcome
}

#[tokio::test]
async fn several_workers_do_each_chunk_once() {
    for engine in engines("several workers") {
        let town = TestDb::new(engine).await;
        let other = Db::open(&town.url).await.unwrap();
        let order = placed(&town, false).await;
        let (ours, theirs, work) = (open_door(&town.db), open_door(&other), Count { refused: None });
        let (first, second, third) = tokio::join!(
            work_through(&ours, order, &work),
            work_through(&theirs, order, &work),
            work_through(&ours, order, &work)
        );
        // A worker that finds nothing left while others hold the last chunks goes home early.
        assert_eq!(first.0 + second.0 + third.0, 9);
        for number in 0..9 {
            assert_eq!(noted(&town.db, &format!("chunk {number}")).await, Some(1), "chunk {number}");
        }
        assert_eq!(acts_logged(&town.db).await, 10, "the order and one act a chunk");
        assert!(progress(&mut town.db.read().await.unwrap(), order).await.unwrap().is_complete());
        other.close().await;
        town.remove().await;
    }
}

#[tokio::test]
async fn chunks_in_sequence_are_done_in_order_by_several_workers() {
    for engine in engines("chunks in sequence") {
        let town = TestDb::new(engine).await;
        let other = Db::open(&town.url).await.unwrap();
        let order = placed(&town, true).await;
        let (ours, theirs, work) = (open_door(&town.db), open_door(&other), Count { refused: None });
        let (first, second) = tokio::join!(work_through(&ours, order, &work), work_through(&theirs, order, &work));
        assert_eq!(first.0 + second.0, 9);
        let all = chunks(&mut town.db.read().await.unwrap(), order).await.unwrap();
        let places: Vec<&str> = all.iter().filter_map(|chunk| chunk.outcome.as_deref()).collect();
        assert_eq!(places, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        other.close().await;
        town.remove().await;
    }
}

#[tokio::test]
async fn a_refused_chunk_keeps_its_reason_and_the_others_go_on() {
    for engine in engines("a refused chunk") {
        let town = TestDb::new(engine).await;
        let order = placed(&town, false).await;
        let door = open_door(&town.db);
        assert_eq!(work_through(&door, order, &Count { refused: Some(4) }).await, (8, 1));
        let mut read = town.db.read().await.unwrap();
        let how_far = progress(&mut read, order).await.unwrap();
        assert_eq!((how_far.done, how_far.refused, how_far.open()), (8, 1, 0));
        assert_eq!(refused_chunks(&mut read, order).await.unwrap(), ["no more of this"]);
        drop(read);
        assert_eq!(noted(&town.db, "chunk 4").await, None, "what it did is gone");
        assert_eq!(door.reopen_refused(order).await.unwrap(), 1);
        assert_eq!(work_through(&door, order, &Count { refused: None }).await, (1, 0));
        assert_eq!(noted(&town.db, "chunk 4").await, Some(1));
        town.remove().await;
    }
}

#[tokio::test]
async fn an_order_that_does_not_exist_is_refused() {
    for engine in engines("an order that does not exist") {
        let town = TestDb::new(engine).await;
        match open_door(&town.db).carry_out_chunk(&by("job"), OrderId(77), &Count { refused: None }).await {
            Err(Failure::Refused(refusal)) => assert_eq!(refusal.code(), "order_unknown"),
            other => panic!("{other:?}"),
        }
        town.remove().await;
    }
}
