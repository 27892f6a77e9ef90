//! `Served`: the built program serving a town to browsers and clients of a test.

use std::path::{Path, PathBuf};

use crate::beside::{Beside, command, own_folder};

/// The running program, once it serves; killed when dropped.
#[derive(Debug)]
pub struct Served {
    /// The address, such as `http://127.0.0.1:40123`, without a slash at its end.
    pub address: String,
    program: Beside,
}

impl Served {
    /// Serves the town of a database on a free port, on the business date 1 July 2026, with more words if need be.
    ///
    /// # Panics
    /// When the program was not built, or does not come to serve.
    pub async fn start(db_url: &str, words: &[&str]) -> Served {
        let serve = ["--db", db_url, "--business-date", "2026-07-01", "serve", "--listen", "127.0.0.1:0"];
        Served::run(&[&serve, words].concat()).await
    }

    /// Runs the program with these words until it says that it serves.
    ///
    /// # Panics
    /// When the program was not built, or does not come to serve.
    pub async fn run(words: &[&str]) -> Served {
        let folder = own_folder();
        let mut start = command(built());
        start.args(words).current_dir(folder.path()).env_remove("PORTREEVE_DB").env("PORTREEVE_LOG", "info");
        let (program, address) = Beside::start(start, folder, "Serving ").await;
        Served { address: address.trim_end_matches('/').to_owned(), program }
    }

    /// The address of a page, by its path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// What it has printed so far.
    #[must_use]
    pub fn out(&self) -> String {
        self.program.said("stdout")
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.program.said("stderr")
    }

    /// Asks it to stop, and gives its exit code; -1 when it had to be killed.
    #[must_use]
    pub fn stop(mut self) -> i32 {
        self.program.end().code().unwrap_or(-1)
    }
}

/// The program lies beside the folder of the test that runs.
pub(crate) fn built() -> PathBuf {
    let program = beside_programs(&format!("portreeve{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing; build it first: cargo build", program.display());
    program
}

/// The path of a name in the folder the programs are built into.
pub(crate) fn beside_programs(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    folder.join(name)
}
