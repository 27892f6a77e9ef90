//! Whatever is sent to the API, the answer is one of those described, and never a fault; and of everything it answers
//! when all goes well something was seen.

use std::collections::BTreeSet;

use db::Engine;
use serde_json::{Value, json};

use super::checker::{Checker, Exchange, Round};
use super::description::Description;
use super::kinds::{NOT_SENT, run_with_held_bill};
use super::programs::Programs;
use crate::hall::{Api, Hall};

/// An account of the demo.
const ACCOUNT: &str = "100001-7";

/// Requests as the examples say.
const EXAMPLES: &str = "examples";
/// Requests at the edges of what is described, and beyond, and by chance.
const ALL: &str = "examples,coverage,fuzzing";

/// Who tries what: who sees most tries everything; the examples are tried by whoever has more to do.
const ROUNDS: [Round; 7] = [
    Round { role: "csr", phases: EXAMPLES, tags: &[] },
    Round { role: "billing_analyst", phases: EXAMPLES, tags: &[] },
    Round { role: "supervisor", phases: EXAMPLES, tags: &[] },
    Round { role: "system_administrator", phases: EXAMPLES, tags: &[] },
    Round { role: "system_administrator", phases: ALL, tags: &["webhooks"] },
    Round { role: "csr", phases: ALL, tags: &["attachments", "changes", "proposals"] },
    Round { role: "auditor", phases: ALL, tags: &[] },
];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_one_that_is_described() {
    let test = "every_answer_is_one_that_is_described";
    let Some(checker) = Checker::installed() else {
        testkit::skip(&format!("{test}: no checker of APIs was installed"));
        return;
    };
    let engines = testkit::engines(test).into_iter().map(|engine| tokio::spawn(check(engine, checker.clone())));
    for checked in engines.collect::<Vec<_>>() {
        checked.await.expect("each engine answers as is described");
    }
}

/// Tries the API of a town as one program after another, as fast as it answers.
async fn check(engine: Engine, checker: Checker) {
    let (hall, _files) = Hall::with_files(engine, &["--pace", "100000"]).await;
    let mut described = Description::of(&hall).await;
    let mut programs = Programs::of(&hall);
    prepare(&hall, &mut programs, &mut described).await;
    let mut seen: Vec<Exchange> = Vec::new();
    for round in ROUNDS {
        let token = programs.by(round.role).await.token().to_owned();
        let (address, checker) = (hall.served.address.clone(), checker.clone());
        let tried = tokio::task::spawn_blocking(move || {
            let exchanges = checker.try_out(&address, &described, (round, &token));
            (described, exchanges)
        });
        let (given_back, exchanges) = tried.await.expect("all answers are described");
        described = given_back;
        seen.extend(exchanges);
    }
    drop(programs);
    hall.close().await;
    let fine: Vec<&Exchange> = seen.iter().filter(|one| one.shows_something()).collect();
    let shown: BTreeSet<&str> = fine.iter().filter_map(|one| described.operation(&one.method, &one.path)).collect();
    let operations = described.operations();
    let unseen: Vec<&str> = operations.iter().map(|(name, ..)| *name).filter(|name| !shown.contains(name)).collect();
    let is_unseen = |one: &&Exchange| {
        described.operation(&one.method, &one.path).is_some_and(|operation| unseen.contains(&operation))
    };
    let answers: BTreeSet<(&str, u64)> =
        seen.iter().filter(is_unseen).map(|one| (one.path.as_str(), one.status)).take(20).collect();
    assert!(
        unseen.is_empty(),
        "of these no answer was seen that shows what is described, on {engine:?}: {unseen:?}; but {answers:?}"
    );
    let made = fine.iter().filter_map(|one| one.path.strip_prefix("/api/v1/changes/")).collect::<BTreeSet<_>>();
    let stale: Vec<&str> = NOT_SENT.iter().map(|(kind, _)| *kind).filter(|kind| made.contains(kind)).collect();
    assert!(stale.is_empty(), "these can be sent after all: {stale:?}");
}

/// Makes what the town has none of, and puts its numbers into the description's examples.
async fn prepare(hall: &Hall, programs: &mut Programs<'_>, described: &mut Description) {
    let csr = programs.by("csr").await;
    let told =
        json!({"account": ACCOUNT, "caller": {"role": "holder", "customer": "C100001"}, "matched": ["name", "phone"]});
    change(csr, "identity.verify_caller", told).await;
    change(csr, "identity.raise_red_flag", json!({"account": ACCOUNT, "words": "the picture is of somebody else"}))
        .await;
    // The first file is what the examples of changes withdraw; the second one is looked at.
    csr.attach(ACCOUNT, "stray.csv", "of,another\nhouse,1\n").await;
    let attached = csr.attach(ACCOUNT, "reads.csv", "meter,count\nSB200000,161531\n").await;
    assert_eq!(attached.status, 201, "{}", attached.text());
    // In an address it is text.
    let file = Value::from(attached.json()["data"]["id"].to_string());
    described.exemplify(("get_attachment", "id"), file.clone());
    described.exemplify(("download_attachment", "id"), file);

    // More than a representative decides alone.
    let decided = ["approve_proposal", "refuse_proposal", "send_back_proposal", "withdraw_proposal"];
    for (operation, cents) in decided.into_iter().zip(6_001..) {
        let more = json!({"bill": "51-000001", "revenue": "water.consumption", "cents": cents, "effective_on": "2026-07-01",
            "reason_code": "billing_error", "reason": "less was billed than used"});
        let waits = change(csr, "billing.adjust_account", more).await["proposal"].clone();
        described.exemplify((operation, "id"), waits.clone());
        described.exemplify(("get_proposal", "id"), waits);
    }

    let auditor = programs.by("auditor").await;
    let saved =
        json!({"title": "Bills by month", "address": "/reports/views/bills?group=bill_on.month", "is_shared": true});
    let report = change(auditor, "staff.save_report", saved).await["entry"].clone();
    change(auditor, "staff.schedule_report", json!({"report": report, "every": "day", "on_day": 0})).await;
    hall.program.done("console", &["report", "make"]);
    described.exemplify(("get_saved_report", "number"), report.to_string().into());
    described.exemplify(("get_report_result", "number"), report.to_string().into());

    let administrator = programs.by("system_administrator").await;
    let told =
        json!({"title": "City data warehouse", "url": "https://warehouse.example.gov/portreeve", "kinds": ["*"]});
    let webhook = change(administrator, "webhooks.add", told).await["outcome"].clone();
    change(administrator, "webhooks.send_test", json!({"webhook": webhook})).await;
    described.exemplify(("get_webhook", "id"), webhook.clone());
    described.exemplify(("list_webhook_messages", "id"), webhook);
    propose_rates(programs).await;
    let made = run_with_held_bill(programs, described).await;
    described.exemplify(("list_held_bills", "number"), made["billing.prepare_run"]["outcome"]["number"].clone());
}

/// Rates of the demo as they would be for some day to come, proposed.
async fn propose_rates(programs: &mut Programs<'_>) {
    let analyst = programs.by("billing_analyst").await;
    let in_force = analyst.get("/api/v1/rates/water/2025-10-01").await.json()["data"]["text"].clone();
    let text = in_force.as_str().expect("a version has a text").replace("2025-10-01", "2027-01-01");
    change(analyst, "revenue.propose_rates", json!({ "text": text })).await;
}

/// Makes a change, and gives what is answered.
async fn change(program: &Api, kind: &str, command: Value) -> Value {
    let body = json!({"reason": "so that there is one", "command": command});
    let answer = program.change(kind, &format!("prepared-{kind}-{}", command["cents"]), &body).await;
    assert!(answer.status == 200 || answer.status == 202, "{kind}: {}", answer.text());
    answer.json()["data"].clone()
}
