//! Reads are entered by the page, one is put right with a second person, and a meter is exchanged.

use testkit::engines;

use crate::hall::{Hall, page, send};
use crate::home::waiting;

/// The reads of the first period of the demo that was not closed.
const ENTER: &str = "/reads/enter?cycle=C1&from=2026-01-01";

/// What whoever agrees to a proposal fills in.
const DECISION: [(&str, &str); 2] = [("decision", "approve"), ("reason", "looked at the photograph")];

/// What stands behind some words up to a quote, each time they appear.
fn all_behind(text: &str, words: &str) -> Vec<String> {
    text.split(words).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The counts of the column with the last reads.
fn last_counts(text: &str) -> Vec<i64> {
    let cells = text.split("data-title=\"Last read\" class=\"number\">").skip(1);
    let digits = |cell: &str| cell.split('<').next().unwrap_or("").replace(',', "");
    cells.filter_map(|cell| digits(cell).parse().ok()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_entered_and_put_right() {
    let test = "reads_are_entered_and_put_right";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let supervisor = hall.sign_in("field_supervisor").await;
        assert!(page(&supervisor, "/reads").await.text().contains("to close"));
        let sheet = page(&supervisor, ENTER).await;
        let (ids, lasts) = (all_behind(&sheet.text(), "name=\"point\" value=\""), last_counts(&sheet.text()));
        let points = all_behind(&sheet.text(), "href=\"/points/");
        assert!(3 <= ids.len() && ids.len() == lasts.len(), "{}", sheet.text());

        // A good row is saved, an odd one asks, a bad one says why; nothing that was typed is lost.
        let names: Vec<String> = ids.iter().map(|id| format!("count-{id}")).collect();
        let (good, odd) = ((lasts[0] + 400).to_string(), (lasts[1] + 90_000).to_string());
        let mut fields = vec![("read_on", "2026-02-01"), ("kind", "actual"), ("step", "save")];
        fields.extend(ids.iter().map(|id| ("point", id.as_str())));
        fields.extend([(names[0].as_str(), good.as_str()), (&names[1], &odd), (&names[2], "12x")]);
        let judged = supervisor.post_form(&sheet, "/reads/enter", &fields).await;
        let text = judged.text();
        assert_eq!(judged.status, 422, "{text}");
        for words in ["1 read saved", "1 read looks odd, not saved", "1 read cannot be saved", "value=\"12x\"", &odd] {
            assert!(text.contains(words), "no “{words}” in {text}");
        }
        assert!(!text.contains(&format!("name=\"{}\"", names[0])), "what is saved is not asked for again");
        let sure = format!("sure-{}", ids[1]);
        let fields = [
            ("read_on", "2026-02-01"),
            ("kind", "actual"),
            ("step", "save"),
            ("point", &ids[1]),
            (&names[1], odd.as_str()),
            (&sure, "yes"),
        ];
        let saved = supervisor.post_form(&judged, "/reads/enter", &fields).await;
        assert!(saved.status == 200 && saved.text().contains("1 read saved"), "{}", saved.text());

        ahead(&supervisor, &points[0]).await;
        corrected(&hall, &supervisor, (&points[1], lasts[1])).await;
        exchanged(&hall, &supervisor, &points[2], lasts[2]).await;
        hall.close().await;
    }
}

/// A day ahead is refused at once, however odd the count is.
async fn ahead(client: &testkit::Client, point: &str) {
    let path = format!("/points/{point}/read");
    let fields = [("read_on", "2030-01-01"), ("count", "1"), ("kind", "actual")];
    let refused = send(client, &path, &path, &fields).await;
    let text = refused.text();
    assert!(refused.status == 422 && text.contains("Jan 1, 2030 is after today"), "{text}");
    assert!(!text.contains("This looks odd"), "{text}");
}

/// A read is put right once another person agrees; who is slower than that sees it, and sends the same form again.
async fn corrected(hall: &Hall, supervisor: &testkit::Client, (point, last): (&str, i64)) {
    // What looks odd is asked about first, as it is where reads are entered.
    let path = format!("/points/{}/reads/2026-02-01", point);
    let odd = (last + 80_000).to_string();
    let fields = [("what", "correct"), ("count", odd.as_str()), ("reason", "the 9 was an 8")];
    let asked = send(supervisor, &path, &path, &fields).await;
    let text = asked.text();
    assert_eq!((asked.status, asked.url.path()), (422, path.as_str()), "{text}");
    for words in ["This looks odd; it is not saved yet", "Use per day is", "though it looks odd", &odd] {
        assert!(text.contains(words), "no “{words}” in {text}");
    }
    let sure = format!("sure-{odd}");
    let fields = [&fields[..], &[(sure.as_str(), "yes")]].concat();
    let proposed = supervisor.post_form(&asked, &path, &fields).await;
    assert!(proposed.url.path().starts_with("/approvals/"), "{}: {}", proposed.url, proposed.text());
    // The proposal names the place as everybody knows it, and the counts as they are shown elsewhere.
    let text = proposed.text();
    let counts = [last + 90_000, last + 80_000].map(separated);
    let link = format!("<a href=\"/points/{point}\">Service point {point}</a>");
    for words in [&link, &format!("Read of {point} on Feb 1, 2026"), &counts[0], &counts[1]] {
        assert!(text.contains(words.as_str()), "no “{words}” in {text}");
    }

    // Another person agrees that a read is put right.
    let right = (last + 500).to_string();
    let fields = [("what", "correct"), ("count", right.as_str()), ("reason", "the 9 was a 0")];
    let asked = put_right(supervisor, &page(supervisor, &path).await, &path, &fields).await;
    assert!(asked.url.path().starts_with("/approvals/"), "{}: {}", asked.url, asked.text());
    let api = format!("/api/v1/points/{}/reads?limit=200", point);
    let newest = || async { page(supervisor, &api).await.json()["data"].as_array().expect("reads").last().cloned() };
    assert_eq!(newest().await.expect("a read")["count"], last + 90_000, "nothing counts before somebody agrees");

    let waiting = asked.url.path().to_owned();
    let other = hall.sign_in("supervisor").await;
    let decided = send(&other, &waiting, &waiting, &DECISION).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(newest().await.expect("a read")["count"], last + 500, "somebody agreed: {}", decided.text());

    // Two correct the same read: the one who was slower sees what it says now, and can send the form again.
    let shown = page(supervisor, &path).await;
    let stale = [("what", "correct"), ("count", "1"), ("reason", "as I saw it"), ("seen", "1")];
    let refused = supervisor.post_form(&shown, &path, &stale).await;
    assert!(refused.status == 422 && refused.text().contains("corrected this read meanwhile"), "{}", refused.text());
    let count = (last + 600).to_string();
    let fields = [("what", "correct"), ("count", count.as_str()), ("reason", "as the photograph shows")];
    let again = put_right(supervisor, &refused, &path, &fields).await;
    assert!(again.url.path().starts_with("/approvals/"), "it is taken now: {}", again.text());
}

/// Corrects a read by a page that shows it, and says that the count is right where that is asked.
async fn put_right(
    client: &testkit::Client,
    shown: &testkit::Answer,
    path: &str,
    fields: &[(&str, &str)],
) -> testkit::Answer {
    let answer = client.post_form(shown, path, fields).await;
    match all_behind(&answer.text(), "name=\"sure-").first() {
        Some(count) => {
            let sure = format!("sure-{count}");
            client.post_form(&answer, path, &[fields, &[(sure.as_str(), "yes")]].concat()).await
        }
        None => answer,
    }
}

/// A count of up to six digits with a separator of thousands.
fn separated(count: i64) -> String {
    if count < 1_000 { count.to_string() } else { format!("{},{:03}", count / 1_000, count % 1_000) }
}

/// The size of meter for which water is billed at a service point.
async fn billed_size(hall: &Hall, point: &str) -> String {
    let mut read = hall.db().read().await.expect("the town is there");
    let points = premises::service_points_by_reference(&mut read, &[point]).await.expect("points can be read");
    let there = billing::services_at_points(&mut read, &[points[point]]).await.expect("services can be read");
    there.into_iter().find_map(|one| one.dimensions.get("meter_size").cloned()).expect("water is billed by size")
}

/// A meter is exchanged; its last count stands beside the first of the new one. What looks odd is asked about first, and so is
/// a size for which nobody is billed there.
async fn exchanged(hall: &Hall, client: &testkit::Client, point: &str, last_count: i64) {
    let path = format!("/points/{point}/exchange");
    let size = billed_size(hall, point).await;
    let other_size = if size == "2\"" { "3\"" } else { "2\"" };
    let (last, odd) = ((last_count + 900).to_string(), (last_count + 90_000).to_string());
    let fields = |last: &str, size: &str| {
        let fields = [
            ("exchanged_on", "2026-02-02"),
            ("removal_count", last),
            ("serial_number", "NEW-1"),
            ("install_count", "3"),
            ("unit", "kgal"),
            ("multiplier", "0.01"),
            ("dials", "6"),
            ("size", size),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
    let asked = send(client, &path, &path, &borrowed(&fields(&odd, other_size))).await;
    let text = asked.text();
    assert_eq!(asked.status, 422, "{text}");
    for words in
        ["This looks odd; it is not saved yet", "Use per day is", "is billed for meter size", "though it looks odd"]
    {
        assert!(text.contains(words), "no “{words}” in {text}");
    }
    let program = hall.api("field_supervisor").await;
    let exchange = |on: &str, serial_number: &str, count: i64| {
        serde_json::json!({
            "service_point": point, "exchanged_on": on, "removal_count": count, "install_count": 3,
            "meter": {"serial_number": serial_number, "unit": "kgal", "dials": 6, "multiplier": "0.01", "size": size},
        })
    };
    let body =
        serde_json::json!({"reason": "as seen", "command": exchange("2026-02-02", "NEW-1", last_count + 90_000)});
    let refused = program.change("metering.exchange_meter", "odd", &body).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("count_looks_odd")), "{}", refused.text());

    let good = fields(&last, &size);
    let done = send(client, &path, &path, &borrowed(&good)).await;
    assert!(done.text().contains("Meter NEW-1 is in since"), "{}", done.text());
    let meter = page(client, "/api/v1/meters/NEW-1").await.json();
    assert_eq!(meter["data"]["places"][0]["install_count"], 3);
    assert!(page(client, "/meters/NEW-1").await.text().contains(point));
    let twice = send(client, &path, &path, &borrowed(&good)).await;
    assert_eq!(twice.status, 422, "the same meter cannot be put in again: {}", twice.text());
    let mut right = exchange("2026-03-02", "NEW-2", 999_999);
    right["is_right"] = true.into();
    let body = serde_json::json!({"reason": "as seen twice", "command": right});
    let done = program.change("metering.exchange_meter", "right", &body).await;
    assert_eq!(done.status, 200, "who looked again is believed: {}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_to_look_at_are_worked_off_when_they_are_billed() {
    let test = "reads_to_look_at_are_worked_off_when_they_are_billed";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let supervisor = hall.sign_in("field_supervisor").await;
        let title = "Reads to look at";
        let before = waiting(&supervisor, title).await.unwrap_or(0);
        let period = ["--cycle", "C1", "--from", "2026-01-01"];
        hall.program.done("billing_analyst", &[&["run", "close-reads"], &period[..]].concat());
        let closed = waiting(&supervisor, title).await.unwrap_or(0);
        assert!(before < closed, "nothing was read in January: {before}, then {closed}");
        let list = page(&supervisor, "/reads/flagged?as=csv").await.text();
        let points = list.lines().filter(|line| line.contains(",row,")).count();
        assert_eq!(points, usize::try_from(closed).expect("a count"), "the list is what is counted: {list}");
        let number = hall.program.done("billing_analyst", &[&["run", "prepare"], &period[..]].concat());
        for words in [&["run", "trial", number.trim()][..], &["run", "exceptions", number.trim(), "--apply-rules"]] {
            hall.program.done("billing_analyst", words);
        }
        hall.program.done("supervisor", &["run", "sign", number.trim()]);
        hall.program.done("billing_analyst", &["run", "post", number.trim()]);
        assert_eq!(waiting(&supervisor, title).await.unwrap_or(0), before, "what is billed waits no more");
        hall.close().await;
    }
}
