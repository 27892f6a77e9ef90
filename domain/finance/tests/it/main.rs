//! The books against both engines: posting, periods, reversal, proof and export.
#![cfg(test)]

mod books;
mod day_sums;
mod export;
mod periods;
mod planted_faults;
mod posting;
mod reversal;
mod support;
mod written;
