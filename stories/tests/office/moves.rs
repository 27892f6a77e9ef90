//! People move: one out, another in, with a look at what will be billed, and the final bill that comes of it.

use serde_json::{Value, json};
use testkit::{Client, engines};

use crate::hall::{Hall, page, send};

/// A service point of the first cycle, with the number of whoever is served there.
async fn served(client: &Client) -> (String, String) {
    for number in 0..20 {
        let reference = format!("P{number:06}");
        let answer = client.get(&format!("/api/v1/points/{reference}-W")).await;
        if answer.status != 200 {
            continue;
        }
        let services = answer.json()["data"]["services"].clone();
        let services: Vec<&Value> = services.as_array().expect("services are a list").iter().collect();
        let is_plain = |one: &&&Value| one["cycle"] == "C1" && one["stops_on"].is_null() && one["service"] == "water";
        if let Some(one) = services.iter().find(is_plain).filter(|_| services.len() == 2) {
            return (reference, one["account"].as_str().expect("an account has a number").to_owned());
        }
    }
    panic!("nobody of the first cycle is served");
}

/// The first amount in dollars behind some words of a page, in cents.
fn cents_behind(text: &str, words: &str) -> i64 {
    let rest = text.split(words).nth(1).unwrap_or_else(|| panic!("no “{words}” in {text}"));
    let amount: String = rest.split('$').nth(1).expect("an amount").chars().take_while(|one| *one != '<').collect();
    amount.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("an amount in dollars")
}

/// What the last read of a service point showed.
async fn last_count(client: &Client, point: &str) -> i64 {
    let reads = page(client, &format!("/api/v1/points/{point}/reads?limit=200")).await.json();
    let last = reads["data"]
        .as_array()
        .expect("reads are a list")
        .iter()
        .rfind(|one| one["read_on"].as_str() < Some("2026-01-10"));
    last.and_then(|one| one["count"].as_i64()).expect("it was read")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_moves_out_and_another_in() {
    let test = "one_moves_out_and_another_in";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let clerk = hall.sign_in("csr").await;
        let (premises, account) = served(&clerk).await;
        let water = format!("{premises}-W");
        let refused = send(&clerk, "/moves/new", "/moves/new", &[("kind", "stop"), ("account", "7")]).await;
        assert!(refused.status == 422 && refused.text().contains("There is no account 7"), "{}", refused.text());
        let fields = [("kind", "transfer"), ("account", account.as_str())];
        let day = send(&clerk, "/moves/new", "/moves/new", &fields).await;
        assert_eq!(day.url.path(), "/moves/day");
        let shown = day.text();
        let name =
            shown.split("name=\"count-").nth(1).and_then(|rest| rest.split('"').next()).expect("a meter is asked for");
        let (name, count) = (format!("count-{name}"), (last_count(&clerk, &water).await + 321).to_string());
        let points: Vec<String> = ["S", "T", "W"].map(|kind| format!("{premises}-{kind}")).into();
        let mut fields = vec![("on", "2026-01-20"), (name.as_str(), count.as_str())];
        fields.extend(
            points.iter().filter(|point| shown.contains(point.as_str())).map(|point| ("point", point.as_str())),
        );
        let preview = clerk.post_form(&day, "/moves/day", &fields).await;
        assert_eq!(preview.url.path(), "/moves/preview", "{}", preview.text());
        let text = preview.text();
        for words in ["19 of 31 days", "by the counts", "A new account", "First bill of the new account"] {
            assert!(text.contains(words), "no “{words}” in {text}");
        }
        let promised = cents_behind(&text, "Last bill, about");

        // What is refused leaves nothing behind: no account, no read, no service that stopped.
        let half = [("who", "person"), ("name", "Ada Lind"), ("forward_street", "9 Main St"), ("reason", "called")];
        let refused = clerk.post_form(&preview, "/moves/preview", &half).await;
        assert!(refused.status == 422 && refused.text().contains("needs a street and a city"), "{}", refused.text());
        let unsaid = [&half[..3], &[("forward_city", "Dayton"), half[3]]].concat();
        let refused = clerk.post_form(&preview, "/moves/preview", &unsaid).await;
        assert!(refused.status == 422 && refused.text().contains("Say how the forwarding address was told"));
        let unverified = [&unsaid[..], &[("asked_by", "caller")]].concat();
        let refused = clerk.post_form(&preview, "/moves/preview", &unverified).await;
        assert_eq!(refused.status, 422, "nobody was verified on the phone: {}", refused.text());
        forwarding_is_asked_for(&hall, &account).await;
        let before = page(&clerk, &format!("/api/v1/points/{water}")).await.json();
        assert!(
            before["data"]["services"].as_array().is_some_and(|all| all.iter().all(|one| one["stops_on"].is_null()))
        );

        let whole = [
            ("who", "person"),
            ("name", "Ada Lind"),
            ("forward_street", "9 Main St"),
            ("forward_city", "Dayton"),
            ("asked_by", "in_person"),
            ("reason", "both called"),
        ];
        let done = clerk.post_form(&preview, "/moves/preview", &whole).await;
        assert!(done.url.path().starts_with("/accounts/"), "{}: {}", done.url, done.text());
        assert!(done.text().contains("is opened"), "{}", done.text());
        // Going back and sending it again changes nothing more.
        let again = clerk.post_form(&preview, "/moves/preview", &whole).await;
        assert_eq!(again.url.path(), done.url.path(), "sent twice, done once");
        let after = page(&clerk, &format!("/api/v1/points/{water}")).await.json();
        let services = after["data"]["services"].as_array().expect("services are a list").len();
        assert_eq!(services, 4, "two services ended, two began: {after}");
        assert!(page(&clerk, "/moves?from=2026-01-01&through=2026-02-01").await.text().contains("Ada Lind"));

        // The final bill is what the preview promised.
        assert_eq!(billed(&hall, &account).await, Some(promised), "account {account}: the final bill and its preview");
        hall.close().await;
    }
}

/// A program says how a forwarding address was told, too, and whose it is.
async fn forwarding_is_asked_for(hall: &Hall, account: &str) {
    let program = hall.api("csr").await;
    let to = json!({"recipient": "", "street": "9 Main St", "city": "Dayton", "state": "OH", "postal_code": "45402"});
    #[rustfmt::skip]
    let rows = [
        (json!({"from_account": account, "forwarding": to}),                                            "asked_by_missing"),
        (json!({"from_account": account, "forwarding": to, "asked_by": {"way": "caller"}}),             "caller_not_verified"),
        (json!({"from_account": account, "forwarding": to, "asked_by": {"way": "city", "why": " "}}),   "why_missing"),
        (json!({"from_account": account, "asked_by": {"way": "in_person"}}),                            "no_forwarding"),
        (json!({"to_account": account, "service_points": ["P000001-W"], "forwarding": to}),             "nobody_leaves"),
    ];
    for (mut command, code) in rows {
        command["on"] = json!("2026-01-20");
        command["reason"] = json!("they leave");
        let body = json!({"reason": "they leave", "command": command});
        let refused = program.change("billing.move_people", code, &body).await;
        assert!(refused.status == 422 && refused.text().contains(code), "{code}: {}", refused.text());
    }
}

/// What the trial of January comes to for an account, in cents.
async fn billed(hall: &Hall, account: &str) -> Option<i64> {
    const SQL: &str = "
        select t.total_cents
        from run_trial t
        join account a on a.account_id = t.account_id
        join bill_run r on r.run_id = t.run_id
        where a.number = $1 and r.period_from = $2 and r.cancelled_act_id is null";
    let analyst = |words: &[&str]| hall.program.done("billing_analyst", words);
    analyst(&["run", "close-reads", "--cycle", "C1", "--from", "2026-01-01"]);
    let run = analyst(&["run", "prepare", "--cycle", "C1", "--from", "2026-01-01"]);
    analyst(&["run", "trial", run.trim()]);
    let serial: i64 = account.split('-').next().and_then(|digits| digits.parse().ok()).expect("a number");
    let from: chrono::NaiveDate = "2026-01-01".parse().expect("a date");
    let mut read = hall.db().read().await.expect("the town can be read");
    read.number(SQL, vec![serial.into(), from.into()]).await.expect("trials can be read")
}

/// The services of a point, as programs are told.
async fn services(client: &Client, point: &str) -> Vec<Value> {
    let told = page(client, &format!("/api/v1/points/{point}")).await.json();
    told["data"]["services"].as_array().expect("services are a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_out_is_read_on_its_last_day_put_off_and_taken_back() {
    let test = "a_move_out_is_read_on_its_last_day_put_off_and_taken_back";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let clerk = hall.sign_in("csr").await;
        let (premises, account) = served(&clerk).await;
        let water = format!("{premises}-W");
        let fields = [("kind", "stop"), ("account", account.as_str())];
        let day = send(&clerk, "/moves/new", "/moves/new", &fields).await;
        let shown = day.text();
        let name = shown.split("name=\"count-").nth(1).and_then(|rest| rest.split('"').next()).expect("a meter");
        let (name, count) = (format!("count-{name}"), last_count(&clerk, &water).await + 321);
        let counted = count.to_string();
        let points: Vec<String> = ["S", "T", "W"].map(|kind| format!("{premises}-{kind}")).into();
        let mut fields = vec![("on", "2026-01-20"), (name.as_str(), counted.as_str())];
        fields.extend(points.iter().filter(|one| shown.contains(one.as_str())).map(|one| ("point", one.as_str())));
        let preview = clerk.post_form(&day, "/moves/day", &fields).await;
        assert!(preview.text().contains("20 of 31 days"), "{}", preview.text());
        beyond_the_calendar(&clerk, &day, &water).await;
        let done = clerk.post_form(&preview, "/moves/preview", &[("reason", "called today")]).await;
        assert!(done.url.path().starts_with("/accounts/"), "{}", done.text());
        let reads = page(&clerk, &format!("/api/v1/points/{water}/reads?limit=200")).await.json();
        let taken = reads["data"].as_array().expect("reads").iter().find(|one| one["count"].as_i64() == Some(count));
        assert_eq!(taken.expect("it is on record")["read_on"], "2026-01-20", "the day that was asked for");

        // The account says through which day; the way to change it is on the list of who moves out.
        let list = page(&clerk, "/moves?side=out&from=2026-01-01&through=2026-02-01").await;
        assert!(list.text().contains("/moves/stop?account="), "{}", list.text());
        let stop = |on: &str| format!("/moves/stop?account={account}&stopped={on}");
        let nothing = send(&clerk, &stop("2026-01-21"), "/moves/stop", &[("what", "later"), ("reason", "truck")]).await;
        assert!(nothing.status == 422 && nothing.text().contains("enter a date"), "{}", nothing.text());
        let same = [("what", "later"), ("last", "2026-01-20"), ("reason", "truck")];
        let same = clerk.post_form(&nothing, "/moves/stop", &same).await;
        let words = "The last day of service is Jan 20, 2026 already";
        assert!(same.status == 422 && same.text().contains(words), "{}", same.text());
        let later = [("what", "later"), ("last", "2026-01-25"), ("reason", "the truck comes later")];
        let put_off = clerk.post_form(&nothing, "/moves/stop", &later).await;
        assert!(put_off.text().contains("through Jan 25, 2026"), "{}", put_off.text());
        assert!(services(&clerk, &water).await.iter().all(|one| one["stops_on"] == "2026-01-26"));
        let back = [("what", "never"), ("reason", "they stay")];
        let stays = send(&clerk, &stop("2026-01-26"), "/moves/stop", &back).await;
        assert!(stays.url.path().starts_with("/accounts/"), "{}", stays.text());
        assert!(services(&clerk, &water).await.iter().all(|one| one["stops_on"].is_null()), "they go on");
        started(&hall, &clerk, (&account, &water)).await;
        hall.close().await;
    }
}

/// What days come to that no calendar holds is not known, which is not $0.00.
async fn beyond_the_calendar(clerk: &Client, day: &testkit::Answer, point: &str) {
    let preview = clerk.post_form(day, "/moves/day", &[("on", "2030-12-31"), ("point", point)]).await;
    let text = preview.text();
    assert!(text.contains("Total: not known yet.") && text.contains("has no period for the last days"), "{text}");
    assert!(!text.contains("$0.00") && !text.contains("Jan 1, 2031 – "), "{text}");
}

/// A service is started with its terms; where somebody has the place it is refused, and says who.
async fn started(hall: &Hall, clerk: &Client, (account, point): (&str, &str)) {
    let mut read = hall.db().read().await.expect("the town is there");
    let points = premises::service_points_by_reference(&mut read, &[point]).await.expect("points can be read");
    let there = billing::services_at_points(&mut read, &[points[point]]).await.expect("services can be read");
    drop(read);
    let terms = there.into_iter().find(|one| one.service == "water").expect("water is delivered");
    let dimensions: Vec<String> = terms.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (schedule, class, dimensions) = (terms.schedule, terms.class, dimensions.join(";"));
    let fields = [
        ("account", account),
        ("point", point),
        ("schedule", schedule.as_str()),
        ("cycle", "C1"),
        ("class", class.as_str()),
        ("dimensions", dimensions.as_str()),
        ("on", "2026-02-01"),
        ("reason", "a new house"),
    ];
    let taken = send(clerk, "/moves/service", "/moves/service", &fields).await;
    assert!(taken.status == 422 && taken.text().contains("it must stop first"), "{}", taken.text());
    let leaves = [("kind", "stop"), ("account", account)];
    let day = send(clerk, "/moves/new", "/moves/new", &leaves).await;
    let through = [("on", "2026-01-31"), ("point", point)];
    let preview = clerk.post_form(&day, "/moves/day", &through).await;
    clerk.post_form(&preview, "/moves/preview", &[("reason", "called again")]).await;
    let day = send(clerk, "/moves/new", "/moves/new", &[("kind", "start"), ("point", point)]).await;
    let occupied = clerk.post_form(&day, "/moves/day", &[("on", "2026-01-31"), ("point", point)]).await;
    let words = format!("at {point} through Jan 31, 2026");
    assert!(occupied.status == 422 && occupied.text().contains(&words), "{}", occupied.text());
    let opened = opened(clerk).await;
    let fields = fields.map(|(name, value)| if name == "account" { (name, opened.as_str()) } else { (name, value) });
    let started = clerk.post_form(&taken, "/moves/service", &fields).await;
    assert!(started.url.path().ends_with(&opened), "{}: {}", started.url, started.text());
    assert!(services(clerk, point).await.iter().any(|one| one["account"] == opened.as_str()), "it is served");
}

/// An account is opened for somebody new who takes over no service; who they are must be said, once.
async fn opened(clerk: &Client) -> String {
    let open = "/moves/account";
    let came_in = [("who", "organization"), ("on", "2026-02-01"), ("reason", "they came in")];
    #[rustfmt::skip]
    let wrong: [(&[(&str, &str)], &str); 4] = [
        (&[],                                                              "one of the two"),
        (&[("name", "Quiet Pine Bakery"), ("customer", "C100004")],        "one of the two"),
        (&[("name", "Quiet Pine Bakery"), ("mail_street", "1 Pine Road")], "a street and a city"),
        (&[("customer", "C999999")],                                       "C999999"),
    ];
    for (fields, words) in wrong {
        let fields = [&came_in[..], fields].concat();
        let refused = send(clerk, open, open, &fields).await;
        assert!(refused.status == 422 && refused.text().contains(words), "{fields:?}: {}", refused.text());
    }
    let mail = [("mail_street", "1 Pine Road"), ("mail_city", "Saguaro Bend"), ("mail_state", "AZ")];
    let there = send(clerk, open, open, &[&came_in[..], &[("name", "Quiet Pine Bakery")], &mail].concat()).await;
    let text = there.text();
    for words in ["is opened", "Quiet Pine Bakery", "1 Pine Road", "/moves/service?account="] {
        assert!(text.contains(words), "{words}: {text}");
    }
    there.url.path().rsplit('/').next().expect("a path ends in the number of the account").to_owned()
}

/// The boxes of a form of which the name begins so.
fn boxes<'a>(text: &'a str, begin: &str) -> Vec<&'a str> {
    let names = text.split("name=\"").skip(1).filter_map(|rest| rest.split('"').next());
    names.filter(|name| name.starts_with(begin)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_looks_odd_is_asked_about_before_anybody_moves() {
    let test = "a_count_that_looks_odd_is_asked_about_before_anybody_moves";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let clerk = hall.sign_in("csr").await;
        let (premises, account) = served(&clerk).await;
        let water = format!("{premises}-W");
        let last = last_count(&clerk, &water).await;
        let day = send(&clerk, "/moves/new", "/moves/new", &[("kind", "stop"), ("account", account.as_str())]).await;
        let shown = day.text();
        let name = boxes(&shown, "count-")[0];
        let points: Vec<String> = ["S", "T", "W"].map(|kind| format!("{premises}-{kind}")).into();
        let mut plain = vec![("on", "2026-01-20")];
        plain.extend(points.iter().filter(|one| shown.contains(one.as_str())).map(|one| ("point", one.as_str())));
        let asked = |fields: &[(&str, &str)]| [&plain[..], fields].concat().into_iter().map(owned).collect::<Vec<_>>();
        for (count, words) in [("999999".to_owned(), "Use per day is"), ((last - 5).to_string(), "is lower than")] {
            let fields = asked(&[(name, &count)]);
            let odd = clerk.post_form(&day, "/moves/day", &borrowed(&fields)).await;
            let text = odd.text();
            assert_eq!((odd.status, odd.url.path()), (422, "/moves/day"), "{count}: {text}");
            for words in ["This looks odd", words, "It is right: the meter at", &count] {
                assert!(text.contains(words), "{count}: no “{words}” in {text}");
            }
        }

        // A program and a command are asked as well; nothing is changed by any of it.
        let change = serde_json::json!({
            "from_account": account, "service_points": [water], "on": "2026-01-21", "reason": "called",
            "reads": [{"service_point": water, "read_on": "2026-01-20", "count": 999_999, "kind": "actual"}],
        });
        let body = serde_json::json!({"reason": "called", "command": change});
        let refused = hall.api("csr").await.change("billing.move_people", "odd", &body).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (422, Some("count_looks_odd")),
            "{}",
            refused.text()
        );
        let read = format!("{water}=999999");
        let typed =
            ["--reason", "called", "service", "move", "--from", &account, "--on", "2026-01-21", "--read", &read];
        assert!(hall.program.ends("csr", &typed, 1).contains("looks odd"));
        assert!(services(&clerk, &water).await.iter().all(|one| one["stops_on"].is_null()), "nobody moved");

        // The box says that one count is right, and no other.
        let fields = asked(&[(name, "999999")]);
        let odd = clerk.post_form(&day, "/moves/day", &borrowed(&fields)).await;
        let text = odd.text();
        let sure = boxes(&text, "sure-")[0];
        let fields = asked(&[(name, "999998"), (sure, "yes")]);
        let other = clerk.post_form(&odd, "/moves/day", &borrowed(&fields)).await;
        assert_eq!(other.status, 422, "another count was not looked at: {}", other.text());
        let fields = asked(&[(name, "999999"), (sure, "yes")]);
        let preview = clerk.post_form(&odd, "/moves/day", &borrowed(&fields)).await;
        assert_eq!(preview.url.path(), "/moves/preview", "{}", preview.text());
        assert!(preview.text().contains("999,999, right though it looks odd"), "{}", preview.text());
        let done = clerk.post_form(&preview, "/moves/preview", &[("reason", "called today")]).await;
        assert!(done.url.path().starts_with("/accounts/"), "{}", done.text());
        let reads = page(&clerk, &format!("/api/v1/points/{water}/reads?limit=200")).await.json();
        let taken = reads["data"].as_array().expect("reads").iter().find(|one| one["count"].as_i64() == Some(999_999));
        let reason = taken.expect("it is on record")["reason"].as_str().expect("what was confirmed is kept");
        assert!(reason.starts_with("confirmed though odd: use per day is"), "{reason}");
        assert!(page(&clerk, &format!("/points/{water}")).await.text().contains("somebody said it is right"));
        hall.close().await;
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// An account served with water, and who owns the premises: the number, the point, the reference and name of the owner.
struct Owned {
    account: String,
    point: String,
    owner: String,
    name: String,
}

/// Places where an account is served whose customer owns them, or does not.
async fn owned_places(hall: &Hall, by_themselves: bool) -> Vec<Owned> {
    const SQL: &str = "
        select a.number, s.reference, c.reference, c.name, a.customer_id = c.customer_id
        from service_agreement g
        join account a on a.account_id = g.account_id
        join service_point s on s.service_point_id = g.service_point_id
        join premise_owner o on o.premise_id = s.premise_id
        join customer c on c.customer_id = o.customer_id
        where g.service = 'water' and g.stops_on is null and c.name <> ''
          and not exists (select 1 from premise_owner p where p.premise_id = o.premise_id and o.from_on < p.from_on)
        order by s.service_point_id";
    let mut read = hall.db().read().await.expect("the town is there");
    let rows: Vec<(i64, String, String, String, bool)> = read.all(SQL, vec![]).await.expect("it reads");
    let place = |(number, point, owner, name, _): (i64, String, String, String, bool)| Owned {
        account: kernel::AccountNumber::issue(number).to_string(),
        point,
        owner,
        name,
    };
    rows.into_iter().filter(|(_, _, _, _, themselves)| *themselves == by_themselves).map(place).collect()
}

/// The second step of handing back what an account is served with.
async fn back_to_the_owner(client: &Client, account: &str) -> testkit::Answer {
    let day = send(client, "/moves/new", "/moves/new", &[("kind", "revert"), ("account", account)]).await;
    assert_eq!(day.url.path(), "/moves/day", "{}", day.text());
    day
}

#[tokio::test(flavor = "multi_thread")]
async fn services_go_back_to_one_owner_who_is_somebody_else_and_may_be_named() {
    let test = "services_go_back_to_one_owner_who_is_somebody_else_and_may_be_named";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let clerk = hall.sign_in("csr").await;

        // Who owns the place and lives there hands nothing back to themselves.
        let own = owned_places(&hall, true).await.into_iter().next().expect("somebody lives in what they own");
        let day = back_to_the_owner(&clerk, &own.account).await;
        let text = day.text();
        assert!(text.contains("The account that leaves is the owner") && !text.contains("name=\"to\""), "{text}");
        let fields = [("on", "2026-07-05"), ("point", own.point.as_str()), ("to", own.account.as_str())];
        let refused = clerk.post_form(&day, "/moves/day", &fields).await;
        assert!(refused.status == 422 && refused.text().contains("answers for these places"), "{}", refused.text());
        let change = serde_json::json!({
            "from_account": own.account, "to_account": own.account, "on": "2026-07-05", "reason": "called",
        });
        let body = serde_json::json!({"reason": "called", "command": change});
        let refused = hall.api("csr").await.change("billing.move_people", "itself", &body).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (422, Some("same_account")),
            "{}",
            refused.text()
        );

        // One owner at a time: places of another are not handed back with them.
        let rented = owned_places(&hall, false).await;
        let first = rented.first().expect("somebody rents");
        let other = rented.iter().find(|one| one.owner != first.owner && one.account != first.account);
        let other = other.expect("another owner rents out");
        let over = ["--reason", "they move together", "service", "transfer", &other.account];
        let to = [first.account.as_str(), "--on", "2026-07-01", "--service-point", &other.point];
        hall.program.done("csr", &[&over[..], &to].concat());
        let day = back_to_the_owner(&clerk, &first.account).await;
        assert!(day.text().contains(&first.name), "{}", day.text());
        assert!(day.text().contains("Owner of the premises"), "{}", day.text());
        let fields =
            [("on", "2026-07-05"), ("point", first.point.as_str()), ("point", other.point.as_str()), ("to", "new")];
        let refused = clerk.post_form(&day, "/moves/day", &fields).await;
        assert!(refused.status == 422 && refused.text().contains("one owner at a time"), "{}", refused.text());

        // A confidential owner is named to nobody who may not see them.
        let named = ["--reason", "card shown", "identity", "protect"];
        for owner in [&first.owner, &other.owner] {
            let program = [owner.as_str(), "--program", "acp", "--review-on", "2027-07-01"];
            hall.program.done("supervisor", &[&named[..], &program].concat());
        }
        let day = back_to_the_owner(&clerk, &first.account).await;
        let text = day.text();
        assert!(text.contains("The owner of the premises is confidential"), "{text}");
        for told in [&first.name, &other.name] {
            assert!(!text.contains(told.as_str()), "“{told}” is told: {text}");
        }
        let fields = [("on", "2026-07-05"), ("point", first.point.as_str())];
        let refused = clerk.post_form(&day, "/moves/day", &fields).await;
        assert!(refused.status == 422 && refused.text().contains("is confidential"), "{}", refused.text());
        hall.close().await;
    }
}
