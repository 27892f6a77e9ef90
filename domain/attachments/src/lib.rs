//! Files that support what is on record. See README.md.

pub mod acts;
mod api;
mod attachment;
mod cabinet;
mod evidence;
mod file_name;
mod media;
mod pages;
pub mod permissions;
mod queues;
mod refused;
mod store;
mod subject;
mod upkeep;

pub use api::{api_routes, description};
pub use attachment::{Attachment, Scan, View, size_words};
pub use cabinet::{Cabinet, CabinetParts, LARGEST, NotFetched, Taken};
pub use evidence::{Brought, Evidence, Filed};
pub use file_name::{disposition, kept_name};
pub use media::{Looks, Media, looks};
pub use pages::routes;
pub use queues::AttachmentQueues;
pub use refused::AttachmentRefused;
pub use store::{attachment, attachments_of, count_of_account, newest};
pub use subject::{Found, SubjectKind, Supported};
pub use upkeep::{Damage, Kept, Swept, keys_in_use, seal_again, sweep, to_destroy, to_scan, verify};
