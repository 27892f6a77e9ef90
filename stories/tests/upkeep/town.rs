//! A town with a run that is ready to be posted, and what its backups say.

use std::collections::BTreeMap;

use serde_json::Value;
use stories::{Said, Town};

/// So many accounts, of which a chunk of a run has twenty.
pub(crate) const ACCOUNTS: i64 = 800;

/// A town whose run 1 is signed and not posted, and whose log is sealed.
pub(crate) fn ready_to_post(url: &str) -> Town {
    Town::ready_to_post(url, ACCOUNTS)
}

/// What `backup` printed, or `restore` under `backup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Rows and digest of each table.
    pub(crate) tables: BTreeMap<String, (u64, String)>,
    /// Over all tables.
    pub(crate) digest: String,
}

impl Contents {
    /// Reads what `backup` said.
    pub(crate) fn of(said: &Said) -> Contents {
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        Contents::read(&serde_json::from_str(&said.out).unwrap())
    }

    /// Reads what `restore` said, which must be proved.
    pub(crate) fn of_restored(said: &Said) -> Contents {
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        let restored: Value = serde_json::from_str(&said.out).unwrap();
        let parts = [&restored["is_proved"], &restored["books"]["is_proved"], &restored["log"]["is_sound"]];
        assert!(parts.iter().all(|part| **part == true), "{}", said.out);
        Contents::read(&restored["backup"])
    }

    fn read(value: &Value) -> Contents {
        let line = |line: &Value| {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            (text("table"), (line["rows"].as_u64().unwrap(), text("digest")))
        };
        let tables = value["tables"].as_array().unwrap().iter().map(line).collect();
        Contents { tables, digest: value["digest"].as_str().unwrap().to_owned() }
    }

    /// How many rows a table has.
    pub(crate) fn rows(&self, table: &str) -> u64 {
        self.tables[table].0
    }
}
