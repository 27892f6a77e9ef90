//! The database floor against both engines: values, bulk writing, ids, migrations, catalogs.
#![cfg(test)]

mod opening;
mod schema;
mod values;
