//! Consumption files as tables that a story can change.

use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// A consumption file: a header and rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows, in the order of the file.
    pub rows: Vec<Vec<String>>,
}

impl Reads {
    /// Reads a packed file.
    ///
    /// # Panics
    /// When it is no CSV.
    #[must_use]
    pub fn unpack(path: &Path) -> Reads {
        Reads::parse(&unpack(path))
    }

    /// Reads CSV text.
    ///
    /// # Panics
    /// When it is no CSV.
    #[must_use]
    pub fn parse(text: &[u8]) -> Reads {
        let mut reader = csv::Reader::from_reader(text);
        let fields = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = fields(reader.headers().expect("the file has a header"));
        let rows = reader.records().map(|record| fields(&record.expect("the file is sound"))).collect();
        Reads { header, rows }
    }

    /// The position of a column.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).expect("the column is in the file")
    }

    /// The file as CSV text.
    ///
    /// # Panics
    /// Never: writing to memory cannot fail.
    #[must_use]
    pub fn to_text(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header).expect("memory takes it");
        self.rows.iter().for_each(|row| writer.write_record(row).expect("memory takes it"));
        writer.into_inner().expect("memory takes it")
    }
}

/// Packs bytes as gzip.
///
/// # Panics
/// Never: writing to memory cannot fail.
#[must_use]
pub fn pack(plain: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(plain).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// Unpacks a gzip file.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn unpack(path: &Path) -> Vec<u8> {
    let mut plain = Vec::new();
    let file = std::fs::File::open(path).expect("the file opens");
    GzDecoder::new(file).read_to_end(&mut plain).expect("the file unpacks");
    plain
}
