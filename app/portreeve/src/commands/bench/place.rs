//! Where the databases of a benchmark stand: beside the one that was named, never in it.

use std::path::PathBuf;

use db::{Fault, Server, sqlite_path, sqlite_url};

/// Files in a folder, or databases of a server.
pub(super) enum Place {
    /// SQLite files `STEM-bench-NAME`; the folder goes with the benchmark when it is ours.
    Files { stem: PathBuf, _folder: Option<tempfile::TempDir> },
    /// PostgreSQL databases `PREFIX_bench_NAME`.
    Server { server: Server, prefix: String },
}

impl Place {
    /// The place for an address; a temporary folder without one.
    pub(super) fn of(url: Option<&str>) -> Result<Place, String> {
        let Some(url) = url else {
            let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
            return Ok(Place::Files { stem: folder.path().join("town.db"), _folder: Some(folder) });
        };
        if let Some(stem) = sqlite_path(url) {
            return Ok(Place::Files { stem, _folder: None });
        }
        let name = url.split('?').next().and_then(|url| url.rsplit('/').next()).unwrap_or("portreeve");
        Ok(Place::Server { server: Server::at(url), prefix: name.to_owned() })
    }

    /// The engine's name.
    pub(super) fn engine(&self) -> &'static str {
        match self {
            Place::Files { .. } => db::Engine::Sqlite.name(),
            Place::Server { .. } => db::Engine::Postgres.name(),
        }
    }

    /// The address of a database.
    pub(super) fn url(&self, name: &str) -> Result<String, Fault> {
        match self {
            Place::Files { .. } => Ok(sqlite_url(&self.file(name))),
            Place::Server { server, prefix } => server.url_of(&format!("{prefix}_bench_{name}")),
        }
    }

    /// Makes an empty database.
    pub(super) async fn create(&self, name: &str) -> Result<(), Fault> {
        match self {
            Place::Files { .. } => self.remove(name).await,
            Place::Server { server, prefix } => server.create(&format!("{prefix}_bench_{name}"), None).await,
        }
    }

    /// Copies a database that nobody has open.
    pub(super) async fn copy(&self, from: &str, to: &str) -> Result<(), Fault> {
        match self {
            Place::Files { .. } => {
                self.remove(to).await?;
                let copied = std::fs::copy(self.file(from), self.file(to));
                copied.map(|_| ()).map_err(|error| Fault::caused("copying the town", error))
            }
            Place::Server { server, prefix } => {
                let template = format!("{prefix}_bench_{from}");
                server.create(&format!("{prefix}_bench_{to}"), Some(&template)).await
            }
        }
    }

    /// Removes a database.
    pub(super) async fn remove(&self, name: &str) -> Result<(), Fault> {
        match self {
            Place::Files { .. } => {
                for suffix in ["", "-wal", "-shm"] {
                    let mut file = self.file(name).into_os_string();
                    file.push(suffix);
                    match std::fs::remove_file(file) {
                        Ok(()) => {}
                        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                        Err(error) => return Err(Fault::caused("removing a file", error)),
                    }
                }
                Ok(())
            }
            Place::Server { server, prefix } => server.remove(&format!("{prefix}_bench_{name}")).await,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        match self {
            Place::Files { stem, .. } => {
                let mut file = stem.clone().into_os_string();
                file.push(format!("-bench-{name}"));
                file.into()
            }
            Place::Server { .. } => PathBuf::new(),
        }
    }
}
