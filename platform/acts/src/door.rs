//! `Door`: the only way to a writable transaction.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Db, DoorKey, Fault};
use kernel::{ActId, OrderId};

use crate::authority::{Conflict, SecondNeeded};
use crate::judged::Weight;
use crate::registry::{AnyAct, One};
use crate::store::NewAct;
use crate::told::Told;
use crate::{
    Act, Actor, Authority, By, Chunk, ChunkStep, ChunkWork, Clock, Conflicts, Done, Entry, Failure, Follower, Judged,
    NotAllowed, Order, Permission, Registry, Subject, refuse, store,
};

/// How often an act is tried again after a deadlock before that is a fault.
pub(crate) const TRIES: u32 = 8;

/// Carries out acts: permission, conflict, once per key, done and recorded in one transaction.
#[derive(Clone)]
pub struct Door {
    db: Db,
    clock: Arc<dyn Clock>,
    pub(crate) authority: Arc<dyn Authority>,
    conflicts: Arc<dyn Conflicts>,
    followers: Arc<[Arc<dyn Follower>]>,
    told: Told,
}

/// What the door saw beside an act that it lets through: kept with it. A pattern is kept once an act.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) flags: Vec<(&'static str, String)>,
    pub(crate) weight: Option<(Actor, Weight, Option<i64>)>,
}

impl Seen {
    /// Adds what was seen of whoever approved.
    pub(crate) fn add(&mut self, of_approver: Seen) {
        for (pattern, words) in of_approver.flags {
            match self.flags.iter_mut().find(|(known, _)| *known == pattern) {
                Some((_, known)) if *known == words => {}
                Some((_, known)) => *known = format!("{known}; of whoever approved it: {words}"),
                None => self.flags.push((pattern, format!("of whoever approved it: {words}"))),
            }
        }
    }
}

impl Door {
    /// A door to a database, with the rooms' answers to the door's two questions.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, authority: Arc<dyn Authority>, conflicts: Arc<dyn Conflicts>) -> Door {
        Door { db, clock, authority, conflicts, followers: Arc::new([]), told: Told::default() }
    }

    /// The same, and it tells a room above of every entry of the log.
    #[must_use]
    pub fn followed_by(self, follower: Arc<dyn Follower>) -> Door {
        let followers = self.followers.iter().cloned().chain([follower]).collect();
        Door { followers, ..self }
    }

    /// The same, and acts are told of something that only a higher floor knows; see [`Entry::told`].
    #[must_use]
    pub fn telling<T: Any + Send + Sync>(self, thing: T) -> Door {
        Door { told: self.told.with(thing), ..self }
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
    ///
    /// An act is performed, judged by what it did, and only then kept. What needs a second person is undone and put
    /// before them: [`Failure::Waiting`] says under which number.
    pub async fn carry_out<A: Act>(&self, by: &By, act: &A) -> Result<Done<A::Outcome>, Failure> {
        let command = serde_json::to_string(act).map_err(|error| Fault::caused("writing a command", error))?;
        let Done { act, outcome, was_repeated } = self.carry_out_any(by, &One(act), &command).await?;
        let outcome = serde_json::from_str(&outcome)
            .map_err(|error| Fault::caused(format!("reading what act {} answered", act.0), error))?;
        Ok(Done { act, outcome, was_repeated })
    }

    /// Carries out a command given as text, such as by a program; `None` when its kind is not known or it does not read.
    ///
    /// The outcome is text too. What reads differently than it is written is not the command it seems to be: it is
    /// carried out, and stands in the log, as it is written.
    pub async fn carry_out_text(
        &self,
        by: &By,
        registry: &Registry,
        (kind, command): (&str, &str),
    ) -> Option<Result<Done<String>, Failure>> {
        let act = registry.read(kind, command)?.ok()?;
        let (_, command) = registry.rewritten(kind, command)?.ok()?;
        Some(self.carry_out_any(by, &*act, &command).await)
    }

    async fn carry_out_any(&self, by: &By, act: &dyn AnyAct, command: &str) -> Result<Done<String>, Failure> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.try_to_carry_out(by, act, command).await {
                Err(failure) if failure.is_retryable() && tried < TRIES => pause(tried).await,
                result => return result,
            }
        }
    }

    async fn try_to_carry_out(&self, by: &By, act: &dyn AnyAct, command: &str) -> Result<Done<String>, Failure> {
        let mut entry = self.open_entry(&by.actor).await?;
        // Permission first: an earlier answer is only for those who may ask.
        self.check(&mut entry, by, &act.permissions(), &act.subject()).await?;
        if let Some(earlier) = self.earlier(&mut entry, by, (act.kind(), command)).await? {
            let (act, outcome) = earlier?;
            return Ok(Done { act, outcome, was_repeated: true });
        }
        let outcome = act.perform(&mut entry).await?;
        let mut seen = self.look(&mut entry, by, &act.subject()).await?;
        let (actor, today) = (by.actor.clone(), entry.today);
        let judged = entry.judged().clone();
        if let Some(needed) = self.authority.needs_second(&mut entry, &actor, &judged, today).await? {
            entry.into_tx().roll_back().await?;
            return self.propose(by, act, command, (&judged, needed)).await;
        }
        if let Some(weight) = judged.weight {
            let limit = self.authority.limit(&mut entry, &actor, &weight, today).await?;
            seen.weight = Some((actor, weight, limit));
        }
        let new = NewAct {
            kind: act.kind(),
            version: act.version(),
            permission: act.permission().code,
            subject: judged.subject(act.subject()),
            reason: &by.reason,
            key: &by.key,
            command,
            personal: act.personal(),
            outcome: &outcome,
            chunk: None,
        };
        record(&mut entry, new, &seen).await?;
        let act = entry.act;
        entry.into_tx().commit().await?;
        Ok(Done { act, outcome, was_repeated: false })
    }

    /// What the same command under the same key came to before: done, still waiting, or another command altogether.
    async fn earlier(
        &self,
        entry: &mut Entry,
        by: &By,
        (kind, command): (&str, &str),
    ) -> Result<Option<Result<(ActId, String), Failure>>, Failure> {
        let Some(earlier) = store::act_by_key(entry, &by.key).await? else { return Ok(None) };
        if let Some(waited) = crate::deciding::earlier_proposal(entry, &earlier).await? {
            if waited.kind != kind || waited.command != command {
                return refuse(NotAllowed::KeyReused(by.key.clone()));
            }
            return Ok(Some(crate::deciding::came_to(entry, waited).await?));
        }
        if earlier.kind != kind || earlier.command != command {
            return refuse(NotAllowed::KeyReused(by.key.clone()));
        }
        Ok(Some(Ok((earlier.act_id.into(), earlier.outcome))))
    }

    /// Puts what was tried and undone before a second person.
    async fn propose(
        &self,
        by: &By,
        act: &dyn AnyAct,
        command: &str,
        (judged, needed): (&Judged, SecondNeeded),
    ) -> Result<Done<String>, Failure> {
        let mut entry = self.open_entry(&by.actor).await?;
        let waiting = crate::deciding::insert(&mut entry, by, (act, command), (judged, needed)).await?;
        entry.into_tx().commit().await?;
        Err(Failure::Waiting(waiting))
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
        let mut entry = self.open_entry(&by.actor).await?;
        let order = self.order_of::<W>(&mut entry, order).await?;
        let Some(chunk) = store::claim_chunk(&mut entry, &order).await? else {
            entry.into_tx().roll_back().await?;
            return Ok(ChunkStep::NothingLeft);
        };
        self.check(&mut entry, by, &[work.permission()], &work.subject()).await?;
        *claimed = Some(chunk.clone());
        let done = Box::pin(work.perform(&mut entry, &chunk)).await?;
        store::finish_chunk(&mut entry, &chunk, &done).await?;
        let new = NewAct {
            kind: W::KIND,
            version: 1,
            permission: work.permission().code,
            subject: work.subject(),
            reason: &by.reason,
            key: &format!("order {} chunk {}", chunk.order.0, chunk.number),
            command: &format!("{{\"from\":{},\"to\":{}}}", chunk.from, chunk.to),
            personal: &[],
            outcome: &done.outcome,
            chunk: Some((chunk.order, chunk.number)),
        };
        entry.log(new).await?;
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

    pub(crate) async fn open_entry(&self, actor: &Actor) -> Result<Entry, Failure> {
        let mut tx = self.db.write(&DoorKey::for_the_door()).await?;
        let act = tx.id("act").await?;
        let entry = Entry::new(tx, act, actor.clone(), self.clock.now(), self.clock.today());
        Ok(entry.followed_by(self.followers.clone()).telling(self.told.clone()))
    }

    pub(crate) async fn check(
        &self,
        entry: &mut Entry,
        by: &By,
        permissions: &[Permission],
        subject: &Subject,
    ) -> Result<(), Failure> {
        if by.reason.trim().is_empty() {
            return refuse(NotAllowed::NoReason);
        }
        let today = entry.today;
        for permission in permissions {
            if !self.authority.allows(entry, &by.actor, permission.code, today).await? {
                tracing::warn!(actor.id = by.actor.id.0, permission = permission.code, "act denied");
                let (permission, sentence) = (permission.code.to_owned(), permission.sentence.to_owned());
                return refuse(NotAllowed::Permission { actor: by.actor.code.clone(), permission, sentence });
            }
        }
        for conflict in self.conflicts.between(entry, &by.actor, (subject, &Judged::default()), today).await? {
            if let Conflict::Forbids(words) = conflict {
                return refuse(NotAllowed::Conflict(words));
            }
        }
        Ok(())
    }

    /// Looks at what was just performed: nobody acts on their own account, and what is odd is kept.
    pub(crate) async fn look(&self, entry: &mut Entry, by: &By, named: &Subject) -> Result<Seen, Failure> {
        let judged = entry.judged().clone();
        let subject = judged.subject(named.clone());
        let mut seen = Seen { flags: judged.odd.clone(), ..Seen::default() };
        let today = entry.today;
        for conflict in self.conflicts.between(entry, &by.actor, (&subject, &judged), today).await? {
            match conflict {
                Conflict::Forbids(words) => {
                    tracing::warn!(actor.id = by.actor.id.0, "act in conflict denied");
                    return refuse(NotAllowed::Conflict(words));
                }
                Conflict::Warns { pattern, words } => seen.flags.push((pattern, words)),
            }
        }
        Ok(seen)
    }
}

/// Writes the entry of the log, with what the act weighed and what was odd about it.
pub(crate) async fn record(entry: &mut Entry, new: NewAct<'_>, seen: &Seen) -> Result<(), Fault> {
    entry.log(new).await?;
    let (act, at) = (entry.act, (entry.today, entry.now));
    if let Some((actor, weight, limit)) = &seen.weight {
        store::weights::insert_weight(entry, (act, actor.id), weight, *limit, at).await?;
    }
    if !seen.flags.is_empty() {
        store::weights::insert_flags(entry, act, &seen.flags).await?;
    }
    Ok(())
}

/// Waits a little longer after each try, so that two writers do not meet again at once.
pub(crate) async fn pause(tried: u32) {
    tokio::time::sleep(Duration::from_millis(u64::from(tried) * 15)).await;
}
