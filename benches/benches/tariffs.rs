//! How long it takes to read and compile every rate file of the public collection.
//!
//! The folder is named by `PORTREEVE_REFERENCE`; without it there is nothing to measure, and that is said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rates::owrs::{OwrsOptions, TierStarts, read_classes};

/// The aim of the house for the whole collection.
const AIM: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;
/// Where the collection lies among the reference data.
const FOLDER: &str = "rates/data/Open-Water-Rate-Specification/full_utility_rates";

/// What was found in the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    files: usize,
    refused: usize,
    classes: usize,
    plans: usize,
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let Some(root) = reference() else {
        return writeln!(out, "PORTREEVE_REFERENCE names no folder: nothing was measured");
    };
    let files = files(&root.join(FOLDER))?;
    let mut times = Vec::with_capacity(ROUNDS);
    let mut found = Found::default();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        found = read_all(&files)?;
        times.push(started.elapsed());
    }
    times.sort();
    let median = times[ROUNDS / 2];
    let Found { files, refused, classes, plans } = found;
    writeln!(out, "rate files read and compiled on one core, median of {ROUNDS} rounds")?;
    writeln!(out, "  {files} files ({refused} refused), {classes} classes, {plans} plans: {} ms", median.as_millis())?;
    let word = if median <= AIM { "reached" } else { "MISSED" };
    writeln!(out, "  aim of {} s: {word}", AIM.as_secs())
}

fn reference() -> Option<PathBuf> {
    std::env::var_os("PORTREEVE_REFERENCE").map(PathBuf::from).filter(|root| root.join(FOLDER).is_dir())
}

/// Every rate file in a folder and those below, by name.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut open, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "owrs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read_all(files: &[PathBuf]) -> std::io::Result<Found> {
    let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
    let mut found = Found { files: files.len(), ..Found::default() };
    for path in files {
        match read_classes(&std::fs::read(path)?, &options) {
            Ok(file) => {
                let ready = file.classes.iter().filter_map(|(_, class)| class.as_ref().ok());
                for class in ready {
                    found.classes += 1;
                    found.plans += class.compiled.plans().count();
                }
            }
            Err(_) => found.refused += 1,
        }
    }
    Ok(found)
}
