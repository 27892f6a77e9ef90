//! `Stop`: why a task ended before it could give a verdict.

use std::fmt;

/// The two ways to end early; a failed check is neither, it is a verdict.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The caller must change something first, such as install a package. Exit code 2.
    WrongUse(String),
    /// The machine failed us. Exit code 3.
    Fault(String),
}

impl Stop {
    /// Makes a fault of an error, with what was being done.
    pub(crate) fn fault<E: fmt::Display>(doing: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |error| Self::Fault(format!("{doing}: {error}"))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongUse(why) | Self::Fault(why) => f.write_str(why),
        }
    }
}
