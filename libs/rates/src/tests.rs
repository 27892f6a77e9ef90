//! What the language promises, by tables, by laws and by a real city.

mod collection;
mod owrs;
mod pricing;
mod properties;
mod refused;
mod santa_monica;
