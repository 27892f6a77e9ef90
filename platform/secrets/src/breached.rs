//! `BreachedList`: passwords that were stolen elsewhere, as SHA-1 hashes in a sorted file.
//!
//! The form is that of the list Have I Been Pwned offers for download, ordered by hash: `HASH:COUNT`, 40 capital hex
//! digits. It has some 40 GB, so it is searched on disk. It is not part of Portreeve; a town may put one in place.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

/// A file of hashes, looked into whenever a password is chosen.
#[derive(Clone, Debug)]
pub struct BreachedList {
    path: PathBuf,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListFault {
    /// The disk failed.
    #[error("the list of stolen passwords {path} cannot be read: {error}")]
    Disk {
        /// Where it is.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The file has another form.
    #[error("the list of stolen passwords {path} has a line that is not HASH:COUNT near byte {at}")]
    BadLine {
        /// Where it is.
        path: String,
        /// Where the line begins.
        at: u64,
    },
}

/// No line is longer: 40 digits, a colon, a count of up to 20 digits, the end of the line.
const LINE_MAX: usize = 64;

/// One line of the file.
struct Line {
    hash: String,
    /// Where the next line begins.
    end: u64,
}

impl BreachedList {
    /// A list at a path; refused when its first line has another form.
    pub fn open(path: &Path) -> Result<BreachedList, ListFault> {
        let list = BreachedList { path: path.to_owned() };
        let mut file = list.file()?;
        list.line(&mut file, 0)?;
        Ok(list)
    }

    /// Whether a password is in the list.
    pub fn holds(&self, password: &str) -> Result<bool, ListFault> {
        let wanted = data_encoding::HEXUPPER.encode(&Sha1::digest(password.as_bytes()));
        let mut file = self.file()?;
        // Lines that begin before `low` are smaller than the wanted one; lines that begin at `high` or later are greater.
        let (mut low, mut high) = (0, file.metadata().map_err(|error| self.disk(error))?.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = self.next_line(&mut file, middle)?;
            if start >= high {
                high = middle;
                continue;
            }
            let line = self.line(&mut file, start)?;
            match line.hash.as_str().cmp(wanted.as_str()) {
                Ordering::Less => low = line.end,
                Ordering::Equal => return Ok(true),
                Ordering::Greater => high = middle,
            }
        }
        Ok(false)
    }

    /// Where the first line begins that begins at a place or behind it.
    fn next_line(&self, file: &mut File, at: u64) -> Result<u64, ListFault> {
        let Some(before) = at.checked_sub(1) else { return Ok(0) };
        let bytes = self.bytes(file, before)?;
        match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) => Ok(before + end as u64 + 1),
            None if bytes.len() < LINE_MAX => Ok(before + bytes.len() as u64),
            None => Err(self.bad_line(before)),
        }
    }

    fn line(&self, file: &mut File, start: u64) -> Result<Line, ListFault> {
        let bytes = self.bytes(file, start)?;
        let length = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let text = std::str::from_utf8(&bytes[..length]).map_err(|_| self.bad_line(start))?.trim_end();
        let (hash, count) = text.split_once(':').ok_or_else(|| self.bad_line(start))?;
        let is_line = hash.len() == 40
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !count.is_empty()
            && count.bytes().all(|byte| byte.is_ascii_digit());
        if !is_line {
            return Err(self.bad_line(start));
        }
        Ok(Line { hash: hash.to_ascii_uppercase(), end: start + length as u64 + 1 })
    }

    fn bytes(&self, file: &mut File, start: u64) -> Result<Vec<u8>, ListFault> {
        let mut bytes = Vec::with_capacity(LINE_MAX);
        file.seek(SeekFrom::Start(start)).map_err(|error| self.disk(error))?;
        file.take(LINE_MAX as u64).read_to_end(&mut bytes).map_err(|error| self.disk(error))?;
        Ok(bytes)
    }

    fn file(&self) -> Result<File, ListFault> {
        File::open(&self.path).map_err(|error| self.disk(error))
    }

    fn disk(&self, error: io::Error) -> ListFault {
        ListFault::Disk { path: self.path.display().to_string(), error }
    }

    fn bad_line(&self, at: u64) -> ListFault {
        ListFault::BadLine { path: self.path.display().to_string(), at }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn sha1(password: &str) -> String {
        data_encoding::HEXUPPER.encode(&Sha1::digest(password.as_bytes()))
    }

    fn list(text: &str) -> (tempfile::TempDir, Result<BreachedList, ListFault>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stolen.txt");
        fs::write(&path, text).unwrap();
        let list = BreachedList::open(&path);
        (folder, list)
    }

    proptest! {
        #[test]
        fn what_is_in_the_list_is_found_and_nothing_else(
            passwords in prop::collection::btree_set("[a-f]{1,4}", 1..40),
            other in "[a-f]{1,4}",
            count in 1u64..100_000_000,
            ending in prop::sample::select(vec!["\n", "\r\n"]),
            is_ended: bool,
        ) {
            let mut lines: Vec<String> = passwords.iter().map(|password| format!("{}:{count}", sha1(password))).collect();
            lines.sort();
            let mut text = lines.join(ending);
            if is_ended {
                text.push_str(ending);
            }
            let (_folder, list) = list(&text);
            let list = list.unwrap();
            for password in &passwords {
                prop_assert!(list.holds(password).unwrap());
            }
            prop_assert_eq!(list.holds(&other).unwrap(), passwords.contains(&other));
        }

        #[test]
        fn any_file_is_searched_or_refused_without_panic(text in "(?s).{0,300}") {
            if let (_folder, Ok(list)) = list(&text) {
                let _ = list.holds("password");
            }
        }
    }

    #[test]
    fn another_file_is_refused() {
        for text in ["", "password\n", "5BAA61:3\n", &format!("{}\n", sha1("a")), &"A".repeat(5000)] {
            let (_folder, list) = list(text);
            assert!(matches!(list, Err(ListFault::BadLine { at: 0, .. })), "{text:.50}");
        }
        assert!(matches!(BreachedList::open(Path::new("nowhere/at/all")), Err(ListFault::Disk { .. })));
    }
}
