//! The order in which tables are filled: none before one that it refers to.

use std::collections::BTreeSet;

use crate::{Catalog, Fault};

/// The tables of a catalog in an order that foreign keys allow; among equals by name.
pub(super) fn fill_order(catalog: &Catalog) -> Result<Vec<String>, Fault> {
    let mut order: Vec<String> = Vec::new();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while order.len() < catalog.len() {
        let next = catalog.iter().find(|(table, shape)| {
            let mut targets = shape.foreign_keys.iter().map(|(_, target)| target.as_str());
            !placed.contains(table.as_str()) && targets.all(|target| placed.contains(target))
        });
        let (table, _) = next.ok_or_else(|| Fault::new("tables refer to each other in a circle"))?;
        placed.insert(table);
        order.push(table.clone());
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TableShape;

    fn catalog(references: &[(&str, &[&str])]) -> Catalog {
        let shape = |targets: &&[&str]| TableShape {
            foreign_keys: targets.iter().map(|target| (vec!["x".to_owned()], (*target).to_owned())).collect(),
            ..TableShape::default()
        };
        references.iter().map(|(table, targets)| ((*table).to_owned(), shape(targets))).collect()
    }

    #[test]
    fn a_table_comes_behind_those_it_refers_to() {
        let tables = catalog(&[("a", &["c"]), ("b", &[]), ("c", &["d"]), ("d", &["b"])]);
        assert_eq!(fill_order(&tables).unwrap(), ["b", "d", "c", "a"]);
    }

    #[test]
    fn a_circle_is_a_fault() {
        assert!(fill_order(&catalog(&[("a", &["b"]), ("b", &["a"])])).is_err());
        assert!(fill_order(&catalog(&[("a", &["a"])])).is_err(), "a table cannot refer to itself");
    }
}
