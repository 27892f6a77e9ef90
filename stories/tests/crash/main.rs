//! A bill run or an import that is killed at random moments ends as if nothing had happened.
//!
//! Of the run: for each engine, 50 copies of one town, and more until enough kills met something, are
//! billed by the real program. At random moments the program is killed and the same command given
//! again. In the end every copy must be equal to the one that was never disturbed: bill numbers,
//! inputs, exceptions, postings, register.
#![cfg(test)]

mod imports;
mod picture;
mod program;
mod town;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use db::Engine;
use stories::Seeded;

use picture::Picture;
use program::{Attempt, Program};
use town::{Copies, Place};

const WANTED: Wanted = Wanted { alive: 75, midway: 20, seeds: 50, seeds_at_most: 150 };
const AT_A_TIME: usize = 8;
/// How often one step is killed at most.
const KILLS_A_STEP: u64 = 3;

/// A step: who gives the command, and the command.
type Step = (&'static str, &'static [&'static str]);

/// From prepare to post. Twenty accounts a chunk make fifteen chunks of the town.
const STEPS: [Step; 5] = [
    ("analyst", &["run", "prepare", "--cycle", "MONTHLY", "--month", town::MONTH, "--chunk-accounts", "20"]),
    ("analyst", &["run", "trial", "1"]),
    ("analyst", &["run", "exceptions", "1", "--apply-rules"]),
    ("supervisor", &["run", "sign", "1"]),
    ("analyst", &["run", "post", "1"]),
];

/// How often the program was killed, and what the kills met.
#[derive(Default)]
struct Kills {
    /// The program was alive.
    alive: AtomicU64,
    /// It left an order half done.
    midway: AtomicU64,
}

/// How many kills are wanted, in how many copies of a town.
struct Wanted {
    /// So many have to meet a living program.
    alive: u64,
    /// So many have to leave an order half done.
    midway: u64,
    /// So many copies are taken in any case.
    seeds: u64,
    /// More are never taken, however late the kills come.
    seeds_at_most: u64,
}

impl Kills {
    fn are_enough(&self, wanted: &Wanted) -> bool {
        let reached = |count: &AtomicU64, wanted| wanted <= count.load(Ordering::Relaxed);
        reached(&self.alive, wanted.alive) && reached(&self.midway, wanted.midway)
    }

    /// The copy to take next; none once all were taken and enough kills met something.
    fn next_seed(&self, next: &AtomicU64, wanted: &Wanted) -> Option<u64> {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        let last = if self.are_enough(wanted) { wanted.seeds } else { wanted.seeds_at_most };
        (seed <= last).then_some(seed)
    }

    /// Says what the kills met, and that they were enough.
    fn conclude(&self, engine: Engine, wanted: &Wanted) {
        let words = format!("{}: {:?} alive, {:?} left an order half done", engine.name(), self.alive, self.midway);
        println!("{words}");
        assert!(self.are_enough(wanted), "{words}: {} and {} are wanted", wanted.alive, wanted.midway);
    }
}

#[test]
fn a_run_that_is_killed_ends_like_one_that_is_not() {
    for engine in testkit::engines("a run that is killed ends like one that is not") {
        kill_and_restart(engine);
    }
}

fn kill_and_restart(engine: Engine) {
    let copies = Copies::make(engine);
    let undisturbed = copies.copy("calm");
    let took = bill_calmly(&undisturbed);
    let expected = finished(&undisturbed).expect("the undisturbed run is whole");
    undisturbed.remove();
    assert_eq!(expected.bills(), 265, "300 accounts, 24 of them farms, 11 not read for one of their services");
    let (kills, failures, next) = (Kills::default(), Mutex::new(Vec::new()), AtomicU64::new(1));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(seed) = kills.next_seed(&next, &WANTED) {
                    let place = copies.copy(&format!("seed{seed}"));
                    let ended = bill_with_kills(&place, seed, (&took, &kills)).and_then(|()| finished(&place));
                    let compared = ended.and_then(|ended| expected.compare(&ended));
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

/// Bills without a disturbance; says how long each step took.
fn bill_calmly(place: &Place) -> Vec<Duration> {
    let timed = |(who, step): &Step| {
        let begun = std::time::Instant::now();
        let attempt = Program::start(&place.url, who, step).wait();
        assert!(attempt.is_done(), "{step:?}: {attempt:?}");
        begun.elapsed()
    };
    STEPS.iter().map(timed).collect()
}

/// Gives every command until it succeeds, and kills it a few times first.
fn bill_with_kills(place: &Place, seed: u64, (took, kills): (&[Duration], &Kills)) -> Result<(), String> {
    let mut chance = Seeded::new(seed);
    for ((who, step), took) in STEPS.iter().zip(took) {
        // Eight programs share the processor, so a step takes longer than alone.
        let longest = 2 * u64::try_from(took.as_micros()).map_err(|error| error.to_string())?;
        for _ in 0..chance.below(KILLS_A_STEP + 1) {
            let after = Duration::from_micros(chance.below(longest));
            match Program::start(&place.url, who, step).kill_after(after) {
                Attempt::Killed => {
                    kills.alive.fetch_add(1, Ordering::Relaxed);
                    kills.midway.fetch_add(u64::from(picture::is_midway(&place.url)), Ordering::Relaxed);
                }
                Attempt::Ended { code: Some(0), .. } => {}
                failed => return Err(format!("{step:?}: {failed:?}")),
            }
        }
        let attempt = Program::start(&place.url, who, step).wait();
        if !attempt.is_done() {
            return Err(format!("{step:?} after kills: {attempt:?}"));
        }
    }
    Ok(())
}

/// What the run left behind, once the books and the bills are proved.
fn finished(place: &Place) -> Result<Picture, String> {
    for proof in [&["ledger", "prove"][..], &["run", "completeness", town::MONTH]] {
        let attempt = Program::start(&place.url, "analyst", proof).wait();
        if !attempt.is_done() {
            return Err(format!("{proof:?}: {attempt:?}"));
        }
    }
    match Program::start(&place.url, "analyst", &["run", "register", "1"]).wait() {
        Attempt::Ended { code: Some(0), out, .. } => Ok(Picture::take(&place.url, out)),
        failed => Err(format!("register: {failed:?}")),
    }
}
