//! The home page: whoever sits down sees what waits for them, with a way to it, and nothing that is not theirs.

use testkit::Client;

use crate::hall::{Hall, page};
use crate::runs::posted_with_a_hold;

/// How many things wait in a queue of the home page, if it is there.
pub(crate) async fn waiting(client: &Client, title: &str) -> Option<i64> {
    let home = page(client, "/").await.text();
    let mut queues = home.split("class=\"queue-count\">").skip(1);
    let queue = queues.find(|queue| {
        queue.split("</li>").next().is_some_and(|own| own.contains(&format!("class=\"queue-title\">{title}<")))
    })?;
    queue.split('<').next()?.replace(',', "").parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_their_own_work() {
    let test = "everybody_sees_their_own_work";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let clerk = hall.sign_in("csr").await;
        let home = page(&clerk, "/").await.text();
        assert!(!home.contains("/log"), "a clerk has no way to the log");
        assert_ne!(clerk.get("/books").await.status, 200, "a clerk has no books");
        for title in ["Exceptions to decide", "Registers to sign", "Holds past their date"] {
            assert!(!home.contains(title), "“{title}” is not the work of a clerk");
        }
        assert_eq!(waiting(&clerk, "Agreements to complete").await, Some(0), "{home}");
        let (analyst, supervisor) = (hall.sign_in("billing_analyst").await, hall.sign_in("supervisor").await);
        assert_eq!(waiting(&analyst, "Holds past their date").await, Some(0), "the demo has made all that was held");
        let (run, account) = posted_with_a_hold(&hall).await;
        for (client, role) in [(&analyst, "an analyst"), (&supervisor, "the supervisor")] {
            assert_eq!(waiting(client, "Holds past their date").await, Some(1), "{role} is told");
        }
        let list = page(&supervisor, "/runs/held").await.text();
        assert!(list.contains(&format!("/runs/{run}/exceptions/{account}")) && list.contains("days past"), "{list}");
        assert_eq!(waiting(&analyst, "Bills to give out").await, Some(1), "posted, and not with the customers");
        hall.close().await;
    }
}
