//! A move in three steps, each with its own address.

pub(crate) mod day;
pub(crate) mod preview;
mod state;
pub(crate) mod who;

pub(crate) use state::{Kind, State};

use web::Steps;

/// The steps, of which one is under way.
fn steps(current: usize) -> Steps {
    Steps::new(&["What happens", "Day and meters", "Look and carry out"], current)
}
