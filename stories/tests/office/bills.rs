//! A caller with a high bill: explained, adjusted by the leak rule, taken back, made again; every cent with its tax.

use std::collections::BTreeMap;

use billing::acts::{AdjustAccount, AdjustableCharge, adjustable_charges, preview_adjustment};
use billing::{BillInOrder, ExplainedExtra, LeakFigures, TaxReport};
use chrono::NaiveDate;
use kernel::{AccountId, BillNumber, Cents};
use serde_json::{Value, json};
use testkit::Client;

use crate::hall::{Api, Hall, page, send};
use crate::home::waiting;

/// The day on which the hall is open.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, 1).expect("a day")
}

/// A bill with a leak: its number, its account, and what the rule gives.
struct Leak {
    bill: BillNumber,
    account: AccountId,
    figures: LeakFigures,
}

/// The first bill to which the town's rule gives something.
async fn leak(hall: &Hall) -> Leak {
    let mut read = hall.db().read().await.expect("as the town is made");
    let last = billing::last_account(&mut read).await.expect("as the town is made");
    for account in 1..=last.0 {
        let bills: Vec<BillInOrder> =
            billing::bills_of_account(&mut read, AccountId(account)).await.expect("as the town is made");
        for bill in bills.iter().rev().filter(|bill| !bill.is_cancelled) {
            let quote = billing::leak_quote(&mut read, bill.number, today())
                .await
                .expect("as the town is made")
                .expect("as the town is made");
            let figures = quote.services.into_iter().find_map(|service| service.outcome.ok());
            if let Some(figures) = figures {
                return Leak { bill: bill.number, account: AccountId(account), figures };
            }
        }
    }
    panic!("nobody in the town had a leak that the rule takes up");
}

async fn balance(hall: &Hall, account: AccountId) -> Cents {
    finance::balance_of(&mut hall.db().read().await.expect("as the town is made"), account)
        .await
        .expect("as the town is made")
}

/// What adjustments moved of the taxes that the city owes.
async fn tax_otherwise(hall: &Hall) -> Cents {
    let mut read = hall.db().read().await.expect("as the town is made");
    let first = NaiveDate::from_ymd_opt(2026, 7, 1).expect("as the town is made");
    let report: TaxReport = billing::tax_report(&mut read, first, today()).await.expect("as the town is made");
    report.owed.iter().map(|line| line.adjusted).sum()
}

/// What a leak adjustment takes back of a tax that the city bears itself.
async fn borne_by_city(hall: &Hall, leak: &Leak) -> Cents {
    let act = AdjustAccount {
        bill: leak.bill.to_string(),
        revenue: "water.consumption".into(),
        cents: leak.figures.credit,
        effective_on: today(),
        reason_code: "leak".into(),
        reason: "a preview".into(),
        service_point: None,
        schedule: None,
        seen: None,
    };
    let preview = preview_adjustment(&mut hall.db().read().await.expect("as the town is made"), &act, today())
        .await
        .expect("as the town is made");
    preview.parts.iter().filter(|part| part.is_borne).map(|part| part.cents).sum()
}

async fn explained(clerk: &Client, bill: BillNumber, total: Cents) {
    let statement = page(clerk, &format!("/bills/{bill}")).await.text();
    assert!(statement.contains("Compared with the last bill"), "{statement}");
    assert!(statement.contains(&total.dollars()), "the statement of {bill} does not say {}", total.dollars());
    let why = page(clerk, &format!("/bills/{bill}/why")).await.text();
    for words in [" kgal at ", "Read on", "/rates/water/", "In the books", "Adopted by"] {
        assert!(why.contains(words), "why {bill} does not say {words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_is_explained_adjusted_and_taken_back_with_its_tax() {
    for engine in testkit::engines("a_leak_is_explained_adjusted_and_taken_back_with_its_tax") {
        let hall = Hall::on(engine).await;
        let leak = leak(&hall).await;
        let (bill, account) = (leak.bill, leak.account);
        let (before, tax_before) = (balance(&hall, account).await, tax_otherwise(&hall).await);
        let clerk = hall.sign_in("supervisor").await;
        let borne = borne_by_city(&hall, &leak).await;
        explained(&clerk, bill, leak.figures.charged).await;

        let path = format!("/bills/{bill}/leak");
        let shown = page(&clerk, &path).await;
        let nothing = [("shown", "")];
        let refused = clerk.post_form(&shown, &format!("{path}/1"), &nothing).await;
        assert_eq!(refused.status, 422, "a leak adjustment without evidence: {}", refused.text());
        let sent = [("shown", "plumber's receipt of June 3")];
        // Whoever looked at other figures is shown those of now, and can send that answer's own form.
        let other = [("shown", "plumber's receipt of June 3"), ("seen", "other figures")];
        let stale = clerk.post_form(&shown, &format!("{path}/1"), &other).await;
        assert!(stale.status == 422 && stale.text().contains("figures changed since you looked"), "{}", stale.text());
        assert_eq!(balance(&hall, account).await, before, "nothing is given for other figures");
        let done = clerk.post_form(&stale, &format!("{path}/1"), &sent).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert!(done.text().contains("Adjusted by"), "{}", done.text());

        let mut read = hall.db().read().await.expect("as the town is made");
        let adjusted = billing::adjustments_of(&mut read, account)
            .await
            .expect("as the town is made")
            .pop()
            .expect("as the town is made");
        drop(read);
        assert_eq!(adjusted.cents, leak.figures.credit, "the credit is what the rule gave");
        assert!(adjusted.tax < Cents::ZERO, "water is taxed, and its credit too");
        let moved = adjusted.cents + adjusted.tax;
        assert_eq!(balance(&hall, account).await, before + moved, "the postings are the credit and its tax");
        let owed = tax_before + adjusted.tax + borne;
        assert_eq!(tax_otherwise(&hall).await, owed, "the tax report has the tax of the credit, and the city's own");

        let again = page(&clerk, &path).await.text();
        assert!(again.contains("This bill has a leak adjustment already"), "{again}");
        let number = {
            let mut read = hall.db().read().await.expect("as the town is made");
            billing::adjustments_of(&mut read, account).await.expect("as the town is made").len()
        };
        let undo = format!("/bills/{bill}/undo/{number}");
        let shown = page(&clerk, &undo).await;
        let back = clerk.post_form(&shown, &undo, &[("reason", "the receipt was of another house")]).await;
        assert!(back.text().contains("was taken back"), "{}", back.text());
        assert_eq!(balance(&hall, account).await, before, "it went back whole");
        assert_eq!(tax_otherwise(&hall).await, tax_before, "and so did its tax");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adjustment_is_shown_before_it_is_made_and_above_the_limit_it_waits() {
    for engine in testkit::engines("an_adjustment_is_shown_before_it_is_made_and_above_the_limit_it_waits") {
        let hall = Hall::on(engine).await;
        let leak = leak(&hall).await;
        let (bill, account) = (leak.bill, leak.account);
        let before = balance(&hall, account).await;
        let path = format!("/bills/{bill}/adjust");
        let clerk = hall.sign_in("csr").await;
        let shown = page(&clerk, &path).await;
        let form: BTreeMap<&str, &str> = [
            ("revenue", "water.consumption"),
            ("way", "credit"),
            ("amount", "10.00"),
            ("reason_code", "goodwill"),
            ("reason", "the caller was told a wrong date"),
            ("effective_on", "2026-07-01"),
        ]
        .into();
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, *value)).collect();
        let preview = clerk.post_form(&shown, &path, &fields).await;
        assert_eq!(preview.status, 200, "{}", preview.text());
        assert!(preview.text().contains("What will be posted"), "{}", preview.text());
        assert_eq!(balance(&hall, account).await, before, "a preview changes nothing");
        let action = format!("{path}?confirmed=yes");
        let done = clerk.post_form(&preview, &action, &[("reason", "the caller was told a wrong date")]).await;
        assert!(done.text().contains("Adjusted by"), "{}", done.text());
        let after = balance(&hall, account).await;
        assert!(after < before - Cents(10_00), "the tax goes with it");
        let twice = clerk.post_form(&preview, &action, &[("reason", "the caller was told a wrong date")]).await;
        assert!(twice.text().contains("nothing was done now"), "a second click: {}", twice.text());
        assert_eq!(balance(&hall, account).await, after);

        // A second one is far above what a clerk decides alone.
        let mut fields = fields;
        fields.retain(|(name, _)| *name != "amount");
        fields.push(("amount", "60.00"));
        let preview = clerk.post_form(&page(&clerk, &path).await, &path, &fields).await.text();
        assert!(Cents(70_00) <= leak.figures.charged, "the bill charges enough to give $60.00 more back");
        assert!(preview.contains("A second person has to agree to this"), "{preview}");
        let stale = clerk.post(&action, &fields).await;
        assert_ne!(stale.status, 200, "a form without its key does nothing");
        assert_eq!(balance(&hall, account).await, after);

        // The bill made again today is the same one, line by line; a clerk has no way to it, an analyst has.
        assert_ne!(clerk.get(&format!("/bills/{bill}/rebill")).await.status, 200);
        let analyst = hall.sign_in("billing_analyst").await;
        let rebill = page(&analyst, &format!("/bills/{bill}/rebill")).await.text();
        assert!(rebill.contains("Before and after"), "line by line: {rebill}");
        let mut read = hall.db().read().await.expect("as the town is made");
        let again = billing::rebill_preview(&mut read, bill).await.expect("as the town is made");
        let again = again.expect("the bill is there").expect("it stands");
        drop(read);
        assert_eq!(rebill.contains("it would be the same bill"), again.is_same, "{rebill}");
        let path = format!("/api/v1/bills/{bill}/rebill");
        assert_eq!(hall.api("csr").await.get(&path).await.status, 403);
        let program = hall.api("billing_analyst").await;
        let told = program.get(&path).await.json()["data"].clone();
        for (name, value) in [("before_cents", again.before), ("after_cents", again.after)] {
            let lines = told["lines"].as_array().expect("charge by charge").iter();
            let sum = lines.filter_map(|line| line[name].as_i64()).sum::<i64>();
            assert_eq!((told[name].as_i64(), sum), (Some(value.0), value.0), "{name}: {told}");
        }
        assert_eq!((&told["is_same"], &told["use_to_work_out"]), (&json!(again.is_same), &json!([])), "{told}");
        assert_eq!(program.get("/api/v1/bills/999-000001/rebill").await.status, 404);
        hall.close().await;
    }
}

/// The first bill that charges a fee beside its services: its number, its account, and the fee.
async fn fee(hall: &Hall) -> (BillNumber, AccountId, AdjustableCharge) {
    let mut read = hall.db().read().await.expect("as the town is made");
    let last = billing::last_account(&mut read).await.expect("as the town is made");
    for account in 1..=last.0 {
        let bills = billing::bills_of_account(&mut read, AccountId(account)).await.expect("as the town is made");
        for bill in bills.iter().filter(|bill| !bill.is_cancelled) {
            let view = billing::bill_view(&mut read, bill.number).await.expect("it is explained").expect("it is there");
            let is_fee = |extra: &Option<ExplainedExtra>| matches!(extra, Some(ExplainedExtra::Charge(_)));
            let fees = view.services.iter().filter(|service| is_fee(&service.extra));
            let codes = fees.flat_map(|service| &service.lines).map(|line| line.revenue.as_str()).collect::<Vec<_>>();
            let charges = adjustable_charges(&mut read, &view).await.expect("as the town is made");
            let found = charges.into_iter().find(|one| codes.contains(&one.revenue.as_str()));
            if let Some(charge) = found.filter(|charge| Cents(1_00) <= charge.charged + charge.given) {
                return (bill.number, AccountId(account), charge);
            }
        }
    }
    panic!("nobody in the town was charged a fee");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_is_offered_with_what_it_charges_and_credited() {
    for engine in testkit::engines("a_fee_is_offered_with_what_it_charges_and_credited") {
        let hall = Hall::on(engine).await;
        let (bill, account, charge) = fee(&hall).await;
        let before = balance(&hall, account).await;
        let path = format!("/bills/{bill}/adjust");
        let clerk = hall.sign_in("csr").await;
        let shown = page(&clerk, &path).await;
        let offered = format!("{}: {} charged", charge.title, charge.charged.dollars());
        assert!(shown.text().contains(&offered), "{offered}: {}", shown.text());
        let why = "the truck never came";
        let fields = [
            ("revenue", charge.revenue.as_str()),
            ("way", "credit"),
            ("amount", "1.00"),
            ("reason_code", "goodwill"),
            ("reason", why),
            ("effective_on", "2026-07-01"),
        ];
        let preview = clerk.post_form(&shown, &path, &fields).await;
        let text = preview.text();
        assert_eq!(preview.status, 200, "{text}");
        let stood = charge.charged + charge.given;
        for words in [format!("{}, without tax", charge.title), stood.dollars(), (stood - Cents(1_00)).dollars()] {
            assert!(text.contains(&words), "{words}: {text}");
        }
        let posted = text.rsplit("What will be posted").next().unwrap_or_default();
        assert!(posted.contains("$1.00") && !posted.contains("($1.00)"), "the sides say which way it goes: {posted}");
        let done = clerk.post_form(&preview, &format!("{path}?confirmed=yes"), &[("reason", why)]).await;
        assert!(done.text().contains("Adjusted by"), "{}", done.text());
        assert!(balance(&hall, account).await <= before - Cents(1_00), "the fee is less by the credit");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_a_bill_and_why_it_is_so_much() {
    for engine in testkit::engines("programs_read_a_bill_and_why_it_is_so_much") {
        let hall = Hall::on(engine).await;
        let token = hall.token("billing_analyst").await;
        let clerk = hall.sign_in("csr").await;
        let (number, total) = {
            let mut read = hall.db().read().await.expect("as the town is made");
            let bill = billing::bills_of_account(&mut read, AccountId(1))
                .await
                .expect("as the town is made")
                .pop()
                .expect("as the town is made");
            (bill.number, bill.total)
        };
        for path in [format!("/api/v1/bills/{number}"), format!("/api/v1/bills/{number}/why")] {
            let request = clerk.request("GET".parse().expect("as the town is made"), &path).bearer_auth(&token);
            let answer = testkit::Answer::of(request).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let body = answer.json();
            let total_cents = body.pointer("/data/total_cents").and_then(Value::as_i64);
            assert_eq!(total_cents, Some(total.0), "{body}");
        }
        let missing = page(&clerk, "/bills?number=999-1").await.text();
        assert!(missing.contains("There is no such bill"), "{missing}");
        assert_eq!(clerk.get("/bills/999-000001").await.status, 404);
        hall.close().await;
    }
}

/// What waits for an analyst at home, as programs are told of it.
const TO_MAKE_AGAIN: &str = "Bills to make again";

#[tokio::test(flavor = "multi_thread")]
async fn bills_to_make_again_wait_until_they_are_made_or_somebody_lets_them_stay() {
    let test = "bills_to_make_again_wait_until_they_are_made_or_somebody_lets_them_stay";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let analyst = hall.sign_in("billing_analyst").await;
        let (program, clerk) = (hall.api("billing_analyst").await, hall.sign_in("csr").await);
        let told = async || program.get("/api/v1/bills/again").await.json()["data"].as_array().expect("a list").clone();
        let all = told().await;
        assert!(2 <= all.len(), "the demo left some: {all:?}");
        assert_eq!(waiting(&analyst, TO_MAKE_AGAIN).await, Some(all.len() as i64));
        assert_eq!(waiting(&clerk, TO_MAKE_AGAIN).await, None, "a clerk does not make bills again");
        for list in ["/bills/again", "/bills/staying"] {
            assert_eq!(clerk.get(list).await.status, 403, "{list}");
        }

        assert!(page(&analyst, "/bills/staying").await.text().contains("No bill stays as it is."));

        // The list, as a page and a file, says of each what programs are told.
        let list = page(&analyst, "/bills/again").await.text();
        let file = page(&analyst, "/bills/again?as=csv").await.text();
        assert_eq!(
            file.lines().filter(|line| line.contains("corrected") || line.contains("stopped")).count(),
            all.len()
        );
        for one in &all {
            let number = one["number"].as_str().expect("a bill has a number");
            assert!(list.contains(&format!("/bills/{number}/rebill")) && file.contains(number), "{number}: {list}");
            assert!(file.contains(one["account"].as_str().expect("an account has a number")), "{one}: {file}");
            let found = &one["not_so"][0];
            let is_kind = found["found_by_kind"].as_str().is_some_and(|kind| kind.starts_with("billing."));
            assert!(found["found_by_entry"].is_i64() && is_kind, "{one}");
        }
        assert!(list.contains("Measure again") && file.contains("Measure again"), "by what they were found: {list}");
        pieces_are_the_whole(&program, &all).await;

        // Somebody lets one stay: it waits no longer, and its page says who decided it and why.
        let number = all[0]["number"].as_str().expect("a bill has a number").to_owned();
        let (bill, path) = (format!("/bills/{number}"), format!("/bills/{number}/stay"));
        assert!(page(&analyst, &bill).await.text().contains("This bill is to be made again"));
        let empty = send(&analyst, &path, &path, &[("reason", "")]).await;
        assert_eq!(empty.status, 422, "a decision has a reason: {}", empty.text());
        let stale = page(&analyst, &path).await;
        let stays = send(&analyst, &path, &path, &[("reason", "it is twelve cents")]).await;
        let text = stays.text();
        assert!(stays.url.path() == bill && text.contains("This bill stays as it is"), "{text}");
        assert!(text.contains("Nils Abara decided so on Jul 1, 2026: it is twelve cents"), "{text}");
        assert_eq!(waiting(&analyst, TO_MAKE_AGAIN).await, Some(all.len() as i64 - 1));
        assert_eq!(told().await, all[1..]);
        assert!(!page(&analyst, "/bills/again").await.text().contains(&path), "it is on the list no more");
        let late = [("reason", "me too"), ("key", "another-form-another-key")];
        let late = analyst.post_form(&stale, &path, &late).await;
        assert!(late.status == 422 && late.text().contains("stays as it is already"), "{}", late.text());
        let read = program.get(&format!("/api/v1{bill}")).await.json();
        assert_eq!(read["data"]["stays_because"], json!("it is twelve cents"), "{read}");
        assert_eq!(read["data"]["not_so"], all[0]["not_so"]);
        the_one_that_stays_is_listed((&analyst, &program), &all[0]).await;

        // Back on the list, it waits since it did.
        let back = send(&analyst, &path, &format!("{bill}/wait"), &[("reason", "the customer asked")]).await;
        assert!(back.text().contains("This bill is to be made again"), "{}", back.text());
        assert_eq!(told().await, all);
        refused_by_programs((&program, &hall.api("csr").await), &number).await;
        hall.close().await;
    }
}

/// Who let it stay, when and why is told on a list, as a file, and to programs, which are told of a bill at a time.
async fn the_one_that_stays_is_listed((analyst, program): (&Client, &Api), one: &Value) {
    let [number, account] = [&one["number"], &one["account"]].map(|text| text.as_str().expect("a number"));
    let list = page(analyst, "/bills/staying").await.text();
    let file = page(analyst, "/bills/staying?as=csv").await.text();
    for words in [number, account, "Nils Abara", "it is twelve cents"] {
        assert!(list.contains(words) && file.contains(words), "{words}: {list}{file}");
    }
    assert!(list.contains(&format!("/bills/{number}/stay")), "a way to put it back: {list}");
    let told = program.get("/api/v1/bills/staying?limit=1").await.json();
    let [stays] = told["data"].as_array().expect("a list").as_slice() else { panic!("one stays: {told}") };
    for (name, value) in [("reason", "it is twelve cents"), ("decided_by", "Nils Abara"), ("decided_on", "2026-07-01")]
    {
        assert_eq!(stays[name], value, "{stays}");
    }
    for name in ["number", "account", "total_cents", "bill_on", "not_so"] {
        assert_eq!(stays[name], one[name], "{name}");
    }
    assert!(stays["entry"].is_i64() && told["next_cursor"].is_null(), "{told}");
}

/// Piece by piece it is the same list.
async fn pieces_are_the_whole(program: &Api, all: &[Value]) {
    let (mut pieces, mut cursor) = (Vec::new(), String::new());
    loop {
        let piece = program.get(&format!("/api/v1/bills/again?limit=1{cursor}")).await.json();
        pieces.extend(piece["data"].as_array().expect("a list").clone());
        let Some(next) = piece["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pieces, all);
}

/// Programs are refused as people are, each with its code.
async fn refused_by_programs((analyst, clerk): (&Api, &Api), number: &str) {
    let body = |bill: &str| json!({"reason": "a try", "command": {"bill": bill, "reason": "it is little"}});
    #[rustfmt::skip]
    let rows = [
        (analyst, "billing.let_bill_stay",   "999-000001", 422, "bill_unknown"),
        (analyst, "billing.let_bill_stay",   "1-000001",   422, "not_listed"),
        (analyst, "billing.list_bill_again", number,       422, "not_staying"),
        (clerk,   "billing.let_bill_stay",   number,       403, ""),
        (clerk,   "billing.list_bill_again", number,       403, ""),
    ];
    for (place, (program, kind, bill, status, code)) in rows.into_iter().enumerate() {
        let answer = program.change(kind, &format!("refused-{place}"), &body(bill)).await;
        assert!(answer.status == status && answer.text().contains(code), "{kind} {bill}: {}", answer.text());
    }
    for list in ["/api/v1/bills/again", "/api/v1/bills/staying"] {
        assert_eq!(clerk.get(list).await.status, 403, "{list}");
    }
}
