//! `Listing`: what lies in a place, piece by piece, however much it is.

use std::fmt;

use chrono::{DateTime, Utc};
use db::Fault;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::ObjectMeta;

use crate::objects::fault;

/// A file that lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, by the clock of the place.
    pub written_at: DateTime<Utc>,
}

/// What lies in a place.
pub struct Listing(BoxStream<'static, object_store::Result<ObjectMeta>>);

impl Listing {
    pub(crate) fn new(stream: BoxStream<'static, object_store::Result<ObjectMeta>>) -> Listing {
        Listing(stream)
    }

    /// At most so many more, in order of their keys; none at the end.
    pub async fn next(&mut self, most: usize) -> Result<Vec<Listed>, Fault> {
        let mut piece = Vec::new();
        while piece.len() < most {
            let Some(met) = self.0.next().await else { break };
            let met = met.map_err(|error| fault("listing files", error))?;
            piece.push(Listed { key: met.location.to_string(), size: met.size, written_at: met.last_modified });
        }
        piece.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(piece)
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listing")
    }
}
