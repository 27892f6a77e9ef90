//! Reference data from outside the repository, and tests that say when they could not run.

use std::io::Write;
use std::path::PathBuf;

/// A file or folder of the reference data, or `None`, recorded as skipped, when it is not here.
#[must_use]
pub fn reference(test: &str, path: &str) -> Option<PathBuf> {
    let root = match std::env::var("PORTREEVE_REFERENCE") {
        Ok(folder) => PathBuf::from(folder),
        Err(_) => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
    };
    let place = root.join(path);
    if place.exists() {
        return Some(place);
    }
    skip(&format!("{test}: no reference data at {path}"));
    None
}

/// Records that a test could not run here; `cargo xtask test` counts and lists it.
///
/// # Panics
/// When the record cannot be written: an uncounted skip would look like a pass.
pub fn skip(what: &str) {
    let line = format!("SKIPPED: {what}\n");
    match std::env::var("PORTREEVE_SKIPS") {
        Ok(file) => {
            let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
            opened.expect("the file of skips opens").write_all(line.as_bytes()).expect("a skip is recorded");
        }
        Err(_) => std::io::stderr().write_all(line.as_bytes()).expect("stderr takes a line"),
    }
}
