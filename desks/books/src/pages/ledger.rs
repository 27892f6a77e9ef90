//! One ledger account of a fund: by day, by month when everything is asked for, and the journals of one day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use finance::{DaySum, Turnover};
use kernel::{Cents, FundId, LedgerAccountId, Month};
use ledger::{Chart, JournalKind};
use web::shown::{capital, counted, date, money};
use web::{Answer, Ask, At, Cell, Column, Columns, Facts, Problem, Section, Table};

use super::day::{Listing, journals};
use super::parts::tabs;
use crate::days::{self, Days, day_of, month_words};
use crate::names::{fund_words, kind_words, ledger_path, side_words};

/// A ledger account of a fund.
pub(super) struct Place {
    pub(super) chart: Chart,
    pub(super) fund: FundId,
    pub(super) side: LedgerAccountId,
}

impl Place {
    /// The place that codes in an address mean.
    async fn load(read: &mut db::Read, fund: &str, side: &str) -> Result<Place, Problem> {
        let chart = finance::chart(read).await?;
        let fund = chart.fund_by_code(fund).ok_or_else(Problem::not_found)?.id;
        let side = chart.ledger_account_by_code(side).ok_or_else(Problem::not_found)?.id;
        Ok(Place { chart, fund, side })
    }

    fn path(&self) -> String {
        ledger_path(&self.chart, self.fund, self.side).unwrap_or_default()
    }

    fn title(&self) -> String {
        side_words(&self.chart, self.side)
    }

    /// Debits and credits of a sum in this place.
    fn turnover(&self, sum: &DaySum) -> (Cents, Cents) {
        let on = |side| if side == self.side { sum.cents } else { Cents::ZERO };
        (on(sum.debit), on(sum.credit))
    }
}

/// Some kinds of journals, as an address names them, and what they are called.
const GROUPS: [(&str, &str, &[JournalKind]); 3] = [
    ("bills", "Bills, and bills taken back", &[JournalKind::Bill, JournalKind::BillReversal]),
    ("adjustments", "Adjustments", &[JournalKind::Adjustment]),
    (
        "other",
        "Payments, transfers, opening balances",
        &[JournalKind::Payment, JournalKind::Transfer, JournalKind::Opening],
    ),
];

/// What moved on a day, or in a month, in journals of a kind.
#[derive(Default, Clone, Copy)]
struct Line {
    postings: i64,
    debit: Cents,
    credit: Cents,
}

/// `/books/ledger/{fund}/{account}`.
pub(super) async fn show(ask: Ask, At((fund, side)): At<(String, String)>) -> Answer {
    let mut read = ask.read().await?;
    let place = Place::load(&mut read, &fund, &side).await?;
    let days = Days::asked(&ask, &mut read).await?;
    let group = GROUPS.iter().find(|(code, ..)| *code == ask.query().text("of"));
    // Of some kinds of journals there is no balance: what they moved counts from nothing.
    let before = match days.from_on.pred_opt() {
        Some(day) if !days.is_whole() && group.is_none() => {
            finance::trial_balance(&mut read, (day, day)).await?.place(place.fund, place.side).after()
        }
        _ => Cents::ZERO,
    };
    let mut sums = finance::ledger_account_days(&mut read, (place.fund, place.side), days.ends()).await?;
    sums.retain(|sum| group.is_none_or(|(_, _, kinds)| kinds.contains(&sum.kind)));
    let table = match days.is_whole() {
        true => by_month(&ask, &place, &sums),
        false => by_day(&ask, &place, before, &sums),
    };
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let total = sums.iter().fold(Turnover { before, ..Turnover::default() }, |mut total, sum| {
        let (debit, credit) = place.turnover(sum);
        total.debit += debit;
        total.credit += credit;
        total.postings += sum.postings;
        total
    });
    let path = place.path();
    let facts = Facts::new().fact("Fund", fund_words(&place.chart, place.fund));
    let kind = place.chart.ledger_account(place.side).map_or("", |side| side.kind.code());
    let facts = facts.fact("Kind", capital(kind)).fact("Days", capital(&days.words()));
    let facts = match group {
        Some((_, title, _)) => facts.fact("Only", *title).link("Everything", place.title(), days.address(&path)),
        None => facts,
    };
    let facts = match days.before().filter(|_| group.is_none()) {
        Some(before) => facts.link("Balance before", money(&total.before), before.address(&path)),
        None => facts,
    };
    let facts = facts
        .fact("Debits", money(&total.debit))
        .fact("Credits", money(&total.credit))
        .fact("Movement", money(&(total.debit - total.credit)));
    let facts = match group {
        Some(_) => facts,
        None => facts.link("Balance after", money(&total.after()), days.whole().address(&path)),
    };
    let facts = facts.fact("Postings", web::shown::count(&total.postings));
    let words = match days.is_whole() {
        true => "Month by month. A month leads to its days.",
        false => "Day by day. A day leads to its journals.",
    };
    let columns = Columns { main: vec![Section::bare().with(&table)], side: vec![Section::bare().with(&facts)] };
    ask.page(&place.title())
        .crumbs(&[("Books", "/books")])
        .lead(format!("{}. {words}", fund_words(&place.chart, place.fund)))
        .body(&tabs("/books"))
        .body(&days::look_up(&ask, &mut read, days).await?)
        .body(&columns)
        .answer()
}

const EMPTY: &str = "Nothing was posted here in these days. Choose another month, or look at everything through a day.";

fn by_day(ask: &Ask, place: &Place, before: Cents, sums: &[DaySum]) -> Table {
    let mut lines: BTreeMap<(NaiveDate, JournalKind), Line> = BTreeMap::new();
    for sum in sums {
        add(lines.entry((sum.gl_on, sum.kind)).or_default(), place, sum);
    }
    let mut balance = before;
    let path = place.path();
    let rows = lines.into_iter().map(|((day, kind), line)| {
        balance += line.debit - line.credit;
        let href = web::address(&format!("{path}/{day}"), &[("kind", kind.code())]);
        [
            Cell::from(day).link(href.clone()),
            Cell::text(kind_words(kind)),
            Cell::count(line.postings),
            Cell::from(line.debit).link(href.clone()),
            Cell::from(line.credit).link(href),
            // The balance of the evening; of a day with several kinds it stands with the last.
            Cell::from(balance).link(Days::through(day).address(&path)),
        ]
    });
    ask.table("ledger", &place.title())
        .column(Column::date("day", "Day"))
        .column(Column::text("kind", "Kind"))
        .column(Column::count("postings", "Postings").totaled())
        .column(Column::money("debit", "Debits").totaled())
        .column(Column::money("credit", "Credits").totaled())
        .column(Column::money("balance", "Balance"))
        .empty(EMPTY)
        .rows(rows)
}

fn by_month(ask: &Ask, place: &Place, sums: &[DaySum]) -> Table {
    let mut lines: BTreeMap<NaiveDate, Line> = BTreeMap::new();
    for sum in sums {
        add(lines.entry(Month::of(sum.gl_on).first_on()).or_default(), place, sum);
    }
    let mut balance = Cents::ZERO;
    let path = place.path();
    let rows = lines.into_iter().map(|(first_on, line)| {
        balance += line.debit - line.credit;
        let month = Month::of(first_on);
        let href = Days::month(month).address(&path);
        [
            Cell::text(month_words(month)).link(href.clone()),
            Cell::count(line.postings),
            Cell::from(line.debit).link(href.clone()),
            Cell::from(line.credit).link(href),
            Cell::from(balance).link(Days::through(month.last_on()).address(&path)),
        ]
    });
    ask.table("ledger", &place.title())
        .column(Column::text("month", "Month"))
        .column(Column::count("postings", "Postings").totaled())
        .column(Column::money("debit", "Debits").totaled())
        .column(Column::money("credit", "Credits").totaled())
        .column(Column::money("balance", "Balance"))
        .empty(EMPTY)
        .rows(rows)
}

fn add(line: &mut Line, place: &Place, sum: &DaySum) {
    let (debit, credit) = place.turnover(sum);
    line.postings += sum.postings;
    line.debit += debit;
    line.credit += credit;
}

/// `/books/ledger/{fund}/{account}/{day}`: the journals of a day that touch it.
pub(super) async fn day(ask: Ask, At((fund, side, day)): At<(String, String, String)>) -> Answer {
    let mut read = ask.read().await?;
    let place = Place::load(&mut read, &fund, &side).await?;
    let day = day_of(&day).ok_or_else(Problem::not_found)?;
    let kind = JournalKind::parse(ask.query().text("kind")).ok();
    let sums = finance::ledger_account_days(&mut read, (place.fund, place.side), (day, day)).await?;
    let mut line = Line::default();
    sums.iter().filter(|sum| kind.is_none_or(|kind| kind == sum.kind)).for_each(|sum| add(&mut line, &place, sum));
    let listing = Listing { day, kind, run: None, place: Some((place.fund, place.side)) };
    let listed = journals(&ask, &mut read, listing, &format!("{}, {}", place.title(), date(&day))).await?;
    if let Some(file) = listed.table.file()? {
        return Ok(file);
    }
    let path = place.path();
    let month = Days::month(Month::of(day)).address(&path);
    let facts = Facts::new()
        .fact("Fund", fund_words(&place.chart, place.fund))
        .link("Ledger account", place.title(), month.clone())
        .fact("Kind of journal", kind.map_or("All", kind_words))
        .fact("Debits of the day", money(&line.debit))
        .fact("Credits of the day", money(&line.credit))
        .fact("Postings", counted(line.postings, "posting", "postings"));
    let columns = Columns { main: listed.sections(), side: vec![Section::bare().with(&facts)] };
    ask.page(&format!("{} on {}", place.title(), date(&day)))
        .crumbs(&[("Books", "/books"), (&place.title(), &month)])
        .body(&columns)
        .answer()
}
