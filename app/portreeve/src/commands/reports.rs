//! `report`: reports over all accounts, and the forms in which any report is written.

use std::io::Write;
use std::path::PathBuf;

use acts::Authority;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use reports::Report;
use staff::{FileOf, SaveReport, SavedReport, ScheduleReport, StaffAuthority, StopReport};

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::output;
use crate::report_keeper::make_due_reports;

/// Reports over all accounts.
#[derive(Subcommand)]
pub enum ReportCommand {
    /// What is owed to each tax authority by the bills of some days, beside the books
    Tax {
        /// The first GL date
        #[arg(long)]
        from: NaiveDate,
        /// The last GL date
        #[arg(long)]
        through: NaiveDate,
        #[command(flatten)]
        form: Form,
    },
    /// What customers owe on a day, by service, fund and how long it has been due
    Receivables {
        /// The day
        #[arg(long)]
        as_of: NaiveDate,
        #[command(flatten)]
        form: Form,
    },
    /// List the reports you saved and those that are shared: number, how often each is made, title
    List,
    /// Save a report under a title, in place of yours of that title; prints its number
    Save {
        /// The title
        title: String,
        /// Its address on this site, such as /reports/views/bills?group=run
        address: String,
        /// Let everybody see it who may look at its rows
        #[arg(long)]
        shared: bool,
    },
    /// Have a saved report of yours made by itself, from today on
    Schedule {
        /// Its number, as `report list` shows it
        number: i64,
        /// How often
        #[arg(long, value_enum)]
        every: Every,
        /// The day of the week, 1 for Monday to 7, or of the month, 1 to 31; not for every day
        #[arg(long, value_name = "DAY", default_value_t = 0)]
        on: i64,
    },
    /// Let a saved report be made by itself no more; what was made is kept
    Stop {
        /// Its number
        number: i64,
    },
    /// Make the reports that are due and were not made; `serve` and `work` do it by themselves
    Make,
    /// Show what was made of a saved report, or write the file of a day
    Made {
        /// Its number
        number: i64,
        /// The day for which it was due; its rows are printed as CSV
        #[arg(long, value_name = "DATE")]
        day: Option<NaiveDate>,
    },
}

/// How often a report is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Every {
    /// Every business day
    Day,
    /// On a day of the week
    Week,
    /// On a day of the month
    Month,
}

/// How a report is written, and where to.
#[derive(Args)]
pub struct Form {
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The file to write; stdout when it is not given
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Text,
    /// Comma-separated values
    Csv,
    /// A spreadsheet; needs --out
    Xlsx,
}

impl Form {
    /// Writes a report.
    pub fn write(&self, report: &Report) -> Result<(), Ended> {
        let bytes = match (self.format, &self.out) {
            (Format::Text, _) => report.to_text().into_bytes(),
            (Format::Csv, _) => report.to_csv().into_bytes(),
            (Format::Xlsx, None) => {
                return Err(Ended::WrongUse("a spreadsheet is not for a terminal: name a file with --out".into()));
            }
            (Format::Xlsx, Some(_)) => report.to_xlsx().map_err(|error| Ended::Refused(error.to_string()))?,
        };
        match &self.out {
            Some(path) => {
                let failed = |error: std::io::Error| Ended::Fault(format!("{}: {error}", path.display()));
                let mut file = std::fs::File::create(path).map_err(failed)?;
                file.write_all(&bytes).map_err(failed)?;
                output::talk(&format!("{} is written", path.display()));
            }
            None => output::data(String::from_utf8_lossy(&bytes).trim_end()),
        }
        Ok(())
    }
}

/// Prints a report, or has saved ones made.
pub async fn run(settings: &Settings, command: ReportCommand) -> Outcome {
    match command {
        ReportCommand::Tax { from, through, form } => {
            let office = office(settings).await?;
            let report = billing::tax_report(&mut office.db().read().await?, from, through).await?;
            form.write(&report.report())?;
            if !report.is_agreed() {
                return Err(Ended::Refused("the bills and the books disagree; see the report".into()));
            }
        }
        ReportCommand::Receivables { as_of, form } => {
            let office = office(settings).await?;
            form.write(&billing::receivables_by_age(&mut office.db().read().await?, as_of).await?.report())?;
        }
        ReportCommand::List => list(settings).await?,
        ReportCommand::Save { title, address, shared } => {
            save(settings, SaveReport { title, address, is_shared: shared }).await?;
        }
        ReportCommand::Schedule { number, every, on } => {
            let (office, who) = office_and_who(settings).await?;
            let every = match every {
                Every::Day => staff::Every::Day,
                Every::Week => staff::Every::Week,
                Every::Month => staff::Every::Month,
            };
            office.act_now(&who, &ScheduleReport { report: number, every, on_day: on }).await?;
            output::talk(&format!("report {number} is made by itself from now on"));
        }
        ReportCommand::Stop { number } => {
            let (office, who) = office_and_who(settings).await?;
            office.act_now(&who, &StopReport { report: number }).await?;
            output::talk(&format!("report {number} is made by itself no more"));
        }
        ReportCommand::Make => {
            let made = make_due_reports(&office(settings).await?).await?;
            output::data(&format!("{} reports made, {} not", made.made, made.refused));
        }
        ReportCommand::Made { number, day } => show_made(settings, number, day).await?,
    }
    Ok(Ended::Done)
}

async fn save(settings: &Settings, act: SaveReport) -> Result<(), Ended> {
    let (office, who) = office_and_who(settings).await?;
    office.act_now(&who, &act).await?;
    let saved = staff::saved_reports(&mut office.db().read().await?, who.actor.id).await?;
    let own = saved.iter().find(|one| one.actor == who.actor.id && one.title == act.title.trim());
    let own = own.ok_or_else(|| Ended::Fault("the report that was saved is not there".into()))?;
    output::data(&own.id.to_string());
    Ok(())
}

async fn list(settings: &Settings) -> Result<(), Ended> {
    let (office, who) = office_and_who(settings).await?;
    let mut read = office.db().read().await?;
    let schedules = staff::report_schedules(&mut read).await?;
    for report in staff::saved_reports(&mut read, who.actor.id).await? {
        let schedule = schedules.iter().find(|one| one.report.id == report.id);
        let made = schedule.map_or("not by itself".to_owned(), |one| one.rhythm.words());
        output::data(&format!("{}\t{made}\t{}", report.id, report.title));
    }
    Ok(())
}

async fn show_made(settings: &Settings, number: i64, day: Option<NaiveDate>) -> Result<(), Ended> {
    let (office, who) = office_and_who(settings).await?;
    let mut read = office.db().read().await?;
    let unknown = || Ended::Refused(format!("you see no saved report {number}: `report list` shows them"));
    let report = staff::saved_report(&mut read, number).await?;
    let is_seen = |report: &SavedReport| report.actor == who.actor.id || report.is_shared;
    let report = report.filter(is_seen).ok_or_else(unknown)?;
    let results = staff::report_results(&mut read, report.id).await?;
    let Some(day) = day else {
        for one in results {
            let state = one.why_not.unwrap_or_else(|| format!("{} rows", one.rows));
            output::data(&format!("{}\tmade on {}\t{state}", one.due_on, one.made_on));
        }
        return Ok(());
    };
    let nothing = || Ended::Refused(format!("no file of report {number} was made for {day}"));
    let result = results.iter().find(|one| one.due_on == day).ok_or_else(nothing)?;
    let needed = books::permission_of_report(&result.address).ok_or_else(nothing)?;
    if !StaffAuthority.allows(&mut read, &who.actor, needed.code, settings.today).await? {
        return Err(Ended::Refused(format!("you may not see what is in it: that takes '{}'", needed.code)));
    }
    let bytes = staff::report_file(&mut read, (report.id, day), FileOf::Csv).await?.ok_or_else(nothing)?;
    output::data(String::from_utf8_lossy(&bytes).trim_end());
    Ok(())
}
