//! The manual of a rate analyst, `docs/administrators/rates.md`: every example in it holds.
//!
//! A `toml` block is a schedule; a table whose first column is `bill` holds bills by it, and one whose first column
//! is `instead of` holds changes that are refused; a `text` block behind a sentence with `bill N` explains that bill.

mod bills;
mod page;
mod winters;

use std::path::Path;

use bills::Bill;
use page::{Part, PartKind, Table};

use crate::Schedule;

/// The page, or the words of another page for a test of this test.
fn read_page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/administrators/rates.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Everything on the page that does not hold, each with its line.
fn wrong(page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut current: Option<(String, Schedule)> = None;
    let mut bills: Vec<Bill> = Vec::new();
    let parts = page::parts(page);
    for (index, Part { line, kind }) in parts.iter().enumerate() {
        let found = match kind {
            PartKind::Schedule(text) => {
                let is_followed = parts[index + 1..]
                    .iter()
                    .take_while(|part| !matches!(part.kind, PartKind::Schedule(_)))
                    .any(|part| matches!(part.kind, PartKind::Bills(_)));
                bills.clear();
                match Schedule::parse(text) {
                    Ok(schedule) => current = Some((text.clone(), schedule)),
                    Err(refused) => wrong.push(format!("line {line}: {refused}")),
                }
                if is_followed { Ok(()) } else { Err("no table of bills follows this schedule".to_owned()) }
            }
            PartKind::Bills(table) => with_schedule(current.as_ref(), |(_, schedule)| {
                let (read, found) = bills::read(schedule, table);
                bills.extend(read);
                wrong.extend(found.iter().map(|words| format!("line {line}: {words}")));
                Ok(())
            }),
            PartKind::Winters(table) => with_schedule(current.as_ref(), |(_, schedule)| {
                wrong.extend(winters::wrong(schedule, table).iter().map(|words| format!("line {line}: {words}")));
                Ok(())
            }),
            PartKind::Refusals(table) => with_schedule(current.as_ref(), |(text, _)| {
                wrong.extend(refusals(text, table).iter().map(|words| format!("line {line}: {words}")));
                Ok(())
            }),
            PartKind::Explanation { introduced_by, text } => {
                with_schedule(current.as_ref(), |(_, schedule)| bills::explained(schedule, &bills, introduced_by, text))
            }
        };
        wrong.extend(found.err().map(|words| format!("line {line}: {words}")));
    }
    wrong
}

fn with_schedule(
    current: Option<&(String, Schedule)>,
    check: impl FnOnce(&(String, Schedule)) -> Result<(), String>,
) -> Result<(), String> {
    current.map_or_else(|| Err("no schedule stands before this".to_owned()), check)
}

/// Rows of `instead of`, `written` and `refused`: the schedule with that change is refused in those words.
fn refusals(text: &str, table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in &table.rows {
        let [instead_of, written, expected, ..] = &row[..] else {
            wrong.push(format!("a row of {} parts", row.len()));
            continue;
        };
        let (instead_of, written) = (instead_of.trim_matches('`'), written.trim_matches('`'));
        if text.matches(instead_of).count() != 1 {
            wrong.push(format!("'{instead_of}' is not once in the schedule"));
            continue;
        }
        match Schedule::parse(&text.replacen(instead_of, written, 1)) {
            Ok(_) => wrong.push(format!("'{written}' is not refused")),
            Err(refused) => {
                let found = refused.findings[0].reason.to_string();
                if found != *expected {
                    wrong.push(format!("'{written}' says\n  {found}\nand not\n  {expected}"));
                }
            }
        }
    }
    wrong
}

#[test]
fn every_example_of_the_manual_holds() {
    let page = read_page();
    let wrong = wrong(&page);
    assert!(wrong.is_empty(), "docs/administrators/rates.md\n{}", wrong.join("\n"));
    let parts = page::parts(&page);
    let count = |is: fn(&PartKind) -> bool| parts.iter().filter(|part| is(&part.kind)).count();
    assert!(5 <= count(|kind| matches!(kind, PartKind::Schedule(_))), "five tariffs are taught");
    assert!(5 <= count(|kind| matches!(kind, PartKind::Explanation { .. })), "each is explained");
    assert!(1 <= count(|kind| matches!(kind, PartKind::Refusals(_))), "refusals are shown");
}

const SMALL: &str = r#"
```toml
schedule = "trash"
service = "trash"
title = { en = "Trash" }

[[version]]
effective_on = 2021-01-01
ordinance = "Resolution 1"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "carts"
title = { en = "Carts" }
revenue = "trash.carts"
rounding = "half_even"

[[version.charge.case]]
fixed = 21.80
```

| bill | class | carts | total | by hand |
|---|---|---|---|---|
| 1 | HOUSE | 21.80 | 21.80 | 20 + 1.80 |

Bill 1, explained:

```text
Resolution 1, in force from 2021-01-01
class HOUSE
Carts
  fixed amount                                               21.80
  21.80 rounded, half a cent to the even cent                21.80
Total                                                        21.80
```

| instead of | written | refused |
|---|---|---|
| `fixed = 21.80` | `fixed = "21,80"` | expected +, -, *, / or the end at ',' (character 3) |
"#;

#[test]
fn a_manual_with_a_mistake_is_found() {
    assert_eq!(wrong(SMALL), Vec::<String>::new());
    #[rustfmt::skip]
    let rows = [
        ("| 21.80 | 20 + 1.80", "| 21.90 | 20 + 1.80", "bill 1: the total is 21.80, not 21.90"),
        ("| 21.80 | 20 + 1.80", "| 21.80 | 20 + 1.90", "bill 1: by hand it is 21.9, not 21.80"),
        ("HOUSE | 21.80",       "HOUSE | 21.70",       "bill 1: carts is 21.80, not 21.70"),
        ("| 1 | HOUSE",         "| 1 | SHOP",          "bill 1: no rate schedule for class SHOP"),
        ("| bill | class",      "| bill | klass",      "no class, dimension, quantity or charge is named 'klass'"),
        ("| bill | class",      "| what | class",      "no table of bills follows this schedule"),
        ("Bill 1, explained",   "Bill 2, explained",   "no bill 2 stands before this"),
        ("Bill 1, explained",   "Explained",           "the line before names no bill: 'Explained:'"),
        ("class HOUSE\nCarts",  "class house\nCarts",  "bill 1 is explained by\nResolution 1"),
        ("basis = \"bill",      "basis = \"bell",      "version.basis: 'bell_date' is not one of bill_date"),
        ("\"21,80\"",           "21.90",               "'fixed = 21.90' is not refused"),
        ("(character 3)",       "(character 4)",       "says\n  expected +"),
    ];
    for (from, to, expected) in rows {
        assert!(SMALL.contains(from), "{from}");
        let found = wrong(&SMALL.replacen(from, to, 1));
        assert!(found.iter().any(|words| words.contains(expected)), "{to}: {found:?}");
    }
}
