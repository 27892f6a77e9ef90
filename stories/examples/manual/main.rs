//! Takes the pictures of the clerks' manual: makes the demo's town, serves it, and goes through a list of shots.
//!
//! `cargo xtask manual` runs it. With names of pictures behind it, it takes these alone.

mod camera;
mod png;
mod shots;
mod small_town;

use std::path::PathBuf;

use testkit::Browser;

use crate::camera::Camera;
use crate::shots::SHOTS;
use crate::small_town::SmallTown;

/// Where the pictures are kept.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/clerks/pictures")
}

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let browser = Browser::start("manual").await.expect("a browser was made ready: run `cargo xtask manual`");
    let town = SmallTown::make().await;
    let mut camera = Camera::new(browser, &town.served, folder());
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    for shot in SHOTS.iter().filter(|shot| is_wanted(shot.name)) {
        camera.take(shot).await;
    }
}
