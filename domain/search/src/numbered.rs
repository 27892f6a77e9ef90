//! `Numbered`: a question as numbers are looked up by it, however it was typed or pasted: with plain digits and dashes, and
//! without the words before it that say of what it is the number.

use crate::words::QUESTION_MAX;

/// Digits of an account's serial number at least, for its check digit to stand behind a space: house numbers have fewer.
const SERIAL_DIGITS_MIN: usize = 6;

/// What a number may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// An account, or the customer who has it.
    Account,
    Bill,
    Meter,
    Phone,
    Point,
}

/// What people put before a number, and of what it is then; some words say nothing about that.
#[rustfmt::skip]
const LABELS: [(&str, Option<Named>); 17] = [
    ("account", Some(Named::Account)), ("acct", Some(Named::Account)), ("acc", Some(Named::Account)),
    ("customer", Some(Named::Account)), ("bill", Some(Named::Bill)), ("invoice", Some(Named::Bill)),
    ("meter", Some(Named::Meter)), ("phone", Some(Named::Phone)), ("telephone", Some(Named::Phone)),
    ("tel", Some(Named::Phone)), ("cell", Some(Named::Phone)), ("mobile", Some(Named::Phone)),
    ("point", Some(Named::Point)), ("service", None), ("serial", None), ("number", None), ("no", None),
];

/// A question that may be a number. Names and addresses are looked for by all words of it, these ones too.
pub(crate) struct Numbered {
    /// As it was typed.
    typed: String,
    /// Plainly, without what was put before it.
    plain: String,
    named: Option<Named>,
}

impl Numbered {
    /// What a question says as a number.
    pub(crate) fn of(question: &str) -> Numbered {
        let typed: String = question.chars().take(QUESTION_MAX).collect();
        let letters = plain_letters(&typed);
        let (named, number) = unlabeled(&letters);
        let number: Vec<&str> = number.trim_start_matches(['#', ' ']).split('-').map(str::trim).collect();
        Numbered { typed: typed.trim().to_owned(), plain: with_check_digit(number.join("-")), named }
    }

    /// The number as one of these; `None` where it was said to be one of something else.
    pub(crate) fn plain(&self, named: Named) -> Option<&str> {
        self.named.is_none_or(|said| said == named).then_some(self.plain.as_str())
    }

    /// The ways to look it up as one of these: plainly, then as it was typed, for whatever another system called so.
    pub(crate) fn ways(&self, named: Named) -> Vec<&str> {
        let typed = self.typed.as_str();
        self.plain(named).filter(|plain| *plain != typed).into_iter().chain([typed]).collect()
    }

    /// The same in capital and in small letters.
    pub(crate) fn ways_in_letters(&self, named: Named) -> Vec<String> {
        let ways = self.ways(named).into_iter();
        ways.flat_map(|way| [way.to_owned(), way.to_uppercase(), way.to_lowercase()]).collect()
    }

    /// The ways to look it up as a reference such as `P000017-W`, of which the dash may be lacking.
    pub(crate) fn references(&self) -> Vec<String> {
        let mut ways = self.ways_in_letters(Named::Point);
        if let Some(plain) = self.plain(Named::Point) {
            let capital = plain.to_uppercase();
            let front = capital.trim_end_matches(char::is_alphabetic);
            let end = &capital[front.len()..];
            if front.ends_with(|letter: char| letter.is_ascii_digit()) && !end.is_empty() {
                ways.push(format!("{front}-{end}"));
            }
            ways.push(capital.replace(' ', "-"));
        }
        ways
    }
}

/// The text with digits and signs of full width as plain ones, one kind of dash, single spaces, and without what nobody sees.
fn plain_letters(text: &str) -> String {
    let plain = |letter: char| match letter {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Some('-'),
        // Signs of full width stand in the order of the plain ones.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xff01 + u32::from('!')),
        letter => Some(letter),
    };
    let letters: String = text.chars().filter_map(plain).collect();
    letters.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// What a number is of and the number, where such words stand before one; otherwise the whole text.
fn unlabeled(text: &str) -> (Option<Named>, &str) {
    const BETWEEN: [char; 4] = [' ', '#', ':', '.'];
    let (mut named, mut rest) = (None, text);
    loop {
        let behind = rest.trim_start_matches(char::is_alphabetic);
        let word = rest[..rest.len() - behind.len()].to_lowercase();
        let label = LABELS.iter().find(|(label, _)| *label == word && behind.starts_with(BETWEEN));
        let Some((_, said)) = label else { break };
        named = named.or(*said);
        rest = behind.trim_start_matches(BETWEEN);
    }
    match rest.contains(|letter: char| letter.is_ascii_digit()) {
        true => (named, rest),
        false => (None, text),
    }
}

/// A dash where a space stands before a check digit: `100042 4` is account 100042-4, and `213 4` may be a house and a door.
fn with_check_digit(text: String) -> String {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(' ') {
        Some((serial, digit))
            if SERIAL_DIGITS_MIN <= serial.len() && digit.len() == 1 && is_digits(serial) && is_digits(digit) =>
        {
            format!("{serial}-{digit}")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_was_typed_or_pasted() {
        use Named::{Account, Bill, Meter, Phone, Point};
        #[rustfmt::skip]
        let rows = [
            // question                | said to be of | number
            ("100001-7",                 None,           "100001-7"),
            (" 100001  7 ",              None,           "100001-7"),
            ("100001\u{2013}7",          None,           "100001-7"),
            ("100001\u{a0}\u{2212} 7",   None,           "100001-7"),
            ("#100001-7\u{200b}",        None,           "100001-7"),
            ("１００００１－７",              None,           "100001-7"),
            ("account 100001-7",         Some(Account),  "100001-7"),
            ("Acct. No. 100001 7",       Some(Account),  "100001-7"),
            ("Customer: C1",             Some(Account),  "C1"),
            ("Bill #75-3",               Some(Bill),     "75-3"),
            ("meter SB200000",           Some(Meter),    "SB200000"),
            ("tel 602-555-0118",         Some(Phone),    "602-555-0118"),
            ("phone number (602) 5",     Some(Phone),    "(602) 5"),
            ("service point P000000 W",  Some(Point),    "P000000 W"),
            // No number, or the name of somebody.
            ("Bill Meter",               None,           "Bill Meter"),
            ("Billings 12",              None,           "Billings 12"),
            ("BILL-12",                  None,           "BILL-12"),
            ("213 4",                    None,           "213 4"),
            ("#",                        None,           ""),
            ("",                         None,           ""),
        ];
        for (question, named, number) in rows {
            let read = Numbered::of(question);
            assert_eq!((read.named, read.plain.as_str()), (named, number), "{question}");
        }
    }

    #[test]
    fn what_another_system_called_so_is_still_looked_up() {
        assert_eq!(Numbered::of("bill 75-3").ways(Named::Bill), ["75-3", "bill 75-3"]);
        assert_eq!(Numbered::of("bill 75-3").ways(Named::Account), ["bill 75-3"]);
        assert_eq!(Numbered::of("A1").ways(Named::Account), ["A1"]);
        for typed in ["P000000-W", "p000000 w", "p000000w", "point P000000\u{2013}W"] {
            assert!(Numbered::of(typed).references().contains(&"P000000-W".to_owned()), "{typed}");
        }
    }
}
