//! `Read`: a transaction that can only ask.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, FromRow, Postgres, Sqlite};

use crate::dialect::{self, Engine};
use crate::kept::Kept;
use crate::{Fault, Value};

/// Rows that both engines can give: any struct whose derived `FromRow` names portable types.
pub trait FromBoth: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}
impl<T> FromBoth for T where T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

/// A transaction that can only ask; it ends when it is dropped.
pub struct Read {
    pub(crate) inner: Inner,
    pub(crate) kept: Kept,
}

pub(crate) enum Inner {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// The largest number of ids in one `in (…)` list.
const LIST_MAX: usize = 500;

impl Read {
    /// Which engine is behind.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// What this process keeps of the database under a type, worked out by an earlier transaction: it may be older or
    /// newer than what this one reads.
    #[must_use]
    pub fn kept<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.kept.get()
    }

    /// Keeps a value for later transactions of this process; in a writable transaction, from when it is committed.
    pub fn keep<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.kept.put(value);
    }

    /// All rows of a query, in its order.
    pub async fn all<R: FromBoth>(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<R>, Fault> {
        let rows = match &mut self.inner {
            Inner::Sqlite(tx) => {
                sqlx::query_as_with(dialect::without_lock(sql), sqlite_args(args)?).fetch_all(&mut **tx).await
            }
            Inner::Postgres(tx) => sqlx::query_as_with(sql, postgres_args(args)?).fetch_all(&mut **tx).await,
        };
        rows.map_err(|error| Fault::sql(sql, error))
    }

    /// The first row of a query, if there is one.
    pub async fn one<R: FromBoth>(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Option<R>, Fault> {
        let row = match &mut self.inner {
            Inner::Sqlite(tx) => {
                sqlx::query_as_with(dialect::without_lock(sql), sqlite_args(args)?).fetch_optional(&mut **tx).await
            }
            Inner::Postgres(tx) => sqlx::query_as_with(sql, postgres_args(args)?).fetch_optional(&mut **tx).await,
        };
        row.map_err(|error| Fault::sql(sql, error))
    }

    /// A single number, such as a count; `None` when there is no row or the number is null.
    pub async fn number(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Option<i64>, Fault> {
        let row: Option<(Option<i64>,)> = self.one(sql, args).await?;
        Ok(row.and_then(|(number,)| number))
    }

    /// All rows whose key is in a list: the query holds `{list}` where the keys belong, and no
    /// other argument. Long lists are asked in pieces, in the order of the list.
    pub async fn listed<R: FromBoth>(&mut self, sql: &'static str, keys: &[Value]) -> Result<Vec<R>, Fault> {
        self.listed_with(sql, &[], keys).await
    }

    /// The same with arguments of the query's own, which come first: `$1`, `$2` and so on.
    pub async fn listed_with<R: FromBoth>(
        &mut self,
        sql: &'static str,
        args: &[Value],
        keys: &[Value],
    ) -> Result<Vec<R>, Fault> {
        let mut rows = Vec::with_capacity(keys.len());
        for piece in keys.chunks(LIST_MAX) {
            let marks: Vec<String> = (1..=piece.len()).map(|number| format!("${}", args.len() + number)).collect();
            // Only `$1, $2 …` is put into the text; the keys themselves are arguments.
            let sql = if self.engine() == Engine::Sqlite { dialect::without_lock(sql) } else { sql };
            let text = AssertSqlSafe(sql.replace("{list}", &marks.join(", ")));
            let args = [args, piece].concat();
            let part: Result<Vec<R>, sqlx::Error> = match &mut self.inner {
                Inner::Sqlite(tx) => sqlx::query_as_with(text, sqlite_args(args)?).fetch_all(&mut **tx).await,
                Inner::Postgres(tx) => sqlx::query_as_with(text, postgres_args(args)?).fetch_all(&mut **tx).await,
            };
            rows.extend(part.map_err(|error| Fault::sql(sql, error))?);
        }
        Ok(rows)
    }
}

pub(crate) fn sqlite_args(values: Vec<Value>) -> Result<SqliteArguments, Fault> {
    let mut args = SqliteArguments::default();
    args.reserve(values.len(), 0);
    for value in values {
        let added = match value {
            Value::Int(value) => Arguments::add(&mut args, value),
            Value::Text(value) => Arguments::add(&mut args, value),
            Value::Bool(value) => Arguments::add(&mut args, value),
            Value::Date(value) => Arguments::add(&mut args, value.map(iso)),
            Value::Instant(value) => Arguments::add(&mut args, value),
            Value::Bytes(value) => Arguments::add(&mut args, value),
        };
        added.map_err(|error| Fault::caused("binding an argument", error))?;
    }
    Ok(args)
}

/// A date as SQLite keeps it, `2014-03-01`; written by hand because it is written millions of times.
fn iso(day: NaiveDate) -> String {
    let year = day.year();
    if !(0..=9999).contains(&year) {
        return day.to_string();
    }
    let digits = |number: u32| char::from_digit(number % 10, 10).unwrap_or('0');
    let (year, month, day) = (year.unsigned_abs(), day.month(), day.day());
    [
        digits(year / 1000),
        digits(year / 100),
        digits(year / 10),
        digits(year),
        '-',
        digits(month / 10),
        digits(month),
        '-',
        digits(day / 10),
        digits(day),
    ]
    .iter()
    .collect()
}

pub(crate) fn postgres_args(values: Vec<Value>) -> Result<PgArguments, Fault> {
    let mut args = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Int(value) => args.add(value),
            Value::Text(value) => args.add(value),
            Value::Bool(value) => args.add(value),
            Value::Date(value) => args.add(value),
            Value::Instant(value) => args.add(value),
            Value::Bytes(value) => args.add(value),
        };
        added.map_err(|error| Fault::caused("binding an argument", error))?;
    }
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_chrono_writes_it() {
        for days in (-800_000..4_000_000).step_by(997) {
            let day = NaiveDate::from_ymd_opt(1, 1, 1).unwrap() + chrono::Duration::days(days);
            assert_eq!(iso(day), day.to_string());
        }
    }
}
