//! Who may be told what, asked through the door on both engines.
#![cfg(test)]

mod callers;
mod flags;
mod numbers;
mod protection;
mod town;
