//! `CountLooker`: whoever knows what is usual at a service point looks at a count before it is recorded.
//!
//! What is usual depends on who answers for a place and on the rule of their class, which a room above knows. The door tells
//! acts of it; where it tells of nobody, counts are taken as they are.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ServicePointId;

/// Says what is odd about what somebody is about to record.
#[async_trait]
pub trait LooksAtCounts: Send + Sync {
    /// What is odd about a count of the meter that is at a service point on a day, in sentences.
    async fn odd_count(
        &self,
        read: &mut Read,
        point: ServicePointId,
        counted: (i64, NaiveDate),
    ) -> Result<Vec<String>, Fault>;

    /// What would not follow a meter of another size, put in at a service point on a day, in sentences.
    async fn odd_size(
        &self,
        read: &mut Read,
        point: ServicePointId,
        put_in: (&str, NaiveDate),
    ) -> Result<Vec<String>, Fault>;
}

/// Who looks at counts, as the door tells acts of it.
#[derive(Clone)]
pub struct CountLooker(pub Arc<dyn LooksAtCounts>);

/// In front of what was odd about a read that somebody said is right: it is kept with the read.
pub const CONFIRMED: &str = "confirmed though odd: ";
