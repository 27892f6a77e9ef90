//! The differences between the two engines, all in one place.

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Which database is behind a [`crate::Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The file inside, for a town.
    Sqlite,
    /// The server, for a city.
    Postgres,
}

impl Engine {
    /// The name shown in reports: `sqlite` or `postgres`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }
}

/// What begins a writable transaction: SQLite takes its one write lock at once, so that a
/// transaction never has to be promoted (and refused) halfway.
pub(crate) fn begin_write(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "begin immediate",
        Engine::Postgres => "begin",
    }
}

/// What begins a transaction that only reads, from one snapshot.
pub(crate) fn begin_read(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "begin deferred",
        Engine::Postgres => "begin isolation level repeatable read, read only",
    }
}

/// What asks for the size of the database in bytes.
pub(crate) fn size_of_database(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "select p.page_count * s.page_size from pragma_page_count() p, pragma_page_size() s",
        Engine::Postgres => "select pg_database_size(current_database())",
    }
}

/// Row locks at the end of a query; SQLite has one writer and needs none.
const LOCKS: [&str; 5] =
    [" for update skip locked", " for no key update", " for update", " for key share", " for share"];

/// The query as SQLite takes it: without its row lock.
pub(crate) fn without_lock(sql: &'static str) -> &'static str {
    let trimmed = sql.trim_end();
    LOCKS.iter().find_map(|lock| trimmed.strip_suffix(lock)).unwrap_or(sql)
}

/// The text of a migration as the engine takes it.
///
/// Account tables are `without rowid` on SQLite: the rows of one account lie together.
pub(crate) fn migration_text(engine: Engine, text: &str) -> String {
    match engine {
        Engine::Sqlite => text.to_owned(),
        Engine::Postgres => text.replace(") without rowid;", ");"),
    }
}

/// When what is committed is safe from a loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commits {
    /// Once the commit returns, as PostgreSQL has it.
    OnDisk,
    /// When the system has written it, some time later.
    Later,
}

/// How a SQLite file is opened, for reading and writing or for reading only.
pub(crate) fn sqlite_options(
    url: &str,
    read_only: bool,
    commits: Commits,
) -> Result<SqliteConnectOptions, sqlx::Error> {
    let synchronous = match commits {
        Commits::OnDisk => SqliteSynchronous::Full,
        Commits::Later => SqliteSynchronous::Off,
    };
    let options = SqliteConnectOptions::from_str(url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(60))
        .statement_cache_capacity(200)
        .row_buffer_size(2048)
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", "4000")
        .disable_statement_logging();
    Ok(if read_only { options.pragma("query_only", "on") } else { options })
}

/// The file that an address names.
pub(crate) fn sqlite_file(url: &str) -> Result<PathBuf, sqlx::Error> {
    Ok(SqliteConnectOptions::from_str(url)?.get_filename().to_owned())
}

/// How a PostgreSQL database is opened.
pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    // Statements are never logged: their arguments are personal, their times are the caller's to measure.
    let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
    Ok(options.application_name("portreeve").options([("timezone", "UTC"), ("client_min_messages", "warning")]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_commit_waits_for_the_disk_but_while_a_town_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let url = crate::sqlite_url(&folder.path().join("town.db"));
        for (commits, expected) in [(Commits::OnDisk, 2), (Commits::Later, 0)] {
            let mut connection = sqlite_options(&url, false, commits).unwrap().connect().await.unwrap();
            let (level,): (i64,) = sqlx::query_as("pragma synchronous").fetch_one(&mut connection).await.unwrap();
            assert_eq!(level, expected, "{commits:?}");
        }
    }

    #[test]
    fn locks_are_taken_off_for_sqlite_only_at_the_end() {
        let rows = [
            ("select 1 from a for update", "select 1 from a"),
            ("select 1 from a\nlimit 1 for update skip locked\n", "select 1 from a\nlimit 1"),
            ("select 1 from a for share", "select 1 from a"),
            ("select 1 from a for key share", "select 1 from a"),
            (
                "select note from a where note = ' for update ' and b = 1",
                "select note from a where note = ' for update ' and b = 1",
            ),
        ];
        for (written, taken) in rows {
            assert_eq!(without_lock(written), taken);
        }
    }

    #[test]
    fn postgres_has_no_rowid() {
        let text = "create table a (\n    x bigint\n) without rowid;\n";
        assert_eq!(migration_text(Engine::Postgres, text), "create table a (\n    x bigint\n);\n");
        assert_eq!(migration_text(Engine::Sqlite, text), text);
    }
}
