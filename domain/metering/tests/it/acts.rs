//! Reads entered and corrected, meters exchanged and swapped: what is on record after it, and why not.

use kernel::{ServicePointId, Unit};
use metering::ReadKind;
use metering::acts::{CorrectRead, EnterRead, ExchangeMeter, MeterFacts, SetRemovalCount, SwapMeters};
use metering::intake::Meters;
use testkit::engines;

use crate::place::{METERS, Place, day, report};

fn enter(service_point: &str, read_on: &str, count: i64) -> EnterRead {
    let (service_point, code) = (service_point.to_owned(), "dog".to_owned());
    EnterRead { service_point, read_on: day(read_on), count, kind: ReadKind::Customer, code, is_right: None }
}

fn correct(service_point: &str, read_on: &str, count: Option<i64>, reason: &str) -> CorrectRead {
    let (service_point, reason) = (service_point.to_owned(), reason.to_owned());
    CorrectRead { service_point, read_on: day(read_on), count, reason }
}

fn exchange(service_point: &str, exchanged_on: &str, serial_number: &str) -> ExchangeMeter {
    ExchangeMeter {
        service_point: service_point.to_owned(),
        exchanged_on: day(exchanged_on),
        removal_count: Some(812),
        meter: MeterFacts {
            serial_number: serial_number.to_owned(),
            unit: Unit::Gallon,
            dials: 7,
            multiplier: "10".to_owned(),
            size: "1\"".to_owned(),
        },
        install_count: 3,
        is_right: None,
    }
}

fn swap(point_a: &str, point_b: &str, from_on: &str, reason: &str) -> SwapMeters {
    let [point_a, point_b, reason] = [point_a, point_b, reason].map(str::to_owned);
    SwapMeters { point_a, point_b, from_on: day(from_on), reason }
}

const THREE: &str =
    "M1,ccf,6,0.01,,p1,2020-01-01,0,,\nM2,ccf,4,1,,p2,2020-01-01,50,,\nM3,ccf,6,0.01,,p3,2021-01-01,0,,\n";

#[tokio::test]
async fn reads_are_entered_once_and_corrected_in_revisions() {
    for engine in engines("reads are entered") {
        let place = Place::new(engine, 4).await;
        assert_eq!(place.meters(THREE).await, (report(3, 0, 0, 0), vec![]));
        assert_eq!(place.act(&enter("p1", "2026-06-30", 120)).await, Ok(vec![ServicePointId(1)]));
        #[rustfmt::skip]
        let rows = [
            // read                                 | refused as
            (enter("p9", "2026-06-30", 120),          "service_point_unknown"),
            (enter("p1", "2026-07-02", 120),          "after_today"),
            (EnterRead { code: "a\nb".to_owned(), ..enter("p1", "2026-06-29", 1) }, "one_line"),
            (enter("p4", "2026-06-30", 120),          "meter_not_installed"),
            (enter("p1", "2019-12-31", 120),          "meter_not_installed"),
            (enter("p2", "2026-06-30", 10_000),       "too_many_digits"),
            (enter("p1", "2026-06-29", -1),           "negative"),
            (enter("p1", "2026-06-30", 120),          "already_read"),
        ];
        for (read, code) in rows {
            assert_eq!(place.act(&read).await, Err(code), "{read:?}");
        }
        #[rustfmt::skip]
        let rows = [
            // correction                                           | refused as, or done
            (correct("p1", "2026-06-30", Some(121), " "),             Err("reason_missing")),
            (correct("p9", "2026-06-30", Some(121), "misread"),       Err("service_point_unknown")),
            (correct("p1", "2026-06-29", Some(121), "misread"),       Err("not_read")),
            (correct("p1", "2026-06-30", Some(1_000_000), "misread"), Err("too_many_digits")),
            (correct("p1", "2026-06-30", Some(120), "misread"),       Err("nothing_new")),
            (correct("p1", "2026-06-30", Some(121), "misread"),       Ok(vec![ServicePointId(1)])),
            (correct("p1", "2026-06-30", None, "another house"),      Ok(vec![ServicePointId(1)])),
            (correct("p1", "2026-06-30", None, "another house"),      Err("not_read")),
            (correct("p1", "2026-06-30", Some(121), "it was this"),   Ok(vec![ServicePointId(1)])),
        ];
        for (correction, expected) in rows {
            assert_eq!(place.act(&correction).await, expected, "{correction:?}");
        }
        #[rustfmt::skip]
        assert_eq!(place.history(1).await, [
            "2026-06-30 1 M1 120 dog",
            "2026-06-30 2 M1 121 dog",
            "2026-06-30 3 M1 withdrawn dog",
            "2026-06-30 4 M1 121 dog",
        ]);
        let records = metering::read_history(&mut place.read().await, ServicePointId(1)).await.unwrap();
        let reasons: Vec<Option<&str>> = records.iter().map(|record| record.reason.as_deref()).collect();
        assert_eq!(reasons, [None, Some("misread"), Some("another house"), Some("it was this")]);
        assert!(records.iter().all(|record| record.seen.is_none_or(|seen| seen.kind == ReadKind::Customer)));
        place.base.remove().await;
    }
}

#[tokio::test]
async fn a_meter_is_exchanged_for_another() {
    for engine in engines("a meter is exchanged") {
        let place = Place::new(engine, 4).await;
        assert_eq!(place.meters(THREE).await, (report(3, 0, 0, 0), vec![]));
        place.act(&enter("p2", "2026-06-30", 120)).await.unwrap();
        let with = |serial_number: &str, dials, multiplier: &str| {
            let mut exchange = exchange("p1", "2026-03-04", serial_number);
            exchange.meter.dials = dials;
            exchange.meter.multiplier = multiplier.to_owned();
            exchange
        };
        #[rustfmt::skip]
        let rows = [
            // exchange                                                                   | refused as
            (exchange("p9", "2026-03-04", "M7"),                                            "service_point_unknown"),
            (exchange("p1", "2026-07-02", "M7"),                                            "after_today"),
            (exchange("p1", "2026-03-04", ""),                                              "one_line"),
            (exchange("p1", "2026-03-04", "M\n7"),                                          "one_line"),
            (with("M7", 0, "10"),                                                           "meter_impossible"),
            (with("M7", 7, "0"),                                                            "meter_impossible"),
            (ExchangeMeter { install_count: 10_000_000, ..with("M7", 7, "10") },            "too_many_digits"),
            (ExchangeMeter { removal_count: Some(1_000_000), ..with("M7", 7, "10") },       "too_many_digits"),
            (ExchangeMeter { removal_count: Some(-1), ..with("M7", 7, "10") },              "negative"),
            (exchange("p4", "2026-03-04", "M7"),                                            "meter_not_installed"),
            (exchange("p1", "2020-01-01", "M7"),                                            "not_after_installation"),
            (exchange("p2", "2026-06-29", "M7"),                                            "read_since"),
            (exchange("p1", "2026-03-04", "M3"),                                            "differs"),
        ];
        for (exchange, code) in rows {
            assert_eq!(place.act(&exchange).await, Err(code), "{exchange:?}");
        }
        assert_eq!(place.act(&exchange("p1", "2026-03-04", "M7")).await, Ok(vec![ServicePointId(1)]));
        assert_eq!(place.act(&exchange("p3", "2026-03-04", "M7")).await, Err("installed_elsewhere"));
        // On the day of the exchange the new meter is read; without a last count nothing is lost.
        place.act(&enter("p1", "2026-03-04", 9_999_999)).await.unwrap();
        place.act(&ExchangeMeter { removal_count: None, ..exchange("p3", "2026-03-05", "M8") }).await.unwrap();
        #[rustfmt::skip]
        let expected = [
            "M1,ccf,6,0.01,,p1,2020-01-01,0,2026-03-04,812",
            "M7,gallon,7,10,\"1\"\"\",p1,2026-03-04,3,,",
            "M2,ccf,4,1,,p2,2020-01-01,50,,",
            "M3,ccf,6,0.01,,p3,2021-01-01,0,2026-03-05,",
            "M8,gallon,7,10,\"1\"\"\",p3,2026-03-05,3,,",
        ];
        assert_eq!(place.export(&Meters).await, format!("{METERS}{}\n", expected.join("\n")));
        assert_eq!(place.history(1).await, ["2026-03-04 1 M7 9999999 dog"]);
        // An exchange recorded late: what was read since is withdrawn and comes back as a read of the new meter.
        place.act(&correct("p2", "2026-06-30", None, "exchanged before")).await.unwrap();
        place.act(&exchange("p2", "2026-06-29", "M9")).await.unwrap();
        place.act(&correct("p2", "2026-06-30", Some(1_000_000), "of the new meter")).await.unwrap();
        #[rustfmt::skip]
        assert_eq!(place.history(2).await, [
            "2026-06-30 1 M2 120 dog",
            "2026-06-30 2 M2 withdrawn dog",
            "2026-06-30 3 M9 1000000 dog",
        ]);
        place.base.remove().await;
    }
}

#[tokio::test]
async fn the_last_count_of_a_meter_is_recorded_later() {
    for engine in engines("the last count of a meter") {
        let place = Place::new(engine, 3).await;
        assert_eq!(place.meters(THREE).await, (report(3, 0, 0, 0), vec![]));
        place.act(&ExchangeMeter { removal_count: None, ..exchange("p1", "2026-03-04", "M7") }).await.unwrap();
        let set = |service_point: &str, removed_on: &str, count, reason: &str| {
            let [service_point, reason] = [service_point, reason].map(str::to_owned);
            SetRemovalCount { service_point, removed_on: day(removed_on), count, reason }
        };
        #[rustfmt::skip]
        let rows = [
            // last count                                            | refused as, or done
            (set("p1", "2026-03-04", Some(812), " "),                  Err("reason_missing")),
            (set("p9", "2026-03-04", Some(812), "on the shelf"),       Err("service_point_unknown")),
            (set("p1", "2026-03-05", Some(812), "on the shelf"),       Err("not_removed")),
            (set("p2", "2026-03-04", Some(812), "on the shelf"),       Err("not_removed")),
            (set("p1", "2026-03-04", Some(1_000_000), "on the shelf"), Err("too_many_digits")),
            (set("p1", "2026-03-04", None, "on the shelf"),            Err("nothing_new")),
            (set("p1", "2026-03-04", Some(812), "on the shelf"),       Ok(vec![ServicePointId(1)])),
        ];
        for (set, expected) in rows {
            assert_eq!(place.act(&set).await, expected, "{set:?}");
        }
        let installed = metering::installations_of(&mut place.read().await, &[ServicePointId(1)]).await.unwrap();
        let counts: Vec<_> = installed[&ServicePointId(1)].iter().map(|one| one.removal_count).collect();
        assert_eq!(counts, [Some(812), None]);
        place.base.remove().await;
    }
}

#[tokio::test]
async fn meters_recorded_at_each_others_place_since_they_were_put_in_trade_places() {
    for engine in engines("meters trade places") {
        let place = Place::new(engine, 4).await;
        assert_eq!(place.meters(THREE).await, (report(3, 0, 0, 0), vec![]));
        let reads = "M1,,2020-06-30,100,,\nM1,,2020-09-30,200,,locked\nM2,,2020-06-30,60,,\nM2,,2020-12-31,70,,\n";
        assert_eq!(place.reads(reads).await, (report(4, 0, 0, 0), vec![]));
        #[rustfmt::skip]
        let rows = [
            // swap                                       | refused as
            (swap("p1", "p2", "2020-01-01", " "),           "reason_missing"),
            (swap("p1", "p9", "2020-01-01", "seen"),        "service_point_unknown"),
            (swap("p1", "p1", "2020-01-01", "seen"),        "service_point_twice"),
            (swap("p1", "p2", "2026-07-02", "seen"),        "after_today"),
            (swap("p1", "p4", "2020-01-01", "seen"),        "meter_not_installed"),
            (swap("p1", "p3", "2020-12-31", "seen"),        "meter_not_installed"),
            (swap("p1", "p3", "2021-01-01", "seen"),        "put_in_then"),
            (swap("p1", "p2", "2020-08-01", "seen"),        "not_read"),
            (swap("p1", "p2", "2020-09-30", "seen"),        "not_read"),
        ];
        for (swap, code) in rows {
            assert_eq!(place.act(&swap).await, Err(code), "{swap:?}");
        }
        let both = vec![ServicePointId(1), ServicePointId(2)];
        assert_eq!(place.act(&swap("p1", "p2", "2020-01-01", "seen on site")).await, Ok(both));
        #[rustfmt::skip]
        let expected = [
            "M2,ccf,4,1,,p1,2020-01-01,50,,",
            "M1,ccf,6,0.01,,p2,2020-01-01,0,,",
            "M3,ccf,6,0.01,,p3,2021-01-01,0,,",
        ];
        assert_eq!(place.export(&Meters).await, format!("{METERS}{}\n", expected.join("\n")));
        #[rustfmt::skip]
        assert_eq!(place.history(1).await, [
            "2020-06-30 1 M1 100",
            "2020-06-30 2 M2 60",
            "2020-09-30 1 M1 200 locked",
            "2020-09-30 2 M2 withdrawn",
            "2020-12-31 1 M2 70",
        ]);
        #[rustfmt::skip]
        assert_eq!(place.history(2).await, [
            "2020-06-30 1 M2 60",
            "2020-06-30 2 M1 100",
            "2020-09-30 1 M1 200 locked",
            "2020-12-31 1 M2 70",
            "2020-12-31 2 M1 withdrawn",
        ]);
        // Swapped back, everything stands as it was.
        place.act(&swap("p2", "p1", "2020-01-01", "seen again")).await.unwrap();
        let mut read = place.read().await;
        let standing = metering::reads_of(&mut read, &[ServicePointId(1), ServicePointId(2)]).await.unwrap();
        let counts = |point| standing[&ServicePointId(point)].iter().map(|read| read.count).collect::<Vec<_>>();
        assert_eq!((counts(1), counts(2)), (vec![100, 200], vec![60, 70]));
        drop(read);
        place.base.remove().await;
    }
}

#[tokio::test]
async fn meters_that_changed_places_later_do_so_by_the_counts_of_that_day() {
    for engine in engines("meters changed places later") {
        let place = Place::new(engine, 2).await;
        let meters = "M1,ccf,6,0.01,,p1,2020-01-01,0,,\nM2,ccf,6,0.01,,p2,2020-01-01,0,,\n";
        assert_eq!(place.meters(meters).await, (report(2, 0, 0, 0), vec![]));
        let reads = "M1,,2020-06-30,100,,\nM1,,2020-09-30,200,,\nM2,,2020-06-30,60,,\nM1,,2020-05-31,90,,\nM2,,2020-09-30,70,,\n";
        assert_eq!(place.reads(reads).await, (report(5, 0, 0, 0), vec![]));
        place.act(&swap("p1", "p2", "2020-06-30", "put back wrongly after a test")).await.unwrap();
        #[rustfmt::skip]
        let expected = [
            "M1,ccf,6,0.01,,p1,2020-01-01,0,2020-06-30,100",
            "M2,ccf,6,0.01,,p1,2020-06-30,60,,",
            "M2,ccf,6,0.01,,p2,2020-01-01,0,2020-06-30,60",
            "M1,ccf,6,0.01,,p2,2020-06-30,100,,",
        ];
        assert_eq!(place.export(&Meters).await, format!("{METERS}{}\n", expected.join("\n")));
        #[rustfmt::skip]
        assert_eq!(place.history(1).await, [
            "2020-05-31 1 M1 90",
            "2020-06-30 1 M1 100",
            "2020-09-30 1 M1 200",
            "2020-09-30 2 M2 70",
        ]);
        place.base.remove().await;
    }
}
