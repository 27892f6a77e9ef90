//! Taking journals back: loading them, and writing each the other way, once.

use std::collections::{BTreeMap, BTreeSet};

use acts::{Entry, Failure, refuse, refused};
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, JournalId};
use ledger::{Chart, PostingRefused};

use crate::posting::write_checked;
use crate::store::{self, KeyRange};
use crate::{JournalEntry, books};

/// Where a journal is filed: under each account it touches.
pub type JournalKey = (AccountId, JournalId);

/// Whether journals are read only to look, or held so that nobody else takes them back meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    No,
    UntilTheEnd,
}

/// The journals with these keys, in the order of account and id; unknown keys are left out.
///
/// A journal of several accounts is whole when all its keys are named.
pub async fn journals_of(read: &mut Read, keys: &BTreeSet<JournalKey>) -> Result<Vec<JournalEntry>, Fault> {
    let chart = books::chart(read).await?;
    load(read, &chart, keys, Hold::No).await
}

/// All journals of the accounts from `from` up to but not including `to`, in the order of account
/// and id; of a journal that touches other accounts too, only the part that lies in the range.
pub async fn journals_between(read: &mut Read, from: AccountId, to: AccountId) -> Result<Vec<JournalEntry>, Fault> {
    let chart = books::chart(read).await?;
    store::journals(read, &chart, KeyRange::of_accounts(from, to)).await
}

/// Takes back the journals with these keys on a GL date, and answers which journal took back which.
///
/// The new journals carry the document and the agreements of the old ones.
pub async fn reverse_journals(
    entry: &mut Entry,
    chart: &Chart,
    keys: &BTreeSet<JournalKey>,
    gl_on: NaiveDate,
) -> Result<BTreeMap<JournalId, JournalId>, Failure> {
    let originals = originals(entry, chart, keys).await?;
    let mut ids = entry.ids("journal", originals.len()).await?;
    let reversals: Vec<JournalEntry> = originals.iter().map(|one| one.reversal(ids.take(), gl_on)).collect();
    write_checked(entry, chart, &reversals).await?;
    let pairs = originals.iter().zip(&reversals).map(|(old, new)| (old.journal().id, new.journal().id));
    Ok(pairs.collect())
}

/// Refuses any of these journals that takes back another, but not exactly, or not for the first time.
pub(crate) async fn check_reversals(
    entry: &mut Entry,
    chart: &Chart,
    journals: &[JournalEntry],
) -> Result<(), Failure> {
    let mut keys = BTreeSet::new();
    let mut named = BTreeSet::new();
    for one in journals {
        let Some(original) = one.journal().reverses else { continue };
        if !named.insert(original) {
            return refuse(PostingRefused::AlreadyReversed { original });
        }
        keys.extend(one.accounts().into_iter().map(|account| (account, original)));
    }
    let originals = originals(entry, chart, &keys).await?;
    let by_id: BTreeMap<JournalId, &JournalEntry> = originals.iter().map(|one| (one.journal().id, one)).collect();
    for one in journals {
        let Some(original) = one.journal().reverses else { continue };
        let known = by_id.get(&original).ok_or_else(|| refused(PostingRefused::UnknownOriginal { original }))?;
        one.journal().check_reverses(known.journal()).map_err(refused)?;
    }
    Ok(())
}

/// The journals to take back, held until the act ends; refused when one is not there, was taken
/// back before, or itself takes back another.
async fn originals(
    entry: &mut Entry,
    chart: &Chart,
    keys: &BTreeSet<JournalKey>,
) -> Result<Vec<JournalEntry>, Failure> {
    let originals = load(entry, chart, keys, Hold::UntilTheEnd).await?;
    let found: BTreeSet<JournalKey> = originals
        .iter()
        .flat_map(|one| one.accounts().into_iter().map(|account| (account, one.journal().id)))
        .collect();
    if let Some((_, original)) = keys.difference(&found).next() {
        return refuse(PostingRefused::UnknownOriginal { original: *original });
    }
    if let Some(reversal) = originals.iter().find(|one| one.journal().reverses.is_some()) {
        return refuse(PostingRefused::ReversesReversal { original: reversal.journal().id });
    }
    if let Some(range) = KeyRange::around(keys) {
        // Asked after the originals are held: whoever waited sees what the other one did.
        let reversed = store::reversed(entry, range).await?;
        if let Some((_, original)) = keys.intersection(&reversed).next() {
            return refuse(PostingRefused::AlreadyReversed { original: *original });
        }
    }
    Ok(originals)
}

async fn load(
    read: &mut Read,
    chart: &Chart,
    keys: &BTreeSet<JournalKey>,
    hold: Hold,
) -> Result<Vec<JournalEntry>, Fault> {
    let Some(range) = KeyRange::around(keys) else { return Ok(Vec::new()) };
    match hold {
        Hold::No => {}
        Hold::UntilTheEnd => store::hold_journals(read, range).await?,
    }
    store::journals_with_keys(read, chart, range, keys).await
}
