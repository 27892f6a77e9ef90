//! One account on one page: what is owed leads to the books, two editors collide, duplicates are merged and parted.

use customers::{Purpose, Role};
use kernel::{AccountId, Cents, CustomerId};
use serde_json::Value;
use testkit::{Answer, Client};

use crate::hall::{Hall, page, send};

/// An account of the town with bills, its number, and its customer's reference.
struct Subject {
    id: AccountId,
    number: String,
    customer: CustomerId,
    reference: String,
}

/// The accounts from the first on that were billed and have a customer of their own.
async fn subjects(hall: &Hall) -> Vec<Subject> {
    let mut read = hall.db().read().await.expect("as the town is made");
    let mut found = Vec::new();
    for id in 1..=20 {
        let id = AccountId(id);
        let Some(account) = customers::accounts_by_id(&mut read, &[id]).await.expect("as the town is made").remove(&id)
        else {
            continue;
        };
        let reference = account.customer_reference;
        let bills = billing::account_bills(&mut read, id).await.expect("as the town is made");
        let named = customers::account_named(&mut read, &account.number.to_string())
            .await
            .expect("as the town is made")
            .expect("as the town is made");
        if !bills.is_empty() && found.iter().all(|other: &Subject| other.reference != reference) {
            found.push(Subject { id, number: account.number.to_string(), customer: named.customer, reference });
        }
    }
    assert!(2 < found.len(), "a town has accounts that were billed");
    found
}

async fn balance(hall: &Hall, account: AccountId) -> Cents {
    finance::balance_of(&mut hall.db().read().await.expect("as the town is made"), account)
        .await
        .expect("as the town is made")
}

async fn owner(hall: &Hall, number: &str) -> CustomerId {
    let mut read = hall.db().read().await.expect("as the town is made");
    customers::account_named(&mut read, number)
        .await
        .expect("as the town is made")
        .expect("as the town is made")
        .customer
}

/// The first address of a page that begins like this.
fn link(page: &Answer, begin: &str) -> String {
    let text = page.text();
    let found = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    found.into_iter().find(|href| href.starts_with(begin)).unwrap_or_else(|| panic!("no {begin}: {text}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_leads_to_the_books_and_to_whoever_wrote_them() {
    let test = "what_is_owed_leads_to_the_books_and_to_whoever_wrote_them";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let subject = &subjects(&hall).await[0];
        let own = format!("/accounts/{}", subject.number);
        let manager = hall.sign_in("auditor").await;
        let shown = page(&manager, &own).await;
        let owed = balance(&hall, subject.id).await.dollars();
        assert!(shown.text().contains(&owed), "{owed} stands on {}", shown.text());
        // An auditor answers no calls; whoever does is told first that nobody has proved who they are.
        assert!(!shown.text().contains("Verify the caller"), "{}", shown.text());
        let clerk = page(&hall.sign_in("csr").await, &own).await.text();
        assert!(clerk.contains("Caller not verified") && clerk.contains("Verify the caller"), "{clerk}");
        let ledger = page(&manager, &link(&shown, &format!("{own}/ledger"))).await;
        assert!(ledger.text().contains(&format!("comes to {owed}.")), "{}", ledger.text());
        for begin in ["/books/journals/", "/bills/", "/log/"] {
            page(&manager, &link(&ledger, begin)).await;
        }
        let file = page(&manager, &format!("{own}/ledger?as=csv")).await;
        assert!(file.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")));
        for kind in ["bills", "payments", "adjustments", "moves", "reads", "notes", "changes"] {
            page(&manager, &format!("{own}?show={kind}")).await;
        }
        let nobody = manager.get("/accounts/100000-0").await;
        assert_eq!(nobody.status, 404, "{}", nobody.text());
        programs(&hall, subject).await;
        hall.close().await;
    }
}

/// The same for programs: the ledger read piece by piece comes to the balance.
async fn programs(hall: &Hall, subject: &Subject) {
    let token = hall.token("auditor").await;
    let client = Client::new(&hall.served.address);
    let ask = async |path: &str| -> Value {
        let request = client.request("GET".parse().expect("a method"), path).bearer_auth(&token);
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    };
    let own = format!("/api/v1/accounts/{}", subject.number);
    let owed = balance(hall, subject.id).await;
    assert_eq!(ask(&own).await["data"]["balance_cents"], owed.0);
    let (mut path, mut lines) = (format!("{own}/ledger?limit=7"), Vec::new());
    loop {
        let piece = ask(&path).await;
        lines.extend(piece["data"].as_array().expect("as the town is made").iter().cloned());
        let Some(cursor) = piece["next_cursor"].as_str() else { break };
        path = format!("{own}/ledger?limit=7&cursor={cursor}");
    }
    let changes: i64 = lines.iter().map(|line| line["change_cents"].as_i64().expect("as the town is made")).sum();
    assert_eq!((changes, lines.last().expect("as the town is made")["balance_cents"].as_i64()), (owed.0, Some(owed.0)));
    let first = ask(&format!("{own}/timeline?limit=3")).await;
    let next =
        ask(&format!("{own}/timeline?limit=3&cursor={}", first["next_cursor"].as_str().expect("as the town is made")))
            .await;
    assert_ne!(first["data"], next["data"]);
    assert_eq!(ask("/api/v1/accounts?limit=2").await["data"].as_array().expect("as the town is made").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_slower_sees_both_and_decides() {
    let test = "whoever_was_slower_sees_both_and_decides";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let subjects = subjects(&hall).await;
        let (subject, other) = (&subjects[0], &subjects[1]);
        let (one, two) = (hall.sign_in("csr").await, hall.sign_in("senior_csr").await);
        address(&hall, subject, (&one, &two)).await;
        parties(&hall, (subject, other), (&one, &two)).await;
        hall.close().await;
    }
}

async fn street(hall: &Hall, account: AccountId) -> String {
    let mut read = hall.db().read().await.expect("as the town is made");
    let found =
        customers::mailing_addresses(&mut read, &[account], Purpose::Mailing).await.expect("as the town is made");
    let addresses = found.get(&account).cloned().unwrap_or_default();
    customers::in_force(&addresses, None).map_or_else(String::new, |address| address.lines.street.clone())
}

async fn address(hall: &Hall, subject: &Subject, (one, two): (&Client, &Client)) {
    let path = format!("/accounts/{}/address", subject.number);
    let fields = |street: &'static str| {
        [("from_on", "2026-07-01"), ("street", street), ("city", "Saguaro Bend"), ("asked_by", "in_person")]
    };
    let (first, second) = (page(one, &path).await, page(two, &path).await);
    let faster = one.post_form(&first, &path, &fields("1 Faster Way")).await;
    assert_eq!(faster.status, 200, "{}", faster.text());
    let slower = two.post_form(&second, &path, &fields("2 Slower Lane")).await;
    let text = slower.text();
    assert_eq!(slower.status, 409, "{text}");
    for words in ["Somebody else changed this", "1 Faster Way", "2 Slower Lane"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(street(hall, subject.id).await, "1 Faster Way", "nothing was changed by whoever was slower");
    let decided = two.post_form(&slower, &format!("{path}?again=1"), &fields("2 Slower Lane")).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(street(hall, subject.id).await, "2 Slower Lane");
}

async fn parties(hall: &Hall, (subject, other): (&Subject, &Subject), (one, two): (&Client, &Client)) {
    let path = format!("/accounts/{}/parties", subject.number);
    let fields =
        |role: &'static str, who: &str| [("role".to_owned(), role.to_owned()), ("customer".to_owned(), who.to_owned())];
    let (first, second) = (page(one, &path).await, page(two, &path).await);
    let (day, asked) = (("from_on", "2026-07-01"), ("asked_by", "in_person"));
    let [role, who] = fields("authorized", &other.number);
    let faster = one.post_form(&first, &path, &[(&role.0, &role.1), (&who.0, &who.1), day, asked]).await;
    assert_eq!(faster.status, 200, "{}", faster.text());
    let [role, who] = fields("tenant", &other.reference);
    let sent = [(role.0.as_str(), role.1.as_str()), (who.0.as_str(), who.1.as_str()), day, asked];
    let slower = two.post_form(&second, &path, &sent).await;
    assert_eq!(slower.status, 409, "{}", slower.text());
    assert!(slower.text().contains("Authorized person"), "{}", slower.text());
    let decided = two.post_form(&slower, &format!("{path}?again=1"), &sent).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    let mut read = hall.db().read().await.expect("as the town is made");
    let parties = customers::parties_of(&mut read, &[subject.id]).await.expect("as the town is made");
    let parties = parties.get(&subject.id).cloned().unwrap_or_default();
    for role in [Role::Authorized, Role::Tenant] {
        let held = parties.iter().any(|party| party.role == role && party.customer == other.customer);
        assert!(held, "{role}: {parties:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_on_record_twice_is_merged_after_a_look_and_parted_again() {
    let test = "a_customer_on_record_twice_is_merged_after_a_look_and_parted_again";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let subjects = subjects(&hall).await;
        let mut read = hall.db().read().await.expect("as the town is made");
        let ids: Vec<CustomerId> = subjects.iter().map(|subject| subject.customer).collect();
        let known = customers::customers_in_full(&mut read, &ids).await.expect("as the town is made");
        drop(read);
        let kind = |subject: &Subject| known[&subject.customer].kind;
        let stays = &subjects[0];
        let goes = subjects[1..].iter().find(|other| kind(other) == kind(stays)).expect("two of a kind");
        let clerk = hall.sign_in("senior_csr").await;
        let own = format!("/accounts/{}", stays.number);
        let path = format!("{own}/merge");
        for subject in [stays, goes] {
            let record = format!("/accounts/{}/identity/{}/record", subject.number, subject.reference);
            let recorded = send(&clerk, &record, &record, &[("kind", "ssn"), ("number", "123-45-6789")]).await;
            assert!(recorded.text().contains("•••-••-6789"), "{}", recorded.text());
        }
        let proposed = page(&clerk, &path).await.text();
        assert!(proposed.contains("Same tax ID") && proposed.contains(&goes.reference), "{proposed}");
        let looked = format!("{path}?other={}", goes.number);
        let shown = page(&clerk, &looked).await;
        for words in ["Customer since", "Their accounts", "Balance", "both have the same number"] {
            assert!(shown.text().contains(words), "{words}: {}", shown.text());
        }
        assert!(!shown.text().contains("123-45-6789"), "no number is shown whole");
        assert!(shown.text().contains("What would move") && shown.text().contains(&goes.number), "{}", shown.text());
        assert_eq!(owner(&hall, &goes.number).await, goes.customer, "a look moves nothing");
        // The field that looks for the other customer goes to the same address.
        let forms = shown.forms();
        let is_keyed =
            |form: &&testkit::Form| form.action == path && form.hidden.iter().any(|(name, _)| name == "form_key");
        let hidden = &forms.iter().find(is_keyed).expect("a form that merges").hidden;
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = hidden.chain([("words", "same telephone, asked on the phone")]).collect();
        let merged = clerk.post(&path, &fields).await;
        assert_eq!(merged.status, 200, "{}", merged.text());
        assert_eq!(owner(&hall, &goes.number).await, stays.customer);
        let moved = page(&clerk, &format!("/accounts/{}", goes.number)).await;
        assert!(moved.text().contains("was on record under"), "{}", moved.text());
        let back = format!("{own}/unmerge");
        let fields = [("merged", goes.reference.as_str()), ("words", "mother and daughter")];
        let parted = send(&clerk, &back, &back, &fields).await;
        assert_eq!(parted.status, 200, "{}", parted.text());
        assert_eq!(owner(&hall, &goes.number).await, goes.customer);
        notes(&clerk, &own).await;
        hall.close().await;
    }
}

/// A note stands in the timeline; a telephone that is none is refused beside its field.
async fn notes(clerk: &Client, own: &str) {
    let (note, contact) = (format!("{own}/note"), format!("{own}/contact"));
    let noted = send(clerk, &note, &note, &[("words", "Prefers to be called after five.")]).await;
    assert!(noted.text().contains("Prefers to be called after five."), "{}", noted.text());
    let asked = ("asked_by", "in_person");
    let refused = send(clerk, &contact, &contact, &[("phone", "555"), ("email", ""), asked]).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let fields = [("phone", "(520) 555-0142"), ("email", "pat@example.com"), asked];
    let done = send(clerk, &contact, &contact, &fields).await;
    assert!(done.text().contains("(520) 555-0142"), "{}", done.text());
}

/// Whether a page that merges names a customer, by reference or by the number of their account.
async fn names(clerk: &Client, path: &str, (reference, number): (&str, &str)) -> bool {
    let shown = page(clerk, path).await.text();
    shown.contains(reference) || shown.contains(number)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_protected_is_proposed_to_who_may_not_know_where_they_live() {
    let test = "nobody_protected_is_proposed_to_who_may_not_know_where_they_live";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let subjects = subjects(&hall).await;
        let ids: Vec<CustomerId> = subjects.iter().map(|subject| subject.customer).collect();
        let mut read = hall.db().read().await.expect("as the town is made");
        let known = customers::customers_in_full(&mut read, &ids).await.expect("as the town is made");
        drop(read);
        let kind = |subject: &Subject| known[&subject.customer].kind;
        let stays = &subjects[0];
        let alike = subjects[1..].iter().find(|other| kind(other) == kind(stays)).expect("two of a kind");
        let housemate = subjects.last().filter(|other| other.id != alike.id).expect("a third one");
        let clerk = hall.sign_in("senior_csr").await;
        let path = format!("/accounts/{}/merge", stays.number);
        for subject in [stays, alike] {
            let record = format!("/accounts/{}/identity/{}/record", subject.number, subject.reference);
            send(&clerk, &record, &record, &[("kind", "ssn"), ("number", "123-45-6789")]).await;
        }
        let street = street(&hall, stays.id).await;
        assert!(!street.is_empty(), "mail of the account goes somewhere");
        let twin = serde_json::json!({"reason": "moves in", "command": {
            "new_customer": {"kind": kind(stays).code(), "name": known[&stays.customer].name, "phone": "", "email": ""},
            "opened_on": "2026-07-01",
            "mailing": {"recipient": "", "street": street, "city": "Saguaro Bend", "state": "AZ", "postal_code": "85999"},
        }});
        let twin = hall.api("senior_csr").await.change("customers.open_account", "twin", &twin).await.json();
        let told = |field: &str| twin["data"]["outcome"][field].as_str().expect("it was opened").to_owned();
        let twin = (told("customer"), told("number"));
        let alike = (alike.reference.clone(), alike.number.clone());
        let proposed = async |(reference, number): &(String, String)| names(&clerk, &path, (reference, number)).await;
        assert!(proposed(&twin).await && proposed(&alike).await, "both are proposed as long as nobody is protected");

        let protect = |who: &str| {
            let words = ["identity", "protect", who, "--program", "request", "--review-on", "2027-01-01"];
            hall.program.done("supervisor", &words);
        };
        let lift = |who: &str| hall.program.done("supervisor", &["identity", "unprotect", who]);
        for (who, other) in [(&twin, &alike), (&alike, &twin)] {
            protect(&who.0);
            assert!(!proposed(who).await && proposed(other).await, "{who:?} is protected");
            lift(&who.0);
            // Somebody who is protected lives with them: their account tells where.
            let tenant = ["customer", "set-party", &who.1, "tenant", &housemate.reference, "--from", "2026-07-01"];
            hall.program.done("senior_csr", &[&tenant[..], &["--asked-by", "in_person"]].concat());
            protect(&housemate.reference);
            assert!(!proposed(who).await, "{who:?} lives with somebody protected");
            lift(&housemate.reference);
            assert!(proposed(who).await, "{who:?} again");
        }
        // From the account of who is protected nobody is proposed by address, and the number says nothing of it.
        protect(&stays.reference);
        assert!(!proposed(&twin).await && proposed(&alike).await);
        hall.close().await;
    }
}
