//! Check `migrations`: one history without gaps, and only column types that mean the same on both engines.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::house::House;
use super::place::rank;
use super::sql_text::{Catalog, migrations};

const TYPES: [&str; 6] = ["bigint", "text", "boolean", "date", "timestamptz", "bytea"];
/// Files of the folder that are no migrations.
const OTHERS: [&str; 3] = ["tables.toml", "schema.sql", "README.md"];

/// The name of a migration taken apart: `0003_billing_runs.sqlite.sql`.
struct Name<'a> {
    number: &'a str,
    room: &'a str,
    engine: Option<&'a str>,
}

/// Finds misnamed migrations, gaps, halves of pairs, unreadable statements and other column types.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = wrong_names(house);
    let catalog = Catalog::of(house);
    for table in catalog.tables.values() {
        let wrong = table.columns.iter().filter(|column| !TYPES.contains(&column.kind.as_str()));
        findings.extend(wrong.map(|column| {
            let what = format!("{} is {}; columns are {}", column.name, column.kind, TYPES.join(", "));
            Finding::new(&column.path, column.line, what)
        }));
    }
    findings.extend(catalog.findings);
    findings
}

/// The room whose migration a file is.
pub(super) fn room_of(path: &str) -> Option<&str> {
    Some(taken_apart(path)?.room)
}

fn wrong_names(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut engines: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for file in house.files.iter().filter(|file| file.path.starts_with("migrations/")) {
        let name = &file.path["migrations/".len()..];
        if OTHERS.contains(&name) {
            continue;
        }
        match taken_apart(&file.path) {
            None => findings.push(Finding::new(&file.path, 0, "is not named NNNN_<room>_<what>.sql")),
            Some(name) if rank(name.room).is_none() => {
                findings.push(Finding::new(&file.path, 0, format!("there is no room {}", name.room)));
            }
            Some(name) if !engines.entry(name.number).or_default().insert(name.engine) => {
                findings.push(Finding::new(&file.path, 0, format!("the number {} is already taken", name.number)));
            }
            Some(_) => {}
        }
    }
    for (position, (number, engines)) in engines.iter().enumerate() {
        let expected = format!("{:04}", position + 1);
        if *number != expected {
            findings.push(Finding::new("migrations", 0, format!("{number} comes where {expected} should be")));
        }
        let is_whole = *engines == BTreeSet::from([None]);
        let is_pair = *engines == BTreeSet::from([Some("postgres"), Some("sqlite")]);
        if !is_whole && !is_pair {
            findings.push(Finding::new("migrations", 0, format!("{number} is neither one file nor a pair of engines")));
        }
    }
    findings
}

fn taken_apart(path: &str) -> Option<Name<'_>> {
    let stem = path.strip_prefix("migrations/")?.strip_suffix(".sql")?;
    let (stem, engine) = match stem.split_once('.') {
        None => (stem, None),
        Some((stem, engine @ ("postgres" | "sqlite"))) => (stem, Some(engine)),
        Some(_) => return None,
    };
    let (number, rest) = stem.split_once('_')?;
    let (room, what) = rest.split_once('_')?;
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_words = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (is_number && !what.is_empty() && what.bytes().all(is_words)).then_some(Name { number, room, engine })
}

/// Migrations whose SQL is checked word by word; both of a pair.
pub(super) fn all(house: &House) -> impl Iterator<Item = (&str, &str)> {
    migrations(house, false).map(|file| (file.path.as_str(), file.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    fn names(names: &[&str]) -> Vec<String> {
        let paths: Vec<String> = names.iter().map(|name| format!("migrations/{name}")).collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        found(find, &files)
    }

    #[test]
    fn the_history_is_linear() {
        assert!(
            names(&["0001_db_blocks.sql", "0002_billing_runs.postgres.sql", "0002_billing_runs.sqlite.sql"]).is_empty()
        );
        assert!(names(&["0001_db_blocks.sql", "tables.toml", "schema.sql"]).is_empty());
        assert_eq!(names(&["0001_db_a.sql", "0003_db_b.sql"]), ["migrations: 0003 comes where 0002 should be"]);
        assert_eq!(
            names(&["0001_db_a.sql", "0001_db_b.sql"]),
            ["migrations/0001_db_b.sql: the number 0001 is already taken"]
        );
        assert_eq!(names(&["0001_db_a.sqlite.sql"]), ["migrations: 0001 is neither one file nor a pair of engines"]);
        assert_eq!(names(&["0001_parking_a.sql"]), ["migrations/0001_parking_a.sql: there is no room parking"]);
        assert_eq!(names(&["1_db_a.sql"]), ["migrations/1_db_a.sql: is not named NNNN_<room>_<what>.sql"]);
    }

    #[test]
    fn other_types_are_found() {
        let sql = "create table a (\n    b bigint not null,\n    c numeric(12, 2) not null\n);\n";
        let expected =
            "migrations/0001_db_a.sql:3: c is numeric; columns are bigint, text, boolean, date, timestamptz, bytea";
        assert_eq!(found(find, &[("migrations/0001_db_a.sql", sql)]), [expected]);
    }
}
