//! What accounts are known by today, asked of the rooms that know it, in ranges of accounts.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::{AccountId, ServicePointId};

use crate::store::StoredText;
use crate::words::{number_key, phone_digits, placed, words_of};

/// What kind of number an account is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NumberKind {
    /// The serial number of a meter.
    Meter,
    /// A telephone number.
    Phone,
}

/// A number an account is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NumberOf {
    /// What of.
    pub(crate) kind: NumberKind,
    /// As it is compared.
    pub(crate) key: String,
    /// As it is written.
    pub(crate) shown: String,
}

/// The words an account is known by. Those of one address stay together: the number of one house and the street of
/// another are nobody's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// Of its names.
    pub(crate) names: BTreeSet<String>,
    /// Of each of its addresses.
    pub(crate) addresses: BTreeSet<BTreeSet<String>>,
}

/// What an account is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Names and addresses.
    pub(crate) words: Words,
    /// Meters and telephones.
    pub(crate) numbers: BTreeSet<NumberOf>,
}

/// Service points further apart than this are not asked for in one range.
const GAP: i64 = 64;
/// The fewest digits at the end of a serial number that are looked for without the letters before.
const DIGITS_MIN: usize = 4;

impl NumberKind {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            NumberKind::Meter => "meter",
            NumberKind::Phone => "phone",
        }
    }
}

impl Words {
    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        self.names.iter().chain(self.addresses.iter().flatten()).cloned().collect()
    }

    /// As they are stored: a line of names, and a line of each address.
    pub(crate) fn text(&self) -> String {
        let line = |words: &BTreeSet<String>| words.iter().map(String::as_str).collect::<Vec<&str>>().join(" ");
        let addresses: Vec<String> = self.addresses.iter().map(line).collect();
        [line(&self.names), addresses.join("\n")].join("\n")
    }

    /// What was stored.
    pub(crate) fn of_text(text: &str) -> Words {
        let words = |line: &str| -> BTreeSet<String> {
            line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let (names, addresses) = text.split_once('\n').unwrap_or((text, ""));
        let addresses = addresses.lines().map(words).filter(|words| !words.is_empty()).collect();
        Words { names: words(names), addresses }
    }
}

impl Known {
    /// As it is stored.
    pub(crate) fn text(&self) -> StoredText {
        let line = |number: &NumberOf| format!("{} {} {}", number.kind.code(), number.key, number.shown);
        let numbers: Vec<String> = self.numbers.iter().map(line).collect();
        StoredText { words: self.words.text(), numbers: numbers.join("\n") }
    }

    /// What was stored; lines that nobody wrote are passed over.
    pub(crate) fn of_text(text: &StoredText) -> Known {
        let number = |line: &str| {
            let mut parts = line.splitn(3, ' ');
            let kind = match parts.next()? {
                "meter" => NumberKind::Meter,
                "phone" => NumberKind::Phone,
                _ => return None,
            };
            Some(NumberOf { kind, key: parts.next()?.to_owned(), shown: parts.next()?.to_owned() })
        };
        Known { words: Words::of_text(&text.words), numbers: text.numbers.lines().filter_map(number).collect() }
    }

    fn add_name(&mut self, name: &str) {
        self.words.names.extend(words_of(name));
    }

    /// An address: the street, and the words of where that is.
    fn add_address(&mut self, street: &str, places: &[&str]) {
        let of_place = |place: &&str| words_of(place).iter().map(|word| placed(word)).collect::<Vec<String>>();
        let mut words = words_of(street);
        words.extend(places.iter().flat_map(of_place));
        if !words.is_empty() {
            self.words.addresses.insert(words);
        }
    }

    /// A telephone number is found with and without its area code.
    fn add_phone(&mut self, written: &str) {
        let Some(digits) = phone_digits(written) else { return };
        let shown = one_line(written);
        let local = digits[digits.len() - 7..].to_owned();
        for key in BTreeSet::from([digits, local]) {
            self.numbers.insert(NumberOf { kind: NumberKind::Phone, key, shown: shown.clone() });
        }
    }

    /// A meter is found by its serial number, and by the digits at its end alone.
    fn add_meter(&mut self, serial: &str) {
        let (key, shown) = (number_key(serial), one_line(serial));
        let letters = key.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        let digits = key[letters..].to_owned();
        let keys = [Some(key), (DIGITS_MIN <= digits.len()).then_some(digits)];
        for key in keys.into_iter().flatten().filter(|key| !key.is_empty()) {
            self.numbers.insert(NumberOf { kind: NumberKind::Meter, key, shown: shown.clone() });
        }
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>().trim().to_owned()
}

/// What accounts `from..to` are known by today; the city itself is none of them.
pub(crate) async fn known_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeMap<AccountId, Known>, Fault> {
    let range = (from.max(AccountId(1)), to);
    let mut known: BTreeMap<AccountId, Known> = BTreeMap::new();
    for (account, name, phone) in customers::names_between(read, range).await? {
        let known = known.entry(account).or_default();
        known.add_name(&name);
        known.add_phone(&phone);
    }
    for (account, lines) in customers::mail_between(read, range).await? {
        let known = known.entry(account).or_default();
        known.add_name(&lines.recipient);
        known.add_address(&lines.street, &[&lines.city, &lines.state, &lines.postal_code]);
    }
    let mut points: BTreeMap<ServicePointId, Vec<AccountId>> = BTreeMap::new();
    for (account, point) in billing::points_between(read, range).await? {
        points.entry(point).or_default().push(account);
    }
    for range in ranges(points.keys().copied()) {
        for (point, address) in premises::addresses_between(read, range).await? {
            // On one line: the street, a comma, and where that is.
            let (street, place) = address.split_once(',').unwrap_or((&address, ""));
            for account in points.get(&point).into_iter().flatten() {
                known.entry(*account).or_default().add_address(street, &[place]);
            }
        }
        for (point, serial) in metering::serials_between(read, range).await? {
            for account in points.get(&point).into_iter().flatten() {
                known.entry(*account).or_default().add_meter(&serial);
            }
        }
    }
    Ok(known)
}

/// Points in order as ranges `from..to`, over small gaps.
fn ranges(points: impl Iterator<Item = ServicePointId>) -> Vec<(ServicePointId, ServicePointId)> {
    let mut ranges: Vec<(ServicePointId, ServicePointId)> = Vec::new();
    for point in points {
        match ranges.last_mut() {
            Some((_, to)) if point.0 - to.0 <= GAP => *to = ServicePointId(point.0 + 1),
            _ => ranges.push((point, ServicePointId(point.0 + 1))),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let mut known = Known::default();
        known.add_name("Maria García");
        known.add_address("12 Mesquite Way", &["Ocotillo Falls", "AZ"]);
        known.add_address("40 Palo Verde", &[]);
        known.add_phone("(480) 555-0123");
        known.add_meter("SB-200001");
        known
    }

    #[test]
    fn numbers_are_found_in_the_ways_people_say_them() {
        let keys: Vec<(NumberKind, String)> =
            known().numbers.into_iter().map(|number| (number.kind, number.key)).collect();
        let keys: Vec<(&str, &str)> = keys.iter().map(|(kind, key)| (kind.code(), key.as_str())).collect();
        let expected = [("meter", "200001"), ("meter", "sb200001"), ("phone", "4805550123"), ("phone", "5550123")];
        assert_eq!(keys, expected);
        let mut odd = Known::default();
        odd.add_phone("ask at the desk");
        odd.add_meter("  ");
        odd.add_meter("A12");
        let keys: Vec<String> = odd.numbers.into_iter().map(|number| number.key).collect();
        assert_eq!(keys, ["a12"]);
    }

    #[test]
    fn what_is_stored_reads_back() {
        assert_eq!(Known::of_text(&known().text()), known());
        assert_eq!(Known::of_text(&StoredText::default()), Known::default());
        let strange = StoredText { words: " a  b ".to_owned(), numbers: "nothing\nmeter 1".to_owned() };
        assert_eq!(Known::of_text(&strange).words.names.len(), 2);
        assert!(Known::of_text(&strange).numbers.is_empty());
    }

    #[test]
    fn the_words_of_an_address_stay_together() {
        let text = known().text().words;
        assert_eq!(text, "garcia maria\n12 az@ falls@ mesquite ocotillo@ way\n40 palo verde");
        let nowhere = Words { addresses: BTreeSet::new(), ..known().words };
        assert_eq!(nowhere.text(), "garcia maria\n", "whoever has no address has a line of names, too");
        assert_eq!(Words::of_text(&nowhere.text()), nowhere);
    }

    #[test]
    fn near_points_are_asked_for_together() {
        let points = [1, 2, 5, 60, 400, 401].map(ServicePointId);
        let found: Vec<(i64, i64)> = ranges(points.into_iter()).into_iter().map(|(from, to)| (from.0, to.0)).collect();
        assert_eq!(found, [(1, 61), (400, 402)]);
    }
}
