//! `Cluster`: a private PostgreSQL for one run of the tests, gone when the run ends, however it ends.
//!
//! The server is our child in our own process group, so that Ctrl-C reaches it too, and `setpriv` asks the
//! kernel to interrupt it when we die without a word. A folder left behind is swept by the next run.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::environment;
use crate::stop::Stop;

const FOLDER_PREFIX: &str = "portreeve-postgres-";
const SUPERUSER: &str = "portreeve";
const READY_WITHIN: Duration = Duration::from_secs(60);
const SWEPT_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Durability off: the cluster does not outlive its tests. Connections enough for tests in parallel.
const SETTINGS: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "shared_buffers=256MB",
    "listen_addresses=127.0.0.1",
];

/// A running server on a port of 127.0.0.1 that was free.
pub(crate) struct Cluster {
    server: Child,
    port: u16,
    place: Place,
}

/// Where the programs and the files of a cluster are, and who runs them.
struct Place {
    programs: PathBuf,
    folder: TempDir,
    runs_as: Option<User>,
}

/// An unprivileged user of the machine.
#[derive(Debug, PartialEq, Eq)]
struct User {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Creates a cluster with PostgreSQL's programs from a folder; as root, in the name of another user. Its files are
    /// in memory where a folder there is named.
    pub(crate) fn start(programs: &Path, is_root: bool, memory: Option<&Path>) -> Result<Self, Stop> {
        let parent = memory.map_or_else(|| parent_folder(is_root), Path::to_path_buf);
        sweep(&parent, FOLDER_PREFIX);
        let place = Place::create((programs, &parent), is_root)?;
        place.initialize()?;
        let port = free_port().map_err(Stop::fault("looking for a free port"))?;
        let server = place.serve(port)?;
        let mut cluster = Self { server, port, place };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The URL of the cluster's own database, whose user may create others.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self) -> Result<(), Stop> {
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            if self.place.is_ready() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(Stop::Fault(format!("PostgreSQL ended at once, {status}\n{}", self.place.log())));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(Stop::Fault(format!("PostgreSQL was not ready in time\n{}", self.place.log())))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.place.command("pg_ctl");
        stop.args(["stop", "--wait", "--mode=immediate", "--pgdata"]).arg(self.place.data());
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !stopped {
            // Already gone, or deaf: in either case nothing is lost with it.
            let _already_gone = self.server.kill();
        }
        let _already_waited_for = self.server.wait();
    }
}

impl Place {
    fn create((programs, parent): (&Path, &Path), is_root: bool) -> Result<Self, Stop> {
        let doing = "making a folder for PostgreSQL";
        let folder = tempfile::Builder::new().prefix(FOLDER_PREFIX).tempdir_in(parent).map_err(Stop::fault(doing))?;
        let runs_as = if is_root { Some(unprivileged_user()?) } else { None };
        if let Some(user) = &runs_as {
            chown(folder.path(), Some(user.uid), Some(user.gid)).map_err(Stop::fault(doing))?;
        }
        Ok(Self { programs: programs.to_path_buf(), folder, runs_as })
    }

    fn initialize(&self) -> Result<(), Stop> {
        let mut command = self.command("initdb");
        command.args(["--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--username", SUPERUSER]);
        let output = command.arg("--pgdata").arg(self.data()).output().map_err(Stop::fault("initdb"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Stop::Fault(format!("initdb: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))))
    }

    fn serve(&self, port: u16) -> Result<Child, Stop> {
        let doing = "starting PostgreSQL";
        let log = fs::File::create(self.log_file()).map_err(Stop::fault(doing))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-p").arg(port.to_string()).arg("-k").arg(self.folder.path());
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone().map_err(Stop::fault(doing))?).stderr(log);
        command.spawn().map_err(Stop::fault(doing))
    }

    /// A program of PostgreSQL, run as the right user and told to end when we do.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match environment::program("setpriv") {
            None => Command::new(program),
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                if let Some(user) = &self.runs_as {
                    command.args([format!("--reuid={}", user.uid), format!("--regid={}", user.gid)]);
                    command.arg("--clear-groups");
                }
                command.args(["--pdeathsig=INT", "--"]).arg(program);
                command
            }
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// PostgreSQL writes its state on the eighth line of its own pid file, as `pg_ctl` reads it too.
    fn is_ready(&self) -> bool {
        let state = fs::read_to_string(self.data().join("postmaster.pid"));
        state.is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }
}

/// As root the folder must be one that every user can reach, whatever root's own temporary folder is.
fn parent_folder(is_root: bool) -> PathBuf {
    if is_root { PathBuf::from("/tmp") } else { std::env::temp_dir() }
}

fn unprivileged_user() -> Result<User, Stop> {
    if environment::program("setpriv").is_none() {
        let why = "PostgreSQL refuses to run as root, and setpriv (Debian package util-linux) is missing";
        return Err(Stop::WrongUse(why.to_owned()));
    }
    let users = fs::read_to_string("/etc/passwd").map_err(Stop::fault("reading the list of users"))?;
    let found = user_named(&users, "postgres").or_else(|| user_named(&users, "nobody"));
    found.ok_or_else(|| Stop::WrongUse("neither user postgres nor user nobody exists".to_owned()))
}

fn user_named(users: &str, name: &str) -> Option<User> {
    let mut fields = users.lines().map(|line| line.split(':')).find(|fields| fields.clone().next() == Some(name))?;
    let uid = fields.nth(2)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(User { uid, gid })
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Removes folders of earlier runs that were killed: a day old, and without a server's pid file.
pub(super) fn sweep(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(prefix);
        let is_served = entry.path().join("data/postmaster.pid").exists();
        let age = entry.metadata().and_then(|about| about.modified()).map(|at| at.elapsed().unwrap_or_default());
        if is_ours && !is_served && age.is_ok_and(|age| SWEPT_AFTER < age) {
            let _swept_by_its_owner = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::suite::machine::{is_root, postgres_folder};
    use crate::suite::skips;

    #[test]
    fn a_cluster_answers_until_it_is_dropped() {
        let Some(programs) = postgres_folder() else {
            return skips::record("a_cluster_answers_until_it_is_dropped: PostgreSQL is not installed");
        };
        let cluster = Cluster::start(&programs, is_root(), None).unwrap();
        let (port, folder) = (cluster.port, cluster.place.folder.path().to_path_buf());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(cluster);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists());
    }

    #[test]
    fn users_are_found_by_name() {
        let users = "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";
        assert_eq!(user_named(users, "nobody"), Some(User { uid: 65534, gid: 65533 }));
        assert_eq!(user_named(users, "postgres"), None);
    }
}
