//! `import`: bringing in files.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use acts::{Done, Failure};
use billing::import::{ImportReport, Mapping, survey};
use clap::Args;
use clap::builder::PossibleValuesParser;
use db::Fault;
use imports::{FileReject, ImportRefused, Imported, Intake, RejectsFile, Scope, SurveyedFile};
use jobs::JobState;

use super::{Ended, Outcome, office_and_who, read_text, search};
use crate::config::Settings;
use crate::intakes::intakes;
use crate::office::{Office, Who};
use crate::output;
use crate::whole_file::WholeFile;

/// A file to bring in.
#[derive(Args)]
pub struct ImportArgs {
    /// What is in it
    #[arg(value_parser = PossibleValuesParser::new(kinds()))]
    kind: String,
    /// The file: CSV, plain or gzip
    file: PathBuf,
    /// The mapping (TOML): which column means what; not needed where columns have the names of the fields
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Bring in nothing unless everything can come in
    #[arg(long)]
    all_or_nothing: bool,
    /// Write rejected records to this file, to be corrected and given again
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Take a file that was given before once more: what was rejected may come in now
    #[arg(long)]
    again: bool,
}

/// Consumption has a mapping of its own kind and opens what it names.
const CONSUMPTION: &str = "consumption";
/// Nobody is found by what was read.
const READS: &str = "reads";

fn kinds() -> Vec<&'static str> {
    let kinds = intakes().into_iter().map(|intake| intake.kind());
    kinds.chain([CONSUMPTION]).collect()
}

/// Brings in a file and lists what it had to reject.
pub async fn run(settings: &Settings, args: ImportArgs) -> Outcome {
    match intakes().into_iter().find(|intake| intake.kind() == args.kind) {
        Some(intake) => file(settings, &intake, &args).await,
        None => consumption_file(settings, &args).await,
    }
}

async fn consumption_file(settings: &Settings, args: &ImportArgs) -> Outcome {
    let Some(mapping) = &args.mapping else {
        return Err(Ended::WrongUse("a file of consumption needs --mapping".into()));
    };
    if args.all_or_nothing || args.again || args.rejects.is_some() {
        let words = "a file of consumption is imported without --all-or-nothing, --again and --rejects";
        return Err(Ended::WrongUse(words.into()));
    }
    let text = read_text(mapping)?;
    let mapping = Mapping::parse(&text).map_err(|error| Ended::Refused(format!("{}: {error}", mapping.display())))?;
    let (office, who) = office_and_who(settings).await?;
    let report = consumption(&office, &who, &args.file, &mapping).await?;
    output::data(&format!(
        "{} rows imported, {} rejected, {} services opened",
        report.rows, report.rejected, report.opened
    ));
    Ok(Ended::Done)
}

/// Imports consumption, going on where an earlier try ended; rejects are listed on stderr.
pub async fn consumption(office: &Office, who: &Who, file: &Path, mapping: &Mapping) -> Result<ImportReport, Ended> {
    let surveyed = survey(file, mapping).map_err(|refused| Ended::Refused(refused.to_string()))?;
    let done = office.act(&who.under(surveyed.key), &surveyed.act).await?;
    let order = done.outcome.order;
    if done.was_repeated {
        output::talk(GIVEN_BEFORE);
    }
    let ended = office.finish_import(who, order, file.to_owned()).await?;
    if let Some(refusal) = ended.refusals.first() {
        return Err(Ended::Refused(refusal.clone()));
    }
    search::catch_up_with_files(office).await?;
    let mut read = office.db().read().await?;
    for (line, field, rule, message) in billing::rejects(&mut read, order).await? {
        output::talk(&format!("{}, line {line}, field {field}, rule {rule}: {message}", surveyed.act.name));
    }
    Ok(ImportReport::of(&mut read, order).await?)
}

const GIVEN_BEFORE: &str = "this file was given before; nothing is brought in twice";
/// Rejects that are read at once.
const PAGE: i64 = 1_000;

/// Imports a file of any other kind, going on where an earlier try ended.
async fn file(settings: &Settings, intake: &Arc<dyn Intake>, args: &ImportArgs) -> Outcome {
    let is_same =
        |path: &PathBuf| path.canonicalize().is_ok_and(|path| args.file.canonicalize().is_ok_and(|file| file == path));
    if args.rejects.as_ref().is_some_and(is_same) {
        return Err(Ended::WrongUse("--rejects names the file that is brought in; choose another name".into()));
    }
    let mapping = match &args.mapping {
        None => None,
        Some(path) => {
            let mapping = imports::Mapping::parse(&read_text(path)?, intake.fields());
            Some(mapping.map_err(|error| Ended::Refused(format!("{}: {error}", path.display())))?)
        }
    };
    let scope = if args.all_or_nothing { Scope::AllOrNothing } else { Scope::WhatCan };
    let surveyed =
        imports::survey(intake, &args.file, mapping, scope).map_err(|refused| Ended::Refused(refused.to_string()))?;
    let unused = surveyed.unused();
    if !unused.is_empty() {
        let names: Vec<String> = unused.into_iter().map(imports::printable).collect();
        output::talk(&format!("nothing is read from the columns {}", names.join(", ")));
    }
    let (office, who) = office_and_who(settings).await?;
    let mut rejects = Rejects::begin(&surveyed, args.rejects.as_deref())?;
    let done = match order(&office, &who, &surveyed, args.again).await {
        Err(Failure::Refused(refusal)) => {
            // A file that is refused as a whole names what it is refused for.
            let error: &dyn std::error::Error = &*refusal;
            if let Some(ImportRefused::Rejects { rejects: named, .. }) = error.downcast_ref() {
                named.iter().try_for_each(|reject| rejects.tell(reject))?;
            }
            rejects.end()?;
            return Err(Ended::Refused(refusal.to_string()));
        }
        done => done?,
    };
    if done.was_repeated {
        output::talk(GIVEN_BEFORE);
    }
    let imported = done.outcome;
    if scope == Scope::WhatCan {
        let ended = office.finish_file(&who, imported.order, intake, &args.file).await?;
        if let Some(refusal) = ended.refusals.first() {
            return Err(Ended::Refused(refusal.clone()));
        }
    }
    if intake.kind() != READS {
        search::catch_up_with_files(&office).await?;
    }
    let mut read = office.db().read().await?;
    let mut after = 0;
    loop {
        let page = imports::rejects(&mut read, imported.order, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.line;
        page.iter().try_for_each(|reject| rejects.tell(reject))?;
    }
    rejects.end()?;
    output::data(&imported.report(&mut read).await?.to_string());
    Ok(Ended::Done)
}

/// Places the order for a file, or finds the one it has; once more where that is asked for and
/// nothing of an earlier time is left to do.
async fn order(office: &Office, who: &Who, surveyed: &SurveyedFile, again: bool) -> Result<Done<Imported>, Failure> {
    let mut done = office.act(&who.under(&surveyed.key), &surveyed.act).await?;
    let mut times = 1;
    while again && done.was_repeated {
        let job = jobs::job_of_order(&mut office.db().read().await?, done.outcome.order).await?;
        if job.is_some_and(|job| job.state != JobState::Done) {
            break;
        }
        times += 1;
        done = office.act(&who.under(format!("{} time {times}", surveyed.key)), &surveyed.act).await?;
    }
    Ok(done)
}

/// Where rejects are told: line by line on stderr, and in a file where one is wanted.
struct Rejects {
    name: String,
    file: Option<(RejectsFile<BufWriter<File>>, WholeFile)>,
}

impl Rejects {
    fn begin(surveyed: &SurveyedFile, path: Option<&Path>) -> Result<Rejects, Ended> {
        let begin = |path: &Path| {
            let whole = WholeFile::begin(path).map_err(Ended::Fault)?;
            let out = BufWriter::new(whole.file().map_err(Ended::Fault)?);
            Ok::<_, Ended>((RejectsFile::begin(out, &surveyed.header)?, whole))
        };
        Ok(Rejects { name: surveyed.name.clone(), file: path.map(begin).transpose()? })
    }

    fn tell(&mut self, reject: &FileReject) -> Result<(), Fault> {
        let FileReject { line, field, rule, message, .. } = reject;
        output::talk(&format!("{}, line {line}, field {field}, rule {rule}: {message}", self.name));
        self.file.as_mut().map_or(Ok(()), |(file, _)| file.push(reject))
    }

    fn end(self) -> Result<(), Ended> {
        let Some((file, whole)) = self.file else { return Ok(()) };
        file.end()?;
        whole.keep().map_err(Ended::Fault)
    }
}
