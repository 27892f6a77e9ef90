//! An import that is killed at random moments ends as if nothing had happened.
//!
//! For each engine, the files of one invented town are imported into some copies of a prepared
//! database. At random moments the program is killed and the same command given again. In the end
//! every copy must hold what one holds that was never disturbed, and say the same about it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use db::Engine;
use stories::Seeded;

use crate::picture::{Imported, is_midway};
use crate::program::{Attempt, Program};
use crate::town::{Copies, Place};
use crate::{Kills, Wanted};

const AT_A_TIME: usize = 3;
/// Where imports are fast, kills come too late, and more copies are taken.
const WANTED: Wanted = Wanted { alive: 12, midway: 5, seeds: 3, seeds_at_most: 24 };
/// How often the import of one file is killed at most.
const KILLS_A_FILE: u64 = 4;
/// Enough for two parts of 5,000 records in the shortest of the files.
const ACCOUNTS: &str = "5200";
/// What is imported, in the order in which one thing names another.
const KINDS: [&str; 5] = ["customers", "premises", "meters", "agreements", "reads"];
/// Of so many records one is spoiled, so that rejects are written too.
const SPOILED_EVERY: usize = 401;
/// How many of the months of reads are imported.
const MONTHS: [&str; 3] = ["2025-01", "2025-02", "2025-03"];
const CYCLES: [&str; 4] = ["C1", "C2", "C3", "C4"];

/// A file to import.
struct Given {
    kind: &'static str,
    path: PathBuf,
}

/// What the program said at the end of an import: its report, and the rejects.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    report: String,
    rejects: Vec<String>,
}

/// What a town holds, by everything that can be asked of it from outside and by some of its rows.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    told: Vec<Told>,
    exported: Vec<Vec<u8>>,
    imported: Imported,
}

#[test]
fn an_import_that_is_killed_ends_like_one_that_is_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = make_files(folder.path());
    for engine in testkit::engines("an import that is killed ends like one that is not") {
        kill_and_restart(engine, &files);
    }
}

fn kill_and_restart(engine: Engine, files: &[Given]) {
    let copies = Copies::with(engine, prepare);
    let undisturbed = copies.copy("calm");
    let timed = files.iter().map(|file| {
        let begun = Instant::now();
        (import(&undisturbed, file).expect("an undisturbed import ends well"), begun.elapsed())
    });
    let (told, took): (Vec<Told>, Vec<Duration>) = timed.unzip();
    let expected = Ended::of(&undisturbed, told);
    assert!(expected.told.iter().all(|told| 10 <= told.rejects.len()), "every file has spoiled records");
    undisturbed.remove();
    round_trip(&copies, &expected);

    let (kills, failures, next) = (Kills::default(), Mutex::new(Vec::new()), AtomicU64::new(1));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(seed) = kills.next_seed(&next, &WANTED) {
                    let place = copies.copy(&format!("seed{seed}"));
                    let told = import_with_kills(&place, (files, &took), seed, &kills);
                    let compared = told.and_then(|told| expected.compare(&Ended::of(&place, told)));
                    let compared = compared.and_then(|()| import_again(&place, files, &expected));
                    if let Err(words) = compared {
                        failures.lock().expect("no thread panicked").push(format!("seed {seed}: {words}"));
                    }
                    place.remove();
                }
            });
        }
    });
    copies.remove();
    let failures = failures.into_inner().expect("no thread panicked");
    assert!(failures.is_empty(), "on {}:\n{}", engine.name(), failures.join("\n"));
    kills.conclude(engine, &WANTED);
}

/// What was exported is imported into an empty town, where the same is exported.
fn round_trip(copies: &Copies, expected: &Ended) {
    let (empty, folder) = (copies.copy("empty"), tempfile::tempdir().expect("a temporary folder"));
    for (kind, bytes) in KINDS.iter().zip(&expected.exported) {
        let path = folder.path().join(format!("{kind}.csv"));
        std::fs::write(&path, bytes).expect("a file is written");
        let told = import(&empty, &Given { kind, path }).expect("what was exported can be imported");
        let new = bytes.iter().filter(|byte| **byte == b'\n').count() - 1;
        let report = format!("{new} records: {new} new, 0 changed, 0 unchanged, 0 rejected\n");
        assert_eq!(told, Told { report, rejects: Vec::new() }, "{kind}");
    }
    for (kind, (was, is)) in KINDS.iter().zip(expected.exported.iter().zip(export(&empty))) {
        assert!(*was == is, "{kind} are exported otherwise once they were exported and imported");
    }
    empty.remove();
}

/// Imports every file until that succeeds, and kills the program a few times first.
fn import_with_kills(
    place: &Place,
    (files, took): (&[Given], &[Duration]),
    seed: u64,
    kills: &Kills,
) -> Result<Vec<Told>, String> {
    let mut chance = Seeded::new(seed);
    let mut told = Vec::new();
    for (file, took) in files.iter().zip(took) {
        let longest = u64::try_from(took.as_micros()).map_err(|error| error.to_string())?;
        for _ in 0..=chance.below(KILLS_A_FILE) {
            let after = Duration::from_micros(chance.below(longest));
            match start(place, file).kill_after(after) {
                Attempt::Killed => {
                    kills.alive.fetch_add(1, Ordering::Relaxed);
                    kills.midway.fetch_add(u64::from(is_midway(&place.url)), Ordering::Relaxed);
                }
                Attempt::Ended { code: Some(0), .. } => {}
                failed => return Err(format!("{}: {failed:?}", file.kind)),
            }
        }
        told.push(import(place, file).map_err(|failed| format!("{} after kills: {failed:?}", file.kind))?);
    }
    Ok(told)
}

/// Every file again: the program says the same, and nothing changes.
fn import_again(place: &Place, files: &[Given], expected: &Ended) -> Result<(), String> {
    let again: Result<Vec<Told>, Attempt> = files.iter().map(|file| import(place, file)).collect();
    let again = again.map_err(|failed| format!("the same files again: {failed:?}"))?;
    expected.compare(&Ended::of(place, again)).map_err(|words| format!("the same files again: {words}"))
}

fn start(place: &Place, file: &Given) -> Program {
    let path = file.path.to_str().expect("temporary folders have plain names");
    Program::start(&place.url, "analyst", &["import", file.kind, path])
}

fn import(place: &Place, file: &Given) -> Result<Told, Attempt> {
    match start(place, file).wait() {
        Attempt::Ended { code: Some(0), out, talk } => {
            let rejects = talk.lines().filter(|line| line.contains(", rule ")).map(str::to_owned).collect();
            Ok(Told { report: out, rejects })
        }
        failed => Err(failed),
    }
}

fn export(place: &Place) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let export = |kind: &&str| {
        let path = folder.path().join(kind);
        let out = path.to_str().expect("temporary folders have plain names");
        let attempt = Program::start(&place.url, "analyst", &["export", kind, "--out", out]).wait();
        assert!(attempt.is_done(), "exporting {kind}: {attempt:?}");
        std::fs::read(&path).expect("the export is there")
    };
    KINDS.iter().map(export).collect()
}

impl Ended {
    fn of(place: &Place, told: Vec<Told>) -> Ended {
        Ended { told, exported: export(place), imported: Imported::take(&place.url) }
    }

    /// Says what differs first.
    fn compare(&self, other: &Ended) -> Result<(), String> {
        for (kind, (expected, found)) in KINDS.iter().zip(self.told.iter().zip(&other.told)) {
            if expected != found {
                return Err(format!("{kind}: {:?} is said, not {:?}", found.report, expected.report));
            }
        }
        for (kind, (expected, found)) in KINDS.iter().zip(self.exported.iter().zip(&other.exported)) {
            if expected != found {
                return Err(format!("{kind} are exported otherwise"));
            }
        }
        self.imported.compare(&other.imported)
    }
}

/// The files of a town, some of whose records are spoiled.
fn make_files(folder: &Path) -> Vec<Given> {
    let town = folder.join("town");
    let words = ["demo", "files", town.to_str().expect("a plain name"), "--accounts", ACCOUNTS, "--seed", "11"];
    // The files of a town need no database, so any address does.
    let attempt = Program::start("sqlite://nowhere.db", "console", &words).wait();
    assert!(attempt.is_done(), "{attempt:?}");
    let text = |name: &str| std::fs::read_to_string(town.join(name)).expect("the file was made");
    let whole = |kind: &str| match kind {
        "reads" => {
            let parts =
                MONTHS.iter().flat_map(|month| CYCLES.iter().map(move |cycle| format!("reads/{month}-{cycle}.csv")));
            let parts: Vec<String> = parts.map(|name| text(&name)).collect();
            let lines = parts.iter().map(|part| part.split_once('\n').map_or("", |(_, lines)| lines));
            let header = parts[0].split_once('\n').map_or("", |(header, _)| header);
            format!("{header}\n{}", lines.collect::<String>())
        }
        kind => text(&format!("{kind}.csv")),
    };
    let file = |kind: &&'static str| {
        let path = folder.join(format!("{kind}.csv"));
        std::fs::write(&path, spoiled(&whole(kind))).expect("a file is written");
        Given { kind, path }
    };
    KINDS.iter().map(file).collect()
}

/// Some records told twice, some without their last field, some agreements without their cycle.
fn spoiled(text: &str) -> String {
    let mut spoiled = String::new();
    for (number, line) in text.lines().enumerate() {
        let without_cycle = line.replace(",C2,residential,", ",,residential,");
        let line = if number % SPOILED_EVERY == 7 { &without_cycle } else { line };
        spoiled.push_str(line);
        spoiled.push('\n');
        if number % SPOILED_EVERY == SPOILED_EVERY - 1 {
            spoiled.push_str(line);
            spoiled.push('\n');
        }
        if number % SPOILED_EVERY == SPOILED_EVERY - 2 {
            spoiled.push_str(line.rsplit_once(',').map_or(line, |(rest, _)| rest));
            spoiled.push('\n');
        }
    }
    spoiled
}

/// Staff, chart, cycles and rates of the town.
fn prepare(url: &str) {
    let town = concat!(env!("CARGO_MANIFEST_DIR"), "/../towns/saguaro-bend/");
    let permissions = [
        "finance.establish_books",
        "revenue.set_up",
        "revenue.adopt_rates",
        "premises.set_up",
        "billing.set_up",
        "customers.import",
        "premises.import",
        "metering.import",
        "billing.import",
    ];
    let mut analyst = vec!["staff", "add", "analyst", "--name", "Billing analyst"];
    analyst.extend(permissions.iter().flat_map(|permission| ["--grant", permission]));
    let file = |name: &str| format!("{town}{name}");
    let (town, water, sewer) = (file("town.toml"), file("rates/water.toml"), file("rates/sewer.toml"));
    let (stormwater, trash) = (file("rates/stormwater.toml"), file("rates/trash.toml"));
    let mut commands: Vec<(&str, Vec<&str>)> =
        vec![("console", vec!["migrate"]), ("console", analyst), ("analyst", vec!["town", "apply", &town])];
    let rates = [&water, &sewer, &stormwater, &trash];
    commands.extend(rates.map(|rates| ("analyst", vec!["rates", "adopt", rates])));
    for (who, command) in commands {
        let attempt = Program::start(url, who, &command).wait();
        assert!(attempt.is_done(), "{command:?}: {attempt:?}");
    }
}
