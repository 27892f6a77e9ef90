//! `KeyFault`: why the keys, or what they sealed, cannot be used.

use std::io;

/// What is wrong with the key file or with something sealed. Names no secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file does not exist.
    #[error("there is no key file at {path}")]
    Missing {
        /// Where it was looked for.
        path: String,
    },
    /// The file exists where a new one was to be made.
    #[error("there is a key file at {path} already; it is not written over")]
    Exists {
        /// Where it is.
        path: String,
    },
    /// Others than the owner may read or write the file.
    #[error("others may read the key file {path}: let only its owner read and write it (mode 0600)")]
    Open {
        /// Where it is.
        path: String,
    },
    /// The disk failed.
    #[error("the key file {path} cannot be {doing}: {error}")]
    Disk {
        /// Where it is.
        path: String,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// A line is not a key.
    #[error("line {line} of the key file is not a key: an id, a space and 32 bytes in base64")]
    BadLine {
        /// Which line, from 1.
        line: usize,
    },
    /// Two keys have one id.
    #[error("line {line} of the key file has the id of an earlier key")]
    Twice {
        /// Which line, from 1.
        line: usize,
    },
    /// The file is longer than any key file.
    #[error("the key file is too long to be one")]
    TooLong,
    /// The file has no key.
    #[error("the key file holds no key")]
    Empty,
    /// Something was sealed with a key that is not in the file.
    #[error("the key {id} is not in the key file; an older copy of the file may hold it")]
    Unknown {
        /// The id beside what was sealed.
        id: String,
    },
    /// What was sealed was changed, cut short, or belongs elsewhere.
    #[error("what was sealed with key {id} does not open: it was changed, or belongs to another place")]
    Broken {
        /// The id beside what was sealed.
        id: String,
    },
}
