//! `Catalog`: what tables a database really has, asked of the engine itself.

use std::collections::BTreeMap;

use sqlx::Row as _;

use crate::database::Pools;
use crate::read::{Inner, postgres_args, sqlite_args};
use crate::{Db, DoorKey, Engine, Fault, Kind, Read, Value};

/// All tables of a database by name, in the words both engines share.
pub type Catalog = BTreeMap<String, TableShape>;

/// One table as the engine describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableShape {
    /// Column name, kind, and whether null is refused, in order.
    pub columns: Vec<(String, Option<Kind>, bool)>,
    /// The columns of the primary key, in order.
    pub primary_key: Vec<String>,
    /// The column lists of the unique keys besides the primary one, sorted.
    pub unique_keys: Vec<Vec<String>>,
    /// (columns, table referred to) of each foreign key, sorted.
    pub foreign_keys: Vec<(Vec<String>, String)>,
}

const SQLITE_COLUMNS: &str = "
    select m.name as table_name, c.name, lower(c.type) as kind, c.\"notnull\" <> 0 as is_required, c.pk
    from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite_%'
    order by m.name, c.cid";
const SQLITE_UNIQUE: &str = "
    select m.name as table_name, i.name as key_name, c.name
    from sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
    where m.type = 'table' and i.\"unique\" <> 0 and i.origin <> 'pk'
    order by m.name, i.name, c.seqno";
const SQLITE_FOREIGN: &str = "
    select m.name as table_name, cast(f.id as text) as key_name, f.\"from\" as name, f.\"table\" as target
    from sqlite_master m, pragma_foreign_key_list(m.name) f
    where m.type = 'table'
    order by m.name, f.id, f.seq";
const POSTGRES_COLUMNS: &str = "
    select c.relname::text as table_name, a.attname::text as name, format_type(a.atttypid, null) as kind,
           a.attnotnull as is_required,
           coalesce(array_position(i.indkey::int2[], a.attnum), -1)::bigint + 1 as pk
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and 0 < a.attnum and not a.attisdropped
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
    order by c.relname, a.attnum";
const POSTGRES_UNIQUE: &str = "
    select c.relname::text as table_name, i.indexrelid::text as key_name, a.attname::text as name
    from pg_class c
    join pg_index i on i.indrelid = c.oid and i.indisunique and not i.indisprimary
    cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
    order by c.relname, i.indexrelid, k.place";
const POSTGRES_FOREIGN: &str = "
    select c.relname::text as table_name, f.oid::text as key_name, a.attname::text as name, t.relname::text as target
    from pg_constraint f
    join pg_class c on c.oid = f.conrelid
    join pg_class t on t.oid = f.confrelid
    cross join lateral unnest(f.conkey) with ordinality as k (attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where f.contype = 'f' and c.relnamespace = 'public'::regnamespace
    order by c.relname, f.oid, k.place";

type ColumnRow = (String, String, String, bool, i64);
type KeyRow = (String, String, String);
type ForeignRow = (String, String, String, String);

impl Db {
    /// What tables there are.
    pub async fn catalog(&self) -> Result<Catalog, Fault> {
        let mut read = self.read().await?;
        let (columns, unique, foreign) = match self.engine() {
            Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_UNIQUE, SQLITE_FOREIGN),
            Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_UNIQUE, POSTGRES_FOREIGN),
        };
        let mut catalog = Catalog::new();
        let mut keys: BTreeMap<(String, i64), String> = BTreeMap::new();
        for (table, name, kind, is_required, place) in read.all::<ColumnRow>(columns, vec![]).await? {
            if 0 < place {
                keys.insert((table.clone(), place), name.clone());
            }
            let shape = catalog.entry(table).or_default();
            // A primary key's columns refuse null on both engines, whether or not it is said.
            shape.columns.push((name, Kind::of_declared(&kind), is_required || 0 < place));
        }
        for ((table, _), name) in keys {
            catalog.entry(table).or_default().primary_key.push(name);
        }
        let mut lists: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (table, key, name) in read.all::<KeyRow>(unique, vec![]).await? {
            lists.entry((table, key)).or_default().push(name);
        }
        for ((table, _), list) in lists {
            catalog.entry(table).or_default().unique_keys.push(list);
        }
        let mut lists: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
        for (table, key, name, target) in read.all::<ForeignRow>(foreign, vec![]).await? {
            lists.entry((table, key, target)).or_default().push(name);
        }
        for ((table, _, target), list) in lists {
            catalog.entry(table).or_default().foreign_keys.push((list, target));
        }
        for shape in catalog.values_mut() {
            shape.unique_keys.sort();
            shape.foreign_keys.sort();
        }
        Ok(catalog)
    }

    /// Reads the rows of a table whose first key column lies in `from..to`, as plain values:
    /// for copies of whole tables in tests and benchmarks.
    pub async fn dump(
        &self,
        _key: &DoorKey,
        table: &str,
        shape: &TableShape,
        (from, to): (i64, i64),
    ) -> Result<Vec<Value>, Fault> {
        let mut read = self.read().await?;
        let names: Vec<&str> = shape.columns.iter().map(|(name, _, _)| name.as_str()).collect();
        let key = &shape.primary_key;
        let first = key.first().ok_or_else(|| Fault::new(format!("table {table} has no key")))?;
        // Table and columns come from the catalog, never from input.
        let sql = format!(
            "select {} from {table} where {first} >= {from} and {first} < {to} order by {}",
            names.join(", "),
            key.join(", ")
        );
        read.plain(sql, vec![], shape).await
    }

    /// The smallest or largest first key of a table from a key on: for copies of whole tables.
    pub async fn first_keys(
        &self,
        _key: &DoorKey,
        table: &str,
        shape: &TableShape,
        from: i64,
    ) -> Result<Option<(i64, i64)>, Fault> {
        let first = shape.primary_key.first().ok_or_else(|| Fault::new(format!("table {table} has no key")))?;
        // Table and column come from the catalog, never from input.
        let sql = format!("select min({first}), max({first}) from {table} where {first} >= {from}");
        let edges = TableShape {
            columns: ["min", "max"].map(|name| (name.to_owned(), Some(Kind::Int), false)).to_vec(),
            ..TableShape::default()
        };
        match self.read().await?.plain(sql, vec![], &edges).await?[..] {
            [Value::Int(Some(low)), Value::Int(Some(high))] => Ok(Some((low, high))),
            _ => Ok(None),
        }
    }
}

impl Read {
    /// At most so many rows of a table in the order of its key, behind a row with this key, as plain values.
    pub(crate) async fn page(
        &mut self,
        table: &str,
        shape: &TableShape,
        (after, limit): (Option<Vec<Value>>, usize),
    ) -> Result<Vec<Value>, Fault> {
        let names: Vec<&str> = shape.columns.iter().map(|(name, _, _)| name.as_str()).collect();
        let (names, key) = (names.join(", "), shape.primary_key.join(", "));
        let behind = match &after {
            Some(after) => {
                let marks: Vec<String> = (1..=after.len()).map(|number| format!("${number}")).collect();
                format!(" where ({key}) > ({})", marks.join(", "))
            }
            None => String::new(),
        };
        // Table and columns come from the catalog, never from input.
        let sql = format!("select {names} from {table}{behind} order by {key} limit {limit}");
        self.plain(sql, after.unwrap_or_default(), shape).await
    }

    async fn plain(&mut self, sql: String, args: Vec<Value>, shape: &TableShape) -> Result<Vec<Value>, Fault> {
        let mut values = Vec::new();
        let failed = |error| Fault::sql("reading plain rows", error);
        macro_rules! cells {
            ($rows:expr) => {
                for row in $rows.map_err(failed)? {
                    for (place, (name, kind, _)) in shape.columns.iter().enumerate() {
                        let kind = kind.ok_or_else(|| Fault::new(format!("column {name} has no portable type")))?;
                        values.push(match kind {
                            Kind::Int => Value::Int(row.try_get(place).map_err(failed)?),
                            Kind::Text => Value::Text(row.try_get(place).map_err(failed)?),
                            Kind::Bool => Value::Bool(row.try_get(place).map_err(failed)?),
                            Kind::Date => Value::Date(row.try_get(place).map_err(failed)?),
                            Kind::Instant => Value::Instant(row.try_get(place).map_err(failed)?),
                            Kind::Bytes => Value::Bytes(row.try_get(place).map_err(failed)?),
                        });
                    }
                }
            };
        }
        let sql = sqlx::AssertSqlSafe(sql);
        match &mut self.inner {
            Inner::Sqlite(tx) => cells!(sqlx::query_with(sql, sqlite_args(args)?).fetch_all(&mut **tx).await),
            Inner::Postgres(tx) => cells!(sqlx::query_with(sql, postgres_args(args)?).fetch_all(&mut **tx).await),
        }
        Ok(values)
    }

    /// The database this transaction reads, for the migrator.
    pub(crate) fn runs_raw(&mut self) -> &mut Inner {
        &mut self.inner
    }
}

impl Db {
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.pools, Pools::Postgres { .. })
    }
}
