//! Any bytes as a sheet of rates: refused row by row, or schedules that read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rates::Schedule;
use rates::sheet::{SheetOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let Ok(sheet) = read(bytes, &SheetOptions::citing("a sheet")) else { return };
    for schedule in sheet.sets().filter_map(|(_, set)| set.schedule.as_ref().ok()) {
        assert_eq!(Schedule::parse(&schedule.to_text()).as_ref(), Ok(schedule));
    }
});
