//! A backup or a restore that is killed leaves nothing that looks whole and is not.

use std::time::{Duration, Instant};

use stories::{Program, Seeded};
use testkit::TestDb;

use crate::running::Running;
use crate::town::{Contents, ready_to_post};

const KILLS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_restore_leaves_no_half_town_and_is_given_again() {
    for engine in testkit::engines("a killed restore leaves no half town and is given again") {
        let place = TestDb::empty(engine).await;
        let town = ready_to_post(&place.url);
        town.program.done("clerk", &["run", "post", "1"]);
        let file = town.path("town").to_str().unwrap().to_owned();
        let whole = Contents::of(&town.program.run("console", &["backup", &file]));
        let calm = TestDb::empty(engine).await;
        let begun = Instant::now();
        Contents::of_restored(&Program::on(&calm.url).run("console", &["restore", &file]));
        let took = u64::try_from(begun.elapsed().as_micros()).unwrap();
        calm.remove().await;
        let (mut chance, mut killed, mut without_town) = (Seeded::new(5), 0, 0);
        for _ in 0..KILLS {
            let new = TestDb::empty(engine).await;
            let program = Program::on(&new.url);
            let delay = Duration::from_micros(chance.below(took));
            killed += u64::from(Running::start(&new.url, "off", &["restore", &file]).killed_after(delay));
            let again = program.run("console", &["restore", &file]);
            if again.code == 0 {
                // Nothing of the town was there: nobody had to clean up.
                without_town += 1;
                assert_eq!(Contents::of_restored(&again), whole);
            } else {
                // All of it was there: it was killed while it proved the town.
                assert!(again.err.contains("has a town already"), "{}", again.err);
                program.done("clerk", &["ledger", "prove"]);
                program.done("clerk", &["acts", "verify"]);
            }
            let now = Contents::of(
                &program.run("console", &["backup", &format!("{file}-{killed}-{without_town}-{delay:?}")]),
            );
            assert_eq!(now, whole, "{engine:?}");
            new.remove().await;
        }
        println!("{}: {killed} of {KILLS} kills met a living restore, {without_town} left no town", engine.name());
        assert!(KILLS / 2 <= killed && 2 <= without_town, "{killed} kills, {without_town} without a town");
        place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_backup_leaves_no_file_of_its_name_and_is_given_again() {
    let place = TestDb::empty(db::Engine::Sqlite).await;
    let town = ready_to_post(&place.url);
    let file = town.path("town").to_str().unwrap().to_owned();
    let begun = Instant::now();
    let whole = Contents::of(&town.program.run("console", &["backup", &file]));
    let took = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let (mut chance, mut killed) = (Seeded::new(7), 0);
    for _ in 0..KILLS {
        std::fs::remove_file(&file).unwrap();
        let delay = Duration::from_micros(chance.below(took));
        killed += u64::from(Running::start(&place.url, "off", &["backup", &file]).killed_after(delay));
        if !town.path("town").exists() {
            assert_eq!(Contents::of(&town.program.run("console", &["backup", &file])), whole);
        }
        // Under its name stands a whole file, and nothing beside it.
        town.program.done("console", &["restore", "--check", &file]);
        assert!(!town.path("town.part").exists());
    }
    assert!(KILLS / 2 <= killed, "{killed} kills met a living backup");
    place.remove().await;
}
