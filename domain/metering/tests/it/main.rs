//! Consumption from reads, from the outside: by value, and as laws.
#![cfg(test)]

mod measure;
mod measure_laws;
