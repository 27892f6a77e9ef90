//! The front door: one binary with every command.
#![expect(unreachable_pub, reason = "nothing outside uses a binary: here `pub` marks what a module offers the others")]

#[cfg(test)]
mod act_samples;
mod commands;
mod config;
mod conflicts;
mod intakes;
mod machine_clock;
#[cfg(test)]
mod matrix;
mod office;
mod output;
mod registry;
mod report_keeper;
mod site;
mod standing;
mod town;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

use commands::{Command, Ended};

/// Rows are made on one thread and let go on another, which the system's allocator is slow at.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// Municipal billing, revenue and customer service: from reads to balanced books.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    /// The database: sqlite://PATH?mode=rwc or postgres://USER@HOST/NAME
    #[arg(long, global = true, value_name = "URL")]
    db: Option<String>,
    /// The code of the staff member who acts
    #[arg(long = "as", global = true, value_name = "CODE", default_value = "console")]
    actor: String,
    /// Why, in words; recorded with every act
    #[arg(long, global = true, value_name = "WORDS", default_value = config::NO_REASON)]
    reason: String,
    /// The office's business date; today by the machine's clock when it is not given
    #[arg(long, global = true, value_name = "DATE")]
    business_date: Option<chrono::NaiveDate>,
    #[command(flatten)]
    files: config::FileFlags,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    config::start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ended::Fault(error.to_string()).tell(),
    };
    let settings = match config::Settings::gather((cli.db, cli.files), cli.actor, cli.reason, cli.business_date) {
        Ok(settings) => settings,
        Err(words) => return Ended::WrongUse(words).tell(),
    };
    runtime.block_on(commands::run(&settings, cli.command)).tell()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_tree_is_sound() {
        super::Cli::command().debug_assert();
    }
}
