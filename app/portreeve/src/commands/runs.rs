//! `run`: a bill run from prepare to post.

use acts::Failure;
use billing::acts::{
    ApplyRules, CancelRun, CloseReads, ClosedChunk, HoldBill, IssueRun, PostRun, PrepareRun, ReleaseException, SignRun,
    TryRun,
};
use billing::{BillRun, ExceptionCode, RunState};
use chrono::{Days, NaiveDate};
use clap::Subcommand;
use kernel::{AccountId, Month, OrderId, Period};

use super::reports::Form;
use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

/// Steps of a bill run, in their order.
#[derive(Subcommand)]
pub enum RunCommand {
    /// Freeze an item for every due service agreement and issue bill numbers
    Prepare {
        /// The code of the cycle
        #[arg(long)]
        cycle: String,
        /// The month to bill, such as 2014-03
        #[arg(long, value_parser = month, required_unless_present = "from_on")]
        month: Option<Month>,
        /// Instead of a month: the first day of a period of the cycle's calendar, which also knows the bill date
        #[arg(long = "from", value_name = "DATE", conflicts_with = "month")]
        from_on: Option<NaiveDate>,
        /// The date on the bills; the calendar's, or the month's last day, when it is not given
        #[arg(long)]
        bill_on: Option<NaiveDate>,
        /// How many accounts are frozen, tried and posted at a time; only speed depends on it
        #[arg(long, hide = true)]
        chunk_accounts: Option<i64>,
    },
    /// Price every bill and queue exceptions
    Trial {
        /// The number of the run
        run: i64,
    },
    /// List exceptions, let the rules decide them, release or hold one
    Exceptions {
        /// The number of the run
        run: i64,
        /// Let the town's rules decide what they cover
        #[arg(long)]
        apply_rules: bool,
        /// Release an exception: account number and code
        #[arg(long, num_args = 2, value_names = ["ACCOUNT", "CODE"])]
        release: Option<Vec<String>>,
        /// Hold the bill of an account
        #[arg(long, value_name = "ACCOUNT", requires_all = ["assignee", "until"])]
        hold: Option<String>,
        /// Who looks after the held bill
        #[arg(long)]
        assignee: Option<String>,
        /// Until when
        #[arg(long)]
        until: Option<NaiveDate>,
    },
    /// Print the register
    Register {
        /// The number of the run
        run: i64,
        #[command(flatten)]
        form: Form,
    },
    /// Sign the register of a run that someone else prepared
    Sign {
        /// The number of the run
        run: i64,
    },
    /// Write the bills to the books
    Post {
        /// The number of the run
        run: i64,
    },
    /// Close the reads of a cycle's period: use is judged, and estimated where nothing was read
    CloseReads {
        /// The code of the cycle
        #[arg(long)]
        cycle: String,
        /// The first day of the period
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
    },
    /// Mark the bills of a run as given out: from then on wrong ones are made again, the run is not cancelled
    Issue {
        /// The number of the run
        run: i64,
    },
    /// Cancel the run; posted bills are reversed
    Cancel {
        /// The number of the run
        run: i64,
    },
    /// List all runs
    List,
    /// Prove that every active agreement is billed or explained
    Completeness {
        /// The month, such as 2014-03
        #[arg(value_parser = month, required_unless_present = "as_of")]
        month: Option<Month>,
        /// Instead of a month: prove day by day that all service up to the last bills due by this day is billed once
        #[arg(long, value_name = "DATE", conflicts_with = "month")]
        as_of: Option<NaiveDate>,
    },
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).map_err(|error| error.to_string())
}

/// Carries out a step.
pub async fn run(settings: &Settings, command: RunCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    match command {
        RunCommand::Prepare { cycle, month, from_on, bill_on, chunk_accounts } => {
            let (period, by_calendar) = period_of(&office, &cycle, (month, from_on)).await?;
            let wanted = Wanted { cycle: &cycle, period, bill_on: bill_on.or(by_calendar), chunk_accounts };
            let run = prepare_wanted(&office, &who, wanted).await?;
            output::data(&run.number.to_string());
        }
        RunCommand::Trial { run } => {
            let run = find(&office, run).await?;
            trial(&office, &who, &run).await?;
            summary(&office, run.number).await?;
        }
        RunCommand::Exceptions { run, apply_rules, release, hold, assignee, until } => {
            let run = find(&office, run).await?;
            if apply_rules {
                self::apply_rules(&office, &who, &run).await?;
            }
            if let Some([account, code]) = release.as_deref() {
                release_one(&office, &who, &run, account, code).await?;
            }
            if let (Some(account), Some(assignee), Some(due_on)) = (hold, assignee, until) {
                let reason = who.reason.clone();
                office.act_now(&who, &HoldBill { run: run.id, account, assignee, due_on, reason }).await?;
            }
            list_exceptions(&office, &run).await?;
        }
        RunCommand::Register { run, form } => {
            let run = find(&office, run).await?;
            if state(&office, &run).await? < RunState::Tried || run.trial_order.is_none() {
                return Err(Ended::Refused(format!("run {} has no complete trial yet", run.number)));
            }
            form.write(&billing::register(&mut office.db().read().await?, &run).await?.report())?;
        }
        RunCommand::Sign { run } => {
            let run = find(&office, run).await?;
            sign(&office, &who, &run).await?;
            summary(&office, run.number).await?;
        }
        RunCommand::Post { run } => {
            let run = find(&office, run).await?;
            post(&office, &who, &run).await?;
            summary(&office, run.number).await?;
        }
        RunCommand::Cancel { run } => {
            let run = find(&office, run).await?;
            cancel(&office, &who, &run).await?;
            summary(&office, run.number).await?;
        }
        RunCommand::CloseReads { cycle, from_on } => {
            close_reads(&office, &who, CloseReads { cycle, from_on }).await?;
        }
        RunCommand::Issue { run } => {
            let run = find(&office, run).await?;
            office.act_now(&who, &IssueRun { run: run.id }).await?;
            output::talk(&format!("the bills of run {} are given out", run.number));
        }
        RunCommand::List => {
            for run in billing::all_runs(&mut office.db().read().await?).await? {
                summary(&office, run.number).await?;
            }
        }
        RunCommand::Completeness { month: Some(month), .. } => return completeness(&office, month).await,
        RunCommand::Completeness { month: None, as_of } => {
            return coverage(&office, as_of.unwrap_or(settings.today)).await;
        }
    }
    Ok(Ended::Done)
}

/// The days to bill: a whole month, or the calendar's period from a day on, which also has a bill date.
async fn period_of(
    office: &Office,
    cycle: &str,
    (month, from_on): (Option<Month>, Option<NaiveDate>),
) -> Result<(Period, Option<NaiveDate>), Ended> {
    match (month, from_on) {
        (Some(month), _) => Ok((month.period(), None)),
        (None, Some(from_on)) => {
            let (period, bill_on) = calendar_period(office, cycle, from_on).await?;
            Ok((period, Some(bill_on)))
        }
        (None, None) => Err(Ended::WrongUse("name a month or a first day".into())),
    }
}

async fn close_reads(office: &Office, who: &Who, close: CloseReads) -> Result<(), Ended> {
    let order = office.act_now(who, &close).await?.outcome;
    finish(office, who, order, "Closing reads").await?;
    let closed = ClosedChunk::of_order(&mut office.db().read().await?, order).await?;
    let ClosedChunk { figures, estimates, unknown } = closed;
    output::data(&format!("{figures} figures, {estimates} of them estimates; {unknown} cannot be known yet"));
    Ok(())
}

/// The run that is wanted.
struct Wanted<'a> {
    cycle: &'a str,
    period: Period,
    bill_on: Option<NaiveDate>,
    chunk_accounts: Option<i64>,
}

/// Prepares a run in chunks of the usual size, or goes on with the one that was begun.
pub async fn prepare(
    office: &Office,
    who: &Who,
    cycle: &str,
    month: Month,
    bill_on: Option<NaiveDate>,
) -> Result<BillRun, Ended> {
    prepare_wanted(office, who, Wanted { cycle, period: month.period(), bill_on, chunk_accounts: None }).await
}

/// The period of a cycle's calendar that begins on a day, with its bill date.
async fn calendar_period(office: &Office, cycle: &str, from_on: NaiveDate) -> Result<(Period, NaiveDate), Ended> {
    let mut read = office.db().read().await?;
    let found = billing::cycle_by_code(&mut read, cycle).await?;
    let found = found.ok_or_else(|| Ended::Refused(format!("there is no billing cycle '{cycle}'")))?;
    let periods = billing::cycle_periods(&mut read).await?;
    let period = periods.iter().find(|one| one.cycle == found.id && one.period.from() == from_on);
    let period = period
        .ok_or_else(|| Ended::Refused(format!("the calendar of cycle '{cycle}' has no period from {from_on}")))?;
    Ok((period.period, period.bill_on))
}

async fn prepare_wanted(office: &Office, who: &Who, wanted: Wanted<'_>) -> Result<BillRun, Ended> {
    let Wanted { cycle, period, bill_on, chunk_accounts } = wanted;
    let mut read = office.db().read().await?;
    let found = billing::cycle_by_code(&mut read, cycle).await?;
    let found = found.ok_or_else(|| Ended::Refused(format!("there is no billing cycle '{cycle}'")))?;
    let begun = billing::current_run(&mut read, found.id, period.from()).await?;
    let earlier = billing::all_runs(&mut read).await?;
    drop(read);
    let number = match begun {
        Some(run) if run.period == period && bill_on.is_none_or(|bill_on| bill_on == run.bill_on) => {
            if state(office, &run).await? != RunState::Preparing {
                output::talk(&format!("run {} was prepared before", run.number));
            }
            run.number
        }
        Some(run) => {
            return Err(Ended::Refused(format!("run {} already bills this cycle from {}", run.number, period.from())));
        }
        None => {
            let bill_on = bill_on.unwrap_or_else(|| period.to() - Days::new(1));
            let act = PrepareRun { cycle: cycle.to_owned(), period, bill_on, chunk_accounts };
            // A cancelled run gives its place free, so the next one is another command.
            let same = earlier.iter().filter(|run| run.cycle == found.id && run.period == period).count();
            let key = format!("prepare {cycle} {period} {same}");
            office.act(&who.under(key), &act).await?.outcome.number
        }
    };
    let run = find(office, number).await?;
    finish(office, who, run.prepare_order, "Preparing").await?;
    find(office, number).await
}

/// Tries a run, or goes on with the trial that was begun.
pub async fn trial(office: &Office, who: &Who, run: &BillRun) -> Result<(), Ended> {
    let order = match (state(office, run).await?, run.trial_order) {
        (RunState::Trying, Some(order)) => order,
        (_, before) => {
            let key = format!("try run {} after order {}", run.number, before.map_or(0, |order| order.0));
            office.act(&who.under(key), &TryRun { run: run.id }).await?.outcome
        }
    };
    finish(office, who, order, "Trying").await
}

/// Lets the rules decide what they cover.
pub async fn apply_rules(office: &Office, who: &Who, run: &BillRun) -> Result<u64, Ended> {
    let decided = office.act_now(who, &ApplyRules { run: run.id }).await?.outcome;
    output::talk(&format!("{decided} exceptions decided by rule"));
    Ok(decided)
}

/// Signs a run.
pub async fn sign(office: &Office, who: &Who, run: &BillRun) -> Result<(), Ended> {
    office.act(&who.under(format!("sign run {}", run.number)), &SignRun { run: run.id, seen: None }).await?;
    Ok(())
}

/// Posts a run, or goes on with the posting that was begun.
pub async fn post(office: &Office, who: &Who, run: &BillRun) -> Result<(), Ended> {
    let order = match run.post_order {
        Some(order) => order,
        None => office.act(&who.under(format!("post run {}", run.number)), &PostRun { run: run.id }).await?.outcome,
    };
    finish(office, who, order, "Posting").await
}

async fn cancel(office: &Office, who: &Who, run: &BillRun) -> Result<(), Ended> {
    let order = match run.cancel_order {
        Some(order) => Some(order),
        None => office.act(&who.under(format!("cancel run {}", run.number)), &CancelRun { run: run.id }).await?.outcome,
    };
    match order {
        Some(order) => finish(office, who, order, "Reversing").await,
        None => Ok(()),
    }
}

async fn release_one(office: &Office, who: &Who, run: &BillRun, account: &str, code: &str) -> Result<(), Ended> {
    let code =
        ExceptionCode::parse(code).ok_or_else(|| Ended::WrongUse(format!("there is no exception code '{code}'")))?;
    let (account, reason) = (account.to_owned(), who.reason.clone());
    office.act_now(who, &ReleaseException { run: run.id, account, code, reason }).await?;
    Ok(())
}

/// Carries out a job of a run to its end.
pub async fn finish(office: &Office, who: &Who, order: OrderId, name: &str) -> Result<(), Ended> {
    let report = office.finish(who, order, name).await.map_err(|failure: Failure| Ended::from(failure))?;
    if report.refusals.is_empty() {
        return Ok(());
    }
    Err(Ended::Refused(report.refusals.join("\nportreeve: ")))
}

/// The run with a number.
pub async fn find(office: &Office, number: i64) -> Result<BillRun, Ended> {
    let mut read = office.db().read().await?;
    let run = billing::run_by_number(&mut read, number).await?;
    run.ok_or_else(|| Ended::Refused(format!("there is no bill run {number}")))
}

/// How far a run is.
pub async fn state(office: &Office, run: &BillRun) -> Result<RunState, Ended> {
    let mut read = office.db().read().await?;
    let progress = billing::run_progress(&mut read, run).await?;
    Ok(run.state(&progress))
}

async fn summary(office: &Office, number: i64) -> Result<(), Ended> {
    let run = find(office, number).await?;
    let state = state(office, &run).await?;
    let mut read = office.db().read().await?;
    let last_on = run.period.to().pred_opt().unwrap_or(run.period.to());
    let mut line = format!(
        "run {number}   {} through {}   bill date {}   {}",
        run.period.from(),
        last_on,
        run.bill_on,
        state.word()
    );
    if let Some(signed) = billing::signoff(&mut read, run.id).await? {
        let billing::Signoff { bills, zero_bills, held, total, .. } = signed;
        line.push_str(&format!(
            "   signed: {bills} bills, {zero_bills} of them zero, {held} held, {}",
            total.dollars()
        ));
    }
    output::data(&line);
    Ok(())
}

/// How many exceptions are fetched at a time.
const PAGE: usize = 1_000;

async fn list_exceptions(office: &Office, run: &BillRun) -> Result<(), Ended> {
    let mut read = office.db().read().await?;
    let mut after = AccountId(0);
    loop {
        let mut page = billing::queue(&mut read, run.id, after, PAGE).await?;
        let Some(last) = page.last().map(|queued| queued.account) else { return Ok(()) };
        if page.len() == PAGE && page.iter().any(|queued| queued.account != last) {
            // The page may end within an account: the next one begins with it.
            page.retain(|queued| queued.account != last);
        }
        after = page.last().map_or(last, |queued| queued.account);
        let accounts: Vec<AccountId> = page.iter().map(|queued| queued.account).collect();
        let named = customers::accounts_by_id(&mut read, &accounts).await?;
        for queued in page {
            let number = named.get(&queued.account).map_or_else(String::new, |account| account.number.to_string());
            let mut line =
                format!("{number:<12}{:<20}{:<10}{}", queued.code.code(), queued.state.code(), queued.detail);
            for (name, value) in [("rule", queued.rule), ("reason", queued.reason), ("assignee", queued.assignee)] {
                if let Some(value) = value {
                    line.push_str(&format!("   {name}: {value}"));
                }
            }
            if let Some(due_on) = queued.due_on {
                line.push_str(&format!("   until {due_on}"));
            }
            output::data(&line);
        }
    }
}

async fn coverage(office: &Office, as_of: NaiveDate) -> Outcome {
    let proof = billing::coverage(&mut office.db().read().await?, as_of).await?;
    let text = serde_json::to_string_pretty(&proof).map_err(|error| Ended::Fault(error.to_string()))?;
    output::data(&text);
    if proof.is_complete() {
        return Ok(Ended::Done);
    }
    Err(Ended::Refused(format!("{} findings: days billed twice or beyond the service", proof.findings.len())))
}

async fn completeness(office: &Office, month: Month) -> Outcome {
    let mut read = office.db().read().await?;
    let proof = billing::month_completeness(&mut read, month).await?;
    let text = serde_json::to_string_pretty(&proof).map_err(|error| Ended::Fault(error.to_string()))?;
    output::data(&text);
    if proof.is_complete() {
        return Ok(Ended::Done);
    }
    Err(Ended::Refused(format!("{} agreements of {month} are unexplained", proof.unexplained.len())))
}
