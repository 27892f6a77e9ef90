//! `bench billing`: a bill run against the raw writing of every row it leaves behind.
//!
//! Both start from a fresh copy of the same town, in turn, after a checkpoint. The ratio says
//! what billing costs beyond storing its results on this engine, whatever the machine.

mod office;
mod place;
mod raw;
mod town;

use std::time::{Duration, Instant};

use billing::RunState;
use clap::Subcommand;
use kernel::Month;
use serde::Serialize;

use super::{Ended, Outcome, measures, runs};
use crate::config::Settings;
use crate::office::Office;
use crate::output;

use place::Place;

/// Things to measure.
#[derive(Subcommand)]
pub enum BenchCommand {
    /// A bill run from prepare to post
    Billing {
        /// How many accounts the town has
        #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(i64).range(1..=20_000_000))]
        accounts: i64,
        /// How many times each is measured, in turn; the median counts
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=21))]
        repeats: u8,
    },
    /// Make a town to measure the pages of the office with: names, addresses, meters, bills, exceptions
    ///
    /// The database that is named must be empty. Afterwards `serve --demo` serves it, and a program such as oha or wrk
    /// asks for the addresses in the file; docs/performance.md has the commands.
    Office {
        /// How many accounts the town has
        #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(100..=20_000_000))]
        accounts: i64,
        /// The file for paths of pages to ask for, a line each
        #[arg(long)]
        paths: std::path::PathBuf,
    },
}

/// What is printed.
#[derive(Serialize)]
struct Report {
    engine: &'static str,
    accounts: i64,
    bills: i64,
    seconds: Phases,
    run_seconds: f64,
    bills_per_second: f64,
    microseconds_per_bill: f64,
    raw_write_seconds: f64,
    raw_rows: u64,
    ratio: f64,
    ratios: Vec<f64>,
    peak_rss_mb: Option<f64>,
}

/// Seconds by phase.
#[derive(Clone, Copy, Serialize)]
struct Phases {
    prepare: f64,
    trial: f64,
    exceptions: f64,
    sign: f64,
    post: f64,
}

/// One run, measured.
struct Measured {
    phases: Phases,
    total: Duration,
    bills: i64,
    raw: Duration,
    raw_rows: u64,
}

/// Measures.
pub async fn run(settings: &Settings, command: BenchCommand) -> Outcome {
    let (accounts, repeats) = match command {
        BenchCommand::Billing { accounts, repeats } => (accounts, repeats),
        BenchCommand::Office { accounts, paths } => return office::run(settings, accounts, &paths).await,
    };
    let place = Place::of(settings.db.as_deref()).map_err(Ended::Fault)?;
    place.create("base").await?;
    output::talk(&format!("making a town of {accounts} accounts"));
    town::make(&place.url("base")?, settings.today, (accounts, town::Detail::Bare)).await?;
    let mut measured = Vec::new();
    for repeat in 1..=repeats {
        place.copy("base", "run").await?;
        let (phases, total, bills) = billed(&place.url("run")?, settings).await?;
        place.copy("base", "raw").await?;
        let (raw, raw_rows) = raw::write(&place.url("run")?, &place.url("raw")?).await?;
        let ratio = measures::ratio(total, raw);
        output::talk(&format!("{repeat}: run {total:.2?}, raw write of {raw_rows} rows {raw:.2?}, ratio {ratio}"));
        measured.push(Measured { phases, total, bills, raw, raw_rows });
        place.remove("run").await?;
        place.remove("raw").await?;
    }
    place.remove("base").await?;
    let report = report(&place, accounts, &measured)?;
    output::data(&serde_json::to_string(&report).map_err(|error| Ended::Fault(error.to_string()))?);
    Ok(Ended::Done)
}

/// Bills the town's month, from prepare to post.
async fn billed(url: &str, settings: &Settings) -> Result<(Phases, Duration, i64), Ended> {
    let office = Office::open(url, settings.today).await?;
    let (analyst, supervisor) = town::people(&office).await?;
    office.db().checkpoint().await?;
    let month = Month::parse(town::MONTH).map_err(|error| Ended::Fault(error.to_string()))?;
    let mut marks = vec![Instant::now()];
    let run = runs::prepare(&office, &analyst, town::CYCLE, month, None).await?;
    marks.push(Instant::now());
    runs::trial(&office, &analyst, &run).await?;
    marks.push(Instant::now());
    let run = runs::find(&office, run.number).await?;
    runs::apply_rules(&office, &analyst, &run).await?;
    marks.push(Instant::now());
    runs::sign(&office, &supervisor, &run).await?;
    marks.push(Instant::now());
    let run = runs::find(&office, run.number).await?;
    runs::post(&office, &analyst, &run).await?;
    marks.push(Instant::now());
    let run = runs::find(&office, run.number).await?;
    if runs::state(&office, &run).await? != RunState::Posted {
        return Err(Ended::Fault("the run was not posted".into()));
    }
    let (bills, _, _) = billing::bill_totals(&mut office.db().read().await?).await?;
    office.db().close().await;
    let phase = |number: usize| measures::seconds(marks[number + 1] - marks[number]);
    let phases = Phases { prepare: phase(0), trial: phase(1), exceptions: phase(2), sign: phase(3), post: phase(4) };
    Ok((phases, marks[5] - marks[0], bills))
}

/// The repeat with the median ratio, and all ratios in order.
fn report(place: &Place, accounts: i64, measured: &[Measured]) -> Result<Report, Ended> {
    let mut sorted: Vec<&Measured> = measured.iter().collect();
    sorted.sort_by_key(|one| one.total.as_nanos() * 1_000_000 / one.raw.as_nanos().max(1));
    let median = sorted.get(sorted.len() / 2).ok_or_else(|| Ended::Fault("nothing was measured".into()))?;
    let each = u32::try_from(median.bills.max(1)).map_or(median.total, |bills| median.total / bills);
    Ok(Report {
        engine: place.engine(),
        accounts,
        bills: median.bills,
        seconds: median.phases,
        run_seconds: measures::seconds(median.total),
        bills_per_second: measures::per_second(median.bills, median.total),
        microseconds_per_bill: measures::seconds(each * 1_000_000),
        raw_write_seconds: measures::seconds(median.raw),
        raw_rows: median.raw_rows,
        ratio: measures::ratio(median.total, median.raw),
        ratios: measured.iter().map(|one| measures::ratio(one.total, one.raw)).collect(),
        peak_rss_mb: measures::peak_rss_mb(),
    })
}
