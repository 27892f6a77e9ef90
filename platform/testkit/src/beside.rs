//! Programs that run beside a test and end with it, however it ends.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How often a program is looked after.
pub(crate) const GLANCE: Duration = Duration::from_millis(20);
const READY_WITHIN: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// A running program with a folder of its own; killed when dropped.
#[derive(Debug)]
pub(crate) struct Beside {
    child: Child,
    folder: Option<TempDir>,
}

/// The place of a tool that `cargo xtask test` told us, if it is there.
#[must_use]
pub fn told_place(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|place| place.exists())
}

/// A folder for the files of a program.
pub(crate) fn own_folder() -> TempDir {
    tempfile::Builder::new().prefix("portreeve-beside-").tempdir().expect("a temporary folder")
}

/// A command that the kernel ends when we die without a word, where the machine can ask it to.
///
/// The kernel watches the thread that starts it: in a test that is the test's own.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let setpriv = Path::new("/usr/bin/setpriv");
    if !setpriv.exists() {
        return Command::new(program);
    }
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig=KILL", "--"]).arg(program);
    command
}

impl Beside {
    /// Starts a program in its folder and waits until it has printed a line with these words; gives what follows them.
    pub(crate) async fn start(mut command: Command, folder: TempDir, words: &str) -> (Beside, String) {
        let file = |name| File::create(folder.path().join(name)).expect("a file can be written");
        command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let mut beside = Beside { child, folder: Some(folder) };
        let begun = Instant::now();
        loop {
            let out = beside.said("stdout");
            let whole_lines = out.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            if let Some(rest) = whole_lines.filter_map(|line| line.split_once(words)).map(|(_, rest)| rest).next() {
                return (beside, rest.trim().to_owned());
            }
            let ended = beside.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "{command:?} ended, {ended:?}:\n{out}{}", beside.said("stderr"));
            assert!(begun.elapsed() < READY_WITHIN, "{command:?} never said '{words}':\n{out}");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What it has printed so far, by the name of the stream.
    pub(crate) fn said(&self, stream: &str) -> String {
        let folder = self.folder.as_ref().expect("a folder until the end");
        let bytes = std::fs::read(folder.path().join(stream)).expect("its output is a file");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let mut ask = Command::new("kill");
        ask.args(["-s", "TERM", &self.child.id().to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let _gone_already_when_not = ask.status();
        let begun = Instant::now();
        while begun.elapsed() < ENDS_WITHIN {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return status;
            }
            std::thread::sleep(GLANCE);
        }
        let _deaf = self.child.kill();
        self.child.wait().expect("a child can be waited for")
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _waited_for = self.child.wait();
        // What it has started may still write: a browser whose driver is gone needs a moment to notice.
        let Some(folder) = self.folder.take().map(TempDir::keep) else { return };
        for _ in 0..100 {
            if std::fs::remove_dir_all(&folder).is_ok() || !folder.exists() {
                return;
            }
            std::thread::sleep(GLANCE);
        }
    }
}
