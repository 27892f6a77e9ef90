//! The key file: one line a key, readable by its owner alone, never half written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;

use crate::KeyFault;
use crate::keys::Key;

/// No key file is longer; a wrong file is not read to its end.
const LENGTH_MAX: u64 = 64 * 1024;

/// What stands above the keys.
const HEADING: &str = "\
# Keys of a Portreeve town. Whoever has this file and the database can read what is sealed in it.
# Keep a copy in another place than the backups. The last key seals; the others open what is older.
";

/// The keys of a file, the newest last.
pub(crate) fn read(path: &Path) -> Result<Vec<Key>, KeyFault> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyFault::Missing { path: shown(path) },
        _ => disk(path, "opened")(error),
    })?;
    if is_open_to_others(&file).map_err(disk(path, "examined"))? {
        return Err(KeyFault::Open { path: shown(path) });
    }
    let mut text = String::new();
    file.take(LENGTH_MAX + 1).read_to_string(&mut text).map_err(disk(path, "read"))?;
    if text.len() as u64 > LENGTH_MAX {
        return Err(KeyFault::TooLong);
    }
    parse(&text)
}

/// Writes a new file; refused when there is one.
pub(crate) fn create(path: &Path, keys: &[Key]) -> Result<(), KeyFault> {
    let file = for_owner().open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => KeyFault::Exists { path: shown(path) },
        _ => disk(path, "made")(error),
    })?;
    fill(&file, keys).map_err(disk(path, "written"))
}

/// Holds the file against others who would change it, until what is given back is dropped.
pub(crate) fn hold(path: &Path) -> Result<File, KeyFault> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyFault::Missing { path: shown(path) },
        _ => disk(path, "opened")(error),
    })?;
    let held = file.try_lock().map_err(|_| io::Error::other("another program is changing it"));
    held.map_err(disk(path, "changed"))?;
    Ok(file)
}

/// Puts a new file in the place of the old one, which is held: whoever reads finds one or the other, whole.
pub(crate) fn replace(path: &Path, keys: &[Key]) -> Result<(), KeyFault> {
    let beside = beside(path);
    // Left by a program that died before it was done; nobody else is at work while the file is held.
    if let Err(error) = fs::remove_file(&beside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(disk(&beside, "removed")(error));
    }
    let file = for_owner().open(&beside).map_err(disk(&beside, "made"))?;
    let done = fill(&file, keys).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // What is left behind would hold keys; that it could not be written is said below.
        let _ = fs::remove_file(&beside);
    }
    done.map_err(disk(path, "replaced"))
}

fn parse(text: &str) -> Result<Vec<Key>, KeyFault> {
    let mut keys: Vec<Key> = Vec::new();
    for (line, words) in (1..).zip(text.lines()) {
        let words = words.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let key = parse_key(words).ok_or(KeyFault::BadLine { line })?;
        if keys.iter().any(|earlier| earlier.id == key.id) {
            return Err(KeyFault::Twice { line });
        }
        keys.push(key);
    }
    if keys.is_empty() { Err(KeyFault::Empty) } else { Ok(keys) }
}

fn parse_key(words: &str) -> Option<Key> {
    let (id, secret) = words.split_once(' ')?;
    let is_id = id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let bytes = BASE64.decode(secret.trim().as_bytes()).ok()?;
    is_id.then_some(Key { id: id.to_owned(), bytes: bytes.try_into().ok()? })
}

fn fill(mut file: &File, keys: &[Key]) -> io::Result<()> {
    file.write_all(HEADING.as_bytes())?;
    for key in keys {
        writeln!(file, "{} {}", key.id, BASE64.encode(&key.bytes))?;
    }
    file.sync_all()
}

/// A new file that only its owner may read and write.
fn for_owner() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions());
    Ok(mode & 0o077 != 0)
}

/// Elsewhere the folder's own rules decide.
#[cfg(not(unix))]
fn is_open_to_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

fn disk(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> KeyFault {
    let path = shown(path);
    move |error| KeyFault::Disk { path, doing, error }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Keys, Random};

    #[test]
    fn a_key_is_added_and_the_older_one_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("town.keys");
        let random = Random::seeded(1);
        assert!(matches!(Keys::read(&path), Err(KeyFault::Missing { .. })));
        let first = Keys::create(&path, &random).unwrap();
        assert!(matches!(Keys::create(&path, &random), Err(KeyFault::Exists { .. })));
        let sealed = first.seal("here", b"plain", &random);

        fs::write(folder.path().join("town.keys.new"), "left by a crash").unwrap();
        let held = hold(&path).unwrap();
        assert!(Keys::add_key(&path, &random).unwrap_err().to_string().ends_with("another program is changing it"));
        drop(held);
        Keys::add_key(&path, &random).unwrap();
        let both = Keys::read(&path).unwrap();
        assert_eq!(both.ids().count(), 2);
        assert_ne!(both.newest_id(), first.newest_id());
        assert_eq!(both.open("here", &sealed).unwrap(), b"plain");
        let again = both.seal_again("here", &sealed, &random).unwrap().unwrap();
        assert_eq!(again.key_id, both.newest_id());
        assert_eq!(both.open("here", &again).unwrap(), b"plain");
        assert_eq!(both.seal_again("here", &again, &random).unwrap(), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("town.keys");
        Keys::create(&path, &Random::seeded(1)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for (mode, is_read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Keys::read(&path).is_ok(), is_read, "{mode:o}");
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused_with_its_line() {
        let good = BASE64.encode(&[7; 32]);
        let said = |text: &str| parse(text).map(|keys| keys.len()).map_err(|fault| fault.to_string());
        assert_eq!(said(&format!("# words\n\nk1-a {good}\n k2-b  {good} \n")), Ok(2));
        let ends = |text: &str, end: &str| assert!(said(text).unwrap_err().contains(end), "{text}: {:?}", said(text));
        ends("# words only\n", "no key");
        ends(&format!("k1-a {good}\nk1-a {good}"), "line 2");
        for bad in ["k1-a", "k1-a short", &format!("k1 a {good}"), &format!("k/1 {good}"), &format!(" {good}")] {
            ends(bad, "line 1");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_read_or_refused_without_panic(text in "(?s).{0,200}") {
            let _ = parse(&text);
        }
    }
}
