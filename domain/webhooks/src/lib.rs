//! Other programs are told of what was done: signed, tried again, sent again. See README.md.

pub mod acts;
mod api;
mod delivery;
mod networks;
mod outbox;
mod pages;
pub mod permissions;
mod queues;
mod sender;
mod signature;
mod store;
mod upkeep;
mod wanted;
mod webhook;

pub use api::{api_routes, description};
pub use delivery::{Delivery, DeliveryRefused, DeliveryState, PAUSES, Subject};
pub use networks::{Network, Networks, NotReached};
pub use outbox::Outbox;
pub use pages::{KnownKinds, routes};
pub use queues::WebhookQueues;
pub use sender::{Sender, SenderParts};
pub use signature::WebhookSecret;
pub use store::deliveries::{DeliveryCounts, counts, deliveries};
pub use store::{webhook, webhooks};
pub use upkeep::{keys_in_use, seal_again};
pub use wanted::{NotWanted, Wanted};
pub use webhook::{Secrets, Webhook, WebhookId, WebhookState};
