//! `bill`: one bill, shown or explained.

use clap::Subcommand;
use kernel::BillNumber;

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output;

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

fn number(text: &str) -> Result<BillNumber, String> {
    BillNumber::parse(text).map_err(|error| error.to_string())
}

/// Shows or explains a bill.
pub async fn run(settings: &Settings, command: BillCommand) -> Outcome {
    let (bill, language, is_explained) = match command {
        BillCommand::Show { bill, language } => (bill, language, false),
        BillCommand::Explain { bill, language } => (bill, language, true),
    };
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let view = billing::bill_view(&mut read, bill).await?;
    let view = view.ok_or_else(|| Ended::Refused(format!("there is no bill {bill}")))?;
    let text = if is_explained { view.explained_in(&language) } else { view.to_text_in(&language) };
    output::data(text.trim_end());
    Ok(Ended::Done)
}
