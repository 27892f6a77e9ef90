//! The pieces of TOML, each written in one way only.

use std::fmt::Write as _;

use kernel::Decimal;

use crate::schedule::Amount;

/// `key = value`, where the value is written already.
pub(super) fn line(text: &mut String, key: &str, value: &str) {
    writeln!(text, "{key} = {value}").expect("writing to a string cannot fail");
}

/// A line, where there is something to say.
pub(super) fn line_if(text: &mut String, key: &str, value: Option<String>) {
    if let Some(value) = value {
        line(text, key, &value);
    }
}

/// `{ key = value, … }`, where keys and values are written already.
pub(super) fn table<K: AsRef<str>>(fields: impl IntoIterator<Item = (K, String)>) -> String {
    let fields = fields.into_iter().map(|(key, value)| format!("{} = {value}", key.as_ref()));
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

/// A list with one entry a line.
pub(super) fn tall_list(entries: impl IntoIterator<Item = String>) -> String {
    let entries: String = entries.into_iter().map(|entry| format!("    {entry},\n")).collect();
    format!("[\n{entries}]")
}

/// `[…, …]`, where the entries are written already.
pub(super) fn flat_list(entries: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", entries.into_iter().collect::<Vec<_>>().join(", "))
}

pub(super) fn one_or_list(texts: &[String]) -> String {
    match texts {
        [one] => quoted(one),
        texts => list(texts),
    }
}

pub(super) fn list(texts: &[String]) -> String {
    flat_list(texts.iter().map(|text| quoted(text)))
}

/// An amount of money, or a formula for it.
pub(super) fn money(amount: &Amount) -> String {
    written(amount, dollars)
}

/// An amount of anything else, or a formula for it.
pub(super) fn count(amount: &Amount) -> String {
    written(amount, number)
}

fn written(amount: &Amount, plain: fn(Decimal) -> String) -> String {
    match amount {
        Amount::Number(number) => plain(*number),
        Amount::Formula(formula) => quoted(&formula.to_string()),
    }
}

/// Money has at least two digits behind the point: 2.5 is written 2.50.
pub(crate) fn dollars(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

pub(super) fn number(number: Decimal) -> String {
    number.normalize().to_string()
}

pub(super) fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// In single quotes when that saves escapes: '5/8"'.
pub(super) fn quoted(text: &str) -> String {
    let needs_escape = text.contains(['"', '\\']);
    if needs_escape && !text.contains(|letter: char| letter == '\'' || letter.is_control()) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(control)).expect("writing to a string cannot fail");
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}
