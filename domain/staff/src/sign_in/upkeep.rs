//! Upkeep of what is sealed: which keys are in use, and sealing again with the newest.

use std::collections::BTreeMap;

use db::Fault;

use super::second_factor::Totp;
use super::{SignIn, store};

impl SignIn {
    /// How many sealed fields each key opens.
    pub async fn keys_in_use(&self) -> Result<BTreeMap<String, i64>, Fault> {
        store::keys_in_use(&mut self.parts.db.read().await?).await
    }

    /// Seals again with the newest key what an older one sealed; how many fields that were.
    pub async fn seal_again(&self) -> Result<usize, Fault> {
        let mut tx = self.write().await?;
        let mut count = 0;
        for totp in store::sealed_by_others(&mut tx, self.parts.keys.newest_id()).await? {
            let (keys, context) = (&self.parts.keys, Totp::context(totp.actor));
            let again = keys.seal_again(&context, &totp.sealed, &self.parts.random);
            let doing = || format!("sealing the second factor of actor {} again", totp.actor.0);
            if let Some(sealed) = again.map_err(|error| Fault::caused(doing(), error))? {
                store::reseal_totp(&mut tx, totp.actor, &sealed).await?;
                count += 1;
            }
        }
        tx.commit().await?;
        Ok(count)
    }
}
