//! `charge`: charges and credits by code; `adjust`: adjustments of bills, with their tax.

use billing::acts::{AdjustAccount, ChargeAccount, EndCharge, ReverseAdjustment};
use chrono::NaiveDate;
use clap::Subcommand;
use db::Read;
use kernel::{AccountId, BillNumber, Cents, Decimal};

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Charges by code.
#[derive(Subcommand)]
pub enum ChargeCommand {
    /// Charge an account by code; it rides on the next bill
    Add {
        /// The number of the account
        account: String,
        /// The code, such as fee-account-setup
        code: String,
        /// The day it is for
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// How often; below zero for a credit by the same price and tax
        #[arg(long, default_value = "1", allow_hyphen_values = true)]
        count: Decimal,
        /// In every period from then on
        #[arg(long)]
        recurring: bool,
    },
    /// End a recurring charge, or take back one that waits for its bill
    End {
        /// The number of the account
        account: String,
        /// The code
        code: String,
        /// The day it was for, or began
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// The day after the last; its own day takes it back
        #[arg(long, value_name = "DATE")]
        ends: NaiveDate,
    },
}

/// Adjustments.
#[derive(Subcommand)]
pub enum AdjustCommand {
    /// Adjust a charge of a bill; the tax on it follows at the bill's rate
    Bill {
        /// The number of the bill, such as 3-000017
        bill: String,
        /// The revenue code, such as water.consumption
        revenue: String,
        /// The amount without tax in dollars; below zero gives a credit
        #[arg(long, allow_hyphen_values = true, value_parser = dollars)]
        amount: Cents,
        /// The code of the reason, from the town's list
        #[arg(long)]
        code: String,
        /// The day it counts from; the business date when it is not given
        #[arg(long, value_name = "DATE")]
        effective: Option<NaiveDate>,
        /// The reference of the service point it is for; all services of the charge when it is not given
        #[arg(long, value_name = "REFERENCE")]
        service_point: Option<String>,
        /// The code of the service's schedule, where the service point has several with the charge
        #[arg(long, value_name = "CODE", requires = "service_point")]
        schedule: Option<String>,
    },
    /// List the adjustments of an account
    List {
        /// The number of the account
        account: String,
    },
    /// Take an adjustment back
    Reverse {
        /// The number of the account
        account: String,
        /// Which of its adjustments, from 1
        number: i64,
    },
}

fn dollars(text: &str) -> Result<Cents, String> {
    Cents::parse_dollars(text).map_err(|error| error.to_string())
}

/// Charges, or ends a charge.
pub async fn run(settings: &Settings, command: ChargeCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    match command {
        ChargeCommand::Add { account, code, on, count, recurring } => {
            let reason = who.reason.clone();
            let words = format!("account {account} is charged '{code}' on its next bill");
            let act = ChargeAccount { account, code, count, from_on: on, is_recurring: recurring, reason };
            office.act_now(&who, &act).await?;
            output::talk(&words);
        }
        ChargeCommand::End { account, code, on, ends } => {
            office.act_now(&who, &EndCharge { account, code, from_on: on, to_on: ends }).await?;
            output::talk("the charge has ended");
        }
    }
    Ok(Ended::Done)
}

/// The adjustments of an account, a line each, by their numbers.
async fn adjustments(read: &mut Read, account: AccountId) -> Result<Vec<String>, Ended> {
    let bills = billing::bill_rows_between(read, (account, AccountId(account.0 + 1))).await?;
    let runs = billing::all_runs(read).await?;
    let mut lines = Vec::new();
    for (number, adjustment) in (1..).zip(billing::adjustments_of(read, account).await?) {
        let run = runs.iter().find(|run| run.id == adjustment.run).map_or(0, |run| run.number);
        let position = bills.iter().find(|bill| bill.run == adjustment.run).map_or(0, |bill| bill.position);
        let (bill, cents, tax) = (BillNumber { run, position }, adjustment.cents.dollars(), adjustment.tax.dollars());
        let stands = if adjustment.reversed_by.is_some() { "   taken back" } else { "" };
        let (revenue, from, code) = (&adjustment.revenue, adjustment.effective_on, &adjustment.reason_code);
        let words = format!("{cents:>12}   tax {tax:>10}   from {from}   {code}: {}", adjustment.reason);
        lines.push(format!("{number:>3}   bill {bill}   {revenue:<24}{words}{stands}"));
    }
    Ok(lines)
}

/// Adjusts, lists what was adjusted, or takes an adjustment back.
pub async fn adjust(settings: &Settings, command: AdjustCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    let reason = who.reason.clone();
    match command {
        AdjustCommand::Bill { bill, revenue, amount, code, effective, service_point, schedule } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let effective_on = effective.unwrap_or(settings.today);
            let (cents, reason_code) = (amount, code);
            let act = AdjustAccount {
                bill,
                revenue,
                cents,
                effective_on,
                reason_code,
                reason,
                service_point,
                schedule,
                seen: None,
            };
            let adjusted = office.act_now(&who, &act).await?.outcome;
            let (cents, tax) = (adjusted.cents.dollars(), adjusted.tax.dollars());
            output::data(&format!("adjustment {}: {cents}, tax {tax}", adjusted.number));
        }
        AdjustCommand::List { account } => {
            let mut read = office.db().read().await?;
            let named = customers::account_named(&mut read, &account).await?;
            let named = named.ok_or_else(|| Ended::Refused(format!("there is no account {account}")))?;
            let lines = adjustments(&mut read, named.id).await?;
            match lines.is_empty() {
                true => output::talk(&format!("account {account} has no adjustments")),
                false => lines.iter().for_each(|line| output::data(line)),
            }
        }
        AdjustCommand::Reverse { account, number } => {
            office.act_now(&who, &ReverseAdjustment { account, number, reason }).await?;
            output::talk("the adjustment was taken back");
        }
    }
    Ok(Ended::Done)
}
