//! Names of files: what is taken of them, and how they are handed out again.

/// The longest name, in letters.
const NAME_MAX: usize = 120;

/// What other machines cannot have in a name; it becomes `_`.
const REPLACED: [char; 6] = ['<', '>', ':', '"', '|', '*'];

/// The name as it is kept: without blanks around it. The words say why it is refused.
pub fn kept_name(given: &str) -> Result<String, &'static str> {
    let name = given.trim();
    if name.contains(['/', '\\']) {
        return Err("it holds a path: send the file by its name alone");
    }
    if name.chars().any(is_unseen) {
        return Err("it holds characters that cannot be seen");
    }
    if NAME_MAX < name.chars().count() {
        return Err("it is longer than 120 letters: give the file a shorter one");
    }
    if name.is_empty() || name.starts_with('.') || name.ends_with('.') {
        return Err("it is empty, or begins or ends with a dot");
    }
    let blank = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let plain = |letter: char| if REPLACED.contains(&letter) || letter == '?' { '_' } else { letter };
    Ok(name.chars().map(blank).map(plain).collect())
}

/// Control characters, and those that turn or hide letters: `exe.pdf` must not look like `fdp.exe`.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || letter == '\u{ad}'
}

/// What stands behind the last dot; empty when there is none.
pub(crate) fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The header `Content-Disposition` (RFC 6266, with the name as in RFC 8187 for whoever reads that).
#[must_use]
pub fn disposition(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " -_.()+,=@#&'!".contains(letter);
    let plain: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", web::encoded(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    #[rustfmt::skip]
    fn a_name_is_kept_as_it_was_given_or_refused() {
        let rows = [
            ("lease.pdf",               Some("lease.pdf")),
            ("  Lease Nº 7, señal.pdf", Some("Lease Nº 7, señal.pdf")),
            ("a\u{a0}b.pdf",            Some("a b.pdf")),
            ("what: a? \"b\".pdf",      Some("what_ a_ _b_.pdf")),
            ("../../etc/passwd",        None),
            (r"C:\scans\a.pdf",         None),
            ("a\nb.pdf",                None),
            ("a\0.pdf",                 None),
            ("a\u{202e}fdp.exe",        None),
            ("a\u{200b}.pdf",           None),
            (".htaccess",               None),
            ("a.",                      None),
            ("",                        None),
            ("  ",                      None),
        ];
        for (given, kept) in rows {
            assert_eq!(kept_name(given).ok().as_deref(), kept, "{given:?}");
        }
        assert!(kept_name(&"x".repeat(121)).is_err());
        assert!(kept_name(&"é".repeat(120)).is_ok());
    }

    #[test]
    #[rustfmt::skip]
    fn a_name_is_handed_out_so_that_no_header_ends_early() {
        let rows = [
            ("lease.pdf",     "attachment; filename=\"lease.pdf\"; filename*=UTF-8''lease.pdf"),
            ("señal 100%.pdf", "attachment; filename=\"se_al 100_.pdf\"; filename*=UTF-8''se%C3%B1al%20100%25.pdf"),
            ("a\"; x=\"b.pdf",  "attachment; filename=\"a__ x=_b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22b.pdf"),
        ];
        for (name, header) in rows {
            assert_eq!(disposition(name), header);
        }
        assert_eq!((ending("a.b.PDF"), ending("a"), ending("a.")), ("PDF", "", ""));
    }

    proptest! {
        #[test]
        fn whatever_is_kept_can_be_a_header(given: String) {
            if let Ok(kept) = kept_name(&given) {
                let header = disposition(&kept);
                prop_assert!(header.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
                prop_assert_eq!(header.matches('"').count(), 2);
                prop_assert_eq!(kept_name(&kept), Ok(kept));
            }
        }
    }
}
