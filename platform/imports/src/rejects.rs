//! Rejected records: kept as they were given, written to a file that can be corrected and given again.

use std::io::Write;

use db::Fault;

/// What a file of rejects says of each record, in front of the record's own columns.
pub const REJECT_COLUMNS: [&str; 4] = ["reject_line", "reject_field", "reject_rule", "reject_message"];

/// A record that could not be brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReject {
    /// The line of the file it begins on, from 1.
    pub line: i64,
    /// The field.
    pub field: String,
    /// The rule it breaks, by its stable name.
    pub rule: String,
    /// What is wrong, for people.
    pub message: String,
    /// The record as it stood in the file, as CSV.
    pub record: String,
}

/// Writes rejects with the header of their file.
///
/// The columns that say why stand in front: a record with a field too many or too few keeps its
/// number of fields, so that it is rejected again until somebody has corrected it.
pub struct RejectsFile<W: Write> {
    out: W,
}

impl<W: Write> RejectsFile<W> {
    /// Begins with the header.
    pub fn begin(out: W, header: &[String]) -> Result<RejectsFile<W>, Fault> {
        let own = header.strip_prefix(&REJECT_COLUMNS.map(str::to_owned)[..]).unwrap_or(header);
        let names = REJECT_COLUMNS.iter().copied().chain(own.iter().map(String::as_str));
        let mut file = RejectsFile { out };
        file.line(&csv_text(names.map(str::as_bytes)))?;
        Ok(file)
    }

    /// Writes a reject.
    pub fn push(&mut self, reject: &FileReject) -> Result<(), Fault> {
        let line = reject.line.to_string();
        let why = [&line, &reject.field, &reject.rule, &reject.message];
        self.line(&format!("{},{}", csv_text(why.map(String::as_bytes)), reject.record))
    }

    /// Makes sure that everything is written.
    pub fn end(mut self) -> Result<W, Fault> {
        self.out.flush().map_err(|error| Fault::caused("writing rejected records", error))?;
        Ok(self.out)
    }

    fn line(&mut self, text: &str) -> Result<(), Fault> {
        writeln!(self.out, "{text}").map_err(|error| Fault::caused("writing rejected records", error))
    }
}

/// Fields as one record of CSV, without its line end. What is no text is marked, and what no
/// database keeps in a text.
pub(crate) fn csv_text<'f>(fields: impl IntoIterator<Item = &'f [u8]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).expect("memory takes it");
    let written = writer.into_inner().expect("memory takes it");
    let text = String::from_utf8_lossy(&written).replace('\0', "\u{fffd}");
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_are_written_in_front_of_their_records() {
        let header = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let reject = FileReject {
            line: 7,
            field: "read_on".to_owned(),
            rule: "date".to_owned(),
            message: "'x', y".to_owned(),
            record: csv_text([&b"a"[..], b"b,\"c", b"\xff\0"]),
        };
        let expected = "reject_line,reject_field,reject_rule,reject_message,p,\"q,r\",s\n\
                        7,read_on,date,\"'x', y\",a,\"b,\"\"c\",\u{fffd}\u{fffd}\n";
        let plain = header(&["p", "q,r", "s"]);
        let given_again = [header(&REJECT_COLUMNS), plain.clone()].concat();
        for header in [plain, given_again] {
            let mut file = RejectsFile::begin(Vec::new(), &header).unwrap();
            file.push(&reject).unwrap();
            assert_eq!(String::from_utf8(file.end().unwrap()).unwrap(), expected);
        }
    }
}
