//! The database floor against both engines: values, bulk writing, ids, migrations, catalogs.
#![cfg(test)]

mod backups;
mod opening;
mod schema;
mod values;
