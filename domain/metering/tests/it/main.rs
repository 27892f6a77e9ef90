//! Meters and reads on a database: files in and out, acts, and what bulk work reads.
#![cfg(test)]

mod acts;
mod bulk;
mod files;
mod place;
mod rejects;
