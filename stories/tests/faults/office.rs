//! The office that works with the files: every command is one that a person types.

use std::collections::BTreeMap;

use serde::Deserialize;
use stories::{Program, Said};

use crate::fault::{EXPLAINED, Fault, Found, Listed, Mark, Queued};
use crate::files::{CYCLES, MONTHS, RECORDS, TownFiles, reads_file};
use crate::plant::WITHOUT_CALENDAR;

/// After all four months were read and billed.
const TODAY: &str = "2026-04-01";
const TOWN: &str = include_str!("../../../towns/saguaro-bend/town.toml");
/// Rates in the order in which they are recorded.
const RATES: [&str; 8] = [
    "fee-account-setup",
    "fee-after-hours",
    "fee-extra-pickup",
    "fee-water-connect",
    "water",
    "sewer",
    "stormwater",
    "trash",
];
/// What the analyst may do; the supervisor signs.
const ANALYST: [&str; 12] = [
    "finance.establish_books",
    "revenue.set_up",
    "revenue.adopt_rates",
    "premises.set_up",
    "billing.set_up",
    "customers.import",
    "premises.import",
    "metering.import",
    "billing.import",
    "billing.close_reads",
    "billing.prepare",
    "billing.exceptions",
];

/// The program, used by an analyst and a supervisor.
pub(crate) struct Office {
    program: Program,
}

#[derive(Deserialize)]
struct Coverage {
    listed: Vec<Unbilled>,
}

#[derive(Deserialize)]
struct Unbilled {
    account_number: String,
    service: String,
    reason: String,
    words: String,
}

impl Office {
    /// Sets up the town, with one cycle more that has no calendar.
    pub(crate) fn set_up(url: &str) -> Office {
        let office = Office { program: Program { business_date: TODAY.to_owned(), ..Program::on(url) } };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("town.toml");
        let cycle = format!(
            "\n[[cycles]]\ncode = \"{WITHOUT_CALENDAR}\"\ntitle = \"Not begun\"\ndue_rule = \"every_period\"\ndays_to_pay = 21\n"
        );
        std::fs::write(&file, format!("{TOWN}{cycle}")).expect("a file can be written");
        office.program.done("console", &["migrate"]);
        let staff = |code: &str, permissions: &[&str]| {
            let mut words = vec!["staff", "add", code, "--name", code];
            permissions.iter().for_each(|permission| words.extend(["--grant", permission]));
            office.program.done("console", &words);
        };
        staff("analyst", &[&ANALYST[..], &["billing.post"]].concat());
        staff("supervisor", &["billing.sign"]);
        office.analyst(&["town", "apply", file.to_str().expect("a plain name")]);
        for name in RATES {
            let path = format!("{}/../towns/saguaro-bend/rates/{name}.toml", env!("CARGO_MANIFEST_DIR"));
            office.analyst(&["rates", "adopt", &path]);
        }
        office
    }

    /// Imports everything, tries every month, posts the first two, and asks what is to be asked.
    pub(crate) fn work(&self, town: &TownFiles, faults: &[Fault]) -> Found {
        let mut found = Found::default();
        for file in RECORDS {
            self.import(town, file, &mut found);
        }
        let mut explained = BTreeMap::new();
        for month in 0..MONTHS.len() {
            for (cycle, begins) in CYCLES {
                self.import(town, &reads_file(month, cycle), &mut found);
                let from = format!("{}-{begins}", MONTHS[month]);
                let run = self.try_run(town, (month, cycle, &from), &mut found);
                if month <= EXPLAINED {
                    self.post(&run);
                }
                if month == EXPLAINED {
                    explained.insert(cycle, run);
                }
            }
        }
        for fault in faults {
            if let Mark::Explained { place, .. } = &fault.mark {
                let run = &explained[town.places()[place].cycle.as_str()];
                found.explained.insert(place.clone(), self.explain(town, place, run));
            }
        }
        found.listed = self.listed();
        found
    }

    fn analyst(&self, words: &[&str]) -> String {
        self.program.done("analyst", words)
    }

    fn import(&self, town: &TownFiles, file: &str, found: &mut Found) {
        let kind = file.split(['/', '.']).next().expect("a file has a name");
        let Said { code, err, .. } = self.program.run("analyst", &["import", kind, &town.path(file)]);
        assert_eq!(code, 0, "{err}");
        for (line, rule) in err.lines().filter_map(reject) {
            found.rejects.insert((file.to_owned(), line), rule);
        }
    }

    /// Closes the reads of a period and tries its bills; answers the number of the run.
    fn try_run(&self, town: &TownFiles, (month, cycle, from): (usize, &str, &str), found: &mut Found) -> String {
        self.analyst(&["run", "close-reads", "--cycle", cycle, "--from", from]);
        let run = self.analyst(&["run", "prepare", "--cycle", cycle, "--from", from]).trim().to_owned();
        self.analyst(&["run", "trial", &run]);
        let numbers: BTreeMap<&str, &String> =
            town.places().iter().map(|(place, about)| (about.number.as_str(), place)).collect();
        for (account, code, _) in exceptions(&self.analyst(&["run", "exceptions", &run])) {
            let place = numbers[without_check_digit(&account)].clone();
            found.exceptions.push(Queued { month, place, code });
        }
        run
    }

    /// Lets the rules decide, releases what is left, and posts.
    fn post(&self, run: &str) {
        let decided = self.analyst(&["run", "exceptions", run, "--apply-rules"]);
        for (account, code, state) in exceptions(&decided) {
            if state == "open" {
                self.analyst(&["run", "exceptions", run, "--release", &account, &code]);
            }
        }
        self.program.done("supervisor", &["run", "sign", run]);
        self.analyst(&["run", "post", run]);
    }

    /// The explained bill of a place in a run; bills are numbered by account.
    fn explain(&self, town: &TownFiles, place: &str, run: &str) -> String {
        let about = &town.places()[place];
        let before = town.places().values().filter(|one| one.cycle == about.cycle && one.number <= about.number);
        let bill = format!("{run}-{:06}", before.count());
        let text = self.analyst(&["bill", "explain", &bill]);
        let account = format!("account {}-", about.number);
        assert!(text.lines().next().is_some_and(|line| line.contains(&account)), "{account} has no bill {bill}");
        text
    }

    /// What is on no bill.
    fn listed(&self) -> Vec<Listed> {
        let proof = self.analyst(&["run", "completeness", "--as-of", TODAY]);
        let proof: Coverage = serde_json::from_str(&proof).expect("it is JSON");
        let listed = proof.listed.into_iter().map(|one| Listed {
            number: without_check_digit(&one.account_number).to_owned(),
            service: one.service,
            reason: one.reason,
            words: one.words,
        });
        listed.collect()
    }
}

/// `meters.csv, line 3, field meter, rule place_taken: …`, as line, and rule with field.
fn reject(said: &str) -> Option<(i64, String)> {
    let (line, rest) = said.split_once(", line ")?.1.split_once(", field ")?;
    let (field, rest) = rest.split_once(", rule ")?;
    Some((line.parse().ok()?, format!("{} in {field}", rest.split_once(':')?.0)))
}

/// Account, code and state of every exception in a queue.
fn exceptions(queue: &str) -> Vec<(String, String, String)> {
    let columns = |line: &str| {
        let mut columns = line.split_whitespace().map(str::to_owned);
        Some((columns.next()?, columns.next()?, columns.next()?))
    };
    queue.lines().filter_map(columns).collect()
}

fn without_check_digit(number: &str) -> &str {
    number.split('-').next().unwrap_or(number)
}
