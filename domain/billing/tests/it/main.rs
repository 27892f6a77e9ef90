//! Bill runs against both engines: changes between sign-off and post, races, completeness, cancelling.
#![cfg(test)]

mod agreements_in;
mod bills_again;
mod cancelling;
mod changed;
mod completeness;
mod corrections;
mod decided_together;
mod explained;
mod going_on;
mod lock_order;
mod mended;
mod metered;
mod orders;
mod permissions;
mod races;
mod races_of_runs;
mod rates;
mod reads;
mod registers;
mod services;
mod tariff;
mod town;
mod what_if;
