//! `rates evaluate`: prices every case of a file by rate files as they are, and writes what each comes to.

mod by_owrs;
mod by_sheet;
mod cases;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use rates::owrs::TierStarts;

use super::super::{Ended, Outcome};
use crate::output;
use by_owrs::ByOwrs;
use by_sheet::BySheet;
use cases::Cases;

/// What is evaluated, and where the answers go.
#[derive(Args)]
#[command(group(ArgGroup::new("rates").required(true).args(["owrs_root", "rate_sheet"])))]
pub struct EvaluateArgs {
    /// The folder of OWRS files; cases have the columns case_id, file, class, inputs_json
    #[arg(long, value_name = "DIR")]
    owrs_root: Option<PathBuf>,
    /// The rate sheet; cases have the columns case_id, pwsid, service, category, usage_gal_per_month
    #[arg(long, value_name = "FILE")]
    rate_sheet: Option<PathBuf>,
    /// The cases, as CSV; columns of other names are ignored
    #[arg(long, value_name = "FILE")]
    cases: PathBuf,
    /// The file to write: a row for every case, in their order
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// OWRS only: what a number in `tier_starts` means
    #[arg(long, value_enum, default_value = "first-unit")]
    tier_starts: StartsOfTiers,
}

/// What a number in `tier_starts` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StartsOfTiers {
    /// The first unit of the tier, as the specification says
    FirstUnit,
    /// The amount above which the tier begins
    Boundary,
}

/// Something that prices cases.
pub(super) trait Pricer {
    /// The columns of a case behind `case_id`.
    const COLUMNS: &'static [&'static str];
    /// The columns of an answer between `status` and `message`.
    const ANSWERS: &'static [&'static str];

    /// The answers to the fields of a case, or why it is refused.
    fn price(&mut self, fields: &[&str]) -> Result<Vec<String>, String>;
}

/// Letters of a message; what is wrong with a file is said in full by `rates lint`.
const MESSAGE_MAX: usize = 1_000;

/// Evaluates all cases.
pub fn run(args: &EvaluateArgs) -> Outcome {
    for read in [Some(&args.cases), args.rate_sheet.as_ref()].into_iter().flatten() {
        if is_same_file(read, &args.out) {
            return Err(Ended::WrongUse(format!("{} would be overwritten by its own answers", read.display())));
        }
    }
    match (&args.owrs_root, &args.rate_sheet) {
        (Some(root), _) => {
            let tier_starts = match args.tier_starts {
                StartsOfTiers::FirstUnit => TierStarts::FirstUnit,
                StartsOfTiers::Boundary => TierStarts::Boundary,
            };
            evaluate(&mut ByOwrs::new(root, tier_starts)?, args)
        }
        (None, Some(sheet)) => evaluate(&mut BySheet::read(sheet)?, args),
        (None, None) => Err(Ended::WrongUse("give --owrs-root or --rate-sheet".to_owned())),
    }
}

fn evaluate<P: Pricer>(pricer: &mut P, args: &EvaluateArgs) -> Outcome {
    let mut cases = Cases::open(&args.cases, &[&["case_id"], P::COLUMNS].concat())?;
    let unwritten = |error: &dyn std::fmt::Display| Ended::Fault(format!("{}: {error}", args.out.display()));
    let file = File::create(&args.out).map_err(|error| unwritten(&error))?;
    let mut out = csv::Writer::from_writer(BufWriter::new(file));
    let head = [&["case_id", "status"], P::ANSWERS, &["message"]].concat();
    out.write_record(head).map_err(|error| unwritten(&error))?;
    let (mut priced, mut refused) = (0_u64, 0_u64);
    while let Some(case) = cases.next()? {
        let answers = case.fields.and_then(|fields| {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            pricer.price(&fields)
        });
        let row = match answers {
            Ok(answers) => {
                priced += 1;
                [vec![case.id, "ok".to_owned()], answers, vec![String::new()]].concat()
            }
            Err(why) => {
                refused += 1;
                let none = vec![String::new(); P::ANSWERS.len()];
                [vec![case.id, "refused".to_owned()], none, vec![on_one_line(&why)]].concat()
            }
        };
        out.write_record(row).map_err(|error| unwritten(&error))?;
    }
    out.flush().map_err(|error| unwritten(&error))?;
    output::talk(&format!("{priced} cases priced, {refused} refused"));
    Ok(Ended::Done)
}

/// A message that a person finds in one cell.
fn on_one_line(why: &str) -> String {
    let line: String = why.split('\n').map(str::trim).collect::<Vec<_>>().join("; ");
    match line.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
