//! `cargo xtask`: the tasks of this repository, which are the same on a desk and in CI.

mod environment;
mod manual;
mod say;
mod stop;
mod suite;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::stop::Stop;

/// The tasks of this repository. Exit codes: 0 done, 1 something failed, 2 wrong use, 3 fault.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Tasks {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything CI runs: format, tidy, lints, build, tests on both engines, documentation.
    Test(suite::Options),
    /// Check the house style where a program can: floors, words, migrations, READMEs, lengths.
    Tidy,
    /// Take the pictures of the clerks' manual anew, into docs/clerks/pictures.
    Manual(manual::Options),
}

fn main() -> ExitCode {
    let root = workspace_root();
    let outcome = match Tasks::parse().task {
        Task::Test(options) => suite::run(&root, &options),
        Task::Tidy => tidy::run(&root),
        Task::Manual(options) => manual::run(&root, &options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(stop) => {
            say::talk(&format!("xtask: {stop}"));
            ExitCode::from(match stop {
                Stop::WrongUse(_) => 2,
                Stop::Fault(_) => 3,
            })
        }
    }
}

/// The folder of the workspace, which holds the folder of this crate.
fn workspace_root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or_else(|| own.clone(), PathBuf::from)
}
