//! `bill`: one bill, shown or explained.

use acts::Act;
use billing::WhyAgain;
use billing::acts::{LetBillStay, ListBillAgain, PrepareCharges, PrepareOffCycle, Prepared};
use chrono::NaiveDate;
use clap::Subcommand;
use kernel::{AccountId, BillNumber, ServicePointId};

use super::{Ended, Outcome, office, office_and_who, runs};
use crate::config::Settings;
use crate::office::Who;
use crate::output;

/// The most bills that are listed at once.
const LISTED: usize = 100_000;

/// One bill.
#[derive(Subcommand)]
pub enum BillCommand {
    /// Show a bill
    Show {
        /// The number of the bill, such as 3-000017
        #[arg(value_parser = number)]
        bill: BillNumber,
        /// The language: en or es
        #[arg(long, default_value = "en", value_parser = ["en", "es"])]
        language: String,
    },
    /// Make bills of a posted run again from what is known now, or those that were held or late; prints the new run
    Again {
        /// The number of the run
        run: i64,
        /// The number of an account; may be repeated; every bill of the run that stands when none is given
        #[arg(long = "account", value_name = "ACCOUNT")]
        accounts: Vec<String>,
        /// The date on the new bills; the business date when it is not given
        #[arg(long, value_name = "DATE")]
        bill_on: Option<NaiveDate>,
    },
    /// List the bills to make again, with why: they stand and say what is not so any more
    ToMakeAgain,
    /// Let a bill that is to be made again stay as it is
    LetStay {
        /// The number of the bill, such as 3-000017
        #[arg(value_parser = number)]
        bill: BillNumber,
    },
    /// Put a bill that stays as it is back among those to make again
    ListAgain {
        /// The number of the bill, such as 3-000017
        #[arg(value_parser = number)]
        bill: BillNumber,
    },
    /// Bill charges by code alone, without waiting for the next bill; prints the new run
    Charges {
        /// The number of an account; may be repeated
        #[arg(long = "account", value_name = "ACCOUNT", required = true)]
        accounts: Vec<String>,
        /// The date on the bills; the business date when it is not given
        #[arg(long, value_name = "DATE")]
        bill_on: Option<NaiveDate>,
    },
    /// Show every tier, quantity and price
    Explain {
        /// The number of the bill, such as 3-000017
        #[arg(value_parser = number)]
        bill: BillNumber,
        /// The language: en or es
        #[arg(long, default_value = "en", value_parser = ["en", "es"])]
        language: String,
    },
}

/// Makes bills beside the cycle, in a run that is then tried, signed and posted like any other.
async fn beside_the_cycle<A>(settings: &Settings, act: impl FnOnce(&Who) -> A) -> Outcome
where
    A: Act<Outcome = Prepared>,
{
    let (office, who) = office_and_who(settings).await?;
    let act = act(&who);
    let number = office.act_now(&who, &act).await?.outcome.number;
    let run = runs::find(&office, number).await?;
    runs::finish(&office, &who, run.prepare_order, "Preparing").await?;
    output::data(&number.to_string());
    Ok(Ended::Done)
}

fn number(text: &str) -> Result<BillNumber, String> {
    BillNumber::parse(text).map_err(|error| error.to_string())
}

/// Prints a line for each bill that waits to be made again.
async fn list_to_make_again(settings: &Settings) -> Outcome {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let bills = billing::waiting_bills(&mut read, None, (0, LISTED)).await?;
    let accounts: Vec<AccountId> = bills.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let points: Vec<ServicePointId> = bills.iter().flat_map(|one| &one.why).map(|(point, _)| *point).collect();
    let points = premises::references_by_id(&mut read, &points).await?;
    for one in &bills {
        let account = accounts.get(&one.account).map_or_else(String::new, |account| account.number.to_string());
        let why = one.why.iter().map(|(point, why)| {
            let point = points.get(point).map_or("", String::as_str);
            match why {
                WhyAgain::Stopped { stopped_on } => format!("service at {point} stopped on {stopped_on}"),
                WhyAgain::Corrected { from_on } => format!("read at {point} corrected, use from {from_on}"),
            }
        });
        let why = why.collect::<Vec<_>>().join("; ");
        output::data(&format!(
            "{} of account {account}, {}, since {}: {why}",
            one.number,
            one.total.dollars(),
            one.since
        ));
    }
    Ok(Ended::Done)
}

/// Shows or explains a bill.
pub async fn run(settings: &Settings, command: BillCommand) -> Outcome {
    let (bill, language, is_explained) = match command {
        BillCommand::Show { bill, language } => (bill, language, false),
        BillCommand::Explain { bill, language } => (bill, language, true),
        BillCommand::Again { run, accounts, bill_on } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let bill_on = bill_on.unwrap_or(settings.today);
            let act = |who: &Who| PrepareOffCycle { run, accounts, bill_on, reason: who.reason.clone() };
            return beside_the_cycle(settings, act).await;
        }
        BillCommand::ToMakeAgain => return list_to_make_again(settings).await,
        BillCommand::LetStay { bill } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let (office, who) = office_and_who(settings).await?;
            let act = LetBillStay { bill: bill.to_string(), reason: who.reason.clone() };
            office.act_now(&who, &act).await?;
            return Ok(Ended::Done);
        }
        BillCommand::ListAgain { bill } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let (office, who) = office_and_who(settings).await?;
            let act = ListBillAgain { bill: bill.to_string(), reason: who.reason.clone() };
            office.act_now(&who, &act).await?;
            return Ok(Ended::Done);
        }
        BillCommand::Charges { accounts, bill_on } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let bill_on = bill_on.unwrap_or(settings.today);
            let act = |who: &Who| PrepareCharges { accounts, bill_on, reason: who.reason.clone() };
            return beside_the_cycle(settings, act).await;
        }
    };
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let view = billing::bill_view(&mut read, bill).await?;
    let view = view.ok_or_else(|| Ended::Refused(format!("there is no bill {bill}")))?;
    let text = if is_explained { view.explained_in(&language) } else { view.to_text_in(&language) };
    output::data(format!("{text}\n{}", view.statement_in(&language)).trim_end());
    Ok(Ended::Done)
}
