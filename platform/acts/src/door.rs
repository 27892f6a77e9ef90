//! `Door`: the only way to a writable transaction.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Db, DoorKey, Fault};
use kernel::OrderId;

use crate::store::NewAct;
use crate::{
    Act, Authority, By, Chunk, ChunkStep, ChunkWork, Clock, Conflicts, Done, Entry, Failure, NotAllowed, Order,
    Permission, Subject, refuse, store,
};

/// How often an act is tried again after a deadlock before that is a fault.
const TRIES: u32 = 8;

/// Carries out acts: permission, conflict, once per key, done and recorded in one transaction.
#[derive(Clone)]
pub struct Door {
    db: Db,
    clock: Arc<dyn Clock>,
    authority: Arc<dyn Authority>,
    conflicts: Arc<dyn Conflicts>,
}

impl Door {
    /// A door to a database, with the rooms' answers to the door's two questions.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, authority: Arc<dyn Authority>, conflicts: Arc<dyn Conflicts>) -> Door {
        Door { db, clock, authority, conflicts }
    }

    /// The database behind the door, for reading.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The office's business date.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.clock.today()
    }

    /// When it is, for the record.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Carries out an act, once per key: whoever repeats the command gets the first answer.
    pub async fn carry_out<A: Act>(&self, by: &By, act: &A) -> Result<Done<A::Outcome>, Failure> {
        let command = serde_json::to_string(act).map_err(|error| Fault::caused("writing a command", error))?;
        let mut tried = 0;
        loop {
            tried += 1;
            match self.try_to_carry_out(by, act, &command).await {
                Err(failure) if failure.is_retryable() && tried < TRIES => pause(tried).await,
                result => return result,
            }
        }
    }

    async fn try_to_carry_out<A: Act>(&self, by: &By, act: &A, command: &str) -> Result<Done<A::Outcome>, Failure> {
        let mut entry = self.open_entry(by).await?;
        // Permission first: an earlier answer is only for those who may ask.
        self.check(&mut entry, by, act.permission(), &act.subject()).await?;
        if let Some(earlier) = store::act_by_key(&mut entry, &by.key).await? {
            if earlier.kind != A::KIND || earlier.command != command {
                return refuse(NotAllowed::KeyReused(by.key.clone()));
            }
            let outcome = serde_json::from_str(&earlier.outcome)
                .map_err(|error| Fault::caused(format!("reading what act {} answered", earlier.act_id), error))?;
            return Ok(Done { act: earlier.act_id.into(), outcome, was_repeated: true });
        }
        // Boxed, so that the state of each act is one of its own: callers stay small, and quick to compile.
        let outcome = Box::pin(act.perform(&mut entry)).await?;
        let text = serde_json::to_string(&outcome).map_err(|error| Fault::caused("writing an outcome", error))?;
        let new = NewAct {
            kind: A::KIND,
            version: A::VERSION,
            permission: act.permission(),
            subject: act.subject(),
            reason: &by.reason,
            key: &by.key,
            command,
            outcome: &text,
            chunk: None,
        };
        store::insert_act(&mut entry, new).await?;
        let act = entry.act;
        entry.into_tx().commit().await?;
        Ok(Done { act, outcome, was_repeated: false })
    }

    /// Claims the next open chunk of an order and carries it out, in one transaction.
    ///
    /// A refused chunk leaves nothing behind but its reason; the other chunks go on.
    pub async fn carry_out_chunk<W: ChunkWork>(&self, by: &By, order: OrderId, work: &W) -> Result<ChunkStep, Failure> {
        let mut tried = 0;
        loop {
            tried += 1;
            let mut claimed = None;
            match self.try_to_carry_out_chunk(by, order, work, &mut claimed).await {
                Err(failure) if failure.is_retryable() && tried < TRIES => pause(tried).await,
                Err(Failure::Refused(refusal)) if claimed.is_some() => {
                    let chunk = claimed.expect("checked in the pattern");
                    let words = refusal.to_string();
                    let mut tx = self.db.write(&DoorKey::for_the_door()).await?;
                    store::refuse_chunk(&mut tx, &chunk, &words).await?;
                    tx.commit().await?;
                    return Ok(ChunkStep::Refused(words));
                }
                result => return result,
            }
        }
    }

    async fn try_to_carry_out_chunk<W: ChunkWork>(
        &self,
        by: &By,
        order: OrderId,
        work: &W,
        claimed: &mut Option<Chunk>,
    ) -> Result<ChunkStep, Failure> {
        let mut entry = self.open_entry(by).await?;
        let order = self.order_of::<W>(&mut entry, order).await?;
        let Some(chunk) = store::claim_chunk(&mut entry, &order).await? else {
            entry.into_tx().roll_back().await?;
            return Ok(ChunkStep::NothingLeft);
        };
        self.check(&mut entry, by, work.permission(), &work.subject()).await?;
        *claimed = Some(chunk.clone());
        let done = Box::pin(work.perform(&mut entry, &chunk)).await?;
        store::finish_chunk(&mut entry, &chunk, &done).await?;
        let new = NewAct {
            kind: W::KIND,
            version: 1,
            permission: work.permission(),
            subject: work.subject(),
            reason: &by.reason,
            key: &format!("order {} chunk {}", chunk.order.0, chunk.number),
            command: &format!("{{\"from\":{},\"to\":{}}}", chunk.from, chunk.to),
            outcome: &done.outcome,
            chunk: Some((chunk.order, chunk.number)),
        };
        store::insert_act(&mut entry, new).await?;
        entry.into_tx().commit().await?;
        Ok(ChunkStep::Done)
    }

    /// Opens the refused chunks of an order again, for another try.
    pub async fn reopen_refused(&self, order: OrderId) -> Result<u64, Failure> {
        let mut tx = self.db.write(&DoorKey::for_the_door()).await?;
        let count = store::reopen_refused(&mut tx, order).await?;
        tx.commit().await?;
        Ok(count)
    }

    async fn order_of<W: ChunkWork>(&self, entry: &mut Entry, order: OrderId) -> Result<Order, Failure> {
        match store::open_order(entry, order).await? {
            Some(order) if order.kind == W::KIND => Ok(order),
            Some(_) | None => refuse(NotAllowed::NoSuchOrder),
        }
    }

    async fn open_entry(&self, by: &By) -> Result<Entry, Failure> {
        let mut tx = self.db.write(&DoorKey::for_the_door()).await?;
        let act = tx.id("act").await?;
        Ok(Entry::new(tx, act, by.actor.clone(), self.clock.now(), self.clock.today()))
    }

    async fn check(
        &self,
        entry: &mut Entry,
        by: &By,
        permission: Permission,
        subject: &Subject,
    ) -> Result<(), Failure> {
        if by.reason.trim().is_empty() {
            return refuse(NotAllowed::NoReason);
        }
        if !self.authority.allows(entry, &by.actor, permission).await? {
            tracing::warn!(actor.id = by.actor.id.0, permission = permission.code, "act denied");
            let Permission { code, sentence } = permission;
            return refuse(NotAllowed::Permission { actor: by.actor.code.clone(), permission: code, sentence });
        }
        if let Some(words) = self.conflicts.between(entry, &by.actor, subject).await? {
            return refuse(NotAllowed::Conflict(words));
        }
        Ok(())
    }
}

/// Waits a little longer after each try, so that two writers do not meet again at once.
async fn pause(tried: u32) {
    tokio::time::sleep(Duration::from_millis(u64::from(tried) * 15)).await;
}
