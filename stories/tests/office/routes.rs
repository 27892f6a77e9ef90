//! Meters are read by route: a period shows how far each walk is, reads are entered in its order, and stops change places.

use testkit::{Client, engines};

use crate::hall::{Hall, page, send};

const PERIOD: &str = "cycle=C1&from=2026-01-01";

/// What stands behind some words up to a quote, each time they appear.
fn all_behind(text: &str, words: &str) -> Vec<String> {
    text.split(words).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// A column of a table's file, which has the table and `row` before it.
fn cells(text: &str, column: usize) -> Vec<String> {
    let rows = text.lines().filter_map(|line| line.split_once(",row,"));
    rows.filter_map(|(_, row)| row.split(',').nth(column)).map(str::to_owned).collect()
}

/// The references of a route's stops, in their order, as programs are told.
async fn stops_of(client: &Client, route: &str) -> Vec<(i64, String)> {
    let answer = page(client, &format!("/api/v1/routes/{route}/stops?limit=200")).await.json();
    let stops = answer["data"].as_array().expect("stops").clone();
    let stop = |stop: &serde_json::Value| {
        (stop["sequence"].as_i64().expect("a number"), stop["service_point"].as_str().expect("a reference").to_owned())
    };
    stops.iter().map(stop).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_entered_in_the_order_of_a_route() {
    let test = "reads_are_entered_in_the_order_of_a_route";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let supervisor = hall.sign_in("field_supervisor").await;
        let stops = stops_of(&supervisor, "C1-01").await;
        assert!(3 < stops.len() && stops.is_sorted(), "{stops:?}");

        // The period counts the walk; its reading list and its boxes are in the order of the stops.
        let routes = page(&supervisor, &format!("/reads/routes?{PERIOD}&as=csv")).await.text();
        let all: i64 = cells(&routes, 1).iter().filter_map(|cell| cell.parse::<i64>().ok()).sum();
        let listed = page(&supervisor, &format!("/reads/missing?{PERIOD}&as=csv")).await.text();
        assert_eq!(usize::try_from(all).expect("few"), cells(&listed, 0).len(), "nobody was read yet: {routes}");
        let list = page(&supervisor, &format!("/reads/missing?{PERIOD}&route=C1-01&as=csv")).await.text();
        let walked = cells(&list, 2);
        let in_order: Vec<String> =
            stops.iter().map(|(_, point)| point.clone()).filter(|point| walked.contains(point)).collect();
        assert_eq!(walked, in_order, "the reading list is the walk");
        let path = format!("/reads/enter?{PERIOD}&route=C1-01");
        let sheet = page(&supervisor, &path).await;
        assert!(sheet.text().contains("Route C1-01"), "{}", sheet.text());
        let boxes = all_behind(&sheet.text(), "href=\"/points/");
        assert_eq!(boxes, walked[..boxes.len()], "boxes are in the order of the walk");

        // The last stop of the walk goes to its beginning, and is asked for first.
        let last = stops.last().expect("a stop").1.clone();
        let path = format!("/points/{last}/route");
        let moved = send(&supervisor, &path, &path, &[("route", "C1-01"), ("sequence", "5")]).await;
        assert_eq!(moved.status, 200, "{}", moved.text());
        assert!(moved.text().contains("C1-01, stop 5"), "{}", moved.text());
        let sheet = page(&supervisor, &format!("/reads/enter?{PERIOD}&route=C1-01")).await;
        let (ids, first) =
            (all_behind(&sheet.text(), "name=\"point\" value=\""), &all_behind(&sheet.text(), "href=\"/points/")[0]);
        assert_eq!(*first, last);

        // A count that is right is saved, and the walk goes on where it was.
        let (count, sure) = (format!("count-{}", ids[0]), format!("sure-{}", ids[0]));
        let fields = [
            ("read_on", "2026-02-01"),
            ("kind", "actual"),
            ("step", "save"),
            ("point", &ids[0]),
            (&count, "999999"),
            (&sure, "yes"),
        ];
        let saved = supervisor.post_form(&sheet, "/reads/enter", &fields).await;
        assert!(saved.status == 200 && saved.text().contains("1 read saved"), "{}", saved.text());
        assert!(saved.url.query().is_some_and(|query| query.contains("route=C1-01")), "{}", saved.url);
        assert_ne!(all_behind(&saved.text(), "href=\"/points/")[0], last, "it is read now");
        let after = page(&supervisor, &format!("/reads/routes?{PERIOD}&as=csv")).await.text();
        let unread = |text: &str| -> i64 { cells(text, 2).iter().filter_map(|cell| cell.parse::<i64>().ok()).sum() };
        assert_eq!(unread(&after), unread(&routes) - 1);
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stops_are_numbered_and_colleagues_do_not_undo_each_other() {
    let test = "stops_are_numbered_and_colleagues_do_not_undo_each_other";
    for engine in engines(test) {
        let hall = Hall::on(engine).await;
        let (one, clerk) = (hall.sign_in("field_supervisor").await, hall.sign_in("csr").await);
        let before = stops_of(&one, "C1-01").await;
        let shown = page(&one, "/routes/C1-01").await;
        let ids = all_behind(&shown.text(), "name=\"point\" value=\"");
        let stop = |id: &str| format!("stop-{id}");
        let was = |id: &str| format!("was-{id}");
        let numbers: Vec<String> = before.iter().map(|(number, _)| number.to_string()).collect();
        let (second, third) = (stop(&ids[1]), stop(&ids[2]));
        let (was_second, was_third) = (was(&ids[1]), was(&ids[2]));
        let sent = |second_now: &'static str, third_now: &'static str| {
            vec![
                ("step", "save"),
                ("point", ids[1].as_str()),
                ("point", ids[2].as_str()),
                (was_second.as_str(), numbers[1].as_str()),
                (was_third.as_str(), numbers[2].as_str()),
                (second.as_str(), second_now),
                (third.as_str(), third_now),
            ]
        };
        // What is no number is refused with all that was typed; nothing is saved.
        let wrong = one.post_form(&shown, "/routes/C1-01", &sent("1x", "7")).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert!(wrong.text().contains("value=\"1x\"") && wrong.text().contains("value=\"7\""), "{}", wrong.text());
        assert_eq!(stops_of(&one, "C1-01").await, before);
        // One stop goes to the beginning, one is taken off.
        let saved = one.post_form(&shown, "/routes/C1-01", &sent("7", "")).await;
        assert!(saved.status == 200 && saved.text().contains("2 stops are elsewhere"), "{}", saved.text());
        let now = stops_of(&one, "C1-01").await;
        assert_eq!((now[0].clone(), now.len()), ((7, before[1].1.clone()), before.len() - 1));
        // The same page sent again says what became of it meanwhile.
        let late = one.post_form(&shown, "/routes/C1-01", &sent("9", numbers[2].clone().leak())).await;
        assert_eq!(late.status, 422, "{}", late.text());
        assert!(late.text().contains("somebody else changed the walk meanwhile"), "{}", late.text());
        assert_eq!(stops_of(&one, "C1-01").await, now);
        // By tens again, in the order in which they are.
        let page_now = page(&one, "/routes/C1-01").await;
        let tens = one.post_form(&page_now, "/routes/C1-01", &[("step", "tens")]).await;
        assert_eq!(tens.status, 200, "{}", tens.text());
        let by_tens = stops_of(&one, "C1-01").await;
        let points = |stops: &[(i64, String)]| stops.iter().map(|(_, point)| point.clone()).collect::<Vec<_>>();
        assert_eq!(points(&by_tens), points(&now));
        assert!(by_tens.iter().zip(1..).all(|((number, _), place)| *number == place * 10), "{by_tens:?}");

        begun(&one, before[2].1.as_str()).await;
        // A clerk reads the walk, and changes nothing.
        let read = page(&clerk, "/routes/NEW").await;
        assert!(read.text().contains(&before[2].1) && !read.text().contains("Number by tens"), "{}", read.text());
        assert_eq!(clerk.get(&format!("/points/{}/route", before[2].1)).await.status, 403);
        assert_eq!(clerk.get("/routes/NOWHERE").await.status, 404);
        hall.close().await;
    }
}

/// A route begins with its first stop; one alone of route and number is refused.
async fn begun(one: &Client, off: &str) {
    let fields = [("service_point", off), ("route", "NEW"), ("sequence", "10")];
    // The list has a form of its own to look through it.
    let shown = page(one, "/routes").await;
    let forms = shown.forms();
    let is_key = |(name, _): &(String, String)| name == "form_key";
    let form = forms.iter().find(|form| form.action == "/routes" && form.hidden.iter().any(is_key));
    let form = form.expect("a form");
    let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let put = one.post("/routes", &hidden.chain(fields).collect::<Vec<_>>()).await;
    assert_eq!((put.status, put.url.path()), (200, "/routes/NEW"), "{}", put.text());
    for (route, number) in [("NEW", ""), ("", "10")] {
        let path = format!("/points/{off}/route");
        let refused = send(one, &path, &path, &[("route", route), ("sequence", number)]).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
}
