//! `/books/journals/{account number}-{journal}`: a journal with its postings, document and entry of the log.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use finance::WholeJournal;
use kernel::{AccountId, AgreementId, Cents, JournalId, Month};
use ledger::{Chart, Control, JournalKind};
use web::shown::{capital, date, money};
use web::{Alert, Answer, Ask, At, Cell, Column, Columns, Facts, Page, Problem, Section, Table, Words, read_number};

use crate::days::{Days, month_words};
use crate::names::{
    Numbers, account_href, account_of, bill_href, day_href, fund_words, kind_words, ledger_path, log_href, side_words,
};

/// What stands on the page.
struct Looked {
    chart: Chart,
    journal: WholeJournal,
    numbers: Numbers,
    /// The account that the address names.
    account: AccountId,
    services: BTreeMap<AgreementId, String>,
    bill_on: Option<NaiveDate>,
    adjustment: Option<billing::Adjustment>,
}

/// A journal.
pub(super) async fn show(ask: Ask, At(name): At<String>) -> Answer {
    let (number, id) = name.rsplit_once('-').ok_or_else(Problem::not_found)?;
    let id = JournalId(read_number(id).ok_or_else(Problem::not_found)?);
    let mut read = ask.read().await?;
    let account = account_of(&mut read, number).await?.ok_or_else(Problem::not_found)?;
    let journal = finance::whole_journal(&mut read, account, id).await?.ok_or_else(Problem::not_found)?;
    let looked = Looked::load(&mut read, account, journal).await?;
    let table = looked.postings(&ask);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let journal = &looked.journal;
    let words = format!("{} {}", kind_words(journal.kind), journal.document);
    let month = Month::of(journal.gl_on);
    let day = date(&journal.gl_on);
    let page = ask.page(&format!("Journal {}: {words}", journal.id.0)).crumbs(&[
        ("Books", "/books"),
        (&month_words(month), &format!("/books/months/{month}")),
        (&day, &day_href(journal.gl_on, None)),
    ]);
    let mut main = vec![Section::new("postings", "Postings").with(&table)];
    main.extend(looked.owed(&ask).map(|owed| Section::new("owed", "What the customer owes for it").with(&owed)));
    if let Some(adjustment) = &looked.adjustment {
        main.push(Section::new("adjustment", "The adjustment").with(&looked.adjusted(&ask, adjustment)));
    }
    let columns = Columns { main, side: vec![Section::bare().with(&looked.facts(&ask))] };
    looked.alert(page).body(&columns).answer()
}

impl Looked {
    async fn load(read: &mut Read, account: AccountId, journal: WholeJournal) -> Result<Looked, Fault> {
        let chart = finance::chart(read).await?;
        let numbers = Numbers::load(read, journal.accounts.iter().copied()).await?;
        let mut services = BTreeMap::new();
        for one in &journal.accounts {
            for service in billing::account_services(read, *one).await? {
                services.insert(service.agreement, capital(&service.service));
            }
        }
        let bills = billing::account_bills(read, account).await?;
        let is_its = |bill: &&billing::AccountBill| {
            bill.journal == journal.id || bill.taken_back.is_some_and(|(back, _)| back == journal.id)
        };
        let bill_on = bills.iter().find(is_its).map(|bill| bill.bill_on);
        let adjustments = match journal.kind {
            JournalKind::Adjustment => billing::adjustments_of(read, account).await?,
            _ => Vec::new(),
        };
        let is_its = |one: &billing::Adjustment| one.journal == journal.id || one.reversed_by == Some(journal.id);
        let adjustment = adjustments.into_iter().find(is_its);
        Ok(Looked { chart, journal, numbers, account, services, bill_on, adjustment })
    }

    fn postings(&self, ask: &Ask) -> Table {
        let month = Days::month(Month::of(self.journal.gl_on));
        let is_of_several = 1 < self.journal.accounts.len();
        let table = ask
            .table("posting-lines", &format!("Postings of journal {}", self.journal.id.0))
            .column(Column::count("line", "Line"))
            .column(Column::text("fund", "Fund"))
            .column(Column::text("debit", "Debit"))
            .column(Column::text("credit", "Credit"))
            .column(Column::text("service", "For"))
            .column(Column::money("amount", "Amount").totaled())
            .empty("This journal moves nothing: a bill of $0.00 is a bill, too.");
        table.rows(self.journal.postings.iter().map(|posting| {
            let side = |side| {
                let words = Cell::text(side_words(&self.chart, side));
                match ledger_path(&self.chart, posting.fund, side) {
                    Some(path) => words.link(month.address(&path)),
                    None => words,
                }
            };
            let service = posting.agreement.and_then(|agreement| self.services.get(&agreement));
            let service = service.cloned().unwrap_or_else(|| "The account".to_owned());
            let service = match is_of_several {
                true => Cell::text(service).note(format!("Account {}", self.numbers.of(posting.account))),
                false => Cell::text(service),
            };
            [
                Cell::count(posting.line),
                Cell::text(fund_words(&self.chart, posting.fund)),
                side(posting.debit),
                side(posting.credit),
                service,
                posting.cents.into(),
            ]
        }))
    }

    /// By how much customers owe more after it, or less, by what it is for; nothing where they owe the same.
    fn owed(&self, ask: &Ask) -> Option<Table> {
        let owes = |side| {
            let control = self.chart.ledger_account(side).and_then(|side| side.control);
            matches!(control, Some(Control::Receivable | Control::UnappliedCredit))
        };
        let mut sums: BTreeMap<(AccountId, Option<AgreementId>), Cents> = BTreeMap::new();
        for posting in &self.journal.postings {
            let change = match (owes(posting.debit), owes(posting.credit)) {
                (true, false) => posting.cents,
                (false, true) => -posting.cents,
                (true, true) | (false, false) => continue,
            };
            *sums.entry((posting.account, posting.agreement)).or_default() += change;
        }
        if sums.is_empty() {
            return None;
        }
        let table = ask
            .table("owed-changes", "What the customer owes for it")
            .plain()
            .column(Column::text("owed-account", "Account"))
            .column(Column::text("owed-service", "For"))
            .column(Column::money("owed-amount", "Owed").below_zero("less").totaled());
        Some(table.rows(sums.into_iter().map(|((account, agreement), cents)| {
            let service = agreement.and_then(|agreement| self.services.get(&agreement));
            let service = service.cloned().unwrap_or_else(|| "The account".to_owned());
            [self.numbers.cell(ask, account), Cell::text(service), cents.into()]
        })))
    }

    fn facts(&self, ask: &Ask) -> Facts {
        let journal = &self.journal;
        let total: Cents = journal.postings.iter().map(|posting| posting.cents).sum();
        let mut facts = Facts::new().fact("Kind", kind_words(journal.kind)).link(
            "Date in the books",
            date(&journal.gl_on),
            day_href(journal.gl_on, None),
        );
        if let Some(adjustment) = &self.adjustment {
            facts = facts.fact("Effective date", date(&adjustment.effective_on));
        } else if let Some(bill_on) = self.bill_on {
            facts = facts.fact("Date on the bill", date(&bill_on));
        }
        facts = match bill_href(ask, &journal.document).filter(|_| self.is_of_a_bill()) {
            Some(href) => facts.link("Document", format!("Bill {}", journal.document), href),
            None => facts.fact("Document", journal.document.clone()),
        };
        for account in &journal.accounts {
            let number = self.numbers.of(*account);
            facts = match account_href(ask, &number).filter(|_| account.0 != 0) {
                Some(href) => facts.link("Account", number, href),
                None => facts.fact("Account", if account.0 == 0 { "The city".to_owned() } else { number }),
            };
        }
        if let Some(original) = journal.reverses {
            let href = self.numbers.journal_href(self.account, original);
            facts = facts.link("Takes back", format!("Journal {}", original.0), href);
        }
        facts = match journal.taken_back {
            Some((by, on)) => {
                let href = self.numbers.journal_href(self.account, by);
                facts.link("Taken back by", format!("Journal {}, {}", by.0, date(&on)), href)
            }
            None => facts.fact("Taken back by", ""),
        };
        facts = facts.fact("Moved", money(&total));
        match log_href(ask, journal.act) {
            Some(href) => facts.link("Entry of the log", journal.act.0.to_string(), href),
            None => facts.fact("Entry of the log", journal.act.0.to_string()),
        }
    }

    fn is_of_a_bill(&self) -> bool {
        matches!(self.journal.kind, JournalKind::Bill | JournalKind::BillReversal | JournalKind::Adjustment)
    }

    fn adjusted(&self, ask: &Ask, adjustment: &billing::Adjustment) -> Facts {
        let facts = Facts::new()
            .fact("Charge", adjustment.revenue.clone())
            .fact("Without tax", money(&adjustment.cents))
            .fact("Tax", money(&adjustment.tax))
            .fact("Reason", capital(&adjustment.reason_code.replace('_', " ")))
            .fact("In words", adjustment.reason.clone());
        match bill_href(ask, &self.journal.document) {
            Some(href) => facts.link("Bill it adjusts", self.journal.document.clone(), href),
            None => facts.fact("Bill it adjusts", self.journal.document.clone()),
        }
    }

    fn alert(&self, page: Page) -> Page {
        let journal = &self.journal;
        match (journal.taken_back, journal.reverses) {
            (Some((by, on)), _) => page.alert(
                Alert::info("This journal was taken back")
                    .text(format!("Journal {} took it back on {}; together they come to nothing.", by.0, date(&on)))
                    .link(format!("Open journal {}", by.0), self.numbers.journal_href(self.account, by)),
            ),
            (None, Some(original)) => page.body(&Words::new(format!(
                "Every posting of journal {} stands here the other way: together they come to nothing.",
                original.0
            ))),
            (None, None) => page,
        }
    }
}
