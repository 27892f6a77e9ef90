//! `Marks`: notes, with every act, which accounts it may have given another name, address or meter.

use acts::{Entry, Followed, Follower};
use async_trait::async_trait;
use db::Fault;
use kernel::{AccountId, ServicePointId};

use crate::store;

/// Follows every act. What it notes is looked at by the next search at once, and taken into the index soon after.
pub struct Marks;

#[async_trait]
impl Follower for Marks {
    async fn follow(&self, entry: &mut Entry, what: &Followed<'_>) -> Result<(), Fault> {
        // Parts of an order bill and measure; what they change, nobody is found by.
        if what.part.is_some() {
            return Ok(());
        }
        let mut accounts = what.judged.accounts.clone();
        let mut points = what.judged.service_points.clone();
        match what.subject.kind {
            "account" => accounts.push(AccountId(what.subject.id)),
            "service_point" => points.push(ServicePointId(what.subject.id)),
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
