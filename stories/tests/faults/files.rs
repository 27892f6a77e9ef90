//! The files of the made town: read, changed, and written again as they are imported.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use stories::{Program, Reads};

use crate::seeded::Seeded;

/// The months that are read and tried; use is about the same in all of them.
pub(crate) const MONTHS: [&str; 4] = ["2025-11", "2025-12", "2026-01", "2026-02"];
/// Cycles, and the day of the month on which their periods begin.
pub(crate) const CYCLES: [(&str, &str); 4] = [("C1", "01"), ("C2", "08"), ("C3", "15"), ("C4", "22")];
/// The files of records, in the order in which they are imported before any reads.
pub(crate) const RECORDS: [&str; 4] = ["customers.csv", "premises.csv", "meters.csv", "agreements.csv"];
/// Stands for a byte that is no UTF-8 until the file is written.
pub(crate) const BAD_BYTE: char = '\u{e000}';

const ACCOUNTS: &str = "400";
const SEED: &str = "7";
/// The number of the first account that is opened.
const FIRST_NUMBER: usize = 100_001;

/// Somewhere with an account: `P000123`, whose water is counted at `P000123-W`.
pub(crate) struct Place {
    /// The reference of its account.
    pub(crate) account: String,
    /// The number of the account, without its check digit.
    pub(crate) number: String,
    pub(crate) cycle: String,
    pub(crate) is_home: bool,
}

/// All files as tables.
pub(crate) struct TownFiles {
    folder: PathBuf,
    tables: BTreeMap<String, Reads>,
    places: BTreeMap<String, Place>,
}

/// The name of the file with the reads of a cycle for a month.
pub(crate) fn reads_file(month: usize, cycle: &str) -> String {
    format!("reads/{}-{cycle}.csv", MONTHS[month])
}

impl TownFiles {
    /// Has the program make them.
    pub(crate) fn make(folder: &Path) -> TownFiles {
        let shown = folder.to_str().expect("temporary folders have plain names");
        let words = ["demo", "files", shown, "--accounts", ACCOUNTS, "--seed", SEED, "--first", MONTHS[0]];
        let said = Program::without_database(&words);
        assert_eq!(said.code, 0, "{}", said.err);
        let months = (0..MONTHS.len()).flat_map(|month| CYCLES.map(|(cycle, _)| reads_file(month, cycle)));
        let names = RECORDS.iter().map(|name| (*name).to_owned()).chain(months);
        let table = |name: String| {
            let text = std::fs::read(folder.join(&name)).expect("the file was made");
            (name, Reads::parse(&text))
        };
        let tables: BTreeMap<String, Reads> = names.map(table).collect();
        let places = places(&tables);
        TownFiles { folder: folder.to_owned(), tables, places }
    }

    /// Every place with an account.
    pub(crate) fn places(&self) -> &BTreeMap<String, Place> {
        &self.places
    }

    /// Places that something befalls in the town's own year, or that were not read every month.
    pub(crate) fn troubled(&self) -> BTreeSet<String> {
        let events = std::fs::read_to_string(self.folder.join("events.jsonl")).expect("the file was made");
        let told = events.lines().filter(|event| !event.contains("\"event\":\"charge\""));
        let texts = told.flat_map(|event| event.split('"')).filter_map(place_in);
        let unread = self.places.keys().filter(|place| self.counts(place).is_none()).cloned();
        texts.chain(unread).collect()
    }

    /// What the meter of a place showed for each month; nothing unless it was always read and only rose.
    pub(crate) fn counts(&self, place: &str) -> Option<[i64; 4]> {
        let mut counts = [0; MONTHS.len()];
        for (month, count) in counts.iter_mut().enumerate() {
            *count = self.read(place, month)?[3].parse().expect("a count is a number");
        }
        counts.is_sorted().then_some(counts)
    }

    /// The read of a place for a month.
    pub(crate) fn read(&self, place: &str, month: usize) -> Option<&Vec<String>> {
        let rows = &self.tables[&self.file_of(place, month)].rows;
        rows.iter().find(|row| row[1] == format!("{place}-W"))
    }

    /// Changes the read of a place for a month.
    pub(crate) fn change_read(&mut self, place: &str, month: usize, change: impl FnOnce(&mut Vec<String>)) {
        let file = self.file_of(place, month);
        let rows = &mut self.tables.get_mut(&file).expect("there is one for every cycle").rows;
        change(rows.iter_mut().find(|row| row[1] == format!("{place}-W")).expect("it was read"));
    }

    /// Changes what the meter of a place showed.
    pub(crate) fn set_count(&mut self, place: &str, month: usize, count: i64) {
        self.change_read(place, month, |row| row[3] = count.to_string());
    }

    /// The file with the read of a place for a month.
    pub(crate) fn file_of(&self, place: &str, month: usize) -> String {
        reads_file(month, &self.places[place].cycle)
    }

    /// The first record of a file whose column holds a text.
    pub(crate) fn record(&self, file: &str, (column, text): (&str, &str)) -> Vec<String> {
        let table = &self.tables[file];
        let column = table.column(column);
        table.rows.iter().find(|row| row[column] == text).expect("the record is there").clone()
    }

    /// Puts another record in the place of one.
    pub(crate) fn replace(&mut self, file: &str, old: &[String], new: Option<Vec<String>>) {
        let rows = &mut self.tables.get_mut(file).expect("the file is there").rows;
        let at = rows.iter().position(|row| row == old).expect("the record is there");
        rows.splice(at..=at, new);
    }

    /// Adds a record somewhere behind the one with the same first two fields, or anywhere.
    pub(crate) fn add(&mut self, file: &str, record: &[String], chance: &mut Seeded) {
        let rows = &mut self.tables.get_mut(file).expect("the file is there").rows;
        let after = rows.iter().rposition(|row| row[..2] == record[..2]).map_or(0, |at| at + 1);
        rows.insert(after + chance.below(rows.len() + 1 - after), record.to_vec());
    }

    /// The line of a record; of two that say the same, the later one.
    pub(crate) fn line_of(&self, file: &str, record: &[String]) -> i64 {
        let at = self.tables[file].rows.iter().rposition(|row| row == record).expect("the record is there");
        i64::try_from(at).expect("files are short") + 2
    }

    /// Writes all files.
    pub(crate) fn write(&self) {
        for (name, table) in &self.tables {
            let text = String::from_utf8(table.to_text()).expect("it was made of texts");
            let parts: Vec<&[u8]> = text.split(BAD_BYTE).map(str::as_bytes).collect();
            std::fs::write(self.folder.join(name), parts.join(&0xff)).expect("the file can be written");
        }
    }

    /// Where a file lies.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("temporary folders have plain names").to_owned()
    }
}

/// Accounts get their numbers in the order of the file.
fn places(tables: &BTreeMap<String, Reads>) -> BTreeMap<String, Place> {
    let accounts = tables["customers.csv"].rows.iter().map(|row| &row[5]).filter(|account| !account.is_empty());
    let numbers: BTreeMap<&String, usize> = accounts.zip(FIRST_NUMBER..).collect();
    let agreements = tables["agreements.csv"].rows.iter().filter(|row| row[1] == "water");
    let place = |row: &Vec<String>| {
        let (account, number) = (row[2].clone(), numbers[&row[2]].to_string());
        let place = Place { account, number, cycle: row[4].clone(), is_home: row[5] == "residential" };
        (row[0].trim_end_matches("-W").to_owned(), place)
    };
    agreements.map(place).collect()
}

/// The place that a text of an event names: itself, a service point or the account it has from the beginning.
fn place_in(text: &str) -> Option<String> {
    let digits = text.get(1..7)?.parse::<usize>().ok()?;
    match text.chars().next()? {
        'P' => Some(format!("P{digits:06}")),
        'A' if text.len() == 7 => Some(format!("P{:06}", digits.checked_sub(100_001)?)),
        _ => None,
    }
}
