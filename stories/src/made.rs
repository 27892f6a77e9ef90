//! The demo's town, made once for all stories that begin with it.

use db::Engine;
use testkit::TestDb;

use crate::Program;

/// A copy of the demo's town on an engine: 120 accounts with a year behind them, on 1 July 2026.
///
/// # Panics
/// When it cannot be made.
pub async fn demo(engine: Engine) -> TestDb {
    TestDb::of_town(engine, "demo", async |url| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().to_str().expect("temporary folders have plain names");
        let words = ["demo", "--folder", folder, "--accounts", "120", "--no-serve"];
        let _summary = Program::on(url).done("console", &words);
    })
    .await
}
