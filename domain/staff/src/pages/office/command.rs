//! A command as facts: its fields by name, nested ones below each other, amounts and dates as people read them.

use kernel::Cents;
use serde_json::Value;
use web::Facts;
use web::shown::capital;

/// The most facts that are shown of one command.
const FACTS_MAX: usize = 200;
/// The most letters of one value.
const VALUE_MAX: usize = 2_000;
/// How deep a command is opened.
const DEPTH_MAX: usize = 6;

/// A command or an outcome, in canonical text, as a list of its fields.
pub(super) fn facts(text: &str) -> Facts {
    let found = fields(text);
    let hidden = found.len().saturating_sub(FACTS_MAX);
    let mut facts = Facts::new();
    for (name, value) in found.into_iter().take(FACTS_MAX) {
        facts = facts.fact(&name, value);
    }
    if hidden == 0 { facts } else { facts.fact("Not shown here", format!("{hidden} more")) }
}

/// The fields with their values, in the order of the text.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match serde_json::from_str(text) {
        Ok(value) => gather(&value, ("", ""), 0, &mut found),
        Err(_) => found.push(("Text".to_owned(), cut(text))),
    }
    found
}

fn gather(value: &Value, (above, name): (&str, &str), depth: usize, found: &mut Vec<(String, String)>) {
    let label = match (above, name) {
        ("", "") => "Answer".to_owned(),
        ("", name) => label_of(name),
        (above, "") => above.to_owned(),
        (above, name) => format!("{above}: {}", label_of(name).to_lowercase()),
    };
    match value {
        _ if DEPTH_MAX <= depth => found.push((label, cut(&value.to_string()))),
        Value::Object(fields) => {
            let above = if name.is_empty() { above.to_owned() } else { label };
            for (name, value) in fields {
                gather(value, (&above, name), depth + 1, found);
            }
        }
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            let words: Vec<String> = values.iter().map(|value| words(name, value)).collect();
            found.push((label, cut(&words.join(", "))));
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate().take(FACTS_MAX) {
                gather(value, (&format!("{label} {}", place + 1), ""), depth + 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push((label, words(name, value))),
    }
}

fn words(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(cents) if is_money(name) => web::shown::money(&Cents(cents)),
            _ => number.to_string(),
        },
        Value::String(text) => match text.parse() {
            Ok(day) if name.ends_with("_on") => web::shown::date(&day),
            _ => cut(text),
        },
        Value::Array(_) | Value::Object(_) => cut(&value.to_string()),
    }
}

/// Whether a field is an amount. Those whose names do not say so by their ending are named here: entries of the past have
/// them, and no field of that name is anything else.
fn is_money(name: &str) -> bool {
    ["cents", "tax", "cap"].contains(&name) || name.ends_with("_cents")
}

/// `from_on` is `From`, `amount_cents` is `Amount`.
fn label_of(name: &str) -> String {
    let bare = ["_cents", "_on", "_at"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    match bare {
        "act" if name == "act_cents" => "At a time".to_owned(),
        "act" => "Entry of the log".to_owned(),
        "actor" => "Person".to_owned(),
        "cents" => "Amount".to_owned(),
        "personal" => "Digest of what is kept apart".to_owned(),
        bare => capital(&bare.replace('_', " ")),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= VALUE_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(VALUE_MAX).collect();
    format!("{kept} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_fields_with_values() {
        let text = r#"{"actor":"ann","from_on":"2026-07-01","amount_cents":-500,"contact":{"email":"","phone":"602"},
            "roles":["csr","cashier"],"limits":[{"class":"adjustment","act_cents":5000}],"is_final":true,"end_on":null}"#;
        let found = fields(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("Amount", "($5.00) credit"),
            ("Contact: email", ""),
            ("Contact: phone", "602"),
            ("End", ""),
            ("From", "Jul 1, 2026"),
            ("Is final", "yes"),
            ("Limits 1: at a time", "$50.00"),
            ("Limits 1: class", "adjustment"),
            ("Person", "ann"),
            ("Roles", "csr, cashier"),
        ];
        let mut sorted = found;
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
        let outcome = fields(r#"{"number":1,"cents":-1000,"tax":-45}"#);
        let taxed = ("Tax".to_owned(), "($0.45) credit".to_owned());
        assert!(outcome.contains(&taxed) && outcome.contains(&("Number".to_owned(), "1".to_owned())), "{outcome:?}");
        assert_eq!(fields("7"), [("Answer".to_owned(), "7".to_owned())]);
        assert_eq!(fields("<b>"), [("Text".to_owned(), "<b>".to_owned())]);
    }

    #[test]
    fn a_command_without_end_is_cut() {
        let deep = format!("{}1{}", "[[".repeat(50), "]]".repeat(50));
        assert_eq!(fields(&deep).len(), 1);
        let long = serde_json::to_string(&vec!["a".repeat(10_000); 3]).unwrap();
        assert!(fields(&long)[0].1.chars().count() < 2_100);
    }
}
