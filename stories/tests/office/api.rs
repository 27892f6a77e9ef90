//! The API as its description tells of it: whatever is sent, the answer is one of those described, and never a fault;
//! and changes that programs make.

use std::path::PathBuf;
use std::process::Command;

use db::Engine;
use kernel::AccountNumber;
use serde_json::json;

use crate::hall::Hall;

/// What an answer is held against: no fault, nothing undescribed.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,unsupported_method";

/// Whose tokens are tried; together they may do most of what there is.
const PROGRAMS: [&str; 3] = ["customer_service_manager", "billing_analyst", "auditor"];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_one_that_is_described() {
    let test = "every_answer_is_one_that_is_described";
    let Some(checker) = checker() else {
        testkit::skip(&format!("{test}: no checker of APIs was installed"));
        return;
    };
    // The checker waits more than it works: a program takes so many requests a second from one address and no more.
    let engines = testkit::engines(test).into_iter().map(|engine| tokio::spawn(check(engine, checker.clone())));
    for checked in engines.collect::<Vec<_>>() {
        checked.await.expect("each engine answers as is described");
    }
}

/// Tries the API of a town as one program after another.
async fn check(engine: Engine, checker: PathBuf) {
    let hall = Hall::on(engine).await;
    for code in PROGRAMS {
        let token = hall.token(code).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(&checker);
        command
            .current_dir(folder.path())
            .args(["run", &hall.served.url("/api/v1/openapi.json"), "--header"])
            .arg(format!("Authorization: Bearer {token}"))
            .args(["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "15", "--seed", "7"])
            .args(["--rate-limit", "55/s", "--generation-database", "none", "--no-shrink", "--no-color"]);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a task ends");
        let output = output.expect("the checker starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "as {code} on {engine:?}:\n{said}");
        assert!(said.contains("generated"), "it sent something: {said}");
    }
    hall.close().await;
}

/// The checker that the suite has installed.
fn checker() -> Option<PathBuf> {
    testkit::told_place("PORTREEVE_TEST_SCHEMATHESIS")
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_make_changes_within_their_limits() {
    let test = "programs_make_changes_within_their_limits";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let program = hall.api("csr").await;
        let kinds = program.get("/api/v1/changes?limit=200").await.json();
        let names: Vec<&str> = kinds["data"]
            .as_array()
            .expect("as the town is made")
            .iter()
            .filter_map(|one| one["kind"].as_str())
            .collect();
        assert!(names.contains(&"billing.adjust_account") && !names.contains(&"imports.file"), "{names:?}");

        let account = first_account(&hall).await;
        let address = json!({
            "account": account, "purpose": "mailing", "from_on": "2026-07-01",
            "lines": {"recipient": "", "street": "12 Mesquite Way", "city": "Saguaro Bend", "state": "AZ", "postal_code": "85001"},
        });
        let asked = json!({"reason": "the customer wrote", "command": address});
        let first = program.change("customers.set_mailing_address", "key-1", &asked).await;
        assert_eq!(first.status, 200, "{}", first.text());
        let again = program.change("customers.set_mailing_address", "key-1", &asked).await;
        assert_eq!((again.status, &again.json()["data"]["was_repeated"]), (200, &json!(true)), "{}", again.text());
        assert_eq!(first.json()["data"]["entry"], again.json()["data"]["entry"]);

        let wrong = json!({"reason": "a try", "command": {"account": 7}});
        let sign = json!({"reason": "a try", "command": {"run": 1}});
        #[rustfmt::skip]
        let refused = [
            ("customers.set_mailing_address", &wrong, 400),
            ("billing.sign_run",              &sign,  403),
            ("billing.no_such_change",        &sign,  404),
            ("imports.file",                  &sign,  404),
            ("Billing.Sign_Run",              &sign,  404),
        ];
        for (kind, body, status) in refused {
            let answer = program.change(kind, "key-2", body).await;
            assert_eq!(answer.status, status, "{kind}: {}", answer.text());
        }
        hall.close().await;
    }
}

/// The number of an account of the town.
async fn first_account(hall: &Hall) -> String {
    let mut read = hall.db().read().await.expect("the town opens");
    let number = read.number("select min(number) from account where account_id <> 0", Vec::new()).await;
    AccountNumber::issue(number.expect("it reads").expect("a town has accounts")).to_string()
}
