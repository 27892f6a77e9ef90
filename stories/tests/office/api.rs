//! The API as its description tells of it, and changes that programs make.

mod checker;
mod described;
mod description;
mod kinds;
mod odd;
mod programs;

use kernel::AccountNumber;
use serde_json::json;

use crate::hall::Hall;

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
        let mut address = json!({
            "account": account, "purpose": "mailing", "from_on": "2026-07-01",
            "lines": {"recipient": "", "street": "12 Mesquite Way", "city": "Saguaro Bend", "state": "AZ", "postal_code": "85001"},
        });
        let unsaid = json!({"reason": "the customer wrote", "command": address});
        let answer = program.change("customers.set_mailing_address", "key-0", &unsaid).await;
        assert!(answer.status == 422 && answer.text().contains("asked_by_missing"), "{}", answer.text());
        address["asked_by"] = json!({"way": "in_writing", "document": "letter of June 30"});
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
