//! Upkeep of what is sealed: which keys are in use, and sealing again with the newest.

use std::collections::BTreeMap;

use db::{Db, DoorKey, Fault, Read};
use secrets::{Keys, Random};

use crate::store;

/// How many numbers are sealed again in one transaction.
const AT_ONCE: i64 = 1_000;

/// How many numbers each key opens.
pub async fn keys_in_use(read: &mut Read) -> Result<BTreeMap<String, i64>, Fault> {
    store::key_counts(read).await
}

/// Seals again with the newest key what an older one sealed; how many numbers that were. Broken off, it goes on where it
/// was when it is asked again.
pub async fn seal_again(db: &Db, door_key: &DoorKey, (keys, random): (&Keys, &Random)) -> Result<usize, Fault> {
    let mut count = 0;
    loop {
        let mut tx = db.write(door_key).await?;
        let older = store::sealed_by_others(&mut tx, keys.newest_id(), AT_ONCE).await?;
        if older.is_empty() {
            return Ok(count);
        }
        for identifier in &older {
            let doing =
                || format!("sealing the {} of customer {} again", identifier.value.kind.code(), identifier.customer.0);
            let again = identifier.seal_again(keys, random);
            if let Some(sealed) = again.map_err(|error| Fault::caused(doing(), error))? {
                store::reseal(&mut tx, identifier, &sealed).await?;
                count += 1;
            }
        }
        tx.commit().await?;
    }
}
