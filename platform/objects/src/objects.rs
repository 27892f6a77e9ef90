//! `Objects`: files under keys, each written once.

use std::sync::Arc;

use db::Fault;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};

use crate::{Listing, PlaceRefused, place};

/// A place where files lie under keys. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    place: String,
}

impl Objects {
    /// Opens the place at an address; `settings` are the names and values a bucket wants, such as `AWS_REGION`.
    pub fn open(place: &str, settings: &[(String, String)]) -> Result<Objects, PlaceRefused> {
        Ok(Objects { store: place::open(place, settings)?, place: place.to_owned() })
    }

    /// A place that lasts as long as the program, for tests.
    #[must_use]
    pub fn in_memory() -> Objects {
        Objects { store: Arc::new(InMemory::new()), place: "memory".to_owned() }
    }

    /// Its address.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Writes a file under a new key. When this answers, it is there for good; a file that is there is never replaced.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Fault> {
        let put = self.store.put_opts(&Path::from(key), PutPayload::from(bytes), PutMode::Create.into()).await;
        put.map(|_| ()).map_err(|error| fault("keeping a file", error))
    }

    /// Reads a file; `None` when there is none under the key.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let got = match self.store.get(&Path::from(key)).await {
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        match got {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault("reading a file", error)),
        }
    }

    /// Removes a file; one that is not there is fine.
    pub async fn remove(&self, key: &str) -> Result<(), Fault> {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault("removing a file", error)),
        }
    }

    /// Everything that lies there, piece by piece.
    #[must_use]
    pub fn listing(&self) -> Listing {
        Listing::new(self.store.list(None))
    }
}

pub(crate) fn fault(doing: &str, error: object_store::Error) -> Fault {
    Fault::caused(doing, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(objects: Objects) {
        assert_eq!(objects.get("ab/1").await.unwrap(), None);
        objects.put("ab/1", b"one".to_vec()).await.unwrap();
        objects.put("cd/2", b"two".to_vec()).await.unwrap();
        assert!(objects.put("ab/1", b"another".to_vec()).await.is_err(), "a file was replaced");
        assert_eq!(objects.get("ab/1").await.unwrap(), Some(b"one".to_vec()));
        let mut listing = objects.listing();
        let mut keys = Vec::new();
        loop {
            let piece = listing.next(1).await.unwrap();
            if piece.is_empty() {
                break;
            }
            keys.extend(piece.into_iter().map(|listed| (listed.key, listed.size)));
        }
        keys.sort();
        assert_eq!(keys, [("ab/1".to_owned(), 3), ("cd/2".to_owned(), 3)]);
        objects.remove("ab/1").await.unwrap();
        objects.remove("ab/1").await.unwrap();
        assert_eq!(objects.get("ab/1").await.unwrap(), None);
    }

    #[tokio::test]
    async fn files_are_written_once_read_listed_and_removed() {
        check(Objects::in_memory()).await;
        let folder = tempfile::tempdir().unwrap();
        let place = format!("file://{}", folder.path().display());
        check(Objects::open(&place, &[]).unwrap()).await;
    }
}
