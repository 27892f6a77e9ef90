//! `/runs/{number}/exceptions/{account}`: a bill with its exceptions, what was used, what it charges; the decision.

use billing::acts::{DecideExceptions, ListedException, Which};
use billing::permissions::{CORRECT, EXCEPTIONS};
use billing::{Decision, ExceptionCode, ExceptionState, QueueLine, RunState, TrialLine};
use chrono::Months;
use customers::Account;
use db::Read;
use kernel::{AccountId, AccountNumber, BillNumber, Period};
use metering::PeriodUse;
use web::shown::{capital, date, money, quantity};
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Chart, Choice, Column, Columns, Facts, Field, Form, Links, Problem, Section,
    Table, Words, encoded,
};

use super::many::{assignee, assignee_field, undo, until, until_field};
use super::{Looked, decided_note};
use crate::known::Known;
use crate::words::{meaning, state_tone, state_word, title};

/// How many months of use are drawn, and how far back a year before each is looked for.
const MONTHS: u32 = 13;
const MONTHS_BEFORE: u32 = 26;

/// A bill with exceptions.
struct Bill {
    known: Known,
    looked: Looked,
    id: AccountId,
    account: Account,
    lines: Vec<QueueLine>,
    assignee: String,
    /// Its bill of the run, once that is written.
    bill: Option<BillNumber>,
    /// The bill that another run beside the cycle made since.
    made: Option<BillNumber>,
}

impl Bill {
    async fn load(ask: &Ask, read: &mut Read, (run, account): (&str, &str)) -> Result<Bill, Problem> {
        let known = Known::load(read, run).await?;
        let number = AccountNumber::parse(account).map_err(|_| Problem::not_found())?;
        let id = customers::account_by_number(read, number).await?.ok_or_else(Problem::not_found)?;
        let lines = billing::exceptions_of_bill(read, known.run.id, id).await?;
        let account = customers::accounts_by_id(read, &[id]).await?.remove(&id).ok_or_else(Problem::not_found)?;
        let sent = if ask.posted().is_empty() { ask.query() } else { ask.posted() };
        let looked = Looked::of(sent);
        let assignee = assignee(read, lines.first().map(|line| line.exception.code)).await?;
        let bill = billing::bill_in_run(read, known.run.id, id).await?;
        let made = billing::bill_made_since(read, &known.run, id).await?;
        Ok(Bill { known, looked, id, account, lines, assignee, bill, made })
    }

    fn path(&self) -> String {
        self.known.href(&format!("/exceptions/{}", encoded(&self.account.number.to_string())))
    }

    /// Its exceptions with how they stand, as the form carries them along.
    fn listed(&self) -> String {
        let one = |line: &QueueLine| format!("{}:{}", line.exception.code.code(), line.exception.state.code());
        self.lines.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    /// The exceptions that were seen so, from the form.
    fn seen(&self, listed: &str, is_meant: impl Fn(ExceptionState) -> bool) -> Vec<ListedException> {
        let account = self.account.number.to_string();
        let one = |text: &str| {
            let (code, state) = text.split_once(':')?;
            let (code, state) = (ExceptionCode::parse(code)?, ExceptionState::parse(state)?);
            is_meant(state).then(|| ListedException { account: account.clone(), code, seen: Some(state) })
        };
        listed.split(' ').filter_map(one).collect()
    }

    /// Whether it is held and was not made since.
    fn waits(&self) -> bool {
        let is_held = self.lines.iter().any(|line| line.exception.state == ExceptionState::Held);
        is_held && self.bill.is_none() && self.made.is_none()
    }

    /// The decision, where the visitor may decide and the run is where it can be.
    fn form(&self, ask: &Ask) -> Option<Form> {
        let (is_tried, is_signed) = (self.known.state == RunState::Tried, self.known.state == RunState::Signed);
        if !ask.may(EXCEPTIONS) || !(is_tried || is_signed) {
            return None;
        }
        let is_blocked = self.lines.iter().any(|line| line.exception.code.is_blocking());
        let has = |state| self.lines.iter().any(|line| line.exception.state == state);
        let mut choices = Vec::new();
        if is_tried && !is_blocked && (has(ExceptionState::Open) || has(ExceptionState::Held)) {
            choices.push(Choice::new("release", "Release").hint("The bill goes out."));
        }
        choices
            .push(Choice::new("hold", "Hold").hint("The bill stays back, with somebody to look after it until a day."));
        if is_tried && !self.lines.is_empty() && !has(ExceptionState::Open) {
            choices.push(Choice::new("reopen", "Open again").hint("Nothing is decided any more."));
        }
        let only = if choices.len() == 1 { "hold" } else { "" };
        let mut form = ask.form(&self.path(), "Decide, and open the next");
        for (name, value) in self.looked.pairs() {
            form = form.field(Field::hidden(name, value));
        }
        let at = self.lines.first().map_or("", |line| line.exception.code.code());
        let at = if ask.query().text("at").is_empty() { at } else { ask.query().text("at") };
        Some(
            form.field(Field::hidden("at", at))
                .field(Field::hidden("listed", self.listed()).max(1_000))
                .field(Field::radios("decision", "Decision", choices).value(only).required())
                .field(Field::reason().hint("The clerk on the phone reads it out.").focused())
                .field(assignee_field(&self.assignee).hint("For a bill that is held."))
                .field(until_field(until(ask)))
                .cancel(&self.looked.href(&self.known.href("/exceptions"), &[])),
        )
    }

    /// The place after this bill in the queue.
    async fn next(&self, ask: &Ask, read: &mut Read) -> Result<Option<String>, Problem> {
        let sent = if ask.posted().is_empty() { ask.query() } else { ask.posted() };
        let at = Some(sent.text("at")).filter(|code| ExceptionCode::parse(code).is_some());
        let at = at.or(self.lines.first().map(|line| line.exception.code.code()));
        let Some(at) = at else { return Ok(None) };
        let found = billing::queue_page(read, (self.known.run.id, &self.looked.filter), Some((at, self.id)), 1).await?;
        let Some(line) = found.first() else { return Ok(None) };
        let accounts = customers::accounts_by_id(read, &[line.exception.account]).await?;
        let number = accounts.values().map(|account| account.number.to_string()).collect::<String>();
        let path = self.known.href(&format!("/exceptions/{}", encoded(&number)));
        Ok(Some(self.looked.href(&path, &[("at", line.exception.code.code())])))
    }
}

pub(crate) async fn show(ask: Ask, At((run, account)): At<(String, String)>) -> Answer {
    let mut read = ask.read().await?;
    let bill = Bill::load(&ask, &mut read, (&run, &account)).await?;
    draw(&ask, &mut read, &bill, bill.form(&ask).as_ref()).await
}

pub(crate) async fn decide(ask: Ask, At((run, account)): At<(String, String)>) -> Answer {
    let mut read = ask.read().await?;
    let bill = Bill::load(&ask, &mut read, (&run, &account)).await?;
    let next = bill.next(&ask, &mut read).await?;
    drop(read);
    let Some(mut form) = bill.form(&ask) else {
        let mut read = ask.read().await?;
        return draw(&ask, &mut read, &bill, None).await;
    };
    if form.is_good() {
        let seen = form.text("listed");
        let (decision, listed, state) = match form.text("decision").as_str() {
            "hold" => {
                let due_on = form.date("until").unwrap_or_else(|| until(&ask));
                let decision = Decision::Hold { assignee: form.text("assignee"), due_on };
                let any = ListedException {
                    account: bill.account.number.to_string(),
                    code: ExceptionCode::TakenOut,
                    seen: None,
                };
                let all = bill.seen(&seen, |_| true);
                (decision, if all.is_empty() { vec![any] } else { all }, ExceptionState::Held)
            }
            "reopen" => {
                (Decision::Reopen, bill.seen(&seen, |state| state != ExceptionState::Open), ExceptionState::Open)
            }
            _ => {
                let not_yet = bill.seen(&seen, |state| state != ExceptionState::Released);
                (Decision::Release, not_yet, ExceptionState::Released)
            }
        };
        let seen = crate::words::count(listed.len());
        let act = DecideExceptions {
            run: bill.known.run.id,
            which: Which::Listed(listed.clone()),
            decision,
            reason: form.text("reason"),
            seen,
        };
        let carried = form.carry_out(&ask, &act).await?;
        let path = next.unwrap_or_else(|| bill.looked.href(&bill.known.href("/exceptions"), &[]));
        if let Carried::Done(_) = &carried {
            let alert = Alert::good(format!("The bill of {} is {}", bill.account.number, state_word(state)));
            let alert = if state == ExceptionState::Open {
                alert
            } else {
                alert.link("Undo", undo(&bill.known, state, &listed))
            };
            return ask.go(&path).saying(alert).answer();
        }
        if let Some(go) = carried.go(&path, "") {
            return go.answer();
        }
    }
    // What the form says now is what the page shows now, so that it can be looked at and sent again.
    let mut read = ask.read().await?;
    let bill = Bill::load(&ask, &mut read, (&run, &account)).await?;
    form.renew("listed", bill.listed());
    draw(&ask, &mut read, &bill, Some(&form)).await
}

async fn draw(ask: &Ask, read: &mut Read, bill: &Bill, form: Option<&Form>) -> Answer {
    let known = &bill.known;
    let run = format!("Run {}", known.run.number);
    let number = bill.account.number.to_string();
    let queue = bill.looked.href(&known.href("/exceptions"), &[]);
    let page = ask
        .page(&format!("Account {number}"))
        .crumbs(&[("Bill runs", "/runs"), (&run, &known.href("")), ("Exceptions", &queue)])
        .lead(format!(
            "{} · run {}, service {}",
            bill.account.customer_name,
            known.run.number,
            crate::words::days(known.run.period)
        ));
    let next = bill.next(ask, read).await?;
    let mut ways = Links::new("The queue").link("Back to the queue", &queue);
    if let Some(next) = next {
        ways = ways.next("Next in the queue", next);
    }
    ways = ways.link("The account", format!("/accounts/{}", encoded(&number)));
    let mut main = vec![found(ask, bill)];
    main.extend(used(read, bill).await?);
    main.push(charged(ask, read, bill).await?);
    let mut side = Vec::new();
    side.extend(form.map(|form| Section::new("decide", "Your decision").with(form)));
    if form.is_none() {
        side.push(not_decided(ask, bill));
    }
    side.push(Section::new("facts", "The bill").with(&facts(bill)));
    let page = page.body(&ways).body(&Columns { main, side });
    match form {
        Some(form) if form.has_errors() => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        _ => page.answer(),
    }
}

/// What stands in the place of the decision: the way to make a held bill, or why nothing is decided.
fn not_decided(ask: &Ask, bill: &Bill) -> Section {
    if let Some(made) = bill.made {
        let words = "The bill was held in this run and made since, beside the cycle.";
        let ways =
            Links::new("The bill").link(&format!("Bill {made}"), format!("/bills/{}", encoded(&made.to_string())));
        return Section::new("decide", "Made since").with(&Words::new(words)).with(&ways);
    }
    if bill.known.state == RunState::Posted && bill.waits() && ask.may(CORRECT) {
        let words = "The run is posted without this bill. Once what held it up is put right, a run beside the cycle \
                     makes it: it is tried, signed and posted like any other.";
        let form = crate::held::form_of_one(ask, &bill.known, &bill.account.number.to_string());
        return Section::new("decide", "Make the bill").with(&Words::new(words)).with(&form);
    }
    Section::new("decide", "Decision").with(&Words::new(why_not(ask, bill)))
}

fn why_not(ask: &Ask, bill: &Bill) -> &'static str {
    match (ask.may(EXCEPTIONS), bill.known.state) {
        (_, RunState::Posted) if bill.waits() => {
            "The run is posted without this bill. Somebody who may have bills made again makes it, beside the cycle."
        }
        (_, RunState::Posted) => "The run is posted: its exceptions were decided before.",
        (false, _) => "Deciding exceptions is the work of others. You can look.",
        (true, RunState::Posting) => {
            "Bills are being written. A bill that is not written yet can be held at the command line."
        }
        (true, _) => "The run is not where exceptions are decided.",
    }
}

fn facts(bill: &Bill) -> Facts {
    let number = bill.lines.first().filter(|line| 0 < line.position);
    // A number leads to its bill only where there is one: a bill that was held in a posted run never got there.
    let kept = number.map(|line| BillNumber { run: bill.known.run.number, position: line.position });
    let facts = match (bill.bill, kept) {
        (Some(written), _) => {
            let href = format!("/bills/{}", encoded(&written.to_string()));
            Facts::new().link("Bill number", written.to_string(), href)
        }
        (None, Some(number)) if bill.known.state != RunState::Posted => {
            Facts::new().fact("Bill number", number.to_string())
        }
        (None, _) => Facts::new(),
    };
    let total = number.map_or_else(String::new, |line| money(&line.total));
    facts
        .fact("It comes to", total)
        .fact("Bill date", date(&bill.known.run.bill_on))
        .link(
            "Account",
            bill.account.number.to_string(),
            format!("/accounts/{}", encoded(&bill.account.number.to_string())),
        )
        .fact("Customer", bill.account.customer_name.clone())
}

/// What was found, and what was decided.
fn found(ask: &Ask, bill: &Bill) -> Section {
    let section = Section::new("found", "What was found");
    if bill.lines.is_empty() {
        return section.with(&Words::new("Nothing unusual was found on this bill. It can be held all the same."));
    }
    let row = |line: &QueueLine| {
        let exception = &line.exception;
        [
            Cell::text(title(exception.code)).note(meaning(exception.code)),
            Cell::text(&exception.detail),
            Cell::tag(state_tone(exception.state), state_word(exception.state)),
            Cell::text(exception.reason.clone().unwrap_or_default()).note(decided_note(&bill.known, line)),
        ]
    };
    let table = ask
        .table("found-table", "Exceptions of this bill")
        .plain()
        .column(Column::text("exception", "Exception"))
        .column(Column::text("detail", "Figure behind it"))
        .column(Column::text("state", "State"))
        .column(Column::text("reason", "Reason"))
        .rows(bill.lines.iter().map(row));
    section.with(&table)
}

/// What was used, period by period, each beside the same a year before.
async fn used(read: &mut Read, bill: &Bill) -> Result<Option<Section>, Problem> {
    let through = bill.known.run.period.to();
    let Some(from) = through.checked_sub_months(Months::new(MONTHS_BEFORE)) else { return Ok(None) };
    let Ok(window) = Period::new(from, through) else { return Ok(None) };
    let range = (bill.id, AccountId(bill.id.0 + 1));
    let uses = metering::uses_between(read, range, window).await?;
    let mut points: Vec<_> = uses.iter().map(|one| one.service_point).collect();
    points.dedup();
    points.truncate(3);
    let names = premises::references_by_id(read, &points).await?;
    let mut section = Section::new("use", "What was used");
    let mut ways = Links::listed("Service points");
    for point in &points {
        let of_point: Vec<&PeriodUse> = uses.iter().filter(|one| one.service_point == *point).collect();
        let name = names.get(point).cloned().unwrap_or_default();
        section = section.with(&chart(&of_point, &name));
        ways = ways.link(&format!("Reads at {name}"), format!("/points/{}", encoded(&name)));
    }
    if points.is_empty() {
        return Ok(Some(section.with(&Words::new("Nothing was read for this account in the last two years."))));
    }
    Ok(Some(section.with(&ways)))
}

fn chart(uses: &[&PeriodUse], name: &str) -> Chart {
    let shown = usize::try_from(MONTHS).unwrap_or(13);
    let later = uses.get(uses.len().saturating_sub(shown)..).unwrap_or_default();
    let unit = uses.first().map_or("", |one| one.quantity.unit.symbol());
    let title = format!("Use at {name}, in {unit}");
    let year_before = |one: &PeriodUse| {
        let day = one.period.from().checked_sub_months(Months::new(12))?;
        uses.iter().find(|other| (other.period.from() - day).num_days().abs() <= 5).map(|other| other.quantity)
    };
    let mut chart = Chart::columns(&title, "Period from", &["Used", "A year before"]);
    if let Some(last) = uses.last() {
        let estimated = if last.is_estimated { ", which is an estimate" } else { "" };
        let before =
            year_before(last).map_or_else(String::new, |before| format!(", a year before {}", quantity(&before)));
        chart = chart.summary(format!("The period billed: {}{estimated}{before}.", quantity(&last.quantity)));
    }
    for one in later {
        let before = year_before(one);
        let words =
            if one.is_estimated { format!("{} (estimate)", quantity(&one.quantity)) } else { quantity(&one.quantity) };
        let before_words = before.as_ref().map_or_else(String::new, quantity);
        let label = one.period.from().format("%b %y").to_string();
        chart = chart
            .point(&label, &[(one.quantity.steps, &words), (before.map_or(0, |before| before.steps), &before_words)]);
    }
    chart
}

/// What the bill would charge, line by line.
async fn charged(ask: &Ask, read: &mut Read, bill: &Bill) -> Result<Section, Problem> {
    let lines = billing::trial_lines(read, &bill.known.run, bill.id).await?;
    let row = |line: &TrialLine| {
        let rates = match line.effective_on {
            Some(on) => Cell::text(&line.schedule)
                .link(format!("/rates/{}/{on}", encoded(&line.schedule)))
                .note(format!("since {}", date(&on))),
            None => Cell::text(&line.schedule),
        };
        [
            Cell::text(capital(&line.charge.replace('_', " "))).note(if line.is_borne {
                "borne by the city"
            } else {
                ""
            }),
            Cell::text(capital(&line.service)),
            rates,
            Cell::text(line.quantity.as_ref().map_or_else(String::new, quantity)),
            if line.is_borne { Cell::empty() } else { Cell::from(line.cents) },
        ]
    };
    let table: Table = ask
        .table("lines", "What the bill charges")
        .plain()
        .column(Column::text("charge", "Charge"))
        .column(Column::text("service", "Service"))
        .column(Column::text("rates", "Rates"))
        .column(Column::text("use", "Billed for"))
        .column(Column::money("amount", "Amount").totaled())
        .empty("Nothing could be priced.")
        .rows(lines.iter().map(row));
    Ok(Section::new("charged", "What it charges").note("By what the run holds of the account.").with(&table))
}
