//! Reading holds for any bytes: nothing panics, lines are counted right, what is wrong is named.

use std::io::Cursor;

use imports::{Digesting, Field, FileRefused, Line, Lines, Mapping, Need, RecordReader};
use kernel::{Digest, Refusal};
use proptest::prelude::*;

const FIELDS: &[Field] = &[
    Field { name: "code", need: Need::Always },
    Field { name: "title", need: Need::Maybe },
    Field { name: "unit", need: Need::Maybe },
];

/// A field and the rule it breaks.
type Breach = (&'static str, &'static str);

fn lines(bytes: &[u8]) -> Result<Lines, FileRefused> {
    Lines::read("f.csv".to_owned(), Box::new(Cursor::new(bytes.to_vec())), Digesting::On)
}

fn reader(bytes: &[u8]) -> Result<RecordReader, FileRefused> {
    let mapping = "[columns]\ncode='Code'\ntitle='Title'\n[constants]\nunit=' ccf '";
    RecordReader::of(lines(bytes)?, FIELDS, &Mapping::parse(mapping, FIELDS).unwrap())
}

fn all(bytes: &[u8]) -> Result<Vec<Line>, FileRefused> {
    let mut reader = reader(bytes)?;
    let mut all = Vec::new();
    while let Some(line) = reader.next_line()? {
        all.push(line);
    }
    Ok(all)
}

#[test]
#[rustfmt::skip]
fn a_line_that_cannot_come_in_is_named_with_field_and_rule() {
    let long = format!("{},x,y", "a".repeat(201));
    let rows: [(&[u8], Option<Breach>); 18] = [
        (b"a,x,y",               None),
        (b" a , x ,y",           None),
        (b"a,,",                 None),
        (b"\"a,b\",x,y",         None),
        (b"a,x,\xff",            None),
        (b"a",                   Some(("Title", "fields"))),
        (b"a,x",                 Some(("Other", "fields"))),
        (b"a,1,234,y",           Some(("Other", "fields"))),
        (b"\"a,x,y\"",           Some(("Title", "fields"))),
        (b",x,y",                Some(("code",  "present"))),
        (b"  ,x,y",              Some(("code",  "present"))),
        (b"\"\",x,y",            Some(("code",  "present"))),
        (b"\xff,x,y",            Some(("code",  "utf8"))),
        (b"a,\xc3\x28,y",        Some(("title", "utf8"))),
        (b"a,\"x\nx\",y",        Some(("title", "one_line"))),
        (b"a\0a,x,y",            Some(("code",  "one_line"))),
        (b"a,\x1b[31m,y",        Some(("title", "one_line"))),
        (long.as_bytes(),        Some(("code",  "length"))),
    ];
    for (row, expected) in rows {
        let file = [&b"Code,Title,Other\n"[..], row, b"\n"].concat();
        let all = all(&file).unwrap();
        let said = all[0].said.as_ref().map(|_| ()).map_err(|reject| (reject.field.as_str(), reject.rule));
        assert_eq!(said.err(), expected, "{}", String::from_utf8_lossy(row));
        assert_eq!((all.len(), all[0].line), (1, 2), "{}", String::from_utf8_lossy(row));
    }
}

#[test]
fn a_record_has_the_values_of_columns_and_constants() {
    let all = all("\u{feff}Other,\"Code\",Title\n1, a ,\n2,b,\"Ä, b\"\n".as_bytes()).unwrap();
    let record = |place: usize| all[place].said.as_ref().unwrap();
    let texts = |place: usize| ["code", "title", "unit"].map(|field| record(place).text(field).to_owned());
    assert_eq!(texts(0), ["a", "", "ccf"]);
    assert_eq!(texts(1), ["b", "Ä, b", "ccf"]);
}

#[test]
fn a_file_that_cannot_be_used_is_refused_whole() {
    let open_quote = [b"Code,Title\n\"", &vec![b'a'; 17 * 1024 * 1024][..]].concat();
    let rows: [(&[u8], &str); 9] = [
        (b"", "file_empty"),
        (b"\n\n", "file_empty"),
        (b"Code;Title\na;b\n", "file_column"),
        (b"Code,Title,Code\na,b,c\n", "file_column"),
        (b"Title\nb\n", "file_column"),
        (&open_quote, "file_damaged"),
        (b"Code,Title\na,\"b", "file_damaged"),
        (b"Code,Title\na,b\n\n\"\n\n", "file_damaged"),
        (b"Code,\"Title\na,b\n", "file_column"),
    ];
    for (file, code) in rows {
        let refused = all(file).map(|all| all.len()).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    }
}

#[test]
fn a_monstrous_record_is_read_and_kept_short() {
    let file = format!("Code,Other,Title\na,{},t\n{},x,y\nb,,\n", "o".repeat(2_000_000), "a".repeat(2_000_000));
    let all = all(file.as_bytes()).unwrap();
    assert_eq!(all[0].said.as_ref().unwrap().text("title"), "t");
    assert_eq!(all[1].said.as_ref().unwrap_err().rule, "length");
    assert!(all[2].said.is_ok());
    let kept: Vec<usize> = all.iter().map(|line| line.fields.as_slice().len()).collect();
    assert_eq!(kept, [1_002, 1_002, 1]);
}

#[test]
fn the_digest_is_that_of_all_bytes() {
    for file in ["\u{feff}Code,Title\r\na,b\r\n\r\n", "Code\na", "C\n\n\n\"a\n\""] {
        let (digest, _) = lines(file.as_bytes()).unwrap().measure().unwrap();
        let mut builder = kernel::DigestBuilder::new();
        assert_eq!(digest, builder.stream(file.as_bytes()).finish(), "{file:?}");
        assert_eq!(digest, Digest::of(file.as_bytes()));
    }
}

/// A record: blank lines in front of it, and whether its title spans lines.
type Shape = (usize, bool);

proptest! {
    #[test]
    fn nothing_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = all(&bytes);
        let file = [&b"Code,Title\n"[..], &bytes].concat();
        if let Ok(lines) = all(&file) {
            for line in lines {
                let _ = line.rejected(imports::Reject::new("code", "any", ""), &["Code".to_owned()]);
            }
        }
    }

    #[test]
    fn lines_are_counted_whatever_their_ends(
        shapes in proptest::collection::vec((0..3_usize, any::<bool>()), 1..20),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        is_ended in any::<bool>(),
    ) {
        let shapes: Vec<Shape> = shapes;
        let mut text = "Code,Title".to_owned();
        let (mut line, mut expected) = (1, Vec::new());
        for (number, (blanks, is_long)) in shapes.iter().enumerate() {
            text.push_str(&end.repeat(1 + blanks));
            line += 1 + i64::try_from(*blanks).unwrap();
            expected.push(line);
            let title = if *is_long { line += 2; format!("\"x{end}{end}y\"") } else { "x".to_owned() };
            text.push_str(&format!("{number},{title}"));
        }
        if is_ended {
            text.push_str(end);
        }
        let found: Vec<i64> = all(text.as_bytes()).unwrap().iter().map(|line| line.line).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn every_record_is_read_or_rejected_and_counted(rows in proptest::collection::vec("[a-z,\"\n\r ]{0,12}", 0..30)) {
        let file = format!("Code,Title\n{}\n", rows.join("\n"));
        let Ok(lines) = all(file.as_bytes()) else {
            // A quotation mark is open at the end: found when the file is looked through.
            prop_assert_eq!(lines_of(&file).measure().unwrap_err().code(), "file_damaged");
            return Ok(());
        };
        let (_, count) = lines_of(&file).measure().unwrap();
        prop_assert_eq!(i64::try_from(lines.len()).unwrap(), count);
        let ascending = lines.windows(2).all(|pair| pair[0].line < pair[1].line);
        prop_assert!(ascending);
    }
}

fn lines_of(text: &str) -> Lines {
    lines(text.as_bytes()).unwrap()
}
