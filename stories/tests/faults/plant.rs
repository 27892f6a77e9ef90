//! Plants the faults into the files.

use std::collections::BTreeSet;

use crate::fault::{EXPLAINED, Fault, JUDGED, Kind, Mark};
use crate::files::{BAD_BYTE, CYCLES, MONTHS, TownFiles};
use crate::seeded::Seeded;

const SEED: u64 = 20;
const OF_A_KIND: usize = 10;
/// A meter shows so many counts before it begins again.
const AROUND: i64 = 1_000_000;
/// The cycle of the town file that has no calendar.
pub(crate) const WITHOUT_CALENDAR: &str = "C9";

/// Homes that nothing befell yet, in an order of chance.
struct Homes {
    left: Vec<String>,
    chance: Seeded,
}

/// Plants ten faults of each kind; answers them by kind and key.
pub(crate) fn plant(town: &mut TownFiles, troubled: &BTreeSet<String>) -> Vec<Fault> {
    let is_sound = |place: &&String| town.places()[*place].is_home && !troubled.contains(*place);
    let mut homes = Homes { left: town.places().keys().filter(is_sound).cloned().collect(), chance: Seeded::new(SEED) };
    homes.chance.shuffle(&mut homes.left);
    let mut faults = Vec::new();
    for kind in Kind::ALL {
        for number in 0..OF_A_KIND {
            faults.push(one(town, &mut homes, (kind, number)));
        }
    }
    faults.sort_by(|one, other| (one.kind, &one.key).cmp(&(other.kind, &other.key)));
    faults
}

fn one(town: &mut TownFiles, homes: &mut Homes, (kind, number): (Kind, usize)) -> Fault {
    let (key, mark) = match kind {
        Kind::MetersCrossed => meters_crossed(town, homes),
        Kind::UseFarTooLow => odd_use(town, homes, |counts| counts[3] = counts[2] + (counts[3] - counts[2]) / 20),
        Kind::UseFarTooHigh => odd_use(town, homes, |counts| counts[3] += 20_000),
        Kind::NegativeRead => odd_use(town, homes, |counts| counts[3] = counts[2] - 77),
        Kind::ZeroUse => odd_use(town, homes, |counts| (counts[2], counts[3]) = (counts[1], counts[1])),
        Kind::RolledOver => rolled_over(town, homes),
        Kind::MissingRead => missing_read(town, homes),
        Kind::ExchangeWithoutCount => exchange_without_count(town, homes),
        Kind::NoMeter => no_meter(town, homes),
        Kind::ReadOfUnknownMeter => bad_read(town, homes, number, |read| read[0].replace_range(..3, "SB9")),
        Kind::ReadDecadesOff => {
            let year = if number.is_multiple_of(2) { "1985" } else { "2065" };
            bad_read(town, homes, number, |read| read[2].replace_range(..4, year))
        }
        Kind::TooManyDigits => bad_read(town, homes, number, |read| read[3] = format!("3{:0>6}", read[3])),
        Kind::ReadToldTwice => bad_read(town, homes, number, |_| {}),
        Kind::NotUtf8 => not_utf8(town, homes, number),
        Kind::TwoAgreements => {
            let neighbor = town.places()[&homes.left[1]].account.clone();
            bad_agreement(town, homes, |agreement| agreement[2] = neighbor)
        }
        Kind::NoCalendar => bad_agreement(town, homes, |agreement| agreement[4] = WITHOUT_CALENDAR.to_owned()),
        Kind::StopBeforeStart => bad_agreement(town, homes, |agreement| agreement[8] = format!("{}-03", MONTHS[0])),
        Kind::UnknownClass => bad_agreement(town, homes, |agreement| agreement[5] = "castle".to_owned()),
        Kind::MeterInTwoPlaces => meter_in_two_places(town, homes),
        Kind::IncompleteAgreement => incomplete_agreement(town, homes, number),
    };
    Fault { kind, key, mark }
}

impl Homes {
    /// The next home of which something holds.
    fn take(&mut self, town: &TownFiles, holds: impl Fn([i64; 4]) -> bool) -> (String, [i64; 4]) {
        let counts = |place: &String| town.counts(place).filter(|counts| holds(*counts));
        let at = self.left.iter().position(|place| counts(place).is_some()).expect("there are homes enough");
        let place = self.left.remove(at);
        let counts = town.counts(&place).expect("it was just looked at");
        (place, counts)
    }

    fn any(&mut self, town: &TownFiles) -> (String, [i64; 4]) {
        self.take(town, |_| true)
    }
}

/// Two neighbors of whom each is read at the other's meter.
fn meters_crossed(town: &mut TownFiles, homes: &mut Homes) -> (String, Mark) {
    let next = |place: &String| format!("P{:06}", place[1..].parse::<usize>().expect("a number") + 1);
    let are_crossable = |place: &&String| {
        let neighbor = next(place);
        let are_near = homes.left.contains(&neighbor) && town.places()[*place].cycle == town.places()[&neighbor].cycle;
        are_near
            && town
                .counts(place)
                .zip(town.counts(&neighbor))
                .is_some_and(|(one, other)| (10_000..700_000).contains(&(one[JUDGED] - other[JUDGED]).abs()))
    };
    let place = homes.left.iter().find(are_crossable).expect("there are neighbors enough").clone();
    let neighbor = next(&place);
    homes.left.retain(|home| *home != place && *home != neighbor);
    let counts = [&place, &neighbor].map(|home| town.counts(home).expect("it was just looked at")[JUDGED]);
    town.set_count(&place, JUDGED, counts[1]);
    town.set_count(&neighbor, JUDGED, counts[0]);
    (format!("{place}-W {neighbor}-W"), Mark::Queued { places: vec![place, neighbor] })
}

/// Counts that the meter can show and nobody should believe.
fn odd_use(town: &mut TownFiles, homes: &mut Homes, change: impl FnOnce(&mut [i64; 4])) -> (String, Mark) {
    // At least 5 thousand gallons a month, so that a twentieth of it is two thousand less.
    let (place, mut counts) =
        homes.take(town, |counts| 500 <= (counts[3] - counts[0]) / 3 && (100..AROUND / 2).contains(&counts[2]));
    change(&mut counts);
    for (month, count) in counts.into_iter().enumerate() {
        town.set_count(&place, month, count);
    }
    (format!("{place}-W"), Mark::Queued { places: vec![place] })
}

/// The meter is wound so that it passes zero between the first two reads.
fn rolled_over(town: &mut TownFiles, homes: &mut Homes) -> (String, Mark) {
    let (place, counts) = homes.take(town, |counts| 2 <= counts[1] - counts[0]);
    let by = AROUND - 1 - (counts[0] + counts[1]) / 2;
    for (month, count) in counts.iter().enumerate() {
        town.set_count(&place, month, (count + by) % AROUND);
    }
    let old = town.record("meters.csv", ("service_point", &format!("{place}-W")));
    let mut new = old.clone();
    new[7] = ((old[7].parse::<i64>().expect("a count") + by) % AROUND).to_string();
    town.replace("meters.csv", &old, Some(new));
    (format!("{place}-W"), Mark::Explained { place, words: "rolled over after" })
}

fn missing_read(town: &mut TownFiles, homes: &mut Homes) -> (String, Mark) {
    let (place, _) = homes.any(town);
    let read = town.read(&place, EXPLAINED).expect("it was read").clone();
    town.replace(&town.file_of(&place, EXPLAINED), &read, None);
    (format!("{place}-W"), Mark::Explained { place, words: "No read: estimated" })
}

/// Another meter is put in, and nobody writes down what the old one showed.
fn exchange_without_count(town: &mut TownFiles, homes: &mut Homes) -> (String, Mark) {
    let (place, counts) = homes.any(town);
    let (_, begins) = CYCLES.iter().find(|(cycle, _)| *cycle == town.places()[&place].cycle).expect("a known cycle");
    let on = format!("{}-{:02}", MONTHS[JUDGED], begins.parse::<u32>().expect("a day") + 5);
    let old = town.record("meters.csv", ("service_point", &format!("{place}-W")));
    let (mut removed, mut installed) = (old.clone(), old.clone());
    removed[8].clone_from(&on);
    installed[0] = format!("SB8{}", &place[2..]);
    installed[6] = on;
    installed[7] = "3".to_owned();
    let serial = installed[0].clone();
    town.replace("meters.csv", &old, Some(removed));
    town.add("meters.csv", &installed, &mut homes.chance);
    town.change_read(&place, JUDGED, |row| {
        row[0] = serial;
        row[3] = (3 + (counts[JUDGED] - counts[JUDGED - 1]) * 2 / 3).to_string();
    });
    (format!("{place}-W"), Mark::Queued { places: vec![place] })
}

fn no_meter(town: &mut TownFiles, homes: &mut Homes) -> (String, Mark) {
    let (place, _) = homes.any(town);
    let old = town.record("meters.csv", ("service_point", &format!("{place}-W")));
    town.replace("meters.csv", &old, None);
    (format!("{place}-W"), Mark::Unbilled { place })
}

/// A record added to a file, by what it is known.
fn added(town: &mut TownFiles, homes: &mut Homes, (file, key, record): (&str, String, Vec<String>)) -> (String, Mark) {
    town.add(file, &record, &mut homes.chance);
    (key, Mark::Record { file: file.to_owned(), record })
}

/// A read that is told besides the right one.
fn bad_read(
    town: &mut TownFiles,
    homes: &mut Homes,
    number: usize,
    spoil: impl FnOnce(&mut Vec<String>),
) -> (String, Mark) {
    let (place, _) = homes.any(town);
    let month = number % MONTHS.len();
    let mut read = town.read(&place, month).expect("it was read").clone();
    spoil(&mut read);
    added(town, homes, (&town.file_of(&place, month), format!("{place}-W {}", read[2]), read))
}

fn not_utf8(town: &mut TownFiles, homes: &mut Homes, number: usize) -> (String, Mark) {
    let mut record = town.record("customers.csv", ("account", ""));
    record[0] = format!("U{number:05}");
    record[2] = format!("Jos{BAD_BYTE} Mu{BAD_BYTE}oz");
    added(town, homes, ("customers.csv", format!("U{number:05}"), record))
}

/// An agreement for trash that cannot be.
fn bad_agreement(town: &mut TownFiles, homes: &mut Homes, spoil: impl FnOnce(&mut Vec<String>)) -> (String, Mark) {
    let (place, _) = homes.any(town);
    let mut agreement = town.record("agreements.csv", ("service_point", &format!("{place}-T")));
    agreement[7] = format!("{}-03", MONTHS[1]);
    spoil(&mut agreement);
    added(town, homes, ("agreements.csv", format!("{place}-T"), agreement))
}

fn meter_in_two_places(town: &mut TownFiles, homes: &mut Homes) -> (String, Mark) {
    let (place, _) = homes.any(town);
    let mut meter = town.record("meters.csv", ("service_point", &format!("{place}-W")));
    meter[5] = format!("{place}-T");
    added(town, homes, ("meters.csv", format!("{} {place}-T", meter[0]), meter))
}

/// Trash without account, without schedule or without cycle.
fn incomplete_agreement(town: &mut TownFiles, homes: &mut Homes, number: usize) -> (String, Mark) {
    let (place, _) = homes.any(town);
    let service_point = format!("{place}-T");
    let old = town.record("agreements.csv", ("service_point", &service_point));
    let mut new = old.clone();
    new[[2, 3, 4][number % 3]].clear();
    town.replace("agreements.csv", &old, Some(new));
    (service_point.clone(), Mark::Waiting { service_point })
}
