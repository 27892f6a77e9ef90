//! Any text as a formula: refused, or it prints and reads back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rates::Formula;

fuzz_target!(|text: &str| {
    if let Ok(formula) = Formula::parse(text) {
        assert_eq!(Formula::parse(&formula.to_string()), Ok(formula));
    }
});
