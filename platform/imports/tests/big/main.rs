//! A file far larger than memory need be: read through with a flat footprint. Alone in its process, to be measured.
#![cfg(test)]

use std::io::Read;

use imports::{Digesting, Field, Lines, Mapping, Need, RecordReader};

const FIELDS: &[Field] = &[Field { name: "code", need: Need::Always }, Field { name: "title", need: Need::Always }];

/// Records of a hundred bytes, made as they are read.
struct Endless {
    left: usize,
    line: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.left -= 1;
            self.line = format!("{:09},{}\n", self.left, "t".repeat(89)).into_bytes();
            self.at = 0;
        }
        let size = buffer.len().min(self.line.len() - self.at);
        buffer[..size].copy_from_slice(&self.line[self.at..self.at + size]);
        self.at += size;
        Ok(size)
    }
}

/// The memory of this process in kilobytes, where the system tells.
fn resident_kb() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

const RECORDS: usize = 600_000;

#[test]
fn sixty_megabytes_are_read_with_flat_memory() {
    let endless = Endless { left: RECORDS, line: b"code,title\n".to_vec(), at: 0 };
    let lines = Lines::read("big.csv".to_owned(), Box::new(endless), Digesting::On).unwrap();
    let mut reader = RecordReader::of(lines, FIELDS, &Mapping::by_name(&[], FIELDS)).unwrap();
    let (mut chunk, mut count, mut first, mut most) = (Vec::new(), 0, None, 0);
    while let Some(line) = reader.next_line().unwrap() {
        assert!(line.said.is_ok());
        count += 1;
        chunk.push(line);
        if chunk.len() == 5_000 {
            let now = resident_kb();
            first = first.or(now);
            most = most.max(now.unwrap_or(0));
            chunk.clear();
        }
    }
    assert_eq!(count, RECORDS);
    match first {
        Some(first) => assert!(most < first + 8 * 1024, "from {first} KB to {most} KB"),
        None => testkit::skip("memory while reading a big file: this system does not tell"),
    }
}
