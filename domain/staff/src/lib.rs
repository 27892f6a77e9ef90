//! Who acts in the city's name, and what each of them is allowed. See README.md.

// The nouns.
mod actor;
mod permissions;

// What the door asks.
mod authority;

// Acts.
mod acts;

// What is asked and written.
mod first_actor;
mod store;

pub use actor::ActorKind;
pub use acts::{ActorRefused, AddActor, GrantPermission, RevokePermission};
pub use authority::StaffAuthority;
pub use first_actor::{FIRST_ACTOR, ensure_first_actor};
pub use permissions::{MANAGE, PERMISSIONS};
pub use store::{actor_by_code, names, permissions_of};
