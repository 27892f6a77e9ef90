//! `bill`: one bill, shown or explained.

use std::collections::{BTreeMap, BTreeSet};

use acts::Act;
use billing::acts::{LetBillStay, ListBillAgain, PrepareCharges, PrepareOffCycle, Prepared};
use billing::{BillAgain, WhyAgain};
use chrono::NaiveDate;
use clap::Subcommand;
use db::{Fault, Read};
use kernel::{AccountId, BillNumber, ServicePointId};

use super::{Ended, Outcome, office, office_and_who, runs};
use crate::config::Settings;
use crate::office::Who;
use crate::output;

/// So many bills are read at once; as many pieces are as there are.
const PIECE: usize = 500;

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
    /// List the bills that stay as they are, with who decided it and why, the newest day first
    Staying,
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

/// Prints a line for each bill that waits to be made again, piece by piece.
async fn list_to_make_again(settings: &Settings) -> Outcome {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let mut after = None;
    loop {
        let bills = billing::waiting_bills(&mut read, after, (0, PIECE)).await?;
        let Some(last) = bills.last() else { return Ok(Ended::Done) };
        after = Some(last.place());
        let names = Names::of(&mut read, bills.iter().flat_map(|one| &one.not_so)).await?;
        for one in &bills {
            output::data(&format!(
                "{} of account {}, {}, since {}: {}",
                one.number,
                names.account(one.account),
                one.total.dollars(),
                one.since,
                names.why(&one.not_so)
            ));
        }
    }
}

/// Prints a line for each bill that stays as it is, piece by piece.
async fn list_staying(settings: &Settings) -> Outcome {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let people = staff::names(&mut read).await?;
    let mut after = None;
    loop {
        let bills = billing::staying_bills(&mut read, after, (0, PIECE)).await?;
        let Some(last) = bills.last() else { return Ok(Ended::Done) };
        after = Some(last.place);
        let names = Names::of(&mut read, bills.iter().flat_map(|one| &one.not_so)).await?;
        for one in &bills {
            output::data(&format!(
                "{} of account {}, {}, stays since {} by {}, \"{}\": {}",
                one.number,
                names.account(one.account),
                one.total.dollars(),
                one.stay.on,
                people.get(&one.stay.by).map_or("somebody", String::as_str),
                one.stay.reason,
                names.why(&one.not_so)
            ));
        }
    }
}

/// Accounts and places by what people call them.
struct Names {
    accounts: BTreeMap<AccountId, String>,
    points: BTreeMap<ServicePointId, String>,
}

impl Names {
    async fn of<'a>(read: &mut Read, not_so: impl Iterator<Item = &'a BillAgain>) -> Result<Names, Fault> {
        let (accounts, points): (BTreeSet<AccountId>, BTreeSet<ServicePointId>) =
            not_so.map(|one| (one.bill.account, one.bill.service_point)).unzip();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let points: Vec<ServicePointId> = points.into_iter().collect();
        let accounts = customers::accounts_by_id(read, &accounts).await?;
        let accounts = accounts.into_iter().map(|(id, account)| (id, account.number.to_string())).collect();
        Ok(Names { accounts, points: premises::references_by_id(read, &points).await? })
    }

    fn account(&self, id: AccountId) -> &str {
        self.accounts.get(&id).map_or("", String::as_str)
    }

    /// What of a bill is not so any more.
    fn why(&self, not_so: &[BillAgain]) -> String {
        let why = not_so.iter().map(|one| {
            let point = self.points.get(&one.bill.service_point).map_or("", String::as_str);
            match one.bill.why {
                WhyAgain::Stopped { stopped_on } => format!("service at {point} stopped on {stopped_on}"),
                WhyAgain::Corrected { from_on } => format!("read at {point} corrected, use from {from_on}"),
            }
        });
        why.collect::<Vec<_>>().join("; ")
    }
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
        BillCommand::Staying => return list_staying(settings).await,
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
