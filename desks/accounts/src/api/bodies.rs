//! What the API tells of accounts.

use billing::AccountService;
use chrono::NaiveDate;
use customers::{ListedAccount, Purpose, in_force};
use finance::JournalHead;
use kernel::Cents;
use ledger::Chart;
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::{Loaded, Told};
use crate::ledger::Line;
use crate::words;

/// An account in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountInList {
    /// The number on paper, such as `100042-4`.
    number: String,
    /// The name of its customer.
    customer_name: String,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    #[serde(skip)]
    serial: i64,
}

impl AccountInList {
    pub(super) fn of(account: ListedAccount) -> AccountInList {
        AccountInList {
            number: account.number.to_string(),
            customer_name: account.name,
            opened_on: account.opened_on,
            closed_on: account.closed_on,
            serial: account.number.serial(),
        }
    }

    pub(super) fn serial(&self) -> i64 {
        self.serial
    }
}

/// An account with all that its page shows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountInFull {
    /// The number on paper, such as `100042-4`.
    number: String,
    customer: AccountCustomer,
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    parties: Vec<AccountParty>,
    /// Where bills go; nothing while it is not known or confidential.
    mailing_address: Option<String>,
    services: Vec<ServiceOfAccount>,
    /// What is owed in all; negative when the customer has a credit.
    balance_cents: i64,
    /// What should have been paid by now.
    past_due_cents: i64,
    owed: Vec<OwedByService>,
    /// The number of the newest bill that was not taken back.
    newest_bill: Option<String>,
    /// How many bills are held up by exceptions.
    exceptions: usize,
    /// The numbers of changes that wait for a second person.
    proposals: Vec<i64>,
}

/// Whose account it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountCustomer {
    reference: String,
    name: String,
    /// `person`, `organization` or `unknown`.
    kind: String,
    /// Nothing while it is not known or confidential.
    phone: Option<String>,
    email: Option<String>,
}

/// Somebody who is something for an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountParty {
    /// `bill_payer`, `owner`, `tenant` or `authorized`.
    role: String,
    customer: String,
    name: String,
    from_on: NaiveDate,
    through_on: Option<NaiveDate>,
}

/// A service of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceOfAccount {
    service: String,
    /// The rate schedule.
    schedule: String,
    class: Option<String>,
    service_point: Option<String>,
    cycle: String,
    starts_on: NaiveDate,
    /// The day after the last.
    stops_on: Option<NaiveDate>,
}

/// What is owed for a service, by how long it has been due.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwedByService {
    /// Nothing for what is owed by the account as a whole.
    service: Option<String>,
    not_due_cents: i64,
    days_0_to_30_cents: i64,
    days_31_to_60_cents: i64,
    days_61_to_90_cents: i64,
    days_91_to_120_cents: i64,
    days_over_120_cents: i64,
    credits_cents: i64,
}

impl AccountInFull {
    pub(super) fn of(loaded: &Loaded) -> AccountInFull {
        let is_hidden = loaded.shield.hides(loaded.named.id);
        let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty() && !is_hidden);
        let customer = loaded.customer();
        let mailing: Vec<_> = loaded
            .addresses
            .iter()
            .filter(|record| record.address.purpose == Purpose::Mailing)
            .map(|record| record.address.clone())
            .collect();
        let mailing = in_force(&mailing, Some(loaded.today)).map(|address| words::on_one_line(&address.lines));
        let party = |party: &customers::Party| AccountParty {
            role: party.role.code().to_owned(),
            customer: loaded.customers.get(&party.customer).map_or_else(String::new, |known| known.reference.clone()),
            name: loaded.name(party.customer),
            from_on: party.from_on,
            through_on: party.to_on,
        };
        let service = |service: &AccountService| ServiceOfAccount {
            service: service.service.clone(),
            schedule: service.schedule.clone(),
            class: loaded.profiles.get(&service.profile).map(|profile| profile.class.clone()),
            service_point: loaded.points.get(&service.service_point).map(|(reference, _)| reference.clone()),
            cycle: service.cycle.clone(),
            starts_on: service.starts_on,
            stops_on: service.stops_on,
        };
        AccountInFull {
            number: loaded.named.number.clone(),
            customer: AccountCustomer {
                reference: customer.map_or_else(String::new, |customer| customer.reference.clone()),
                name: loaded.title(),
                kind: customer.map_or("unknown", |customer| customer.kind.code()).to_owned(),
                phone: customer.and_then(|customer| told(&customer.phone)),
                email: customer.map(|customer| customer.email.clone()).filter(|email| !email.is_empty()),
            },
            opened_on: loaded.named.account.opened_on,
            closed_on: loaded.named.account.closed_on,
            parties: loaded.parties.iter().map(party).collect(),
            mailing_address: mailing.as_deref().and_then(told),
            services: loaded.services.iter().map(service).collect(),
            balance_cents: loaded.owing.balance().0,
            past_due_cents: loaded.owing.past_due().0,
            owed: owed(loaded),
            newest_bill: loaded.newest_bill().map(|bill| bill.number.to_string()),
            exceptions: loaded.exceptions.len(),
            proposals: loaded.proposals.iter().map(|proposal| proposal.proposal.0).collect(),
        }
    }
}

fn owed(loaded: &Loaded) -> Vec<OwedByService> {
    let line = |(service, by_age, credits): (&str, [Cents; 6], Cents)| {
        let [not_due, to_30, to_60, to_90, to_120, over] = by_age.map(|cents| cents.0);
        OwedByService {
            service: Some(service.to_owned()).filter(|service| !service.is_empty()),
            not_due_cents: not_due,
            days_0_to_30_cents: to_30,
            days_31_to_60_cents: to_60,
            days_61_to_90_cents: to_90,
            days_91_to_120_cents: to_120,
            days_over_120_cents: over,
            credits_cents: credits.0,
        }
    };
    let lines = loaded.owing.lines.iter().map(|one| (one.service.as_str(), one.by_age, one.credits));
    let unapplied = (!loaded.owing.unapplied.is_zero()).then_some(("", [Cents::ZERO; 6], loaded.owing.unapplied));
    lines.chain(unapplied).map(line).collect()
}

/// A posting of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LedgerLine {
    /// The GL date.
    gl_on: NaiveDate,
    /// The id of its journal.
    journal: i64,
    /// Its number within the journal.
    line: i64,
    /// What kind of journal, such as `bill`.
    kind: String,
    /// The document people know it by, such as a bill number.
    document: String,
    service: Option<String>,
    /// The code of the fund.
    fund: String,
    /// The code of the ledger account debited.
    debit: String,
    /// The code of the ledger account credited.
    credit: String,
    cents: i64,
    /// What it changed of what is owed.
    change_cents: i64,
    /// What was owed after it, of what is asked for.
    balance_cents: i64,
    /// The entry of the log that wrote it.
    act: Option<i64>,
}

impl LedgerLine {
    /// Where a line stands in the list.
    pub(super) fn place(line: &Line) -> (NaiveDate, i64, i64) {
        (line.posting.gl_on, line.posting.journal.0, line.posting.line)
    }

    pub(super) fn own_place(&self) -> (NaiveDate, i64, i64) {
        (self.gl_on, self.journal, self.line)
    }

    pub(super) fn of(line: &Line, (chart, heads, services): (&Chart, &[JournalHead], &[AccountService])) -> LedgerLine {
        let posting = &line.posting;
        let head = heads.iter().find(|head| head.journal == posting.journal);
        let service = posting.agreement.and_then(|id| services.iter().find(|service| service.agreement == id));
        let code = |id| chart.ledger_account(id).map_or_else(String::new, |account| account.code.clone());
        LedgerLine {
            gl_on: posting.gl_on,
            journal: posting.journal.0,
            line: posting.line,
            kind: posting.kind.code().to_owned(),
            document: head.map_or_else(String::new, |head| head.document.clone()),
            service: service.map(|service| service.service.clone()),
            fund: chart.fund(posting.fund).map_or_else(String::new, |fund| fund.code.clone()),
            debit: code(posting.debit),
            credit: code(posting.credit),
            cents: posting.cents.0,
            change_cents: line.change.0,
            balance_cents: line.balance.0,
            act: head.map(|head| head.act.0),
        }
    }
}

/// A line of the timeline of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineLine {
    /// `bills`, `payments`, `adjustments`, `moves`, `reads`, `notes` or `changes`.
    kind: String,
    on: NaiveDate,
    title: String,
    /// A sentence more; may be empty.
    text: String,
    /// By whom; nothing where nobody in particular did it.
    by: Option<String>,
    /// The page it leads to.
    page: Option<String>,
    /// What it changed of what is owed.
    cents: Option<i64>,
    #[serde(skip)]
    rank: i64,
}

impl TimelineLine {
    pub(super) fn of(told: Told) -> TimelineLine {
        TimelineLine {
            kind: told.kind.name().to_owned(),
            on: told.on,
            title: told.title,
            text: told.text,
            by: Some(told.who).filter(|who| !who.is_empty()),
            page: Some(told.href).filter(|href| !href.is_empty()),
            cents: told.cents.map(|cents| cents.0),
            rank: told.rank,
        }
    }

    pub(super) fn place(&self) -> (NaiveDate, i64) {
        (self.on, self.rank)
    }
}
