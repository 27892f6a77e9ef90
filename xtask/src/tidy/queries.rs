//! Check `queries`: no SQL that means one thing on SQLite and another on PostgreSQL, or hides what it does.

use super::Finding;
use super::house::House;
use super::migrations;
use super::place::is_store;
use super::rust_text::{line_of, word_positions};
use super::sql_text::plain;
use super::words::is_sql;

/// Words that no statement may contain, and what to do instead.
#[rustfmt::skip]
const FORBIDDEN: [(&str, &str); 17] = [
    ("like",              "fold a search key in Rust and compare it"),
    ("ilike",             "fold a search key in Rust and compare it"),
    ("numeric",           "money is bigint cents, rates are text"),
    ("real",              "there are no floats here"),
    ("float",             "there are no floats here"),
    ("double",            "there are no floats here"),
    ("serial",            "ids come from blocks"),
    ("bigserial",         "ids come from blocks"),
    ("autoincrement",     "ids come from blocks"),
    ("sequence",          "ids come from blocks"),
    ("nextval",           "ids come from blocks"),
    ("trigger",           "rules live in acts"),
    ("json",              "columns are columns"),
    ("jsonb",             "columns are columns"),
    ("current_timestamp", "instants are handed in"),
    ("current_date",      "dates are handed in"),
    ("localtimestamp",    "instants are handed in"),
];

/// Functions that no statement may call.
const FORBIDDEN_CALLS: [(&str, &str); 4] = [
    ("now", "instants are handed in"),
    ("lower", "fold a search key in Rust"),
    ("upper", "fold a search key in Rust"),
    ("json_", "columns are columns"),
];

/// Finds forbidden words, unlisted columns and bare sums in migrations and store files.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in migrations::all(house) {
        findings.extend(wrong_places(text).map(|(line, what)| Finding::new(path, line, what)));
    }
    for (file, rust) in house.rust().filter(|(file, _)| is_store(&file.path)) {
        let ours = rust.literals.iter().filter(|literal| !rust.is_test_line(literal.line));
        for literal in ours.filter(|literal| is_sql(&literal.text) || has_parameter(&literal.text)) {
            let places = wrong_places(&literal.text);
            findings.extend(places.map(|(line, what)| Finding::new(&file.path, literal.line + line - 1, what)));
        }
    }
    findings
}

/// A part of a statement, kept in its own literal, is known by its parameters.
fn has_parameter(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| text[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()))
}

fn wrong_places(sql: &str) -> impl Iterator<Item = (usize, String)> {
    let sql = plain(sql);
    let mut places = Vec::new();
    for (word, instead) in FORBIDDEN {
        places.extend(word_positions(&sql, word).into_iter().map(|at| (at, format!("`{word}`: {instead}"))));
    }
    for (name, instead) in FORBIDDEN_CALLS {
        let calls = sql.match_indices(name).map(|(at, _)| at).filter(|at| is_call(&sql, *at, name));
        places.extend(calls.map(|at| (at, format!("`{name}(`: {instead}"))));
    }
    places.extend(stars(&sql).map(|at| (at, "`*`: list the columns".to_owned())));
    let sums = word_positions(&sql, "sum").into_iter().filter(|at| is_call(&sql, *at, "sum"));
    let bare = sums.filter(|at| !sql[..*at].trim_end().ends_with("cast("));
    places.extend(bare.map(|at| (at, "`sum(`: write cast(sum(…) as bigint)".to_owned())));
    places.sort();
    let places: Vec<(usize, String)> = places.into_iter().map(|(at, what)| (line_of(&sql, at), what)).collect();
    places.into_iter()
}

/// Whether a name that stands on its own is called; a name that ends in `_` stands for all that begin with it.
fn is_call(sql: &str, at: usize, name: &str) -> bool {
    let is_start = !sql[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    let rest = &sql[at + name.len()..];
    let rest =
        if name.ends_with('_') { rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_') } else { rest };
    is_start && rest.trim_start().starts_with('(')
}

/// Stars that mean all columns: behind `select`, `distinct`, `returning` or a dot, but not those of `count(*)`.
fn stars(sql: &str) -> impl Iterator<Item = usize> {
    let places = sql.match_indices('*').map(|(at, _)| at);
    places.filter(|at| {
        let before = sql[..*at].trim_end();
        let ends_with =
            |word: &str| word_positions(before, word).last().is_some_and(|start| start + word.len() == before.len());
        before.ends_with('.') || ["select", "distinct", "returning"].into_iter().any(ends_with)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    fn whats(sql: &str) -> Vec<String> {
        found(find, &[("migrations/0001_db_a.sql", sql)])
    }

    #[test]
    fn portable_sql_is_left_alone() {
        let sql = "select really, count(*), cast(sum(cents) as bigint), 2 * units\nfrom bill\nwhere note = 'like now() *' -- lower(";
        assert!(whats(sql).is_empty(), "{:?}", whats(sql));
    }

    #[test]
    fn every_forbidden_thing_is_found() {
        let check = |sql: &str, word: &str| {
            let found = whats(sql);
            assert!(found.len() == 1 && found[0].contains(&format!("`{word}`")), "{sql}: {found:?}");
        };
        for (word, _) in FORBIDDEN {
            check(&format!("select a from b where {word} c"), word);
        }
        check("select now()", "now(");
        check("select LOWER (name) from b", "lower(");
        check("select json_extract(a, b) from c", "json_(");
        check("select * from a", "*");
        check("select a.*, b from a", "*");
        check("insert into a (b) values (1) returning *", "*");
        check("select sum(cents) from a", "sum(");
    }

    #[test]
    fn stores_are_read_literal_by_literal() {
        let store =
            "fn f() {\n    run(\"select a\n        from b\n        where c like $1\");\n    say(\"We like it.\");\n}\n";
        let expected = "domain/desk/src/store.rs:4: `like`: fold a search key in Rust and compare it";
        assert_eq!(found(find, &[("domain/desk/src/store.rs", store)]), [expected]);
        assert!(found(find, &[("domain/desk/src/views.rs", store)]).is_empty());
        assert_eq!(found(find, &[("domain/desk/src/store.rs", "const MORE: &str = \" and a like $2\";")]).len(), 1);
    }
}
