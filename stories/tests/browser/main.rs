//! The pages of the program, seen through a real browser.

mod eyes;
mod gallery;
mod planted;
mod routes;
