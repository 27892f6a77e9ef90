//! What bulk work reads by ranges is what is read place by place.

use std::collections::BTreeMap;

use kernel::{MeterId, ServicePointId};
use metering::acts::CorrectRead;
use metering::{Installation, MeterRead};
use testkit::engines;

use crate::place::{Place, day, report};

#[tokio::test]
async fn ranges_of_service_points_hold_the_same_as_their_list() {
    for engine in engines("ranges of service points") {
        let place = Place::new(engine, 4).await;
        let meters = "M 1,ccf,6,0.01,,p1,2020-01-01,0,2021-01-01,\nM;2,ccf,6,0.01,,p1,2021-01-01,3,,\n\
            M3,gallon,7,10,,p2,2020-01-01,0,2021-01-01,99\nM3,gallon,7,10,,p4,2021-01-01,99,,\n";
        assert_eq!(place.meters(meters).await, (report(4, 0, 0, 0), vec![]));
        let reads = "M 1,,2020-06-30,5,,\nM;2,,2022-06-30,8,customer,\nM;2,,2023-06-30,9,,\nM3,,2020-06-30,4,,\n\
            M3,,2022-06-30,104,,\n";
        assert_eq!(place.reads(reads).await, (report(5, 0, 0, 0), vec![]));
        let correct = |read_on: &str, count| {
            let (service_point, reason) = ("p1".to_owned(), "misread".to_owned());
            CorrectRead { service_point, read_on: day(read_on), count, reason }
        };
        place.act(&correct("2022-06-30", Some(7))).await.unwrap();
        place.act(&correct("2023-06-30", None)).await.unwrap();
        let mut read = place.read().await;
        let all: Vec<ServicePointId> = (1..=4).map(ServicePointId).collect();
        let (from, to) = (ServicePointId(1), ServicePointId(4));
        let of = metering::installations_of(&mut read, &all).await.unwrap();
        assert_eq!(metering::installations_between(&mut read, (from, ServicePointId(5))).await.unwrap(), of);
        let mut but_last = of.clone();
        but_last.remove(&ServicePointId(4));
        assert_eq!(metering::installations_between(&mut read, (from, to)).await.unwrap(), but_last);
        let short = |installations: &Vec<Installation>| -> Vec<String> {
            let text = |one: &Installation| {
                let removed_on = one.removed_on.map(|day| day.to_string()).unwrap_or_default();
                format!("{} {} {removed_on} {:?}", one.serial_number, one.installed_on, one.removal_count)
            };
            installations.iter().map(text).collect()
        };
        assert_eq!(short(&of[&from]), ["M 1 2020-01-01 2021-01-01 None", "M;2 2021-01-01  None"]);
        assert_eq!(short(&of[&ServicePointId(2)]), ["M3 2020-01-01 2021-01-01 Some(99)"]);
        let reads = metering::reads_of(&mut read, &all).await.unwrap();
        let counts = |reads: &BTreeMap<ServicePointId, Vec<MeterRead>>| -> Vec<(i64, Vec<i64>)> {
            reads.iter().map(|(point, reads)| (point.0, reads.iter().map(|read| read.count).collect())).collect()
        };
        assert_eq!(counts(&reads), [(1, vec![5, 7]), (2, vec![4]), (4, vec![104])]);
        let range = (from, ServicePointId(5));
        assert_eq!(metering::reads_between(&mut read, range, day("1950-01-01")).await.unwrap(), reads);
        let since = metering::reads_between(&mut read, range, day("2021-01-01")).await.unwrap();
        assert_eq!(counts(&since), [(1, vec![7]), (4, vec![104])]);
        assert_eq!(metering::reads_between(&mut read, (to, to), day("1950-01-01")).await.unwrap(), [].into());
        let moved = metering::placements_of(&mut read, &[MeterId(3), MeterId(99)]).await.unwrap();
        let places: Vec<i64> = moved.values().flatten().map(|placement| placement.service_point.0).collect();
        assert_eq!((moved.len(), places), (1, vec![2, 4]));
        drop(read);
        place.base.remove().await;
    }
}
