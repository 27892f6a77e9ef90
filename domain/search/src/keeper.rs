//! `Keeper`: keeps the index current. The index is derived and is no record of the town, so its keeper needs no act:
//! whatever is lost of it is made again.

use std::collections::{BTreeMap, BTreeSet};

use db::{Db, DoorKey, Fault, Tx};
use kernel::AccountId;

use crate::facts::{Known, NumberOf, known_between};
use crate::members::{PIECE, Piece, piece_of, place_of};
use crate::store::{self, State, StoredText};
use crate::words::{lists_of, unplaced};

/// Accounts that are looked at again in one transaction, of those that changed.
const DUE_AT_ONCE: usize = 500;
/// Accounts of one transaction of a walk over all: few, because others wait to write meanwhile.
const CHECKED_AT_ONCE: i64 = 2_048;

/// An index that lacks fewer accounts than this is as good as whole: these are looked at as they are.
pub(crate) const NEARLY: i64 = 16;

/// Keeps the index current.
pub struct Keeper {
    db: Db,
    door_key: DoorKey,
}

/// How far the index is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Accounts that were looked at.
    pub done: i64,
    /// Accounts to look at.
    pub total: i64,
}

/// What a step had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Went(Standing),
    NothingLeft,
}

impl Keeper {
    /// A keeper of a database's index.
    #[must_use]
    pub fn new(db: Db, door_key: DoorKey) -> Keeper {
        Keeper { db, door_key }
    }

    /// Looks at accounts that are new or have changed until none is left. After every step it tells how far it is, and
    /// asks whether to go on. It can be broken off at any moment, and goes on where it was.
    pub async fn catch_up(&self, goes_on: &(dyn Fn(Standing) -> bool + Send + Sync)) -> Result<(), Fault> {
        while let Step::Went(standing) = self.step().await? {
            if !goes_on(standing) {
                break;
            }
        }
        Ok(())
    }

    /// Lets the next [`Keeper::catch_up`] look at every account: after files came in, which change many accounts without
    /// saying which.
    pub async fn look_at_all(&self) -> Result<(), Fault> {
        let mut tx = self.db.write(&self.door_key).await?;
        let state = store::lock_state(&mut tx).await?;
        store::set_state(&mut tx, State { checking_from: Some(1), ..state }).await?;
        tx.commit().await
    }

    async fn step(&self) -> Result<Step, Fault> {
        if self.is_current().await? {
            return Ok(Step::NothingLeft);
        }
        let mut tx = self.db.write(&self.door_key).await?;
        let mut state = store::lock_state(&mut tx).await?;
        // An index that an earlier release made is made anew, from its first account on.
        if state.checking_from.is_none() && store::is_kept_as_before(&mut tx).await? {
            state.checking_from = Some(1);
            store::set_state(&mut tx, state).await?;
        }
        let end = customers::last_account_id(&mut tx).await?.0 + 1;
        let due = store::due(&mut tx, DUE_AT_ONCE).await?;
        let standing = if state.indexed_to < end {
            let to = (piece_of(AccountId(state.indexed_to)) + PIECE).min(end);
            index(&mut tx, (state.indexed_to, to)).await?;
            // Whoever is looked at for the first time has been looked at.
            let checking_from = state.checking_from.filter(|from| *from < state.indexed_to);
            store::set_state(&mut tx, State { indexed_to: to, checking_from }).await?;
            Standing { done: to - 1, total: end - 1 }
        } else if !due.is_empty() {
            for (account, _) in &due {
                index(&mut tx, (account.0, account.0 + 1)).await?;
            }
            store::clear_due(&mut tx, &due).await?;
            Standing { done: end - 1, total: end - 1 }
        } else if let Some(from) = state.checking_from {
            let to = (piece_of(AccountId(from)) + PIECE).min(from + CHECKED_AT_ONCE).min(end);
            index(&mut tx, (from, to)).await?;
            store::set_state(&mut tx, State { checking_from: (to < end).then_some(to), ..state }).await?;
            Standing { done: to - 1, total: end - 1 }
        } else {
            return Ok(Step::NothingLeft);
        };
        tx.commit().await?;
        Ok(Step::Went(standing))
    }

    /// Whether nothing is left to look at; asked without holding anybody up.
    async fn is_current(&self) -> Result<bool, Fault> {
        let mut read = self.db.read().await?;
        let state = store::state(&mut read).await?;
        let last = customers::last_account_id(&mut read).await?.0;
        let is_whole = last < state.indexed_to && state.checking_from.is_none();
        Ok(is_whole && store::due(&mut read, 1).await?.is_empty() && !store::is_kept_as_before(&mut read).await?)
    }
}

/// What changes in a piece of the index.
#[derive(Default)]
struct Changes {
    lists: BTreeMap<String, Vec<(u16, bool)>>,
    words: BTreeSet<String>,
    new_texts: Vec<(AccountId, StoredText)>,
    other_texts: Vec<(AccountId, StoredText)>,
    new_numbers: Vec<(AccountId, NumberOf)>,
    gone_numbers: Vec<(AccountId, NumberOf)>,
}

/// Makes what accounts `from..to` are found by what they are known by; all of them are in one piece.
async fn index(tx: &mut Tx, (from, to): (i64, i64)) -> Result<(), Fault> {
    let known = known_between(tx, (AccountId(from), AccountId(to))).await?;
    let stored = store::texts_between(tx, (from, to)).await?;
    let mut changes = Changes::default();
    for (account, known) in known {
        changes.add(account, &known, stored.get(&account));
    }
    let first = piece_of(AccountId(from));
    let is_new = stored.is_empty() && !store::has_texts(tx, (first, first + PIECE)).await?;
    changes.write(tx, (first, is_new)).await
}

impl Changes {
    fn add(&mut self, account: AccountId, known: &Known, stored: Option<&StoredText>) {
        let text = known.text();
        if stored == Some(&text) {
            return;
        }
        let before = stored.map(Known::of_text).unwrap_or_default();
        let (before_words, words) = (before.words.all(), known.words.all());
        let (old, new) = (lists_of(&before_words), lists_of(&words));
        let place = place_of(account);
        for list in new.difference(&old) {
            self.lists.entry(list.clone()).or_default().push((place, true));
        }
        for list in old.difference(&new) {
            self.lists.entry(list.clone()).or_default().push((place, false));
        }
        let words = words.difference(&before_words).filter(|word| unplaced(word).is_none());
        self.words.extend(words.cloned());
        let of_account = |number: &NumberOf| (account, number.clone());
        self.new_numbers.extend(known.numbers.difference(&before.numbers).map(of_account));
        self.gone_numbers.extend(before.numbers.difference(&known.numbers).map(of_account));
        let texts = if stored.is_some() { &mut self.other_texts } else { &mut self.new_texts };
        texts.push((account, text));
    }

    async fn write(self, tx: &mut Tx, (first, is_new): (i64, bool)) -> Result<(), Fault> {
        let names: Vec<&str> = self.lists.keys().map(String::as_str).collect();
        let mut there = if is_new { BTreeMap::new() } else { store::pieces_at(tx, first, &names).await? };
        let (mut added, mut changed) = (BTreeMap::new(), BTreeMap::new());
        for (list, places) in self.lists {
            let known = there.remove(&list);
            let pieces = if known.is_some() { &mut changed } else { &mut added };
            let mut piece = known.unwrap_or(Piece::NONE);
            places.into_iter().for_each(|(place, is_in)| piece.set(place, is_in));
            pieces.insert(list, piece);
        }
        added.retain(|_, piece| !piece.is_empty());
        store::insert_words(tx, first, &added).await?;
        store::write_words(tx, first, &changed).await?;
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let known: BTreeSet<String> = store::known_terms(tx, &words).await?.into_iter().collect();
        let new: Vec<&str> = words.into_iter().filter(|word| !known.contains(*word)).collect();
        store::insert_terms(tx, &new).await?;
        store::delete_numbers(tx, &self.gone_numbers).await?;
        store::insert_numbers(tx, self.new_numbers).await?;
        store::insert_texts(tx, self.new_texts).await?;
        for (account, text) in self.other_texts {
            store::update_text(tx, account, text).await?;
        }
        Ok(())
    }
}
