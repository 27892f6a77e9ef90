//! What a file is: told from its bytes, never from its name or from what a browser claims.

mod zip;

/// A kind of file that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Media {
    /// A PDF document.
    Pdf,
    /// A PNG image.
    Png,
    /// A JPEG image.
    Jpeg,
    /// A TIFF image.
    Tiff,
    /// An image as telephones take them.
    Heic,
    /// Plain text.
    Text,
    /// A table as text.
    Csv,
    /// A spreadsheet.
    Xlsx,
    /// A text document.
    Docx,
}

/// What bytes look like. Text and tables look alike; their name tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Like this kind.
    Like(Media),
    /// Like text.
    Written,
    /// Like an office document with macros, or a package of something else.
    Macros,
    /// Like nothing that is kept.
    Strange,
}

/// Kind, media type, what it is called, the endings of its names.
const ALL: [(Media, &str, &str, &[&str]); 9] = [
    (Media::Pdf, "application/pdf", "PDF", &["pdf"]),
    (Media::Png, "image/png", "PNG image", &["png"]),
    (Media::Jpeg, "image/jpeg", "JPEG image", &["jpg", "jpeg"]),
    (Media::Tiff, "image/tiff", "TIFF image", &["tif", "tiff"]),
    (Media::Heic, "image/heic", "HEIC image", &["heic", "heif"]),
    (Media::Text, "text/plain", "plain text", &["txt"]),
    (Media::Csv, "text/csv", "CSV table", &["csv"]),
    (Media::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel spreadsheet", &["xlsx"]),
    (
        Media::Docx,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "Word document",
        &["docx"],
    ),
];

/// The names of the first bytes: where they begin, and what they are.
const MARKS: [(usize, &[u8], Media); 10] = [
    (0, b"%PDF-", Media::Pdf),
    (0, b"\x89PNG\r\n\x1a\n", Media::Png),
    (0, b"\xff\xd8\xff", Media::Jpeg),
    (0, b"II*\0", Media::Tiff),
    (0, b"MM\0*", Media::Tiff),
    (4, b"ftypheic", Media::Heic),
    (4, b"ftypheix", Media::Heic),
    (4, b"ftypheif", Media::Heic),
    (4, b"ftypmif1", Media::Heic),
    (4, b"ftyphevc", Media::Heic),
];

/// What browsers would run if they were asked to show it.
const PAGES: [&str; 6] = ["<!doctype", "<html", "<script", "<svg", "<?xml", "<?php"];

impl Media {
    /// Its media type.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// The kind with a media type.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Media> {
        ALL.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    /// The kind whose names end so.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Media> {
        let ending = ending.to_ascii_lowercase();
        ALL.iter().find(|row| row.3.contains(&ending.as_str())).map(|row| row.0)
    }

    /// The media type it is handed out under: office documents, which programs run, under none in particular.
    #[must_use]
    pub fn handed_out_as(self) -> &'static str {
        match self {
            Media::Text => "text/plain; charset=utf-8",
            Media::Csv => "text/csv; charset=utf-8",
            Media::Pdf | Media::Png | Media::Jpeg | Media::Tiff | Media::Heic => self.code(),
            Media::Xlsx | Media::Docx => "application/octet-stream",
        }
    }

    /// What is kept, in words.
    #[must_use]
    pub fn all_in_words() -> String {
        let titles: Vec<&str> = ALL.iter().map(|row| row.2).collect();
        titles.join(", ")
    }

    /// All endings, for the browser's list of files: `.pdf,.png`.
    #[must_use]
    pub fn all_endings() -> String {
        let endings: Vec<String> = ALL.iter().flat_map(|row| row.3).map(|ending| format!(".{ending}")).collect();
        endings.join(",")
    }

    fn row(self) -> &'static (Media, &'static str, &'static str, &'static [&'static str]) {
        ALL.iter().find(|row| row.0 == self).expect("every kind has a row")
    }
}

/// What bytes look like.
#[must_use]
pub fn looks(bytes: &[u8]) -> Looks {
    let is_marked = |(from, mark, _): &&(usize, &[u8], Media)| bytes.get(*from..).is_some_and(|b| b.starts_with(mark));
    if let Some((_, _, media)) = MARKS.iter().find(is_marked) {
        return Looks::Like(*media);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return zip::looks(bytes);
    }
    if is_text(bytes) { Looks::Written } else { Looks::Strange }
}

/// UTF-8 without control characters, and no page of a browser.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}');
    let is_odd = |letter: char| letter.is_control() && !['\t', '\n', '\r', '\u{c}'].contains(&letter);
    if text.is_empty() || text.chars().any(is_odd) {
        return false;
    }
    let begins: String = text.trim_start().chars().take(12).collect::<String>().to_ascii_lowercase();
    !PAGES.iter().any(|page| begins.starts_with(page))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    #[rustfmt::skip]
    fn what_a_file_is_follows_from_its_bytes() {
        use Looks::{Like, Strange, Written};
        let rows: [(&[u8], Looks); 22] = [
            (b"%PDF-1.7\n%\xe2\xe3",              Like(Media::Pdf)),
            (b"\x89PNG\r\n\x1a\n\0\0",            Like(Media::Png)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF",       Like(Media::Jpeg)),
            (b"II*\0\x08\0",                      Like(Media::Tiff)),
            (b"MM\0*\0\0",                        Like(Media::Tiff)),
            (b"\0\0\0\x18ftypheic\0\0",           Like(Media::Heic)),
            (b"\0\0\0\x18ftypmif1\0\0",           Like(Media::Heic)),
            (b"\0\0\0\x18ftypisom\0\0",           Strange),
            (b"a leak was fixed\r\non 7/1\n",     Written),
            ("\u{feff}Straße,1\n".as_bytes(),     Written),
            (b"caf\xe9",                          Strange),
            (b"a\0b",                             Strange),
            (b"",                                 Strange),
            (b"\xef\xbb\xbf",                     Strange),
            (b"  <!DOCTYPE html><p>",             Strange),
            (b"<svg xmlns='x'>",                  Strange),
            (b"<?xml version='1.0'?>",            Strange),
            (b"<script>alert(1)</script>",        Strange),
            (b"MZ\x90\0",                         Strange),
            (b"\x7fELF",                          Strange),
            (b"PK\x03\x04",                       Strange),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Strange),
        ];
        for (bytes, expected) in rows {
            assert_eq!(looks(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_kind_is_found_again_by_its_code_and_endings() {
        for (media, code, _, endings) in ALL {
            assert_eq!(Media::of_code(code), Some(media));
            assert!(endings.iter().all(|ending| Media::of_ending(&ending.to_uppercase()) == Some(media)));
        }
        for ending in ["", "exe", "html", "svg", "xlsm", "zip", "doc"] {
            assert_eq!(Media::of_ending(ending), None, "{ending}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _any = looks(&bytes);
            let _package = looks(&[b"PK\x03\x04", bytes.as_slice()].concat());
        }
    }
}
