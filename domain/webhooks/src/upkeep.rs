//! Upkeep: old messages are dropped; which keys are in use for secrets, and sealing again with the newest.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use db::{Db, DoorKey, Fault, Read};
use secrets::{Keys, Random, Sealed};

use crate::delivery::DeliveryState;
use crate::store::deliveries;
use crate::webhook::Secrets;
use crate::{Webhook, signature, store};

/// For so many days a message is kept after it arrived: long enough for a receiver that lost a month to be sent it again, and
/// the log has what was done for ever.
const DELIVERED_DAYS: Days = Days::new(30);
/// For so many days a message is kept that was given up or set aside: a quarter, in which somebody surely looked at it.
const GIVEN_UP_DAYS: Days = Days::new(90);
/// So many messages of a webhook and state are dropped in one go, so that nobody waits long for the table.
const AT_ONCE: u64 = 500;

/// Whether old messages are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Some may be.
    More,
    /// None.
    Nothing,
}

/// Drops messages that are old enough, some of each webhook. Those still to be sent stay, however old they are.
pub(crate) async fn drop_old(db: &Db, door_key: &DoorKey, now: DateTime<Utc>) -> Result<Left, Fault> {
    let mut left = Left::Nothing;
    let all = store::webhooks(&mut db.read().await?).await?;
    for Webhook { id, .. } in all {
        for (state, days) in [
            (DeliveryState::Delivered, DELIVERED_DAYS),
            (DeliveryState::GivenUp, GIVEN_UP_DAYS),
            (DeliveryState::SetAside, GIVEN_UP_DAYS),
        ] {
            let Some(before) = now.checked_sub_days(days) else { continue };
            if !deliveries::has_older(&mut db.read().await?, id, (state, before)).await? {
                continue;
            }
            let mut tx = db.write(door_key).await?;
            if AT_ONCE <= deliveries::drop_older(&mut tx, id, (state, before), AT_ONCE).await? {
                left = Left::More;
            }
            tx.commit().await?;
        }
    }
    Ok(left)
}

/// How many secrets each key opens.
pub async fn keys_in_use(read: &mut Read) -> Result<BTreeMap<String, i64>, Fault> {
    let mut counts = BTreeMap::new();
    for webhook in store::webhooks(read).await? {
        for sealed in sealed_of(&webhook.secrets) {
            *counts.entry(sealed.key_id.clone()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Seals again with the newest key what an older one sealed; how many secrets that were.
pub async fn seal_again(db: &Db, door_key: &DoorKey, (keys, random): (&Keys, &Random)) -> Result<usize, Fault> {
    let mut count = 0;
    let all = store::webhooks(&mut db.read().await?).await?;
    for Webhook { id, .. } in all {
        let mut tx = db.write(door_key).await?;
        let Some(mut webhook) = store::held(&mut tx, id).await? else { continue };
        let mut changed = 0;
        let Secrets { newest, before } = &mut webhook.secrets;
        for sealed in newest.iter_mut().chain(before.iter_mut().map(|(sealed, _)| sealed)) {
            let again = signature::seal_again(id, sealed, (keys, random));
            let doing = || format!("sealing the secret of webhook {} again", id.0);
            if let Some(again) = again.map_err(|error| Fault::caused(doing(), error))? {
                *sealed = again;
                changed += 1;
            }
        }
        if 0 < changed {
            store::set_secrets(&mut tx, id, &webhook.secrets).await?;
            tx.commit().await?;
            count += changed;
        }
    }
    Ok(count)
}

fn sealed_of(secrets: &Secrets) -> impl Iterator<Item = &Sealed> {
    secrets.newest.iter().chain(secrets.before.iter().map(|(sealed, _)| sealed))
}
