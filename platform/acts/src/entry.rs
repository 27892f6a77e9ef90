//! `Entry`: an act under way, with the transaction it writes in.

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Tx};
use kernel::{AccountId, ActId, ActorId, Digest, DigestBuilder, OrderId, ServicePointId};

use crate::told::Told;
use crate::{Actor, Change, Control, Followed, Follower, Judged, OrderPlan, Subject, Weight, store};

/// An act under way: a [`Tx`] that knows which act it belongs to.
pub struct Entry {
    tx: Tx,
    /// The act's id, for rows that name what made them.
    pub act: ActId,
    /// Who acts.
    pub actor: Actor,
    /// When it is entered.
    pub now: DateTime<Utc>,
    /// When it was asked for: as it is entered, or as it was proposed, where somebody else approves it now.
    pub asked_at: DateTime<Utc>,
    /// The office's business date.
    pub today: NaiveDate,
    journals: DigestBuilder,
    has_journals: bool,
    judged: Judged,
    followers: Arc<[Arc<dyn Follower>]>,
    told: Told,
}

impl Entry {
    pub(crate) fn new(tx: Tx, act: ActId, actor: Actor, now: DateTime<Utc>, today: NaiveDate) -> Entry {
        Entry {
            tx,
            act,
            actor,
            now,
            asked_at: now,
            today,
            journals: DigestBuilder::new(),
            has_journals: false,
            judged: Judged::default(),
            followers: Arc::new([]),
            told: Told::default(),
        }
    }

    pub(crate) fn followed_by(self, followers: Arc<[Arc<dyn Follower>]>) -> Entry {
        Entry { followers, ..self }
    }

    pub(crate) fn telling(self, told: Told) -> Entry {
        Entry { told, ..self }
    }

    /// What the door was told of this type, if it was; see [`Door::telling`](crate::Door::telling).
    #[must_use]
    pub fn told<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.told.get()
    }

    /// Writes the entry of the log, and tells who follows. Nothing else writes one, so nobody misses any.
    pub(crate) async fn log(&mut self, new: store::NewAct<'_>) -> Result<(), Fault> {
        let (kind, subject, part) = (new.kind, new.subject.clone(), new.chunk);
        store::insert_act(self, new).await?;
        if self.followers.is_empty() {
            return Ok(());
        }
        let (followers, judged) = (self.followers.clone(), self.judged.clone());
        let what = Followed { kind, subject: &subject, judged: &judged, part };
        for follower in followers.iter() {
            follower.follow(self, &what).await?;
        }
        Ok(())
    }

    /// Collects what was written to the books; the act carries the digest of all of it.
    pub fn journals(&mut self) -> &mut DigestBuilder {
        self.has_journals = true;
        &mut self.journals
    }

    /// Places a bulk order: frozen inputs and its chunks, to be carried out one by one.
    pub async fn place_order(&mut self, plan: OrderPlan) -> Result<OrderId, Fault> {
        let act = self.act;
        store::insert_order(&mut self.tx, act, plan).await
    }

    /// Opens the refused chunks of an order again, for another try; says how many.
    pub async fn reopen_refused(&mut self, order: OrderId) -> Result<u64, Fault> {
        store::reopen_refused(&mut self.tx, order).await
    }

    /// Says whose account this concerns: nobody acts on their own or their household's.
    pub fn concerns(&mut self, account: AccountId) {
        if !self.judged.accounts.contains(&account) {
            self.judged.accounts.push(account);
        }
    }

    /// Says at which service point this is: whoever answers for it is concerned.
    pub fn concerns_place(&mut self, point: ServicePointId) {
        if !self.judged.service_points.contains(&point) {
            self.judged.service_points.push(point);
        }
    }

    /// Says who may do more by this: they are not the second person for it.
    pub fn favors(&mut self, actor: ActorId) {
        self.judged.favors.push(actor);
    }

    /// Says of whom the personal fields of the command tell, for the day on which they are erased.
    pub fn tells_of(&mut self, person: Subject) {
        self.judged.about = Some(person);
    }

    /// Says that this is of a class of changes that wants a second person.
    pub fn is_under(&mut self, control: Control) {
        self.judged.control = Some(control);
    }

    /// Says how much this moves, to be held against the actor's limits.
    pub fn weighs(&mut self, weight: Weight) {
        self.concerns(weight.account);
        self.judged.weight = Some(weight);
    }

    /// Shows whoever approves what is before and after.
    pub fn changes(&mut self, field: impl Into<String>, before: impl Into<String>, after: impl Into<String>) {
        self.judged.changes.push(Change { field: field.into(), before: before.into(), after: after.into() });
    }

    /// Shows this to whoever reviews outliers: the pattern's stable code, and what was seen, in a sentence. Odd is not wrong.
    pub fn looks_odd(&mut self, pattern: &'static str, words: impl Into<String>) {
        self.judged.odd.push((pattern, words.into()));
    }

    /// Goes on as another act in the same transaction: what an approved change wrote is its own, not the approval's.
    pub(crate) fn becomes(&mut self, act: ActId, actor: Actor) {
        self.act = act;
        self.actor = actor;
        self.journals = DigestBuilder::new();
        self.has_journals = false;
        self.judged = Judged::default();
    }

    pub(crate) fn judged(&self) -> &Judged {
        &self.judged
    }

    pub(crate) fn journal_digest(&self) -> Option<Digest> {
        self.has_journals.then(|| self.journals.finish())
    }

    pub(crate) fn into_tx(self) -> Tx {
        self.tx
    }
}

impl Deref for Entry {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for Entry {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}
