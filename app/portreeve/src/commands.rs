//! The command tree; each command calls acts and views and decides nothing.

mod accounts;
mod act_log;
mod agreements;
mod attachments;
mod backup;
mod bench;
mod bills;
mod charges;
mod conform;
mod customers;
mod demo;
mod exports;
mod health;
mod identity;
mod imports;
mod keys;
mod ledger;
mod measures;
mod meters;
mod people;
mod proposals;
mod rates;
mod reads;
mod reports;
mod restore;
mod routes;
mod runs;
mod search;
mod serve;
mod services;
mod set_up;
mod webhooks;
mod winter_averages;
mod work;

use std::process::ExitCode;

use acts::Failure;
use clap::Subcommand;
use db::Fault;

use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

#[cfg(test)]
pub use demo::people as demo_people;
pub use health::{is_ready, keep_numbers, metrics_text};
pub use serve::told_to_stop;
pub use set_up::{PERMISSIONS_TO_COME, all_permissions};

/// Every command.
#[derive(Subcommand)]
pub enum Command {
    /// Bring the database up to date
    Migrate,
    /// Add staff and grant permissions
    #[command(subcommand)]
    Staff(set_up::StaffCommand),
    /// Apply a town's chart, classes, cycles and rules
    #[command(subcommand)]
    Town(set_up::TownCommand),
    /// Record rate schedules
    #[command(subcommand)]
    Rates(rates::RatesCommand),
    /// Set what rates ask of a service agreement, such as dwelling units
    #[command(subcommand)]
    Agreement(agreements::AgreementCommand),
    /// Record exemptions of an account
    #[command(subcommand)]
    Account(accounts::AccountCommand),
    /// Work out winter averages
    #[command(subcommand)]
    WinterAverage(winter_averages::WinterAverageCommand),
    /// Merge customers, set addresses, bill payers, owners and tenants
    #[command(subcommand)]
    Customer(customers::CustomerCommand),
    /// Verify callers, keep numbers encrypted and addresses confidential, look for red flags
    #[command(subcommand)]
    Identity(identity::IdentityCommand),
    /// Files that support accounts, bills and changes: add, list, get, withdraw, scan, verify, sweep
    #[command(subcommand)]
    Attachments(attachments::AttachmentsCommand),
    /// Bring in files
    Import(imports::ImportArgs),
    /// Write what is on record as a file that can be brought in
    Export(exports::ExportArgs),
    /// Meters: exchange, last count, swap, show
    #[command(subcommand)]
    Meter(meters::MeterCommand),
    /// Reads of meters: enter, correct, history
    #[command(subcommand)]
    Read(reads::ReadCommand),
    /// Reading routes: list, show, put a service point on one, take it off
    #[command(subcommand)]
    Route(routes::RouteCommand),
    /// Bill runs: prepare, trial, exceptions, register, sign, post, cancel
    #[command(subcommand)]
    Run(runs::RunCommand),
    /// Start, stop, hand over and correct services
    #[command(subcommand)]
    Service(services::ServiceCommand),
    /// Charge accounts by code
    #[command(subcommand)]
    Charge(charges::ChargeCommand),
    /// Adjust bills
    #[command(subcommand)]
    Adjust(charges::AdjustCommand),
    /// Show a bill, or explain why it is what it is
    #[command(subcommand)]
    Bill(bills::BillCommand),
    /// Print reports: taxes, receivables; have saved ones made by themselves
    #[command(subcommand)]
    Report(reports::ReportCommand),
    /// Prove and export the books
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Changes that wait for a second person: list, show, approve, refuse, send back, hand on
    #[command(subcommand)]
    Proposal(proposals::ProposalCommand),
    /// Read the act log
    #[command(subcommand)]
    Acts(act_log::ActsCommand),
    /// Write the whole town into one file, while everybody works on
    Backup(backup::BackupArgs),
    /// Fill a new database from a backup, and prove it
    Restore(restore::RestoreArgs),
    /// Find accounts, meters and bills as the search box does; keep its index
    Search(search::SearchArgs),
    /// Serve the town's pages and API
    Serve(serve::ServeArgs),
    /// Carry out long work, such as trials and posting, that people order on the pages
    Work(work::WorkArgs),
    /// Other programs that are told of what is done here: add, list, stop, start, change secrets, send again
    #[command(subcommand)]
    Webhooks(webhooks::WebhooksCommand),
    /// Make a key file, change keys, list them
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Tell whether the town can work, and its numbers in the text form of Prometheus
    Health,
    /// Bill real reads of a real city and compare
    #[command(subcommand)]
    Conform(conform::ConformCommand),
    /// Make the invented town of Saguaro Bend and bill its year
    Demo(demo::DemoArgs),
    /// Measure
    #[command(subcommand)]
    Bench(bench::BenchCommand),
}

/// How a command ended.
#[derive(Debug)]
pub enum Ended {
    /// It ran to its end; refused items were reported.
    Done,
    /// It was refused, or did not prove what it should.
    Refused(String),
    /// It was used wrongly.
    WrongUse(String),
    /// The world outside failed.
    Fault(String),
}

impl Ended {
    /// Says what there is to say and gives the exit code.
    pub fn tell(self) -> ExitCode {
        let (code, words) = match self {
            Ended::Done => (0, String::new()),
            Ended::Refused(words) => (1, words),
            Ended::WrongUse(words) => (2, words),
            Ended::Fault(words) => (3, words),
        };
        if !words.is_empty() {
            output::talk(&format!("portreeve: {words}"));
        }
        ExitCode::from(code)
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Ended {
        match failure {
            Failure::Refused(refusal) => Ended::Refused(refusal.to_string()),
            Failure::Waiting(waiting) => Ended::Refused(waiting.to_string()),
            Failure::Fault(fault) => Ended::from(fault),
        }
    }
}

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Ended {
        Ended::Fault(fault.to_string())
    }
}

/// What a command gives back: `Err` only shortens the way out.
pub type Outcome = Result<Ended, Ended>;

/// Carries out a command.
pub async fn run(settings: &Settings, command: Command) -> Ended {
    let outcome = match command {
        Command::Migrate => set_up::migrate(settings).await,
        Command::Staff(command) => set_up::staff(settings, command).await,
        Command::Town(command) => set_up::town(settings, command).await,
        Command::Rates(command) => rates::run(settings, command).await,
        Command::Agreement(command) => agreements::run(settings, command).await,
        Command::Account(command) => accounts::run(settings, command).await,
        Command::WinterAverage(command) => winter_averages::run(settings, command).await,
        Command::Customer(command) => customers::run(settings, command).await,
        Command::Identity(command) => identity::run(settings, command).await,
        Command::Attachments(command) => attachments::run(settings, command).await,
        Command::Import(args) => imports::run(settings, args).await,
        Command::Export(args) => exports::run(settings, args).await,
        Command::Meter(command) => meters::run(settings, command).await,
        Command::Read(command) => reads::run(settings, command).await,
        Command::Route(command) => routes::run(settings, command).await,
        Command::Run(command) => runs::run(settings, command).await,
        Command::Service(command) => services::run(settings, command).await,
        Command::Charge(command) => charges::run(settings, command).await,
        Command::Adjust(command) => charges::adjust(settings, command).await,
        Command::Bill(command) => bills::run(settings, command).await,
        Command::Report(command) => reports::run(settings, command).await,
        Command::Ledger(command) => ledger::run(settings, command).await,
        Command::Proposal(command) => proposals::run(settings, command).await,
        Command::Acts(command) => act_log::run(settings, command).await,
        Command::Backup(args) => backup::run(settings, args).await,
        Command::Restore(args) => restore::run(settings, args).await,
        Command::Search(args) => search::run(settings, args).await,
        Command::Serve(args) => serve::run(settings, args).await,
        Command::Work(args) => work::run(settings, args).await,
        Command::Webhooks(command) => webhooks::run(settings, command).await,
        Command::Keys(command) => keys::run(settings, command).await,
        Command::Health => health::run(settings).await,
        Command::Conform(command) => conform::run(settings, command).await,
        Command::Demo(command) => demo::run(settings, command).await,
        Command::Bench(command) => bench::run(settings, command).await,
    };
    outcome.unwrap_or_else(|ended| ended)
}

/// Opens the database the settings name.
async fn office(settings: &Settings) -> Result<Office, Ended> {
    let url = settings.db_url().map_err(Ended::WrongUse)?;
    let office = Office::open(url, settings.today).await?;
    if !office.db().is_migrated().await? {
        return Err(Ended::Refused("this database has no town yet: run `portreeve migrate` first".into()));
    }
    Ok(office)
}

/// The same for a program that runs for days: it goes on to the next business date unless it was told one.
async fn standing_office(settings: &Settings) -> Result<Office, Ended> {
    let office = office(settings).await?;
    Ok(if settings.is_today_given { office } else { office.by_the_machine() })
}

/// Opens the database, and finds who acts.
async fn office_and_who(settings: &Settings) -> Result<(Office, Who), Ended> {
    let office = office(settings).await?;
    let who = office.who(&settings.actor, &settings.reason).await?;
    let who = who.ok_or_else(|| Ended::Refused(format!("nobody on the staff has the code '{}'", settings.actor)))?;
    Ok((office, who))
}

/// Reads a text file, or says which file and why not.
fn read_text(path: &std::path::Path) -> Result<String, Ended> {
    std::fs::read_to_string(path).map_err(|error| Ended::Refused(format!("{}: {error}", path.display())))
}
