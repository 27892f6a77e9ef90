//! `RustText`: a Rust file taken apart into code, comments and string literals.
//!
//! A lexer of a hundred lines, because the checks need to know no more than what is code and what is not.

use std::ops::Range;

/// A Rust file taken apart. `code` and `comments` are as long as the file, the rest of each is blank.
pub(super) struct RustText {
    pub(super) code: String,
    pub(super) comments: String,
    pub(super) literals: Vec<Literal>,
    tests: Vec<Range<usize>>,
}

/// A string literal, with escaped line ends resolved.
pub(super) struct Literal {
    pub(super) line: usize,
    pub(super) text: String,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    /// From the line of `fn` to the line of the closing brace, both counted.
    pub(super) lines: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Code,
    Comment,
    Text { opening: usize, length: usize, is_raw: bool },
    Letter,
}

impl RustText {
    /// Takes a file apart; never fails, whatever the text.
    pub(super) fn take_apart(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut code, mut comments) = (blank(bytes), blank(bytes));
        let mut literals = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let (piece, end) = piece_at(bytes, at);
            let end = end.clamp(at + 1, bytes.len());
            match piece {
                Piece::Code => code[at..end].copy_from_slice(&bytes[at..end]),
                Piece::Comment => comments[at..end].copy_from_slice(&bytes[at..end]),
                Piece::Letter => {}
                Piece::Text { opening, length, is_raw } => {
                    let inside = &bytes[at + opening..at + opening + length];
                    let inside = String::from_utf8_lossy(inside);
                    let inside = if is_raw { inside.into_owned() } else { unescaped(&inside) };
                    literals.push(Literal { line: line_of(text, at), text: inside });
                }
            }
            at = end;
        }
        let (code, comments) = (into_text(code), into_text(comments));
        let tests = test_regions(&code);
        Self { code, comments, literals, tests }
    }

    /// Whether a line belongs to a `#[cfg(test)]` item.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        self.tests.iter().any(|lines| lines.contains(&line))
    }

    /// All functions that have a body, nested ones too.
    pub(super) fn functions(&self) -> Vec<Function> {
        let code = self.code.as_bytes();
        let mut functions = Vec::new();
        for at in word_positions(&self.code, "fn") {
            let rest = self.code[at + 2..].trim_start();
            let name: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let Some(open) = body_start(code, at).filter(|_| !name.is_empty()) else { continue };
            let (line, last) = (line_of(&self.code, at), line_of(&self.code, closing_brace(code, open)));
            functions.push(Function { name, line, lines: last - line + 1 });
        }
        functions
    }
}

/// Where a word stands on its own; letters, digits and `_` are parts of a word.
pub(super) fn word_positions(text: &str, word: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_free = |at: usize| bytes.get(at).is_none_or(|byte| !is_word_byte(*byte));
    let starts = text.match_indices(word).map(|(at, _)| at);
    starts.filter(|at| (*at == 0 || is_free(at - 1)) && is_free(at + word.len())).collect()
}

/// The line, counted from 1, of a byte of the text.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn piece_at(bytes: &[u8], at: usize) -> (Piece, usize) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return (Piece::Comment, at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if rest.starts_with(b"/*") {
        return (Piece::Comment, at + block_comment(rest));
    }
    if at == 0 || !is_word_byte(bytes[at - 1]) {
        let prefix = rest.iter().take_while(|byte| matches!(byte, b'b' | b'c' | b'r')).count();
        let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
        let is_raw = rest[..prefix].contains(&b'r');
        if prefix <= 2 && rest.get(prefix + hashes) == Some(&b'"') && (is_raw || hashes == 0) {
            let opening = prefix + hashes + 1;
            let length = if is_raw { raw_length(&rest[opening..], hashes) } else { text_length(&rest[opening..]) };
            return (Piece::Text { opening, length, is_raw }, at + opening + length + 1 + hashes);
        }
    }
    match rest {
        [b'\'', b'\\', _, tail @ ..] => {
            (Piece::Letter, at + 3 + tail.iter().position(|byte| *byte == b'\'').unwrap_or(0) + 1)
        }
        [b'\'', first, ..] => match rest.get(1 + letter_length(*first)) {
            Some(b'\'') => (Piece::Letter, at + 2 + letter_length(*first)),
            // A lifetime.
            Some(_) | None => (Piece::Code, at + 1),
        },
        _ => (Piece::Code, at + 1),
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn raw_length(inside: &[u8], hashes: usize) -> usize {
    let closes = |at: &usize| inside[*at] == b'"' && inside[at + 1..].iter().take(hashes).eq(vec![b'#'; hashes].iter());
    (0..inside.len()).find(closes).unwrap_or(inside.len())
}

fn text_length(inside: &[u8]) -> usize {
    let mut at = 0;
    while at < inside.len() && inside[at] != b'"' {
        at += if inside[at] == b'\\' { 2 } else { 1 };
    }
    at.min(inside.len())
}

/// How many bytes a letter has, told by the first of them.
fn letter_length(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
    }
}

fn unescaped(inside: &str) -> String {
    let mut text = String::new();
    let mut letters = inside.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, if letter == '\\' { letters.next() } else { None }) {
            ('\\', Some('\n')) => while letters.next_if(|next| next.is_whitespace()).is_some() {},
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some(other)) => text.push(other),
            (other, _) => text.push(other),
        }
    }
    text
}

fn test_regions(code: &str) -> Vec<Range<usize>> {
    let regions = code.match_indices("#[cfg(test)]").map(|(at, mark)| {
        let after = at + mark.len();
        let end = match body_start(code.as_bytes(), after) {
            Some(open) => closing_brace(code.as_bytes(), open),
            None => after + code[after..].find(';').unwrap_or(0),
        };
        line_of(code, at)..line_of(code, end) + 1
    });
    regions.collect()
}

/// The opening brace of the body that follows, or nothing if a semicolon comes first.
fn body_start(code: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing_brace(code: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    code.len()
}

fn blank(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' }).collect()
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(text: &str) -> Vec<String> {
        RustText::take_apart(text).literals.into_iter().map(|literal| literal.text).collect()
    }

    #[test]
    fn code_comments_and_literals_are_told_apart() {
        let text =
            RustText::take_apart("let a = \"sqlx\"; // sqlx\nlet b = 'x'; /* a /* b */ c */ sqlx::run::<'a>();\n");
        assert_eq!(word_positions(&text.code, "sqlx").len(), 1);
        assert_eq!(word_positions(&text.comments, "sqlx").len(), 1);
        assert_eq!(text.literals.len(), 1);
        assert!(text.code.contains("::<'a>();") && !text.code.contains('c'));
    }

    #[test]
    fn every_kind_of_literal_ends_where_it_ends() {
        assert_eq!(literals(r##"f("a\"b", r#"c"d"#, b"e", '"', '\'', "g")"##), ["a\"b", "c\"d", "e", "g"]);
        assert_eq!(literals("f(\"select a \\\n    from b\")"), ["select a from b"]);
        assert_eq!(literals("f('é', \"é\", \"unfinished"), ["é", "unfinished"]);
    }

    #[test]
    fn functions_are_measured_by_their_braces() {
        let text =
            "trait T { fn no_body(a: [u8; 2]); }\nfn one(f: fn(u8)) -> [u8; 2] {\n    let s = \"}\";\n    [1, 2]\n}\n";
        let functions = RustText::take_apart(text).functions();
        assert_eq!(functions, [Function { name: "one".to_owned(), line: 2, lines: 4 }]);
    }

    #[test]
    fn test_modules_are_known() {
        let text = RustText::take_apart("//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n");
        let lines: Vec<usize> = (1..=7).filter(|line| text.is_test_line(*line)).collect();
        assert_eq!(lines, [3, 4, 5, 6]);
    }

    #[test]
    fn odd_text_is_survived() {
        for text in ["'", "'\\", "\"\\", "r#\"", "/*", "b", "fn", "fn x", "#[cfg(test)]", "}}", "é'é"] {
            RustText::take_apart(text).functions();
        }
    }
}
