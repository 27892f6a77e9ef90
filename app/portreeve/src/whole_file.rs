//! A file that appears under its name once it is whole, and replaces an older one then.

use std::fs::File;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file on its way; dropped before it is kept, it leaves nothing behind.
pub struct WholeFile {
    half: NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file beside the place it will have. Only its owner may read it: it holds names and addresses.
    pub fn begin(path: &Path) -> Result<WholeFile, String> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let half = NamedTempFile::new_in(folder).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(WholeFile { half, path: path.to_owned() })
    }

    /// What is written to.
    pub fn file(&self) -> Result<File, String> {
        self.half.as_file().try_clone().map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Puts it in its place.
    pub fn keep(self) -> Result<(), String> {
        let words = |error: std::io::Error| format!("{}: {error}", self.path.display());
        self.half.as_file().sync_all().map_err(words)?;
        self.half.persist(&self.path).map(|_| ()).map_err(|error| words(error.error))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_stands_under_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        std::fs::write(&path, "old").unwrap();
        let half = WholeFile::begin(&path).unwrap();
        half.file().unwrap().write_all(b"ne").unwrap();
        drop(half);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        let whole = WholeFile::begin(&path).unwrap();
        whole.file().unwrap().write_all(b"new").unwrap();
        whole.keep().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(WholeFile::begin(&folder.path().join("nowhere/out.csv")).is_err());
    }
}
