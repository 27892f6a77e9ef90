//! Where files lie: an address, read into a store of the kind it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, RetryConfig};

use crate::wire::Wires;

/// Why a place cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlaceRefused {
    /// Neither a folder nor a bucket.
    #[error("'{0}' names no place for files: write file:///folder or s3://bucket/prefix")]
    Unknown(String),
    /// The folder cannot be made or opened.
    #[error("the folder '{folder}' cannot be used for files: {why}")]
    Folder {
        /// Which.
        folder: String,
        /// What the machine says.
        why: String,
    },
    /// The settings of the bucket do not fit together.
    #[error("the bucket '{bucket}' cannot be used for files: {why}")]
    Bucket {
        /// Which.
        bucket: String,
        /// What is missing; never a key.
        why: String,
    },
}

/// How long one question to a bucket is tried again.
const PATIENCE: Duration = Duration::from_secs(30);

/// The store at a place, and what it is called.
pub(crate) fn open(place: &str, settings: &[(String, String)]) -> Result<Arc<dyn ObjectStore>, PlaceRefused> {
    if let Some(folder) = place.strip_prefix("file://") {
        return open_folder(place, folder);
    }
    match place.strip_prefix("s3://") {
        Some(rest) => open_bucket(rest, settings),
        None => Err(PlaceRefused::Unknown(place.to_owned())),
    }
}

fn open_folder(place: &str, folder: &str) -> Result<Arc<dyn ObjectStore>, PlaceRefused> {
    if folder.is_empty() {
        return Err(PlaceRefused::Unknown(place.to_owned()));
    }
    let refused = |why: String| PlaceRefused::Folder { folder: folder.to_owned(), why };
    let path = PathBuf::from(folder);
    make_folder(&path).map_err(|error| refused(error.to_string()))?;
    let store = LocalFileSystem::new_with_prefix(&path).map_err(|error| refused(error.to_string()))?;
    // A row must never come to the disk before its file.
    Ok(Arc::new(store.with_fsync(true)))
}

/// Only its owner may look into it.
fn make_folder(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn open_bucket(rest: &str, settings: &[(String, String)]) -> Result<Arc<dyn ObjectStore>, PlaceRefused> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let refused = |why: String| PlaceRefused::Bucket { bucket: bucket.to_owned(), why };
    if bucket.is_empty() {
        return Err(PlaceRefused::Unknown(format!("s3://{rest}")));
    }
    let retry = RetryConfig { retry_timeout: PATIENCE, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_retry(retry).with_http_connector(Wires);
    for (name, value) in settings {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    let store = builder.build().map_err(|error| refused(error.to_string()))?;
    Ok(match prefix.trim_matches('/') {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, prefix)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        let folder = tempfile::tempdir().unwrap();
        let inside = format!("file://{}/a/b", folder.path().display());
        assert!(open(&inside, &[]).is_ok());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("a/b")).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "others may look into the folder");
        }
        std::fs::write(folder.path().join("taken"), "").unwrap();
        let region = [("AWS_REGION".to_owned(), "us-west-2".to_owned())];
        assert!(open("s3://bucket", &region).is_ok());
        assert!(open("s3://bucket/town/files/", &region).is_ok());
        let taken = format!("file://{}/taken/a", folder.path().display());
        for place in ["", "files", "/files", "file://", "s3://", "s3:///a", "https://a.example", taken.as_str()] {
            assert!(open(place, &[]).is_err(), "{place}");
        }
    }
}
