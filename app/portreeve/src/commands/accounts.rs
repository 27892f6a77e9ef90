//! `account`: opens accounts; exemptions by certificate.

use billing::acts::{EndExemption, RecordExemption};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use customers::acts::{OpenAccount, PersonFacts};
use customers::{AddressLines, CustomerKind};

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Accounts.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Open an account, for a customer on record or for somebody new
    Open(OpenArgs),
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

/// Whose account is opened, from when, and where its mail goes.
#[derive(Args)]
pub struct OpenArgs {
    /// The first day
    #[arg(long = "from", value_name = "DATE")]
    from_on: NaiveDate,
    /// The reference of a customer on record, or the number of another account of theirs
    #[arg(long, required_unless_present = "name")]
    customer: Option<String>,
    /// The name of somebody new
    #[arg(long, conflicts_with = "customer")]
    name: Option<String>,
    /// Somebody new is an organization
    #[arg(long, requires = "name")]
    organization: bool,
    /// The telephone number of somebody new
    #[arg(long, default_value = "")]
    phone: String,
    /// The mail address of somebody new
    #[arg(long, default_value = "")]
    email: String,
    /// Street and number, or post office box, where mail goes
    #[arg(long, requires = "city")]
    street: Option<String>,
    /// The city
    #[arg(long, default_value = "")]
    city: String,
    /// The state
    #[arg(long, default_value = "")]
    state: String,
    /// The ZIP code
    #[arg(long, default_value = "")]
    postal_code: String,
}

impl OpenArgs {
    fn act(self) -> OpenAccount {
        let OpenArgs { from_on, customer, name, organization, phone, email, street, city, state, postal_code } = self;
        let kind = if organization { CustomerKind::Organization } else { CustomerKind::Person };
        let recipient = String::new();
        OpenAccount {
            customer,
            new_customer: name.map(|name| PersonFacts { kind, name, phone, email }),
            opened_on: from_on,
            mailing: street.map(|street| AddressLines { recipient, street, city, state, postal_code }),
        }
    }
}

/// Opens an account, or records or ends an exemption; the reason is the one given with the command.
pub async fn run(settings: &Settings, command: AccountCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    let reason = who.reason.clone();
    match command {
        AccountCommand::Open(args) => {
            let opened = office.act_now(&who, &args.act()).await?.outcome;
            output::data(&opened.number);
        }
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
