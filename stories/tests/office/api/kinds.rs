//! Every kind of change is sent by a program as its example in the description says, and is done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::description::Description;
use super::programs::Programs;
use crate::hall::{Api, Hall};

/// Who sends a kind, in an order in which each finds what it needs.
#[rustfmt::skip]
const SENT: [(&str, &str); 97] = [
    ("customers.add_note",               "csr"),
    ("customers.set_contact",            "csr"),
    ("customers.set_mailing_address",    "csr"),
    ("customers.set_party",              "csr"),
    ("customers.end_party",              "csr"),
    ("customers.authorize_person",       "csr"),
    ("customers.open_account",           "csr"),
    ("customers.merge",                  "senior_csr"),
    ("customers.unmerge",                "senior_csr"),
    ("identity.verify_caller",           "csr"),
    ("identity.check_opening",           "csr"),
    ("identity.raise_red_flag",          "csr"),
    ("identity.clear_red_flag",          "senior_csr"),
    ("identity.agree_word",              "csr"),
    ("identity.protect",                 "supervisor"),
    ("identity.unprotect",               "supervisor"),
    ("identity.set_verification_rule",   "customer_service_manager"),
    ("attachments.hand_out",             "csr"),
    ("attachments.withdraw",             "senior_csr"),
    ("billing.adjust_account",           "csr"),
    ("billing.reverse_adjustment",       "csr"),
    ("billing.charge_account",           "csr"),
    ("billing.end_charge",               "csr"),
    ("billing.record_exemption",         "senior_csr"),
    ("billing.end_exemption",            "senior_csr"),
    ("billing.set_quantity",             "billing_analyst"),
    ("billing.set_winter_averages",      "billing_analyst"),
    ("billing.set_terms",                "billing_analyst"),
    ("billing.set_leak_rule",            "billing_analyst"),
    ("billing.set_calendars",            "billing_analyst"),
    ("billing.set_up",                   "billing_analyst"),
    ("revenue.set_up",                   "billing_analyst"),
    ("premises.set_up",                  "billing_analyst"),
    ("finance.establish_books",          "revenue_accountant"),
    ("finance.lock_period",              "revenue_accountant"),
    ("finance.unlock_period",            "revenue_accountant"),
    ("revenue.propose_rates",            "billing_analyst"),
    ("revenue.schedule_rates",           "billing_analyst"),
    ("revenue.withdraw_rates",           "billing_analyst"),
    ("revenue.adopt_rates",              "billing_analyst"),
    ("revenue.supersede_rates",          "billing_analyst"),
    ("billing.measure_again",            "meter_technician"),
    ("metering.correct_read",            "field_supervisor"),
    ("metering.exchange_meter",          "meter_technician"),
    ("metering.set_removal_count",       "meter_technician"),
    ("metering.swap_meters",             "meter_technician"),
    ("metering.set_route_stops",         "field_supervisor"),
    ("billing.stop_service",             "csr"),
    ("billing.change_stop",              "csr"),
    ("billing.start_service",            "csr"),
    ("billing.transfer_service",         "csr"),
    ("billing.move_people",              "csr"),
    ("billing.correct_service",          "billing_analyst"),
    ("billing.prepare_charges",          "csr"),
    ("metering.enter_read",              "meter_technician"),
    ("billing.close_reads",              "billing_analyst"),
    ("billing.prepare_run",              "billing_analyst"),
    ("billing.try_run",                  "billing_analyst"),
    ("billing.apply_exception_rules",    "billing_analyst"),
    ("billing.release_exception",        "billing_analyst"),
    ("billing.hold_bill",                "billing_analyst"),
    ("billing.decide_exceptions",        "billing_analyst"),
    ("billing.sign_run",                 "supervisor"),
    ("billing.post_run",                 "billing_analyst"),
    ("billing.issue_run",                "mail_clerk"),
    ("billing.cancel_run",               "supervisor"),
    ("billing.prepare_off_cycle",        "billing_analyst"),
    ("billing.let_bill_stay",            "billing_analyst"),
    ("billing.list_bill_again",          "billing_analyst"),
    ("staff.join",                       "system_administrator"),
    ("staff.move",                       "system_administrator"),
    ("staff.assign_role",                "system_administrator"),
    ("staff.end_role",                   "system_administrator"),
    ("staff.stand_in",                   "system_administrator"),
    ("staff.end_stand_in",               "system_administrator"),
    ("staff.leave",                      "system_administrator"),
    ("staff.erase_contact",              "system_administrator"),
    ("staff.declare_relation",           "csr"),
    ("staff.end_relation",               "supervisor"),
    ("staff.record_compensating_review", "customer_service_manager"),
    ("staff.save_report",                "auditor"),
    ("staff.schedule_report",            "auditor"),
    ("staff.stop_report",                "auditor"),
    ("staff.drop_report",                "auditor"),
    ("staff.make_sign_in_link",          "system_administrator"),
    ("staff.end_sessions",               "system_administrator"),
    ("staff.link_identity",              "system_administrator"),
    ("staff.add_actor",                  "system_administrator"),
    ("staff.grant_permission",           "system_administrator"),
    ("staff.revoke_permission",          "system_administrator"),
    ("webhooks.add",                     "system_administrator"),
    ("webhooks.change",                  "system_administrator"),
    ("webhooks.send_test",               "system_administrator"),
    ("webhooks.replay",                  "system_administrator"),
    ("webhooks.stop",                    "system_administrator"),
    ("webhooks.start",                   "system_administrator"),
    ("staff.establish_roles",            "system_administrator"),
];

/// Kinds that are not sent here, and why.
pub(super) const NOT_SENT: [(&str, &str); 8] = [
    ("attachments.destroy", "the file has to be withdrawn ninety days before"),
    ("billing.resume_run", "a run has to break off before"),
    ("identity.record_identifier", "the program itself seals the number on the account's page"),
    ("identity.reveal", "it needs a number that was recorded on the account's page"),
    ("staff.clear_second_factor", "nobody of the demo has a second factor"),
    ("staff.review_outlier", "something odd has to be seen before"),
    ("webhooks.set_aside", "a message has to be given up before, which takes days"),
    ("webhooks.set_secret", "the program itself seals the secret on the webhook's page"),
];

/// Fields that name what an earlier change made: the kind with its field, and where the answer to which kind has it.
#[rustfmt::skip]
const MADE: [(&str, &str, &str, &str); 23] = [
    ("billing.try_run",               "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.apply_exception_rules", "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.release_exception",     "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.hold_bill",             "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.decide_exceptions",     "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.sign_run",              "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.post_run",              "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.issue_run",             "run",        "billing.prepare_run",     "/outcome/run"),
    ("billing.cancel_run",            "run",        "billing.prepare_charges", "/outcome/run"),
    ("billing.prepare_off_cycle",     "run",        BILLED,                    "/run"),
    ("billing.reverse_adjustment",    "number",     "billing.adjust_account",  "/outcome/number"),
    ("attachments.hand_out",          "attachment", ATTACHED,                  "/id"),
    ("attachments.withdraw",          "attachment", ATTACHED,                  "/id"),
    ("staff.establish_roles",         "roles",      ROLES,                     "/roles"),
    ("staff.schedule_report",         "report",     "staff.save_report",       "/entry"),
    ("staff.stop_report",             "report",     "staff.save_report",       "/entry"),
    ("webhooks.change",               "webhook",    "webhooks.add",            "/outcome"),
    ("webhooks.send_test",            "webhook",    "webhooks.add",            "/outcome"),
    ("webhooks.replay",               "webhook",    "webhooks.add",            "/outcome"),
    ("webhooks.stop",                 "webhook",    "webhooks.add",            "/outcome"),
    ("webhooks.start",                "webhook",    "webhooks.add",            "/outcome"),
    ("staff.end_stand_in",            "stand_in",   "staff.stand_in",          "/outcome"),
    ("webhooks.replay",               "message",    "webhooks.send_test",      "/outcome"),
];

/// A file that was sent before, among the answers.
const ATTACHED: &str = "a file";

/// The roles as they stand, among the answers: whoever puts others in force leaves out none that somebody has.
const ROLES: &str = "the roles";

/// The run that billed the account of the examples last, among the answers. Its id is no number that people know.
const BILLED: &str = "the run before";

/// Who approves what waits for a second person.
const APPROVE: [&str; 3] = ["customer_service_manager", "revenue_administrator", "supervisor"];

/// A bill run goes on when its work is done: so often is asked again, and so long is waited between.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_is_made_by_a_program() {
    let test = "every_kind_of_change_is_made_by_a_program";
    for engine in testkit::engines(test) {
        let (hall, _files) = Hall::with_files(engine, &[]).await;
        let mut programs = Programs::of(&hall);
        let described = Description::of(&hall).await;
        let examples = described.change_examples();
        let listed: BTreeSet<&str> = SENT.iter().chain(&NOT_SENT).map(|(kind, _)| *kind).collect();
        let known: BTreeSet<&str> = examples.keys().map(String::as_str).collect();
        assert_eq!((listed.len(), &listed), (SENT.len() + NOT_SENT.len(), &known), "a kind is in one list, once");

        let mut made = BTreeMap::new();
        let attached = programs.by("csr").await.attach("100001-7", "reads.csv", "meter,count\nSB200000,161531\n").await;
        assert_eq!(attached.status, 201, "{}", attached.text());
        made.insert(ATTACHED, attached.json()["data"].clone());
        let roles = programs.by("auditor").await.get("/api/v1/roles?limit=200").await;
        made.insert(ROLES, json!({"roles": roles.json()["data"]}));
        made.insert(BILLED, json!({"run": billed_run(&mut programs).await}));
        make(&mut programs, &examples, &SENT, &mut made).await;
        drop(programs);
        hall.close().await;
    }
}

/// The id of the run that billed the account of the examples last, as the log has it.
async fn billed_run(programs: &mut Programs<'_>) -> Value {
    let log = programs.by("auditor").await.get("/api/v1/acts?kind=billing.prepare_run&limit=200").await.json();
    let outcomes = log["data"].as_array().expect("the log is a list").iter().map(|entry| &entry["outcome"]);
    let meant = outcomes.into_iter().find(|outcome| outcome["number"] == 51);
    meant.expect("the demo has that run")["run"].clone()
}

/// What was answered, by kind.
pub(super) type Made = BTreeMap<&'static str, Value>;

/// Makes changes as their examples say, one after the other, each by a program of a role.
async fn make(
    programs: &mut Programs<'_>,
    examples: &BTreeMap<String, Value>,
    kinds: &[(&'static str, &'static str)],
    made: &mut Made,
) {
    for (kind, role) in kinds {
        let mut body = examples[*kind].clone();
        for (_, field, from, place) in MADE.iter().filter(|(of, ..)| of == kind) {
            body["command"][*field] = made[from].pointer(place).expect("an earlier kind made it").clone();
        }
        let mut answer = sent(programs.by(role).await, kind, &body).await;
        if answer["proposal"].is_i64() {
            let entry = approved(programs, kind, &answer["proposal"]).await;
            let logged = programs.by("auditor").await.get(&format!("/api/v1/acts/{entry}")).await;
            answer = logged.json()["data"].clone();
        }
        made.insert(kind, answer);
    }
}

/// A bill run with a bill that is held; what was answered on the way.
pub(super) async fn run_with_held_bill(programs: &mut Programs<'_>, described: &Description) -> Made {
    let (first, last) = ("metering.enter_read", "billing.hold_bill");
    let place = |kind: &str| SENT.iter().position(|(one, _)| *one == kind).expect("it is in the list");
    let mut made = Made::new();
    make(programs, &described.change_examples(), &SENT[place(first)..=place(last)], &mut made).await;
    made
}

/// Sends a change until it is done, and gives what is answered.
async fn sent(program: &Api, kind: &str, body: &Value) -> Value {
    let mut said = String::new();
    for _ in 0..if kind.starts_with("billing.") { TRIES } else { 1 } {
        let answer = program.change(kind, &format!("once-{kind}"), body).await;
        match answer.status {
            200 | 202 => return answer.json()["data"].clone(),
            _ => said = answer.text(),
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("{kind} is not made as {body} says: {said}")
}

/// Whoever may approves what waits; the entry of the log that it became.
async fn approved(programs: &mut Programs<'_>, kind: &str, proposal: &Value) -> Value {
    let mut said = Vec::new();
    for role in APPROVE {
        let path = format!("/api/v1/proposals/{proposal}/approve");
        let answer =
            programs.by(role).await.send(&path, &format!("once-{kind}"), &json!({"reason": "it is in order"})).await;
        if answer.status == 200 {
            return answer.json()["data"]["entry"].clone();
        }
        said.push(answer.text());
    }
    panic!("nobody approves {kind}: {said:?}")
}
