//! What stories about a town stand on: the built program, and a small town to work in.
//!
//! Stories know the program from outside only: its commands, exit codes, files and text.

mod made;
mod program;
mod reads;
mod seeded;
mod town;

pub use made::demo;
pub use program::{Program, Said, try_tool};
pub use reads::{Reads, pack, unpack};
pub use seeded::Seeded;
pub use town::{MAPPING, RATES, TOWN, Town};
