//! Every record that cannot come in is told with its line, its field and its rule; the others come in.

use std::sync::Arc;

use metering::intake::{Meters, Reads};
use testkit::engines;

use crate::place::{METERS, Place, READS, report};

#[tokio::test]
#[rustfmt::skip]
async fn a_wrong_meter_is_told_by_field_and_rule() {
    // the record                                                           | field           | rule
    let rows: [(&[u8], &str, &str); 30] = [
        (b"M1,ccf,6,0.01,5/8\",p1,2020-01-01,0,,",                            "",               ""),
        (b"M2,ccf,6,0.01,,p2,2020-01-01,0,2021-06-01,712",                    "",               ""),
        (b"M3,ccf,6,0.01,,p2,2021-06-01,5,,",                                 "",               ""),
        (b"M4,ccf,6,0.01,,p9,2020-01-01,0,,",                                 "service_point",  "service_point_unknown"),
        (b"M4,barrel,6,0.01,,p4,2020-01-01,0,,",                              "unit",           "unit"),
        (b"M4,ccf,six,0.01,,p4,2020-01-01,0,,",                               "dials",          "whole_number"),
        (b"M4,ccf,13,0.01,,p4,2020-01-01,0,,",                                "dials",          "whole_number"),
        (b"M4,ccf,6,a hundredth,,p4,2020-01-01,0,,",                          "multiplier",     "decimal"),
        (b"M4,ccf,6,0,,p4,2020-01-01,0,,",                                    "multiplier",     "decimal"),
        (b"M4,ccf,6,0.0000001,,p4,2020-01-01,0,,",                            "multiplier",     "decimal"),
        (b"M4,ccf,6,0.01,,p4,2020-02-30,0,,",                                 "installed_on",   "date"),
        (b"M4,ccf,6,0.01,,p4,2066-01-01,0,,",                                 "installed_on",   "date"),
        (b"M4,ccf,6,0.01,,p4,1886-01-01,0,,",                                 "installed_on",   "date"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01,-1,,",                                "install_count",  "negative"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01,1000000,,",                           "install_count",  "too_many_digits"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01,1.5,,",                               "install_count",  "whole_number"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01,0,2019-12-31,",                       "removed_on",     "stops_before_start"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01,0,,99",                               "removed_on",     "present"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01,0,2021-01-01,9999999",                "removal_count",  "too_many_digits"),
        (b"M1,ccf,7,0.01,5/8\",p4,2020-01-01,0,,",                            "dials",          "differs"),
        (b"M1,gallon,6,1,5/8\",p4,2020-01-01,0,,",                            "unit",           "differs"),
        (b"M1,ccf,6,1,5/8\",p4,2020-01-01,0,,",                               "multiplier",     "differs"),
        (b"M1,ccf,6,0.01,1\",p4,2020-01-01,0,,",                              "size",           "differs"),
        (b"M1,ccf,6,0.01,5/8\",p4,2021-01-01,0,,",                            "meter",          "installed_elsewhere"),
        (b"M4,ccf,6,0.01,,p1,2021-01-01,0,,",                                 "service_point",  "place_taken"),
        (b"M4,ccf,6,0.01,,p1,2020-01-01,0,,",                                 "service_point",  "place_taken"),
        (b"M1,ccf,6,0.01,5/8\",p1,2020-01-01,7,,",                            "install_count",  "differs"),
        (b"M1,ccf,6,0.010,5/8\",p1,2020-01-01,0,,",                           "service_point",  "suspected_duplicate"),
        (b"M4,ccf,6,0.01,\xff,p4,2020-01-01,0,,",                             "size",           "utf8"),
        (b"M4,ccf,6,0.01,,p4,2020-01-01",                                     "install_count",  "fields"),
    ];
    for engine in engines("a wrong meter") {
        let place = Place::new(engine, 4).await;
        let lines: Vec<&[u8]> = rows.iter().map(|(line, ..)| *line).collect();
        let text = [METERS.as_bytes(), &lines.join(&b"\n"[..])].concat();
        let (told, rejects) = place.import_bytes(Arc::new(Meters), &text).await;
        for (line, (record, field, rule)) in (2..).zip(rows) {
            let found = rejects.iter().find(|reject| reject.0 == line);
            let found = found.map_or(("", ""), |(_, field, rule)| (field.as_str(), rule.as_str()));
            assert_eq!(found, (field, rule), "{}", String::from_utf8_lossy(record));
        }
        assert_eq!(told, report(3, 0, 0, 27));
        place.base.remove().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn a_wrong_read_is_told_by_field_and_rule() {
    // the record                       | field           | rule
    let rows: [(&[u8], &str, &str); 23] = [
        (b"M1,p1,2026-06-30,120,actual,",  "",               ""),
        (b"M1,,2026-05-31,110,,locked",    "",               ""),
        (b"M2,,2021-06-01,712,customer,",  "",               ""),
        (b"M9,,2026-06-30,120,,",          "meter",          "meter_unknown"),
        (b"M1,p9,2026-06-29,120,,",        "service_point",  "service_point_unknown"),
        (b"M1,p2,2026-06-29,120,,",        "meter",          "meter_not_installed"),
        (b"M1,,2019-12-31,0,,",            "meter",          "meter_not_installed"),
        (b"M2,,2021-06-02,712,,",          "meter",          "meter_not_installed"),
        (b"M1,,1986-06-30,120,,",          "meter",          "meter_not_installed"),
        (b"M1,,2066-06-30,120,,",          "read_on",        "date"),
        (b"M1,,2026-07-02,120,,",          "read_on",        "date"),
        (b"M1,,06/30/2026,120,,",          "read_on",        "date"),
        (b"M1,,2026-06-29,1000000,,",      "count",          "too_many_digits"),
        (b"M1,,2026-06-29,-4,,",           "count",          "negative"),
        (b"M1,,2026-06-29,12.5,,",         "count",          "whole_number"),
        (b"M1,,2026-06-29,120,estimated,", "kind",           "kind"),
        (b"M1,,2026-06-29,,,",             "count",          "present"),
        (b"M1,,2026-06-30,121,,",          "count",          "differs"),
        (b"M1,,2026-06-30,120,customer,",  "kind",           "differs"),
        (b"M1,,2026-06-30,120,,dog",       "code",           "differs"),
        (b"M1,,2026-06-30,120,,",          "meter",          "suspected_duplicate"),
        (b"M3,,2021-06-01,5,,",            "meter",          "differs"),
        (b"M1,,2026-06-29,120,,\xc3\x28",  "code",           "utf8"),
    ];
    for engine in engines("a wrong read") {
        let place = Place::new(engine, 3).await;
        let meters = "M1,ccf,6,0.01,,p1,2020-01-01,0,,\nM2,ccf,6,0.01,,p2,2020-01-01,0,2021-06-01,712\n\
            M3,ccf,6,0.01,,p2,2021-06-01,5,,\n";
        assert_eq!(place.meters(meters).await, (report(3, 0, 0, 0), vec![]));
        let lines: Vec<&[u8]> = rows.iter().map(|(line, ..)| *line).collect();
        let text = [READS.as_bytes(), &lines.join(&b"\n"[..])].concat();
        let (told, rejects) = place.import_bytes(Arc::new(Reads), &text).await;
        for (line, (record, field, rule)) in (2..).zip(rows) {
            let found = rejects.iter().find(|reject| reject.0 == line);
            let found = found.map_or(("", ""), |(_, field, rule)| (field.as_str(), rule.as_str()));
            assert_eq!(found, (field, rule), "{}", String::from_utf8_lossy(record));
        }
        assert_eq!(told, report(3, 0, 0, 20));
        place.base.remove().await;
    }
}
