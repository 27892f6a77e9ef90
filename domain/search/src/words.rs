//! Words as they are compared: folded, cut, with one form for what is written in several ways.

use std::collections::BTreeSet;

use kernel::search_key;

/// Letters of a word that are compared; longer ones are cut.
pub(crate) const LETTERS_MAX: usize = 24;
/// Words of a question that are looked for.
const WORDS_MAX: usize = 6;
/// Letters of a question that are read.
pub(crate) const QUESTION_MAX: usize = 100;
/// Lengths of the beginnings of words that have a list of accounts of their own.
pub(crate) const BEGINNINGS: std::ops::RangeInclusive<usize> = 2..=4;

/// What is written in several ways, with the way that is kept. From the U.S. Postal Service's Publication 28,
/// appendices B and C1, as far as such words are common.
#[rustfmt::skip]
const SAME: [(&str, &str); 51] = [
    ("avenue", "ave"), ("av", "ave"), ("boulevard", "blvd"), ("circle", "cir"), ("court", "ct"), ("drive", "dr"),
    ("lane", "ln"), ("parkway", "pkwy"), ("place", "pl"), ("plaza", "plz"), ("road", "rd"), ("square", "sq"),
    ("street", "st"), ("str", "st"), ("terrace", "ter"), ("trail", "trl"), ("highway", "hwy"),
    ("crossing", "xing"), ("heights", "hts"), ("junction", "jct"), ("mountain", "mtn"), ("saint", "st"),
    ("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"), ("northeast", "ne"), ("northwest", "nw"),
    ("southeast", "se"), ("southwest", "sw"),
    ("apartment", "apt"), ("building", "bldg"), ("suite", "ste"), ("space", "spc"),
    ("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"), ("fifth", "5th"), ("sixth", "6th"),
    ("seventh", "7th"), ("eighth", "8th"), ("ninth", "9th"), ("tenth", "10th"),
    ("company", "co"), ("corporation", "corp"), ("incorporated", "inc"), ("limited", "ltd"), ("association", "assn"),
    ("brothers", "bros"), ("center", "ctr"),
];

/// What a word of a city ends with.
const PLACED: char = '@';

/// One word of a question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    /// As it is kept.
    pub(crate) word: String,
    /// As it was typed, folded, where that is another one: the beginning of `street` is not that of `st`.
    pub(crate) typed: String,
}

/// The words of a text, as they are kept for searching: `O'Brien` is found as `brien` and as `obrien`.
pub(crate) fn words_of(text: &str) -> BTreeSet<String> {
    let key = search_key(text);
    let mut words = BTreeSet::new();
    let mut before = "";
    for word in key.split(' ').filter(|word| !word.is_empty()) {
        words.insert(kept(word));
        if before.chars().count() == 1 && !before.starts_with(|letter: char| letter.is_ascii_digit()) {
            words.insert(kept(&format!("{before}{word}")));
        }
        before = word;
    }
    words
}

impl Asked {
    /// Whether it is a number, such as that of a house: another number is another house.
    pub(crate) fn is_number(&self) -> bool {
        self.word.contains(|letter: char| letter.is_ascii_digit())
    }
}

/// All words of a question, each once, in the order in which they were typed.
pub(crate) fn typed_words(question: &str) -> Vec<Asked> {
    let question: String = question.chars().take(QUESTION_MAX).collect();
    let key = search_key(&question);
    let mut asked: Vec<Asked> = Vec::new();
    for typed in key.split(' ').filter(|word| !word.is_empty()) {
        let one = Asked { word: kept(typed), typed: cut(typed) };
        if asked.iter().all(|other| other.word != one.word) {
            asked.push(one);
        }
    }
    asked
}

/// The words of a question that are looked for. Single letters say too little beside others, and of more words than are
/// looked for the numbers stay.
pub(crate) fn asked_words(question: &str) -> Vec<Asked> {
    let mut asked = typed_words(question);
    if asked.iter().any(|one| is_telling(&one.word)) {
        asked.retain(|one| is_telling(&one.word));
    }
    while WORDS_MAX < asked.len() {
        let last = asked.iter().rposition(|one| !one.is_number()).unwrap_or(asked.len() - 1);
        asked.remove(last);
    }
    asked
}

fn is_telling(word: &str) -> bool {
    1 < word.chars().count() || word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// A folded word as it is kept.
fn kept(word: &str) -> String {
    match SAME.iter().find(|(written, _)| *written == word) {
        Some((_, kept)) => (*kept).to_owned(),
        None => cut(word),
    }
}

/// What is kept of words that begin so, where they are written in several ways: `stre` begins `street`, which is `st`.
pub(crate) fn kept_beginning(beginning: &str) -> Option<&'static str> {
    let is_long = 3 <= beginning.len();
    SAME.iter().find(|(written, _)| is_long && written.starts_with(beginning)).map(|(_, kept)| *kept)
}

fn cut(word: &str) -> String {
    word.chars().take(LETTERS_MAX).collect()
}

/// A word of a city, state or ZIP code: nearly everybody has it, so whoever has it in a name or street comes first. No
/// word contains the mark.
pub(crate) fn placed(word: &str) -> String {
    format!("{word}{PLACED}")
}

/// The word that [`placed`] marked.
pub(crate) fn unplaced(word: &str) -> Option<&str> {
    word.strip_suffix(PLACED)
}

/// The list of accounts that have a word beginning so; no word contains the mark.
pub(crate) fn beginning(letters: &str) -> String {
    format!("{letters}*")
}

/// Every list of accounts that an account with these words is in.
pub(crate) fn lists_of(words: &BTreeSet<String>) -> BTreeSet<String> {
    let mut lists = words.clone();
    for word in words.iter().filter(|word| unplaced(word).is_none()) {
        let letters: Vec<char> = word.chars().collect();
        for length in BEGINNINGS.filter(|length| *length <= letters.len()) {
            lists.insert(beginning(&letters[..length].iter().collect::<String>()));
        }
    }
    lists
}

/// The ends of the range of texts that begin so.
pub(crate) fn range_of(beginning: &str) -> (String, String) {
    (beginning.to_owned(), format!("{beginning}\u{10ffff}"))
}

/// A number as it is compared: letters and digits alone, in small letters.
pub(crate) fn number_key(text: &str) -> String {
    search_key(text).chars().filter(|letter| *letter != ' ').take(2 * LETTERS_MAX).collect()
}

/// The digits of a telephone number without our country's and without an extension; of a number abroad with its country's,
/// at most 15 (ITU-T E.164).
pub(crate) fn phone_digits(text: &str) -> Option<String> {
    let begun = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let line = begun.split(|letter: char| letter.is_alphabetic() || letter == '#').next().unwrap_or_default();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        7..=10 | 12..=15 => Some(digits),
        11 if digits.starts_with('1') => Some(digits[1..].to_owned()),
        11 => Some(digits),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_folded_to_words() {
        #[rustfmt::skip]
        let rows = [
            // text                          | words, in order
            ("Maria García-Núñez",             "garcia maria nunez"),
            ("O'Brien",                        "brien o obrien"),
            ("123 North Main Street Apt 4",    "123 4 apt main n st"),
            ("4 B Elm Ave.",                   "4 ave b belm elm"),
            ("PO Box 17",                      "17 box po"),
            ("  ",                             ""),
            ("Fifth Avenue",                   "5th ave"),
        ];
        for (text, expected) in rows {
            let words: Vec<String> = words_of(text).into_iter().collect();
            let expected: Vec<&str> = expected.split(' ').filter(|word| !word.is_empty()).collect();
            assert_eq!(words, expected, "{text}");
        }
    }

    #[test]
    fn questions_keep_their_order_and_leave_out_what_says_too_little() {
        #[rustfmt::skip]
        let rows = [
            // question                      | words
            ("garcia  mesa",                   "garcia mesa"),
            ("maria j garcia",                 "maria garcia"),
            ("j",                              "j"),
            ("4 main",                         "4 main"),
            ("a b c d e f g h",                "a b c d e f"),
            ("Ana Maria de la Luz Garza 12 Elm",   "ana maria de la luz 12"),
            ("Garcia GARCIA garcía",           "garcia"),
            ("'; drop table account; --",      "drop table account"),
            ("%%%",                            ""),
            ("\u{0}\u{7}\n",                   ""),
        ];
        for (question, expected) in rows {
            let words: Vec<String> = asked_words(question).into_iter().map(|one| one.word).collect();
            assert_eq!(words.join(" "), expected, "{question}");
        }
        assert_eq!(asked_words(&"x".repeat(10_000))[0].word.len(), LETTERS_MAX);
    }

    #[test]
    fn numbers_are_compared_by_letters_and_digits() {
        assert_eq!(number_key("SB-200 001"), "sb200001");
        #[rustfmt::skip]
        let rows = [
            // written            | digits
            ("(480) 555-0123",      Some("4805550123")),
            ("+1 480.555.0123",     Some("4805550123")),
            ("555-0123",            Some("5550123")),
            ("55501",               None),
            ("24805550123",         Some("24805550123")),
            ("520.555.9911 ext 4",  Some("5205559911")),
            ("home 555-0123 x17",   Some("5550123")),
            ("+52 55 1234 5678",    Some("525512345678")),
            ("1234567890123456",    None),
            ("call me",             None),
            ("",                    None),
        ];
        for (written, expected) in rows {
            assert_eq!(phone_digits(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn beginnings_have_lists_of_their_own() {
        let lists: Vec<String> = lists_of(&words_of("Garcia 12")).into_iter().collect();
        assert_eq!(lists, ["12", "12*", "ga*", "gar*", "garc*", "garcia"]);
        assert_eq!(lists_of(&[placed("mesa")].into()), [placed("mesa")].into(), "a city has no beginnings");
        assert_eq!(unplaced(&placed("mesa")), Some("mesa"));
        assert_eq!(kept_beginning("stre"), Some("st"));
        assert_eq!(kept_beginning("st"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_found_among_the_words_of_the_same_text(text in "\\PC{0,60}") {
            let words = words_of(&text);
            for one in asked_words(&text) {
                prop_assert!(words.contains(&one.word), "{} is none of {words:?}", one.word);
            }
        }
    }
}
