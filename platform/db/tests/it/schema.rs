//! Migrations, `schema.sql` and `tables.toml` describe one and the same catalog.

use std::collections::BTreeSet;

use db::DoorKey;
use testkit::{TestDb, engines};

#[tokio::test]
async fn schema_sql_builds_what_the_migrations_build() {
    for engine in engines("schema_sql_builds_what_the_migrations_build") {
        let migrated = TestDb::new(engine).await;
        let built = TestDb::empty(engine).await;
        built.db.build_from_schema(&DoorKey::for_the_door()).await.unwrap();
        assert_eq!(migrated.db.catalog().await.unwrap(), built.db.catalog().await.unwrap(), "{engine:?}");
        migrated.remove().await;
        built.remove().await;
    }
}

#[tokio::test]
async fn both_engines_have_one_catalog_of_portable_types() {
    let mut catalogs = Vec::new();
    for engine in engines("both_engines_have_one_catalog_of_portable_types") {
        let town = TestDb::new(engine).await;
        catalogs.push(town.db.catalog().await.unwrap());
        town.remove().await;
    }
    for (table, shape) in &catalogs[0] {
        assert!(!shape.primary_key.is_empty(), "{table} has a primary key");
        for (column, kind, _) in &shape.columns {
            assert!(kind.is_some(), "{table}.{column} has a portable type");
        }
    }
    assert!(catalogs.windows(2).all(|pair| pair[0] == pair[1]), "the engines disagree");
}

#[tokio::test]
async fn tables_toml_names_every_table_and_column_once() {
    let town = TestDb::new(db::Engine::Sqlite).await;
    let listed: toml::Table = db::TABLES_TOML.parse().unwrap();
    let catalog = town.db.catalog().await.unwrap();
    let tables: BTreeSet<&str> = listed.keys().map(String::as_str).collect();
    assert_eq!(tables, catalog.keys().map(String::as_str).collect());
    for (table, shape) in &catalog {
        let lists = ["public", "personal", "secret"].map(|list| listed[table].get(list));
        let mut named: Vec<&str> = lists
            .into_iter()
            .flatten()
            .flat_map(|list| list.as_array().unwrap())
            .map(|name| name.as_str().unwrap())
            .collect();
        named.sort_unstable();
        let mut there: Vec<&str> = shape.columns.iter().map(|(name, _, _)| name.as_str()).collect();
        there.sort_unstable();
        assert_eq!(named, there, "columns of {table}");
    }
    town.remove().await;
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_other_texts_are_refused() {
    for engine in engines("migrating_twice_changes_nothing_and_other_texts_are_refused") {
        let town = TestDb::new(engine).await;
        let key = DoorKey::for_the_door();
        let now = testkit::noon();
        let report = town.db.migrate(&key, now).await.unwrap();
        assert!(report.applied.is_empty() && 0 < report.present);
        let mut tx = town.db.write(&key).await.unwrap();
        tx.run_once("update migration set digest = $1 where number = 1", vec![vec![0_u8; 32].into()]).await.unwrap();
        tx.commit().await.unwrap();
        let refused = town.db.migrate(&key, now).await.unwrap_err().to_string();
        assert!(refused.contains("from another text"), "{refused}");
        town.remove().await;
    }
}
