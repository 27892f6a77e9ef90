//! Migrations: one linear history carried inside the program.

use chrono::{DateTime, Utc};
use include_dir::{Dir, include_dir};
use kernel::Digest;
use sqlx::AssertSqlSafe;

use crate::dialect::{self, Engine};
use crate::read::Inner;
use crate::{Db, DoorKey, Fault, Tx};

static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations");

/// The whole schema as one text, kept equal to the sum of the migrations by a test.
static SCHEMA_SQL: &str = include_str!("../../../migrations/schema.sql");

/// What kind each table is and who may see each column.
pub static TABLES_TOML: &str = include_str!("../../../migrations/tables.toml");

/// What a call of [`Db::migrate`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationReport {
    /// The names of the migrations applied now, in order.
    pub applied: Vec<String>,
    /// How many had been applied before.
    pub present: usize,
}

struct Migration {
    number: i64,
    name: String,
    text: String,
}

impl Db {
    /// Applies what is missing, each migration in a transaction of its own.
    ///
    /// Refuses a database that was migrated by other texts, or by a newer program, and a
    /// PostgreSQL database that would sort or compare text differently from SQLite.
    pub async fn migrate(&self, key: &DoorKey, now: DateTime<Utc>) -> Result<MigrationReport, Fault> {
        if self.is_postgres() {
            self.check_postgres().await?;
        }
        let all = migrations(self.engine())?;
        let mut report = MigrationReport { applied: Vec::new(), present: 0 };
        let applied = self.applied().await?;
        if all.len() < applied.len() {
            return Err(Fault::new("this database was migrated by a newer program"));
        }
        for migration in &all {
            let digest = Digest::of(migration.text.as_bytes());
            if let Some((name, there)) = usize::try_from(migration.number - 1).ok().and_then(|at| applied.get(at)) {
                if there != &digest.0 {
                    return Err(Fault::new(format!("migration {name} was applied from another text")));
                }
                report.present += 1;
                continue;
            }
            let mut tx = self.write(key).await?;
            tx.script(migration.text.clone()).await?;
            tx.run_once(
                "insert into migration (number, name, digest, applied_at) values ($1, $2, $3, $4)",
                vec![migration.number.into(), migration.name.as_str().into(), digest.into(), now.into()],
            )
            .await?;
            tx.commit().await?;
            report.applied.push(migration.name.clone());
        }
        Ok(report)
    }

    /// Whether the database was ever migrated.
    pub async fn is_migrated(&self) -> Result<bool, Fault> {
        Ok(!self.applied().await?.is_empty())
    }

    /// Whether the database has just the migrations of this program.
    pub async fn is_up_to_date(&self) -> Result<bool, Fault> {
        let known = known_migrations(self.engine())?.into_iter().map(|(name, digest)| (name, digest.0.to_vec()));
        Ok(self.applied().await?.into_iter().eq(known))
    }

    /// Builds a database from `schema.sql` alone; for the test that compares it with the migrations.
    pub async fn build_from_schema(&self, key: &DoorKey) -> Result<(), Fault> {
        let mut tx = self.write(key).await?;
        tx.script(dialect::migration_text(self.engine(), SCHEMA_SQL)).await?;
        tx.commit().await
    }

    /// Names and digests of the migrations this database has, by number; none in an empty one.
    async fn applied(&self) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        if !self.catalog().await?.contains_key("migration") {
            return Ok(Vec::new());
        }
        let mut read = self.read().await?;
        read.all("select name, digest from migration order by number", vec![]).await
    }

    async fn check_postgres(&self) -> Result<(), Fault> {
        const SQL: &str = "
            select pg_encoding_to_char(d.encoding)::text, d.datcollate::text,
                   coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
            from pg_database d
            where d.datname = current_database()";
        let mut read = self.read().await?;
        let found: Option<(String, String, String)> = read.one(SQL, vec![]).await?;
        let (encoding, collation, provider) = found.ok_or_else(|| Fault::new("the database does not know itself"))?;
        // C.UTF-8 compares UTF-8 text by code point, which is C's order of bytes.
        let is_c = ["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&collation.as_str());
        // An ICU locale (provider i) sorts by its own rules whatever the collation is called.
        if encoding != "UTF8" || !is_c || provider != "c" {
            return Err(Fault::new(format!(
                "the database has encoding {encoding} and collation {collation}; Portreeve needs UTF8 and C: \
                 create it with `createdb --encoding=UTF8 --locale=C --template=template0 NAME`"
            )));
        }
        Ok(())
    }
}

impl Tx {
    /// Runs a text of several statements without arguments.
    async fn script(&mut self, text: String) -> Result<(), Fault> {
        let sql = AssertSqlSafe(text);
        let done = match self.runs_raw() {
            Inner::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
            Inner::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
        };
        done.map_err(|error| Fault::sql("running a migration", error))
    }
}

/// Names and digests of this program's migrations, as an engine has them.
///
/// # Errors
/// When they are not numbered one after another.
pub fn known_migrations(engine: Engine) -> Result<Vec<(String, Digest)>, Fault> {
    let all = migrations(engine)?.into_iter();
    Ok(all.map(|migration| (migration.name, Digest::of(migration.text.as_bytes()))).collect())
}

/// The same, with digests that cover both engines' texts: they tell whether two programs have the same tables.
pub(crate) fn portable_migrations() -> Result<Vec<(String, Digest)>, Fault> {
    let (sqlite, postgres) = (known_migrations(Engine::Sqlite)?, known_migrations(Engine::Postgres)?);
    let both = sqlite.into_iter().zip(postgres);
    Ok(both.map(|((name, one), (_, other))| (name, Digest::of(&[one.0, other.0].concat()))).collect())
}

/// The migrations for an engine, by number: `NNNN_room_what.sql`, or the engine's half of a pair.
fn migrations(engine: Engine) -> Result<Vec<Migration>, Fault> {
    let mut all = Vec::new();
    for file in MIGRATIONS.files() {
        let path = file.path().to_string_lossy().into_owned();
        let Some(stem) = path.strip_suffix(".sql").filter(|stem| *stem != "schema") else { continue };
        let name = match (stem.strip_suffix(".postgres"), stem.strip_suffix(".sqlite")) {
            (Some(name), _) if engine == Engine::Postgres => name,
            (_, Some(name)) if engine == Engine::Sqlite => name,
            (None, None) => stem,
            _ => continue,
        };
        let number = name.split('_').next().and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| Fault::new(format!("migration {path} has no number")))?;
        let text = file.contents_utf8().ok_or_else(|| Fault::new(format!("migration {path} is not text")))?;
        all.push(Migration { number, name: name.to_owned(), text: dialect::migration_text(engine, text) });
    }
    all.sort_by_key(|migration| migration.number);
    for (expected, migration) in (1_i64..).zip(&all) {
        if migration.number != expected {
            return Err(Fault::new(format!("migration {expected:04} is missing")));
        }
    }
    Ok(all)
}
