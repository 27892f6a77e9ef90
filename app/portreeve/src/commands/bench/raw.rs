//! The baseline: every row that a run left behind, written in bulk into a fresh copy of the town.
//!
//! Same tables, so the same columns, keys, indexes, constraints and durability. Reading the rows
//! back from the run's database is not counted, only writing and committing them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use db::{Catalog, Db, DoorKey, Fault, Kind, Rows, TableShape};

/// Rows are written in transactions of about this many first keys.
const STEP: i64 = 20_000;

/// Writes what `from` has and `to` has not; answers how long writing took, and how many rows.
pub(super) async fn write(from: &str, to: &str) -> Result<(Duration, u64), Fault> {
    let key = DoorKey::for_the_door();
    let (from, to) = (Db::open(from).await?, Db::open(to).await?);
    let catalog = from.catalog().await?;
    to.checkpoint().await?;
    let (mut time, mut count) = (Duration::ZERO, 0);
    for table in in_order(&catalog) {
        let shape = &catalog[&table];
        if !has_number_key(shape) {
            continue;
        }
        let there = to.first_keys(&key, &table, shape, i64::MIN).await?;
        let after = there.map_or(i64::MIN, |(_, last)| last + 1);
        let Some((mut start, last)) = from.first_keys(&key, &table, shape, after).await? else { continue };
        while start <= last {
            let values = from.dump(&key, &table, shape, (start, start + STEP)).await?;
            let names: Vec<&str> = shape.columns.iter().map(|(name, _, _)| name.as_str()).collect();
            let mut rows = Rows::new(&table, &names);
            rows.push_all(values);
            count += rows.len() as u64;
            let begun = Instant::now();
            to.load(&key, rows).await?;
            time += begun.elapsed();
            start += STEP;
        }
    }
    from.close().await;
    to.close().await;
    Ok((time, count))
}

/// Tables so that each comes after those it refers to.
fn in_order(catalog: &Catalog) -> Vec<String> {
    let mut ordered: Vec<String> = Vec::new();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while placed.len() < catalog.len() {
        let before = placed.len();
        for (table, shape) in catalog {
            let is_ready = shape.foreign_keys.iter().all(|(_, target)| placed.contains(target.as_str()));
            if is_ready && placed.insert(table) {
                ordered.push(table.clone());
            }
        }
        assert!(before < placed.len(), "tables refer to each other in a circle");
    }
    ordered
}

/// Tables keyed by text or date (codes, GL months) gain a handful of rows in a run; they are left out.
fn has_number_key(shape: &TableShape) -> bool {
    let first = shape.primary_key.first();
    shape.columns.iter().any(|(name, kind, _)| Some(name) == first && *kind == Some(Kind::Int))
}
