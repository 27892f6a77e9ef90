//! What `health` tells of a town.

use std::collections::BTreeMap;

use stories::{Program, Town};
use testkit::{Client, Served, TestDb};

fn numbers(program: &Program) -> BTreeMap<String, i64> {
    let text = program.done("console", &["health"]);
    let numbers = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    numbers
        .map(|line| {
            let (name, number) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), number.parse().unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn health_counts_what_is_done_and_what_waits() {
    for engine in testkit::engines("health counts what is done and what waits") {
        let place = TestDb::empty(engine).await;
        let empty = Program::on(&place.url);
        assert!(empty.ends("console", &["health"], 1).contains("run `portreeve migrate`"));
        let town = Town::prepared(&place.url);
        let before = numbers(&town.program);
        assert_eq!(before["portreeve_acts"], before["portreeve_acts_unsealed"]);
        assert!(!before.contains_key("portreeve_seconds_since_seal"));
        assert!(100_000 < before["portreeve_database_bytes"]);
        town.program.done("clerk", &["acts", "seal"]);
        let after = numbers(&town.program);
        assert_eq!((after["portreeve_acts"], after["portreeve_acts_unsealed"]), (before["portreeve_acts"], 0));
        assert!((0..600).contains(&after["portreeve_seconds_since_seal"]));
        assert_eq!((after["portreeve_jobs_waiting"], after["portreeve_proposals{state=\"open\"}"]), (0, 0));
        place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_for_this_machine_and_behind_a_proxy_for_who_may_observe() {
    let place = TestDb::empty(db::Engine::Sqlite).await;
    let _town = Town::prepared(&place.url);
    let open = Served::start(&place.url, &["--demo"]).await;
    let client = Client::new(&open.address);
    assert_eq!(client.get("/no-such-page").await.status, 404);
    let numbers = client.get("/metrics").await;
    assert_eq!(numbers.status, 200);
    assert!(numbers.text().contains("portreeve_requests{answer=\"4xx\"} 1\n"), "{}", numbers.text());
    // Whoever comes through a proxy that tells no addresses would seem to be on this machine.
    let behind = Served::start(&place.url, &["--demo", "--behind-https"]).await;
    assert_eq!(Client::new(&behind.address).get("/metrics").await.status, 403);
    drop((open, behind));
    place.remove().await;
}
