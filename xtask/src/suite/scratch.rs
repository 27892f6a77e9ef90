//! `Scratch`: a folder in memory for the databases and temporary files of one run of the tests, where there is plenty.
//!
//! Databases are made and removed by the thousand; on a disk, half of the processors' time goes into that. The folder is
//! named after the process that made it, so that what a killed run left in memory goes when the next one begins.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::stop::Stop;

const MEMORY: &str = "/dev/shm";
const FOLDER_PREFIX: &str = "portreeve-tests-";
/// Memory that must be free: a run puts less than half a GiB there, and its programs and browsers need a few.
const LEAST_KIB: u64 = 8 * 1024 * 1024;

/// A folder in memory, gone when the run ends.
pub(crate) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// Makes the folder; none where memory is short, cannot be written, or lets no program be started from it.
    pub(crate) fn create() -> Result<Option<Self>, Stop> {
        let memory = Path::new(MEMORY);
        sweep(memory, |process| Path::new("/proc").join(process).exists());
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let about = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let free = free_kib(memory).min(available_kib(&about).unwrap_or(0));
        if free < LEAST_KIB || !starts_programs(&mounts, MEMORY) {
            return Ok(None);
        }
        let doing = "making a folder in memory";
        let prefix = format!("{FOLDER_PREFIX}{}-", std::process::id());
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(memory).map_err(Stop::fault(doing))?;
        // PostgreSQL's user must get through it to a folder of its own.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).map_err(Stop::fault(doing))?;
        Ok(Some(Self { folder }))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of processes that live no more.
fn sweep(memory: &Path, lives: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(memory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)?.split('-').next());
        if process.is_some_and(|process| !lives(process)) {
            let _swept_by_its_owner = fs::remove_dir_all(entry.path());
        }
    }
}

/// What `df` finds free; nothing where it cannot tell.
fn free_kib(folder: &Path) -> u64 {
    let output = Command::new("df").args(["-k", "--output=avail"]).arg(folder).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().nth(1).and_then(|line| line.trim().parse().ok()).unwrap_or(0)
}

fn available_kib(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether a folder is mounted so that programs in it can be started; what is not mounted by itself is not known.
fn starts_programs(mounts: &str, folder: &str) -> bool {
    let mut options = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        (fields.next() == Some(folder)).then(|| fields.nth(1)).flatten()
    });
    options.next_back().is_some_and(|options| !options.split(',').any(|option| option == "noexec"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_goes() {
        let memory = tempfile::tempdir().unwrap();
        let names = ["portreeve-tests-12-abc", "portreeve-tests-13-def", "another-12-ghi"];
        for name in names {
            fs::create_dir(memory.path().join(name)).unwrap();
        }
        sweep(memory.path(), |process| process == "13");
        let left = names.map(|name| memory.path().join(name).exists());
        assert_eq!(left, [false, true, true]);
    }

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        let meminfo = "MemTotal:       24684092 kB\nMemFree:  100 kB\nMemAvailable:   23130000 kB\n";
        assert_eq!(available_kib(meminfo), Some(23_130_000));
        assert_eq!(available_kib("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn programs_start_where_the_last_mount_lets_them() {
        let mounts = "tmpfs /dev/shm tmpfs rw,noexec 0 0\ntmpfs /dev/shm tmpfs rw,relatime,size=24684092k 0 0\n";
        assert!(starts_programs(mounts, "/dev/shm"));
        assert!(!starts_programs(mounts.lines().next().unwrap(), "/dev/shm"));
        assert!(!starts_programs("/dev/vda / ext4 rw 0 0\n", "/dev/shm"));
    }
}
