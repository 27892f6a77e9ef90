//! Forms about people: what is done, what waits, what is refused, what is sent twice.

use testkit::engines;

use super::pages::Stand;

const REASON: (&str, &str) = ("reason", "The council hired somebody");

#[tokio::test]
async fn somebody_joins_once_and_their_roles_wait_for_approval() {
    for engine in engines("somebody_joins_once_and_their_roles_wait_for_approval") {
        let stand = Stand::new(engine).await;
        let fields = [
            ("code", "dee"),
            ("name", "Dee O'Neil"),
            ("position", "Cashier"),
            ("supervisor", "boss"),
            ("roles", "till"),
            ("joined_on", "2026-07-01"),
            ("skills", "Spanish"),
            ("email", "dee@example.gov"),
            REASON,
        ];
        let key = stand.get("/staff/new", "root").await.hidden("key");
        let told = stand.post("/staff/new", "root", &key, &fields).await;
        assert_eq!(told.status, 303, "{}", told.body);
        let proposal = told.header("location").to_owned();
        assert!(proposal.starts_with("/approvals/"), "{proposal}");
        let before = stand.entries().await;
        let again = stand.post("/staff/new", "root", &key, &fields).await;
        assert_eq!((again.status, again.header("location")), (303, proposal.as_str()));
        assert_eq!(stand.entries().await, before, "sent again it waits still, once");

        let told = stand.fill(&proposal, "boss", &[("decision", "approve"), ("reason", "I interviewed her")]).await;
        assert_eq!(told.status, 303, "{}", told.body);
        let page = stand.get("/staff/dee", "boss").await;
        assert!(page.says(&["Dee O", "Cashier", "The till"]), "{}", page.body);
        let told = stand.fill("/staff/new", "root", &fields).await;
        assert_eq!(told.status, 422);
        assert!(told.says(&["The code dee belongs to somebody already"]), "{}", told.body);
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn refusals_stand_beside_their_field() {
    for engine in engines("refusals_stand_beside_their_field") {
        let stand = Stand::new(engine).await;
        type Fields<'a> = &'a [(&'a str, &'a str)];
        #[rustfmt::skip]
        let rows: [(&str, Fields<'_>, &str); 9] = [
            ("/staff/ann/assign-role", &[("role", "till"), ("from_on", "2026-07-01")], "would have both"),
            ("/staff/ann/assign-role", &[("role", "no-such-role"), ("from_on", "2026-07-01")], "choose from the list"),
            ("/staff/ann/assign-role", &[("role", "senior"), ("from_on", "2026-06-01")], "is past"),
            ("/staff/ann/assign-role", &[("role", "clerk"), ("from_on", "2026-07-02")], "has the role clerk"),
            ("/staff/ann/assign-role", &[("role", "senior"), ("from_on", "2026-13-45")], "enter a date"),
            ("/staff/root/assign-role", &[("role", "till"), ("from_on", "2026-07-01")], "cannot decide about themself"),
            ("/staff/boss/leave", &[("left_on", "2026-07-01")], "still report to boss"),
            ("/staff/ann/stand-in", &[("actor", "ann"), ("from_on", "2026-07-01"), ("through_on", "2026-07-02")], "choose from the list"),
            ("/staff/ann/move", &[("position", ""), ("from_on", "2026-07-01")], "enter something"),
        ];
        for (path, fields, expected) in rows {
            let fields: Vec<(&str, &str)> = fields.iter().copied().chain([REASON]).collect();
            let before = stand.entries().await;
            let told = stand.fill(path, "root", &fields).await;
            assert_eq!(told.status, 422, "{path} {fields:?}: {}", told.body);
            assert!(told.body.contains(expected), "{path} {fields:?}: {}", told.body);
            assert_eq!(stand.entries().await, before);
        }
        let told = stand.fill("/staff/ann/leave", "root", &[("left_on", "2026-07-01"), ("reason", " ")]).await;
        assert!(told.says(&["field-reason", "Reason: enter something"]), "{}", told.body);
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn roles_end_people_stand_in_and_leave() {
    for engine in engines("roles_end_people_stand_in_and_leave") {
        let stand = Stand::new(engine).await;
        let days = [("from_on", "2026-07-02"), ("through_on", "2026-07-09"), REASON];
        let fields: Vec<(&str, &str)> = [("actor", "cid")].into_iter().chain(days).collect();
        let told = stand.fill("/staff/ann/stand-in", "root", &fields).await;
        let proposal = told.header("location").to_owned();
        assert_eq!(stand.fill(&proposal, "boss", &[("decision", "approve"), REASON]).await.status, 303, "{proposal}");
        let page = stand.get("/staff/ann", "root").await;
        assert!(page.says(&["Stand-ins", "Person cid stands in", "to come"]), "{}", page.body);
        let form = stand.get("/staff/ann/end-stand-in", "root").await;
        let number = form.body.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
        let end = [("stand_in", number.as_str()), ("through_on", "2026-07-03"), REASON];
        assert_eq!(stand.fill("/staff/ann/end-stand-in", "root", &end).await.status, 303);

        let end = [("role", "clerk"), ("through_on", "2026-07-01"), REASON];
        assert_eq!(stand.fill("/staff/cid/end-role", "root", &end).await.header("location"), "/staff/cid");
        let key = stand.get("/staff/ann/leave", "root").await.hidden("key");
        for _ in 0..2 {
            let told = stand.post("/staff/ann/leave", "root", &key, &[("left_on", "2026-07-01"), REASON]).await;
            assert_eq!(told.status, 303, "{}", told.body);
        }
        assert!(stand.get("/staff/ann", "boss").await.says(&["left Jul 1, 2026"]));
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn own_accounts_are_declared_by_number_and_ended_by_a_supervisor() {
    for engine in engines("own_accounts_are_declared_by_number_and_ended_by_a_supervisor") {
        let stand = Stand::new(engine).await;
        let declare = |account| [("actor", "ann"), ("account", account), ("kind", "own")];
        let told = stand.fill("/relations", "ann", &declare("4711")).await;
        assert_eq!(told.status, 422);
        assert!(told.says(&["there is no account with this number"]), "{}", told.body);
        let key = stand.get("/relations", "ann").await.hidden("key");
        let before = stand.entries().await;
        for _ in 0..2 {
            assert_eq!(stand.post("/relations", "ann", &key, &declare("3000")).await.status, 303);
        }
        assert_eq!(stand.entries().await, before + 1);
        assert!(stand.get("/relations", "ann").await.says(&["3000", "their own", "in force"]));
        assert!(stand.get("/staff/ann", "boss").await.says(&["Own accounts and household", "3000"]));
        assert!(!stand.get("/staff/ann", "root").await.body.contains("Own accounts and household"));
        let other = [("actor", "boss"), ("account", "3000"), ("kind", "own")];
        assert_eq!(stand.fill("/relations", "ann", &other).await.status, 422, "not for others");
        let end = [("actor", "ann"), ("account", "3000"), ("reason", "She moved")];
        assert_eq!(stand.fill("/relations/end", "ann", &end).await.status, 422, "nor the way to one's own");
        assert_eq!(stand.fill("/relations/end", "boss", &end).await.status, 303);
        assert!(stand.get("/relations", "ann").await.says(&["3000", "ended"]));
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_outlier_is_looked_at_once_by_somebody_else() {
    for engine in engines("an_outlier_is_looked_at_once_by_somebody_else") {
        let stand = Stand::new(engine).await;
        // 90 percent of $50.00, and at 5 in the morning.
        assert_eq!(stand.give("ann", 1, -4_900).await, Ok(()));
        let page = stand.get("/outliers", "boss").await;
        assert!(page.says(&["to look at", "Just under the limit", "Person ann", "1000"]), "{}", page.body);
        let path = page.body.split("href=\"/outliers/").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("/outliers/{path}");
        assert!(stand.get(&path, "eye").await.says(&["What was seen", "Adjust an account"]));
        assert_eq!(stand.fill(&path, "boss", &[("words", " ")]).await.status, 422);
        let key = stand.get(&path, "boss").await.hidden("key");
        let before = stand.entries().await;
        for _ in 0..2 {
            let told = stand.post(&path, "boss", &key, &[("words", "The bill was wrong; I saw it")]).await;
            assert_eq!(told.status, 303, "{}", told.body);
        }
        assert_eq!(stand.entries().await, before + 1);
        assert!(stand.get(&path, "eye").await.says(&["reviewed", "The bill was wrong; I saw it"]));
        let told = stand.post(&path, "eye", &"k".repeat(20), &[("words", "Again")]).await;
        assert_eq!(told.status, 422, "{}", told.body);
        for query in ["from=x", "from=2026-07-02&through=2026-07-01", "from=1900-01-01&through=2900-01-01"] {
            assert!(
                stand.get(&format!("/outliers?{query}"), "boss").await.says(&["This cannot be looked up"]),
                "{query}"
            );
        }
        stand.town.base.remove().await;
    }
}
