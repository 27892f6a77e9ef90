//! Service points are put on routes, moved and taken off, by hand and by files.

use std::sync::Arc;

use kernel::ServicePointId;
use metering::acts::{PlaceInWalk, SetRouteStops, StopAt};
use metering::intake::Routes;
use testkit::engines;

use crate::place::{Place, report};

const HEADER: &str = "service_point,route,sequence\n";

fn at(service_point: &str, place: Option<(&str, i64)>) -> StopAt {
    let at = place.map(|(route, sequence)| PlaceInWalk { route: route.to_owned(), sequence });
    StopAt { service_point: service_point.to_owned(), at, seen: None }
}

fn set<const N: usize>(stops: [(&str, Option<(&str, i64)>); N]) -> SetRouteStops {
    SetRouteStops { stops: stops.map(|(point, place)| at(point, place)).to_vec() }
}

/// The service points of a route in the order in which they are read.
async fn walk(place: &Place, route: &str) -> Vec<i64> {
    let stops = metering::stops_at(&mut place.read().await, route, (0, 1_000)).await.unwrap();
    stops.into_iter().map(|stop| stop.service_point.0).collect()
}

#[tokio::test]
async fn stops_are_read_by_their_numbers() {
    for engine in engines("stops_are_read_by_their_numbers") {
        let place = Place::new(engine, 4).await;
        let both = set([("p1", Some(("R1", 20))), ("p2", Some(("R1", 10)))]);
        assert_eq!(place.act(&both).await, Ok(2));
        assert_eq!(walk(&place, "R1").await, [2, 1]);
        assert_eq!(place.act(&set([("p3", Some(("R1", 15)))])).await, Ok(1));
        assert_eq!(walk(&place, "R1").await, [2, 3, 1], "between the two");
        // What comes where it is already does not count; what goes to another route leaves its own.
        let moved = set([("p1", Some(("R2", 20))), ("p2", Some(("R1", 10)))]);
        assert_eq!(place.act(&moved).await, Ok(1));
        assert_eq!((walk(&place, "R1").await, walk(&place, "R2").await), (vec![2, 3], vec![1]));
        // Stops of one number are read in the order in which they were recorded.
        assert_eq!(place.act(&set([("p4", Some(("R1", 15)))])).await, Ok(1));
        assert_eq!(walk(&place, "R1").await, [2, 3, 4]);
        assert_eq!(place.act(&set([("p1", None), ("p2", None)])).await, Ok(2));
        let codes = metering::routes_after(&mut place.read().await, "", 10).await.unwrap();
        let codes: Vec<(String, i64)> = codes.into_iter().map(|route| (route.code, route.stops)).collect();
        assert_eq!(codes, [("R1".to_owned(), 2)], "a route without stops is none");
        place.base.remove().await;
    }
}

#[tokio::test]
async fn what_cannot_be_a_stop_is_refused_and_nothing_changes() {
    for engine in engines("what_cannot_be_a_stop_is_refused_and_nothing_changes") {
        let place = Place::new(engine, 2).await;
        assert_eq!(place.act(&set([("p1", Some(("R1", 10)))])).await, Ok(1));
        let many: Vec<StopAt> = (0..1_001).map(|number| at(&format!("q{number}"), Some(("R1", 10)))).collect();
        #[rustfmt::skip]
        let rows = [
            (set([]),                                                    "stops_missing"),
            (SetRouteStops { stops: many },                              "too_many_stops"),
            (set([("p9", Some(("R1", 20)))]),                            "service_point_unknown"),
            (set([("p1", Some(("R1", 20))), ("p1", Some(("R1", 30)))]),  "service_point_twice"),
            (set([("p1", Some(("", 20)))]),                              "route_code"),
            (set([("p1", Some((" R1", 20)))]),                           "route_code"),
            (set([("p1", Some(("R1", 0)))]),                             "sequence"),
            (set([("p1", Some(("R1", 1_000_000)))]),                     "sequence"),
            (set([("p1", Some(("R1", 10))), ("p2", None)]),              "nothing_new"),
            (set([("p2", Some(("R1", 20))), ("p9", None)]),              "service_point_unknown"),
        ];
        for (act, code) in rows {
            assert_eq!(place.act(&act).await, Err(code), "{:?}", act.stops.first());
        }
        // Who looked before somebody else changed it undoes nothing of theirs.
        let seen = |sequence| Some(PlaceInWalk { route: "R1".to_owned(), sequence });
        let late = StopAt { seen: seen(20), ..at("p1", Some(("R1", 30))) };
        assert_eq!(place.act(&SetRouteStops { stops: vec![late] }).await, Err("changed_meanwhile"));
        assert_eq!(walk(&place, "R1").await, [1]);
        let looked = StopAt { seen: seen(10), ..at("p1", Some(("R1", 30))) };
        assert_eq!(place.act(&SetRouteStops { stops: vec![looked] }).await, Ok(1));
        place.base.remove().await;
    }
}

#[tokio::test]
async fn routes_come_in_by_file_and_go_out_as_they_came() {
    for engine in engines("routes_come_in_by_file_and_go_out_as_they_came") {
        let place = Place::new(engine, 4).await;
        let take = async |lines: &str| {
            let routes: Arc<dyn imports::Intake> = Arc::new(Routes);
            place.import_bytes(routes, format!("{HEADER}{lines}").as_bytes()).await
        };
        assert_eq!(take("p1,C1-01,10\np2,C1-01,20\np3,C1-02,10\n").await, (report(3, 0, 0, 0), vec![]));
        assert_eq!(place.export(&Routes).await, format!("{HEADER}p1,C1-01,10\np2,C1-01,20\np3,C1-02,10\n"));
        // A later file moves what it names; what is wrong keeps no good record out, and says which line and field.
        let told = take("p1,C1-01,30\np2,C1-01,20\np9,C1-01,40\np4,,10\np4,C1-01,0\np4,C1-01,x\np4,C1-01,5\n").await;
        let reject = |line, field: &str, rule: &str| (line, field.to_owned(), rule.to_owned());
        let rejects = vec![
            reject(4, "service_point", "service_point_unknown"),
            reject(5, "route", "present"),
            reject(6, "sequence", "sequence"),
            reject(7, "sequence", "whole_number"),
        ];
        assert_eq!(told, (report(1, 1, 1, 4), rejects));
        assert_eq!(walk(&place, "C1-01").await, [4, 2, 1]);
        // Two lines of one file about one place: the second is not taken for the right one by being the later.
        let told = take("p3,C1-02,20\np3,C1-02,30\np1,C1-01,30\n").await;
        assert_eq!(told, (report(0, 1, 1, 1), vec![reject(3, "service_point", "service_point_twice")]));
        let told = take("p3,C1-02,40\np3,C1-02,40\n").await;
        assert_eq!(told, (report(0, 1, 0, 1), vec![reject(3, "service_point", "suspected_duplicate")]));
        place.base.remove().await;
    }
}

#[tokio::test]
async fn a_walk_by_pieces_meets_every_stop_once_in_order() {
    for engine in engines("a_walk_by_pieces_meets_every_stop_once_in_order") {
        let place = Place::new(engine, 12).await;
        // Three routes, numbers that repeat, in no order.
        let stops = (1..=12_i64).map(|point| {
            let (route, sequence) = (format!("R{}", point * 5 % 3), point * 7 % 4 + 1);
            StopAt { service_point: format!("p{point}"), at: Some(PlaceInWalk { route, sequence }), seen: None }
        });
        assert_eq!(place.act(&SetRouteStops { stops: stops.collect() }).await, Ok(12));
        let mut read = place.read().await;
        for size in 1..=5 {
            let mut met = Vec::new();
            for route in ["R0", "R1", "R2"] {
                let (mut after, mut walked) = ((0, ServicePointId(0)), Vec::new());
                loop {
                    let piece = metering::stops_after(&mut read, route, after, size).await.unwrap();
                    let Some(last) = piece.last() else { break };
                    after = (last.sequence, last.service_point);
                    walked.extend(piece.iter().map(|stop| (stop.sequence, stop.service_point)));
                }
                assert!(walked.is_sorted(), "{walked:?}");
                met.extend(walked.into_iter().map(|(_, point)| point.0));
            }
            met.sort_unstable();
            assert_eq!(met, (1..=12).collect::<Vec<i64>>(), "by {size}");
        }
        drop(read);
        place.base.remove().await;
    }
}
