//! Words that are nearly the same: by what is left when a letter is taken out, by how they sound, by counted edits.

use std::collections::BTreeSet;

/// Shorter words are taken as they are typed: one letter of four already makes another word.
const LETTERS_MIN: usize = 4;
/// What begins a key that stands for how a word sounds; no word contains it.
const SOUND: char = '~';

/// Whether a word may have been mistyped: numbers are taken as they are, another house number is another house.
pub(crate) fn may_be_mistyped(word: &str) -> bool {
    LETTERS_MIN <= word.chars().count() && !word.contains(|letter: char| letter.is_ascii_digit())
}

/// The keys under which a word is found by others like it. Two words that are one edit apart have a key in common: what
/// is left of either when one letter is taken out, or the word itself.
pub(crate) fn alike_keys(word: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if !may_be_mistyped(word) {
        return keys;
    }
    keys.insert(word.to_owned());
    for (at, letter) in word.char_indices() {
        keys.insert(format!("{}{}", &word[..at], &word[at + letter.len_utf8()..]));
    }
    let sound = sound(word);
    if 3 <= sound.len() {
        keys.insert(format!("{SOUND}{sound}"));
    }
    keys
}

/// How a word sounds, roughly, in English or Spanish: consonants that are said alike are one, vowels are left out.
pub(crate) fn sound(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut sound = String::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        let (said, taken) = said(*letter, next);
        // The first vowel is heard, others hardly are.
        let is_heard = !matches!(said, 'a' | 'h') || (at == 0 && said == 'a');
        if is_heard && !sound.ends_with(said) {
            sound.push(said);
        }
        at += taken;
    }
    sound
}

/// What stands for a letter, with how many letters it takes.
fn said(letter: char, next: Option<char>) -> (char, usize) {
    match (letter, next) {
        ('p', Some('h')) => ('f', 2),
        ('c', Some('k')) => ('k', 2),
        ('g', Some('h')) => ('g', 2),
        ('k', Some('n')) => ('n', 2),
        ('w', Some('r')) => ('r', 2),
        ('s', Some('c')) => ('s', 2),
        ('c', Some('e' | 'i' | 'y')) => ('s', 1),
        ('g', Some('e' | 'i')) => ('j', 1),
        ('c' | 'q' | 'k', _) => ('k', 1),
        ('z' | 'x', _) => ('s', 1),
        ('v', _) => ('b', 1),
        ('a' | 'e' | 'i' | 'o' | 'u' | 'y', _) => ('a', 1),
        (other, _) => (other, 1),
    }
}

/// How many edits apart two words may be for one to stand for the other.
pub(crate) fn edits_allowed(word: &str) -> usize {
    match word.chars().count() {
        0..LETTERS_MIN => 0,
        LETTERS_MIN..=7 => 1,
        _ => 2,
    }
}

/// How many edits lead from one word to another: a letter more, less or other, or two neighbors swapped; `None` when it
/// takes more than `most`. (Optimal string alignment; "a cat" to "an act" takes 2.)
pub(crate) fn edits(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if most < one.len().abs_diff(other.len()) {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut line = vec![row + 1; other.len() + 1];
        for (column, against) in other.iter().enumerate() {
            let changed = last[column] + usize::from(letter != against);
            let mut least = changed.min(last[column + 1] + 1).min(line[column] + 1);
            let is_swap = 0 < row && 0 < column && one[row - 1] == *against && other[column - 1] == *letter;
            if is_swap {
                least = least.min(before[column - 1] + 1);
            }
            line[column + 1] = least;
        }
        if line.iter().all(|edits| most < *edits) {
            return None;
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edits_are_counted() {
        #[rustfmt::skip]
        let rows = [
            // one         | other       | most | edits
            ("garcia",      "garcia",      2,     Some(0)),
            ("garcia",      "gracia",      2,     Some(1)),
            ("garcia",      "garca",       2,     Some(1)),
            ("garcia",      "garciaa",     2,     Some(1)),
            ("garcia",      "garsia",      2,     Some(1)),
            ("garcia",      "garza",       2,     Some(2)),
            ("garcia",      "garza",       1,     None),
            ("hernandez",   "fernandes",   2,     Some(2)),
            ("hernandez",   "smith",       2,     None),
            ("",            "ab",          2,     Some(2)),
            ("ca",          "abc",         3,     Some(3)),
        ];
        for (one, other, most, expected) in rows {
            assert_eq!(edits(one, other, most), expected, "{one} {other}");
            assert_eq!(edits(other, one, most), expected, "{other} {one}");
        }
    }

    #[test]
    fn words_sound_alike() {
        #[rustfmt::skip]
        let rows = [
            // one        | other
            ("phillips",   "filips"),
            ("garcia",     "garsia"),
            ("gonzalez",   "gonsales"),
            ("nichols",    "nickols"),
            ("knight",     "night"),
            ("wright",     "right"),
            ("vasquez",    "basques"),
        ];
        for (one, other) in rows {
            assert_eq!(sound(one), sound(other), "{one} {other}");
        }
        assert_ne!(sound("garcia"), sound("gomez"));
    }

    #[test]
    fn numbers_and_short_words_are_taken_as_they_are() {
        for word in ["1042", "abc", "12th", "", "é"] {
            assert!(alike_keys(word).is_empty(), "{word}");
        }
    }

    /// A word with one letter more, less, other, or two swapped.
    fn with_a_typo(word: &str, (kind, at, letter): (usize, usize, char)) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let at = at % letters.len();
        match kind {
            0 => {
                letters.remove(at);
            }
            1 => letters.insert(at, letter),
            2 => letters[at] = letter,
            _ => letters.swap(at, (at + 1) % word.chars().count()),
        }
        letters.into_iter().collect()
    }

    proptest! {
        #[test]
        fn one_typo_in_a_longer_word_is_still_found(
            word in "[a-zé]{5,24}", kind in 0..3_usize, at in 0..24_usize, letter in prop::char::range('a', 'z'),
        ) {
            let typed = with_a_typo(&word, (kind, at, letter));
            let (one, other) = (alike_keys(&word), alike_keys(&typed));
            prop_assert!(one.intersection(&other).next().is_some(), "{} and {}", word, typed);
            prop_assert!(edits(&word, &typed, edits_allowed(&typed)).is_some());
        }

        #[test]
        fn two_neighbors_swapped_are_still_found(word in "[a-z]{5,24}", at in 0..23_usize) {
            let mut letters: Vec<char> = word.chars().collect();
            let at = at % (letters.len() - 1);
            letters.swap(at, at + 1);
            let typed: String = letters.into_iter().collect();
            prop_assert!(alike_keys(&word).intersection(&alike_keys(&typed)).next().is_some());
            prop_assert!(edits(&word, &typed, 1).is_some());
        }

        #[test]
        fn edits_are_the_same_both_ways(one in "[a-d]{0,8}", other in "[a-d]{0,8}", most in 0..4_usize) {
            prop_assert_eq!(edits(&one, &other, most), edits(&other, &one, most));
        }

        #[test]
        fn nothing_panics(one in "\\PC*", other in "\\PC*") {
            let _ = (alike_keys(&one), sound(&other), edits(&one, &other, 2));
        }
    }
}
