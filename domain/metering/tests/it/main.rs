//! Meters and reads on a database, and consumption from reads: by value, and as laws.
#![cfg(test)]

mod acts;
mod bulk;
mod files;
mod measure;
mod measure_laws;
mod place;
mod rejects;
mod routes;
