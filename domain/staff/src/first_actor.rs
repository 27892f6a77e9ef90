//! `ensure_first_actor`: a new town has one actor, who can let in the others.

use acts::Permission;
use db::{Db, DoorKey, Fault};

use crate::store::{self, NewActor};
use crate::{ActorKind, MANAGE};

/// The code of the first actor: whoever sits at the machine on which the town is kept.
pub const FIRST_ACTOR: &str = "console";

/// Adds the first actor to a town that has none, allowed to manage staff and what is listed here.
///
/// This is the only change beside the door: there is nobody yet who could ask.
pub async fn ensure_first_actor(db: &Db, key: &DoorKey, permissions: &[Permission]) -> Result<(), Fault> {
    let mut tx = db.write(key).await?;
    if store::has_actors(&mut tx).await? {
        return tx.roll_back().await;
    }
    let mut codes: Vec<&str> = permissions.iter().chain([&MANAGE]).map(|permission| permission.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let name = "The machine on which the town is kept";
    let new = NewActor { id: tx.id("actor").await?, code: FIRST_ACTOR, name, kind: ActorKind::System };
    let id = new.id;
    if store::insert_actor_once(&mut tx, new).await? == 0 {
        // Another process was first.
        return tx.roll_back().await;
    }
    store::insert_permissions(&mut tx, id, &codes).await?;
    tx.commit().await
}
