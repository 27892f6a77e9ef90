//! `customer`: duplicates, addresses, and who is what for an account.

use chrono::NaiveDate;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use customers::acts::{
    AddNote, AuthorizePerson, EndParty, MergeCustomers, SetContact, SetMailingAddress, SetParty, UnmergeCustomers,
};
use customers::{AddressLines, AskedBy, Purpose, Role};

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Customers.
#[derive(Subcommand)]
pub enum CustomerCommand {
    /// Merge a customer who is on record twice: the accounts move to the one who stays
    Merge {
        /// The reference of the one who goes
        merged: String,
        /// The reference of the one who stays
        #[arg(long)]
        into: String,
    },
    /// Take back that a customer was merged; the accounts move back
    Unmerge {
        /// The reference of the one who was merged
        merged: String,
    },
    /// Put a note on an account, for whoever helps the customer next
    Note {
        /// The number or reference of the account
        account: String,
        /// What is to be known
        words: String,
    },
    /// Record how a customer is called and written to; what is left out is erased
    SetContact {
        /// The reference of the customer
        customer: String,
        /// Their telephone number
        #[arg(long, default_value = "")]
        phone: String,
        /// Their e-mail address
        #[arg(long, default_value = "")]
        email: String,
        #[command(flatten)]
        asked: AskedArgs,
    },
    /// Record where mail for an account goes, from a day on
    SetAddress(AddressArgs),
    /// Record that a customer is something for an account, from a day on
    SetParty {
        /// The number or reference of the account
        account: String,
        /// What the customer is
        #[arg(value_parser = PossibleValuesParser::new(Role::ALL.map(Role::code)))]
        role: String,
        /// The reference of the customer
        customer: String,
        /// The first day
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
        #[command(flatten)]
        asked: AskedArgs,
    },
    /// Let a person who is no customer ask about an account
    Authorize {
        /// The number or reference of the account
        account: String,
        /// Their name
        name: String,
        /// Their telephone number
        #[arg(long, default_value = "")]
        phone: String,
        /// The first day
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
        #[command(flatten)]
        asked: AskedArgs,
    },
    /// End what a customer is for an account
    EndParty {
        /// The number or reference of the account
        account: String,
        /// What the customer is
        #[arg(value_parser = PossibleValuesParser::new(Role::ALL.map(Role::code)))]
        role: String,
        /// The reference of the customer
        customer: String,
        /// The last day
        #[arg(long = "to", value_name = "DATE")]
        to_on: NaiveDate,
        /// It was recorded today by mistake, and never held
        #[arg(long)]
        by_mistake: bool,
        #[command(flatten)]
        asked: AskedArgs,
    },
}

/// An address.
#[derive(Args)]
pub struct AddressArgs {
    /// The number or reference of the account
    account: String,
    /// What it is for
    #[arg(long, default_value = "mailing", value_parser = PossibleValuesParser::new(Purpose::ALL.map(Purpose::code)))]
    purpose: String,
    /// The first day; the same day again corrects what was recorded for it
    #[arg(long = "from", value_name = "DATE")]
    from_on: NaiveDate,
    /// Whom it is addressed to, where that is not the customer
    #[arg(long, default_value = "")]
    recipient: String,
    /// Street and number
    #[arg(long)]
    street: String,
    /// The city
    #[arg(long)]
    city: String,
    /// The state
    #[arg(long, default_value = "")]
    state: String,
    /// The ZIP code
    #[arg(long, default_value = "")]
    postal_code: String,
    #[command(flatten)]
    asked: AskedArgs,
}

/// How a change was asked for.
#[derive(Args)]
pub struct AskedArgs {
    /// How it was asked for: by a verified caller, in person, in writing, or by nobody but the city itself
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(WAYS))]
    asked_by: String,
    /// The document that asks for it in writing, such as "letter of July 1, attached"
    #[arg(long, default_value = "")]
    document: String,
    /// Why the city itself changes it, such as "mail came back"
    #[arg(long, default_value = "")]
    why: String,
}

/// The ways in which a change is asked for.
const WAYS: [&str; 4] = ["caller", "in_person", "in_writing", "city"];

impl AskedArgs {
    /// What was said; the act refuses a document or a reason that is missing.
    fn read(self) -> Option<AskedBy> {
        match self.asked_by.as_str() {
            "caller" => Some(AskedBy::Caller),
            "in_person" => Some(AskedBy::InPerson),
            "in_writing" => Some(AskedBy::InWriting { document: self.document }),
            "city" => Some(AskedBy::City { why: self.why }),
            _ => None,
        }
    }
}

/// Changes what is on record of customers; the reason is the one given with the command.
pub async fn run(settings: &Settings, command: CustomerCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    let reason = who.reason.clone();
    match command {
        CustomerCommand::Merge { merged, into } => {
            let act = MergeCustomers { merged, into, reason };
            let count = office.act_now(&who, &act).await?.outcome;
            output::talk(&format!("{} is merged into {}; {count} accounts moved", act.merged, act.into));
        }
        CustomerCommand::Unmerge { merged } => {
            let act = UnmergeCustomers { merged, reason };
            let count = office.act_now(&who, &act).await?.outcome;
            output::talk(&format!("{} is a customer again; {count} accounts moved back", act.merged));
        }
        CustomerCommand::Note { account, words } => {
            let act = AddNote { account, words };
            office.act_now(&who, &act).await?;
            output::talk(&format!("the note is on account {}", act.account));
        }
        CustomerCommand::SetContact { customer, phone, email, asked } => {
            let asked_by = asked.read();
            let act = SetContact { customer, phone: Some(phone), email, seen: None, seen_entry: None, asked_by };
            office.act_now(&who, &act).await?;
            output::talk(&format!("telephone and e-mail of {} are recorded", act.customer));
        }
        CustomerCommand::SetAddress(args) => {
            let purpose = Purpose::of_code(&args.purpose);
            let purpose = purpose.ok_or_else(|| Ended::WrongUse(format!("no address is for '{}'", args.purpose)))?;
            let AddressArgs { account, from_on, recipient, street, city, state, postal_code, asked, .. } = args;
            let asked_by = asked.read();
            let lines = AddressLines { recipient, street, city, state, postal_code };
            let act = SetMailingAddress { account, purpose, from_on, lines, seen: None, asked_by };
            office.act_now(&who, &act).await?;
            output::talk(&format!("account {} has another {} address from {from_on}", act.account, purpose.code()));
        }
        CustomerCommand::SetParty { account, role, customer, from_on, asked } => {
            let role = role_of(&role)?;
            let words = format!("{customer} is {role} of account {account} from {from_on}");
            let asked_by = asked.read();
            office.act_now(&who, &SetParty { account, role, customer, from_on, seen: None, asked_by }).await?;
            output::talk(&words);
        }
        CustomerCommand::Authorize { account, name, phone, from_on, asked } => {
            let act = AuthorizePerson { account, name, phone, from_on, asked_by: asked.read() };
            let reference = office.act_now(&who, &act).await?.outcome;
            output::data(&reference);
            output::talk(&format!("they may ask about account {} from {from_on}", act.account));
        }
        CustomerCommand::EndParty { account, role, customer, to_on, by_mistake, asked } => {
            let role = role_of(&role)?;
            let words = match by_mistake {
                false => format!("{customer} is {role} of account {account} until {to_on}"),
                true => format!("{customer} never was {role} of account {account}"),
            };
            let act = EndParty { account, role, customer, to_on, seen: None, by_mistake, asked_by: asked.read() };
            office.act_now(&who, &act).await?;
            output::talk(&words);
        }
    }
    Ok(Ended::Done)
}

fn role_of(code: &str) -> Result<Role, Ended> {
    Role::of_code(code).ok_or_else(|| Ended::WrongUse(format!("nobody is '{code}' of an account")))
}
