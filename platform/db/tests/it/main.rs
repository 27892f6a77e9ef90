//! The database floor against both engines: values, bulk writing, ids, migrations, catalogs.

mod schema;
mod values;
