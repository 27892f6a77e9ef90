//! Helping others to sign in: by whoever manages staff, through the door, and the second factor by two.

use db::Engine;
use staff::SecondFactorRule::Optional;
use staff::{ClearSecondFactor, EndSessions, LinkIdentity, MakeSignInLink};
use testkit::engines;

use super::house::{House, sets_up_app};
use crate::people::town::july;

#[tokio::test]
async fn a_link_for_somebody_is_made_once_and_only_by_who_manages_staff() {
    let house = House::new(Engine::Sqlite, Optional).await;
    let (root, ann) = (house.visitor(), house.visitor());
    house.welcomed(&root, "root").await;
    house.welcomed(&ann, "ann").await;
    assert_eq!(ann.get("/staff/root/sign-in").await.status, 403);
    assert_eq!(root.get("/staff/nobody/sign-in").await.status, 404);
    assert!(root.get("/staff/root/sign-in").await.text().contains("your own sign-in"));

    assert!(root.get("/staff/ann/sign-in").await.text().contains("Make a one-time link"));
    let path = "/staff/ann/sign-in/link";
    let page = root.get(path).await;
    assert_eq!(root.post_form(&page, path, &[("reason", "")]).await.status, 422);
    let made = root.post_form(&page, path, &[("reason", "Lost the password, came in person")]).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let text = made.text();
    let link = text.split("shown-once\"><code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    assert!(link.starts_with(&house.address), "{link}");
    assert_eq!(house.visitor().get(link).await.status, 200);
    let again = root.post_form(&page, path, &[("reason", "Lost the password, came in person")]).await;
    assert_eq!(again.sent_to(), Some("/staff/ann/sign-in"), "sent twice, made once");
    assert_eq!(house.visitor().get(link).await.status, 200, "and the first one still works");

    let page = root.get("/staff/ann/sign-in/sessions").await;
    let ended = root.post_form(&page, "/staff/ann/sign-in/sessions", &[("reason", "A stranger at the desk")]).await;
    assert_eq!(ended.sent_to(), Some("/staff/ann/sign-in"));
    assert_eq!(ann.get("/").await.sent_to(), Some("/sign-in"));
    house.town.base.remove().await;
}

#[tokio::test]
async fn a_second_factor_is_removed_by_two() {
    let house = House::new(Engine::Sqlite, Optional).await;
    let (root, ann) = (house.visitor(), house.visitor());
    house.welcomed(&root, "root").await;
    house.welcomed(&ann, "ann").await;
    assert_eq!(root.get("/staff/ann/sign-in/second-factor").await.sent_to(), Some("/staff/ann/sign-in"), "none yet");
    sets_up_app(&ann).await;
    let page = root.get("/staff/ann/sign-in/second-factor").await;
    let sent = root.post_form(&page, "/staff/ann/sign-in/second-factor", &[("reason", "The phone is gone")]).await;
    assert_eq!(sent.sent_to(), Some("/staff/ann/sign-in"));
    let page = root.get("/staff/ann/sign-in").await;
    assert!(page.text().contains("Sent for approval as proposal"), "{}", page.text());
    assert_eq!(ann.get("/profile").await.status, 200, "nothing has changed yet");
    house.town.base.remove().await;
}

#[tokio::test]
async fn what_opens_somebody_elses_work_goes_through_the_door() {
    for engine in engines("what_opens_somebody_elses_work_goes_through_the_door") {
        let house = House::new(engine, Optional).await;
        let ann = house.visitor();
        house.welcomed(&ann, "ann").await;
        sets_up_app(&ann).await;
        let id = house.town.id("ann").await;
        let of = |actor: &str| actor.to_owned();
        let link = MakeSignInLink { actor: of("ann") };
        assert_eq!(house.town.try_as("ann", &link).await, Err("permission_missing"));
        assert_eq!(house.town.try_as("root", &MakeSignInLink { actor: of("root") }).await, Err("own_change"));
        assert_eq!(house.town.try_as("root", &MakeSignInLink { actor: of("zoe") }).await, Err("unknown_actor"));
        assert_eq!(house.town.try_as("root", &link).await, Ok(()));

        let odd = async || {
            let today = july(1);
            let found = staff::people::outliers(&mut house.town.read().await, today, today).await.unwrap();
            found.into_iter().map(|one| one.outlier.pattern).collect::<Vec<_>>()
        };
        assert_eq!(odd().await, [""; 0], "a link alone does not open what a second factor guards");

        let clear = ClearSecondFactor { actor: of("ann") };
        assert_eq!(house.town.try_as("root", &clear).await, Err("waiting"));
        assert_eq!(house.town.agreed(("root", "boss"), &clear).await, Ok(()));
        assert_eq!(house.sign_in.factors(id).await.unwrap().totp_since, None);
        assert_eq!(house.town.try_as("root", &clear).await, Err("second_factor_off"));
        assert_eq!(ann.get("/").await.sent_to(), Some("/sign-in"), "all sessions ended");
        assert_eq!(house.town.try_as("root", &link).await, Ok(()));
        assert_eq!(odd().await, ["sign_in_link"], "now it opens everything");

        let (issuer, subject) = (of("https://directory.example"), of("subject-1"));
        let identity = |actor: &str, subject: &str| LinkIdentity {
            actor: of(actor),
            issuer: issuer.clone(),
            subject: subject.to_owned(),
        };
        assert_eq!(house.town.agreed(("root", "boss"), &identity("ann", &subject)).await, Ok(()));
        assert_eq!(house.town.try_as("root", &identity("boss", &subject)).await, Err("identity_taken"));
        assert_eq!(house.town.try_as("root", &identity("ann", "")).await, Err("text_missing"));
        assert_eq!(house.town.agreed(("root", "boss"), &identity("ann", "subject-2")).await, Ok(()));
        assert_eq!(house.sign_in.identities_of(id).await.unwrap(), [(issuer.clone(), of("subject-2"))]);
        assert_eq!(house.town.try_as("root", &EndSessions { actor: of("ann") }).await, Ok(()));
        house.town.base.remove().await;
    }
}
