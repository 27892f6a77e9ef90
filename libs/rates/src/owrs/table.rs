//! `Table`: what depends on columns of the customer, by the values the file lists.

use std::collections::BTreeMap;

use super::formula::number;
use super::yaml::Node;
use crate::finding::Reason;
use crate::schedule::Condition;

/// One thing, or one for each combination of values that the file lists.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    /// The columns, as the file names them.
    pub(super) dimensions: Vec<String>,
    /// Values in step with the columns (nothing means any), and what holds for them.
    pub(super) rows: Vec<(Vec<Option<String>>, T)>,
}

/// What is wrong with a table: a key that can never be met or is met twice, or the whole.
pub(super) struct Stray {
    pub(super) line: usize,
    pub(super) reason: Reason,
}

/// Rows of one table; the largest real one has some hundreds.
const ROWS_MAX: usize = 2_000;
/// Columns of one table; real ones have at most three.
const COLUMNS_MAX: usize = 8;
/// Rows of one table tried against those of another.
const PAIRS_MAX: usize = 250_000;

/// A value as the file or the customer's record writes it, in one spelling: `1.0` is `1`, `False` is `false`.
pub(super) fn spelled(text: &str) -> String {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    match number(text) {
        Some(number) => number.normalize().to_string(),
        None if ["true", "false"].contains(&lower.as_str()) => lower,
        None => text.to_owned(),
    }
}

/// A node that may be a map by columns, as a table of its leaves.
pub(super) fn read<'a>(node: &'a Node, strays: &mut Vec<Stray>) -> Result<Table<&'a Node>, Box<Stray>> {
    let Some(keys) = node.map() else { return Ok(Table::one(node)) };
    let refuse = |line, reason| Err(Box::new(Stray { line, reason }));
    if let Some((other, at)) = keys.iter().find(|(key, _)| key != "depends_on" && key != "values") {
        return refuse(at.key_line, Reason::NotUnderstood(format!("'{other}' beside depends_on and values")));
    }
    let Some((depends_on, values)) = node.get("depends_on").zip(node.get("values")) else {
        return refuse(node.key_line, Reason::NotA { expected: "a value, or depends_on with values" });
    };
    let columns: Option<Vec<&str>> = match depends_on.list() {
        Some(items) => items.iter().map(Node::scalar).collect(),
        None => depends_on.scalar().map(|column| vec![column]),
    };
    let (Some(columns), Some(entries)) = (columns.filter(|columns| !columns.is_empty()), values.map()) else {
        return refuse(node.key_line, Reason::NotA { expected: "columns, and a value for each of their values" });
    };
    let is_word = |column: &&str| {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || ['_', '-', '.', ' '].contains(&letter);
        column.starts_with(|first: char| first.is_ascii_alphabetic()) && column.chars().all(is_part)
    };
    if !columns.iter().all(is_word) {
        return refuse(depends_on.line, Reason::NotA { expected: "the names of columns, such as meter_size" });
    }
    if COLUMNS_MAX < columns.len() {
        return refuse(depends_on.line, Reason::TooLong { what: "the list of columns", max: "8 columns" });
    }
    if columns.iter().enumerate().any(|(at, column)| columns[..at].contains(column)) {
        return refuse(depends_on.line, Reason::NotUnderstood("one column named twice".to_owned()));
    }
    if ROWS_MAX < entries.len() {
        return refuse(values.line, Reason::TooLong { what: "the list of values", max: "2000 values" });
    }
    let mut rows: BTreeMap<Vec<Option<String>>, (usize, &Node)> = BTreeMap::new();
    for (position, (key, leaf)) in entries.iter().enumerate() {
        let Some(parts) = parts(key, columns.len()) else {
            let why = format!("'{key}' does not name a value for each of {}", columns.join(", "));
            strays.push(Stray { line: leaf.key_line, reason: Reason::NotUnderstood(why) });
            continue;
        };
        if let Some((_, first)) = rows.insert(parts, (position, leaf)) {
            let reason = Reason::Duplicate { first_line: first.key_line };
            strays.push(Stray { line: leaf.key_line, reason });
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, (position, _))| *position);
    let rows = rows.into_iter().map(|(parts, (_, leaf))| (parts, leaf)).collect();
    Ok(Table { dimensions: columns.into_iter().map(str::to_owned).collect(), rows })
}

/// The values of a key such as `1|1/2"|outside`: the survey form writes 1½ inches as `1|1/2"`.
pub(super) fn parts(key: &str, columns: usize) -> Option<Vec<Option<String>>> {
    if columns == 1 {
        let value = spelled(key);
        return (!value.is_empty()).then(|| vec![Some(value)]);
    }
    let mut parts: Vec<String> = Vec::new();
    for piece in key.split('|').map(str::trim) {
        let is_fraction = piece.contains('/') && piece.starts_with(|first: char| first.is_ascii_digit());
        match parts.last_mut() {
            Some(last) if is_fraction && !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) => {
                last.push('|');
                last.push_str(piece);
            }
            Some(_) | None => parts.push(piece.to_owned()),
        }
    }
    // A zone next to a size, as in `2|5/8"`, needs no joining.
    if parts.len() != columns {
        parts = key.split('|').map(|piece| piece.trim().to_owned()).collect();
    }
    let spelled = parts.iter().map(|part| Some(spelled(part))).collect();
    let is_complete = parts.len() == columns && parts.iter().all(|part| !part.is_empty());
    is_complete.then_some(spelled)
}

impl<T> Table<T> {
    /// The same for everybody.
    pub(super) fn one(value: T) -> Table<T> {
        Table { dimensions: Vec::new(), rows: vec![(Vec::new(), value)] }
    }

    pub(super) fn map<U>(self, mut change: impl FnMut(T) -> U) -> Table<U> {
        let rows = self.rows.into_iter().map(|(key, value)| (key, change(value)));
        Table { dimensions: self.dimensions, rows: rows.collect() }
    }

    /// The same columns with what another table says for the same values; nothing beyond the limit.
    pub(super) fn join<U: Clone>(&self, other: &Table<U>) -> Option<Table<(T, U)>>
    where
        T: Clone,
    {
        let new: Vec<usize> =
            (0..other.dimensions.len()).filter(|at| !self.dimensions.contains(&other.dimensions[*at])).collect();
        let dimensions = self.dimensions.iter().cloned();
        let dimensions: Vec<String> = dimensions.chain(new.iter().map(|at| other.dimensions[*at].clone())).collect();
        let place: Vec<Option<usize>> =
            self.dimensions.iter().map(|name| other.dimensions.iter().position(|known| known == name)).collect();
        let pairs = self.rows.len().saturating_mul(other.rows.len());
        if COLUMNS_MAX < dimensions.len() || PAIRS_MAX < pairs {
            return None;
        }
        let mut rows = Vec::new();
        for (left, value) in &self.rows {
            for (right, with) in &other.rows {
                let Some(mut key) = both(left, right, &place) else { continue };
                if rows.len() == ROWS_MAX {
                    return None;
                }
                key.extend(new.iter().map(|at| right[*at].clone()));
                rows.push((key, (value.clone(), with.clone())));
            }
        }
        Some(Table { dimensions, rows })
    }

    /// How many rows [`Table::join`] makes at most.
    pub(super) fn rows_with<U>(&self, other: &Table<U>) -> usize {
        let within = |inner: &[String], outer: &[String]| inner.iter().all(|name| outer.contains(name));
        if within(&self.dimensions, &other.dimensions) || within(&other.dimensions, &self.dimensions) {
            return self.rows.len().max(other.rows.len());
        }
        self.rows.len().saturating_mul(other.rows.len())
    }
}

impl<T: Clone> Table<Table<T>> {
    /// Tables within a table as one; nothing beyond the limit.
    pub(super) fn flat(self) -> Option<Table<T>> {
        let mut flat = Table { dimensions: self.dimensions.clone(), rows: Vec::new() };
        for (key, inner) in self.rows {
            let outer = Table { dimensions: self.dimensions.clone(), rows: vec![(key, ())] };
            let joined = outer.join(&inner)?.map(|((), value)| value);
            for name in &joined.dimensions {
                if !flat.dimensions.contains(name) {
                    flat.dimensions.push(name.clone());
                    flat.rows.iter_mut().for_each(|(key, _): &mut (Vec<Option<String>>, T)| key.push(None));
                }
            }
            for (key, value) in joined.rows {
                let part = |name: &String| {
                    let at = joined.dimensions.iter().position(|known| known == name);
                    at.and_then(|at| key[at].clone())
                };
                flat.rows.push((flat.dimensions.iter().map(part).collect(), value));
            }
            if ROWS_MAX < flat.rows.len() || COLUMNS_MAX < flat.dimensions.len() {
                return None;
            }
        }
        Some(flat)
    }
}

/// The left key where the right one agrees; `place` says where its columns stand in the right one.
fn both(left: &[Option<String>], right: &[Option<String>], place: &[Option<usize>]) -> Option<Vec<Option<String>>> {
    let part = |(value, at): (&Option<String>, &Option<usize>)| match at.and_then(|at| right[at].as_ref()) {
        None => Some(value.clone()),
        Some(found) if value.as_ref().is_none_or(|value| value == found) => Some(Some(found.clone())),
        Some(_) => None,
    };
    left.iter().zip(place).map(part).collect()
}

/// A row: the rest of its key, and its leaf.
type Row<'a> = (&'a [Option<String>], usize);

/// Conditions with what holds under them: a position in `leaves`, or nothing for what the table leaves out.
pub(super) type Region = (Vec<Condition>, Option<usize>);

/// The rows as few conditions as possible; `domains` has every value of each dimension, under its name.
///
/// `leaves` are positions that are equal for equal rows.
pub(super) fn regions(keys: &[Row<'_>], domains: &[(&str, &[String])]) -> Vec<Region> {
    let Some(((name, values), rest)) = domains.split_first() else {
        return vec![(Vec::new(), keys.first().map(|(_, leaf)| *leaf))];
    };
    if keys.is_empty() {
        return vec![(Vec::new(), None)];
    }
    let mut groups: Vec<(Vec<String>, Vec<Region>)> = Vec::new();
    let mut seen: BTreeMap<Vec<Row<'_>>, usize> = BTreeMap::new();
    for value in *values {
        let here = keys.iter().filter(|(key, _)| key[0].as_ref().is_none_or(|known| known == value));
        let below: Vec<Row<'_>> = here.map(|(key, leaf)| (&key[1..], *leaf)).collect();
        if let Some(group) = seen.get(&below) {
            groups[*group].0.push(value.clone());
            continue;
        }
        let found = regions(&below, rest);
        let group = groups.iter().position(|(_, known)| *known == found).unwrap_or_else(|| {
            groups.push((Vec::new(), found));
            groups.len() - 1
        });
        groups[group].0.push(value.clone());
        seen.insert(below, group);
    }
    let mut regions = Vec::new();
    for (values, found) in groups {
        for (conditions, leaf) in found {
            let condition = Condition { dimension: (*name).to_owned(), values: values.clone() };
            regions.push(([vec![condition], conditions].concat(), leaf));
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_apart_by_the_number_of_columns() {
        #[rustfmt::skip]
        let rows = [
            ("1|1/2\"",           1, Some("1|1/2\"")),
            ("1|1/2\"|inside",    2, Some("1|1/2\" & inside")),
            ("inside|1|1/2\"",    2, Some("inside & 1|1/2\"")),
            ("2|5/8\"",           2, Some("2 & 5/8\"")),
            ("2|1|1/2\"",         2, Some("2 & 1|1/2\"")),
            ("Piped|1 1/2\"",     2, Some("Piped & 1 1/2\"")),
            ("Winter|1|Low",      3, Some("Winter & 1 & Low")),
            ("5/8\" | True",      2, Some("5/8\" & true")),
            ("1.0|a",             2, Some("1 & a")),
            ("inside",            2, None),
            ("a|b|c",             2, None),
            ("a|",                2, None),
            ("",                  1, None),
        ];
        for (key, columns, expected) in rows {
            let found = parts(key, columns).map(|parts| parts.into_iter().flatten().collect::<Vec<_>>().join(" & "));
            assert_eq!(found.as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn what_a_table_leaves_out_is_named() {
        let texts = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<String>>();
        let (sizes, zones) = (texts(&["s", "m", "l"]), texts(&["1", "2"]));
        let key = |parts: [&str; 2]| parts.map(|part| (part != "*").then(|| part.to_owned()));
        let keys = [key(["s", "1"]), key(["m", "1"]), key(["s", "2"])];
        let rows: Vec<(&[Option<String>], usize)> = vec![(&keys[0], 7), (&keys[1], 7), (&keys[2], 8)];
        let print = |found: Vec<Region>| {
            let one = |(conditions, leaf): Region| {
                let condition = |c: Condition| format!("{} {}", c.dimension, c.values.join("/"));
                let conditions: Vec<String> = conditions.into_iter().map(condition).collect();
                format!("{}: {leaf:?}", conditions.join(", "))
            };
            found.into_iter().map(one).collect::<Vec<_>>()
        };
        let domains: [(&str, &[String]); 2] = [("size", &sizes), ("zone", &zones)];
        let expected = [
            "size s, zone 1: Some(7)",
            "size s, zone 2: Some(8)",
            "size m, zone 1: Some(7)",
            "size m, zone 2: None",
            "size l: None",
        ];
        assert_eq!(print(regions(&rows, &domains)), expected);
        let any = key(["*", "2"]);
        assert_eq!(print(regions(&[(&any, 1)], &domains)), ["size s/m/l, zone 1: None", "size s/m/l, zone 2: Some(1)"]);
    }
}
