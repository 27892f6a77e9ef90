//! `/accounts/{number}/ledger`: every posting of an account with the balance after it, newest first.

use std::collections::{BTreeMap, BTreeSet};

use billing::AccountService;
use finance::{AccountPosting, JournalHead};
use kernel::{AgreementId, Cents, JournalId};
use ledger::{Chart, JournalKind};
use web::shown::capital;
use web::{Answer, Ask, At, Cell, Choice, Column, Field, LookUp, Section, Table, encoded};

use crate::account::change;
use crate::words::{self, Named};

/// A posting as the ledger of an account shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The posting.
    pub posting: AccountPosting,
    /// What it changed of what is owed.
    pub change: Cents,
    /// What was owed after it, of what is looked at.
    pub balance: Cents,
}

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The agreements of one service; those of no agreement when it is `Some` and empty.
    pub agreements: Option<BTreeSet<AgreementId>>,
    /// One ledger account, on either side.
    pub ledger_account: Option<kernel::LedgerAccountId>,
    /// One fund.
    pub fund: Option<kernel::FundId>,
    /// Only what was posted through a day of the books.
    pub through: Option<chrono::NaiveDate>,
}

impl Wanted {
    fn wants(&self, posting: &AccountPosting) -> bool {
        let is_of_service = self.agreements.as_ref().is_none_or(|agreements| match posting.agreement {
            Some(agreement) => agreements.contains(&agreement),
            None => agreements.is_empty(),
        });
        let side = self.ledger_account;
        is_of_service
            && side.is_none_or(|side| posting.debit == side || posting.credit == side)
            && self.fund.is_none_or(|fund| fund == posting.fund)
            && self.through.is_none_or(|through| posting.gl_on <= through)
    }
}

/// The lines that are wanted, oldest first, each with what was owed after it.
pub(crate) fn lines(chart: &Chart, postings: &[AccountPosting], wanted: &Wanted) -> Vec<Line> {
    let mut balance = Cents::ZERO;
    let wanted = postings.iter().filter(|posting| wanted.wants(posting));
    let line = |posting: &AccountPosting| {
        let change = change(chart, posting);
        balance += change;
        Line { posting: *posting, change, balance }
    };
    wanted.map(line).collect()
}

/// The agreements of a service as the address names it: `whole` for what belongs to none.
pub(crate) fn agreements_of(services: &[AccountService], asked: &str) -> Option<BTreeSet<AgreementId>> {
    match asked {
        "" => None,
        "whole" => Some(BTreeSet::new()),
        asked => {
            let of_service = services.iter().filter(|service| service.service == asked);
            let found: BTreeSet<AgreementId> = of_service.map(|service| service.agreement).collect();
            (!found.is_empty()).then_some(found)
        }
    }
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let chart = finance::chart(&mut read).await?;
    let services = billing::account_services(&mut read, named.id).await?;
    let postings = finance::account_postings(&mut read, named.id).await?;
    let wanted = Wanted {
        agreements: agreements_of(&services, ask.query().text("service")),
        ledger_account: chart.ledger_account_by_code(ask.query().text("ledger")).map(|account| account.id),
        fund: chart.fund_by_code(ask.query().text("fund")).map(|fund| fund.id),
        through: ask.query().text("through").parse().ok(),
    };
    let lines = lines(&chart, &postings, &wanted);
    let mut journals: Vec<JournalId> = lines.iter().map(|line| line.posting.journal).collect();
    journals.dedup();
    let heads = finance::journal_heads(&mut read, named.id, &journals).await?;
    let heads: BTreeMap<JournalId, JournalHead> = heads.into_iter().map(|head| (head.journal, head)).collect();
    let holder = customers::customers_in_full(&mut read, &[named.account.customer]).await?;
    drop(read);
    let drawn = Drawn { ask: &ask, named: &named, chart: &chart, services: &services, heads: &heads };
    let table = drawn.table(&lines);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let holder = holder.get(&named.account.customer).map_or_else(String::new, |holder| holder.name.clone());
    let balance = lines.last().map_or(Cents::ZERO, |line| line.balance);
    let lead = format!("{holder}. What is looked at comes to {}.", web::shown::money(&balance));
    let own = named.href("");
    let crumbs = [("Accounts", "/accounts"), (named.number.as_str(), own.as_str())];
    let page = ask.page(&format!("Ledger of account {}", named.number)).crumbs(&crumbs).lead(lead);
    page.body(&drawn.look_up(&postings)).body(&Section::bare().with(&table)).answer()
}

struct Drawn<'a> {
    ask: &'a Ask,
    named: &'a Named,
    chart: &'a Chart,
    services: &'a [AccountService],
    heads: &'a BTreeMap<JournalId, JournalHead>,
}

impl Drawn<'_> {
    fn look_up(&self, postings: &[AccountPosting]) -> LookUp {
        let services: BTreeSet<&str> = self.services.iter().map(|service| service.service.as_str()).collect();
        let mut choices: Vec<Choice> =
            services.into_iter().map(|service| Choice::new(service, words::service(service))).collect();
        choices.push(Choice::new("whole", "Account as a whole"));
        let used: BTreeSet<_> = postings.iter().flat_map(|posting| [posting.debit, posting.credit]).collect();
        let accounts = self.chart.ledger_accounts().filter(|account| used.contains(&account.id));
        let accounts: Vec<Choice> =
            accounts.map(|account| Choice::new(&account.code, format!("{} {}", account.code, account.name))).collect();
        let moved: BTreeSet<_> = postings.iter().map(|posting| posting.fund).collect();
        let funds = self.chart.funds().filter(|fund| moved.contains(&fund.id));
        let funds: Vec<Choice> =
            funds.map(|fund| Choice::new(&fund.code, format!("{} {}", fund.code, fund.name))).collect();
        let said = |name: &str| self.ask.query().text(name).chars().take(100).collect::<String>();
        LookUp::new(self.ask, "Ledger", "Look up")
            .field(Field::select("service", "Service", choices).value(said("service")))
            .field(Field::select("fund", "Fund", funds).value(said("fund")))
            .field(Field::select("ledger", "Ledger account", accounts).value(said("ledger")))
            .field(Field::date("through", "Through").value(said("through")))
    }

    fn table(&self, lines: &[Line]) -> Table {
        let may_read = self.ask.may(acts::permissions::READ);
        let mut table = self
            .ask
            .table("ledger", "Postings of the account")
            .column(Column::date("date", "Date"))
            .column(Column::text("what", "What"))
            .column(Column::text("service", "Service"))
            .column(Column::text("fund", "Fund"))
            .column(Column::text("debit", "Debit"))
            .column(Column::text("credit", "Credit"))
            .column(Column::money("amount", "Amount").totaled())
            .column(Column::money("change", "Change").totaled())
            .column(Column::money("balance", "Balance after"))
            .column(Column::text("entry", "Entry"));
        table = table.empty("Nothing was posted on this account, or nothing of what is looked at.");
        table.rows(lines.iter().rev().map(|line| self.row(line, may_read)))
    }

    fn row(&self, line: &Line, may_read: bool) -> [Cell; 10] {
        let posting = &line.posting;
        let head = self.heads.get(&posting.journal);
        let document = head.map_or("", |head| head.document.as_str());
        let what = Cell::text(capital(posting.kind.words())).note(document);
        let what = match self.named.journal(self.ask, posting.journal) {
            Some(journal) => what.link(journal),
            None => what,
        };
        let service = posting.agreement.and_then(|id| self.services.iter().find(|one| one.agreement == id));
        let service = service.map_or_else(|| words::service(""), |service| words::service(&service.service));
        let service = match posting.kind {
            JournalKind::Bill | JournalKind::BillReversal | JournalKind::Adjustment if !document.is_empty() => {
                Cell::text(service).link(format!("/bills/{}", encoded(document)))
            }
            _ => Cell::text(service),
        };
        let side = |id| {
            let account = self.chart.ledger_account(id);
            account.map_or_else(Cell::empty, |account| Cell::text(account.code.clone()).note(account.name.clone()))
        };
        let fund = self.chart.fund(posting.fund);
        let entry = head.map_or_else(Cell::empty, |head| {
            let cell = Cell::text(head.act.0.to_string());
            if may_read { cell.link(format!("/log/{}", head.act.0)) } else { cell }
        });
        [
            posting.gl_on.into(),
            what,
            service,
            fund.map_or_else(Cell::empty, |fund| Cell::text(fund.code.clone())),
            side(posting.debit),
            side(posting.credit),
            posting.cents.into(),
            line.change.into(),
            line.balance.into(),
            entry,
        ]
    }
}
