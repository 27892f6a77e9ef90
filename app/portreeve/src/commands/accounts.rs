//! `account`: exemptions by certificate.

use billing::acts::{EndExemption, RecordExemption};
use chrono::NaiveDate;
use clap::Subcommand;

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Accounts.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Record that an account is exempt from a tax or charge, by a certificate
    Exempt {
        /// The number of the account
        account: String,
        /// The code that rates know the exemption by
        code: String,
        /// The number of the certificate
        #[arg(long)]
        certificate: String,
        /// The first bill date it counts for
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
        /// The last bill date it counts for; without it, until it is ended
        #[arg(long = "through", value_name = "DATE")]
        through_on: Option<NaiveDate>,
    },
    /// End an exemption; with the day before its first, take it back
    EndExemption {
        /// The number of the account
        account: String,
        /// The code of the exemption
        code: String,
        /// Its first bill date
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
        /// The last bill date it counts for
        #[arg(long = "through", value_name = "DATE")]
        through_on: NaiveDate,
    },
}

/// Records or ends an exemption; the reason is the one given with the command.
pub async fn run(settings: &Settings, command: AccountCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    let reason = who.reason.clone();
    match command {
        AccountCommand::Exempt { account, code, certificate, from_on, through_on } => {
            let words = format!("account {account} is exempt by '{code}' from {from_on}");
            let record = RecordExemption { account, code, certificate, from_on, through_on, reason };
            office.act_now(&who, &record).await?;
            output::talk(&words);
        }
        AccountCommand::EndExemption { account, code, from_on, through_on } => {
            let words = format!("the exemption '{code}' of account {account} ends with {through_on}");
            office.act_now(&who, &EndExemption { account, code, from_on, through_on, reason }).await?;
            output::talk(&words);
        }
    }
    Ok(Ended::Done)
}
