//! Bill runs against both engines: changes between sign-off and post, races, completeness, cancelling.
#![cfg(test)]

mod cancelling;
mod changed;
mod completeness;
mod permissions;
mod races;
mod races_of_runs;
mod rates;
mod registers;
mod services;
mod tariff;
mod town;
mod what_if;
