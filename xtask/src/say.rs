//! Speaking: data goes to stdout, talk to stderr. A reader who has gone away is no reason to stop.

use std::io::Write;

/// Writes one line of data to stdout.
pub(crate) fn data(line: &str) {
    let mut out = std::io::stdout().lock();
    let _reader_is_gone = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Writes one line of talk to stderr.
pub(crate) fn talk(line: &str) {
    let _reader_is_gone = writeln!(std::io::stderr().lock(), "{line}");
}
