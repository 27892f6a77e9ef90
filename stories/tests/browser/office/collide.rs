//! Two people edit the same thing at the same time: the slower one sees both, and decides. Nothing is lost.

use testkit::{Browser, engines};

use super::Town;

/// An account of the demo, whose mailing address both change.
const ADDRESS: &str = "/accounts/100003-3/address";

#[tokio::test(flavor = "multi_thread")]
async fn two_editors_collide_and_nothing_is_lost() {
    let test = "two_editors_collide_and_nothing_is_lost";
    let (Some(one), Some(two)) = (Browser::start(test).await, Browser::start(test).await) else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        let (faster, slower) = (town.sit(&one, "csr").await, town.sit(&two, "senior_csr").await);
        faster.open(ADDRESS).await;
        slower.open(ADDRESS).await;
        one.fill("Street or PO box", "1 Faster Way").await;
        two.fill("Street or PO box", "2 Slower Lane").await;
        two.fill("Recipient (optional)", "Grace Lind").await;
        one.click("input[name=asked_by][value=in_person]").await;
        two.click("input[name=asked_by][value=in_person]").await;
        one.press("Save address").await;
        faster.wait_for_work("1 Faster Way").await;
        two.press("Save address").await;
        // Both stand there: what holds now, and what was typed, in the field where it was typed.
        slower.wait_for_work("Somebody else changed this").await;
        slower.says(&["1 Faster Way"]).await;
        assert_eq!(two.filled("Street or PO box").await, "2 Slower Lane", "what was typed is not lost");
        assert_eq!(two.filled("Recipient (optional)").await, "Grace Lind", "nor the rest of it");
        faster.open(ADDRESS).await;
        assert_eq!(one.filled("Street or PO box").await, "1 Faster Way", "nothing was overwritten");
        two.press("Save address").await;
        slower.wait_for_work("2 Slower Lane").await;
        faster.open(ADDRESS).await;
        assert_eq!(one.filled("Street or PO box").await, "2 Slower Lane", "the slower one decided");
        // What was there in between stands in what was recorded so far.
        one.press("Everything recorded so far").await;
        faster.says(&["1 Faster Way"]).await;
        town.close(test, engine).await;
    }
}
