//! Premises against both engines: files in and out, owners by date, property uses.
#![cfg(test)]

mod files;
mod set_up;
mod town;
