//! (filled by its first content)
fn main() {}
