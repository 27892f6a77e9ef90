//! Approvals: who decides, who may not, what is sent twice, what came too late.

use testkit::engines;

use super::pages::{FORBIDDEN, Stand};

const REASON: (&str, &str) = ("reason", "Seen at the counter");

/// The path of the newest proposal.
async fn newest(stand: &Stand) -> String {
    let waiting = acts::waiting_proposals(&mut stand.town.read().await).await.unwrap();
    format!("/approvals/{}", waiting.last().unwrap().proposal.0)
}

#[tokio::test]
async fn a_change_is_sent_back_proposed_again_and_approved_once() {
    for engine in engines("a_change_is_sent_back_proposed_again_and_approved_once") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let path = newest(&stand).await;
        assert!(stand.get("/approvals", "big").await.says(&["Adjust an account", "Account 1000", "Person ann"]));

        let page = stand.get(&path, "big").await;
        assert!(page.says(&["Before and after", "$0.00", "$60.00", "more than the $50.00"]), "{}", page.body);
        let told = stand.fill(&path, "big", &[("decision", "send-back"), ("reason", "Which bill?")]).await;
        assert_eq!((told.status, told.header("location")), (303, path.as_str()), "{}", told.body);
        let page = stand.get(&path, "big").await;
        assert!(page.says(&["Sent back by Person big", "Which bill?", "It is back with Person ann"]), "{}", page.body);

        assert!(stand.get("/", "ann").await.says(&["queue-count\">1<", "Sent back to you"]));
        let again = [("decision", "propose-again"), ("evidence", "Bill 12 of June"), ("reason", "It is bill 12")];
        assert_eq!(stand.fill(&path, "ann", &again).await.status, 303);
        let page = stand.get(&path, "big").await;
        assert!(page.says(&["Bill 12 of June"]), "{}", page.body);

        let key = page.hidden("key");
        let before = stand.entries().await;
        let fields = [("decision", "approve"), REASON];
        for _ in 0..3 {
            let told = stand.post(&path, "big", &key, &fields).await;
            assert_eq!(told.status, 303, "sent again it is not done again: {}", told.body);
        }
        assert_eq!(stand.entries().await, before + 2, "the approval and the change itself");
        let page = stand.get(&path, "ann").await;
        assert!(page.says(&["Approved by Person big", "There is nothing left to decide: it is approved"]));
        let steps = ["History", "Proposed", "Sent back", "Proposed again", "Approved"];
        assert!(page.says(&steps), "{}", page.body);
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn nobody_decides_on_their_own_and_strangers_do_not_look() {
    for engine in engines("nobody_decides_on_their_own_and_strangers_do_not_look") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let path = newest(&stand).await;
        let before = stand.entries().await;
        let page = stand.get(&path, "ann").await;
        assert!(!page.body.contains("value=\"approve\"") && page.body.contains("value=\"withdraw\""), "{}", page.body);
        for decision in ["approve", "refuse", "send-back"] {
            let told = stand.post(&path, "ann", &"k".repeat(20), &[("decision", decision), REASON]).await;
            assert_eq!(told.status, 422);
            assert!(told.says(&["Nobody decides on what they proposed themselves"]), "{}", told.body);
        }
        for code in ["cid", "boss", "root"] {
            let told = stand.post(&path, code, &"k".repeat(20), &[("decision", "approve"), REASON]).await;
            assert_eq!(told.status, FORBIDDEN, "{code}");
        }
        // Who reads the log may look, and is told why they do not decide.
        let page = stand.get(&path, "eye").await;
        assert!(page.says(&["You may look at it, but not decide", "billing.approve"]), "{}", page.body);
        let told = stand.post(&path, "eye", &"k".repeat(20), &[("decision", "approve"), REASON]).await;
        assert_eq!(told.status, 422, "{}", told.body);
        let told = stand.post(&path, "big", &"k".repeat(20), &[("decision", "withdraw"), REASON]).await;
        assert_eq!(told.status, 422, "{}", told.body);
        assert_eq!(stand.entries().await, before);
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn who_comes_too_late_sees_what_came_of_it() {
    for engine in engines("who_comes_too_late_sees_what_came_of_it") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let path = newest(&stand).await;
        let stale_key = stand.get(&path, "big").await.hidden("key");
        assert_eq!(stand.fill(&path, "ann", &[("decision", "withdraw"), ("reason", "A slip")]).await.status, 303);
        let told = stand.post(&path, "big", &stale_key, &[("decision", "approve"), REASON]).await;
        assert_eq!(told.status, 422);
        assert!(told.says(&["Taken back", "A slip", "is not open: it is withdrawn"]), "{}", told.body);
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_changed_since_is_shown_and_the_proposal_set_aside() {
    for engine in engines("what_changed_since_is_shown_and_the_proposal_set_aside") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let path = newest(&stand).await;
        assert_eq!(stand.give("cid", 1, -100).await, Ok(()));
        let page = stand.get(&path, "big").await;
        assert!(page.says(&["Something changed since this was proposed", "What changed since", "Person cid"]));
        let told = stand.fill(&path, "big", &[("decision", "approve"), REASON]).await;
        assert_eq!(told.status, 422, "{}", told.body);
        assert!(told.says(&["This proposal is out of date", "no longer fits"]), "{}", told.body);
        assert!(stand.get(&path, "ann").await.says(&["This proposal is out of date", "Set aside as out of date"]));
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_proposal_is_handed_to_one_person_and_nobody_else_decides() {
    for engine in engines("a_proposal_is_handed_to_one_person_and_nobody_else_decides") {
        let stand = Stand::new(engine).await;
        stand.town.ok(&crate::people::town::join("max", &["big"])).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let path = newest(&stand).await;
        let hand = |person| [("decision", "hand-on"), ("person", person), REASON];
        for wrong in ["", "ann", "cid", "nobody", "big"] {
            let told = stand.fill(&path, "big", &hand(wrong)).await;
            assert_eq!(told.status, 422, "{wrong}");
        }
        assert_eq!(stand.fill(&path, "big", &hand("max")).await.status, 303);
        assert!(stand.get(&path, "big").await.says(&["It was handed to Person max"]));
        assert!(!stand.get("/approvals", "big").await.body.contains(&format!("href=\"{path}\"")));
        assert!(stand.get("/approvals", "max").await.body.contains(&format!("href=\"{path}\"")));
        assert_eq!(stand.fill(&path, "max", &[("decision", "refuse"), REASON]).await.status, 303);
        assert!(stand.get(&path, "ann").await.says(&["Refused by Person max"]));
        stand.town.base.remove().await;
    }
}
