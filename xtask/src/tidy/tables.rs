//! Check `tables`: `migrations/tables.toml` knows every table and column, and keys allow a city on many machines.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Finding;
use super::house::House;
use super::migrations::room_of;
use super::place::rank;
use super::sql_text::{Catalog, Key, Table};

const LIST: &str = "migrations/tables.toml";
const SHARD: &str = "account_id";
/// What rows of a place table are spread by.
const PLACE: &str = "service_point_id";

/// How a table would be spread over machines.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Rows live with their account.
    Account,
    /// Rows live with their service point, whoever answers for it.
    Place,
    /// Small, and the same everywhere.
    Reference,
    /// Acts, jobs, seals and allocators, in one place.
    Coordinator,
}

/// What `tables.toml` says of one table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Kind,
    room: String,
    #[serde(default)]
    public: Vec<String>,
    #[serde(default)]
    personal: Vec<String>,
    #[serde(default)]
    secret: Vec<String>,
}

/// Finds tables and columns that are not listed exactly once, and keys their kind does not allow.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let tables = Catalog::of(house).tables;
    let list = house.file(LIST).map_or("", |file| file.text.as_str());
    let entries: BTreeMap<String, Entry> = match toml::from_str(list) {
        Ok(entries) => entries,
        Err(error) => return vec![Finding::new(LIST, 0, error.to_string())],
    };
    let mut findings = Vec::new();
    for name in entries.keys().filter(|name| !tables.contains_key(*name)) {
        findings.push(Finding::new(LIST, 0, format!("{name} is no table")));
    }
    for (name, table) in &tables {
        match entries.get(name) {
            None => findings.push(Finding::new(LIST, 0, format!("does not list table {name}"))),
            Some(entry) => {
                findings.extend(wrong_entry(name, table, entry));
                findings.extend(wrong_kind(name, table, entry));
                let keys = table.keys.iter().filter_map(|key| Some((key, wrong_key(key, entry, &entries)?)));
                findings.extend(keys.map(|(key, what)| Finding::new(&key.path, key.line, format!("{name}: {what}"))));
            }
        }
    }
    findings
}

fn wrong_entry(name: &str, table: &Table, entry: &Entry) -> Vec<Finding> {
    let mut whats = Vec::new();
    if room_of(&table.path) != Some(entry.room.as_str()) {
        whats.push(format!("{name} is made by {}, not by room {}", table.path, entry.room));
    }
    let listed: Vec<&String> = entry.public.iter().chain(&entry.personal).chain(&entry.secret).collect();
    for column in &table.columns {
        match listed.iter().filter(|listed| ***listed == column.name).count() {
            1 => {}
            0 => whats.push(format!("{name}.{} is neither public, personal nor secret", column.name)),
            _ => whats.push(format!("{name}.{} is listed more than once", column.name)),
        }
    }
    let unknown = listed.into_iter().filter(|listed| table.columns.iter().all(|column| column.name != **listed));
    whats.extend(unknown.map(|listed| format!("{name}.{listed} is no column")));
    whats.into_iter().map(|what| Finding::new(LIST, 0, what)).collect()
}

fn wrong_kind(name: &str, table: &Table, entry: &Entry) -> Option<Finding> {
    let what = match (entry.kind, table.is_without_rowid) {
        (Kind::Account, false) => "is an account table: end it with `) without rowid;`",
        (Kind::Place | Kind::Reference | Kind::Coordinator, true) => "is no account table: end it with `);`",
        (Kind::Account, true) => match table.keys.iter().any(|key| key.word == "primary") {
            true => return None,
            false => "needs a primary key",
        },
        (Kind::Place | Kind::Reference | Kind::Coordinator, false) => return None,
    };
    Some(Finding::new(&table.path, table.line, format!("{name} {what}")))
}

/// Why a key is not allowed, if it is not.
fn wrong_key(key: &Key, entry: &Entry, entries: &BTreeMap<String, Entry>) -> Option<String> {
    let Some(refers_to) = &key.refers_to else {
        return match entry.kind {
            Kind::Account if !has(&key.columns, SHARD) => {
                Some(format!("the {} key of an account table contains {SHARD}", key.word))
            }
            Kind::Place if !has(&key.columns, PLACE) => {
                Some(format!("the {} key of a place table contains {PLACE}", key.word))
            }
            Kind::Account | Kind::Place | Kind::Reference | Kind::Coordinator => None,
        };
    };
    let Some(target) = entries.get(&refers_to.table) else {
        return Some(format!("refers to {}, which is not listed", refers_to.table));
    };
    if rank(&entry.room) < rank(&target.room) {
        return Some(format!("room {} refers up to {} of room {}", entry.room, refers_to.table, target.room));
    }
    let has_both = has(&key.columns, SHARD) && (refers_to.columns.is_empty() || has(&refers_to.columns, SHARD));
    match (entry.kind, target.kind) {
        (Kind::Account, Kind::Account) if has_both => None,
        (Kind::Account, Kind::Account) => Some(format!("the foreign key to {} contains {SHARD}", refers_to.table)),
        (Kind::Account | Kind::Place, Kind::Coordinator) | (Kind::Account, Kind::Place) => Some(format!(
            "a table spread over machines refers to its own kind or reference tables, not to {}",
            refers_to.table
        )),
        (Kind::Place, Kind::Place) | (Kind::Reference | Kind::Coordinator, Kind::Place) => {
            Some(format!("nothing refers to a place table such as {}", refers_to.table))
        }
        (Kind::Place | Kind::Reference | Kind::Coordinator, Kind::Account) => {
            Some(format!("only account tables refer to an account table such as {}", refers_to.table))
        }
        (_, Kind::Reference) | (Kind::Reference | Kind::Coordinator, Kind::Coordinator) => None,
    }
}

fn has(columns: &[String], wanted: &str) -> bool {
    columns.iter().any(|column| column == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    const ACCOUNT: &str = "create table account (\n    account_id bigint primary key\n) without rowid;\n";
    const ACCOUNT_ENTRY: &str = "[account]\nkind = \"account\"\nroom = \"customers\"\npublic = [\"account_id\"]\n";

    /// Adds a table `bill` of room billing to a house that already has accounts.
    fn whats(sql: &str, entry: &str) -> Vec<String> {
        let list = format!("{ACCOUNT_ENTRY}{entry}");
        found(
            find,
            &[
                ("migrations/0001_customers_accounts.sql", ACCOUNT),
                ("migrations/0002_billing_bills.sql", sql),
                (LIST, list.as_str()),
            ],
        )
    }

    fn entry(kind: &str, columns: &str) -> String {
        format!("[bill]\nkind = \"{kind}\"\nroom = \"billing\"\npublic = [{columns}]\n")
    }

    #[test]
    fn a_listed_account_table_is_tidy() {
        let sql = "create table bill (\n    account_id bigint not null references account,\n    bill_id bigint not null,\n    \
            primary key (account_id, bill_id)\n) without rowid;\n";
        assert!(whats(sql, &entry("account", "\"account_id\", \"bill_id\"")).is_empty());
        let expected = "migrations/0002_billing_bills.sql:1: bill is no account table: end it with `);`";
        assert_eq!(whats(sql, &entry("reference", "\"account_id\", \"bill_id\""))[0], expected);
    }

    #[test]
    fn every_table_and_column_is_listed_once() {
        let sql = "create table bill (\n    bill_id bigint primary key,\n    name text\n);\n";
        let check = |entry: &str, expected: &str| assert_eq!(whats(sql, entry), [format!("{LIST}: {expected}")]);
        check("", "does not list table bill");
        check(&entry("reference", "\"bill_id\""), "bill.name is neither public, personal nor secret");
        check(&entry("reference", "\"bill_id\", \"name\", \"age\""), "bill.age is no column");
        let twice = format!("{}personal = [\"name\"]\n", entry("reference", "\"bill_id\", \"name\""));
        check(&twice, "bill.name is listed more than once");
        let moved = entry("reference", "\"bill_id\", \"name\"").replace("billing", "finance");
        check(&moved, "bill is made by migrations/0002_billing_bills.sql, not by room finance");
        let more = format!(
            "{}[ghost]\nkind = \"reference\"\nroom = \"billing\"\n",
            entry("reference", "\"bill_id\", \"name\"")
        );
        check(&more, "ghost is no table");
    }

    #[test]
    fn keys_of_account_tables_contain_the_account() {
        let check = |items: &str, kind: &str, tail: &str, expected: &str| {
            let sql = format!("create table bill (\n    account_id bigint,\n    n bigint,\n    {items}\n){tail};\n");
            let path = "migrations/0002_billing_bills.sql:4: bill: ";
            assert_eq!(whats(&sql, &entry(kind, "\"account_id\", \"n\"")), [format!("{path}{expected}")]);
        };
        let (account, rowid) = ("account", " without rowid");
        check("primary key (n)", account, rowid, "the primary key of an account table contains account_id");
        let foreign = "foreign key (n) references account (n), primary key (account_id)";
        check(foreign, account, rowid, "the foreign key to account contains account_id");
        let foreign = "foreign key (n) references ghost (n)";
        check(foreign, "reference", "", "refers to ghost, which is not listed");
        let foreign = "foreign key (account_id) references account";
        check(foreign, "coordinator", "", "only account tables refer to an account table such as account");
    }

    #[test]
    fn foreign_keys_point_down() {
        let sql = "create table grade (\n    grade_id bigint primary key\n);\n";
        let below = "create table person (\n    grade_id bigint references grade\n);\n";
        let list = "[grade]\nkind = \"coordinator\"\nroom = \"billing\"\npublic = [\"grade_id\"]\n\
            [person]\nkind = \"reference\"\nroom = \"staff\"\npublic = [\"grade_id\"]\n";
        let files = [("migrations/0001_billing_a.sql", sql), ("migrations/0002_staff_b.sql", below), (LIST, list)];
        let expected = "migrations/0002_staff_b.sql:2: person: room staff refers up to grade of room billing";
        assert_eq!(found(find, &files), [expected]);
    }
}
