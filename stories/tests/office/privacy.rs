//! What one may know is told to nobody else: not by the log, not by a search, not by a form, and not to a caller who knows
//! what somebody else knows; and an opening is looked at without anybody's doing.

use kernel::{AccountNumber, Cents};
use serde_json::{Value, json};
use testkit::Client;

use crate::hall::{Hall, page, send};

/// Somebody with an account, as outsiders know them.
#[derive(Clone)]
struct Known {
    number: String,
    customer: String,
    name: String,
    phone: String,
    total: Cents,
}

impl Known {
    fn account(&self, below: &str) -> String {
        format!("/accounts/{}{below}", self.number)
    }

    fn identity(&self, below: &str) -> String {
        format!("/accounts/{}/identity/{}/{below}", self.number, self.customer)
    }

    fn last_four(&self) -> &str {
        &self.phone[self.phone.len() - 4..]
    }
}

/// The first customers with a telephone and a bill, no two of the same name.
async fn known(hall: &Hall) -> Vec<Known> {
    const SQL: &str = "
        select a.account_id, a.number, c.reference, c.name, c.phone, b.total_cents
        from account a
        join customer c on c.customer_id = a.customer_id
        join bill b on b.account_id = a.account_id
        where c.phone <> '' and c.kind = 'person' and 0 < a.account_id
        order by a.account_id, b.bill_on desc, b.run_id desc
        limit 100";
    let mut read = hall.db().read().await.expect("the town opens");
    let rows: Vec<(i64, i64, String, String, String, i64)> = read.all(SQL, vec![]).await.expect("it reads");
    let mut all: Vec<Known> = Vec::new();
    for (_, number, customer, name, phone, total) in rows {
        let number = AccountNumber::issue(number).to_string();
        let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == ' ');
        if is_plain && all.iter().all(|one| one.number != number && one.name != name && one.phone != phone) {
            all.push(Known { number, customer, name, phone, total: Cents(total) });
        }
    }
    assert!(3 <= all.len(), "the town has people with a telephone");
    all
}

/// Keeps somebody's address confidential.
async fn protect(supervisor: &Client, known: &Known) {
    let protect = known.identity("protect");
    let fields = [
        ("program", "acp"),
        ("street", "PO Box 1297 Apt 311"),
        ("city", "Phoenix"),
        ("state", "AZ"),
        ("postal_code", "85001"),
        ("review_on", "2027-07-01"),
        ("reason", "the card of the program was shown"),
    ];
    let answer = send(supervisor, &protect, &protect, &fields).await;
    assert!(answer.text().contains("confidential from now on"), "{}", answer.text());
}

/// A change as a program asks for it.
fn asked(command: &Value) -> Value {
    json!({"reason": "a program asks", "command": command})
}

/// The newest entries of the log of some kinds, by number.
async fn entries(hall: &Hall, kinds: &[&str]) -> Vec<i64> {
    const SQL: &str = "
        select max(act_id)
        from act
        where kind = $1";
    let mut read = hall.db().read().await.expect("the town opens");
    let mut all = Vec::new();
    for kind in kinds {
        let found = read.number(SQL, vec![(*kind).into()]).await.expect("it reads");
        all.push(found.unwrap_or_else(|| panic!("the log has no {kind}")));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_does_not_tell_what_is_kept_apart_from_it() {
    for engine in testkit::engines("the_log_does_not_tell_what_is_kept_apart_from_it") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let contact = known.account("/contact");
        let fields = [("phone", "(602) 555-7711"), ("email", "nobody.knows@example.com"), ("asked_by", "in_person")];
        send(&clerk, &contact, &contact, &fields).await;
        let mail = known.account("/address");
        let fields = [
            ("from_on", "2026-07-01"),
            ("street", "77 Quiet Wash Lane"),
            ("city", "Saguaro Bend"),
            ("state", "AZ"),
            ("postal_code", "85001"),
            ("asked_by", "in_person"),
        ];
        send(&clerk, &mail, &mail, &fields).await;
        let record = known.identity("record");
        send(&clerk, &record, &record, &[("kind", "ssn"), ("number", "123-45-6789"), ("reason", "shown")]).await;
        let word = known.identity("word");
        send(&clerk, &word, &word, &[("word", "tumbleweed"), ("reason", "chosen")]).await;
        protect(&supervisor, &known).await;

        let kinds = [
            "customers.set_contact",
            "customers.set_mailing_address",
            "identity.record_identifier",
            "identity.agree_word",
            "identity.protect",
        ];
        let entries = entries(&hall, &kinds).await;
        let kept = ["555-7711", "nobody.knows", "77 Quiet Wash", "6789\"", "6789<", "argon2id", "PO Box 1297"];
        for code in ["auditor", "revenue_accountant", "system_administrator"] {
            let (reader, program) = (hall.sign_in(code).await, hall.api(code).await);
            for entry in &entries {
                let page = page(&reader, &format!("/log/{entry}")).await.text();
                let told = program.get(&format!("/api/v1/acts/{entry}")).await.text();
                assert!(page.contains("kept apart from the log"), "{code}: {page}");
                for secret in kept {
                    assert!(!page.contains(secret), "the log tells {code} {secret} of {entry}: {page}");
                    assert!(!told.contains(secret), "the API tells {code} {secret} of {entry}: {told}");
                }
            }
            let all = program.get("/api/v1/acts?limit=200").await.text();
            assert!(kept.iter().all(|secret| !all.contains(secret)), "the list tells {code}: {all}");
        }
        // Whoever may protect, and see who is protected, sees what was asked for, and never a secret.
        let protected = entries.last().expect("it is in the log");
        let told = page(&supervisor, &format!("/log/{protected}")).await.text();
        assert!(told.contains("PO Box 1297 Apt 311"), "{told}");
        for entry in &entries[2..4] {
            let told = page(&supervisor, &format!("/log/{entry}")).await.text();
            assert!(!told.contains("argon2id") && !told.contains("6789<"), "{told}");
        }
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_proves_who_they_are_by_what_they_know_themselves() {
    for engine in testkit::engines("a_caller_proves_who_they_are_by_what_they_know_themselves") {
        let hall = Hall::on(engine).await;
        let all = known(&hall).await;
        let (holder, party) = (&all[0], &all[1]);
        assert_ne!(holder.last_four(), party.last_four(), "they have telephones of their own");
        let set = ["customer", "set-party", &holder.number, "authorized", &party.customer];
        hall.program.done("csr", &[&set[..], &["--from", "2026-06-01", "--asked-by", "in_person"]].concat());
        let clerk = hall.sign_in("csr").await;
        let verify = holder.account("/verify");
        let at = format!("authorized {}", party.customer);
        let itself = format!("holder {}", holder.customer);
        let amount = holder.total.dollars();
        #[rustfmt::skip]
        let rows = [
            (itself.as_str(), party.last_four(),  false),
            (at.as_str(),     holder.last_four(), false),
            ("other",         holder.last_four(), false),
            (at.as_str(),     party.last_four(),  true),
            (itself.as_str(), holder.last_four(), true),
        ];
        for (caller, phone, expected) in rows {
            let fields = [("caller", caller), ("phone", phone), ("bill_amount", amount.as_str())];
            let answer = send(&clerk, &verify, &verify, &fields).await;
            let is_verified = answer.text().contains("The caller is verified until");
            assert_eq!(is_verified, expected, "{caller} with {phone}: {}", answer.text());
        }
        // Places in a list change while somebody else works on the account; who calls is named by what does not.
        let fields = [("caller", "1"), ("phone", party.last_four()), ("bill_amount", amount.as_str())];
        assert_eq!(send(&clerk, &verify, &verify, &fields).await.status, 422);
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_person_is_found_by_telephone_only_by_who_may_know_it() {
    for engine in testkit::engines("a_protected_person_is_found_by_telephone_only_by_who_may_know_it") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let digits: String = known.phone.chars().filter(char::is_ascii_digit).collect();
        let finds = async |client: &Client, words: &str| {
            let words: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let typed = client.get(&format!("/search/while-typing?q={words}")).await.text();
            let found = client.get(&format!("/search?q={words}")).await;
            let is_there = found.url.path() == known.account("") || found.text().contains(&known.account("\""));
            (typed.contains(&known.account("\"")), is_there)
        };
        assert_eq!(finds(&clerk, &known.phone).await, (true, true), "before");
        protect(&supervisor, &known).await;
        for words in [known.phone.as_str(), digits.as_str(), &digits[..digits.len() - 2], &digits[3..]] {
            assert_eq!(finds(&clerk, words).await, (false, false), "{words}");
        }
        assert_eq!(finds(&supervisor, &known.phone).await, (true, true), "who may know it");
        assert_eq!(finds(&clerk, &known.number).await, (true, true), "by the number on the bill");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contact_form_of_a_protected_person_overwrites_nothing() {
    for engine in testkit::engines("the_contact_form_of_a_protected_person_overwrites_nothing") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let colleague = hall.sign_in("senior_csr").await;
        protect(&supervisor, &known).await;
        let contact = known.account("/contact");
        let phone = async || {
            const SQL: &str = "
                select phone, email
                from customer
                where reference = $1";
            let mut read = hall.db().read().await.expect("the town opens");
            let row: Option<(String, String)> =
                read.one(SQL, vec![known.customer.as_str().into()]).await.expect("it reads");
            row.expect("they are on record")
        };
        // What may not be seen stays as it is when nothing is typed.
        let fields = [("email", "first@example.com"), ("asked_by", "in_person")];
        let kept = send(&clerk, &contact, &contact, &fields).await;
        assert!(kept.text().contains("Telephone and e-mail are recorded"), "{}", kept.text());
        assert_eq!(phone().await, (known.phone.clone(), "first@example.com".to_owned()));

        let open = page(&clerk, &contact).await;
        assert!(!open.text().contains(&known.phone), "{}", open.text());
        let fields = [("phone", "(602) 555-7711"), ("email", "first@example.com"), ("asked_by", "in_person")];
        send(&colleague, &contact, &contact, &fields).await;
        let fields = [("phone", "(602) 555-8822"), ("email", "second@example.com"), ("asked_by", "in_person")];
        let late = clerk.post_form(&open, &contact, &fields).await;
        assert_eq!(late.status, 409, "{}", late.text());
        assert!(!late.text().contains("555-7711"), "not even then is it told: {}", late.text());
        assert_eq!(phone().await, ("(602) 555-7711".to_owned(), "first@example.com".to_owned()));
        hall.close().await;
    }
}

/// Places with somebody who owns them and has no account there: the point, and the owner.
async fn owned(hall: &Hall) -> (String, Known, String) {
    const SQL: &str = "
        select s.reference, s.address, c.reference, c.name, c.phone, a.number
        from premise_owner o
        join customer c on c.customer_id = o.customer_id
        join account a on a.customer_id = c.customer_id
        join service_point s on s.premise_id = o.premise_id
        where c.name <> ''
          and not exists (select 1
                          from service_agreement g
                          join account h on h.account_id = g.account_id
                          where g.service_point_id = s.service_point_id and h.customer_id = c.customer_id)
        order by s.service_point_id, a.number
        limit 1";
    let mut read = hall.db().read().await.expect("the town opens");
    let row: Option<(String, String, String, String, String, i64)> = read.one(SQL, vec![]).await.expect("it reads");
    let (point, address, customer, name, phone, number) = row.expect("somebody owns a place");
    let number = AccountNumber::issue(number).to_string();
    (point, Known { number, customer, name, phone, total: Cents::ZERO }, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_does_not_tell_that_a_protected_person_owns_it() {
    for engine in testkit::engines("a_place_does_not_tell_that_a_protected_person_owns_it") {
        let hall = Hall::on(engine).await;
        let (point, owner, _) = owned(&hall).await;
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let path = format!("/points/{point}");
        let shown = page(&clerk, &path).await.text();
        assert!(shown.contains(&owner.name), "told before: {shown}");
        hall.program.done(
            "supervisor",
            &[
                "--reason",
                "card shown",
                "identity",
                "protect",
                &owner.customer,
                "--program",
                "acp",
                "--review-on",
                "2027-07-01",
            ],
        );
        let shown = page(&clerk, &path).await.text();
        assert!(!shown.contains(&owner.name) && !shown.contains(&owner.customer), "{shown}");
        assert!(page(&supervisor, &path).await.text().contains(&owner.name), "who may, sees it");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_served_at_the_place_of_a_protected_person_leads_nobody_there() {
    const SQL: &str = "
        select s.reference, a.number, c.name, b.number, d.name, d.reference
        from service_agreement g
        join service_agreement h on h.service_point_id = g.service_point_id and g.account_id <> h.account_id
        join service_point s on s.service_point_id = g.service_point_id
        join account a on a.account_id = g.account_id
        join customer c on c.customer_id = a.customer_id
        join account b on b.account_id = h.account_id
        join customer d on d.customer_id = b.customer_id
        join meter_installation i on i.service_point_id = g.service_point_id
        where g.stops_on is not null and h.stops_on is null and 0 < g.account_id and c.name <> d.name
          and c.customer_id <> d.customer_id
        order by s.service_point_id, a.number, b.number
        limit 1";
    for engine in testkit::engines("whoever_was_served_at_the_place_of_a_protected_person_leads_nobody_there") {
        let hall = Hall::on(engine).await;
        let mut read = hall.db().read().await.expect("the town opens");
        let row: Option<(String, i64, String, i64, String, String)> = read.one(SQL, vec![]).await.expect("it reads");
        drop(read);
        let (point, before, former, after, name, customer) = row.expect("somebody followed somebody");
        let (before, after) = (AccountNumber::issue(before).to_string(), AccountNumber::issue(after).to_string());
        let (clerk, supervisor) = (hall.sign_in("csr").await, hall.sign_in("supervisor").await);
        let program = hall.api("csr").await;
        let (path, api) = (format!("/points/{point}"), format!("/api/v1/points/{point}"));
        let shown = page(&clerk, &path).await.text();
        assert!(shown.contains(&former) && shown.contains(&name), "told before: {shown}");
        let program_and = ["identity", "protect", &customer, "--program", "acp", "--review-on", "2027-07-01"];
        hall.program.done("supervisor", &[&["--reason", "card shown"][..], &program_and].concat());
        for told in [page(&clerk, &path).await.text(), program.get(&api).await.text()] {
            for word in [&former, &name, &before, &after] {
                assert!(!told.contains(word.as_str()), "{word} is told: {told}");
            }
        }
        let shown = page(&supervisor, &path).await.text();
        assert!(shown.contains(&former) && shown.contains(&name), "who may, sees them: {shown}");
        let fields = [("kind", "stop"), ("point", point.as_str())];
        let refused = send(&clerk, "/moves/new", "/moves/new", &fields).await;
        assert!(refused.status == 422 && refused.text().contains("is confidential"), "{}", refused.text());
        hall.close().await;
    }
}

/// A water point where an account is served, and one where it is not, with the number of the account.
async fn served(hall: &Hall) -> (String, String, String) {
    const SQL: &str = "
        select a.number, s.reference, g.service_point_id
        from service_agreement g
        join account a on a.account_id = g.account_id
        join service_point s on s.service_point_id = g.service_point_id
        join meter_installation i on i.service_point_id = g.service_point_id
        where g.service = 'water' and g.stops_on is null
        order by a.account_id, s.service_point_id
        limit 50";
    let mut read = hall.db().read().await.expect("the town opens");
    let rows: Vec<(i64, String, i64)> = read.all(SQL, vec![]).await.expect("it reads");
    let (number, point, _) = rows[0].clone();
    let other = rows.iter().find(|(other, _, _)| *other != number).expect("somebody else is served").1.clone();
    (AccountNumber::issue(number).to_string(), point, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_does_nothing_for_which_its_parts_would_be_refused() {
    for engine in testkit::engines("a_move_does_nothing_for_which_its_parts_would_be_refused") {
        let hall = Hall::on(engine).await;
        let (account, point, elsewhere) = served(&hall).await;
        let program = hall.api("csr").await;
        let stop = |at: &str, named: bool| {
            let points = if named { json!([point]) } else { json!([]) };
            json!({
                "from_account": account, "service_points": points, "on": "2026-06-25", "reason": "they leave",
                "reads": [{"service_point": at, "read_on": "2026-06-25", "count": 999_999, "kind": "actual"}],
            })
        };
        for (key, named) in [("named", true), ("all", false)] {
            let refused = program.change("billing.move_people", key, &asked(&stop(&elsewhere, named))).await;
            assert_eq!(refused.status, 422, "{}", refused.text());
            assert!(refused.text().contains("read_elsewhere"), "{}", refused.text());
        }
        // A token that was made for moves only enters no read and opens no account.
        let scoped = hall.api_for("csr", "billing.moves").await;
        let refused = scoped.change("billing.move_people", "reads", &asked(&stop(&point, true))).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        let opens = json!({
            "from_account": account, "on": "2026-06-25", "reason": "they leave",
            "opens": {"new_customer": {"kind": "person", "name": "Ada Lind", "phone": "", "email": ""}, "opened_on": "2026-06-25"},
        });
        let refused = scoped.change("billing.move_people", "opens", &asked(&opens)).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        let forwarded = json!({
            "from_account": account, "on": "2026-06-25", "reason": "they leave",
            "forwarding": {"recipient": "", "street": "9 Main St", "city": "Dayton", "state": "OH", "postal_code": "45402"},
        });
        let refused = scoped.change("billing.move_people", "forwards", &asked(&forwarded)).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        let plain = json!({"from_account": account, "on": "2026-06-25", "reason": "they leave"});
        let done = scoped.change("billing.move_people", "plain", &asked(&plain)).await;
        assert_eq!(done.status, 200, "a move alone is what it was made for: {}", done.text());
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreed_word_is_hashed_as_the_town_does_it_or_not_taken() {
    for engine in testkit::engines("an_agreed_word_is_hashed_as_the_town_does_it_or_not_taken") {
        let hall = Hall::on(engine).await;
        let known = known(&hall).await.remove(0);
        let program = hall.api("csr").await;
        for (key, hash) in [
            (
                "memory",
                "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            (
                "rounds",
                "$argon2id$v=19$m=19456,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            ("short", "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"),
            ("nothing", "$argon2id$"),
        ] {
            let command = json!({"customer": known.customer, "hash": hash});
            let refused = program.change("identity.agree_word", key, &asked(&command)).await;
            assert_eq!(refused.status, 422, "{key}: {}", refused.text());
            assert!(refused.text().contains("not_sealed"), "{key}: {}", refused.text());
        }
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_is_looked_at_without_anybodys_doing() {
    for engine in testkit::engines("an_opening_is_looked_at_without_anybodys_doing") {
        let hall = Hall::on(engine).await;
        let program = hall.api("csr").await;
        let (clerk, senior) = (hall.sign_in("csr").await, hall.sign_in("senior_csr").await);
        let facts = |name: &str| json!({"kind": "person", "name": name, "phone": "(602) 555-7700", "email": ""});
        let mail = json!({"recipient": "", "street": "PO Box 3", "city": "Saguaro Bend", "state": "AZ", "postal_code": "85001"});
        let mut numbers = Vec::new();
        for name in ["Ida Moss", "Una Park", "Ola Reed", "Eva Sand"] {
            let command = json!({"new_customer": facts(name), "opened_on": "2026-07-01", "mailing": mail});
            let opened = program.change("customers.open_account", &name.replace(' ', "-"), &asked(&command)).await;
            assert_eq!(opened.status, 200, "{}", opened.text());
            numbers.push(opened.json()["data"]["outcome"]["number"].as_str().expect("it has a number").to_owned());
        }
        let last = format!("/accounts/{}", numbers[3]);
        assert!(page(&clerk, &last).await.text().contains("1 red flag to clear"), "it was looked at");
        let first = page(&clerk, &format!("/accounts/{}", numbers[0])).await.text();
        assert!(!first.contains("red flag to clear"), "nobody had the number before: {first}");

        // Whoever opens an account with a move sees it on the account they come to.
        let (account, point, _) = served(&hall).await;
        let fields = [("kind", "transfer"), ("account", account.as_str())];
        let day = send(&clerk, "/moves/new", "/moves/new", &fields).await;
        let preview = clerk.post_form(&day, "/moves/day", &[("on", "2026-06-25"), ("point", &point)]).await;
        assert_eq!(preview.url.path(), "/moves/preview", "{}", preview.text());
        let fields = [("who", "person"), ("name", "Ava Tull"), ("phone", "602-555-7700"), ("reason", "both called")];
        let done = clerk.post_form(&preview, "/moves/preview", &fields).await;
        assert!(done.text().contains("is opened") && done.text().contains("to clear"), "{}", done.text());

        // One sign is cleared, and only the one that was looked at.
        let list = page(&senior, &format!("{last}/identity")).await.text();
        let clear = list
            .split("href=\"")
            .filter_map(|rest| rest.split('"').next())
            .find(|href| href.contains("/shared_phone/"));
        let clear = clear.unwrap_or_else(|| panic!("the sign has a page: {list}")).to_owned();
        let document = format!("{last}/red-flags/document");
        for words in ["The picture is of somebody else.", "The license is a copy."] {
            send(&clerk, &document, &document, &[("words", words), ("reason", "seen")]).await;
        }
        let cleared = send(&senior, &clear, &clear, &[("reason", "four sisters share a line")]).await;
        assert!(cleared.text().contains("The red flag is cleared"), "{}", cleared.text());
        let list = page(&senior, &format!("{last}/identity")).await.text();
        let document: Vec<&str> = list
            .split("href=\"")
            .filter_map(|rest| rest.split('"').next())
            .filter(|href| href.contains("/red-flags/document/"))
            .collect();
        assert_eq!(document.len(), 2, "each has a page of its own: {list}");
        send(&senior, document[0], document[0], &[("reason", "the picture is old")]).await;
        assert!(page(&clerk, &last).await.text().contains("1 red flag to clear"), "the other one stands");
        hall.close().await;
    }
}
