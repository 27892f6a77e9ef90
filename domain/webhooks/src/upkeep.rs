//! Upkeep of sealed secrets: which keys are in use, and sealing again with the newest.

use std::collections::BTreeMap;

use db::{Db, DoorKey, Fault, Read};
use secrets::{Keys, Random, Sealed};

use crate::webhook::Secrets;
use crate::{Webhook, signature, store};

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
