//! The web kit from outside: requests go in, answers come out; who visits is made up.
#![cfg(test)]

mod access;
mod api;
mod edge;
mod forms;
mod looks;
mod stand;
