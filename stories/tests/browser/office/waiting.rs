//! Makes something wait in every queue there is: by commands of those whose work it is, wherever a command can.

use std::path::Path;
use std::time::Instant;

use db::{Db, DoorKey, Engine};
use stories::Program;
use testkit::Served;

use super::Town;
use crate::events;

/// Every queue that the home page has for anybody.
pub(super) const QUEUES: [&str; 27] = [
    "To approve",
    "Sent back to you",
    "Yours, waiting for approval",
    "Outliers to look at",
    "Permissions to look at",
    "Runs to try",
    "Exceptions to decide",
    "Holds past their date",
    "Registers to sign",
    "Runs to post",
    "Bills to give out",
    "Runs that stand still",
    "Periods to bill",
    "Bills to make again",
    "Red flags to clear",
    "Protected addresses to ask about",
    "Files that wait for their scan",
    "Rates that wait for your approval",
    "Proposed rates not in force",
    "Rates that begin within 30 days",
    "Cycles being read",
    "Reads to close",
    "Reads to look at",
    "Agreements to complete",
    "Reports that were not made",
    "Webhook messages given up",
    "Webhooks ended by their receiver",
];

/// A scanner that cannot look into anything, since there is no such program.
const SCANNER: &str = "no-such-scanner";

/// An account of the demo that has no file yet.
const ANOTHER: &str = "100005-8";

/// The demo's town with something in every queue, served where files are scanned; its files lie in a folder.
pub(super) async fn town(engine: Engine, folder: &Path) -> Town {
    let begun = Instant::now();
    let place = stories::demo(engine).await;
    let program = Program::on(&place.url);
    events::happen(&program, &place.db).await;
    runs_wait(&program, &place.db).await;
    proposals_wait(&program, &place.db).await;
    rates_begin(&program, folder);
    an_agreement_lacks_something(&program, folder);
    people_are_asked_about(&program);
    a_report_is_not_made(&program);
    let files = events::attach(&program, (folder, ANOTHER), &["--scan-with", SCANNER]);
    webhooks_stand_still(&program, &place.db, &files.keys).await;
    let serve = ["--demo", "--attachments", &files.place, "--scan-with", SCANNER, "--key-file", &files.keys];
    let served = Served::start(&place.url, &serve).await;
    Town { program, served, place, begun }
}

/// Runs at each of their steps, besides the one of the first cycle whose exceptions wait.
async fn runs_wait(program: &Program, db: &Db) {
    let analyst = |words: &[&str]| program.done("billing_analyst", words);
    let prepared = |cycle: &str, from: &str| {
        let period = ["--cycle", cycle, "--from", from];
        analyst(&[&["run", "close-reads"], &period[..]].concat());
        analyst(&[&["run", "prepare"], &period[..]].concat()).trim().to_owned()
    };
    let tried = |cycle: &str, from: &str| {
        let run = prepared(cycle, from);
        analyst(&["run", "trial", &run]);
        decide(program, &run);
        run
    };
    let signed = |cycle: &str, from: &str| {
        let run = tried(cycle, from);
        program.done("supervisor", &["run", "sign", &run]);
        run
    };
    let to_give_out = signed("C2", "2026-01-08");
    hold_until_june(program, db, &to_give_out).await;
    analyst(&["run", "post", &to_give_out]);
    prepared("C2", "2026-02-08");
    tried("C3", "2026-01-15");
    signed("C3", "2026-02-15");
    // The month of its bills is locked between the signature and the books, so no part of it is posted.
    let stands_still = signed("C4", "2026-01-22");
    program.done("revenue_accountant", &["ledger", "lock", "2026-02"]);
    program.ends("billing_analyst", &["run", "post", &stands_still], 1);
}

/// The rules decide what they cover, and what is open then is held.
fn decide(program: &Program, run: &str) {
    let exceptions = |words: &[&str]| program.done("billing_analyst", &[&["run", "exceptions", run], words].concat());
    let mut listed = exceptions(&["--apply-rules"]);
    let is_open = |fields: &Vec<&str>| fields[2] == "open";
    while let Some(open) = listed.lines().map(|line| line.split_whitespace().collect()).find(is_open) {
        listed = exceptions(&["--hold", open[0], "--assignee", "Ada Lind", "--until", "2026-07-10"]);
    }
}

/// The first bill of a run is held until a day that is past by now.
async fn hold_until_june(program: &Program, db: &Db, run: &str) {
    let first = "
        select min(i.account_id)
        from run_item i
        join bill_run r on r.run_id = i.run_id
        where r.run_number = $1";
    let run_number: i64 = run.parse().expect("a run has a number");
    let mut read = db.read().await.expect("the town opens");
    let first = read.number(first, vec![run_number.into()]).await.expect("it reads").expect("a run has bills");
    let first = kernel::AccountId(first);
    let account = customers::accounts_by_id(&mut read, &[first]).await.expect("it reads")[&first].number.to_string();
    drop(read);
    let then = Program { business_date: "2026-06-01".to_owned(), ..program.clone() };
    let hold = ["--hold", &account, "--assignee", "Ada Lind", "--until", "2026-06-10"];
    then.done("billing_analyst", &[&["run", "exceptions", run], &hold[..]].concat());
}

/// Of two credits above a clerk's limit one waits and one is sent back, a credit just below it looks odd, and rates wait
/// for their approval.
async fn proposals_wait(program: &Program, db: &Db) {
    let [waits, sent_back, odd] = highest_bills(db).await;
    let adjust = |amount: &str, bill: &str| {
        let words = ["adjust", "bill", bill, "water.consumption", "--amount", amount, "--code", "goodwill"];
        program.run("csr", &[&["--reason", "a wrong date was told"][..], &words].concat())
    };
    let [_waiting, adjusted] = [waits, sent_back].map(|bill| adjust("-60.00", &bill).waits_as());
    program.done("supervisor", &["--reason", "which date was it?", "proposal", "send-back", &adjusted]);
    let adjusted = adjust("-45.50", &odd);
    assert_eq!(adjusted.code, 0, "{}{}", adjusted.out, adjusted.err);
    let schedule = ["--reason", "as council decided", "rates", "schedule", "fee-extra-pickup", "2026-10-01"];
    let _scheduling = program.run("billing_analyst", &schedule).waits_as();
}

/// The bills of a summer's run for which most was used: high enough to give something back.
async fn highest_bills(db: &Db) -> [String; 3] {
    let highest = "
        select r.run_number, b.position
        from bill b
        join bill_run r on r.run_id = b.run_id
        join run_item i on i.account_id = b.account_id and i.run_id = b.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where r.run_number = 29 and c.account_id is null
        group by r.run_number, b.position
        order by max(coalesce(i.steps, 0)) desc, b.position
        limit 3";
    let mut read = db.read().await.expect("the town opens");
    let highest: Vec<(i64, i64)> = read.all(highest, Vec::new()).await.expect("it reads");
    let numbers = highest.into_iter().map(|(run, position)| kernel::BillNumber { run, position }.to_string());
    numbers.collect::<Vec<_>>().try_into().expect("the demo has bills")
}

/// Rates begin in two weeks: one proposes them, another approves.
fn rates_begin(program: &Program, folder: &Path) {
    events::propose_rates(program, folder, "2026-07-15");
    let schedule = ["--reason", "as council decided", "rates", "schedule", "fee-extra-pickup", "2026-07-15"];
    let scheduled = program.run("billing_analyst", &schedule).waits_as();
    program.done("revenue_administrator", &["--reason", "so it was decided", "proposal", "approve", &scheduled]);
}

/// A file tells of a service and not of who is served.
fn an_agreement_lacks_something(program: &Program, folder: &Path) {
    let file = folder.join("agreements.csv");
    let told = "service_point,service,account,schedule,cycle,class,dimensions,starts_on,stops_on\n\
                P000000-W,trash,,,,residential,,2026-07-01,\n";
    std::fs::write(&file, told).expect("a file can be written");
    let file = file.to_str().expect("temporary folders have plain names");
    program.done("billing_analyst", &["import", "agreements", file]);
}

/// Somebody's address is confidential until a day that is near.
fn people_are_asked_about(program: &Program) {
    let protect = ["identity", "protect", "C100004", "--program", "request", "--review-on", "2026-07-20"];
    let substitute = ["--street", "PO Box 8", "--city", "Phoenix", "--state", "AZ", "--postal-code", "85001"];
    program.done("supervisor", &[&protect[..], &substitute].concat());
}

/// A report asks for what the view does not have, as one that was saved before the view had another column.
fn a_report_is_not_made(program: &Program) {
    let analyst = |words: &[&str]| program.done("billing_analyst", words);
    let address = "/reports/views/bills?column1=color&how1=is&value1=red";
    let kept = analyst(&["report", "save", "Red bills", address]);
    analyst(&["report", "schedule", kept.trim(), "--every", "day"]);
    let made = analyst(&["report", "make"]);
    assert!(made.contains("1 not"), "{made}");
}

/// A message is given up, and a receiver wants no more. The first takes a day of tries, the second a program elsewhere
/// that answers 410: no command does either, so both are written as the sender writes them.
async fn webhooks_stand_still(program: &Program, db: &Db, keys: &str) {
    let add = ["webhooks", "add", "Old portal", "https://portal.example.gov/told", "--kinds", "identity.*"];
    program.done("system_administrator", &[&add[..], &["--key-file", keys]].concat());
    const GIVEN_UP: &str = "
        update webhook_delivery
        set state = 'given_up'
        where delivery_id = (select min(delivery_id) from webhook_delivery)";
    const ENDED: &str = "
        update webhook
        set state = 'gone'
        where title = 'Old portal'";
    let mut tx = db.write(&DoorKey::for_the_door()).await.expect("the town can be written");
    for sql in [GIVEN_UP, ENDED] {
        tx.run_once(sql, Vec::new()).await.expect("one row is changed");
    }
    tx.commit().await.expect("it is written");
}
