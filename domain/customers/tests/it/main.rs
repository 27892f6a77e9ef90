//! Customers against both engines: files in and out, duplicates merged and parted, parties and addresses.
#![cfg(test)]

mod files;
mod merging;
mod parties;
mod town;
