//! Reads are entered by the page, one is put right with a second person, and a meter is exchanged.

use testkit::engines;

use crate::hall::{Hall, page, send};

/// The reads of the first period of the demo that was not closed.
const ENTER: &str = "/reads/enter?cycle=C1&from=2026-01-01";

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
        let hall = Hall::of(engine, 60).await;
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

        // Another person agrees that a read is put right.
        let path = format!("/points/{}/reads/2026-02-01", points[1]);
        let right = (lasts[1] + 500).to_string();
        let fields = [("what", "correct"), ("count", right.as_str()), ("reason", "the 9 was a 0")];
        let asked = send(&supervisor, &path, &path, &fields).await;
        assert!(asked.url.path().starts_with("/approvals/"), "{}: {}", asked.url, asked.text());
        let api = format!("/api/v1/points/{}/reads?limit=200", points[1]);
        let newest =
            || async { page(&supervisor, &api).await.json()["data"].as_array().expect("reads").last().cloned() };
        assert_eq!(
            newest().await.expect("a read")["count"],
            lasts[1] + 90_000,
            "nothing counts before somebody agrees"
        );

        exchanged(&supervisor, &points[2], lasts[2]).await;
        hall.close().await;
    }
}

/// A meter is exchanged; its last count stands beside the first of the new one.
async fn exchanged(client: &testkit::Client, point: &str, last_count: i64) {
    let path = format!("/points/{point}/exchange");
    let last = (last_count + 10).to_string();
    let fields = [
        ("exchanged_on", "2026-02-02"),
        ("removal_count", last.as_str()),
        ("serial_number", "NEW-1"),
        ("install_count", "3"),
        ("unit", "kgal"),
        ("multiplier", "0.01"),
        ("dials", "6"),
        ("size", "5/8\""),
    ];
    let done = send(client, &path, &path, &fields).await;
    assert!(done.text().contains("Meter NEW-1 is in since"), "{}", done.text());
    let meter = page(client, "/api/v1/meters/NEW-1").await.json();
    assert_eq!(meter["data"]["places"][0]["install_count"], 3);
    assert!(page(client, "/meters/NEW-1").await.text().contains(point));
    let twice = send(client, &path, &path, &fields).await;
    assert_eq!(twice.status, 422, "the same meter cannot be put in again: {}", twice.text());
}
