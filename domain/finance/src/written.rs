//! Whether the books still hold what each act of the log wrote into them.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::{ActId, Digest, DigestBuilder, JournalId};
use serde::Serialize;

use crate::journal_entry::{Header, Line};
use crate::store;

/// About so many journals are in memory at once; for each that many, the books are read once.
const WINDOW: i64 = 100_000;

/// What in the books is not what acts wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ChangedBooks {
    /// The journals of an act are not those it wrote.
    Journals {
        /// The act; there is none in the log when somebody wrote the journals past it.
        act: ActId,
        /// How many journals name it now.
        journals: usize,
    },
    /// Postings belong to no journal.
    Orphans {
        /// How many.
        postings: i64,
    },
}

/// A journal as its rows are now.
#[derive(Default)]
pub(crate) struct JournalRows {
    /// One for each account it is filed under.
    pub(crate) headers: Vec<Header>,
    /// Its postings with their numbers.
    pub(crate) lines: Vec<(i64, Line)>,
}

impl JournalRows {
    /// The digest of what was written, if the rows can have been written so; none for any others.
    fn digest(&self) -> Option<Digest> {
        let (header, others) = self.headers.split_first()?;
        let is_one = others.iter().all(|other| Header { account: header.account, ..other.clone() } == *header);
        let filed: BTreeSet<i64> = self.headers.iter().map(|header| header.account).collect();
        let mut posted: BTreeSet<i64> = self.lines.iter().map(|(_, line)| line.account).collect();
        if posted.is_empty() {
            posted.insert(header.account);
        }
        let mut lines = self.lines.clone();
        lines.sort_unstable_by_key(|(number, _)| *number);
        let is_in_order = lines.iter().map(|(number, _)| *number).eq((1..).take(lines.len()));
        let is_whole = is_one && filed.len() == self.headers.len() && filed == posted && is_in_order;
        let lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
        is_whole.then(|| header.digest(&lines))
    }
}

/// Compares the books with the digests that acts carry: the first thing that is not as it was written.
pub async fn verify_journals(read: &mut Read) -> Result<Option<ChangedBooks>, Fault> {
    let (postings, _) = store::audit(read, &store::POSTING_WITHOUT_JOURNAL).await?;
    if postings != 0 {
        return Ok(Some(ChangedBooks::Orphans { postings }));
    }
    let wrote: BTreeMap<ActId, Digest> = acts::journal_digests(read).await?.into_iter().collect();
    let there = store::journals_by_act(read).await?;
    let named: BTreeSet<ActId> = wrote.keys().chain(there.keys()).copied().collect();
    let mut windows: Vec<(ActId, ActId, i64)> = Vec::new();
    for act in &named {
        let journals = there.get(act).copied().unwrap_or(0);
        match windows.last_mut() {
            Some((_, last, count)) if *count + journals <= WINDOW => (*last, *count) = (*act, *count + journals),
            Some(_) | None => windows.push((*act, *act, journals)),
        }
    }
    for (first, last, _) in windows {
        let books = store::journals_of_acts(read, (first, last)).await?;
        for act in named.range(first..=last) {
            let none = BTreeMap::new();
            let journals = books.get(act).unwrap_or(&none);
            if digest_of(journals).is_none_or(|digest| wrote.get(act) != Some(&digest)) {
                return Ok(Some(ChangedBooks::Journals { act: *act, journals: journals.len() }));
            }
        }
    }
    Ok(None)
}

/// The digest of all that an act wrote, in the order of the journals' ids.
fn digest_of(journals: &BTreeMap<JournalId, JournalRows>) -> Option<Digest> {
    let mut digest = DigestBuilder::new();
    for rows in journals.values() {
        digest.bytes(&rows.digest()?.0);
    }
    Some(digest.finish())
}
