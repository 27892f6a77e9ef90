//! `/runs/{number}`: where a run stands, what to do next, what it is compared with, who did what when.

mod compared;
mod next;
mod progress;
mod told;

use billing::acts::{IssueRun, PostRun, ResumeRun, RunStep, TryRun};
use billing::permissions::{CANCEL, CORRECT};
use billing::{ExceptionState, RunState};
use db::Read;
use web::shown::{count, date, money};
use web::{Answer, Ask, At, Cell, Column, Columns, Facts, Form, Links, Problem, Section, Steps, Table, encoded};

use crate::charges::Bears;
use crate::known::Known;
use crate::words::{kind_word, run_tone, title};

pub(crate) use progress::live;

/// A step that is one button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Try the bills.
    Try,
    /// Write the bills.
    Post,
    /// Mark the bills as given out.
    Issue,
    /// Go on with what was refused.
    Resume,
}

impl Step {
    fn form(self, ask: &Ask, known: &Known) -> Form {
        let (below, button, reason) = match self {
            Step::Try if known.state == RunState::Prepared => ("/trial", "Try the bills", "the run is prepared"),
            Step::Try => ("/trial", "Try the bills again", "something was corrected"),
            Step::Post => ("/post", "Post the bills", "the register is signed"),
            Step::Issue => ("/issue", "Mark the bills as given out", "the bills go to the customers"),
            Step::Resume => ("/resume", "Go on", "what stood in the way was put right"),
        };
        ask.form(&known.href(below), button).because(reason).small()
    }
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    draw(&ask, &mut read, &known, None).await
}

/// Carries out a step that is one button.
pub(crate) async fn give(ask: Ask, At(number): At<String>, step: Step) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    drop(read);
    let mut form = step.form(&ask, &known);
    if form.is_good() {
        let (run, here) = (known.run.id, known.href(""));
        let went = match step {
            Step::Try => form.carry_out(&ask, &TryRun { run }).await?.go(&here, "The bills are being tried"),
            Step::Post => form.carry_out(&ask, &PostRun { run }).await?.go(&here, "The bills are being written"),
            Step::Issue => form.carry_out(&ask, &IssueRun { run }).await?.go(&here, "The bills are given out"),
            Step::Resume => match RunStep::of(known.state) {
                Some(step) => form.carry_out(&ask, &ResumeRun { run, step }).await?.go(&here, "The work goes on"),
                None => Some(ask.go(&here)),
            },
        };
        if let Some(go) = went {
            return go.answer();
        }
    }
    let mut read = ask.read().await?;
    draw(&ask, &mut read, &known, Some(&form)).await
}

async fn draw(ask: &Ask, read: &mut Read, known: &Known, sent: Option<&Form>) -> Answer {
    let page = known.page(ask, ("", ""));
    let page = if ask.may(CANCEL) && is_cancellable(known) {
        page.action("Cancel the run", &known.href("/cancel"))
    } else {
        page
    };
    let page = page.body(&steps(known));
    let next = next::section(ask, read, known, sent).await?;
    let page = if RunStep::of(known.state).is_some() { page.refreshing(5) } else { page };
    let mut main = vec![next];
    if known.is_tried() {
        main.extend(exceptions(ask, known));
        main.extend(compared::sections(ask, read, known).await?);
        main.extend(held(ask, read, known).await?);
    }
    main.push(told::section(ask, read, known).await?);
    let side = vec![Section::new("facts", "The run").with(&facts(ask, read, known).await?)];
    let page = page.body(&Columns { main, side });
    match sent {
        Some(form) if form.has_errors() => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        _ => page.answer(),
    }
}

/// Whether there is anything to cancel and it can still be.
fn is_cancellable(known: &Known) -> bool {
    let is_there = !matches!(known.state, RunState::Cancelling | RunState::Cancelled);
    is_there && known.run.issued.is_none()
}

fn steps(known: &Known) -> Steps {
    let names = ["Prepare", "Trial", "Exceptions", "Register and sign-off", "Post", "Give out"];
    let current = match known.state {
        RunState::Preparing => 1,
        RunState::Prepared | RunState::Trying => 2,
        RunState::Tried if 0 < known.count(ExceptionState::Open) => 3,
        RunState::Tried => 4,
        RunState::Signed | RunState::Posting => 5,
        RunState::Posted if known.run.issued.is_none() => 6,
        RunState::Posted => 7,
        RunState::Cancelling | RunState::Cancelled => 0,
    };
    Steps::new(&names, current)
}

async fn facts(ask: &Ask, read: &mut Read, known: &Known) -> Result<Facts, Problem> {
    let run = &known.run;
    let facts = Facts::new()
        .tag("State", run_tone(known.state), known.state.word())
        .fact("Kind", kind_word(run.kind))
        .fact("Bill date", date(&run.bill_on))
        .fact("Due", date(&run.due_on))
        .fact("Date in the books", date(&run.gl_on))
        .fact("Prepared by", known.name(run.prepared_by));
    let facts = match billing::tried_by(read, run).await? {
        Some(actor) => facts.fact("Tried by", known.name(actor)),
        None => facts,
    };
    let facts = match billing::trial_sum(read, run).await? {
        None => facts,
        Some(sum) => facts.fact("Bills tried", count(&sum.bills)).fact("Of nothing", count(&sum.zero_bills)).link(
            "They come to",
            money(&sum.total),
            known.charges_href(&[], Some(Bears::Customer), false),
        ),
    };
    let facts = match billing::signoff(read, run.id).await? {
        None => facts,
        Some(signed) => facts
            .fact("Signed by", known.name(signed.signed_by))
            .fact("Bills signed", count(&signed.bills))
            .fact("Held at sign-off", count(&signed.held))
            .link("Total signed", money(&signed.total), known.charges_href(&[], Some(Bears::Customer), true)),
    };
    Ok(match billing::posted_sum(read, run).await? {
        None => facts,
        Some((bills, total)) => {
            let href = known.charges_href(&[], Some(Bears::Customer), true);
            let facts = facts.fact("Bills written", count(&bills)).link("Total posted", money(&total), href);
            facts.link("Postings", date(&run.gl_on), known.postings_href(ask))
        }
    })
}

/// How the exceptions stand, by code.
fn exceptions(ask: &Ask, known: &Known) -> Option<Section> {
    if known.counts.is_empty() {
        return None;
    }
    let href = |code: billing::ExceptionCode, state: &str| {
        web::address(&known.href("/exceptions"), &[("state", state), ("code", code.code())])
    };
    let cell = |code, state: ExceptionState| match known.count_of(code, state) {
        0 => Cell::count(0),
        some => Cell::count(some).link(href(code, state.code())),
    };
    let found = billing::ExceptionCode::ALL.into_iter().filter(|code| known.counts.keys().any(|(of, _)| of == code));
    let row = |code| {
        [
            Cell::text(title(code)),
            cell(code, ExceptionState::Open),
            cell(code, ExceptionState::Released),
            cell(code, ExceptionState::Held),
        ]
    };
    let table = ask
        .table("by-code", "Exceptions by what was found")
        .plain()
        .column(Column::text("code", "Exception"))
        .column(Column::count("to-decide", "To decide").totaled())
        .column(Column::count("released", "Released").totaled())
        .column(Column::count("held-count", "Held").totaled())
        .rows(found.map(row));
    Some(Section::new("exceptions", "Exceptions").with(&table))
}

/// How many held bills are shown beside the run.
const HELD_SHOWN: usize = 25;

async fn held(ask: &Ask, read: &mut Read, known: &Known) -> Result<Option<Section>, Problem> {
    if known.count(ExceptionState::Held) == 0 {
        return Ok(None);
    }
    let filter = billing::ExceptionFilter { state: ExceptionState::Held, code: None, class: None, service: None };
    let lines = billing::queue_page(read, (known.run.id, &filter), None, HELD_SHOWN).await?;
    let accounts: Vec<_> = lines.iter().map(|line| line.exception.account).collect();
    let accounts = customers::accounts_by_id(read, &accounts).await?;
    let row = |line: &billing::QueueLine| {
        let exception = &line.exception;
        let number = accounts.get(&exception.account).map_or_else(String::new, |account| account.number.to_string());
        let due = exception.due_on;
        let late = due.is_some_and(|due| due < ask.today());
        [
            Cell::text(number.clone()).link(known.href(&format!("/exceptions/{}", encoded(&number)))),
            Cell::text(title(exception.code)).note(exception.detail.clone()),
            Cell::from(line.total),
            Cell::text(exception.reason.clone().unwrap_or_default()),
            Cell::text(exception.assignee.clone().unwrap_or_default()),
            if late { Cell::from(due).note("past") } else { Cell::from(due) },
        ]
    };
    let table: Table = ask
        .table("held", "Bills that stay back")
        .plain()
        .column(Column::text("account", "Account"))
        .column(Column::text("why", "Exception"))
        .column(Column::money("amount", "Bill"))
        .column(Column::text("reason", "Reason"))
        .column(Column::text("assignee", "Looked after by"))
        .column(Column::date("until", "Until"))
        .rows(lines.iter().map(row));
    let all = Links::new("Held bills").link("All held bills", known.href("/exceptions?state=held"));
    let all = match known.state == RunState::Posted && ask.may(CORRECT) {
        true => all.next("Make held bills", known.href("/held")),
        false => all,
    };
    Ok(Some(Section::new("held-bills", "Held bills").with(&table).with(&all)))
}

fn count_of<T>(all: &[T]) -> i64 {
    crate::words::count(all.len())
}
