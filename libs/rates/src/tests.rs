//! What the language promises, by tables, by laws and by real cities.

mod any;
mod charge_models;
mod collection;
mod constructs;
mod damaged;
mod diff;
mod every_construct;
mod formulas;
mod lint;
mod manual;
mod owrs;
mod pricing;
mod properties;
mod published;
mod rate_files;
mod refused;
mod santa_monica;
mod sheets;
mod worked_examples;
