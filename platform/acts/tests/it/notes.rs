//! What the acts of these tests write: notes, in a table that every database has.
//!
//! A note is a row of `id_block`, the one table of this floor that any text can go into.

use acts::{Act, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refuse};
use db::{Db, Value};
use kernel::{DigestBuilder, OrderId, Refusal};
use serde::Serialize;

pub(crate) const PERMISSION: Permission = Permission { code: "test.write", sentence: "writes notes" };

/// Writes a note, counts on one that is there, and refuses at the end when told to.
#[derive(Clone, Serialize)]
pub(crate) struct Write {
    pub(crate) notes: Vec<String>,
    pub(crate) is_refused: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("no more of this")]
pub(crate) struct NoMore;

impl Refusal for NoMore {
    fn code(&self) -> &'static str {
        "no_more"
    }
}

/// Adds one to each of these notes, in their order.
pub(crate) fn write(notes: &[&str]) -> Write {
    Write { notes: notes.iter().map(|note| (*note).to_owned()).collect(), is_refused: false }
}

impl Act for Write {
    const KIND: &'static str = "test.write";
    type Outcome = i64;

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let mut last = 0;
        for note in &self.notes {
            last = count_on(entry, note).await?;
            // Lets the other writer come in between.
            tokio::task::yield_now().await;
        }
        if self.is_refused { refuse(NoMore) } else { Ok(last) }
    }
}

async fn count_on(entry: &mut Entry, note: &str) -> Result<i64, Failure> {
    const SQL: &str = "
        insert into id_block (noun, next_id)
        values ($1, 1)
        on conflict (noun) do update
        set next_id = id_block.next_id + 1
        returning next_id";
    Ok(entry.number(SQL, vec![note.into()]).await?.unwrap_or(0))
}

/// Places an order of chunks.
#[derive(Serialize)]
pub(crate) struct Place {
    pub(crate) chunks: i64,
    pub(crate) in_sequence: bool,
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
        let inputs = "frozen".to_owned();
        Ok(entry.place_order(OrderPlan { kind: Count::KIND, in_sequence: self.in_sequence, inputs, chunks }).await?)
    }
}

/// Counts on the note of its chunk, and gives the chunk the next place; refuses one of them.
pub(crate) struct Count {
    pub(crate) refused: Option<i64>,
}

impl ChunkWork for Count {
    const KIND: &'static str = "test.count";

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        count_on(entry, &format!("chunk {}", chunk.number)).await?;
        if self.refused == Some(chunk.number) {
            return refuse(NoMore);
        }
        let place = count_on(entry, "place").await?;
        Ok(ChunkDone { outcome: place.to_string(), digest: DigestBuilder::new().int(chunk.from).finish() })
    }
}

/// How often a note was counted on.
pub(crate) async fn noted(db: &Db, note: &str) -> Option<i64> {
    let sql = "select next_id from id_block where noun = $1";
    db.read().await.unwrap().number(sql, vec![Value::from(note)]).await.unwrap()
}

/// How many acts the log has.
pub(crate) async fn acts_logged(db: &Db) -> i64 {
    db.read().await.unwrap().number("select count(*) from act", vec![]).await.unwrap().unwrap_or(0)
}
