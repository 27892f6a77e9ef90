//! The acts of this room.

mod set_up_premises;

pub use set_up_premises::{SetUpPremises, SetUpRefused};
