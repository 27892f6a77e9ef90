//! Timings; each prints its figure beside a named baseline of the same run, and none is a test.
//!
//! `cargo bench -p benches --bench pricing`: four-tier prices a second on one core.
