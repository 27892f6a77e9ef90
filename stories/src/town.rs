//! A small town made through the program: a clerk, a supervisor, rates that can be checked by hand.

use std::path::{Path, PathBuf};

use crate::Program;

/// The town file that is applied; the one of the conformance run, which is invented.
pub const TOWN: &str = include_str!("../../towns/conformance/town.toml");

/// How consumption files of the town are read.
pub const MAPPING: &str = include_str!("../../towns/conformance/consumption.toml");

/// Invented rates. Fifteen ccf cost a house 10 × 2.00 + 5 × 3.50 = 37.50.
pub const RATES: &str = "\
---
metadata:
  effective_date: 2013-01-01
  utility_name: \"Town of Stories\"
  bill_frequency: monthly
rate_structure:
  RESIDENTIAL_SINGLE:
    tier_starts:
      - 0
      - 11
      - 31
    tier_prices:
      - 2.00
      - 3.50
      - 5.00
    commodity_charge: Tiered
    bill: commodity_charge
  COMMERCIAL:
    tier_starts:
      - 0
      - 101
    tier_prices:
      - 3.00
      - 4.25
    commodity_charge: Tiered
    bill: commodity_charge
";

/// What the clerk may do: everything but sign.
const CLERK: [&str; 11] = [
    "finance.establish_books",
    "finance.lock_period",
    "finance.unlock_period",
    "revenue.set_up",
    "revenue.adopt_rates",
    "billing.set_up",
    "billing.import",
    "billing.prepare",
    "billing.exceptions",
    "billing.post",
    "billing.cancel",
];

/// A prepared town, and a folder for its files.
#[derive(Debug)]
pub struct Town {
    /// The program on the town's database.
    pub program: Program,
    folder: tempfile::TempDir,
}

impl Town {
    /// Prepares a town in a database: migrations, staff, town file, rates.
    ///
    /// `clerk` does everything but sign; `chief` does that too; `supervisor` only signs.
    ///
    /// # Panics
    /// When a step of it fails.
    #[must_use]
    pub fn prepared(url: &str) -> Town {
        let town = Town::at(url);
        let program = &town.program;
        program.done("console", &["migrate"]);
        let staff = |code: &str, permissions: &[&str]| {
            let mut words = vec!["staff", "add", code, "--name", code];
            permissions.iter().for_each(|permission| words.extend(["--grant", permission]));
            program.done("console", &words);
        };
        staff("clerk", &CLERK);
        staff("chief", &[&CLERK[..], &["billing.sign"]].concat());
        staff("supervisor", &["billing.sign"]);
        let file = format!("{TOWN}\n[adjustment_reasons]\ngoodwill = \"Courtesy adjustment\"\n");
        let (file, rates) = (town.file("town.toml", file.as_bytes()), town.file("rates.owrs", RATES.as_bytes()));
        program.done("clerk", &["town", "apply", &file]);
        let adopt = ["rates", "adopt", &rates, "--format", "owrs", "--code", "santa-monica-water"];
        program.done("clerk", &[&adopt[..], &["--ordinance", "Ordinance 7"]].concat());
        town.file("mapping.toml", MAPPING.as_bytes());
        town
    }

    /// A town with so many accounts, each billed for up to 37 ccf: run 1 is signed and not posted, and the log is sealed.
    ///
    /// # Panics
    /// When a step of it fails.
    #[must_use]
    pub fn ready_to_post(url: &str, accounts: i64) -> Town {
        let town = Town::prepared(url);
        let read = |account| {
            let used = 1 + account % 37;
            format!("{account},{account},RESIDENTIAL_SINGLE,2014-03-01,{used}\n")
        };
        let reads: String = (0..accounts).map(read).collect();
        let reads = format!("row,cust_id,cust_class,usage_date,usage_ccf\n{reads}");
        let imported = town.import(&town.file("reads.csv", reads.as_bytes()));
        assert_eq!(imported.code, 0, "{}", imported.err);
        let prepare = ["run", "prepare", "--cycle", "READ", "--month", "2014-03", "--chunk-accounts", "20"];
        town.program.done("clerk", &prepare);
        town.program.done("clerk", &["run", "trial", "1"]);
        town.program.done("supervisor", &["run", "sign", "1"]);
        town.program.done("clerk", &["acts", "seal"]);
        town
    }

    /// A folder for files, and the program on a database that stays as it is.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    #[must_use]
    pub fn at(url: &str) -> Town {
        Town { program: Program::on(url), folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Writes a file into the town's folder, and gives its path.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn file(&self, name: &str, contents: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, contents).expect("a file can be written");
        shown(&path)
    }

    /// The path of a file in the town's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The clerk imports a consumption file.
    #[must_use]
    pub fn import(&self, file: &str) -> crate::Said {
        let mapping = shown(&self.path("mapping.toml"));
        self.program.run("clerk", &["import", "consumption", file, "--mapping", &mapping])
    }
}

fn shown(path: &Path) -> String {
    path.to_str().expect("temporary folders have plain names").to_owned()
}
