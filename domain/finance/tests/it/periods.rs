//! Locked months take nothing; a lock waits for what is on its way.

use acts::Failure;
use db::{DoorKey, Engine};
use finance::{LockPeriod, UnlockPeriod};
use kernel::Month;
use testkit::{by, engines};

use crate::support::{ANN, BEN, Post, Town, bill, code_of, day};

fn march() -> Month {
    Month::parse("2014-03").unwrap()
}

#[tokio::test]
async fn a_locked_month_takes_nothing_until_it_is_opened_again() {
    for engine in engines("a_locked_month_takes_nothing_until_it_is_opened_again") {
        let town = Town::new(engine).await;
        let lock = LockPeriod { month: march() };
        let unlock = UnlockPeriod { month: march() };
        let two = |id: i64| {
            let april = bill(id, ANN, "2014-04-01", vec![town.charge(ANN, 1)]);
            vec![april, bill(id + 1, ANN, "2014-03-31", vec![town.charge(ANN, 1)])]
        };
        assert_eq!(code_of(town.door.carry_out(&by("open"), &unlock).await), Err("period_not_locked"));
        town.post("before", two(1)).await.unwrap();
        town.door.carry_out(&by("lock"), &lock).await.unwrap();
        assert_eq!(code_of(town.door.carry_out(&by("lock 2"), &lock).await), Err("period_already_locked"));
        assert_eq!(town.post("after", two(3)).await, Err("period_locked"));
        assert_eq!(town.reverse("back", &[(ANN, kernel::JournalId(1))], day("2014-03-01")).await, Err("period_locked"));
        assert_eq!(town.rows().await, (2, 2), "the whole act is refused, April's part too");
        let locks = finance::locks(&mut town.read().await).await.unwrap();
        assert_eq!(locks.locked().collect::<Vec<_>>(), [march()]);
        assert_eq!(locks.earliest_open_on(day("2014-03-31")), day("2014-04-01"));
        town.door.carry_out(&by("unlock"), &unlock).await.unwrap();
        town.post("again", two(5)).await.unwrap();
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_month_is_written_as_people_write_it() {
    let act = LockPeriod { month: march() };
    let text = serde_json::to_string(&act).unwrap();
    assert_eq!(text, r#"{"month":"2014-03"}"#);
    assert_eq!(serde_json::from_str::<LockPeriod>(&text).unwrap(), act);
}

#[tokio::test]
async fn a_lock_waits_for_what_is_on_its_way() {
    if !engines("a_lock_waits_for_what_is_on_its_way").contains(&Engine::Postgres) {
        return;
    }
    let town = Town::new(Engine::Postgres).await;
    town.post("first", vec![bill(1, ANN, "2014-03-01", vec![])]).await.unwrap();
    let mut poster = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
    finance::share_period(&mut poster, day("2014-03-05")).await.unwrap();
    let mut other = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
    let door = town.door.clone();
    let lock = tokio::spawn(async move { door.carry_out(&by("lock"), &LockPeriod { month: march() }).await });
    while !lock.is_finished() && waiting(&town).await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!lock.is_finished(), "the month was locked under a poster");
    poster.commit().await.unwrap();
    lock.await.unwrap().unwrap();
    assert!(matches!(finance::share_period(&mut other, day("2014-03-06")).await, Err(Failure::Refused(_))));
    other.roll_back().await.unwrap();
    town.base.remove().await;
}

#[tokio::test]
async fn journals_racing_a_lock_are_posted_before_it_or_refused() {
    for engine in engines("journals_racing_a_lock_are_posted_before_it_or_refused") {
        let town = Town::new(engine).await;
        town.post("first", vec![bill(100, ANN, "2014-03-01", vec![town.charge(ANN, 1)])]).await.unwrap();
        let mut posters = Vec::new();
        for id in 1..=40 {
            let account = if id % 2 == 0 { ANN } else { BEN };
            let act = Post { journals: vec![bill(id, account, "2014-03-01", vec![town.charge(account, 1)])] };
            let door = town.door.clone();
            posters.push(tokio::spawn(async move { code_of(door.carry_out(&by(&format!("{id}")), &act).await) }));
            if id == 10 {
                let door = town.door.clone();
                posters.push(tokio::spawn(async move {
                    code_of(door.carry_out(&by("lock"), &LockPeriod { month: march() }).await)
                }));
            }
        }
        // The first journal counts; of the answers, the lock's does not.
        let mut posted = 0;
        for poster in posters {
            match poster.await.unwrap() {
                Ok(()) => posted += 1,
                Err(code) => assert_eq!(code, "period_locked"),
            }
        }
        assert_eq!(town.rows().await, (posted, posted));
        let log = acts::log(&mut town.read().await, kernel::ActId(0), 100).await.unwrap();
        assert_eq!(log.len() as i64, posted + 2, "the books, the lock, and every journal that was in time");
        assert_eq!(town.post("late", vec![bill(99, ANN, "2014-03-01", vec![])]).await, Err("period_locked"));
        town.base.remove().await;
    }
}

/// How many connections to the test's database wait for a lock; each look is a transaction of its
/// own, because within one PostgreSQL shows the same picture again.
async fn waiting(town: &Town) -> i64 {
    let sql = "
        select count(*)
        from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    town.read().await.number(sql, vec![]).await.unwrap().unwrap()
}
