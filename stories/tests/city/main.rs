//! Stories of a city, through the command line: real reads, altered reads, bad files, a month.
#![cfg(test)]

mod altered;
mod conformance;
mod demo;
mod evaluate;
mod exit_codes;
mod files;
mod imports;
mod locked_month;
mod month;
mod rate_tools;
mod rates_in_force;
mod sealed;
