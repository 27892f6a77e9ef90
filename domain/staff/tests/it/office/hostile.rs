//! Hostile words in every field of every form and address: refused or escaped, never run, never a fault.

use testkit::engines;

use super::pages::{HOSTILE, Stand, encoded};

/// What is put into every field.
fn words() -> Vec<String> {
    vec![
        HOSTILE.to_owned(),
        "'; drop table actor; --".to_owned(),
        "a".repeat(10_000),
        "a\u{0}b\u{7}\u{1b}[31m".to_owned(),
        "\u{202e}evil\u{202c}".to_owned(),
        "99999999999999999999999999".to_owned(),
        "-9223372036854775808".to_owned(),
        "../../etc/passwd".to_owned(),
        "%00%0d%0aSet-Cookie: a=b".to_owned(),
        "é".repeat(500),
        "boss".to_owned(),
    ]
}

const FORMS: [(&str, &str, &[&str]); 10] = [
    (
        "/staff/new",
        "root",
        &[
            "code",
            "name",
            "position",
            "supervisor",
            "roles",
            "joined_on",
            "skills",
            "email",
            "phone",
            "address",
            "reason",
        ],
    ),
    ("/staff/ann/assign-role", "root", &["role", "from_on", "through_on", "reason"]),
    ("/staff/ann/end-role", "root", &["role", "through_on", "reason"]),
    ("/staff/ann/move", "root", &["position", "supervisor", "roles", "from_on", "reason"]),
    ("/staff/ann/stand-in", "root", &["actor", "from_on", "through_on", "reason"]),
    ("/staff/ann/end-stand-in", "root", &["stand_in", "through_on", "reason"]),
    ("/staff/ann/leave", "root", &["left_on", "reason"]),
    ("/relations", "ann", &["actor", "account", "kind"]),
    ("/relations/end", "boss", &["actor", "account", "reason"]),
    ("/approvals/PROPOSAL", "big", &["decision", "person", "reason"]),
];

const QUERIES: [(&str, &[&str]); 8] = [
    ("/", &["tab"]),
    ("/approvals", &["tab", "before", "sort", "filter", "page", "as"]),
    ("/staff", &["sort", "down", "filter", "page", "as"]),
    ("/log", &["person", "kind", "on", "number", "from", "through", "before", "as", "page"]),
    ("/history/account/1", &["before"]),
    ("/outliers", &["from", "through", "state", "sort", "filter"]),
    ("/access-review", &["sort", "filter", "page"]),
    ("/found", &["q"]),
];

fn check(status: u16, body: &str, what: &str) {
    assert!(status < 500, "{what}: {status} {body}");
    assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{what}: not escaped: {body}");
}

#[tokio::test]
async fn forms_refuse_or_escape_whatever_is_typed() {
    for engine in engines("forms_refuse_or_escape_whatever_is_typed") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let waiting = acts::waiting_proposals(&mut stand.town.read().await).await.unwrap();
        let number = waiting[0].proposal.0.to_string();
        for (path, code, fields) in FORMS {
            let path = path.replace("PROPOSAL", &number);
            for (place, word) in words().iter().enumerate() {
                let filled: Vec<(&str, &str)> = fields.iter().map(|name| (*name, word.as_str())).collect();
                let key = format!("hostile-{place}-{}", path.len() + 100_000);
                let told = stand.post(&path, code, &key, &filled).await;
                check(told.status, &told.body, &format!("{path} {place}"));
                assert!(told.status == 422 || told.status == 303, "{path} {place}: {}", told.status);
            }
            // A form without any field, and one whose key is none.
            for key in ["", "short", "a b c d e f g h i j k", &"k".repeat(5_000), HOSTILE] {
                let told = stand.post(&path, code, key, &[]).await;
                check(told.status, &told.body, &path);
                assert_eq!(told.status, 422, "{path}");
            }
        }
        // What was let in is shown as the words it is.
        for path in ["/log", "/staff", "/access-review", "/approvals?tab=all", "/roles"] {
            let told = stand.get(path, "eye").await;
            check(told.status, &told.body, path);
        }
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn addresses_may_say_anything() {
    for engine in engines("addresses_may_say_anything") {
        let stand = Stand::new(engine).await;
        for word in words().iter().filter(|word| word.len() < 1_000) {
            let word = encoded(word);
            for (path, names) in QUERIES {
                for name in names {
                    let told = stand.get(&format!("{path}?{name}={word}"), "eye").await;
                    check(told.status, &told.body, &format!("{path} {name} {word}"));
                }
            }
            for path in [
                "/approvals/X",
                "/staff/X",
                "/log/X",
                "/history/X/1",
                "/history/account/X",
                "/outliers/X/Y",
                "/outliers/1/X",
            ] {
                let told = stand.get(&path.replace('X', &word), "eye").await;
                check(told.status, &told.body, path);
            }
        }
        for path in ["/staff/%FF", "/log/%FF", "/history/%FF/1", "/outliers/1/%C3%28"] {
            assert_eq!(stand.get(path, "eye").await.status, 404, "{path}");
        }
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_somebody_wrote_is_shown_as_words() {
    for engine in engines("what_somebody_wrote_is_shown_as_words") {
        let stand = Stand::new(engine).await;
        let fields = [
            ("code", "mal"),
            ("name", HOSTILE),
            ("position", HOSTILE),
            ("skills", HOSTILE),
            ("address", HOSTILE),
            ("joined_on", "2026-07-01"),
            ("reason", HOSTILE),
        ];
        let told = stand.fill("/staff/new", "root", &fields).await;
        assert_eq!(told.status, 303, "{}", told.body);
        let place = told.header("location").to_owned();
        assert_eq!(place, "/staff/mal", "without a role nobody has to agree");
        for (path, code) in [(place.as_str(), "root"), ("/staff", "root"), ("/log", "eye"), ("/found?q=alert", "root")]
        {
            let told = stand.get(path, code).await;
            check(told.status, &told.body, path);
        }
        let newest = stand.get("/log", "eye").await;
        let entry = newest.body.split("href=\"/log/").nth(1).unwrap().split('"').next().unwrap();
        let told = stand.get(&format!("/log/{entry}"), "eye").await;
        check(told.status, &told.body, entry);
        assert!(told.body.contains("&#60;script&#62;"), "{}", told.body);
        stand.town.base.remove().await;
    }
}
