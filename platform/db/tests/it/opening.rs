//! Ways of opening a database, and what they promise of a commit.

use db::{Db, DoorKey};
use testkit::{TestDb, engines};

#[tokio::test]
async fn what_is_made_without_waiting_for_the_disk_is_there_when_it_has_settled() {
    for engine in engines("making a database") {
        let base = TestDb::new(engine).await;
        let making = Db::open_to_make(&base.url).await.unwrap();
        let mut tx = making.write(&DoorKey::for_the_door()).await.unwrap();
        tx.run("insert into service_class (code, title) values ('HOME', 'Homes')", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        making.settle().await.unwrap();
        making.close().await;
        let title: Option<(String,)> =
            base.db.read().await.unwrap().one("select title from service_class", vec![]).await.unwrap();
        assert_eq!(title, Some(("Homes".to_owned(),)));
        base.remove().await;
    }
}
