//! `Entry`: an act under way, with the transaction it writes in.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Tx};
use kernel::{ActId, Digest, DigestBuilder, OrderId};

use crate::{Actor, OrderPlan, store};

/// An act under way: a [`Tx`] that knows which act it belongs to.
pub struct Entry {
    tx: Tx,
    /// The act's id, for rows that name what made them.
    pub act: ActId,
    /// Who acts.
    pub actor: Actor,
    /// When it is entered.
    pub now: DateTime<Utc>,
    /// The office's business date.
    pub today: NaiveDate,
    journals: DigestBuilder,
    has_journals: bool,
}

impl Entry {
    pub(crate) fn new(tx: Tx, act: ActId, actor: Actor, now: DateTime<Utc>, today: NaiveDate) -> Entry {
        Entry { tx, act, actor, now, today, journals: DigestBuilder::new(), has_journals: false }
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
