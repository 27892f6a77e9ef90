//! One private database per test, on each engine; gone when the test ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use db::{Db, DoorKey, Engine, Server};

use crate::server::{beside_programs, built};
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

    /// A private copy of a town, which `make` puts into an empty database once for all tests that ask for it.
    ///
    /// A town is made anew when the program was built anew; the one before goes.
    ///
    /// # Panics
    /// When it cannot be made or copied: the test cannot go on.
    pub async fn of_town(engine: Engine, town: &str, make: impl AsyncFnOnce(&str)) -> TestDb {
        match engine {
            Engine::Sqlite => TestDb::of_file(&made_file(town, &stamp_of_program(), make).await).await,
            Engine::Postgres => {
                let server = postgres_server().expect("asked for only when there is one");
                let prefix = format!("portreeve_town_{town}_");
                let template = format!("{prefix}{}", stamp_of_program());
                let made = server.once(&template, async || {
                    server.remove_others(&prefix, &template).await?;
                    let half = format!("{prefix}half");
                    server.create(&half, None).await?;
                    make(&server.url_of(&half)?).await;
                    server.create(&template, Some(&half)).await?;
                    server.remove(&half).await
                });
                made.await.expect("the town is made");
                TestDb::on_server(server, Some(&template)).await
            }
        }
    }

    /// A private database on a server, empty or as a copy.
    async fn on_server(server: Server, template: Option<&str>) -> TestDb {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("portreeve_test_{}_{number}", std::process::id());
        server.create(&name, template).await.expect("a private database");
        let url = server.url_of(&name).expect("an address");
        let db = Db::open(&url).await.expect("a new database opens");
        TestDb { db, url, place: Place::Server(server, name) }
    }

    /// A private copy of a file.
    async fn of_file(made: &Path) -> TestDb {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("town.db");
        std::fs::copy(made, &file).expect("a file can be copied");
        let url = db::sqlite_url(&file);
        TestDb { db: Db::open(&url).await.expect("a copy opens"), url, place: Place::File(folder) }
    }

    async fn make(engine: Engine, is_migrated: bool) -> TestDb {
        // What was there before may hold templates of other schemas too.
        let known = db::known_migrations(engine).expect("the migrations are in order");
        let texts: Vec<u8> = known.into_iter().flat_map(|(_, digest)| digest.0).collect();
        let schema = kernel::Digest::of(&texts).to_string();
        let schema = &schema[..16];
        match engine {
            Engine::Sqlite if is_migrated => {
                let migrated = async |url: &str| {
                    let db = Db::open(url).await.expect("a new file opens");
                    migrate(&db).await;
                    db.close().await;
                };
                TestDb::of_file(&made_file("empty", schema, migrated).await).await
            }
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let url = db::sqlite_url(&folder.path().join("town.db"));
                let db = Db::open(&url).await.expect("a new file opens");
                TestDb { db, url, place: Place::File(folder) }
            }
            Engine::Postgres => {
                let server = postgres_server().expect("asked for only when there is one");
                let template = &format!("portreeve_tests_{schema}");
                if is_migrated {
                    let made = server.once(template, || make_template(&server, template));
                    made.await.expect("the template is made");
                }
                TestDb::on_server(server, is_migrated.then_some(template)).await
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

/// The file of a town that was made of what the stamp tells; nobody else makes it meanwhile.
async fn made_file(town: &str, stamp: &str, make: impl AsyncFnOnce(&str)) -> PathBuf {
    let folder = beside_programs("towns");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let lock = File::create(folder.join(format!("{town}.lock"))).expect("a file can be written");
    lock.lock().expect("a file can be locked");
    let made = folder.join(format!("{town}-{stamp}.db"));
    if !made.exists() {
        remove_towns(&folder, town);
        // Made under another name first: a town that is there is a whole one.
        let half = folder.join(format!("{town}-half.db"));
        make(&db::sqlite_url(&half)).await;
        std::fs::rename(half, &made).expect("a file can be renamed");
    }
    made
}

fn remove_towns(folder: &Path, town: &str) {
    let entries = std::fs::read_dir(folder).expect("a folder can be read");
    for entry in entries {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(&format!("{town}-")) {
            std::fs::remove_file(&path).expect("an old town goes");
        }
    }
}

/// What tells one build of the program from another.
fn stamp_of_program() -> String {
    let about = std::fs::metadata(built()).expect("the program was built");
    let built_at = about.modified().expect("files have times").duration_since(UNIX_EPOCH);
    format!("{:x}_{:x}", about.len(), built_at.expect("files are of our time").as_nanos())
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
