//! The seals of the log: a chain of digests over all acts, so that nobody changes what was done without breaking it.
//!
//! One sealer at a time gives positions to the acts it can see. A seal's digest covers its position, its instant, every field
//! of its act and the seal before. Whoever may write the database could still forge a whole chain anew; therefore its heads
//! are also kept outside, and compared. Acts since the last seal are not protected.

use chrono::{DateTime, Utc};
use db::{Db, DoorKey, Fault, Read};
use kernel::{ActId, Digest, DigestBuilder};
use serde::Serialize;

use crate::personal;
use crate::store::{self, SealedRow};

/// So many acts are sealed, or verified, at a time.
const PAGE: i64 = 5_000;
/// How often the sealer begins again when another one was there first.
const TRIES: u32 = 8;

/// The last seal of a chain at some time: what is kept outside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealHead {
    /// How many acts are sealed.
    pub position: i64,
    /// The digest over all of them.
    pub digest: Digest,
    /// When the last of them was sealed.
    pub sealed_at: DateTime<Utc>,
}

/// What came of verifying the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealProof {
    /// How many seals follow from their acts, beginning with the first.
    pub sound: i64,
    /// The last of them.
    pub head: Option<SealHead>,
    /// Acts that no seal protects yet.
    pub unsealed: i64,
    /// The first thing that is wrong with the chain, if anything is.
    pub broken: Option<BrokenSeal>,
}

/// What is wrong with a chain of seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum BrokenSeal {
    /// There is no seal at a position, though later ones are there.
    SealMissing {
        /// Where.
        position: i64,
    },
    /// A seal stands before the first position, where there is none.
    OutOfPlace {
        /// Where.
        position: i64,
        /// The act that it takes out of the chain.
        act: i64,
    },
    /// The act of a seal is not in the log.
    ActMissing {
        /// Where.
        position: i64,
        /// Which.
        act: i64,
    },
    /// A seal does not follow from its act and the seal before: one of them is another than it was.
    Differs {
        /// Where.
        position: i64,
        /// Its act.
        act: i64,
        /// What was done.
        kind: String,
    },
    /// What was kept apart from an entry is another than it was, or belongs to another entry.
    Personal {
        /// Where.
        position: i64,
        /// Its act.
        act: i64,
    },
    /// A head that was kept outside is not what the chain has at its position.
    HeadDiffers {
        /// Where.
        position: i64,
    },
    /// A head that was kept outside lies beyond the chain: seals were taken off its end.
    HeadBeyond {
        /// Where.
        position: i64,
    },
}

/// Seals all acts that are there and have no seal yet; gives back how many, and the head of the chain.
pub async fn seal(db: &Db, now: DateTime<Utc>) -> Result<(i64, Option<SealHead>), Fault> {
    let (mut sealed, mut tried) = (0, 0);
    loop {
        match seal_page(db, now).await {
            Ok(0) => return Ok((sealed, store::seal_head(&mut db.read().await?).await?)),
            Ok(count) => sealed += count,
            // Another sealer was there first.
            Err(fault) if (fault.is_retryable() || fault.is_duplicate()) && tried < TRIES => tried += 1,
            Err(fault) => return Err(fault),
        }
    }
}

async fn seal_page(db: &Db, now: DateTime<Utc>) -> Result<i64, Fault> {
    let mut tx = db.write(&DoorKey::for_the_door()).await?;
    let head = store::seal_head(&mut tx).await?;
    let (mut position, mut before) = head.map_or((0, FIRST), |head| (head.position, head.digest));
    let acts = store::unsealed_acts(&mut tx, PAGE).await?;
    let count = i64::try_from(acts.len()).map_err(|_| Fault::new("too many acts"))?;
    let mut seals = Vec::with_capacity(acts.len());
    for act in acts {
        position += 1;
        before = digest_of((position, now), before, &act);
        seals.push((ActId(act.act_id), SealHead { position, digest: before, sealed_at: now }));
    }
    store::insert_seals(&mut tx, &seals).await?;
    tx.commit().await?;
    Ok(count)
}

/// Whether a seal that was kept outside is in the chain.
pub async fn is_in_chain(read: &mut Read, head: &SealHead) -> Result<bool, Fault> {
    let there = store::sealed_page(read, head.position, 1).await?;
    Ok(there.first().is_some_and(|row| row.position == head.position && row.digest == head.digest))
}

/// Verifies the chain of seals against the log, and against heads that were kept outside the database.
pub async fn verify_seals(read: &mut Read, heads: &[SealHead]) -> Result<SealProof, Fault> {
    let mut proof = SealProof { sound: 0, head: None, unsealed: store::count_unsealed(read).await?, broken: None };
    let (mut before, mut from) = (FIRST, i64::MIN);
    'pages: loop {
        // From below the first position on: a seal that somebody put there would take its act out of the chain.
        let page = store::sealed_page(read, from, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            let position = proof.sound + 1;
            proof.broken = broken_link(&row, (position, before)).or_else(|| {
                let mut kept = heads.iter().filter(|head| head.position == position);
                kept.any(|kept| kept.digest != row.digest).then_some(BrokenSeal::HeadDiffers { position })
            });
            if proof.broken.is_some() {
                break 'pages;
            }
            (before, from) = (row.digest, position + 1);
            proof.sound = position;
            proof.head = Some(SealHead { position, digest: row.digest, sealed_at: row.sealed_at });
        }
    }
    if proof.broken.is_none() {
        let beyond = heads.iter().map(|head| head.position).filter(|position| proof.sound < *position).min();
        proof.broken = beyond.map(|position| BrokenSeal::HeadBeyond { position });
    }
    Ok(proof)
}

fn broken_link(row: &SealedRow, (position, before): (i64, Digest)) -> Option<BrokenSeal> {
    if row.position < position {
        return Some(BrokenSeal::OutOfPlace { position: row.position, act: row.act_id });
    }
    if row.position != position {
        return Some(BrokenSeal::SealMissing { position });
    }
    let Some(act) = &row.act else { return Some(BrokenSeal::ActMissing { position, act: row.act_id }) };
    let follows = digest_of((position, row.sealed_at), before, act) == row.digest;
    let differs = || BrokenSeal::Differs { position, act: act.act_id, kind: act.kind.clone() };
    if !follows {
        return Some(differs());
    }
    let (salt, command) = row.personal.as_ref()?;
    (!personal::is_of(&act.command, (salt, command))).then_some(BrokenSeal::Personal { position, act: act.act_id })
}

/// What stands for the seal before the first one.
const FIRST: Digest = Digest([0; 32]);
/// The form of the digest; it rises when a column is added.
const FORM: &str = "portreeve seal 1";

/// The digest of a seal: over all that its act says, in the order of the columns, and the seal before.
fn digest_of((position, sealed_at): (i64, DateTime<Utc>), before: Digest, act: &store::ActRow) -> Digest {
    let mut digest = DigestBuilder::new();
    digest.text(FORM).int(position).int(sealed_at.timestamp_micros()).bytes(&before.0);
    digest.int(act.act_id).int(act.actor_id).text(&act.kind).int(act.version).text(&act.permission);
    digest.text(&act.subject_kind).int(act.subject_id).text(&act.reason).text(&act.idempotency_key);
    digest.text(&act.command).text(&act.outcome);
    // Whether it is there is said before what it is, so that nothing and something never look alike.
    digest.int(act.journal_digest.is_some().into()).bytes(act.journal_digest.as_deref().unwrap_or_default());
    for number in [act.order_id, act.chunk_no] {
        digest.int(number.is_some().into()).int(number.unwrap_or_default());
    }
    digest.text(&act.business_on.to_string()).int(act.entered_at.timestamp_micros());
    digest.finish()
}
