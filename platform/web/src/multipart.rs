//! Forms with files, as browsers send them (RFC 7578): parts between lines that carry a boundary.

use axum::body::Bytes;

/// One part: the name of its field, what it holds, and the file's name when it is a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: Bytes,
}

/// The longest boundary (RFC 2046, 5.1.1).
const BOUNDARY_MAX: usize = 70;
/// The longest head of a part.
const HEAD_MAX: usize = 8 * 1024;
/// The most parts.
const PARTS_MAX: usize = 200;

/// The boundary that a content type names.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    named.filter(|boundary| (1..=BOUNDARY_MAX).contains(&boundary.len()))
}

/// Takes a body apart; nothing is copied. `None` when it is not written as it should be.
pub(crate) fn parts(body: &Bytes, boundary: &str) -> Option<Vec<Part>> {
    let opening = format!("--{boundary}");
    let closing = format!("\r\n{opening}");
    let mut at = body.starts_with(opening.as_bytes()).then_some(opening.len())?;
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let rest = rest.strip_prefix(b"\r\n").filter(|_| parts.len() < PARTS_MAX)?;
        let head_end = find(rest.get(..rest.len().min(HEAD_MAX))?, b"\r\n\r\n")?;
        let (name, file_name) = names(std::str::from_utf8(rest.get(..head_end)?).ok()?)?;
        let begin = at + 2 + head_end + 4;
        let length = find(body.get(begin..)?, closing.as_bytes())?;
        parts.push(Part { name, file_name, bytes: body.slice(begin..begin + length) });
        at = begin + length + closing.len();
    }
}

/// The names in the head of a part.
fn names(head: &str) -> Option<(String, Option<String>)> {
    let is_ours = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let line = head.split("\r\n").find(is_ours)?;
    Some((quoted(line, "name")?, quoted(line, "filename")))
}

/// A quoted parameter. Browsers write `%22` for a quote within it, other programs `\"`.
fn quoted(line: &str, name: &str) -> Option<String> {
    let begin = format!("; {name}=\"");
    let start = line.find(&begin)? + begin.len();
    let mut value = String::new();
    let mut letters = line.get(start..)?.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")),
            '\\' => match letters.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                // A path of another machine, not an escape.
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        from += haystack.get(from..)?.iter().position(|byte| *byte == first)?;
        if haystack.get(from..)?.starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(body: &str) -> Option<Vec<(String, Option<String>, String)>> {
        let parts = parts(&Bytes::from(body.to_owned()), "b")?;
        let read = |part: Part| (part.name, part.file_name, String::from_utf8(part.bytes.to_vec()).unwrap());
        Some(parts.into_iter().map(read).collect())
    }

    #[test]
    fn a_boundary_is_read_from_the_content_type() {
        #[rustfmt::skip]
        let rows = [
            ("multipart/form-data; boundary=abc",                    Some("abc")),
            ("multipart/form-data; charset=utf-8; boundary=\"a b\"", Some("a b")),
            ("Multipart/Form-Data;boundary=x",                       Some("x")),
            ("multipart/form-data",                                  None),
            ("multipart/form-data; boundary=",                       None),
            ("multipart/mixed; boundary=x",                          None),
            ("application/x-www-form-urlencoded",                    None),
        ];
        for (written, read) in rows {
            assert_eq!(boundary(written), read, "{written}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }

    #[test]
    fn fields_and_files_are_taken_apart() {
        let head = "Content-Disposition: form-data; name=";
        let body = format!(
            "--b\r\n{head}\"key\"\r\n\r\nabc\r\n--b\r\n{head}\"none\"\r\n\r\n\r\n--b\r\n{head}\"file\"; \
             filename=\"a %22b%22.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n--c\r\n\r\n--b--\r\n"
        );
        let file = ("file".into(), Some("a \"b\".txt".into()), "one\r\n--c\r\n".into());
        let rows = vec![("key".into(), None, "abc".into()), ("none".into(), None, String::new()), file];
        assert_eq!(taken(&body), Some(rows));
        assert_eq!(taken("--b--"), Some(vec![]));
        for broken in [
            "",
            "--c\r\n",
            "--b\r\n",
            "--b\r\nX: y\r\n\r\n\r\n--b--",
            &body[..body.len() - 9],
            "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--b--",
        ] {
            assert_eq!(taken(broken), None, "{broken}");
        }
    }

    #[test]
    fn backslashes_of_paths_and_of_quotes_are_told_apart() {
        #[rustfmt::skip]
        let rows = [
            (r#"; filename="C:\scans\a.pdf""#, r"C:\scans\a.pdf"),
            (r#"; filename="a \"b\".pdf""#,     r#"a "b".pdf"#),
            (r#"; filename="a\\b.pdf""#,        r"a\b.pdf"),
        ];
        for (written, read) in rows {
            assert_eq!(quoted(written, "filename").as_deref(), Some(read), "{written}");
        }
    }

    #[test]
    fn nothing_cut_or_changed_makes_it_panic() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nc\r\n--b--\r\n";
        for at in 0..body.len() {
            let mut bytes = body.as_bytes().to_vec();
            let _cut = parts(&Bytes::from(bytes[..at].to_vec()), "b");
            for byte in [0, b'\r', b'\n', b'-', b'"', 0xff] {
                bytes[at] = byte;
                let _changed = parts(&Bytes::from(bytes.clone()), "b");
            }
        }
    }
}
