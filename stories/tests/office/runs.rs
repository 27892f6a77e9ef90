//! A month of billing at the workbench: two people, decisions in bulk, a signature that is refused, and work that is
//! killed in the middle and goes on.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use stories::Program;
use testkit::{Answer, Client, Served};

use crate::hall::{Hall, page, send};
use crate::home::waiting;

/// The third period of the demo's first cycle that was not billed: nothing was read for so long that every bill is odd.
const NEXT: &str = "/runs/new?cycle=C1&from=2026-03-01";

/// Looks at a page until it says something.
pub(crate) async fn until(client: &Client, path: &str, words: &str) -> Answer {
    for _ in 0..1_200 {
        let answer = page(client, path).await;
        if answer.text().contains(words) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never says “{words}”: {}", page(client, path).await.text());
}

/// How many parts of the step under way are done, and how many there are.
async fn parts(client: &Client, run: &str) -> (i64, i64) {
    let told = page(client, &format!("/api/v1{run}")).await.json();
    let count = |name: &str| told["data"][name].as_i64().expect("a run tells its parts");
    (count("parts_done"), count("parts"))
}

/// Bills a month of the first cycle at the command line.
fn bill_by_command(hall: &Hall, from: &str) {
    let (analyst, supervisor) = ("billing_analyst", "supervisor");
    let period = ["--cycle", "C1", "--from", from];
    hall.program.done(analyst, &[&["run", "close-reads"], &period[..]].concat());
    let number = hall.program.done(analyst, &[&["run", "prepare"], &period[..]].concat());
    let run = number.trim();
    hall.program.done(analyst, &["run", "trial", run]);
    hall.program.done(analyst, &["run", "exceptions", run, "--apply-rules"]);
    hall.program.done(supervisor, &["run", "sign", run]);
    hall.program.done(analyst, &["run", "post", run]);
}

/// The program lies beside the folder of the test that runs.
fn program_file() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    folder.join(format!("portreeve{}", std::env::consts::EXE_SUFFIX))
}

/// The program carrying out work and nothing else.
fn worker(hall: &Hall) -> Child {
    let mut command = Command::new(program_file());
    command.args(["--db", &hall.program.url, "--business-date", "2026-07-01", "work"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_billed_by_two_people() {
    let test = "a_month_is_billed_by_two_people";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        bill_by_command(&hall, "2026-01-01");
        bill_by_command(&hall, "2026-02-01");
        let (analyst, supervisor) = (hall.sign_in("billing_analyst").await, hall.sign_in("supervisor").await);
        assert!(page(&analyst, "/runs").await.text().contains("Close the reads"), "the list says what is next");
        // The reads are closed by the worker, and only then a run is prepared.
        send(&analyst, NEXT, "/runs/close-reads", &[]).await;
        until(&analyst, NEXT, "The reads are closed").await;
        let answer = send(&analyst, NEXT, "/runs/new", &[("bill_on", "2026-04-06")]).await;
        let run = answer.url.path().to_owned();
        assert_ne!(run, "/runs/new", "one is sent to the run: {}", answer.text());
        until(&analyst, &run, "Try the bills").await;
        send(&analyst, &run, &format!("{run}/trial"), &[]).await;
        until(&analyst, &run, "It is tried.").await;
        decide_everything(&hall, &analyst, &run).await;
        sign_and_post((&analyst, &supervisor), &run).await;
        let books = hall.program.done("console", &["ledger", "prove"]);
        assert!(books.contains("\"is_proved\": true"), "{books}");
        let proof = page(&analyst, "/completeness?as_of=2026-04-06").await.text();
        assert!(proof.contains("On exactly one bill") && !proof.contains("what nothing explains"), "{proof}");
        hall.close().await;
    }
}

/// One bill is held by itself, then the rest of the queue is released at once, and once more by who was too late.
async fn decide_everything(hall: &Hall, analyst: &Client, run: &str) {
    let account = first_account(hall, run).await;
    let one = format!("{run}/exceptions/{account}");
    let shown = page(analyst, &one).await;
    assert!(shown.text().contains("What it charges"), "{}", shown.text());
    let empty = analyst.post_form(&shown, &one, &[("decision", "hold"), ("assignee", "Ada Lind")]).await;
    assert_eq!(empty.status, 422, "a decision has a reason: {}", empty.text());
    // Two look at the queue and at the bill before anything is decided.
    let many = format!("{run}/exceptions/decide");
    let early = page(analyst, &format!("{many}?state=open&scope=all&decision=release")).await;
    let colleague = page(analyst, &one).await;
    let held =
        [("decision", "hold"), ("assignee", "Ada Lind"), ("until", "2026-07-15"), ("reason", "a leak was reported")];
    let answer = analyst.post_form(&shown, &one, &held).await;
    assert!(answer.text().contains("is held"), "{}", answer.text());
    let queue = page(analyst, &format!("{run}/exceptions?state=held")).await.text();
    assert!(queue.contains("a leak was reported") && queue.contains("Ada Lind"), "{queue}");
    // A form that was opened before does not take the hold back unseen.
    if colleague.text().contains("value=\"release\"") {
        let late = [("decision", "release"), ("reason", "looks right to me"), ("key", "the-key-of-a-colleague")];
        let late = analyst.post_form(&colleague, &one, &late).await;
        assert!(late.status == 422 && late.text().contains("changed since you looked"), "{}", late.text());
        let queue = page(analyst, &format!("{run}/exceptions?state=held")).await.text();
        assert!(queue.contains("a leak was reported"), "the hold stands: {queue}");
    }
    // Nor does one opened for all of them; its answer says how many there are now, and can be sent.
    let late = [("reason", "the route was estimated"), ("key", "another-form-another-key")];
    let late = analyst.post_form(&early, &many, &late).await;
    assert!(late.status == 422 && late.text().contains("The queue has changed"), "{}", late.text());
    let answer = analyst.post_form(&late, &many, &[("reason", "the route was estimated")]).await;
    assert!(answer.text().contains("released"), "{}", answer.text());
    until(analyst, run, "Every exception is decided").await;
}

/// An account of the run: one that the trial found something on, or any other.
async fn first_account(hall: &Hall, run: &str) -> String {
    let number: i64 = run.rsplit('/').next().and_then(|part| part.parse().ok()).expect("a run has a number");
    let mut read = hall.db().read().await.expect("the town is there");
    let sql =
        "select min(t.account_id) from run_trial t join bill_run r on r.run_id = t.run_id where r.run_number = $1";
    let account =
        read.number(sql, vec![number.into()]).await.expect("the trial can be read").expect("bills were tried");
    let number = read.number("select number from account where account_id = $1", vec![account.into()]).await;
    let serial = number.expect("accounts can be read").expect("the account is there");
    kernel::AccountNumber::issue(serial).to_string()
}

async fn sign_and_post((analyst, supervisor): (&Client, &Client), run: &str) {
    let register = format!("{run}/register");
    let shown = page(analyst, &register).await;
    assert!(!shown.text().contains("differs"), "what must agree agrees: {}", shown.text());
    assert_eq!(analyst.post(&register, &[("reason", "mine")]).await.status, 403, "whoever prepares may not sign");
    let (read, tab) = (page(supervisor, &register).await, page(supervisor, &register).await);
    let stale = [("reason", "compared with December"), ("seen", "0000")];
    let refused = supervisor.post_form(&read, &register, &stale).await;
    assert_eq!(refused.status, 422, "another register than the one read is not signed: {}", refused.text());
    // The answer shows the register as it is now, and its form is for that one.
    let signed = supervisor.post_form(&refused, &register, &[("reason", "compared with December")]).await;
    assert!(signed.text().contains("The register is signed"), "{}", signed.text());
    // The same page in another tab: whoever signs there once more is told that it is signed, and by whom.
    let again = supervisor.post_form(&tab, &register, &[("reason", "compared with December")]).await;
    let text = again.text();
    assert!(text.contains("You did not sign the register") && text.contains("signed it already"), "{text}");
    for form in ["csv", "xlsx", "text"] {
        let file = page(supervisor, &format!("{register}?as={form}")).await;
        assert!(file.header("content-disposition").is_some_and(|name| name.contains("register-")), "{form}");
    }
    send(analyst, run, &format!("{run}/post"), &[]).await;
    until(analyst, run, "Mark the bills as given out").await;
    assert!(!page(analyst, &register).await.text().contains("differs"), "the books say what the register says");
    send(analyst, run, &format!("{run}/issue"), &[]).await;
    until(analyst, run, "the bills are with the customers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_is_followed_by_the_next() {
    let test = "a_worker_that_is_killed_is_followed_by_the_next";
    for engine in testkit::engines(test) {
        let mut hall = Hall::on(engine).await;
        let close = ["run", "close-reads", "--cycle", "C1", "--from", "2026-01-01"];
        hall.program.done("billing_analyst", &close);
        let prepare = ["run", "prepare", "--cycle", "C1", "--from", "2026-01-01", "--chunk-accounts", "1"];
        let number = hall.program.done("billing_analyst", &prepare);
        let run = format!("/runs/{}", number.trim());
        // Nobody works in the process that serves.
        hall.served = Served::start(&hall.program.url, &["--demo", "--no-work"]).await;
        let analyst = hall.sign_in("billing_analyst").await;
        send(&analyst, &run, &format!("{run}/trial"), &[]).await;
        tokio::time::sleep(Duration::from_millis(900)).await;
        assert_eq!(parts(&analyst, &run).await.0, 0, "nothing is done where nobody works");
        assert!(page(&analyst, &run).await.text().contains("Trying the bills"), "the page says what is under way");
        let mut first = worker(&hall);
        let mut done = 0;
        for _ in 0..600 {
            done = parts(&analyst, &run).await.0;
            if 0 < done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        first.kill().and_then(|()| first.wait()).expect("the worker is killed");
        assert!(0 < done, "the first worker has begun");
        let mut second = worker(&hall);
        until(&analyst, &run, "It is tried.").await;
        let (done, all) = parts(&analyst, &run).await;
        assert_eq!(done, all, "every part is done once");
        second.kill().and_then(|()| second.wait()).expect("the worker is killed");
        let twice = "select count(*) from (select account_id from run_trial where run_id = (select max(run_id) from bill_run) \
                     group by account_id having 1 < count(*)) twice";
        let mut read = hall.db().read().await.expect("the town is there");
        assert_eq!(read.number(twice, vec![]).await.expect("trials can be read"), Some(0), "no bill was tried twice");
        drop(read);
        hall.close().await;
    }
}

/// January of the first cycle is posted, and one bill is held until a day that is past by now: its run and account.
pub(crate) async fn posted_with_a_hold(hall: &Hall) -> (String, String) {
    let (analyst, supervisor) = ("billing_analyst", "supervisor");
    let period = ["--cycle", "C1", "--from", "2026-01-01"];
    hall.program.done(analyst, &[&["run", "close-reads"], &period[..]].concat());
    let number = hall.program.done(analyst, &[&["run", "prepare"], &period[..]].concat());
    let run = number.trim();
    hall.program.done(analyst, &["run", "trial", run]);
    hall.program.done(analyst, &["run", "exceptions", run, "--apply-rules"]);
    let account = first_account(hall, &format!("/runs/{run}")).await;
    let hold = ["--hold", account.as_str(), "--assignee", "Ada Lind", "--until", "2026-06-10"];
    // It was held while that day was to come.
    let then = Program { business_date: "2026-06-01".to_owned(), ..hall.program.clone() };
    then.done(analyst, &[&["run", "exceptions", run], &hold[..]].concat());
    hall.program.done(supervisor, &["run", "sign", run]);
    hall.program.done(analyst, &["run", "post", run]);
    (run.to_owned(), account)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_bill_is_made_at_last_and_leaves_every_list() {
    let test = "a_held_bill_is_made_at_last_and_leaves_every_list";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let (run, account) = posted_with_a_hold(&hall).await;
        let (analyst, supervisor) = (hall.sign_in("billing_analyst").await, hall.sign_in("supervisor").await);
        let (run_page, one) = (format!("/runs/{run}"), format!("/runs/{run}/exceptions/{account}"));
        assert!(page(&analyst, "/runs/held").await.text().contains(&one), "it is listed");
        assert!(page(&analyst, &run_page).await.text().contains(&one), "it waits on its run");
        let shown = page(&analyst, &one).await;
        let own = format!("/bills/{run}-");
        assert!(!shown.text().contains(&own), "no bill of the run to be led to: {}", shown.text());
        let make = format!("{run_page}/held");
        assert!(page(&analyst, &make).await.text().contains(&account), "it can be made with others");
        let empty = analyst.post_form(&shown, &make, &[("bill_on", "2026-07-01")]).await;
        assert_eq!(empty.status, 422, "without a reason none is made: {}", empty.text());
        let fields = [("bill_on", "2026-07-01"), ("reason", "the read was looked at on site")];
        let made = analyst.post_form(&shown, &make, &fields).await;
        let again = made.url.path().to_owned();
        assert!(again.starts_with("/runs/") && again != make, "{again}: {}", made.text());
        until(&analyst, &again, "Try the bills").await;
        send(&analyst, &again, &format!("{again}/trial"), &[]).await;
        until(&analyst, &again, "It is tried.").await;
        let decide = format!("{again}/exceptions/decide");
        let open = analyst.get(&format!("{decide}?state=open&scope=all&decision=release")).await;
        if open.url.path() == decide {
            analyst.post_form(&open, &decide, &[("reason", "it is right")]).await;
        }
        let register = format!("{again}/register");
        let signed = send(&supervisor, &register, &register, &[("reason", "one bill, looked at")]).await;
        assert!(signed.text().contains("The register is signed"), "{}", signed.text());
        send(&analyst, &again, &format!("{again}/post"), &[]).await;
        until(&analyst, &again, "Mark the bills as given out").await;
        assert_eq!(waiting(&analyst, "Bills to give out").await, Some(2), "both runs, until their bills are out");
        assert_eq!(waiting(&analyst, "Holds past their date").await, Some(0));
        for path in ["/runs/held", &run_page] {
            assert!(!page(&analyst, path).await.text().contains(&one), "it waits no more on {path}");
        }
        let made = page(&analyst, &one).await.text();
        let bill = format!("/bills/{}", again.trim_start_matches("/runs/"));
        assert!(made.contains("made since") && made.contains(&bill), "it leads to its bill: {made}");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn held_bills_are_led_to_from_the_register_and_listed_for_programs() {
    let test = "held_bills_are_led_to_from_the_register_and_listed_for_programs";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let (run, account) = posted_with_a_hold(&hall).await;
        let (analyst, auditor) = (hall.sign_in("billing_analyst").await, hall.sign_in("auditor").await);
        let register = format!("/runs/{run}/register");
        #[rustfmt::skip]
        let rows = [
            (&analyst, format!("href=\"/runs/{run}/held\"")),
            (&auditor, format!("href=\"/runs/{run}/exceptions?state=held\"")),
        ];
        for (client, link) in rows {
            let shown = page(client, &register).await.text();
            assert!(!shown.contains("Held bills: the journals"), "what is held is in no journal: {shown}");
            assert!(shown.contains(&format!("/runs/{run}/charges?")), "what went out is listed: {shown}");
            assert!(shown.contains(&link), "{link} is missing: {shown}");
        }
        // Of what is held nothing is among the charges that go out, and something among all that were tried.
        let charges = async |of: &str| page(&auditor, &format!("/runs/{run}/charges?{of}&as=csv")).await.text();
        let (out, tried) = (charges("paid-by=customer&bills=out").await, charges("paid-by=customer").await);
        assert!(!out.contains(&account) && tried.contains(&account), "{account} is held: {out}");
        assert!(1 < out.lines().count() && out.lines().count() < tried.lines().count(), "{tried}");
        let (own, others) = (hall.token("auditor").await, hall.token("system_administrator").await);
        let program = Client::new(&hall.served.address);
        let held = async |token: &str, run: &str, ask: &str| {
            let path = format!("/api/v1/runs/{run}/held{ask}");
            Answer::of(program.request("GET".parse().expect("a method"), &path).bearer_auth(token)).await
        };
        assert_eq!(held(&others, &run, "").await.status, 403, "an administrator has no runs");
        assert_eq!(held(&own, "4711", "").await.status, 404);
        let told = held(&own, &run, "").await;
        assert_eq!(told.status, 200, "{}", told.text());
        let told = told.json();
        let all = told["data"].as_array().expect("a list");
        let one =
            all.iter().find(|one| one["account"] == json!(account)).unwrap_or_else(|| panic!("not there: {told}"));
        assert_eq!((&one["due_on"], &one["assignee"]), (&json!("2026-06-10"), &json!("Ada Lind")));
        assert!(one["total_cents"].is_i64() && one["code"].is_string() && one["reason"].is_string(), "{one}");
        // What a program names the run by is told with it.
        let number = run.parse::<i64>().expect("a run has a number");
        let mut read = hall.db().read().await.expect("the town is there");
        let id = billing::run_by_number(&mut read, number).await.expect("it reads").map(|run| run.id.0);
        drop(read);
        let request = program.request("GET".parse().expect("a method"), &format!("/api/v1/runs/{run}"));
        let told = Answer::of(request.bearer_auth(&own)).await.json();
        assert_eq!(told["data"]["id"], json!(id.expect("the run is there")), "{told}");
        // Piece by piece it is the same list.
        let (mut pieces, mut cursor) = (Vec::new(), String::new());
        loop {
            let piece = held(&own, &run, &format!("?limit=1{cursor}")).await.json();
            pieces.extend(piece["data"].as_array().expect("a list").clone());
            let Some(next) = piece["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(&pieces, all);
        hall.close().await;
    }
}

/// As many runs more as there are; they count as charges, of which a period may have several.
const AS_MANY_MORE: &str = "
    insert into bill_run (run_id, run_number, cycle_id, period_from, period_to, bill_on, due_on, gl_on, prepared_by,
                          prepare_order_id, trial_order_id, post_order_id, cancel_order_id, cancelled_act_id, kind,
                          of_run_id, price_on, issued_act_id)
    select r.run_id + most.id, r.run_number + most.number, r.cycle_id, r.period_from, r.period_to, r.bill_on, r.due_on,
           r.gl_on, r.prepared_by, r.prepare_order_id, r.trial_order_id, r.post_order_id, r.cancel_order_id,
           r.cancelled_act_id, 'charges', r.of_run_id, r.price_on, r.issued_act_id
    from bill_run r
    cross join (select max(run_id) as id, max(run_number) as number from bill_run) most";

#[tokio::test(flavor = "multi_thread")]
async fn every_run_is_on_a_page_of_fifty_however_many_there_are() {
    let test = "every_run_is_on_a_page_of_fifty_however_many_there_are";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let mut all = 0;
        while all <= 1_000 {
            let mut tx = hall.db().write(&db::DoorKey::for_the_door()).await.expect("nobody else writes");
            tx.run(AS_MANY_MORE, vec![]).await.expect("runs can be written");
            all = tx.number("select count(*) from bill_run", vec![]).await.expect("runs can be read").unwrap_or(0);
            tx.commit().await.expect("the runs are kept");
        }
        let analyst = hall.sign_in("billing_analyst").await;
        let numbers = async |address: &str| -> Vec<i64> {
            let shown = page(&analyst, address).await.text();
            let table = shown.split("<table").find(|table| table.contains("newest first</caption>")).expect("a table");
            let links = table.split("href=\"/runs/").skip(1);
            links.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
        };
        let (first, last) = (numbers("/runs").await, numbers(&format!("/runs?page={}", (all + 49) / 50)).await);
        assert_eq!(first, (all - 49..=all).rev().collect::<Vec<_>>(), "the newest first");
        assert_eq!(last, (1..=(all - 1) % 50 + 1).rev().collect::<Vec<_>>(), "down to the very first");
        assert_eq!(numbers("/runs?page=99999").await, last, "behind the last page is the last");
        assert_eq!(numbers("/runs?sort=from").await.len(), 50, "in another order, too");
        hall.close().await;
    }
}
