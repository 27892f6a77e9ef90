//! Any bytes as a file of the Open Water Rate Specification: refused, or a schedule that can be written back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rates::Schedule;
use rates::owrs::{OwrsHead, OwrsOptions, TierStarts, compare_tier_starts, read, read_classes, write};

fuzz_target!(|bytes: &[u8]| {
    let columns = [("usage_ccf", "12.4"), ("meter_size", "5/8\""), ("hhsize", "4"), ("season", "winter")];
    for tier_starts in [TierStarts::FirstUnit, TierStarts::Boundary] {
        let options = OwrsOptions { tier_starts, ..OwrsOptions::water("water", "none") };
        if let Ok(schedule) = read(bytes, &options) {
            assert_eq!(Schedule::parse(&schedule.to_text()).as_ref(), Ok(&schedule));
            let head = OwrsHead { utility_name: "City".to_owned(), bill_frequency: "monthly".to_owned() };
            let _ = write(&schedule.versions[0], &head);
        }
        let Ok(file) = read_classes(bytes, &OwrsOptions::evaluation(tier_starts)) else { continue };
        for class in file.classes.iter().filter_map(|(_, class)| class.as_ref().ok()) {
            let _ = class.price(&columns);
        }
    }
    let _ = compare_tier_starts(bytes, &OwrsOptions::water("water", "none"));
});
