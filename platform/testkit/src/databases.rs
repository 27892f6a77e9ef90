//! One private database per test, on each engine; gone when the test ends.

use std::sync::atomic::{AtomicU64, Ordering};

use db::{Db, DoorKey, Engine, Server};

use crate::{frozen_clock, skip};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A migrated, empty database that belongs to one test.
pub struct TestDb {
    /// The open database.
    pub db: Db,
    /// Its address, for programs under test.
    pub url: String,
    place: Place,
}

enum Place {
    File(tempfile::TempDir),
    Server(Server, String),
}

/// The engines that can be tested here; a missing PostgreSQL is recorded as skipped.
#[must_use]
pub fn engines(test: &str) -> Vec<Engine> {
    match postgres_server() {
        Some(_) => vec![Engine::Sqlite, Engine::Postgres],
        None => {
            skip(&format!("{test} on postgres: no server was started"));
            vec![Engine::Sqlite]
        }
    }
}

/// The server that `cargo xtask test` started.
#[must_use]
pub fn postgres_server() -> Option<Server> {
    std::env::var("PORTREEVE_TEST_POSTGRES").ok().map(|url| Server::at(&url))
}

impl TestDb {
    /// A private, migrated database.
    ///
    /// # Panics
    /// When it cannot be made: the test cannot go on.
    pub async fn new(engine: Engine) -> TestDb {
        TestDb::make(engine, true).await
    }

    /// A private database without any table.
    ///
    /// # Panics
    /// When it cannot be made: the test cannot go on.
    pub async fn empty(engine: Engine) -> TestDb {
        TestDb::make(engine, false).await
    }

    async fn make(engine: Engine, is_migrated: bool) -> TestDb {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let url = db::sqlite_url(&folder.path().join("town.db"));
                let db = Db::open(&url).await.expect("a new file opens");
                if is_migrated {
                    migrate(&db).await;
                }
                TestDb { db, url, place: Place::File(folder) }
            }
            Engine::Postgres => {
                let server = postgres_server().expect("asked for only when there is one");
                // A server that was there before holds templates of other schemas too.
                let schema = kernel::Digest::of(db::SCHEMA_SQL.as_bytes()).to_string();
                let template = &format!("portreeve_tests_{}", &schema[..16]);
                if is_migrated {
                    let made = server.once(template, || make_template(&server, template));
                    made.await.expect("the template is made");
                }
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("portreeve_test_{}_{number}", std::process::id());
                server.create(&name, is_migrated.then_some(template)).await.expect("a private database");
                let url = server.url_of(&name).expect("an address");
                let db = Db::open(&url).await.expect("a new database opens");
                TestDb { db, url, place: Place::Server(server, name) }
            }
        }
    }

    /// Closes and removes the database.
    ///
    /// # Panics
    /// When it cannot be removed.
    pub async fn remove(self) {
        self.db.close().await;
        match self.place {
            Place::File(folder) => folder.close().expect("the folder goes"),
            Place::Server(server, name) => server.remove(&name).await.expect("the database goes"),
        }
    }
}

async fn make_template(server: &Server, name: &str) -> Result<(), db::Fault> {
    // Made under another name first: a template that is there is a whole one.
    let half = format!("{name}_half");
    server.create(&half, None).await?;
    let db = Db::open(&server.url_of(&half)?).await?;
    migrate(&db).await;
    db.close().await;
    server.create(name, Some(&half)).await?;
    server.remove(&half).await
}

async fn migrate(db: &Db) {
    let now = acts::Clock::now(&frozen_clock());
    db.migrate(&DoorKey::for_the_door(), now).await.expect("the migrations apply");
}
