//! Whole databases made, copied and removed: for tests and benchmarks.

use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::str::FromStr;

use crate::Fault;

/// A PostgreSQL server on which private databases are made.
#[derive(Clone, Debug)]
pub struct Server {
    url: String,
}

impl Server {
    /// The server behind an address of the form `postgres://USER@HOST:PORT/NAME`; NAME is the
    /// database connected to while others are made.
    #[must_use]
    pub fn at(url: &str) -> Server {
        Server { url: url.to_owned() }
    }

    /// The address of a database on the server.
    pub fn url_of(&self, name: &str) -> Result<String, Fault> {
        let (without_query, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let address = without_query
            .split_once("://")
            .map(|parts| parts.1)
            .ok_or_else(|| Fault::new("not an address of PostgreSQL"))?;
        let host = address.split('/').next().unwrap_or(address);
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        Ok(format!("postgres://{host}/{name}{query}"))
    }

    /// Makes a database, empty or as a copy of another that nobody is connected to; one of the
    /// same name is removed first.
    pub async fn create(&self, name: &str, template: Option<&str>) -> Result<(), Fault> {
        let failed = |error| Fault::sql("making a database", error);
        let mut connection = self.connect().await.map_err(failed)?;
        // PostgreSQL 15 and later write a copy page by page into their log, unless they are told to copy files as before:
        // that takes a third of the time.
        let copies_files = if connection.server_version_num() >= Some(150_000) { " strategy file_copy" } else { "" };
        let how = match template {
            Some(template) => format!("template {}{copies_files}", quoted(template)),
            None => "template template0 encoding 'UTF8' locale 'C'".to_owned(),
        };
        run(&mut connection, format!("drop database if exists {} with (force)", quoted(name))).await.map_err(failed)?;
        run(&mut connection, format!("create database {} {how}", quoted(name))).await.map_err(failed)?;
        connection.close().await.map_err(failed)
    }

    /// Removes a database and whoever is connected to it.
    pub async fn remove(&self, name: &str) -> Result<(), Fault> {
        let failed = |error| Fault::sql("removing a database", error);
        let mut connection = self.connect().await.map_err(failed)?;
        run(&mut connection, format!("drop database if exists {} with (force)", quoted(name))).await.map_err(failed)?;
        connection.close().await.map_err(failed)
    }

    /// Removes all databases but one whose names begin alike.
    pub async fn remove_others(&self, prefix: &str, kept: &str) -> Result<(), Fault> {
        let failed = |error| Fault::sql("removing databases", error);
        let mut connection = self.connect().await.map_err(failed)?;
        let names: Vec<(String,)> =
            sqlx::query_as("select datname::text from pg_database where starts_with(datname, $1)")
                .bind(prefix)
                .fetch_all(&mut connection)
                .await
                .map_err(failed)?;
        connection.close().await.map_err(failed)?;
        for (name,) in names.into_iter().filter(|(name,)| name != kept) {
            self.remove(&name).await?;
        }
        Ok(())
    }

    /// Makes `name` unless it is there, by `make`, while every other process waits.
    pub async fn once<F: Future<Output = Result<(), Fault>>>(
        &self,
        name: &str,
        make: impl FnOnce() -> F,
    ) -> Result<(), Fault> {
        let failed = |error| Fault::sql("making a template database", error);
        let mut connection = self.connect().await.map_err(failed)?;
        // One lock for all templates of this program; the number has no meaning.
        sqlx::query("select pg_advisory_lock(74706571)").execute(&mut connection).await.map_err(failed)?;
        let there: Option<(String,)> = sqlx::query_as("select datname::text from pg_database where datname = $1")
            .bind(name)
            .fetch_optional(&mut connection)
            .await
            .map_err(failed)?;
        let made = if there.is_some() { Ok(()) } else { make().await };
        connection.close().await.map_err(failed)?;
        made
    }

    /// A connection to the database named, or to `postgres` while that one does not exist.
    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::from_str(&self.url)?.disable_statement_logging();
        match options.connect().await {
            // 3D000 invalid_catalog_name
            Err(error) if error.as_database_error().and_then(|error| error.code()).as_deref() == Some("3D000") => {
                options.database("postgres").connect().await
            }
            result => result,
        }
    }
}

/// Carries out a statement; names in it are quoted, and nothing else goes into the text.
async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
}

/// The path of a SQLite file in an address such as `sqlite:///town.db?mode=rwc`.
#[must_use]
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

/// The address of a SQLite file, made when it is missing.
#[must_use]
pub fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_takes_the_place_of_the_last_one() {
        let rows = [
            ("postgres://me@127.0.0.1:5432/postgres", "postgres://me@127.0.0.1:5432/town"),
            ("postgresql://me:pw@host", "postgres://me:pw@host/town"),
            ("postgres://me@host/a?sslmode=disable", "postgres://me@host/town?sslmode=disable"),
        ];
        for (url, expected) in rows {
            assert_eq!(Server::at(url).url_of("town").unwrap(), expected);
        }
    }
}
