//! Makes a changed migration rebuild the crate that carries the migrations inside.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
