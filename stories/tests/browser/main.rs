//! The pages of the program, seen through a real browser.

mod beginning;
mod events;
mod eyes;
mod gallery;
mod hall;
mod office;
mod planted;
mod routes;
