//! Ids come in blocks: no sequence, no round trip per row, gaps allowed.

#[expect(clippy::disallowed_types, reason = "looked up by noun only; its order is never seen")]
use std::collections::HashMap;

use kernel::IdBlock;
use tokio::sync::Mutex;

use crate::database::Pools;
use crate::{Fault, Tx, Value};

/// How many ids a process fetches at once where it may keep them.
const BLOCK: i64 = 10_000;

const TAKE: &str = "
    insert into id_block (noun, next_id)
    values ($1, 1 + $2)
    on conflict (noun) do update
    set next_id = id_block.next_id + $2
    returning next_id";

/// What is left of the blocks this process has fetched: noun → (next, end).
#[derive(Default)]
#[expect(clippy::disallowed_types, reason = "looked up by noun only; its order is never seen")]
pub(crate) struct IdStore(Mutex<HashMap<&'static str, (i64, i64)>>);

impl IdStore {
    /// On SQLite a block belongs to the transaction that asks, and is given back with it. On
    /// PostgreSQL blocks are fetched over a connection of their own and shared by the process,
    /// so that two writers never wait for each other's ids.
    pub(crate) async fn take(&self, tx: &mut Tx, noun: &'static str, count: usize) -> Result<IdBlock, Fault> {
        let count = i64::try_from(count).map_err(|_| Fault::new("more ids than there are"))?;
        let side = match &tx.database().pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { ids, .. } => Some(ids.clone()),
        };
        let Some(side) = side else {
            let next = tx.number(TAKE, vec![Value::from(noun), Value::from(count)]).await?;
            let next = next.ok_or_else(|| Fault::new("no block of ids came back"))?;
            return Ok(IdBlock::new(next - count, count));
        };
        let mut kept = self.0.lock().await;
        let (next, end) = kept.get(noun).copied().unwrap_or((0, 0));
        if next + count <= end {
            kept.insert(noun, (next + count, end));
            return Ok(IdBlock::new(next, count));
        }
        let fetched = count.max(BLOCK);
        let (end,): (i64,) = sqlx::query_as(TAKE)
            .bind(noun)
            .bind(fetched)
            .fetch_one(&side)
            .await
            .map_err(|error| Fault::sql("fetching a block of ids", error))?;
        kept.insert(noun, (end - fetched + count, end));
        Ok(IdBlock::new(end - fetched, count))
    }
}
