//! The home page: whoever sits down sees what waits for them, with a way to it, and nothing that is not theirs.

use testkit::Client;

use crate::hall::{Hall, page};
use crate::runs::posted_with_a_hold;

/// The roles of the demo, in each of which somebody works.
const ROLES: &str = include_str!("../../../towns/saguaro-bend/roles.toml");

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

/// What a page says between its tags, word by word.
fn words(html: &str) -> Vec<String> {
    let main =
        html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).expect("a page has a main part");
    let text: String =
        main.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| format!("{text} ")).collect();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Whether a word is the code of a permission, such as `billing.sign_run`.
fn is_code(word: &str) -> bool {
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric())
        .split_once('.')
        .is_some_and(|(room, verb)| is_name(room) && is_name(verb))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_is_shown_the_code_of_a_permission_for_what_they_may_do() {
    let test = "no_role_is_shown_the_code_of_a_permission_for_what_they_may_do";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let mut shown = Vec::new();
        for role in ROLES.split("code = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let home = page(&hall.sign_in(role).await, "/").await.text();
            let codes = words(&home).into_iter().filter(|word| is_code(word));
            shown.extend(codes.map(|code| format!("{role}: {code}")));
        }
        assert_eq!(shown, [""; 0]);
        hall.close().await;
    }
}
