//! Held bills: `/runs/held`, those of all runs, and `/runs/{number}/held`, which makes those of a posted run at last.

use std::collections::BTreeMap;

use billing::acts::PrepareOffCycle;
use billing::{BillRun, HeldBill, RunState};
use chrono::NaiveDate;
use customers::Account;
use db::Read;
use kernel::{AccountId, Period, RunId};
use web::shown::{counted, date, money};
use web::{Alert, Answer, Ask, At, Carried, Cell, Choice, Column, Empty, Field, Form, Page, Problem, Tone, encoded};

use crate::known::Known;
use crate::words::{days, title};

/// The most held bills of one page.
const SHOWN: usize = 500;
/// The most bills of one run that are made together on a page.
const MADE: usize = 200;

/// The runs that may have held bills: those that count.
pub(crate) async fn runs(read: &mut Read) -> Result<Vec<BillRun>, Problem> {
    let mut runs = billing::all_runs(read).await?;
    runs.retain(|run| run.cancelled.is_none());
    Ok(runs)
}

pub(crate) async fn all(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let runs = runs(&mut read).await?;
    let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    let held = billing::held_bills(&mut read, &ids, None, SHOWN).await?;
    let accounts = accounts_of(&mut read, &held).await?;
    let runs: BTreeMap<RunId, &BillRun> = runs.iter().map(|run| (run.id, run)).collect();
    let row = |one: &HeldBill| {
        let run = runs.get(&one.run).map_or(0, |run| run.number);
        let account = accounts.get(&one.account);
        let number = account.map_or_else(String::new, |account| account.number.to_string());
        let until = match (ask.today() - one.due_on).num_days() {
            late @ 1.. => Cell::from(one.due_on).note(counted(late, "day past", "days past")),
            _ => Cell::from(one.due_on),
        };
        let state = if one.due_on < ask.today() { (Tone::Bad, "past") } else { (Tone::Warning, "held") };
        [
            until,
            Cell::tag(state.0, state.1),
            Cell::text(&number).link(format!("/runs/{run}/exceptions/{}", encoded(&number))),
            Cell::text(account.map_or_else(String::new, |account| account.customer_name.clone())),
            Cell::text(run.to_string()).link(format!("/runs/{run}")),
            Cell::text(title(one.code)).note(one.detail.clone()),
            Cell::text(&one.reason),
            Cell::text(&one.assignee),
            Cell::from(one.total),
        ]
    };
    let table = ask
        .table("held", "Bills that stay back")
        .column(Column::date("until", "Until"))
        .column(Column::text("state", "State"))
        .column(Column::text("account", "Account").whole())
        .column(Column::text("name", "Name"))
        .column(Column::text("run", "Run"))
        .column(Column::text("why", "Exception"))
        .column(Column::text("reason", "Reason"))
        .column(Column::text("assignee", "Looked after by"))
        .column(Column::money("amount", "Bill").totaled())
        .empty("No bill is held. What somebody holds in a bill run waits here until it is made.")
        .rows(held.iter().map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "Bills that were held in a run and not made since, those whose day is past first.";
    let page = ask.page("Held bills").crumbs(&[("Bill runs", "/runs")]).lead(lead);
    let page = match held.len() {
        SHOWN => page.alert(Alert::info(format!("The first {SHOWN} are shown"))),
        _ => page,
    };
    page.body(&table).answer()
}

/// Whose bills are held.
pub(crate) async fn accounts_of(read: &mut Read, held: &[HeldBill]) -> Result<BTreeMap<AccountId, Account>, Problem> {
    let mut ids: Vec<AccountId> = held.iter().map(|one| one.account).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(customers::accounts_by_id(read, &ids).await?)
}

/// A posted run whose held bills are made.
struct Loaded {
    known: Known,
    /// The bills with the numbers of their accounts.
    held: Vec<(String, String, HeldBill)>,
    /// The run of the cycle, of which single bills are made.
    of_run: i64,
}

impl Loaded {
    async fn of(read: &mut Read, number: &str) -> Result<Loaded, Problem> {
        let known = Known::load(read, number).await?;
        let held = billing::held_bills(read, &[known.run.id], None, MADE).await?;
        let accounts = accounts_of(read, &held).await?;
        let held = held.into_iter().filter_map(|one| {
            let account = accounts.get(&one.account)?;
            Some((account.number.to_string(), account.customer_name.clone(), one))
        });
        let of_run = match known.run.of_run {
            Some(of) => runs(read).await?.iter().find(|run| run.id == of).map_or(known.run.number, |run| run.number),
            None => known.run.number,
        };
        Ok(Loaded { held: held.collect(), of_run, known })
    }

    fn form(&self, ask: &Ask) -> Form {
        let choice = |(number, name, one): &(String, String, HeldBill)| {
            let words = format!("{}, {}, held until {}", title(one.code), money(&one.total), date(&one.due_on));
            Choice::new(number, format!("{number}: {name}")).hint(format!("{words}: {}", one.reason))
        };
        let form = ask.form(&self.known.href("/held"), "Prepare a run that makes them").field(
            Field::checks("account", "Bills", self.held.iter().map(choice).collect())
                .required()
                .answers(&["already_made", "nothing_to_bill"]),
        );
        with_day_and_reason(ask, form, self.known.run.bill_on).cancel(&self.known.href(""))
    }
}

fn with_day_and_reason(ask: &Ask, form: Form, first_on: NaiveDate) -> Form {
    form.field(
        Field::date("bill_on", "Date on the bills")
            .hint("The rates and taxes are those of the run's own date.")
            .required()
            .value(ask.today().max(first_on).to_string())
            .answers(&["billed_before_first"]),
    )
    .field(Field::reason().hint("What was found out, so that the bill can be made now. It stands on record with it."))
}

/// The same for one bill, on the page of its exceptions.
pub(crate) fn form_of_one(ask: &Ask, known: &Known, account: &str) -> Form {
    let form = ask.form(&known.href("/held"), "Prepare a run that makes it").field(Field::hidden("account", account));
    with_day_and_reason(ask, form, known.run.bill_on)
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let loaded = Loaded::of(&mut ask.read().await?, &number).await?;
    draw(&ask, &loaded, &loaded.form(&ask))
}

pub(crate) async fn make(ask: Ask, At(number): At<String>) -> Answer {
    let loaded = Loaded::of(&mut ask.read().await?, &number).await?;
    let mut form = loaded.form(&ask);
    if let (true, Some(bill_on)) = (form.is_good(), form.date("bill_on")) {
        let (accounts, reason) = (form.all("account"), form.text("reason"));
        let count = crate::words::count(accounts.len());
        let carried = form.carry_out(&ask, &PrepareOffCycle { run: loaded.of_run, accounts, bill_on, reason }).await?;
        let (path, words) = match &carried {
            Carried::Done(done) => {
                let bills = counted(count, "held bill", "held bills");
                let run = done.outcome.number;
                let words = format!("Run {run} makes {bills}. It is tried, signed and posted like any other");
                (format!("/runs/{run}"), words)
            }
            Carried::Waiting(waiting) => (format!("/approvals/{}", waiting.proposal.0), String::new()),
            Carried::Refused => (String::new(), String::new()),
        };
        if let Some(go) = carried.go(&path, words) {
            return go.answer();
        }
    }
    draw(&ask, &loaded, &form)
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let known = &loaded.known;
    let period: Period = known.run.period;
    let run = format!("Run {}", known.run.number);
    let page: Page = ask
        .page("Make held bills")
        .crumbs(&[
            ("Bill runs", "/runs"),
            (&run, &known.href("")),
            ("Exceptions", &known.href("/exceptions?state=held")),
        ])
        .lead(format!("Cycle {}, service {}.", known.cycle, days(period)));
    if known.state != RunState::Posted {
        let empty = Empty::new("The run is not posted yet.")
            .text("Until it is, a held bill is released where it is in the exceptions, and goes out with the run.");
        return page.body(&empty.action("Back to the run", &known.href(""))).answer();
    }
    if loaded.held.is_empty() {
        let empty = Empty::new("No bill of this run is held.").text("All of them went out, or were made since.");
        return page.body(&empty.action("Back to the run", &known.href(""))).answer();
    }
    let page = match loaded.held.len() {
        MADE => page.alert(Alert::info(format!("The first {MADE} are shown; the others come after these."))),
        _ => page,
    };
    match form.has_errors() {
        true => page.form(form).status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.form(form).answer(),
    }
}
