//! The bulk writer: COPY on PostgreSQL, a hundred rows a statement on SQLite.

use sqlx::AssertSqlSafe;

use crate::copy::CopyBuffer;
use crate::read::{Inner, sqlite_args};
use crate::{Fault, Tx, Value};

/// Rows of one table, on their way into it.
pub struct Rows {
    table: String,
    columns: Vec<String>,
    values: Vec<Value>,
}

/// About this many rows go into one SQLite statement; more is slower, not faster.
const ROWS_A_STATEMENT: usize = 100;

/// SQLite's limit on arguments of one statement.
const ARGUMENTS_MAX: usize = 32_766;

impl Rows {
    /// No rows yet for these columns of a table.
    #[must_use]
    pub fn new(table: &str, columns: &[&str]) -> Rows {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Rows { table: table.to_owned(), columns, values: Vec::new() }
    }

    /// Adds a row: one value a column, in their order.
    ///
    /// # Panics
    /// When the number of values is not the number of columns: a defect of the caller.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        assert_eq!(N, self.columns.len(), "a row of {} has one value a column", self.table);
        self.values.extend(row);
    }

    /// Adds a row of which the width is known only at run time.
    ///
    /// # Panics
    /// When the number of values is not the number of columns: a defect of the caller.
    pub fn push_all(&mut self, row: impl IntoIterator<Item = Value>) {
        self.values.extend(row);
        assert_eq!(self.values.len() % self.columns.len(), 0, "a row of {} has one value a column", self.table);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.columns.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Tx {
    /// Writes the rows in this transaction and says how many.
    pub async fn bulk(&mut self, rows: Rows) -> Result<u64, Fault> {
        if rows.is_empty() {
            return Ok(0);
        }
        let count = rows.len() as u64;
        match &mut self.inner {
            Inner::Postgres(tx) => {
                let columns = rows.columns.join(", ");
                let statement = format!("copy {} ({columns}) from stdin (format binary)", rows.table);
                let doing = |error| Fault::sql(&format!("copying into {}", rows.table), error);
                let mut copy = tx.copy_in_raw(&statement).await.map_err(doing)?;
                let mut buffer = CopyBuffer::new();
                for row in rows.values.chunks(rows.columns.len()) {
                    buffer.row(row);
                    if buffer.is_full() {
                        copy.send(buffer.drain()).await.map_err(doing)?;
                    }
                }
                copy.send(buffer.end()).await.map_err(doing)?;
                copy.finish().await.map_err(doing)?;
            }
            Inner::Sqlite(tx) => {
                let Rows { table, columns, values } = rows;
                let width = columns.len();
                let piece = ROWS_A_STATEMENT.min(ARGUMENTS_MAX / width) * width;
                let mut full = String::new();
                let mut values = values.into_iter();
                while values.len() != 0 {
                    let part: Vec<Value> = values.by_ref().take(piece).collect();
                    let is_full = part.len() == piece;
                    if full.is_empty() && is_full {
                        full = insert_text(&table, &columns, piece / width);
                    }
                    let text = if is_full { full.clone() } else { insert_text(&table, &columns, part.len() / width) };
                    // Table and columns come from our own code, never from input.
                    sqlx::query_with(AssertSqlSafe(text), sqlite_args(part)?)
                        .persistent(is_full)
                        .execute(&mut **tx)
                        .await
                        .map_err(|error| Fault::sql(&format!("inserting into {table}"), error))?;
                }
            }
        }
        Ok(count)
    }
}

impl Tx {
    /// Takes all rows out of a table, which is named by the catalog.
    pub(crate) async fn clear(&mut self, table: &str) -> Result<(), Fault> {
        let sql = AssertSqlSafe(format!("delete from {table}"));
        let done = match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.map(|_| ()),
            Inner::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.map(|_| ()),
        };
        done.map_err(|error| Fault::sql(&format!("clearing {table}"), error))
    }
}

fn insert_text(table: &str, columns: &[String], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    format!("insert into {table} ({}) values {}", columns.join(", "), vec![row; rows].join(", "))
}
