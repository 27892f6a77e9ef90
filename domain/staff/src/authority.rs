//! `StaffAuthority`: may this actor do this? Everything not granted is denied.

use acts::{Actor, Authority, Permission};
use async_trait::async_trait;
use db::{Fault, Read};

use crate::store;

/// Answers the door from the permissions that stand at that moment, in the act's own transaction.
#[derive(Clone, Copy, Debug, Default)]
pub struct StaffAuthority;

#[async_trait]
impl Authority for StaffAuthority {
    async fn allows(&self, read: &mut Read, actor: &Actor, permission: Permission) -> Result<bool, Fault> {
        store::is_allowed(read, actor.id, permission.code).await
    }
}
