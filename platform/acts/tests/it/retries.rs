//! Acts that lock each other out are tried again until both are done.

use db::Db;
use testkit::{TestDb, by, engines, open_door};

use crate::notes::{acts_logged, noted, write};

#[tokio::test]
async fn two_acts_that_lock_in_opposite_order_both_succeed() {
    for engine in engines("two acts in opposite order") {
        let town = TestDb::new(engine).await;
        let other = Db::open(&town.url).await.unwrap();
        let (ours, theirs) = (open_door(&town.db), open_door(&other));
        ours.carry_out(&by("first"), &write(&["a", "b"])).await.unwrap();
        for round in 0..5 {
            let (there, back) = (write(&["a", "b"]), write(&["b", "a"]));
            let (first, second) = (by(&format!("there {round}")), by(&format!("back {round}")));
            let (first, second) = tokio::join!(ours.carry_out(&first, &there), theirs.carry_out(&second, &back));
            assert!(first.is_ok() && second.is_ok(), "round {round}: {first:?} {second:?}");
        }
        assert_eq!((noted(&town.db, "a").await, noted(&town.db, "b").await), (Some(11), Some(11)));
        assert_eq!(acts_logged(&town.db).await, 11);
        other.close().await;
        town.remove().await;
    }
}
