//! Office documents are ZIP packages: which one it is stands in the list at the end of the package. Nothing is unpacked.
//!
//! Source: APPNOTE.TXT 6.3.10, 4.3.12 (central directory) and 4.3.16 (its end); ECMA-376 part 2 for the names.

use super::{Looks, Media};

/// The end of the list begins so, and is at least so long.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// What may stand behind the end: a comment.
const COMMENT_MAX: usize = 65_535;
/// Each entry of the list begins so, and is at least so long.
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;
/// The most entries that are looked at.
const ENTRIES_MAX: usize = 20_000;

pub(super) fn looks(bytes: &[u8]) -> Looks {
    let Some(names) = names(bytes) else { return Looks::Strange };
    let has = |name: &str| names.iter().any(|listed| listed.eq_ignore_ascii_case(name.as_bytes()));
    let holds = |part: &[u8]| {
        names.iter().any(|listed| {
            let listed = listed.to_ascii_lowercase();
            listed.windows(part.len()).any(|window| window == part)
        })
    };
    if holds(b"vbaproject") || holds(b"/activex/") || holds(b"/embeddings/ole") {
        return Looks::Macros;
    }
    match has("[Content_Types].xml") {
        true if has("xl/workbook.xml") => Looks::Like(Media::Xlsx),
        true if has("word/document.xml") => Looks::Like(Media::Docx),
        true | false => Looks::Strange,
    }
}

/// The names of all entries; `None` when the list is not where its end says.
fn names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let from = bytes.len().saturating_sub(END_LENGTH + COMMENT_MAX);
    let tail = bytes.get(from..)?;
    let end = from + tail.windows(END.len()).rposition(|window| window == END)?;
    let count = usize::from(short(bytes, end + 10)?).min(ENTRIES_MAX);
    let mut at = usize::try_from(long(bytes, end + 16)?).ok()?;
    let mut names = Vec::new();
    for _ in 0..count {
        if !bytes.get(at..)?.starts_with(ENTRY) {
            return None;
        }
        let (name, extra, comment) = (short(bytes, at + 28)?, short(bytes, at + 30)?, short(bytes, at + 32)?);
        let begin = at + ENTRY_LENGTH;
        names.push(bytes.get(begin..begin + usize::from(name))?);
        at = begin + usize::from(name) + usize::from(extra) + usize::from(comment);
    }
    Some(names)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package of empty entries.
    fn package(names: &[&str]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        let begin = bytes.len();
        for name in names {
            let mut entry = ENTRY.to_vec();
            entry.resize(ENTRY_LENGTH, 0);
            entry[28] = u8::try_from(name.len()).unwrap();
            bytes.extend([&entry, name.as_bytes()].concat());
        }
        let mut end = END.to_vec();
        end.resize(END_LENGTH, 0);
        end[10] = u8::try_from(names.len()).unwrap();
        end[16] = u8::try_from(begin).unwrap();
        bytes.extend(end);
        bytes
    }

    #[test]
    #[rustfmt::skip]
    fn a_package_is_what_its_list_of_names_says() {
        let rows: [(&[&str], Looks); 6] = [
            (&["[Content_Types].xml", "xl/workbook.xml"],                      Looks::Like(Media::Xlsx)),
            (&["word/document.xml", "[Content_Types].xml"],                    Looks::Like(Media::Docx)),
            (&["[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"], Looks::Macros),
            (&["[Content_Types].xml"],                                         Looks::Strange),
            (&["xl/workbook.xml"],                                             Looks::Strange),
            (&[],                                                              Looks::Strange),
        ];
        for (names, expected) in rows {
            assert_eq!(looks(&package(names)), expected, "{names:?}");
        }
    }

    #[test]
    fn nothing_cut_or_changed_makes_it_panic() {
        let whole = package(&["[Content_Types].xml", "xl/workbook.xml"]);
        for at in 0..whole.len() {
            let _cut = looks(&whole[..at]);
            for byte in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = byte;
                let _any = looks(&changed);
            }
        }
    }
}
