//! Data on stdout, talk on stderr, progress that keeps out of the way.

use std::io::Write;

use acts::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Writes data: a line on stdout. A reader that has gone away is not an error.
pub fn data(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Says something: a line on stderr.
pub fn talk(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A bar on a terminal, nothing elsewhere.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar with a name.
    pub fn new(name: &str) -> Bar {
        let bar = ProgressBar::no_length();
        let style = ProgressStyle::with_template("{msg:<28} {bar:40} {pos}/{len} {elapsed}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        Bar(bar)
    }

    /// Shows how far an order is.
    pub fn show(&self, progress: Progress) {
        self.0.set_length(u64::try_from(progress.chunks).unwrap_or(0));
        self.0.set_position(u64::try_from(progress.done).unwrap_or(0));
    }

    /// Shows how much of how much is done.
    pub fn at(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }

    /// Takes the bar away.
    pub fn end(self) {
        self.0.finish_and_clear();
    }
}
