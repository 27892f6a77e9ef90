//! `agreement`: numbers that rates ask for, such as dwelling units.

use std::path::{Path, PathBuf};

use billing::acts::{NewAmount, SetQuantity};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use kernel::Decimal;

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Service agreements.
#[derive(Subcommand)]
pub enum AgreementCommand {
    /// Set a quantity of one agreement, or of those in a file, from a bill date on
    SetQuantity(SetQuantityArgs),
}

/// A quantity and for whom.
#[derive(Args)]
pub struct SetQuantityArgs {
    /// The code of the rate schedule
    schedule: String,
    /// The name the rates know it by, such as dwelling_units
    name: String,
    /// The first bill date for which it holds
    #[arg(long = "from", value_name = "DATE")]
    from_on: NaiveDate,
    /// It answers an appeal of a winter average, and stays when averages are worked out again
    #[arg(long)]
    appeal: bool,
    /// The number of the account
    #[arg(long, conflicts_with = "file", required_unless_present = "file")]
    account: Option<String>,
    /// The reference of the service point, where the account has several for the schedule
    #[arg(long, requires = "account")]
    service_point: Option<String>,
    /// The number; without it the default of the rates holds again
    #[arg(long, requires = "account")]
    amount: Option<Decimal>,
    /// Many at once: CSV with the columns account, amount and, where needed, service_point
    #[arg(long)]
    file: Option<PathBuf>,
}

/// Sets quantities; the reason is the one given with the command.
pub async fn run(settings: &Settings, AgreementCommand::SetQuantity(args): AgreementCommand) -> Outcome {
    let amounts = match (args.account, &args.file) {
        (Some(account), _) => {
            vec![NewAmount { account, service_point: args.service_point, amount: args.amount }]
        }
        (None, Some(file)) => read_amounts(file)?,
        (None, None) => return Err(Ended::WrongUse("name an account or a file".into())),
    };
    let (office, who) = office_and_who(settings).await?;
    let set = SetQuantity {
        schedule: args.schedule,
        name: args.name,
        from_on: args.from_on,
        is_appeal: args.appeal,
        reason: who.reason.clone(),
        amounts,
    };
    let count = office.act_now(&who, &set).await?.outcome;
    output::talk(&format!("{count} agreements have another {} from {}", set.name, set.from_on));
    Ok(Ended::Done)
}

#[derive(serde::Deserialize)]
struct AmountRow {
    account: String,
    #[serde(default)]
    service_point: String,
    amount: String,
}

/// The amounts of a file; an empty one leaves the default of the rates.
fn read_amounts(file: &Path) -> Result<Vec<NewAmount>, Ended> {
    let named = |words: String| Ended::Refused(format!("{}: {words}", file.display()));
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(|error| named(error.to_string()))?;
    let mut amounts = Vec::new();
    for (line, row) in (2..).zip(reader.deserialize::<AmountRow>()) {
        let row = row.map_err(|error| named(error.to_string()))?;
        let amount = match row.amount.as_str() {
            "" => None,
            text => {
                let parsed = text.parse::<Decimal>();
                Some(parsed.map_err(|_| named(format!("line {line}, field amount: '{text}' is no number")))?)
            }
        };
        let service_point = Some(row.service_point).filter(|point| !point.is_empty());
        amounts.push(NewAmount { account: row.account, service_point, amount });
    }
    Ok(amounts)
}
