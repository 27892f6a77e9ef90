//! `Marks`: notes, with every act, which accounts it may have given another name, address or meter.

use acts::{Entry, Follower, Judged, Subject};
use async_trait::async_trait;
use db::Fault;
use kernel::{AccountId, ServicePointId};

use crate::store;

/// Follows every act. What it notes is looked at by the next search at once, and taken into the index soon after.
pub struct Marks;

#[async_trait]
impl Follower for Marks {
    async fn follow(&self, entry: &mut Entry, (named, judged): (&Subject, &Judged)) -> Result<(), Fault> {
        let mut accounts = judged.accounts.clone();
        let mut points = judged.service_points.clone();
        match named.kind {
            "account" => accounts.push(AccountId(named.id)),
            "service_point" => points.push(ServicePointId(named.id)),
            _ => {}
        }
        if !points.is_empty() {
            accounts.extend(billing::accounts_at(entry, &points).await?);
        }
        accounts.retain(|account| *account != AccountId::CITY);
        // In order, so that two acts never wait for each other.
        accounts.sort_unstable();
        accounts.dedup();
        store::mark_due(entry, &accounts).await
    }
}
