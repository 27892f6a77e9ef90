//! `Directory`: what the rooms above know things by, so that pages of this room can name them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use db::{Fault, Read};
use kernel::{AccountId, ServicePointId};
use web::Ask;

/// A service point as everybody knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPlace {
    /// Its reference.
    pub reference: String,
    /// Its page, where this visitor may open it.
    pub href: Option<String>,
}

/// The names of what other rooms keep. `app` hands it in as `Arc<dyn Directory>`.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The account a clerk names, by the number on its bills or an older one.
    async fn account(&self, read: &mut Read, number: &str) -> Result<Option<AccountId>, Fault>;
    /// The numbers of accounts as bills show them.
    async fn account_numbers(
        &self,
        read: &mut Read,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, String>, Fault>;
    /// Service points by their references.
    async fn places(
        &self,
        ask: &Ask,
        read: &mut Read,
        points: &[ServicePointId],
    ) -> Result<BTreeMap<ServicePointId, NamedPlace>, Fault>;
    /// Which of some things, such as `account` and `customer` with their ids, lead to somebody whose address this visitor
    /// may not know; of what nothing is known, too.
    async fn confidential(
        &self,
        ask: &Ask,
        read: &mut Read,
        things: &[(String, i64)],
    ) -> Result<BTreeSet<(String, i64)>, Fault>;
}
