//! Rates of every kind through a real run, as tables that a clerk can check by hand.

mod bases;
mod days;
pub(crate) mod golden;
mod quantities;
mod shapes;
mod superseded;
mod taxes;
mod winter;
