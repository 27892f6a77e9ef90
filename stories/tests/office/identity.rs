//! Who may be told what: a caller proves who they are, a number is seen by who says why, and the address of a protected
//! person leaves by no page and no file.

mod mail;

use chrono::NaiveDate;
use db::sqlite_path;
use kernel::{AccountNumber, Cents};
use serde_json::json;
use testkit::Client;

use crate::hall::{Hall, page, send};

/// An account of the town as outsiders know it.
struct Known {
    number: String,
    customer: String,
    phone: String,
    street: String,
    point: String,
    bill: String,
    bill_on: String,
    total: Cents,
}

impl Known {
    fn account(&self, below: &str) -> String {
        format!("/accounts/{}{below}", self.number)
    }

    fn identity(&self, below: &str) -> String {
        format!("/accounts/{}/identity/{}/{below}", self.number, self.customer)
    }

    /// What the form that verifies a caller calls them.
    fn holder(&self) -> String {
        format!("holder {}", self.customer)
    }

    fn last_four(&self) -> &str {
        &self.phone[self.phone.len() - 4..]
    }
}

/// The first accounts with a telephone that are served with water and were billed.
async fn known(hall: &Hall) -> Vec<Known> {
    let mut read = hall.db().read().await.expect("as the town is made");
    let people = "
        select a.account_id, a.number, c.reference, c.phone
        from account a
        join customer c on c.customer_id = a.customer_id
        where c.phone <> '' and 0 < a.account_id
        order by a.account_id
        limit 5";
    let people: Vec<(i64, i64, String, String)> = read.all(people, vec![]).await.expect("as the town is made");
    let mut all = Vec::new();
    for (account, number, customer, phone) in people {
        let place = "
            select p.reference, p.address
            from service_agreement s
            join service_point p on p.service_point_id = s.service_point_id
            where s.account_id = $1 and s.service = 'water' and s.stops_on is null";
        let bill = "
            select r.run_number, b.position, b.bill_on, b.total_cents
            from bill b
            join bill_run r on r.run_id = b.run_id
            left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
            where b.account_id = $1 and c.account_id is null
            order by b.bill_on desc, b.run_id desc
            limit 1";
        let place: Option<(String, String)> = read.one(place, vec![account.into()]).await.expect("as the town is made");
        let bill: Option<(i64, i64, NaiveDate, i64)> =
            read.one(bill, vec![account.into()]).await.expect("as the town is made");
        if let (Some((point, address)), Some((run, position, bill_on, total))) = (place, bill) {
            let number = AccountNumber::issue(number).to_string();
            let street = address.split(',').next().expect("as the town is made").to_owned();
            let bill = format!("{run}-{position:06}");
            let (bill_on, total) = (bill_on.to_string(), Cents(total));
            all.push(Known { number, customer, phone, street, point, bill, bill_on, total });
        }
    }
    assert!(2 <= all.len(), "the town has billed accounts with a telephone");
    all
}

/// Whether an account says that the caller is verified.
async fn is_verified(clerk: &Client, known: &Known) -> bool {
    let text = page(clerk, &known.account("")).await.text();
    match (text.contains("Caller not verified"), text.contains("Verified just now")) {
        (true, false) => false,
        (false, true) => true,
        _ => panic!("the page says both or neither: {text}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_proves_who_they_are_and_the_account_says_so() {
    for engine in testkit::engines("a_caller_proves_who_they_are_and_the_account_says_so") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let (clerk, colleague) = (hall.sign_in("csr").await, hall.sign_in("senior_csr").await);
        assert!(!is_verified(&clerk, &known).await);
        let verify = known.account("/verify");
        let shown = page(&clerk, &verify).await.text();
        assert!(!shown.contains(known.last_four()) && !shown.contains(&known.total.dollars()), "nothing to read out");

        let answer =
            send(&clerk, &verify, &verify, &[("caller", &known.holder()), ("heard", "name"), ("phone", "0000")]).await;
        assert!(answer.text().contains("Not verified"), "{}", answer.text());
        assert!(!is_verified(&clerk, &known).await);
        assert!(page(&clerk, &verify).await.text().contains("1 call today without proof"));

        let amount = known.total.dollars();
        let holder = known.holder();
        let fields = [("caller", holder.as_str()), ("phone", known.last_four()), ("bill_amount", amount.as_str())];
        let answer = send(&clerk, &verify, &verify, &fields).await;
        assert_eq!(answer.url.path(), known.account(""), "the account opens: {}", answer.text());
        assert!(is_verified(&clerk, &known).await);
        assert!(!is_verified(&colleague, &known).await, "the caller of a colleague is not one's own");

        let auditor = hall.sign_in("auditor").await;
        let log = page(&auditor, "/log?kind=identity.verify_caller").await.text();
        assert!(!log.contains(&amount), "what a caller said is stored nowhere");
        let refused = auditor.get(&verify).await;
        assert_eq!(refused.status, 403);
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_asks_for_is_changed_only_for_a_verified_caller() {
    for engine in testkit::engines("what_a_caller_asks_for_is_changed_only_for_a_verified_caller") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let clerk = hall.sign_in("csr").await;
        let contact = known.account("/contact");
        let authorize = known.account("/authorize");
        for path in [&contact, &authorize, &known.account("/address"), &known.account("/parties")] {
            let form = page(&clerk, path).await.text();
            assert!(form.contains("In writing") && !form.contains("On the phone</"), "{path}: {form}");
            assert!(form.contains("Verify the caller first"), "{path}");
        }
        let fields = [("phone", "(602) 555-7711"), ("email", "a@example.com")];
        let unsaid = send(&clerk, &contact, &contact, &fields).await;
        assert_eq!(unsaid.status, 422, "how it was asked for has to be said: {}", unsaid.text());
        let program = hall.api("csr").await;
        let asked = json!({
            "reason": "she called",
            "command": {"customer": known.customer, "phone": "(602) 555-7711", "email": "", "asked_by": {"way": "caller"}},
        });
        let refused = program.change("customers.set_contact", "caller-1", &asked).await;
        assert!(refused.text().contains("caller_not_verified"), "{}", refused.text());
        the_city_itself_says_why(&clerk, &known).await;

        let (verify, holder, amount) = (known.account("/verify"), known.holder(), known.total.dollars());
        let fields = [("caller", holder.as_str()), ("phone", known.last_four()), ("bill_amount", amount.as_str())];
        send(&clerk, &verify, &verify, &fields).await;
        let form = page(&clerk, &contact).await;
        assert!(form.text().contains("On the phone"), "{}", form.text());
        let fields = [("phone", "(602) 555-7711"), ("email", "a@example.com"), ("asked_by", "caller")];
        let done = clerk.post_form(&form, &contact, &fields).await;
        assert!(done.text().contains("Telephone and e-mail are recorded"), "{}", done.text());
        let colleague = hall.sign_in("senior_csr").await;
        let form = page(&colleague, &contact).await;
        assert!(!form.text().contains("On the phone</"), "the caller of a colleague is not one's own");
        let asks = page(&clerk, &verify).await.text();
        assert!(
            asks.contains("Not asked: the telephone of"),
            "a telephone that was just changed proves nobody: {asks}"
        );
        hall.close().await;
    }
}

/// What the city changes by itself has its reason, which stands in the log; it authorizes nobody.
async fn the_city_itself_says_why(clerk: &Client, known: &Known) {
    let contact = known.account("/contact");
    let fields = [("phone", known.phone.as_str()), ("email", "b@example.com"), ("asked_by", "city")];
    let unsaid = send(clerk, &contact, &contact, &fields).await;
    assert_eq!(unsaid.status, 422, "{}", unsaid.text());
    assert!(unsaid.text().contains("Say why the city itself changes this"), "{}", unsaid.text());
    let fields = [&fields[..], &[("why", "a typing error")]].concat();
    let done = send(clerk, &contact, &contact, &fields).await;
    assert!(done.text().contains("Telephone and e-mail are recorded"), "{}", done.text());
    assert!(done.text().contains("the city itself: a typing error"), "the timeline says why: {}", done.text());
    let authorize = known.account("/authorize");
    let fields =
        [("name", "Dora Lee"), ("asked_by", "city"), ("why", "found in a file"), ("reason", "found in a file")];
    assert_eq!(send(clerk, &authorize, &authorize, &fields).await.status, 422);
    let parties = known.account("/parties");
    let fields = [("role", "authorized"), ("customer", "C100009"), ("from_on", "2026-07-01")];
    let fields = [&fields[..], &[("asked_by", "city"), ("why", "found in a file")]].concat();
    let refused = send(clerk, &parties, &parties, &fields).await;
    assert!(refused.text().contains("The city itself authorizes nobody"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_too_often_is_not_asked_again_until_a_supervisor_looked() {
    for engine in testkit::engines("who_guesses_too_often_is_not_asked_again_until_a_supervisor_looked") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let (verify, holder, amount) = (known.account("/verify"), known.holder(), known.total.dollars());
        for digits in ["0000", "1111", "2222"] {
            let guess = [("caller", holder.as_str()), ("heard", "name"), ("phone", digits)];
            let answer = send(&clerk, &verify, &verify, &guess).await;
            assert!(answer.text().contains("Not verified"), "{}", answer.text());
        }
        let right = [("caller", holder.as_str()), ("phone", known.last_four()), ("bill_amount", amount.as_str())];
        let refused = send(&clerk, &verify, &verify, &right).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("nobody is verified on the phone"), "{}", refused.text());
        let shown = page(&clerk, &known.account("")).await.text();
        assert!(shown.contains("Too many callers did not prove who they are"), "{shown}");
        assert!(shown.contains("1 red flag to clear"), "{shown}");
        let at_the_counter = [("caller", holder.as_str()), ("heard", "name"), ("heard", "photo_id")];
        let seen = send(&clerk, &verify, &verify, &at_the_counter).await;
        assert_eq!(seen.url.path(), known.account(""), "a photo ID still counts: {}", seen.text());
        let flags = page(&supervisor, &known.account("/identity")).await.text();
        let hrefs = flags.split("href=\"").filter_map(|rest| rest.split('"').next());
        let clear = hrefs.filter(|href| href.contains("/red-flags/failed_calls/")).map(str::to_owned).next();
        let clear = clear.expect("the sign has a page of its own");
        assert_eq!(clerk.get(&clear).await.status, 403);
        send(&supervisor, &clear, &clear, &[("reason", "she called and mistyped")]).await;
        let verified = send(&clerk, &verify, &verify, &right).await;
        assert_eq!(verified.url.path(), known.account(""), "{}", verified.text());
        hall.close().await;
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_seen_by_who_says_why_and_stands_in_clear_nowhere() {
    const NUMBER: &str = "123-45-6789";
    for engine in testkit::engines("a_number_is_seen_by_who_says_why_and_stands_in_clear_nowhere") {
        let hall = Hall::on(engine).await;
        let all = known(&hall).await;
        let (one, other) = (&all[0], &all[1]);
        let (clerk, senior) = (hall.sign_in("csr").await, hall.sign_in("senior_csr").await);
        let record = one.identity("record");
        let wrong = send(&clerk, &record, &record, &[("kind", "ssn"), ("number", "000-45-6789")]).await;
        assert_eq!(wrong.status, 422);
        assert!(!wrong.text().contains("000-45"), "not even a wrong number is shown again");
        for known in [one, other] {
            let record = known.identity("record");
            let answer = send(&clerk, &record, &record, &[("kind", "ssn"), ("number", NUMBER)]).await;
            assert!(answer.text().contains("•••-••-6789"), "{}", answer.text());
        }
        let show = one.identity("tax_id/show");
        assert_eq!(clerk.get(&show).await.status, 403, "a clerk may record it, and not see it whole");
        let without = send(&senior, &show, &show, &[("reason", "")]).await;
        assert!(without.status == 422 && !without.text().contains(NUMBER));
        for reason in ["compare with the court's letter", "the letter came back"] {
            let whole = send(&senior, &show, &show, &[("reason", reason)]).await;
            assert!(whole.text().contains(NUMBER), "{}", whole.text());
        }
        let page_again = page(&senior, &one.account("/identity")).await.text();
        assert!(!page_again.contains(NUMBER) && page_again.contains("by Lena Duarte"), "{page_again}");
        let auditor = hall.sign_in("auditor").await;
        let log = page(&auditor, "/log?kind=identity.reveal").await.text();
        assert!(log.contains("the letter came back") && !log.contains("6789"));

        let check = one.account("/red-flags");
        let found = send(&senior, &one.account("/identity"), &check, &[]).await;
        assert!(found.text().contains("Same tax ID as another customer"), "{}", found.text());
        assert!(page(&clerk, &one.account("")).await.text().contains("1 red flag to clear"));
        let clear = found.text();
        let clear = clear.split("href=\"").filter_map(|rest| rest.split('"').next());
        let clear = clear.filter(|href| href.contains("/red-flags/same_tax_id/")).map(str::to_owned).next();
        let clear = clear.expect("the sign has a page of its own");
        assert_eq!(clerk.get(&clear).await.status, 403);
        let cleared = send(&senior, &clear, &clear, &[("reason", "mother and daughter mixed up the cards")]).await;
        assert!(cleared.text().contains("The red flag is cleared"));
        assert!(!page(&clerk, &one.account("")).await.text().contains("red flag to clear"));

        let mut bytes = hall.served.log().into_bytes();
        bytes.extend(hall.served.out().into_bytes());
        let mut read = hall.db().read().await.expect("as the town is made");
        for sql in ["select command from act", "select outcome from act", "select command from act_personal"] {
            let rows: Vec<(String,)> = read.all(sql, vec![]).await.expect("as the town is made");
            rows.iter().for_each(|(text,)| bytes.extend_from_slice(text.as_bytes()));
        }
        drop(read);
        if let Some(path) = sqlite_path(hall.db().url()) {
            for ending in ["", "-wal"] {
                let mut name = path.clone().into_os_string();
                name.push(ending);
                bytes.extend(std::fs::read(name).unwrap_or_default());
            }
        }
        assert!(holds(&bytes, "identity.check_opening") || holds(&bytes, "\"ssn\""), "the right bytes were looked at");
        assert!(!holds(&bytes, NUMBER) && !holds(&bytes, "123456789"), "the number stands in clear");
        hall.close().await;
    }
}

/// Every page that shows an address beside an account, its tables as files too.
fn pages(known: &Known) -> Vec<String> {
    let mut all: Vec<String> = ["", "/ledger", "/identity", "/verify", "/address", "/contact", "/parties"]
        .into_iter()
        .map(|below| known.account(below))
        .collect();
    all.extend([
        format!("/bills/{}", known.bill),
        format!("/bills/{}/why", known.bill),
        format!("/points/{}", known.point),
        "/accounts".to_owned(),
        "/accounts?as=csv".to_owned(),
        "/moves?from=2025-01-01&through=2025-12-31&as=csv".to_owned(),
        "/moves?from=2025-01-01&through=2025-12-31".to_owned(),
        "/reads/missing".to_owned(),
        "/reads/missing?as=csv".to_owned(),
        "/reads/missing?cycle=C1&from=2026-01-01&route=C1-01".to_owned(),
        "/routes/C1-01".to_owned(),
        "/routes/C1-01?as=csv".to_owned(),
        "/api/v1/routes/C1-01/stops?limit=200".to_owned(),
        "/reads/flagged?as=csv".to_owned(),
        format!("/search?q={}", known.customer),
        format!("/search?q={}", known.number),
        format!("/search?q={}", known.point),
    ]);
    all
}

/// Somebody follows at the place of an account: the last step of the move, where mail for whoever comes is asked for.
async fn preview_of_a_move(clerk: &Client, known: &Known) -> String {
    let fields = [("kind", "transfer"), ("account", known.number.as_str())];
    let day = send(clerk, "/moves/new", "/moves/new", &fields).await;
    let fields = [("on", "2026-01-20"), ("point", known.point.as_str())];
    let preview = clerk.post_form(&day, "/moves/day", &fields).await;
    assert_eq!(preview.url.path(), "/moves/preview", "{}", preview.text());
    let text = preview.text();
    assert!(text.contains("mail_street"), "mail is asked for: {text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_address_leaves_by_no_page_and_no_file() {
    for engine in testkit::engines("a_protected_address_leaves_by_no_page_and_no_file") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let analyst = hall.sign_in("billing_analyst").await;
        assert!(page(&clerk, &known.account("")).await.text().contains(&known.street), "told before");
        let protect = known.identity("protect");
        assert_eq!(clerk.get(&protect).await.status, 403);
        let fields = [
            ("program", "acp"),
            ("street", "PO Box 1297 Apt 311"),
            ("city", "Phoenix"),
            ("state", "AZ"),
            ("postal_code", "85001"),
            ("review_on", "2027-07-01"),
            ("reason", "the card of the program was shown"),
        ];
        let answer = send(&supervisor, &protect, &protect, &fields).await;
        assert!(answer.text().contains("confidential from now on"), "{}", answer.text());

        for path in pages(&known) {
            for who in [&clerk, &analyst] {
                let answer = who.get(&path).await;
                let text = answer.text();
                assert!(answer.status < 500, "{path}: {text}");
                assert!(!text.contains(&known.street), "{path} tells the street: {text}");
                assert!(!text.contains(&known.phone), "{path} tells the telephone: {text}");
            }
        }
        let walk = page(&clerk, "/routes/C1-01").await.text();
        assert!(
            walk.contains("Confidential") && !walk.contains(&known.point),
            "its neighbors tell where it is: {walk}"
        );
        assert!(
            !page(&clerk, &format!("/points/{}", known.point)).await.text().contains("C1-01"),
            "it tells its route"
        );
        let preview = preview_of_a_move(&clerk, &known).await;
        assert!(!preview.contains(&known.street), "the preview of a move tells the street: {preview}");
        assert!(page(&clerk, &known.account("")).await.text().contains("PO Box 1297 Apt 311"));
        let by_street = page(&clerk, &format!("/search?q={}", known.street.replace(' ', "+"))).await;
        assert_ne!(by_street.url.path(), known.account(""), "nobody is found by where they live");
        assert!(!by_street.text().contains(&format!("href=\"{}\"", known.account(""))), "{}", by_street.text());

        let folder = tempfile::tempdir().expect("as the town is made");
        for kind in ["customers", "agreements"] {
            let path = folder.path().join(kind);
            hall.program.done("console", &["export", kind, "--out", path.to_str().expect("as the town is made")]);
            let text = std::fs::read_to_string(path).expect("as the town is made");
            let theirs: Vec<&str> = text.lines().filter(|line| line.contains(&known.customer)).collect();
            assert!(
                theirs.iter().all(|line| !line.contains(&known.street) && !line.contains(&known.phone)),
                "{theirs:?}"
            );
            if kind == "agreements" {
                assert!(!text.contains(&known.point), "the file tells where they are served");
            }
        }
        let printed = hall.program.done("console", &["bill", "show", &known.bill]);
        assert!(!printed.contains(&known.street) && printed.contains("PO Box 1297 Apt 311"), "{printed}");
        assert!(page(&supervisor, &known.account("")).await.text().contains(&known.street), "who may, sees it");

        let lift = known.identity("lift");
        send(&supervisor, &lift, &lift, &[("reason", "the participant asked for it in writing")]).await;
        assert!(page(&clerk, &known.account("")).await.text().contains(&known.street));
        hall.close().await;
    }
}
