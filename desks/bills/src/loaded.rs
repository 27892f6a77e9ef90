//! A bill with everything its pages show, read by a bounded number of queries on its account's rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use billing::{Adjustment, BillAgain, BillInOrder, BillView, ExplainedService, RunKind};
use customers::Protection;
use db::Read;
use kernel::{ActId, ActorId, AgreementId, BillNumber, Cents, JournalId, ServicePointId};
use ledger::Chart;
use revenue::RateBook;
use web::{Alert, Ask, Page, Problem, Tabs, encoded};

use crate::words::{capital_words, day};

/// A bill with what its pages show.
pub(crate) struct Loaded {
    /// The bill.
    pub(crate) view: BillView,
    /// All bills of the account, by the days they are for.
    pub(crate) bills: Vec<BillInOrder>,
    /// The adjustments of this bill, each with its number on the account and the entry that made it.
    pub(crate) adjustments: Vec<(i64, Adjustment, Option<ActId>)>,
    /// What of it is not so any more.
    pub(crate) again: Vec<BillAgain>,
    /// Who works here, where somebody lets the bill stay.
    pub(crate) names: BTreeMap<ActorId, String>,
    /// What reasons of adjustments are called.
    pub(crate) reasons: BTreeMap<String, String>,
    /// What the account owes now.
    pub(crate) balance: Cents,
    /// Funds and ledger accounts.
    pub(crate) chart: Chart,
    /// The rates.
    pub(crate) book: Arc<RateBook>,
    places: BTreeMap<ServicePointId, String>,
    protection: Option<Protection>,
}

impl Loaded {
    /// The bill with the number in the address of a page.
    pub(crate) async fn of(read: &mut Read, number: &str) -> Result<Loaded, Problem> {
        let parsed = BillNumber::parse(number).map_err(|_| unknown(number))?;
        let view = billing::bill_view(read, parsed).await?.ok_or_else(|| unknown(number))?;
        let account = view.bill.account;
        let acts = billing::acts_of_adjustments(read, account).await?;
        let adjustments = (1..).zip(billing::adjustments_of(read, account).await?);
        let adjustments = adjustments.filter(|(_, one)| one.run == view.bill.run);
        let adjustments = adjustments.map(|(number, one)| {
            let act = acts.get(&one.id).copied();
            (number, one, act)
        });
        let mut points: Vec<ServicePointId> = view.services.iter().filter_map(|service| service.point).collect();
        points.sort_unstable();
        points.dedup();
        let mut again = billing::bills_again_of(read, &[account]).await?;
        again.retain(|one| one.run == view.bill.run);
        let names = match again.iter().any(|one| one.stays.is_some()) {
            true => staff::names(read).await?,
            false => BTreeMap::new(),
        };
        Ok(Loaded {
            again,
            names,
            adjustments: adjustments.collect(),
            bills: billing::bills_of_account(read, account).await?,
            reasons: billing::adjustment_reasons(read).await?,
            balance: finance::balance_of(read, account).await?,
            chart: finance::chart(read).await?,
            book: RateBook::load(read).await?,
            places: premises::addresses_by_id(read, &points).await?,
            protection: customers::protected_among(read, &[account]).await?.remove(&account),
            view,
        })
    }

    /// Whether something of what is due on the bill's due date is not paid, and that day is past. Payments and credits
    /// are for what was due first.
    pub(crate) async fn is_past_due(&self, ask: &Ask, read: &mut Read) -> Result<bool, Problem> {
        let (account, today) = (self.view.bill.account, ask.today());
        if !billing::is_past_due(self.view.bill.due_on, today) || self.view.taken_back.is_some() {
            return Ok(false);
        }
        let postings = finance::account_postings(read, account).await?;
        let bills = billing::account_bills(read, account).await?;
        let services = billing::account_services(read, account).await?;
        let services = services.into_iter().map(|one| (one.agreement, one.service)).collect();
        let owing = billing::owing(&self.chart, (&postings, &bills), &services, today);
        Ok(owing.is_past_due(self.view.bill.due_on, today))
    }

    /// The number on the bill.
    pub(crate) fn number(&self) -> String {
        self.view.number.to_string()
    }

    /// The address of one of its pages; empty for the bill itself.
    pub(crate) fn href(&self, page: &str) -> String {
        let bill = bill_href(self.view.number);
        if page.is_empty() { bill } else { format!("{bill}/{page}") }
    }

    /// The address of the account.
    pub(crate) fn account_href(&self) -> String {
        format!("/accounts/{}", encoded(&self.view.account_number))
    }

    /// Where the postings of a journal are seen: the journal, or the account's ledger for who may not see the books.
    pub(crate) fn journal_href(&self, ask: &Ask, journal: JournalId) -> String {
        match ask.may(finance::SEE) {
            true => format!("/books/journals/{}-{}", encoded(&self.view.account_number), journal.0),
            false => format!("{}/ledger", self.account_href()),
        }
    }

    /// A page about the bill, with its crumbs and tabs.
    pub(crate) fn page(&self, ask: &Ask, title: &str, page: &str) -> Page {
        let (number, account) = (self.number(), self.account_href());
        let (bill, heading) = (self.href(""), format!("Bill {number}"));
        let mut crumbs = vec![(self.view.account_number.as_str(), account.as_str())];
        if !page.is_empty() {
            crumbs.push((&heading, &bill));
        }
        let title = if title.is_empty() { heading.clone() } else { title.to_owned() };
        let lead = match page {
            "" => format!("{}, account {}.", self.view.customer, self.view.account_number),
            _ => format!("Bill {number}, {}, account {}.", self.view.customer, self.view.account_number),
        };
        ask.page(&title).crumbs(&crumbs).lead(lead).body(&self.tabs(ask, page))
    }

    fn tabs(&self, ask: &Ask, page: &str) -> Tabs {
        let mut tabs = Tabs::new("This bill").tab("Statement", self.href("")).tab("Why this amount", self.href("why"));
        let is_open = self.view.taken_back.is_none();
        if is_open && ask.may(billing::permissions::ADJUST) {
            tabs = tabs.tab("Leak adjustment", self.href("leak")).tab("Adjust", self.href("adjust"));
        }
        if is_open && ask.may(billing::permissions::CORRECT) {
            tabs = tabs.tab("Make again", self.href("rebill"));
        }
        if ask.may(attachments::permissions::SEE) {
            tabs = tabs.tab("Files", self.href("attachments"));
        }
        tabs.current(&self.href(page))
    }

    /// The bill that stands for the days just before; what only bills charges is no bill to compare with.
    pub(crate) fn last(&self) -> Option<&BillInOrder> {
        let from = self.view.run.period.from();
        let before = self.bills.iter().filter(|one| !one.is_cancelled && one.kind != RunKind::Charges);
        before.filter(|one| one.period.to() <= from).max_by_key(|one| (one.period.to(), one.bill_on, one.run))
    }

    /// The bill that took the place of this one.
    pub(crate) fn replaced_by(&self) -> Option<&BillInOrder> {
        self.bills.iter().find(|one| one.replaces == Some(self.view.bill.run))
    }

    /// What is said on top of every page of the bill: that it was taken back, or which one it replaces.
    pub(crate) fn alerts(&self, page: Page) -> Page {
        let mut page = page;
        if let Some((on, reason)) = &self.view.taken_back {
            let alert = Alert::warning(format!("This bill was taken back, in the books on {}", day(*on)));
            let alert = alert.text(format!("{}. Nothing of it is owed any more.", web::shown::capital(reason)));
            page = page.alert(match self.replaced_by() {
                Some(new) => alert.link(format!("Bill {} took its place", new.number), bill_href(new.number)),
                None => alert,
            });
        }
        if let Some((old, reason)) = &self.view.replaces {
            let alert = Alert::info(format!("This bill takes the place of bill {old}"));
            let alert = alert.text(format!("Why it was made again: {reason}."));
            page = page.alert(alert.link(format!("Look at bill {old}"), bill_href(*old)));
        }
        page
    }

    /// What a schedule is called.
    pub(crate) fn schedule_title(&self, code: &str) -> String {
        let version = self.book.version_on(code, self.view.run.price_on).and_then(|id| self.book.version(id));
        let title = version.map(|version| version.schedule.title.title("en").to_owned());
        title.filter(|title| !title.is_empty()).unwrap_or_else(|| capital_words(code))
    }

    /// What a charge of a service is called on the bill: fees have the same name in rates of their own.
    pub(crate) fn title_on(&self, service: &ExplainedService, charge: &str) -> String {
        let charges = service.parts.iter().flat_map(|(_, explained)| &explained.charges);
        let found = charges.into_iter().find(|known| known.name == charge);
        found.map_or_else(|| self.charge_title(service.agreement, charge), |known| known.title.title("en").to_owned())
    }

    /// What a charge of an agreement is called on the bill.
    pub(crate) fn charge_title(&self, agreement: AgreementId, charge: &str) -> String {
        let own = self.view.services.iter().filter(|service| service.agreement == agreement);
        let charges = own.flat_map(|service| &service.parts).flat_map(|(_, explained)| &explained.charges);
        let found = charges.into_iter().find(|known| known.name == charge);
        found.map_or_else(|| capital_words(charge), |known| known.title.title("en").to_owned())
    }

    /// Where a service is, or what is shown in its place where the address is confidential.
    pub(crate) fn place(&self, service: &ExplainedService) -> String {
        let place = service.point.and_then(|point| self.places.get(&point)).cloned().unwrap_or_default();
        match &self.protection {
            Some(protection) if !place.is_empty() => protection.shown(),
            Some(_) | None => place,
        }
    }

    /// The reference of a service point on the bill.
    pub(crate) fn reference(&self, point: ServicePointId) -> String {
        let service = self.view.services.iter().find(|service| service.point == Some(point));
        service.map_or_else(String::new, |service| service.service_point.clone())
    }

    /// Where the bill goes, line by line.
    pub(crate) fn mail_to(&self) -> Vec<String> {
        let mut lines = vec![self.view.customer.clone()];
        if let Some(protection) = &self.protection {
            lines.push(protection.shown());
            return lines;
        }
        let Some(to) = &self.view.mail_to else { return lines };
        if !to.recipient.is_empty() {
            lines[0].clone_from(&to.recipient);
        }
        lines.push(to.street.clone());
        lines.push(format!("{}, {} {}", to.city, to.state, to.postal_code).trim().to_owned());
        lines
    }

    /// A fund as an auditor names it: its code and name.
    pub(crate) fn fund(&self, id: kernel::FundId) -> String {
        self.chart.fund(id).map_or_else(String::new, |fund| format!("{} {}", fund.code, fund.name))
    }

    /// A ledger account as an auditor names it: its code and name.
    pub(crate) fn ledger_account(&self, id: kernel::LedgerAccountId) -> String {
        self.chart.ledger_account(id).map_or_else(String::new, |one| format!("{} {}", one.code, one.name))
    }
}

/// The address of a bill.
pub(crate) fn bill_href(number: BillNumber) -> String {
    format!("/bills/{}", encoded(&number.to_string()))
}

/// No bill has the number.
pub(crate) fn unknown(number: &str) -> Problem {
    let shown: String = number.chars().take(40).collect();
    Problem {
        why: format!(
            "There is no bill {shown}. A bill number looks like 12-000345 and stands on the bill's first page."
        ),
        next: "Look it up by account, name or address in the search box.".to_owned(),
        ..Problem::not_found()
    }
}
