//! YAML as it is written: scalars stay text, keys keep their lines, a repeated key is reported.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use crate::finding::{Finding, Reason, TextRefused};

/// What is wrong so far.
pub(super) type Findings = Vec<Finding>;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The line of the value.
    pub(super) line: usize,
    /// The line of its key, or of the value where there is none.
    pub(super) key_line: usize,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Scalar(String),
    /// An empty value, or a word YAML has for one.
    Nothing,
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A list or map still open; a map may wait for the value of a key.
struct Open {
    node: Node,
    key: Option<(String, usize)>,
    /// The position and the line of every key so far.
    seen: BTreeMap<String, (usize, usize)>,
    key_path: String,
}

/// The deepest real file has seven levels.
const DEPTH_MAX: usize = 32;

/// The single document of a file, and every key that is there twice (the last one holds).
pub(super) fn read(text: &str) -> Result<(Node, Findings), TextRefused> {
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    let mut findings = Findings::new();
    let mut quoted = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| not_readable(&error))?;
        if matches!(event, Event::Scalar(_, style, ..) if style != ScalarStyle::Plain) {
            quoted.push((span.start.index(), span.end.index()));
        }
        let refused = |line, why: &str| Err(TextRefused::one(line, "", Reason::NotReadable(why.to_owned())));
        let line = span.start.line().max(1);
        let done = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
            Event::DocumentStart(_) if root.is_some() => return refused(line, "a second document begins here"),
            Event::DocumentStart(_) => continue,
            Event::Alias(_) => return refused(line, "references with * are not used in rate files"),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == DEPTH_MAX => {
                return refused(line, "lists are nested too deeply");
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if open.last().is_some_and(Open::awaits_key) => {
                return refused(line, "a key must be a plain word");
            }
            Event::SequenceStart(..) => {
                begin(&mut open, line, Value::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                begin(&mut open, line, Value::Map(Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|closed| closed.node),
            Event::Scalar(text, style, ..) => match open.last_mut() {
                Some(map) if map.awaits_key() => {
                    map.key = Some((text.into_owned(), line));
                    continue;
                }
                Some(_) | None => Some(scalar(&text, style, line)),
            },
        };
        let Some(node) = done else { continue };
        match open.last_mut() {
            Some(parent) => parent.take(node, &mut findings),
            None => root = Some(node),
        }
    }
    if let Some(line) = tab(text, &quoted) {
        let why = "a tab stands where other readers of these files take only blanks".to_owned();
        return Err(TextRefused::one(line, "", Reason::NotReadable(why)));
    }
    let root = root.ok_or_else(|| TextRefused::one(1, "", Reason::NotReadable("the file is empty".to_owned())))?;
    Ok((root, findings))
}

/// The line of the first tab outside of quotes and comments; `quoted` are ranges of characters.
///
/// YAML 1.2 takes such a tab as a blank, and the readers that these files were written for refuse it.
fn tab(text: &str, quoted: &[(usize, usize)]) -> Option<usize> {
    let mut quoted = quoted.iter().peekable();
    let (mut line, mut is_comment, mut is_after_blank) = (1, false, true);
    for (at, letter) in text.chars().enumerate() {
        while quoted.peek().is_some_and(|(_, end)| *end <= at) {
            quoted.next();
        }
        let is_quoted = quoted.peek().is_some_and(|(start, _)| *start <= at);
        match letter {
            '\n' => {
                line += 1;
                is_comment = false;
            }
            '#' if is_after_blank && !is_quoted => is_comment = true,
            '\t' if !is_comment && !is_quoted => return Some(line),
            _ => {}
        }
        is_after_blank = letter.is_whitespace();
    }
    None
}

impl Node {
    /// The text of a scalar; nothing for an empty one.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Nothing | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Whether the key has no value.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.value, Value::Nothing)
    }

    /// The items of a list.
    pub(super) fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Scalar(_) | Value::Nothing | Value::Map(_) => None,
        }
    }

    /// The keys and values of a map, in the order of the file.
    pub(super) fn map(&self) -> Option<&[(String, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            Value::Scalar(_) | Value::Nothing | Value::List(_) => None,
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(known, _)| known == key).map(|(_, node)| node)
    }
}

impl Open {
    fn awaits_key(&self) -> bool {
        self.key.is_none() && matches!(self.node.value, Value::Map(_))
    }

    fn take(&mut self, mut node: Node, findings: &mut Findings) {
        match &mut self.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => {
                let (key, line) = self.key.take().expect("a value in a map comes after its key");
                node.key_line = line;
                match self.seen.get(&key) {
                    Some((position, first_line)) => {
                        let reason = Reason::Duplicate { first_line: *first_line };
                        findings.push(Finding { line, key: join(&self.key_path, &key), reason });
                        entries[*position].1 = node;
                    }
                    None => {
                        self.seen.insert(key.clone(), (entries.len(), line));
                        entries.push((key, node));
                    }
                }
            }
            Value::Scalar(_) | Value::Nothing => unreachable!("only lists and maps are ever open"),
        }
    }
}

fn begin(open: &mut Vec<Open>, line: usize, value: Value) {
    let parent = open.last().map(|parent| match &parent.key {
        Some((key, _)) => join(&parent.key_path, key),
        None => parent.key_path.clone(),
    });
    let node = Node { line, key_line: line, value };
    open.push(Open { node, key: None, seen: BTreeMap::new(), key_path: parent.unwrap_or_default() });
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn scalar(text: &str, style: ScalarStyle, line: usize) -> Node {
    let is_nothing = style == ScalarStyle::Plain && ["", "~", "null"].contains(&text);
    let value = if is_nothing { Value::Nothing } else { Value::Scalar(text.trim().to_owned()) };
    Node { line, key_line: line, value }
}

fn not_readable(error: &ScanError) -> TextRefused {
    TextRefused::one(error.marker().line().max(1), "", Reason::NotReadable(error.info().to_owned()))
}
