//! A backup or a restore that is killed leaves nothing that looks whole and is not.

use std::time::Instant;

use stories::Program;
use testkit::TestDb;

use crate::running::{Kills, Running};
use crate::town::{Contents, ready_to_post};

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
        let (mut kills, mut without_town, mut with_town) = (Kills::of_a_command_begun(begun, 5), 0, 0);
        calm.remove().await;
        while kills.go_on() {
            let new = TestDb::empty(engine).await;
            let program = Program::on(&new.url);
            kills.kill(Running::start(&new.url, "off", &["restore", &file]));
            let again = program.run("console", &["restore", &file]);
            if again.code == 0 {
                // Nothing of the town was there: nobody had to clean up.
                without_town += 1;
                assert_eq!(Contents::of_restored(&again), whole);
            } else {
                // All of it was there: it was killed while it proved the town.
                with_town += 1;
                assert!(again.err.contains("has a town already"), "{}", again.err);
                program.done("clerk", &["ledger", "prove"]);
                program.done("clerk", &["acts", "verify"]);
            }
            let now = Contents::of(&program.run("console", &["backup", &format!("{file}-{without_town}-{with_town}")]));
            assert_eq!(now, whole, "{engine:?}");
            new.remove().await;
        }
        println!("{}: {without_town} kills left no town, {with_town} a whole one", engine.name());
        assert!(2 <= without_town, "{without_town} kills left no town");
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
    let mut kills = Kills::of_a_command_begun(begun, 7);
    while kills.go_on() {
        std::fs::remove_file(&file).unwrap();
        kills.kill(Running::start(&place.url, "off", &["backup", &file]));
        if !town.path("town").exists() {
            assert_eq!(Contents::of(&town.program.run("console", &["backup", &file])), whole);
        }
        // Under its name stands a whole file, and nothing beside it.
        town.program.done("console", &["restore", "--check", &file]);
        assert!(!town.path("town.part").exists());
    }
    place.remove().await;
}
