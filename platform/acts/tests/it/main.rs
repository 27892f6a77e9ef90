//! The door against both engines: once per key, nothing after a refusal, retries, chunks.
#![cfg(test)]

mod chunks;
mod door;
mod notes;
mod personal;
mod proposals;
mod retries;
mod seals;
