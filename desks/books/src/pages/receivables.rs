//! `/books/receivables`: what customers owe by age, and the accounts behind each figure.

use billing::{AgedAccount, AgedLine, Aging, aged_accounts, receivables_by_age};
use chrono::NaiveDate;
use db::Read;
use kernel::{AccountId, Cents};
use ledger::Chart;
use web::shown::{capital, date, money};
use web::{
    Answer, Ask, Cell, Chart as Drawing, Column, Columns, Facts, Field, Links, LookUp, Page, Problem, Section, Table,
    Words, address,
};

use super::parts::{day_asked, mark, still_to_come, tabs, under_way};
use super::taxes::place_href;
use crate::days::Days;
use crate::names::Numbers;
use crate::work::{Looked, Works};

/// How old what is owed can be, by due date; the last ones are credits and the sum.
const AGES: [(&str, &str); 7] = [
    ("not_due", "Not due"),
    ("30", "1–30 days"),
    ("60", "31–60 days"),
    ("90", "61–90 days"),
    ("older", "Over 90 days"),
    ("credits", "Credits"),
    ("total", "Total"),
];

/// What a line says of an age.
fn figure(line: &AgedLine, age: usize) -> Cents {
    match age {
        5 => line.credits,
        6 => line.total(),
        age => line.by_age.get(age).copied().unwrap_or_default(),
    }
}

/// Receivables by age as of a day.
pub(super) async fn show(ask: Ask) -> Answer {
    let on = day_asked(&ask, "on");
    let mut read = ask.read().await?;
    let chart = finance::chart(&mut read).await?;
    let looked = aging(&ask, read, on).await?;
    let page = ask.page("Receivables by age").crumbs(&[("Books", "/books")]);
    let page = page.lead(format!("What customers owe on {}, by how long it has been due.", date(&on)));
    let page = still_to_come(on, ask.today()).into_iter().fold(page, Page::alert);
    let look_up = LookUp::new(&ask, "Day", "Show").field(Field::date("on", "As of").value(on.to_string()));
    let page = page.body(&tabs("/books/receivables")).body(&look_up);
    match looked {
        Looked::UnderWay => under_way(page, "What customers owe").answer(),
        Looked::Done(aging) => draw(&ask, page, &chart, &aging),
    }
}

/// The report as of a day, or that it is being made.
async fn aging(ask: &Ask, mut read: Read, on: NaiveDate) -> Result<Looked<Aging>, Problem> {
    let key = (format!("receivables {on}"), mark(ask, &mut read).await?);
    drop(read);
    let work = move |db: db::Db| async move { receivables_by_age(&mut db.read().await?, on).await };
    Ok(ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?)
}

fn draw(ask: &Ask, page: Page, chart: &Chart, aging: &Aging) -> Answer {
    let on = aging.as_of.to_string();
    let row = |line: &AgedLine| {
        let leads = |age: usize| {
            let (code, _) = AGES[age];
            let pairs = [
                ("on", on.as_str()),
                ("service", &line.service),
                ("fund", &line.fund),
                ("in", code_of(&line.receivable)),
                ("age", code),
            ];
            Cell::from(figure(line, age)).link(address("/books/receivables/accounts", &pairs))
        };
        let receivable = Cell::text(&line.receivable);
        let receivable = match place_href(chart, Days::through(aging.as_of), &line.fund, &line.receivable) {
            Some(href) => receivable.link(href),
            None => receivable,
        };
        let service = if line.service.is_empty() { "The account".to_owned() } else { capital(&line.service) };
        [
            Cell::text(service),
            Cell::text(&line.fund),
            receivable,
            leads(0),
            leads(1),
            leads(2),
            leads(3),
            leads(4),
            leads(5),
            leads(6),
        ]
    };
    let table = ask
        .table("receivables", &format!("Receivables by age, {}", date(&aging.as_of)))
        .column(Column::text("service", "Service"))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("receivable", "Receivable"))
        .column(Column::money("not_due", AGES[0].1).totaled())
        .column(Column::money("30", AGES[1].1).totaled())
        .column(Column::money("60", AGES[2].1).totaled())
        .column(Column::money("90", AGES[3].1).totaled())
        .column(Column::money("older", AGES[4].1).totaled())
        .column(Column::money("credits", AGES[5].1).totaled())
        .column(Column::money("total", AGES[6].1).totaled())
        .empty("Nobody owes anything on this day.")
        .rows(aging.lines.iter().map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let total = |age: usize| aging.lines.iter().map(|line| figure(line, age)).sum::<Cents>();
    let mut drawing = Drawing::columns("What is owed by age", "Age", &["Owed"]);
    for (age, (_, words)) in AGES.iter().enumerate().take(5) {
        drawing = drawing.point(words, &[(total(age).0, &money(&total(age)))]);
    }
    let late: Cents = (1..5).map(total).sum();
    let words =
        format!("{} is owed in all; {} of what was charged is due and not paid.", money(&total(6)), money(&late));
    page.body(&drawing.summary(words)).body(&table).answer()
}

/// The code at the front of `115100 Utility receivable`.
fn code_of(receivable: &str) -> &str {
    receivable.split_once(' ').map_or(receivable, |(code, _)| code)
}

/// Accounts read together.
const PIECE: i64 = 500;
/// The most pieces read for one page.
const PIECES: usize = 8;
/// Rows of a page.
const PAGE: usize = 50;

/// Which figure of the report is looked behind.
struct Behind {
    on: NaiveDate,
    service: String,
    fund: String,
    receivable: String,
    age: usize,
}

impl Behind {
    fn asked(ask: &Ask) -> Result<Behind, Problem> {
        let query = ask.query();
        let age = AGES.iter().position(|(code, _)| *code == query.text("age")).ok_or_else(Problem::not_found)?;
        let text = |name: &str| query.text(name).to_owned();
        Ok(Behind {
            on: day_asked(ask, "on"),
            service: text("service"),
            fund: text("fund"),
            receivable: text("in"),
            age,
        })
    }

    fn is_meant(&self, one: &AgedAccount) -> bool {
        self.is_of(&one.line) && !figure(&one.line, self.age).is_zero()
    }

    fn is_of(&self, line: &AgedLine) -> bool {
        line.service == self.service && line.fund == self.fund && code_of(&line.receivable) == self.receivable
    }

    fn address(&self, pairs: &[(&str, &str)]) -> String {
        let on = self.on.to_string();
        let own = [
            ("on", on.as_str()),
            ("service", &self.service),
            ("fund", &self.fund),
            ("in", &self.receivable),
            ("age", AGES[self.age].0),
        ];
        address("/books/receivables/accounts", &[&own[..], pairs].concat())
    }

    /// What the service is called on pages of an account.
    fn of_account(&self) -> &str {
        if self.service.is_empty() { "whole" } else { &self.service }
    }

    /// The open items of an account that the figure is made of.
    fn items(&self, number: &str) -> String {
        let on = self.on.to_string();
        let pairs = [
            ("on", on.as_str()),
            ("service", self.of_account()),
            ("fund", &self.fund),
            ("in", &self.receivable),
            ("age", AGES[self.age].0),
        ];
        address(&format!("/accounts/{}/open-items", web::encoded(number)), &pairs)
    }

    /// The ledger of an account in the receivable.
    fn ledger(&self, number: &str) -> String {
        let pairs = [("service", self.of_account()), ("ledger", &self.receivable)];
        address(&format!("/accounts/{}/ledger", web::encoded(number)), &pairs)
    }

    /// Accounts after one that owe it, and where to go on.
    async fn find(&self, read: &mut Read, after: i64) -> Result<(Vec<AgedAccount>, Option<i64>), Problem> {
        let last = billing::last_account(read).await?;
        let (mut found, mut first) = (Vec::new(), after + 1);
        for _ in 0..PIECES {
            if last.0 < first {
                return Ok((found, None));
            }
            let range = (AccountId(first), AccountId(first + PIECE));
            for one in aged_accounts(read, range, self.on).await?.into_iter().filter(|one| self.is_meant(one)) {
                if found.len() == PAGE {
                    let next = found.last().map(|last: &AgedAccount| last.account.0);
                    return Ok((found, next));
                }
                found.push(one);
            }
            first += PIECE;
        }
        Ok((found, (first <= last.0).then_some(first - 1)))
    }
}

/// `/books/receivables/accounts`: who owes a figure of the report.
pub(super) async fn accounts(ask: Ask) -> Answer {
    let behind = Behind::asked(&ask)?;
    let after = web::read_number(ask.query().text("after")).unwrap_or(0);
    let mut read = ask.read().await?;
    let (found, next) = behind.find(&mut read, after).await?;
    let numbers = Numbers::load(&mut read, found.iter().map(|one| one.account)).await?;
    let (_, words) = AGES[behind.age];
    let leads = |cents: Cents, href: String| match ask.may(customers::permissions::SEE) {
        true => Cell::from(cents).link(href),
        false => Cell::from(cents),
    };
    let is_whole = after == 0 && next.is_none();
    let table = table(&ask, &behind, words, is_whole).rows(found.iter().map(|one| {
        let ledger = behind.ledger(&numbers.of(one.account));
        let item = match AGES[behind.age].0 {
            "credits" | "total" => ledger.clone(),
            _ => behind.items(&numbers.of(one.account)),
        };
        [numbers.cell(&ask, one.account), leads(figure(&one.line, behind.age), item), leads(one.line.total(), ledger)]
    }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let service = if behind.service.is_empty() { "The account".to_owned() } else { capital(&behind.service) };
    let facts = Facts::new()
        .fact("As of", date(&behind.on))
        .fact("Service", service)
        .fact("Fund", behind.fund.clone())
        .fact("Receivable", behind.receivable.clone())
        .fact("Age", words);
    // The report is there when this page was opened from it; where it is not, the page does without.
    let facts = match aging(&ask, read, behind.on).await? {
        Looked::Done(aging) => {
            let lines = aging.lines.iter().filter(|line| behind.is_of(line));
            let sum: Cents = lines.map(|line| figure(line, behind.age)).sum();
            facts.link("They owe", money(&sum), behind.address(&[]))
        }
        Looked::UnderWay => facts,
    };
    let links = Links::new("Ways on")
        .link("Back to the report", address("/books/receivables", &[("on", &behind.on.to_string())]));
    let links = match next {
        Some(next) => links.next("Go on", behind.address(&[("after", &next.to_string())])),
        None => links,
    };
    let mut section = Section::bare().with(&table);
    if !is_whole {
        let sum: Cents = found.iter().map(|one| figure(&one.line, behind.age)).sum();
        section = section.with(&Words::new(format!("On this page: {}.", money(&sum))));
    }
    let columns = Columns { main: vec![section.with(&links)], side: vec![Section::bare().with(&facts)] };
    let page = ask.page(&format!("Who owes it: {words}"));
    let page = page.crumbs(&[("Books", "/books"), ("Receivables by age", "/books/receivables")]);
    still_to_come(behind.on, ask.today()).into_iter().fold(page, Page::alert).body(&columns).answer()
}

fn table(ask: &Ask, behind: &Behind, words: &'static str, is_whole: bool) -> Table {
    let sum = |column: Column| if is_whole { column.totaled() } else { column };
    ask.table("accounts", &format!("Accounts, {}", date(&behind.on)))
        .column(Column::text("account", "Account"))
        .column(sum(Column::money("figure", words)))
        .column(sum(Column::money("total", "Owed in all for it")))
        .empty("No account of this piece owes it. Go on to the next piece.")
        .plain()
}
