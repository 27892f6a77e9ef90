//! Pages that only look: who may open which, what stands on them, how lists go on.

use testkit::engines;

use super::pages::Stand;

#[tokio::test]
async fn every_page_opens_for_who_may_and_for_nobody_else() {
    for engine in engines("every_page_opens_for_who_may_and_for_nobody_else") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let mut read = stand.town.read().await;
        let log = acts::log(&mut read, kernel::ActId(0), 100_000).await.unwrap();
        let entry = format!("/log/{}", log.last().unwrap().act.0);
        let waiting = acts::waiting_proposals(&mut read).await.unwrap();
        drop(read);
        let proposal = format!("/approvals/{}", waiting[0].proposal.0);
        #[rustfmt::skip]
        let rows = [
            // page                       nobody ann  big  boss eye  root
            ("/",                         [303, 200, 200, 200, 200, 200]),
            ("/found?q=person",           [303, 200, 200, 200, 200, 200]),
            ("/approvals",                [303, 200, 200, 200, 200, 200]),
            ("/approvals?tab=mine",       [303, 200, 200, 200, 200, 200]),
            ("/approvals?tab=all",        [303, 200, 200, 200, 200, 200]),
            (proposal.as_str(),           [303, 200, 200, 403, 200, 403]),
            ("/approvals/999",            [303, 404, 404, 404, 404, 404]),
            ("/staff",                    [303, 403, 403, 200, 200, 200]),
            ("/staff?as=csv",             [303, 403, 403, 200, 200, 200]),
            ("/staff/ann",                [303, 403, 403, 200, 200, 200]),
            ("/staff/nobody",             [303, 403, 403, 404, 404, 404]),
            ("/staff/new",                [303, 403, 403, 403, 403, 200]),
            ("/staff/ann/assign-role",    [303, 403, 403, 403, 403, 200]),
            ("/staff/ann/end-role",       [303, 403, 403, 403, 403, 200]),
            ("/staff/ann/move",           [303, 403, 403, 403, 403, 200]),
            ("/staff/ann/stand-in",       [303, 403, 403, 403, 403, 200]),
            ("/staff/ann/end-stand-in",   [303, 403, 403, 403, 403, 200]),
            ("/staff/ann/leave",          [303, 403, 403, 403, 403, 200]),
            ("/roles",                    [303, 403, 403, 200, 200, 200]),
            ("/log",                      [303, 403, 403, 403, 200, 403]),
            ("/log?as=xlsx",              [303, 403, 403, 403, 200, 403]),
            (entry.as_str(),              [303, 403, 403, 403, 200, 403]),
            ("/log/99999",                [303, 403, 403, 403, 404, 403]),
            ("/history/account/1",        [303, 403, 403, 403, 200, 403]),
            ("/history/proposal/1",       [303, 403, 403, 403, 200, 403]),
            ("/outliers",                 [303, 403, 403, 200, 200, 403]),
            ("/outliers/1/after_hours",   [303, 403, 403, 404, 404, 403]),
            ("/access-review",            [303, 403, 403, 200, 200, 403]),
            ("/access-review?as=csv",     [303, 403, 403, 200, 200, 403]),
            ("/relations",                [303, 200, 403, 200, 200, 403]),
            ("/relations/end",            [303, 200, 403, 200, 200, 403]),
        ];
        for (path, expected) in rows {
            let mut seen = [0; 6];
            for (seen, code) in seen.iter_mut().zip(["", "ann", "big", "boss", "eye", "root"]) {
                *seen = stand.get(path, code).await.status;
            }
            assert_eq!(seen, expected, "{path}");
        }
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn home_shows_what_waits_and_what_one_may_do() {
    for engine in engines("home_shows_what_waits_and_what_one_may_do") {
        let stand = Stand::new(engine).await;
        let page = stand.get("/", "ann").await;
        assert!(page.says(&["Nothing waits for you", "Adjust what an account owes", "The clerk"]), "{}", page.body);
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        assert!(stand.get("/", "big").await.says(&["queue-count\">1<", "To approve", "since today"]));
        assert!(stand.get("/", "ann").await.says(&["Yours, waiting for approval", "since today"]));
        assert!(stand.get("/", "boss").await.says(&["Outliers to look at", "Permissions to look at"]));
        // A clerk learns nothing of queues that are not theirs.
        let page = stand.get("/", "cid").await;
        assert!(!page.body.contains("Outliers to look at") && page.says(&["queue-count\">0<", "To approve"]));
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn the_log_is_filtered_and_leafed_through() {
    for engine in engines("the_log_is_filtered_and_leafed_through") {
        let stand = Stand::new(engine).await;
        for _ in 0..60 {
            assert_eq!(stand.give("ann", 1, 10).await, Err("waiting"));
        }
        let all = stand.entries().await;
        let (mut path, mut seen) = ("/log".to_owned(), Vec::new());
        loop {
            let page = stand.get(&path, "eye").await;
            let numbers = page.body.split("<a href=\"/log/").skip(1);
            seen.extend(numbers.map(|rest| rest.split('"').next().unwrap().parse::<usize>().unwrap()));
            let Some((before, _)) = page.body.split_once("\" rel=\"next\"") else { break };
            path = before.rsplit("href=\"").next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        }
        assert_eq!(seen.len(), all, "every entry is on one page");
        assert!(seen.is_sorted_by(|one, other| other < one), "newest first");

        let count = async |query: &str| {
            let page = stand.get(&format!("/log?{query}"), "eye").await;
            assert_eq!(page.status, 200, "{query}");
            page.body.matches("<a href=\"/log/").count()
        };
        assert_eq!(count("person=ann&from=2026-07-01&through=2026-07-01").await, 50);
        assert_eq!(count("person=cid").await, 0);
        assert_eq!(count("kind=staff.establish_roles").await, 2);
        assert_eq!(count("through=2026-06-30").await, 0);
        assert_eq!(count("on=proposal&number=1").await, 2);
        for wrong in ["person=nobody", "from=yesterday", "number=7", "on=account", "on=account&number=-1"] {
            let page = stand.get(&format!("/log?{wrong}"), "eye").await;
            assert!(page.says(&["This cannot be looked up"]), "{wrong}: {}", page.body);
        }
        let file = stand.get("/log?as=csv&kind=staff.join", "eye").await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert!(file.body.contains("Take somebody in"), "{}", file.body);
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_entry_is_told_in_full_and_an_account_has_a_history() {
    for engine in engines("an_entry_is_told_in_full_and_an_account_has_a_history") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -100).await, Ok(()));
        let page = stand.get("/history/account/1", "eye").await;
        assert!(page.says(&["History: Account 1000", "Adjust an account", "Person ann", "test"]), "{}", page.body);
        let link = page.body.split("href=\"/log/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = stand.get(&format!("/log/{link}"), "eye").await;
        assert!(page.says(&["Why", "test", "What was asked for", "Account", "($1.00) credit"]), "{}", page.body);
        assert!(page.says(&["Seal", "not sealed yet"]));
        assert!(stand.get("/history/account/2", "eye").await.says(&["Nothing is recorded"]));
        for path in ["/history/Account/1", "/history/a%3Bb/1", "/history/account/x", "/history/account/0", "/log/x"] {
            assert_eq!(stand.get(path, "eye").await.status, 404, "{path}");
        }
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn search_finds_what_one_may_see() {
    for engine in engines("search_finds_what_one_may_see") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let waiting = acts::waiting_proposals(&mut stand.town.read().await).await.unwrap();
        let number = waiting[0].proposal.0.to_string();
        let proposal = format!("/approvals/{number}");
        let rows = [
            ("eye", "ann", "/staff/ann"),
            ("eye", "PERSON ANN", "/staff/ann"),
            ("big", number.as_str(), proposal.as_str()),
        ];
        for (code, words, expected) in rows {
            let told = stand.get(&format!("/found?q={}", super::pages::encoded(words)), code).await;
            assert!(told.body.contains(&format!("href=\"{expected}\"")), "{words}: {}", told.body);
        }
        for (code, words) in [("ann", "boss"), ("cid", number.as_str()), ("eye", "no such thing")] {
            let told = stand.get(&format!("/found?q={}", super::pages::encoded(words)), code).await;
            assert!(told.says(&["Nothing was found"]), "{code} {words}: {}", told.body);
        }
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn roles_and_access_are_told_in_sentences() {
    for engine in engines("roles_and_access_are_told_in_sentences") {
        let stand = Stand::new(engine).await;
        let page = stand.get("/roles", "boss").await;
        assert!(page.says(&["The clerk", "Adjust what an account owes", "$50.00"]), "{}", page.body);
        assert!(page.says(&["Do not go together, because", "One person could hide it"]));
        let page = stand.get("/access-review", "eye").await;
        assert!(page.says(&["Access review", "Person ann", "Adjust what an account owes"]), "{}", page.body);
        let file = stand.get("/access-review?as=csv", "eye").await;
        assert!(file.body.contains("Person ann"), "{}", file.body);
        let page = stand.get("/staff/ann", "boss").await;
        assert!(page.says(&["Person ann", "The clerk", "in force", "Adjust what an account owes", "The clerk"]));
        assert!(page.says(&["What changed about them", "Take somebody in"]), "{}", page.body);
        assert!(!page.body.contains("9 Main St."), "where somebody lives is for who takes in staff");
        assert!(stand.get("/staff/ann", "root").await.says(&["9 Main St."]));
        stand.town.base.remove().await;
    }
}
