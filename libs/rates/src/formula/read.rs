//! `formula`: a formula from its text, or the first thing wrong with it and where.

use super::{Choice, Comparison, Expr, Function, Operator};

/// Characters of a formula, as given and as printed; the longest of a real tariff has some hundred.
const CHARACTERS_MAX: usize = 1_000;
/// Parts within each other. What walks a formula calls itself, so this bounds the stack it needs.
const DEPTH_MAX: usize = 50;
/// Parentheses, functions and signs within each other: printing puts at most one pair around each part.
const NESTED_MAX: usize = 2 * DEPTH_MAX;

const OPERAND: &str = "a number, a name or (";

/// Why a text is not a formula; characters count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaRefused {
    /// Longer than any formula of a tariff, as given or as printed.
    #[error("a formula has at most {CHARACTERS_MAX} characters, this one {found}")]
    TooLong {
        /// How many characters.
        found: usize,
    },
    /// Parts within parts, further than any formula of a tariff; a sum of many parts counts too.
    #[error("more than {DEPTH_MAX} parts within each other at character {at}; give some of them a name")]
    TooDeep {
        /// The character.
        at: usize,
    },
    /// Something else must stand here.
    #[error("expected {expected} at {found} (character {at})")]
    Unexpected {
        /// What must stand here.
        expected: &'static str,
        /// What does, in quotes, or `the end`.
        found: String,
        /// The character.
        at: usize,
    },
    /// More digits than an exact number holds.
    #[error("{number} has more than 28 digits (character {at})")]
    TooManyDigits {
        /// The number.
        number: String,
        /// The character.
        at: usize,
    },
    /// A word before `(` that is none of the functions.
    #[error("no function is named '{name}' (character {at}); known are min, max, round, round_even, floor, ceil, if")]
    UnknownFunction {
        /// The word.
        name: String,
        /// The character.
        at: usize,
    },
    /// A function of one number was given more.
    #[error("{function} takes one number, not {found} (character {at})")]
    TooManyArguments {
        /// The function.
        function: &'static str,
        /// How many it was given.
        found: usize,
        /// The character.
        at: usize,
    },
}

/// Reads a whole text as one formula.
pub(super) fn formula(text: &str) -> Result<Expr, FormulaRefused> {
    fits(text)?;
    let mut reader = Reader { text, at: 0, nested: 0 };
    let part = reader.sum()?;
    if reader.next().is_some() {
        return Err(reader.unexpected("+, -, *, / or the end"));
    }
    fits(&part.expr.to_string())?;
    Ok(part.expr)
}

fn fits(text: &str) -> Result<(), FormulaRefused> {
    let found = text.chars().count();
    if found <= CHARACTERS_MAX { Ok(()) } else { Err(FormulaRefused::TooLong { found }) }
}

/// A text and how far it is read.
struct Reader<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
    nested: usize,
}

/// An expression and how many parts are within each other in it.
struct Part {
    expr: Expr,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Products with + or - between them.
    fn sum(&mut self) -> Result<Part, FormulaRefused> {
        self.chain([('+', Operator::Add), ('-', Operator::Subtract)], |reader| {
            reader.chain([('*', Operator::Multiply), ('/', Operator::Divide)], Reader::signed)
        })
    }

    /// Parts of one kind with operators between them, the first two taken together first.
    fn chain(
        &mut self,
        operators: [(char, Operator); 2],
        part: impl Fn(&mut Reader<'a>) -> Result<Part, FormulaRefused>,
    ) -> Result<Part, FormulaRefused> {
        let mut left = part(self)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.next() == Some(*sign)) {
            self.at += 1;
            let right = part(self)?;
            let depth = left.depth.max(right.depth);
            left = self.deeper(depth, Expr::binary(*operator, left.expr, right.expr))?;
        }
        Ok(left)
    }

    /// A part, perhaps with a minus before it.
    fn signed(&mut self) -> Result<Part, FormulaRefused> {
        if !self.takes('-') {
            return self.operand();
        }
        let part = self.within(Reader::signed)?;
        self.deeper(part.depth, Expr::Minus(Box::new(part.expr)))
    }

    fn operand(&mut self) -> Result<Part, FormulaRefused> {
        match self.next() {
            Some('(') => {
                self.at += 1;
                let part = self.within(Reader::sum)?;
                self.need(')', "+, -, *, / or )")?;
                Ok(part)
            }
            Some('0'..='9') => self.number(),
            Some('a'..='z') => self.named(),
            _ => Err(self.unexpected(OPERAND)),
        }
    }

    /// Digits, and perhaps a point with more digits.
    fn number(&mut self) -> Result<Part, FormulaRefused> {
        let (start, at) = (self.at, self.character());
        self.skip(|byte| byte.is_ascii_digit());
        if self.text[self.at..].starts_with('.') {
            self.at += 1;
            if !self.text[self.at..].starts_with(|first: char| first.is_ascii_digit()) {
                return Err(self.unexpected("a digit"));
            }
            self.skip(|byte| byte.is_ascii_digit());
        }
        let number = &self.text[start..self.at];
        let exact = crate::text::decimal(number);
        let exact = exact.ok_or_else(|| FormulaRefused::TooManyDigits { number: number.to_owned(), at })?;
        Ok(Part { expr: Expr::Number(exact), depth: 1 })
    }

    /// A name, or a function with its arguments.
    fn named(&mut self) -> Result<Part, FormulaRefused> {
        let (start, at) = (self.at, self.character());
        self.skip(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let name = &self.text[start..self.at];
        let function = Function::ALL.iter().find(|(_, word)| *word == name);
        if function.is_none() && name != "if" {
            if self.next() == Some('(') {
                return Err(FormulaRefused::UnknownFunction { name: name.to_owned(), at });
            }
            return Ok(Part { expr: Expr::name(name), depth: 1 });
        }
        self.need('(', "( and what the function is of")?;
        let part = match function {
            Some((function, word)) => self.within(|reader| reader.call(*function, word, at))?,
            None => self.within(Reader::choice)?,
        };
        Ok(part)
    }

    fn call(&mut self, function: Function, word: &'static str, at: usize) -> Result<Part, FormulaRefused> {
        let mut parts = vec![self.sum()?];
        while self.takes(',') {
            parts.push(self.sum()?);
        }
        self.need(')', "+, -, *, /, a comma or )")?;
        let takes_many = matches!(function, Function::Min | Function::Max);
        if !takes_many && parts.len() != 1 {
            return Err(FormulaRefused::TooManyArguments { function: word, found: parts.len(), at });
        }
        let depth = parts.iter().map(|part| part.depth).max().unwrap_or_default();
        self.deeper(depth, Expr::Call(function, parts.into_iter().map(|part| part.expr).collect()))
    }

    /// What stands in the parentheses of `if`.
    fn choice(&mut self) -> Result<Part, FormulaRefused> {
        let left = self.sum()?;
        let _ = self.next();
        let rest = &self.text[self.at..];
        let Some((comparison, sign)) = Comparison::ALL.iter().find(|(_, sign)| rest.starts_with(sign)) else {
            return Err(self.unexpected("<, <=, > or >="));
        };
        self.at += sign.len();
        let right = self.sum()?;
        self.need(',', "+, -, *, / or a comma")?;
        let then = self.sum()?;
        self.need(',', "+, -, *, / or a comma")?;
        let otherwise = self.sum()?;
        self.need(')', "+, -, *, / or )")?;
        let depth = [&left, &right, &then, &otherwise].iter().map(|part| part.depth).max().unwrap_or_default();
        let (left, right, then, otherwise) = (left.expr, right.expr, then.expr, otherwise.expr);
        let choice = Choice { left, comparison: *comparison, right, then, otherwise };
        self.deeper(depth, Expr::If(Box::new(choice)))
    }

    /// Reads something inside what is being read.
    fn within(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<Part, FormulaRefused>,
    ) -> Result<Part, FormulaRefused> {
        if self.nested == NESTED_MAX {
            return Err(FormulaRefused::TooDeep { at: self.character() });
        }
        self.nested += 1;
        let part = read(self)?;
        self.nested -= 1;
        Ok(part)
    }

    /// An expression around parts of that depth.
    fn deeper(&self, depth: usize, expr: Expr) -> Result<Part, FormulaRefused> {
        if depth == DEPTH_MAX {
            return Err(FormulaRefused::TooDeep { at: self.character() });
        }
        Ok(Part { expr, depth: depth + 1 })
    }

    /// The next letter that is not a space, without taking it.
    fn next(&mut self) -> Option<char> {
        self.skip(|byte| byte.is_ascii_whitespace());
        self.text[self.at..].chars().next()
    }

    fn takes(&mut self, sign: char) -> bool {
        let is_there = self.next() == Some(sign);
        self.at += if is_there { sign.len_utf8() } else { 0 };
        is_there
    }

    fn need(&mut self, sign: char, expected: &'static str) -> Result<(), FormulaRefused> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        let rest = self.text[self.at..].bytes();
        self.at += rest.take_while(|byte| is_skipped(*byte)).count();
    }

    /// Where the reader is, for a message.
    fn character(&self) -> usize {
        self.text[..self.at].chars().count() + 1
    }

    fn unexpected(&mut self, expected: &'static str) -> FormulaRefused {
        let found = match self.next() {
            None => "the end".to_owned(),
            Some(_) => format!("'{}'", self.word().escape_debug()),
        };
        FormulaRefused::Unexpected { expected, found, at: self.character() }
    }

    /// The word, number or sign that begins here.
    fn word(&self) -> String {
        let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        let rest = &self.text[self.at..];
        let word: String = rest.chars().take_while(is_word).collect();
        if word.is_empty() { rest.chars().take(1).collect() } else { word }
    }
}
