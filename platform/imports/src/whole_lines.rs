//! Line ends made alike: every line of a file ends with one line feed, the last one too.

use std::io::{Error, ErrorKind, Read};

/// Turns CR LF and CR into LF while reading, and ends a last line that has no end.
///
/// Files come from Windows, from Unix and from old exports. After this, lines can be counted.
pub(crate) struct WholeLines<R> {
    inner: R,
    /// The byte before; a file begins as if after a line end.
    last: u8,
    is_ended: bool,
    /// How many bytes may still come before the next record begins.
    left: usize,
    /// How many bytes were given out.
    given: u64,
}

/// No record is longer. A quotation mark that is never closed would otherwise take the rest of a
/// file of any size into memory.
const RECORD_MAX: usize = 16 * 1024 * 1024;

impl<R: Read> WholeLines<R> {
    pub(crate) fn new(inner: R) -> WholeLines<R> {
        WholeLines { inner, last: b'\n', is_ended: false, left: RECORD_MAX, given: 0 }
    }

    /// Another record begins: it may be as long as the one before.
    pub(crate) fn begin_record(&mut self) {
        self.left = RECORD_MAX;
    }

    /// How many bytes there are in all, once that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.is_ended.then_some(self.given)
    }

    /// What is read from.
    pub(crate) fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: Read> Read for WholeLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if buffer.is_empty() || self.is_ended {
                return Ok(0);
            }
            if self.left == 0 {
                let words = format!("a record is longer than {RECORD_MAX} bytes: is a quotation mark not closed?");
                return Err(Error::new(ErrorKind::InvalidData, words));
            }
            let read = self.inner.read(buffer)?;
            self.left = self.left.saturating_sub(read);
            if read == 0 {
                self.is_ended = true;
                if self.last == b'\n' || self.last == b'\r' {
                    return Ok(0);
                }
                buffer[0] = b'\n';
                self.given += 1;
                return Ok(1);
            }
            let mut kept = 0;
            for place in 0..read {
                let byte = buffer[place];
                let is_second_half = byte == b'\n' && self.last == b'\r';
                self.last = byte;
                if !is_second_half {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            if kept != 0 {
                self.given += kept as u64;
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_with_one_line_feed() {
        let rows: [(&[u8], &[u8]); 8] = [
            (b"", b""),
            (b"a", b"a\n"),
            (b"a\n", b"a\n"),
            (b"a\r\nb\r\n", b"a\nb\n"),
            (b"a\rb\r", b"a\nb\n"),
            (b"a\r\n\r\nb", b"a\n\nb\n"),
            (b"\r\n", b"\n"),
            (b"\n\n", b"\n\n"),
        ];
        for (text, expected) in rows {
            for size in 1..6 {
                let (mut lines, mut found, mut buffer) = (WholeLines::new(text), Vec::new(), vec![0; size]);
                while let read @ 1.. = lines.read(&mut buffer).unwrap() {
                    found.extend_from_slice(&buffer[..read]);
                }
                assert_eq!(found, expected, "{text:?} by {size}");
            }
        }
    }
}
