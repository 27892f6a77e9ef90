//! Upkeep of a town: backups while people work, restores that are proved, keys that change, a log that tells nothing.
#![cfg(test)]

mod backups;
mod health;
mod interrupted;
mod keys;
mod quiet_log;
mod running;
mod town;
