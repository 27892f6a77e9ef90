//! Webhooks, asked through the door on both engines, with receivers on this machine and a clock that tests move.
#![cfg(test)]

mod changes;
mod sending;
mod town;
