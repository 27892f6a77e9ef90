//! Files of records: read whatever is in them, brought in on both engines.
#![cfg(test)]

mod importing;
mod reading;
mod uses;
