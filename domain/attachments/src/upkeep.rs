//! Upkeep: keys of files sealed again, files without a row found, rows without a file found, what waits for a scan.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use db::{Db, DoorKey, Fault, Read};
use secrets::{DataKey, Keys, Random};

use crate::{Attachment, Cabinet, NotFetched, Scan, store};

/// How much is looked at in one go.
const AT_ONCE: usize = 200;
const PIECE: i64 = 200;

/// What a proof found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many files were opened and are as they were.
    pub whole: i64,
    /// How many were destroyed, as their rows say.
    pub destroyed: i64,
    /// What is wrong, by number.
    pub damages: Vec<Damage>,
}

/// A file that is not as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file's number.
    pub attachment: i64,
    /// What is wrong, in words.
    pub words: String,
}

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many files were looked at.
    pub looked_at: u64,
    /// Keys of those that no row names, or whose row can open them no more.
    pub unnamed: Vec<String>,
}

/// How many files each key opens.
pub async fn keys_in_use(read: &mut Read) -> Result<BTreeMap<String, i64>, Fault> {
    store::key_counts(read).await
}

/// Seals again with the newest key what an older one sealed; how many that were. The files themselves stay as they are: each
/// has a key of its own, and only that is sealed again.
pub async fn seal_again(db: &Db, door_key: &DoorKey, (keys, random): (&Keys, &Random)) -> Result<usize, Fault> {
    let mut count = 0;
    loop {
        let mut tx = db.write(door_key).await?;
        let older = store::sealed_by_others(&mut tx, keys.newest_id(), PIECE).await?;
        if older.is_empty() {
            return Ok(count);
        }
        for attachment in &older {
            let Some(sealed) = &attachment.sealed_key else { continue };
            let failed = |error| Fault::caused(format!("sealing the key of file {} again", attachment.id), error);
            let key = DataKey::opened(keys, &attachment.context(), sealed).map_err(failed)?;
            let again = key.sealed(keys, (&attachment.context(), random));
            store::reseal(&mut tx, attachment.id, &again).await?;
            count += 1;
        }
        tx.commit().await?;
    }
}

/// Opens every file on record and compares it with its SHA-256.
pub async fn verify(db: &Db, cabinet: &Cabinet) -> Result<Kept, Fault> {
    let (mut kept, mut after) = (Kept::default(), 0);
    loop {
        let piece = store::on_record_after(&mut db.read().await?, (after, PIECE)).await?;
        let Some(last) = piece.last() else { return Ok(kept) };
        after = last.id;
        for attachment in &piece {
            match cabinet.fetch(attachment).await {
                Ok(_) => kept.whole += 1,
                Err(NotFetched::Destroyed) => kept.destroyed += 1,
                Err(NotFetched::Fault(fault)) => return Err(fault),
                Err(wrong @ (NotFetched::NoPlace | NotFetched::Missing | NotFetched::Changed(_))) => {
                    kept.damages.push(Damage { attachment: attachment.id, words: wrong.to_string() });
                }
            }
        }
    }
}

/// Looks for files that no row names and that were written before an instant. Younger ones may be on their way into the
/// database. What is not ours, by the shape of its key, is left alone.
pub async fn sweep(db: &Db, cabinet: &Cabinet, written_before: DateTime<Utc>) -> Result<Swept, Fault> {
    let mut swept = Swept::default();
    let Ok(objects) = cabinet.objects() else { return Ok(swept) };
    let mut listing = objects.listing();
    loop {
        let piece = listing.next(AT_ONCE).await?;
        if piece.is_empty() {
            swept.unnamed.sort();
            return Ok(swept);
        }
        swept.looked_at += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let ours = piece.into_iter().filter(|listed| is_ours(&listed.key) && listed.written_at < written_before);
        let keys: Vec<String> = ours.map(|listed| listed.key).collect();
        let known = store::known_keys(&mut db.read().await?, &keys).await?;
        swept.unnamed.extend(keys.into_iter().filter(|key| !known.contains(key)));
    }
}

/// `ab/` and thirty more hexadecimal digits.
fn is_ours(key: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    key.split_once('/')
        .is_some_and(|(folder, name)| folder.len() == 2 && name.len() == 30 && is_hex(folder) && is_hex(name))
}

/// Files that wait for a scan, after a number.
pub async fn to_scan(read: &mut Read, scan: Scan, after: i64) -> Result<Vec<Attachment>, Fault> {
    store::scan_waits(read, scan, (after, PIECE)).await
}

/// Files that were withdrawn before an instant and not destroyed yet, after a number.
pub async fn to_destroy(read: &mut Read, before: DateTime<Utc>, after: i64) -> Result<Vec<Attachment>, Fault> {
    store::withdrawn_before(read, before, (after, PIECE)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn what_is_not_ours_is_left_alone() {
        let rows = [
            ("ab/0123456789abcdef0123456789abcd",   true),
            ("ab/0123456789abcdef0123456789abc",    false),
            ("AB/0123456789abcdef0123456789abcd",   false),
            ("ab/0123456789abcdef0123456789abcd.x", false),
            ("payroll/2026.xlsx",                   false),
            ("ab",                                  false),
            ("",                                    false),
        ];
        for (key, expected) in rows {
            assert_eq!(is_ours(key), expected, "{key}");
        }
    }
}
