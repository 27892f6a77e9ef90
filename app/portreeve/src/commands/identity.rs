//! `identity`: who calls, what proves who they are, whose address is confidential, red flags.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use customers::AddressLines;
use identity::acts::{
    AgreeWord, Caller, CheckOpening, ClearRedFlag, Protect, RaiseRedFlag, RecordIdentifier, Reveal,
    SetVerificationRule, Unprotect, VerifyCaller,
};
use identity::{
    CallerRole, IdentifierKind, NotAnIdentifier, PROGRAMS, PlainIdentifier, Question, RedFlagRule, TAX_FORMS,
};
use kernel::{AccountId, ActId, CustomerId};
use secrets::{Keys, Random};
use web::shown::counted;

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

/// So many accounts are looked for at a time.
const AT_ONCE: i64 = 500;
/// The longest number or word that is read.
const TYPED_MAX: u64 = 200;

/// Callers and identity.
#[derive(Subcommand)]
pub enum IdentityCommand {
    /// Show how callers are verified
    Rule,
    /// Decide how callers are verified
    SetRule {
        /// The questions that count, separated by commas, such as name,phone,bill_amount
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(Question::ALL.map(Question::code)))]
        questions: Vec<String>,
        /// How many must be right
        #[arg(long)]
        needed: usize,
        /// For how many minutes that holds
        #[arg(long)]
        minutes: i64,
        /// For how many days a changed telephone does not count, nor a bill mailed to a new address [default: 30]
        #[arg(long, value_name = "DAYS")]
        recent_days: Option<i64>,
        /// After how many failed calls of a day nobody is verified on the phone [default: 3]
        #[arg(long)]
        tries: Option<i64>,
    },
    /// Record who calls about an account and what they knew
    Verify {
        /// The number of the account
        account: String,
        /// What the caller is: holder, bill_payer, owner, tenant, authorized or other
        #[arg(long, default_value = "holder")]
        caller: String,
        /// The reference of the caller, when they are not the holder
        #[arg(long)]
        customer: Option<String>,
        /// The questions they answered rightly, separated by commas
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(Question::ALL.map(Question::code)))]
        matched: Vec<String>,
    },
    /// Record a tax ID or a driver's license; its number is read from the standard input and encrypted
    Record(RecordArgs),
    /// Show a whole number, which is recorded with the reason
    Reveal {
        /// The reference of the customer
        customer: String,
        /// What to show
        #[arg(value_parser = PossibleValuesParser::new(IdentifierKind::ALL.map(IdentifierKind::code)))]
        kind: String,
        /// The key file that seals secrets in the database
        #[arg(long)]
        key_file: PathBuf,
    },
    /// Agree on a word with a customer; it is read from the standard input, and nothing takes the word away
    Word {
        /// The reference of the customer
        customer: String,
    },
    /// Keep the address of a person confidential
    Protect(ProtectArgs),
    /// Lift that
    Unprotect {
        /// The reference of the customer
        customer: String,
    },
    /// Look for red flags at an account, or at all accounts opened since a day that nobody looked at
    Check {
        /// The number of the account
        #[arg(required_unless_present = "since")]
        account: Option<String>,
        /// Every account opened since this day that nobody looked at
        #[arg(long, value_name = "DATE", conflicts_with = "account")]
        since: Option<NaiveDate>,
    },
    /// Record that a document did not fit the person
    Flag {
        /// The number of the account
        account: String,
        /// What did not fit
        words: String,
    },
    /// Clear a red flag; why is the reason given with the command
    Clear {
        /// The number of the account
        account: String,
        /// Which sign
        #[arg(value_parser = PossibleValuesParser::new(RedFlagRule::ALL.map(RedFlagRule::code)))]
        rule: String,
        /// The entry that raised it, where several of the kind stand open
        #[arg(long, value_name = "ENTRY")]
        raised_by: Option<i64>,
    },
}

/// A document.
#[derive(Args)]
pub struct RecordArgs {
    /// The reference of the customer
    customer: String,
    /// What was shown: ssn, itin, ein or license
    #[arg(value_parser = PossibleValuesParser::new(["ssn", "itin", "ein", "license"]))]
    kind: String,
    /// The state of a license, such as AZ
    #[arg(long, default_value = "")]
    state: String,
    /// The key file that seals secrets in the database
    #[arg(long)]
    key_file: PathBuf,
}

/// A protection.
#[derive(Args)]
pub struct ProtectArgs {
    /// The reference of the customer
    customer: String,
    /// What protects them
    #[arg(long, value_parser = PossibleValuesParser::new(PROGRAMS.map(|(code, _, _)| code)))]
    program: String,
    /// The day on which somebody asks again
    #[arg(long, value_name = "DATE")]
    review_on: NaiveDate,
    /// The substitute address: street or box
    #[arg(long, default_value = "")]
    street: String,
    /// Its city
    #[arg(long, default_value = "")]
    city: String,
    /// Its state
    #[arg(long, default_value = "")]
    state: String,
    /// Its ZIP code
    #[arg(long, default_value = "")]
    postal_code: String,
}

/// Carries out one of them; the reason is the one given with the command.
pub async fn run(settings: &Settings, command: IdentityCommand) -> Outcome {
    if matches!(command, IdentityCommand::Rule) {
        let rule = identity::verification_rule(&mut office(settings).await?.db().read().await?).await?;
        output::data(&rule.sentence());
        for question in rule.questions {
            output::data(&format!("{:<18}{}", question.code(), question.title()));
        }
        return Ok(Ended::Done);
    }
    let (office, who) = office_and_who(settings).await?;
    match command {
        IdentityCommand::Rule => {}
        IdentityCommand::SetRule { questions, needed, minutes, recent_days, tries } => {
            let act = SetVerificationRule { questions: read_all(&questions), needed, minutes, recent_days, tries };
            office.act_now(&who, &act).await?;
            output::talk("the rule is in force");
        }
        IdentityCommand::Verify { account, caller, customer, matched } => {
            let role = CallerRole::of_code(&caller);
            let role = role.ok_or_else(|| Ended::WrongUse(format!("nobody calls as '{caller}'")))?;
            let caller = Caller { role, customer };
            let act = VerifyCaller { account, caller, matched: read_all(&matched) };
            let done = office.act_now(&who, &act).await?.outcome;
            output::data(if done.is_verified { "verified" } else { "not verified" });
        }
        IdentityCommand::Record(args) => record(&office, &who, args).await?,
        IdentityCommand::Reveal { customer, kind, key_file } => {
            reveal(&office, &who, (customer, &kind), &key_file).await?;
        }
        IdentityCommand::Word { customer } => {
            let word = kernel::search_key(&typed()?);
            let hash = if word.is_empty() { word } else { secrets::hash_password(&word, &Random::of_the_machine()) };
            office.act_now(&who, &AgreeWord { customer, hash }).await?;
            output::talk("the word is agreed");
        }
        IdentityCommand::Protect(args) => {
            let ProtectArgs { customer, program, review_on, street, city, state, postal_code } = args;
            let lines = AddressLines { recipient: String::new(), street, city, state, postal_code };
            let substitute = (!lines.is_empty()).then_some(lines);
            office.act_now(&who, &Protect { customer, program, substitute, review_on }).await?;
            output::talk("the address is confidential from now on");
        }
        IdentityCommand::Unprotect { customer } => {
            office.act_now(&who, &Unprotect { customer }).await?;
            output::talk("the address is shown like any other");
        }
        IdentityCommand::Check { account, since } => check(&office, &who, account, since).await?,
        IdentityCommand::Flag { account, words } => {
            office.act_now(&who, &RaiseRedFlag { account, words }).await?;
            output::talk("the sign is recorded");
        }
        IdentityCommand::Clear { account, rule, raised_by } => {
            let rule = RedFlagRule::of_code(&rule);
            let rule = rule.ok_or_else(|| Ended::WrongUse("there is no such sign".to_owned()))?;
            office.act_now(&who, &ClearRedFlag { account, rule, raised_by: raised_by.map(ActId) }).await?;
            output::talk("the red flag is cleared");
        }
    }
    Ok(Ended::Done)
}

fn read_all(codes: &[String]) -> Vec<Question> {
    codes.iter().filter_map(|code| Question::of_code(code)).collect()
}

/// What stands on the standard input: a number or word is in no list of processes and in no history of a shell.
fn typed() -> Result<String, Ended> {
    let mut text = String::new();
    let read = std::io::stdin().take(TYPED_MAX).read_to_string(&mut text);
    read.map_err(|error| Ended::Fault(format!("reading the standard input: {error}")))?;
    Ok(text.trim().to_owned())
}

fn keys(file: &Path) -> Result<Keys, Ended> {
    Keys::read(file).map_err(|fault| Ended::Refused(fault.to_string()))
}

async fn customer_id(office: &Office, reference: &str) -> Result<CustomerId, Ended> {
    let known = customers::customers_by_reference(&mut office.db().read().await?, &[reference]).await?;
    known.get(reference).copied().ok_or_else(|| Ended::Refused(format!("there is no customer '{reference}'")))
}

async fn record(office: &Office, who: &Who, args: RecordArgs) -> Result<(), Ended> {
    let (keys, number) = (keys(&args.key_file)?, typed()?);
    let plain = match TAX_FORMS.iter().any(|(code, _)| *code == args.kind) {
        true => PlainIdentifier::tax_id(&args.kind, &number),
        false => PlainIdentifier::driver_license(&args.state, &number),
    };
    let plain = plain.map_err(|wrong: NotAnIdentifier| Ended::Refused(wrong.to_string()))?;
    let customer = customer_id(office, &args.customer).await?;
    let value = plain.seal(customer, &keys, &Random::of_the_machine());
    office.act_now(who, &RecordIdentifier::of(&args.customer, &value)).await?;
    output::talk("the number is encrypted and recorded");
    Ok(())
}

async fn reveal(office: &Office, who: &Who, (customer, kind): (String, &str), key_file: &Path) -> Result<(), Ended> {
    let keys = keys(key_file)?;
    let kind = IdentifierKind::of_code(kind).ok_or_else(|| Ended::WrongUse("there is no such number".to_owned()))?;
    let id = customer_id(office, &customer).await?;
    office.act_now(who, &Reveal { customer, kind }).await?;
    let on_record = identity::identifiers(&mut office.db().read().await?, &[id]).await?;
    let whole = on_record.iter().find(|one| one.value.kind == kind).map(|one| one.open(&keys));
    match whole {
        Some(Ok(whole)) => output::data(&whole),
        Some(Err(fault)) => return Err(Ended::Refused(fault.to_string())),
        None => {}
    }
    Ok(())
}

async fn check(office: &Office, who: &Who, one: Option<String>, since: Option<NaiveDate>) -> Result<(), Ended> {
    let mut after = AccountId::CITY;
    let mut found = 0;
    let mut accounts: Vec<String> = one.into_iter().collect();
    let mut count = 0;
    loop {
        let mut last = None;
        if let Some(since) = since {
            let mut read = office.db().read().await?;
            (accounts, last) = identity::unchecked_openings(&mut read, (since, after), AT_ONCE).await?;
        }
        count += accounts.len();
        for account in accounts.drain(..) {
            let done = office.act_now(who, &CheckOpening { account: account.clone() }).await?.outcome;
            found += done.new.len();
            for rule in done.new {
                output::data(&format!("{account}  {}", rule.title()));
            }
        }
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let looked = counted(number(count), "account", "accounts");
    output::talk(&format!("{looked} looked at, {} found", counted(number(found), "red flag", "red flags")));
    Ok(())
}
