//! Any bytes as the text of a schedule: refused, or it compiles, reads back, prices and explains itself.

#![no_main]

use kernel::{Decimal, Quantity, Unit};
use libfuzzer_sys::fuzz_target;
use rates::{Inputs, Schedule};

fuzz_target!(|bytes: &[u8]| {
    let Ok(schedule) = Schedule::parse_bytes(bytes) else { return };
    assert_eq!(Schedule::parse(&schedule.to_text()).as_ref(), Ok(&schedule));
    for version in &schedule.versions {
        let compiled = version.compile().expect("a schedule that was read compiles");
        for plan in compiled.plans().take(20) {
            let names = plan.needs().quantities.iter();
            let numbers: Vec<(&str, Decimal)> = names.map(|name| (name.as_str(), Decimal::ONE)).collect();
            let unit = plan.charges().iter().find_map(|charge| charge.unit()).unwrap_or(Unit::Ccf);
            for steps in [0, 1_234_567, i64::MAX] {
                let usage = Quantity { steps, unit };
                let inputs = Inputs { numbers: &numbers, ..Inputs::of(usage) };
                let (price, explained) = (plan.price_for(&inputs), plan.explain(&inputs));
                assert_eq!(price.map(|price| price.total), explained.map(|explained| explained.total));
                let _ = plan.price(usage);
            }
        }
    }
});
