//! Check `words`: a word that belongs to one kind of file is named nowhere else.

use super::Finding;
use super::house::{House, TextFile};
use super::place::{has_part, is_outside, is_store, is_test};
use super::rust_text::{RustText, line_of, word_positions};

/// A word of the code and where it may stand.
struct Rule {
    word: &'static str,
    may_stand: fn(&TextFile, &RustText, usize) -> bool,
    place: &'static str,
}

#[rustfmt::skip]
const RULES: [Rule; 4] = [
    Rule { word: "sqlx",  may_stand: sqlx_may_stand,  place: "platform/db, and as sqlx::FromRow in a store file" },
    Rule { word: "axum",  may_stand: axum_may_stand,  place: "pages, api.rs, desks, tests, platform/web and app" },
    Rule { word: "clap",  may_stand: clap_may_stand,  place: "cli.rs, cli/ and app" },
    Rule { word: "for_the_door", may_stand: door_may_stand, place: "platform, app/portreeve/src/office.rs and its benchmark" },
];

/// Finds words out of place, and SQL text outside the files that keep SQL.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in house.rust().filter(|(file, _)| !is_outside(&file.path)) {
        for rule in &RULES {
            let positions = word_positions(&rust.code, rule.word).into_iter();
            findings.extend(positions.filter(|at| !(rule.may_stand)(file, rust, *at)).map(|at| {
                let what = format!("{} belongs in {}", rule.word, rule.place);
                Finding::new(&file.path, line_of(&rust.code, at), what)
            }));
        }
        findings.extend(stray_sql(file, rust));
    }
    findings
}

/// Whether a string literal is an SQL statement, and not a sentence that begins like one.
pub(super) fn is_sql(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let has = |word| lower.split_whitespace().any(|other| other == word);
    match first {
        "select" => has("from") || second.contains('(') || second.starts_with(|letter: char| letter.is_ascii_digit()),
        "insert" => second == "into",
        "delete" => second == "from",
        "update" => has("set"),
        "with" => has("as") && (has("select") || lower.contains("(select") || lower.contains("(\n")),
        "create" | "alter" | "drop" => matches!(second, "table" | "index" | "unique" | "trigger" | "sequence" | "view"),
        _ => false,
    }
}

fn stray_sql(file: &TextFile, rust: &RustText) -> Vec<Finding> {
    if is_store(&file.path) || is_test(&file.path) || file.path.starts_with("platform/db/") {
        return Vec::new();
    }
    let stray = rust.literals.iter().filter(|literal| is_sql(&literal.text) && !rust.is_test_line(literal.line));
    stray.map(|literal| Finding::new(&file.path, literal.line, "SQL belongs in store.rs")).collect()
}

fn sqlx_may_stand(file: &TextFile, rust: &RustText, at: usize) -> bool {
    if file.path.starts_with("platform/db/") {
        return true;
    }
    let (before, after) = (&rust.code[..at], &rust.code[at..]);
    let is_derive = after.starts_with("sqlx::FromRow");
    let is_its_attribute = before.trim_end().ends_with("#[") && after.starts_with("sqlx(");
    is_store(&file.path) && (is_derive || is_its_attribute)
}

fn axum_may_stand(file: &TextFile, _: &RustText, _: usize) -> bool {
    let path = file.path.as_str();
    let is_edge =
        path.starts_with("platform/web/") || path.starts_with("desks/") || path.starts_with("app/") || is_test(path);
    is_edge || has_part(path, "pages") || has_part(path, "api")
}

fn clap_may_stand(file: &TextFile, _: &RustText, _: usize) -> bool {
    file.path.starts_with("app/") || has_part(&file.path, "cli")
}

/// The key to a writable transaction: the door's, and of those who make and measure databases.
fn door_may_stand(file: &TextFile, rust: &RustText, at: usize) -> bool {
    let path = file.path.as_str();
    let is_app = path == "app/portreeve/src/office.rs" || path.starts_with("app/portreeve/src/commands/bench/");
    path.starts_with("platform/") || is_app || is_test(path) || rust.is_test_line(line_of(&rust.code, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn sqlx_stands_in_db_and_as_derive_in_stores() {
        let check =
            |path, text, expected: usize| assert_eq!(found(find, &[(path, text)]).len(), expected, "{path} {text}");
        check("platform/db/src/tx.rs", "use sqlx::Row;", 0);
        check("domain/billing/src/store.rs", "#[derive(sqlx::FromRow)] struct R { #[sqlx(default)] a: i64 }", 0);
        check("domain/billing/src/store.rs", "use sqlx::Row;", 1);
        check("domain/billing/src/views.rs", "use sqlx::FromRow;", 1);
        check("domain/billing/src/views.rs", "// sqlx would be wrong here", 0);
        check("stories/src/lib.rs", "use sqlx::Row;", 0);
    }

    #[test]
    fn axum_and_clap_stand_at_the_edge() {
        let check =
            |path, text, expected: usize| assert_eq!(found(find, &[(path, text)]).len(), expected, "{path} {text}");
        check("domain/desk/src/pages/staff/account.rs", "use axum::extract::Path;", 0);
        check("domain/desk/src/api.rs", "use axum::Json;", 0);
        check("desks/bills/src/adjust.rs", "use axum::http::StatusCode;", 0);
        check("domain/desk/src/account.rs", "use axum::Json;", 1);
        check("domain/desk/src/cli.rs", "use clap::Args;", 0);
        check("domain/desk/src/account.rs", "use clap::Args;", 1);
    }

    #[test]
    fn the_door_key_is_held_by_few() {
        let text = "fn f() { let key = DoorKey::for_the_door(); }";
        for (path, expected) in [
            ("platform/acts/src/door.rs", 0),
            ("app/portreeve/src/office.rs", 0),
            ("domain/billing/tests/it/main.rs", 0),
            ("domain/billing/src/views.rs", 1),
            ("app/portreeve/src/commands/runs.rs", 1),
        ] {
            assert_eq!(found(find, &[(path, text)]).len(), expected, "{path}");
        }
    }

    #[test]
    fn sql_text_stands_in_stores() {
        let sql = "fn f() { run(\"select a\\nfrom b\"); }";
        assert_eq!(
            found(find, &[("domain/desk/src/views.rs", sql)]),
            ["domain/desk/src/views.rs:1: SQL belongs in store.rs"]
        );
        assert!(found(find, &[("domain/desk/src/store.rs", sql)]).is_empty());
        assert!(found(find, &[("domain/desk/tests/it/main.rs", sql)]).is_empty());
        let test = format!("#[cfg(test)]\nmod tests {{ {sql} }}");
        assert!(found(find, &[("domain/desk/src/views.rs", test.as_str())]).is_empty());
    }

    #[test]
    fn statements_and_sentences_are_told_apart() {
        for sql in [
            "select 1",
            "select a from b",
            "insert into a",
            "update a set b = $1",
            "delete from a",
            "with a as (select 1)",
        ] {
            assert!(is_sql(sql), "{sql}");
        }
        for sentence in
            ["select a month", "update the address first", "with thanks", "delete nothing", "insert", "drop it"]
        {
            assert!(!is_sql(sentence), "{sentence}");
        }
    }
}
