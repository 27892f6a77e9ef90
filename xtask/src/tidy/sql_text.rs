//! Reading migrations: enough SQL to know tables, columns and keys.
//!
//! It knows `create table`, `alter table … add column|drop column|rename`, `drop table` and indexes, which is all
//! that migrations may use besides moving rows. Comments, quoted text and capitals do not disturb it.

use std::collections::BTreeMap;

use super::Finding;
use super::house::{House, TextFile};
use super::rust_text::line_of;

/// A table as all migrations together leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) columns: Vec<Column>,
    pub(super) keys: Vec<Key>,
    pub(super) is_without_rowid: bool,
}

/// A column and its type, both as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) path: String,
    pub(super) line: usize,
}

/// A primary, unique or foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) word: &'static str,
    pub(super) columns: Vec<String>,
    pub(super) refers_to: Option<Reference>,
    pub(super) path: String,
    pub(super) line: usize,
}

/// What a foreign key points at; no columns means the primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
}

/// All tables, and what could not be understood.
#[derive(Default)]
pub(super) struct Catalog {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) findings: Vec<Finding>,
}

#[derive(Clone)]
struct Token {
    text: String,
    line: usize,
}

/// Migrations of the house in order, one of each pair; the twin for PostgreSQL is left out when `once`.
pub(super) fn migrations(house: &House, once: bool) -> impl Iterator<Item = &TextFile> {
    house.files.iter().filter(move |file| {
        let name = file.path.strip_prefix("migrations/").unwrap_or_default();
        let is_migration = name.starts_with(|letter: char| letter.is_ascii_digit()) && name.ends_with(".sql");
        is_migration && !(once && name.ends_with(".postgres.sql"))
    })
}

/// The SQL in lower case with comments and quoted text blanked, as long as before.
pub(super) fn plain(sql: &str) -> String {
    let mut plain = String::with_capacity(sql.len());
    let (mut in_comment, mut in_quotes) = (false, false);
    for (at, letter) in sql.char_indices() {
        in_comment = (in_comment && letter != '\n') || (!in_quotes && sql[at..].starts_with("--"));
        let is_quote = letter == '\'' && !in_comment;
        let is_hidden = (in_comment || in_quotes) && !is_quote && letter != '\n';
        if is_quote {
            in_quotes = !in_quotes;
        }
        if is_hidden {
            plain.extend(std::iter::repeat_n(' ', letter.len_utf8()));
        } else {
            plain.push(letter.to_ascii_lowercase());
        }
    }
    plain
}

impl Catalog {
    /// Reads all migrations in order.
    pub(super) fn of(house: &House) -> Self {
        let mut catalog = Self::default();
        for file in migrations(house, true) {
            for statement in statements(&plain(&file.text)) {
                let line = statement[0].line;
                if let Err(what) = catalog.apply(&file.path, &statement) {
                    catalog.findings.push(Finding::new(&file.path, line, what));
                }
            }
        }
        catalog
    }

    fn apply(&mut self, path: &str, statement: &[Token]) -> Result<(), String> {
        let words: Vec<&str> = statement.iter().map(|token| token.text.as_str()).collect();
        match words.as_slice() {
            ["create", "table", "if", ..] => Err("a migration runs once: write `create table name (`".to_owned()),
            ["create", "table", name, "(", ..] => self.create_table(path, name, statement),
            ["create", "unique", "index", _, "on", table, "(", ..] => self.add_unique_index(path, table, statement),
            ["create", "index", ..] | ["drop", "index", ..] | ["insert" | "update" | "delete", ..] => Ok(()),
            ["drop", "table", name] => self.tables.remove(*name).map(|_| ()).ok_or_else(|| unknown(name)),
            ["alter", "table", name, "rename", "to", new] => {
                let table = self.tables.remove(*name).ok_or_else(|| unknown(name))?;
                self.tables.insert((*new).to_owned(), table);
                Ok(())
            }
            ["alter", "table", name, change @ ..] => {
                let table = self.tables.get_mut(*name).ok_or_else(|| unknown(name))?;
                alter(table, path, change, &statement[3..])
            }
            _ => Err(format!("tidy cannot read `{} …`", words[..words.len().min(3)].join(" "))),
        }
    }

    fn create_table(&mut self, path: &str, name: &str, statement: &[Token]) -> Result<(), String> {
        let close = matching(statement, 3).ok_or("a parenthesis is not closed")?;
        let tail: Vec<&str> = statement[close + 1..].iter().map(|token| token.text.as_str()).collect();
        let is_without_rowid = match tail.as_slice() {
            [] => false,
            ["without", "rowid"] => true,
            other => return Err(format!("tidy cannot read `) {}`", other.join(" "))),
        };
        let line = statement[0].line;
        let mut table = Table { path: path.to_owned(), line, columns: Vec::new(), keys: Vec::new(), is_without_rowid };
        for item in items(&statement[4..close]) {
            add_item(&mut table, path, item)?;
        }
        match self.tables.insert(name.to_owned(), table) {
            None => Ok(()),
            Some(_) => Err(format!("table {name} is created twice")),
        }
    }

    fn add_unique_index(&mut self, path: &str, name: &str, statement: &[Token]) -> Result<(), String> {
        let table = self.tables.get_mut(name).ok_or_else(|| unknown(name))?;
        let columns = names(&statement[6..]);
        let (path, line) = (path.to_owned(), statement[0].line);
        table.keys.push(Key { word: "unique", columns, refers_to: None, path, line });
        Ok(())
    }
}

fn alter(table: &mut Table, path: &str, words: &[&str], tokens: &[Token]) -> Result<(), String> {
    match words {
        ["add", "column", ..] => add_item(table, path, &tokens[2..]),
        ["add", "constraint", ..] => Err("SQLite cannot add a constraint: write a pair, or a new table".to_owned()),
        ["drop", "column", name] => {
            table.columns.retain(|column| column.name != *name);
            Ok(())
        }
        ["rename", "column", name, "to", new] => {
            let renamed = table.columns.iter_mut().filter(|column| column.name == *name);
            renamed.for_each(|column| column.name = (*new).to_owned());
            let in_keys = table.keys.iter_mut().flat_map(|key| &mut key.columns).filter(|column| *column == name);
            in_keys.for_each(|column| *column = (*new).to_owned());
            Ok(())
        }
        _ => Err(format!("tidy cannot read `alter table … {}`", words.join(" "))),
    }
}

/// Adds a column or a constraint, which is what stands between two commas of `create table`.
fn add_item(table: &mut Table, path: &str, item: &[Token]) -> Result<(), String> {
    let words: Vec<&str> = item.iter().map(|token| token.text.as_str()).collect();
    let line = item.first().map_or(table.line, |token| token.line);
    let key = |word, columns, refers_to| Key { word, columns, refers_to, path: path.to_owned(), line };
    match words.as_slice() {
        ["constraint", _, ..] => add_item(table, path, &item[2..])?,
        ["check", ..] => {}
        ["primary", "key", "(", ..] => table.keys.push(key("primary", names(&item[2..]), None)),
        ["unique", "(", ..] => table.keys.push(key("unique", names(&item[1..]), None)),
        ["foreign", "key", "(", ..] => {
            let columns = names(&item[2..]);
            table.keys.push(key("foreign", columns, Some(reference(item).ok_or("a foreign key refers to nothing")?)));
        }
        [name, kind, ..] => {
            let own = vec![(*name).to_owned()];
            let follows = |a, b| outer(item).windows(2).any(|pair| pair[0] == a && pair[1] == b);
            if follows("primary", "key") {
                table.keys.push(key("primary", own.clone(), None));
            }
            if outer(item).contains(&"unique") {
                table.keys.push(key("unique", own.clone(), None));
            }
            if let Some(refers_to) = reference(item) {
                table.keys.push(key("foreign", own, Some(refers_to)));
            }
            let (name, kind, path) = ((*name).to_owned(), (*kind).to_owned(), path.to_owned());
            table.columns.push(Column { name, kind, path, line });
        }
        other => return Err(format!("tidy cannot read `{}` as a column", other.join(" "))),
    }
    Ok(())
}

fn reference(item: &[Token]) -> Option<Reference> {
    let at = item.iter().position(|token| token.text == "references")?;
    let table = item.get(at + 1)?.text.clone();
    let columns = match item.get(at + 2) {
        Some(token) if token.text == "(" => names(&item[at + 2..]),
        Some(_) | None => Vec::new(),
    };
    Some(Reference { table, columns })
}

/// The words that stand outside all parentheses.
fn outer(item: &[Token]) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut outer = Vec::new();
    for token in item {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 => outer.push(word),
            _ => {}
        }
    }
    outer
}

/// The first word of each entry of a list in parentheses, which begins the tokens.
fn names(tokens: &[Token]) -> Vec<String> {
    let close = matching(tokens, 0).unwrap_or(tokens.len());
    items(tokens.get(1..close).unwrap_or_default()).filter_map(|item| Some(item.first()?.text.clone())).collect()
}

fn items(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0_isize;
    tokens.split(move |token| {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        depth == 0 && token.text == ","
    })
}

fn matching(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_isize;
    tokens.iter().enumerate().skip(open).find_map(|(at, token)| {
        depth += match token.text.as_str() {
            "(" => 1,
            ")" => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })
}

fn statements(plain: &str) -> Vec<Vec<Token>> {
    let mut statements = vec![Vec::new()];
    let mut rest = 0;
    while let Some(letter) = plain[rest..].chars().next() {
        let length = match letter {
            letter if letter.is_alphanumeric() || letter == '_' => {
                let is_over = |letter: char| !(letter.is_alphanumeric() || letter == '_');
                plain[rest..].find(is_over).unwrap_or(plain.len() - rest)
            }
            letter => letter.len_utf8(),
        };
        let text = &plain[rest..rest + length];
        match (text, statements.last_mut()) {
            (";", _) => statements.push(Vec::new()),
            (text, Some(last)) if !text.trim().is_empty() => {
                last.push(Token { text: text.to_owned(), line: line_of(plain, rest) });
            }
            _ => {}
        }
        rest += length;
    }
    statements.retain(|statement| !statement.is_empty());
    statements
}

fn unknown(name: &str) -> String {
    format!("table {name} is not known here")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL: &str = "-- A bill.\ncreate table bill (\n    account_id bigint not null references account (account_id),\n    \
        bill_id bigint not null,\n    note text not null default 'a, b;', -- words, more\n    \
        state text not null check (state in ('x', 'y')),\n    primary key (account_id, bill_id),\n    \
        constraint bill_once unique (account_id, note),\n    foreign key (account_id, run_id) references run_item (account_id, run_id)\n\
        ) without rowid;\ncreate unique index bill_by on bill (account_id, state);\n";

    fn catalog(sql: &str) -> Catalog {
        Catalog::of(&House::of(&[("migrations/0001_billing_bills.sql", sql)]))
    }

    #[test]
    fn a_table_is_read_whole() {
        let catalog = catalog(BILL);
        assert!(catalog.findings.is_empty(), "{:?}", catalog.findings);
        let bill = &catalog.tables["bill"];
        let columns: Vec<String> =
            bill.columns.iter().map(|one| format!("{} {} {}", one.line, one.name, one.kind)).collect();
        assert_eq!(columns, ["3 account_id bigint", "4 bill_id bigint", "5 note text", "6 state text"]);
        let keys: Vec<String> = bill.keys.iter().map(|key| format!("{} {}", key.word, key.columns.join("+"))).collect();
        assert_eq!(
            keys,
            [
                "foreign account_id",
                "primary account_id+bill_id",
                "unique account_id+note",
                "foreign account_id+run_id",
                "unique account_id+state"
            ]
        );
        let reference = bill.keys[3].refers_to.as_ref().unwrap();
        assert_eq!(
            (reference.table.as_str(), reference.columns.join("+")),
            ("run_item", "account_id+run_id".to_owned())
        );
        assert!(bill.is_without_rowid);
    }

    #[test]
    fn later_migrations_change_tables() {
        let sql = format!(
            "{BILL}alter table bill add column due_on date;\nalter table bill drop column note;\n\
             alter table bill rename column state to status;\nalter table bill rename to invoice;\n"
        );
        let catalog = catalog(&sql);
        assert!(catalog.findings.is_empty(), "{:?}", catalog.findings);
        let columns: Vec<&str> = catalog.tables["invoice"].columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(columns, ["account_id", "bill_id", "status", "due_on"]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let check = |sql, expected: &str| assert_eq!(catalog(sql).findings[0].what, expected, "{sql}");
        check("create trigger x after insert on bill;", "tidy cannot read `create trigger x …`");
        check("drop table bill;", "table bill is not known here");
        check("create table a (b bigint", "a parenthesis is not closed");
        check("create table a (b bigint) strict;", "tidy cannot read `) strict`");
        check("create table if not exists a (b bigint);", "a migration runs once: write `create table name (`");
        check("create table a (b);", "tidy cannot read `b` as a column");
    }

    #[test]
    fn comments_and_quotes_are_blanked() {
        assert_eq!(plain("A -- it's b\n'C;--d' E"), "a          \n'     ' e");
    }
}
