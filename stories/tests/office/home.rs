//! The home page: whoever sits down sees what waits.

use crate::hall::{Hall, page};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_their_own_work() {
    let test = "everybody_sees_their_own_work";
    for engine in testkit::engines(test) {
        let hall = Hall::of(engine, 20).await;
        let clerk = hall.sign_in("csr").await;
        let home = page(&clerk, "/").await;
        assert!(!home.text().contains("/log"), "a clerk has no way to the log");
        let refused = clerk.get("/books").await;
        assert_ne!(refused.status, 200, "a clerk has no books");
        assert!(hall.db().read().await.is_ok());
        hall.close().await;
    }
}
