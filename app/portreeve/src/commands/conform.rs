//! `conform santa-monica`: 218,067 real reads and the city's real rates, through ordinary imports
//! and ordinary runs, compared with what was expected by whoever calls.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use billing::import::{ImportConsumption, LineReader, Mapping, survey};
use billing::{BillRun, RunState, last_account};
use clap::Subcommand;
use kernel::{AccountId, Cents, Digest, Month};
use rates::owrs::{self, OwrsOptions};
use revenue::acts::AdoptRates;
use serde::Serialize;

use super::{Ended, Outcome, imports, measures, runs};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;
use crate::town::{self, TownFile};

/// Known cities.
#[derive(Subcommand)]
pub enum ConformCommand {
    /// Santa Monica, California: reads of 2014 to 2016, water rates
    SantaMonica {
        /// The folder with the reference rate data
        #[arg(long)]
        data: PathBuf,
        /// Write what became of every row: row,status,usage_ccf,cents
        #[arg(long)]
        bills_out: Option<PathBuf>,
    },
}

/// What is printed.
#[derive(Serialize)]
struct Report {
    bills: i64,
    total_cents: i64,
    unbilled: i64,
    zero_bills: i64,
    released_exceptions: i64,
    postings: i64,
    funds_balanced: bool,
    completeness_ok: bool,
    seconds: f64,
    bills_per_second: f64,
    peak_rss_mb: Option<f64>,
    engine: &'static str,
}

const TOWN: &str = include_str!("../../../../towns/conformance/town.toml");
const MAPPING: &str = include_str!("../../../../towns/conformance/consumption.toml");
const READS: &str = "santa-monica-consumption/santamonica_reads_with_expected_bill.csv.gz";
const RATES: &str = "RateParser/examples/smc-2016-03-01.owrs";
const CYCLE: &str = "READ";
/// What the analyst of this town may do; the supervisor signs.
const ANALYST: [&str; 9] = [
    "finance.establish_books",
    "revenue.set_up",
    "revenue.adopt_rates",
    "billing.set_up",
    "billing.import",
    "billing.prepare",
    "billing.exceptions",
    "billing.post",
    "billing.cancel",
];
const SUPERVISOR: [&str; 1] = ["billing.sign"];
/// How many accounts are walked at a time.
const STEP: i64 = 10_000;

/// Bills the city.
pub async fn run(settings: &Settings, command: ConformCommand) -> Outcome {
    let ConformCommand::SantaMonica { data, bills_out } = command;
    let folder = tempfile::tempdir().map_err(|error| Ended::Fault(error.to_string()))?;
    let url = settings.db.clone().unwrap_or_else(|| db::sqlite_url(&folder.path().join("conform.db")));
    let begun = Instant::now();
    let office = Office::open(&url, settings.today).await?;
    office.migrate().await?;
    let (analyst, supervisor) = staff(&office).await?;
    set_up(&office, &analyst, &data).await?;
    let mapping = Mapping::parse(MAPPING).map_err(|error| Ended::Fault(error.to_string()))?;
    let reads = data.join(READS);
    check_same(&office, &reads, &mapping).await?;
    let imported = imports::consumption(&office, &analyst, &reads, &mapping).await?;
    let months = metering::period_starts(&mut office.db().read().await?).await?;
    for month in &months {
        bill_month(&office, (&analyst, &supervisor), Month::of(*month)).await?;
    }
    let report = report(&office, imported.rejected, &months, begun).await?;
    let is_good = report.funds_balanced && report.completeness_ok;
    if let Some(path) = bills_out {
        write_bills(&office, &reads, &mapping, &path).await?;
    }
    let text = serde_json::to_string(&report).map_err(|error| Ended::Fault(error.to_string()))?;
    output::data(&text);
    office.db().close().await;
    if is_good { Ok(Ended::Done) } else { Err(Ended::Refused("the books or the bills are not complete".into())) }
}

/// Refuses a database that was billed from another file: its figures would be of both.
async fn check_same(office: &Office, reads: &Path, mapping: &Mapping) -> Result<(), Ended> {
    let surveyed = survey(reads, mapping).map_err(|refused| Ended::Refused(refused.to_string()))?;
    let mut read = office.db().read().await?;
    let imported = acts::newest_command(&mut read, <ImportConsumption as acts::Act>::KIND).await?;
    if imported.is_none() || acts::was_done(&mut read, &surveyed.key).await? {
        return Ok(());
    }
    Err(Ended::Refused("this database was billed from another file; give each file a database of its own".into()))
}

pub(super) async fn staff(office: &Office) -> Result<(Who, Who), Ended> {
    let reason = "conformance run";
    let console = office.who("console", reason).await?;
    let console = console.ok_or_else(|| Ended::Refused("the staff member 'console' is missing".into()))?;
    let mut people = Vec::new();
    for (code, name, permissions) in
        [("analyst", "Billing analyst", &ANALYST[..]), ("signer", "Billing supervisor", &SUPERVISOR[..])]
    {
        if office.who(code, reason).await?.is_none() {
            let add = staff::AddActor {
                code: code.to_owned(),
                name: name.to_owned(),
                kind: staff::ActorKind::Person,
                permissions: permissions.iter().map(|permission| (*permission).to_owned()).collect(),
            };
            office.act_now(&console, &add).await?;
        }
        let who = office.who(code, reason).await?;
        people.push(who.ok_or_else(|| Ended::Fault(format!("the staff member '{code}' is missing")))?);
    }
    let supervisor = people.pop().ok_or_else(|| Ended::Fault("nobody signs".into()))?;
    let analyst = people.pop().ok_or_else(|| Ended::Fault("nobody prepares".into()))?;
    Ok((analyst, supervisor))
}

async fn set_up(office: &Office, who: &Who, data: &Path) -> Result<(), Ended> {
    let parsed: TownFile = toml::from_str(TOWN).map_err(|error| Ended::Fault(error.to_string()))?;
    town::apply(office, who, parsed).await?;
    let path = data.join(RATES);
    let named = |words: String| Ended::Refused(format!("{}: {words}", path.display()));
    let bytes = std::fs::read(&path).map_err(|error| named(error.to_string()))?;
    let mut options = OwrsOptions::water("santa-monica-water", "City of Santa Monica, water rates of 2016-03-01");
    options.effective_on = chrono::NaiveDate::from_ymd_opt(2013, 1, 1);
    let text = owrs::read(&bytes, &options).map_err(|error| named(error.to_string()))?.to_text();
    let key = format!("adopt rates {}", Digest::of(text.as_bytes()));
    office.act(&who.under(key), &AdoptRates { text }).await?;
    Ok(())
}

/// Takes the run of a month from wherever it stands to posted.
async fn bill_month(office: &Office, (analyst, supervisor): (&Who, &Who), month: Month) -> Result<(), Ended> {
    let run = runs::prepare(office, analyst, CYCLE, month, None).await?;
    if runs::state(office, &run).await? < RunState::Tried {
        runs::trial(office, analyst, &run).await?;
    }
    let run: BillRun = runs::find(office, run.number).await?;
    if runs::state(office, &run).await? == RunState::Tried {
        runs::apply_rules(office, analyst, &run).await?;
        runs::sign(office, supervisor, &run).await?;
    }
    runs::post(office, analyst, &run).await
}

async fn report(office: &Office, rejected: i64, months: &[chrono::NaiveDate], begun: Instant) -> Result<Report, Ended> {
    let mut read = office.db().read().await?;
    let (bills, zero_bills, total) = billing::bill_totals(&mut read).await?;
    let proof = finance::prove(&mut read).await?;
    let (mut held, mut released, mut completeness_ok) = (0, 0, true);
    for run in billing::all_runs(&mut read).await? {
        held += billing::signoff(&mut read, run.id).await?.map_or(0, |signed| signed.held);
        let counts = billing::exception_counts(&mut read, run.id).await?;
        released += counts.iter().filter(|((_, state), _)| *state == "released").map(|(_, count)| count).sum::<i64>();
    }
    for month in months {
        completeness_ok &= billing::month_completeness(&mut read, Month::of(*month)).await?.is_complete();
    }
    let time = begun.elapsed();
    Ok(Report {
        bills,
        total_cents: total.0,
        unbilled: held + rejected,
        zero_bills,
        released_exceptions: released,
        postings: proof.postings,
        funds_balanced: proof.is_proved,
        completeness_ok,
        seconds: measures::seconds(time),
        bills_per_second: measures::per_second(bills, time),
        peak_rss_mb: measures::peak_rss_mb(),
        engine: office.db().engine().name(),
    })
}

/// Writes what became of every row, in the order of the file.
async fn write_bills(office: &Office, reads: &Path, mapping: &Mapping, out: &Path) -> Result<(), Ended> {
    let by_line = bills_by_line(office).await?;
    let failed = |error: std::io::Error| Ended::Fault(format!("{}: {error}", out.display()));
    let refused = |error: billing::import::FileRefused| Ended::Refused(error.to_string());
    let mut sink = BufWriter::new(std::fs::File::create(out).map_err(failed)?);
    writeln!(sink, "row,status,usage_ccf,cents").map_err(failed)?;
    let mut rows = LineReader::open(reads, mapping).map_err(refused)?;
    while let Some(row) = rows.next_row().map_err(refused)? {
        let (name, line, quantity) = match row {
            Ok(row) => (row.row, row.line, row.quantity.to_string()),
            Err(reject) => (reject.row, reject.line, String::new()),
        };
        match by_line.get(&line) {
            Some(cents) => writeln!(sink, "{name},billed,{quantity},{}", cents.0),
            None => writeln!(sink, "{name},held,{quantity},"),
        }
        .map_err(failed)?;
    }
    sink.flush().map_err(failed)
}

/// What each line of the file was billed.
async fn bills_by_line(office: &Office) -> Result<BTreeMap<i64, Cents>, Ended> {
    let mut read = office.db().read().await?;
    let last = last_account(&mut read).await?;
    let mut by_line = BTreeMap::new();
    let mut from = 0;
    while from <= last.0 {
        let range = (AccountId(from), AccountId(from + STEP));
        let billed: BTreeMap<_, _> = billing::bills_by_consumption(&mut read, range).await?.into_iter().collect();
        for (id, source) in metering::sources_between(&mut read, range).await? {
            let line = source.rsplit('/').next().and_then(|line| line.parse().ok());
            if let (Some(line), Some(Some(cents))) = (line, billed.get(&id)) {
                by_line.insert(line, *cents);
            }
        }
        from += STEP;
    }
    Ok(by_line)
}
