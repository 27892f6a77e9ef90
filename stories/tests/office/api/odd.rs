//! What no store holds and no count reaches is refused, whoever sends it.

use serde_json::{Value, json};

use crate::hall::Hall;

/// Addresses with a zero character where a name stands.
const NOWHERE: [&str; 6] = [
    "/api/v1/points/q%00z",
    "/api/v1/points/q%00z/reads",
    "/api/v1/meters/q%00z",
    "/api/v1/routes/q%00z/stops",
    "/api/v1/accounts/q%00z/verifications",
    "/api/v1/accounts/q%00z",
];

/// Addresses with a zero character in what is asked for.
const ODD: [&str; 3] = ["/api/v1/search?q=%00", "/api/v1/bills?account=q%00", "/api/v1/books/taxes?month=%00"];

/// Puts a zero character into the first text of a command; `false` when it has none.
fn spoil(command: &mut Value) -> bool {
    match command {
        Value::String(text) => {
            text.insert(text.len(), '\u{0}');
            true
        }
        Value::Array(items) => items.iter_mut().any(spoil),
        Value::Object(fields) => fields.values_mut().any(spoil),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_stored_is_refused_and_never_a_fault() {
    let test = "what_cannot_be_stored_is_refused_and_never_a_fault";
    for engine in testkit::engines(test) {
        let hall = Hall::with(engine, &["--pace", "100000"]).await;
        let program = hall.api("supervisor").await;
        for path in NOWHERE {
            assert_eq!(program.get(path).await.status, 404, "{path}");
        }
        for path in ODD {
            assert_eq!(program.get(path).await.status, 400, "{path}");
        }
        let technician = hall.sign_in("field_supervisor").await;
        for path in ["/meters?number=q%00", "/reads/routes?cycle=%00&from=2026-01-01"] {
            assert!(technician.get(path).await.status < 500, "{path}");
        }
        let kinds = program.get("/api/v1/changes?limit=200").await.json();
        let mut spoiled = 0;
        for one in kinds["data"].as_array().expect("a list of kinds") {
            let (kind, mut command) = (one["kind"].as_str().expect("a kind has a name"), one["example"].clone());
            if !spoil(&mut command) {
                continue;
            }
            let body = json!({"reason": "a try", "command": command});
            let answer = program.change(kind, &format!("odd-{kind}"), &body).await;
            assert_eq!(answer.status, 400, "{kind}: {}", answer.text());
            assert!(answer.text().contains("cannot be stored"), "{kind}: {}", answer.text());
            spoiled += 1;
        }
        assert!(80 < spoiled, "most kinds of change have a text: {spoiled}");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_that_nobody_set_up_and_numbers_beyond_all_are_refused() {
    for engine in testkit::engines("classes_that_nobody_set_up_and_numbers_beyond_all_are_refused") {
        let hall = Hall::on(engine).await;
        let (analyst, clerk) = (hall.api("billing_analyst").await, hall.api("csr").await);
        let rule = |class: &str| {
            json!({"class": class, "low_percent": 30, "high_percent": 250, "zero_periods": 2, "least": "0.5",
                   "estimates_in_a_row": 2, "estimate_by": "same_month_last_year"})
        };
        let terms =
            |days: Value, rules: Value| json!({"days_to_pay": days, "read_rules": rules, "adjustment_reasons": {}});
        let reverse = |number: i64| json!({"account": "100001-7", "number": number, "reason": "entered twice"});
        #[rustfmt::skip]
        let rows = [
            (&analyst, "billing.set_terms",          terms(json!({}), json!([rule("nope")])), "class_unknown"),
            (&analyst, "billing.set_terms",          terms(json!({}), json!([rule("")])),     "class_unknown"),
            (&analyst, "billing.set_terms",          terms(json!({"nope": 21}), json!([])),   "class_unknown"),
            (&clerk,   "billing.reverse_adjustment", reverse(i64::MIN),                       "adjustment_unknown"),
            (&clerk,   "billing.reverse_adjustment", reverse(0),                              "adjustment_unknown"),
        ];
        for (at, (program, kind, command, code)) in rows.into_iter().enumerate() {
            let body = json!({"reason": "a try", "command": command});
            let answer = program.change(kind, &format!("edge-{at}"), &body).await;
            assert_eq!((answer.status, answer.json()["code"].as_str()), (422, Some(code)), "{}", answer.text());
        }
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_misspelled_is_named_and_lets_nothing_through() {
    for engine in testkit::engines("a_filter_that_is_misspelled_is_named_and_lets_nothing_through") {
        let hall = Hall::on(engine).await;
        let program = hall.api("supervisor").await;
        #[rustfmt::skip]
        let rows = [
            ("/api/v1/proposals?stauts=open",            "`stauts` is no parameter of this address: it takes `state`, `limit`, `cursor`."),
            ("/api/v1/accounts?limit=2&offset=4",        "`offset` is no parameter of this address: it takes `limit`, `cursor`."),
            ("/api/v1/accounts/100001-7?on=2026-01-31",  "`on` is no parameter of this address: it takes none."),
        ];
        for (path, expected) in rows {
            let answer = program.get(path).await;
            let told = answer.json();
            let told = (answer.status, told["code"].as_str(), told["detail"].as_str());
            assert_eq!(told, (400, Some("parameter_unknown"), Some(expected)), "{path}");
        }
        assert_eq!(program.get("/api/v1/proposals?state=open&limit=2").await.status, 200);
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_the_books_are_never_of_another_month_than_was_asked() {
    for engine in testkit::engines("figures_of_the_books_are_never_of_another_month_than_was_asked") {
        let hall = Hall::on(engine).await;
        let program = hall.api("revenue_accountant").await;
        for figures in ["taxes", "trial-balance", "ledger/2400/115100"] {
            for asked in ["month=2025-13", "month=x", "on=2025-02-30", "on=2026-01-31&through=2025-01-01"] {
                let path = format!("/api/v1/books/{figures}?{asked}");
                assert_eq!(program.get(&path).await.status, 400, "{path}");
            }
            let path = format!("/api/v1/books/{figures}?month=2025-06");
            assert_eq!(program.get(&path).await.status, 200, "{path}");
        }
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_charge_without_delay_gets_a_run_that_is_prepared() {
    for engine in testkit::engines("who_may_charge_without_delay_gets_a_run_that_is_prepared") {
        let hall = Hall::on(engine).await;
        let clerk = hall.api("csr").await;
        let charge = json!({"account": "100001-7", "code": "fee-extra-pickup", "count": "1", "from_on": "2026-06-20",
                            "is_recurring": false, "reason": "the caller asked"});
        let charge = json!({"reason": "a call", "command": charge});
        let charged = clerk.change("billing.charge_account", "charge", &charge).await;
        assert_eq!(charged.status, 200, "{}", charged.text());
        let asked = json!({"accounts": ["100001-7"], "bill_on": "2026-07-01", "reason": "wants it now"});
        let asked = json!({"reason": "a call", "command": asked});
        let prepared = clerk.change("billing.prepare_charges", "prepare", &asked).await;
        assert_eq!(prepared.status, 200, "{}", prepared.text());
        let run = prepared.json()["data"]["outcome"]["number"].as_i64().expect("a run has a number");
        let analyst = hall.sign_in("billing_analyst").await;
        crate::runs::until(&analyst, &format!("/runs/{run}"), "Try the bills").await;
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_in_a_change_is_told_and_not_passed_over() {
    for engine in testkit::engines("a_slip_in_a_change_is_told_and_not_passed_over") {
        let hall = Hall::on(engine).await;
        let clerk = hall.api("csr").await;
        let charge = |count: &str, more: Value| {
            let mut command = json!({"account": "100001-7", "code": "fee-extra-pickup", "count": count,
                "from_on": "2026-06-20", "is_recurring": true, "reason": "the caller asked"});
            if let (Some(command), Value::Object(more)) = (command.as_object_mut(), more) {
                command.extend(more);
            }
            json!({"reason": "a call", "command": command})
        };
        let none = || json!({});
        #[rustfmt::skip]
        let rows = [
            ("1",        json!({"ends_on": "2026-03-31"}), 400, "bad_request"),
            ("1",        json!({"is_recuring": true}),     400, "bad_request"),
            ("12345678", none(),                           422, "count_odd"),
            ("-1000.5",  none(),                           422, "count_odd"),
            ("1.0005",   none(),                           422, "count_odd"),
            ("0",        none(),                           422, "count_zero"),
        ];
        for (at, (count, more, status, code)) in rows.into_iter().enumerate() {
            let answer = clerk.change("billing.charge_account", &format!("slip-{at}"), &charge(count, more)).await;
            assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{}", answer.text());
        }
        let named =
            clerk.change("billing.charge_account", "named", &charge("1", json!({"ends_on": "2026-03-31"}))).await;
        assert!(named.text().contains("`ends_on`"), "{}", named.text());
        // A thousand pickups are more than one decides alone; two are not.
        let much = clerk.change("billing.charge_account", "much", &charge("1000", none())).await;
        assert_eq!(much.status, 202, "{}", much.text());
        let two = clerk.change("billing.charge_account", "two", &charge("2", none())).await;
        assert_eq!(two.status, 200, "{}", two.text());

        // What is no JSON is not taken for it.
        let path = "/api/v1/changes/billing.charge_account";
        let client = hall.sign_in("csr").await;
        for (kind, coding) in [("text/plain", None), ("", None), ("application/json", Some("gzip"))] {
            let request = client.request("POST".parse().expect("a method"), path).bearer_auth(clerk.token());
            let request =
                request.header("idempotency-key", "plain").header("content-type", kind).body(none().to_string());
            let request =
                coding.into_iter().fold(request, |request, coding| request.header("content-encoding", coding));
            assert_eq!(testkit::Answer::of(request).await.status, 415, "{kind} {coding:?}");
        }
        // A cursor goes on with the list that gave it.
        let cursor = clerk.get("/api/v1/accounts?limit=1").await.json()["next_cursor"].clone();
        let cursor = cursor.as_str().expect("there are more accounts");
        assert_eq!(clerk.get(&format!("/api/v1/accounts?cursor={cursor}")).await.status, 200);
        assert_eq!(clerk.get(&format!("/api/v1/proposals?cursor={cursor}")).await.status, 400);
        hall.close().await;
    }
}
