//! `cargo xtask manual`: takes the pictures of the clerks' manual, by a program that drives a browser.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::environment;
use crate::stop::Stop;
use crate::suite::runner::Program;

/// Which pictures.
#[derive(Args)]
pub(crate) struct Options {
    /// Names of pictures, such as `home`; all when none is given
    names: Vec<String>,
}

/// Builds what it needs and takes the pictures; says whether all went well.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool, Stop> {
    let chromium = place(environment::CHROMIUM, "chromium")?;
    let chromedriver = place(environment::CHROMEDRIVER, "chromedriver")?;
    let variables: [(&str, Option<&OsStr>); 2] = [
        (environment::CHROMIUM, Some(chromium.as_os_str())),
        (environment::CHROMEDRIVER, Some(chromedriver.as_os_str())),
    ];
    let run = |words: &[&str]| Program { folder: root, words, variables: &variables }.run();
    // The program that is shown, and the one that looks at it, of the same parts as everything is tested with.
    let shown = ["--bin", "portreeve", "--example", "manual"];
    if !run(&[&["cargo", "build", "--workspace"][..], &shown].concat())? {
        return Ok(false);
    }
    let looks = environment::target_folder(root).join("debug/examples/manual").display().to_string();
    let names: Vec<&str> = options.names.iter().map(String::as_str).collect();
    run(&[&[looks.as_str()][..], &names].concat())
}

/// Where a program is: as a variable says, or the first on the PATH.
fn place(variable: &str, name: &str) -> Result<PathBuf, Stop> {
    let told = environment::read(variable).map(PathBuf::from).or_else(|| environment::program(name));
    told.ok_or_else(|| Stop::Fault(format!("{name} is not on the PATH, and the pictures are taken with it")))
}
