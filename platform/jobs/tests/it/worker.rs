//! A worker brings a job to its end, and says truly how it stands.

use std::sync::atomic::{AtomicI64, Ordering};

use acts::{
    Act, By, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Progress, Subject, refuse,
};
use db::{Db, DoorKey};
use jobs::{JobState, Report, Worker, job_of_order, kind_of, open_jobs};
use kernel::{Digest, OrderId, Refusal};
use serde::Serialize;
use testkit::{TestDb, by, engines, open_door};

const PERMISSION: Permission = Permission { code: "test.work", sentence: "does the work of tests" };

/// Places an order with a job, and gives up afterwards when told to.
#[derive(Serialize)]
struct Place {
    chunks: i64,
    in_sequence: bool,
    /// The chunk that is refused, in words.
    inputs: String,
    gives_up: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("chunk {0} is not wanted")]
struct Unwanted(i64);

impl Refusal for Unwanted {
    fn code(&self) -> &'static str {
        "unwanted"
    }
}

impl Act for Place {
    const KIND: &'static str = "test.place";
    type Outcome = OrderId;

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<OrderId, Failure> {
        let chunks = (0..self.chunks).map(|from| ChunkPlan { from, to: from + 1 }).collect();
        let inputs = self.inputs.clone();
        let plan = OrderPlan { kind: Work::KIND, in_sequence: self.in_sequence, inputs, chunks };
        let order = entry.place_order(plan).await?;
        jobs::enqueue(entry, Work::KIND, order).await?;
        if self.gives_up { refuse(Unwanted(-1)) } else { Ok(order) }
    }
}

/// Refuses the chunk its inputs name, while that is not forgiven.
struct Work {
    refused: Option<i64>,
}

static FORGIVEN: AtomicI64 = AtomicI64::new(0);

impl ChunkWork for Work {
    const KIND: &'static str = "test.work";

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, _entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        if self.refused == Some(chunk.number) && FORGIVEN.load(Ordering::Relaxed) == 0 {
            return refuse(Unwanted(chunk.number));
        }
        Ok(ChunkDone { outcome: String::new(), digest: Digest::of(b"done") })
    }
}

fn worker(db: &Db) -> Worker {
    Worker::new(open_door(db), vec![kind_of(|inputs: &str| Ok(Work { refused: inputs.parse().ok() }))])
}

async fn place(town: &TestDb, in_sequence: bool, inputs: &str) -> OrderId {
    let place = Place { chunks: 7, in_sequence, inputs: inputs.to_owned(), gives_up: false };
    open_door(&town.db).carry_out(&by("place"), &place).await.unwrap().outcome
}

async fn finish(db: &Db, by: &By, order: OrderId) -> Report {
    worker(db).finish(by, order, &|_| {}).await.unwrap()
}

async fn state(town: &TestDb, order: OrderId) -> JobState {
    job_of_order(&mut town.db.read().await.unwrap(), order).await.unwrap().unwrap().state
}

const ALL: Progress = Progress { chunks: 7, done: 7, refused: 0 };

#[tokio::test]
async fn several_workers_finish_a_job_and_each_sees_it_finished() {
    for engine in engines("several workers finish a job") {
        for in_sequence in [false, true] {
            let town = TestDb::new(engine).await;
            let other = Db::open(&town.url).await.unwrap();
            let order = place(&town, in_sequence, "").await;
            assert_eq!(state(&town, order).await, JobState::Open);
            let by = by("job");
            let (first, second) = tokio::join!(finish(&town.db, &by, order), finish(&other, &by, order));
            assert_eq!((first.progress, second.progress), (ALL, ALL));
            assert_eq!(state(&town, order).await, JobState::Done);
            assert_eq!(open_jobs(&mut town.db.read().await.unwrap()).await.unwrap(), []);
            assert_eq!(finish(&town.db, &by, order).await.progress, ALL, "finishing again changes nothing");
            other.close().await;
            town.remove().await;
        }
    }
}

#[tokio::test]
async fn a_job_with_a_refused_chunk_stops_and_goes_on_when_the_reason_is_gone() {
    for engine in engines("a job with a refused chunk") {
        FORGIVEN.store(0, Ordering::Relaxed);
        let town = TestDb::new(engine).await;
        let order = place(&town, false, "3").await;
        let report = finish(&town.db, &by("job"), order).await;
        assert_eq!(report.progress, Progress { chunks: 7, done: 6, refused: 1 });
        assert_eq!(report.refusals, ["chunk 3 is not wanted"]);
        assert_eq!(state(&town, order).await, JobState::Stopped);
        FORGIVEN.store(1, Ordering::Relaxed);
        assert_eq!(finish(&town.db, &by("job"), order).await.progress, ALL);
        assert_eq!(state(&town, order).await, JobState::Done);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_job_whose_act_is_refused_was_never_queued() {
    for engine in engines("a job whose act is refused") {
        let town = TestDb::new(engine).await;
        let place = Place { chunks: 2, in_sequence: false, inputs: String::new(), gives_up: true };
        assert!(open_door(&town.db).carry_out(&by("place"), &place).await.is_err());
        assert_eq!(open_jobs(&mut town.db.read().await.unwrap()).await.unwrap(), []);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_chunk_that_another_worker_holds_is_waited_for() {
    for engine in engines("a chunk that another worker holds") {
        let town = TestDb::new(engine).await;
        let order = place(&town, false, "").await;
        // A worker that holds the first chunk, and then dies.
        let mut held = town.db.write(&DoorKey::for_the_door()).await.unwrap();
        let sql = "select chunk_no from chunk where order_id = $1 and chunk_no = 0 for update";
        assert_eq!(held.number(sql, vec![order.into()]).await.unwrap(), Some(0));
        let by = by("job");
        let dies = async {
            tokio::task::yield_now().await;
            held.roll_back().await.unwrap();
        };
        let (report, ()) = tokio::join!(finish(&town.db, &by, order), dies);
        assert_eq!(report.progress, ALL);
        assert_eq!(state(&town, order).await, JobState::Done);
        town.remove().await;
    }
}

/// Opens a stopped job again.
#[derive(Serialize)]
struct Reopen {
    order: OrderId,
}

impl Act for Reopen {
    const KIND: &'static str = "test.reopen";
    type Outcome = bool;

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<bool, Failure> {
        Ok(jobs::reopen(entry, self.order).await?)
    }
}

async fn place_as(town: &TestDb, key: &str, inputs: &str) -> OrderId {
    let place = Place { chunks: 7, in_sequence: false, inputs: inputs.to_owned(), gives_up: false };
    open_door(&town.db).carry_out(&by(key), &place).await.unwrap().outcome
}

/// Waits until a job stands so.
async fn until(town: &TestDb, order: OrderId, wanted: JobState) {
    for _ in 0..600 {
        if state(town, order).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("order {} never is {wanted:?}", order.0);
}

#[tokio::test]
async fn a_worker_that_stays_takes_what_comes_until_it_is_told_to_stop() {
    for engine in engines("a worker that stays") {
        let town = TestDb::new(engine).await;
        let stop = jobs::Stop::default();
        let first = place_as(&town, "first", "").await;
        let standing = worker(&town.db).until(&stop);
        let task = tokio::spawn(async move {
            jobs::stand(&standing, |_| async { Ok(Some(by("job"))) }).await;
        });
        until(&town, first, JobState::Done).await;
        let later = place_as(&town, "later", "").await;
        until(&town, later, JobState::Done).await;
        stop.tell();
        task.await.unwrap();
        let left = place_as(&town, "left", "").await;
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(state(&town, left).await, JobState::Open, "nobody works any more");
        let is_stopped = open_door(&town.db).carry_out(&by("reopen"), &Reopen { order: left }).await.unwrap().outcome;
        assert!(!is_stopped, "only a job that has stopped is opened again");
        town.remove().await;
    }
}
