//! Ways to take money, tried in the demo's town: each is refused, waits for a second person, or is in the outlier review
//! within the day.
#![cfg(test)]

mod office;
mod schemes;

use db::{Db, DoorKey};
use testkit::{TestDb, engines};

use office::{Office, Shown};
use schemes::SCHEMES;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_steals_is_refused_or_found_within_a_day() {
    for engine in engines("whoever steals is refused or found within a day") {
        let place = TestDb::empty(engine).await;
        let office = Office::of_the_demo(&place.url).await;
        for scheme in SCHEMES {
            let shown = (scheme.play)(&office);
            println!("{engine:?}: {}: {shown:?}", scheme.name);
            assert_eq!(shown, scheme.expected, "{} on {engine:?}", scheme.name);
        }
        // The honest work of the day stands, and the log proves that nothing was changed under it.
        office.program.done("system_administrator", &["acts", "seal"]);
        office.program.done("auditor", &["acts", "verify"]);
        office.program.done("auditor", &["ledger", "prove"]);
        under_the_log(&office, &place).await;
        place.remove().await;
    }
}

/// The last and worst: with the password of the database, past the program. One cent is enough to be found.
async fn under_the_log(office: &Office, place: &TestDb) {
    const POSTINGS: (&str, &str) = (
        "update posting set cents = cents + 1 where account_id = $1",
        "update posting set cents = cents - 1 where account_id = $1",
    );
    let thief = Db::open(&place.url).await.unwrap();
    for (statement, code) in [(POSTINGS.0, 1), (POSTINGS.1, 0)] {
        let mut tx = thief.write(&DoorKey::for_the_door()).await.unwrap();
        assert!(0 < tx.run(statement, vec![office.bills[0].account.into()]).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(office.program.run("auditor", &["acts", "verify"]).code, code, "{statement}");
    }
    thief.close().await;
    assert_eq!(office.outliers("no_such_pattern"), Shown::Nothing);
}
