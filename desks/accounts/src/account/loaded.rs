//! What one account page is made of, read by a bounded number of queries on this account's rows alone.

use std::collections::BTreeMap;

use acts::{Proposal, Subject};
use billing::{AccountBill, AccountCharge, AccountException, AccountService, NewestStatement, Owing};
use chrono::{Months, NaiveDate};
use customers::{AddressRecord, CustomerInFull, MergedInto, Party};
use db::Read;
use finance::AccountPosting;
use identity::Shield;
use kernel::{AgreementId, Cents, CustomerId, JournalId, Period, RateProfileId, ServicePointId};
use ledger::{Chart, Control};
use metering::{Installation, PeriodUse};
use revenue::RateProfile;
use web::{Ask, Problem};

use crate::words::{Named, Names};

/// How many months of use are looked at.
const MONTHS: u32 = 25;

/// An account with everything its page shows, beside the timeline.
pub(crate) struct Loaded {
    /// The account.
    pub named: Named,
    /// The day it is looked at.
    pub today: NaiveDate,
    /// Who is what for it, past and present.
    pub parties: Vec<Party>,
    /// Its customer and parties.
    pub customers: BTreeMap<CustomerId, CustomerInFull>,
    /// What may be shown of its addresses.
    pub shield: Shield,
    /// The merge or its undoing that brought it to its customer.
    pub merged: Option<MergedInto>,
    /// Where its mail goes, past and present.
    pub addresses: Vec<AddressRecord>,
    /// Its services, past and present.
    pub services: Vec<AccountService>,
    /// What the prices of its services depend on.
    pub profiles: BTreeMap<RateProfileId, RateProfile>,
    /// The reference and address of each service point.
    pub points: BTreeMap<ServicePointId, (String, String)>,
    /// The service each service point is there for.
    pub measured: BTreeMap<ServicePointId, String>,
    /// The meters at each service point, past and present.
    pub meters: BTreeMap<ServicePointId, Vec<Installation>>,
    /// The chart of accounts.
    pub chart: Chart,
    /// Everything posted.
    pub postings: Vec<AccountPosting>,
    /// Its bills.
    pub bills: Vec<AccountBill>,
    /// Its newest statement.
    pub statement: Option<NewestStatement>,
    /// What it owes.
    pub owing: Owing,
    /// What holds its bills up.
    pub exceptions: Vec<AccountException>,
    /// Charges that wait for a bill.
    pub charges: Vec<AccountCharge>,
    /// What was used lately.
    pub(crate) uses: Vec<PeriodUse>,
    /// Changes on it that wait for a second person.
    pub proposals: Vec<Proposal>,
    /// Who is called what.
    pub names: Names,
}

impl Loaded {
    pub(crate) async fn of(ask: &Ask, read: &mut Read, named: Named) -> Result<Loaded, Problem> {
        let (id, today) = (named.id, ask.today());
        let parties = customers::parties_of(read, &[id]).await?.remove(&id).unwrap_or_default();
        let mut people: Vec<CustomerId> = parties.iter().map(|party| party.customer).collect();
        people.push(named.account.customer);
        people.sort_unstable();
        people.dedup();
        let customers = customers::customers_in_full(read, &people).await?;
        let shield = Shield::load(ask, read, &[id]).await?;
        let merged = merged(read, &named).await?;
        let addresses = customers::address_records(read, id).await?;
        let services = billing::account_services(read, id).await?;
        let mut places: Vec<ServicePointId> = services.iter().map(|service| service.service_point).collect();
        places.sort_unstable();
        places.dedup();
        let mut told = premises::addresses_by_id(read, &places).await?;
        let references = premises::references_by_id(read, &places).await?;
        let point = |(id, reference)| (id, (reference, told.remove(&id).unwrap_or_default()));
        let points = references.into_iter().map(point).collect();
        let meters = metering::installations_of(read, &places).await?;
        let profiles = revenue::all_profiles(read).await?;
        let chart = finance::chart(read).await?;
        let postings = finance::account_postings(read, id).await?;
        let bills = billing::account_bills(read, id).await?;
        let by_agreement: BTreeMap<AgreementId, String> =
            services.iter().map(|service| (service.agreement, service.service.clone())).collect();
        let owing = billing::owing(&chart, (&postings, &bills), &by_agreement, today);
        let from = today.checked_sub_months(Months::new(MONTHS)).unwrap_or(NaiveDate::MIN);
        let uses = match Period::new(from, today.succ_opt().unwrap_or(today)) {
            Ok(window) => metering::uses_between(read, (id, kernel::AccountId(id.0 + 1)), window).await?,
            Err(_) => Vec::new(),
        };
        Ok(Loaded {
            today,
            customers,
            shield,
            merged,
            addresses,
            points,
            meters,
            profiles,
            statement: billing::newest_statement(read, id).await?,
            exceptions: billing::account_exceptions(read, id).await?,
            charges: billing::waiting_charges(read, id).await?,
            proposals: acts::open_proposals_on(read, &Subject::account(id)).await?,
            names: Names::load(read).await?,
            measured: premises::services_of_points(read, &places).await?,
            named,
            parties,
            services,
            chart,
            postings,
            bills,
            owing,
            uses,
        })
    }

    /// Whose account it is.
    pub(crate) fn customer(&self) -> Option<&CustomerInFull> {
        self.customers.get(&self.named.account.customer)
    }

    /// What somebody is called; their reference while no name is known.
    pub(crate) fn name(&self, customer: CustomerId) -> String {
        let known = self.customers.get(&customer);
        known.map_or_else(String::new, |known| name_of(known).to_owned())
    }

    /// The heading of the page.
    pub(crate) fn title(&self) -> String {
        self.name(self.named.account.customer)
    }

    /// What stands below the heading: the number, where, and since when.
    pub(crate) fn lead(&self) -> String {
        let since = web::shown::date(&self.named.account.opened_on);
        let current = self.services.iter().find(|service| service.is_on(self.today)).or(self.services.first());
        let place = current.and_then(|service| self.points.get(&service.service_point));
        let place = place.map(|(_, address)| self.place(address)).filter(|address| !address.is_empty());
        let number = &self.named.number;
        match place {
            Some(place) => format!("Account {number} at {place}, open since {since}."),
            None => format!("Account {number}, open since {since}."),
        }
    }

    /// An address of the account, or what is shown in its place where it is confidential.
    pub(crate) fn place(&self, address: &str) -> String {
        self.shield.address(self.named.id, address)
    }

    /// The newest bill that was not taken back.
    pub(crate) fn newest_bill(&self) -> Option<&AccountBill> {
        self.bills.iter().rev().find(|bill| bill.taken_back.is_none())
    }

    /// What a journal changed of what is owed.
    pub(crate) fn moved_by(&self, journal: JournalId) -> Cents {
        let of_journal = self.postings.iter().filter(|posting| posting.journal == journal);
        of_journal.map(|posting| change(&self.chart, posting)).sum()
    }
}

/// The merge by which the account came to the customer who has it now.
async fn merged(read: &mut Read, named: &Named) -> Result<Option<MergedInto>, Problem> {
    let moves = customers::moves_of_accounts(read, &[named.id]).await?;
    let Some((_, _, from, to)) = moves.last().copied() else { return Ok(None) };
    let merges = customers::merged_of(read, &[from]).await?;
    Ok(merges.into_iter().find(|merge| merge.into == to))
}

/// What somebody is called; their reference while no name is known.
pub(crate) fn name_of(customer: &CustomerInFull) -> &str {
    if customer.name.is_empty() { &customer.reference } else { &customer.name }
}

/// What a posting changes of what an account owes: receivable less unapplied credit.
pub(crate) fn change(chart: &Chart, posting: &AccountPosting) -> Cents {
    let counts = |side| {
        let control = chart.ledger_account(side).and_then(|account| account.control);
        matches!(control, Some(Control::Receivable | Control::UnappliedCredit))
    };
    let debit = if counts(posting.debit) { posting.cents } else { Cents::ZERO };
    let credit = if counts(posting.credit) { posting.cents } else { Cents::ZERO };
    debit - credit
}
