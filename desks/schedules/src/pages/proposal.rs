//! `/rates/proposals/{schedule}/{date}/{number}`: a proposal with what it would change, and its way into force.

use acts::{Act, Proposal, ProposalState};
use db::Read;
use rates::Schedule;
use revenue::acts::{ScheduleRates, WithdrawRates};
use revenue::permissions::{ADOPT_RATES, APPROVE, PROPOSE_RATES};
use revenue::{RateProposal, RatesState};
use web::shown::date;
use web::{Alert, Answer, Ask, At, Carried, Columns, Facts, Field, Form, Links, Problem, Section, Steps, Tone, Words};

use crate::check::Checked;
use crate::loaded::{Loaded, VersionRead, day, proposal_href, read_text};
use crate::names::{Done, Names};
use crate::pages::propose::STEPS;

/// The parts of a proposal's address.
pub(crate) type Address = (String, String, String);

/// The codes of refusals that reasons answer for.
const CODES: &[&str] = &["reason_missing"];

/// A proposal and all that a page tells about it.
pub(crate) struct Told {
    pub(crate) loaded: Loaded,
    pub(crate) proposal: RateProposal,
    pub(crate) schedule: Schedule,
    pub(crate) names: Names,
    /// The change that waits for a second person, where it was sent for approval.
    waiting: Option<Proposal>,
    done: Option<Done>,
}

/// How far a proposal is.
enum Stage<'a> {
    Withdrawn { reason: &'a str },
    Recorded(&'a VersionRead),
    Sent(&'a Proposal),
    Proposed,
}

/// The proposal of an address.
pub(crate) async fn load(ask: &Ask, read: &mut Read, (code, date, number): &Address) -> Result<Told, Problem> {
    let number = web::number(number)?;
    let effective_on = day(date)?;
    let loaded = Loaded::one(read, code).await?;
    let found = loaded.proposals.iter().find(|one| one.effective_on == effective_on && one.number == number);
    let not_found = Problem::not_found();
    let missing = Problem { why: "There is no proposal of that number for that day.".to_owned(), ..not_found };
    let proposal = found.cloned().ok_or(missing)?;
    let schedule = read_text(&proposal.text)?;
    let names = Names::load(read).await?;
    let done = names.done(read, proposal.act).await?;
    let waiting = waiting_for(ask, read, &proposal).await?;
    Ok(Told { loaded, proposal, schedule, names, waiting, done })
}

/// The change that would put a proposal in force, if it waits for a second person.
async fn waiting_for(ask: &Ask, read: &mut Read, proposal: &RateProposal) -> Result<Option<Proposal>, Problem> {
    let waiting = acts::waiting_proposals(read).await?;
    let is_it = |one: &Proposal| {
        let act: Option<ScheduleRates> = serde_json::from_str(&one.command).ok();
        act.is_some_and(|act| {
            act.schedule == proposal.schedule
                && act.effective_on == proposal.effective_on
                && act.proposal == proposal.number
        })
    };
    let is_open = |one: &Proposal| {
        let state = one.state_on(ask.today());
        one.kind == ScheduleRates::KIND && (state == ProposalState::Open || state == ProposalState::Returned)
    };
    Ok(waiting.into_iter().find(|one| is_open(one) && is_it(one)))
}

impl Told {
    fn stage(&self) -> Stage<'_> {
        if let Some((_, reason)) = &self.proposal.withdrawn {
            return Stage::Withdrawn { reason };
        }
        let id = self.proposal.version;
        let version = self.loaded.versions.iter().find(|one| Some(one.recorded.id) == id);
        match (version, &self.waiting) {
            (Some(version), _) => Stage::Recorded(version),
            (None, Some(waiting)) => Stage::Sent(waiting),
            (None, None) => Stage::Proposed,
        }
    }

    pub(crate) fn title(&self) -> String {
        format!("Proposed rates: {} from {}", self.loaded.title, date(&self.proposal.effective_on))
    }

    pub(crate) fn href(&self) -> String {
        proposal_href(&self.proposal)
    }

    fn step(&self, ask: &Ask) -> usize {
        match self.stage() {
            Stage::Withdrawn { .. } => 2,
            Stage::Proposed | Stage::Sent(_) => 3,
            Stage::Recorded(version) => match version.recorded.state {
                RatesState::Locked { .. } => 6,
                _ if ask.today() < version.effective_on() => 4,
                _ => 5,
            },
        }
    }

    fn alert(&self, ask: &Ask) -> Option<Alert> {
        match self.stage() {
            Stage::Withdrawn { reason } => Some(Alert::bad("This proposal was withdrawn").text(reason)),
            Stage::Sent(waiting) => {
                let id = waiting.proposal.0;
                let alert = Alert::info(format!("Waits for a second person, as change {id}"));
                let who = self.names.actor(waiting.actor);
                let alert = alert.text(format!("Sent by {who}. Decide by {}.", date(&waiting.expires_on)));
                let words = if ask.may(APPROVE) { "Approve or refuse it" } else { "See how far it is" };
                Some(alert.link(words, format!("/approvals/{id}")))
            }
            Stage::Recorded(version) => {
                let href = self.loaded.version_href(version.effective_on());
                let words = match &version.recorded.state {
                    RatesState::Superseded { .. } => "These rates were put in force and taken back".to_owned(),
                    RatesState::Locked { run } => format!("In force, and first used by bill run {run}"),
                    _ => format!("Approved: they hold from {}", date(&version.effective_on())),
                };
                Some(Alert::new(Tone::Good, words).link("Read the version", href))
            }
            Stage::Proposed => None,
        }
    }

    fn facts(&self, ask: &Ask) -> Section {
        let facts = Facts::new();
        let facts = match self.stage() {
            Stage::Withdrawn { .. } => facts.tag("State", Tone::Bad, "withdrawn"),
            Stage::Recorded(_) => facts.tag("State", Tone::Good, "put in force"),
            Stage::Sent(_) => facts.tag("State", Tone::Warning, "waits for approval"),
            Stage::Proposed => facts.tag("State", Tone::Info, "proposed"),
        };
        let facts = facts.fact("From", date(&self.proposal.effective_on));
        let facts = match self.schedule.versions.first() {
            Some(version) => facts.fact("Ordinance", &version.ordinance),
            None => facts,
        };
        let facts = match &self.done {
            Some(done) => done.facts(ask, facts, "Proposed"),
            None => facts,
        };
        let links = Links::listed("About this proposal")
            .link("What it would do to the real accounts", format!("{}/what-if", self.href()))
            .link("All versions of the schedule", self.loaded.href());
        Section::bare().with(&facts).with(&links)
    }

    /// The form that sends it for approval.
    fn schedule_form(&self, ask: &Ask) -> Form {
        let action = format!("{}/schedule", self.href());
        let reason = Field::reason().hint("Such as the council's decision, with its date.");
        ask.form(&action, "Send for approval").field(reason)
    }

    /// The form that takes it back; its field has another name, because both stand on one page.
    fn withdraw_form(&self, ask: &Ask) -> Form {
        let action = format!("{}/withdraw", self.href());
        let why = Field::lines("why", "Why it is withdrawn").max(500).required().answers(CODES);
        ask.form(&action, "Withdraw").danger().because("rates were withdrawn").field(why)
    }

    fn side(&self, ask: &Ask, forms: (Option<Form>, Option<Form>)) -> Vec<Section> {
        let mut side = vec![self.facts(ask)];
        let is_open = matches!(self.stage(), Stage::Proposed);
        let (schedule, withdraw) = forms;
        // The form of somebody who came too late still says why it was refused.
        for late in [&schedule, &withdraw].into_iter().flatten().filter(|form| !is_open && form.has_errors()) {
            side.push(Section::new("late", "What you asked for").with(late));
        }
        if is_open && ask.may(ADOPT_RATES) {
            let form = schedule.unwrap_or_else(|| self.schedule_form(ask));
            let note = "Another person has to agree; then the rates hold from their date.";
            side.push(Section::new("schedule", "Put them in force").note(note).with(&form));
        } else if is_open {
            let words = "Whoever records rates sends the proposal for approval; another person has to agree.";
            side.push(Section::new("schedule", "What is next").with(&Words::new(words)));
        }
        if is_open && ask.may(PROPOSE_RATES) {
            let form = withdraw.unwrap_or_else(|| self.withdraw_form(ask));
            side.push(Section::new("withdraw", "Take it back").with(&form));
        }
        side
    }
}

pub(crate) async fn show(ask: Ask, At(address): At<Address>) -> Answer {
    let mut read = ask.read().await?;
    let told = load(&ask, &mut read, &address).await?;
    draw(&ask, &mut read, &told, (None, None)).await
}

async fn draw(ask: &Ask, read: &mut Read, told: &Told, forms: (Option<Form>, Option<Form>)) -> Answer {
    let checked = Checked::of(ask, read, told.schedule.clone(), Some(&told.loaded)).await?;
    let is_wrong = [&forms.0, &forms.1].into_iter().flatten().any(Form::has_errors);
    let page = ask.page(&told.title());
    let page = page.crumbs(&[("Rates", "/rates"), (&told.loaded.title, &told.loaded.href())]);
    let page = page.action("What it does to the real accounts", &format!("{}/what-if", told.href()));
    let page = match told.alert(ask) {
        Some(alert) => page.alert(alert),
        None => page.alert(checked.alert()),
    };
    let page = if is_wrong { page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    let main = checked.sections(ask, &told.names);
    page.body(&Steps::new(&STEPS, told.step(ask))).body(&Columns { main, side: told.side(ask, forms) }).answer()
}

pub(crate) async fn send(ask: Ask, At(address): At<Address>) -> Answer {
    let mut read = ask.read().await?;
    let told = load(&ask, &mut read, &address).await?;
    let mut form = told.schedule_form(&ask);
    if form.is_good() {
        let RateProposal { schedule, effective_on, number: proposal, .. } = told.proposal.clone();
        let carried = form.carry_out(&ask, &ScheduleRates { schedule, effective_on, proposal }).await?;
        let path = match &carried {
            Carried::Done(_) => told.loaded.version_href(effective_on),
            Carried::Waiting(_) | Carried::Refused => told.href(),
        };
        if let Some(go) = carried.go(&path, "The rates are scheduled") {
            return go.answer();
        }
    }
    draw(&ask, &mut read, &told, (Some(form), None)).await
}

pub(crate) async fn withdraw(ask: Ask, At(address): At<Address>) -> Answer {
    let mut read = ask.read().await?;
    let told = load(&ask, &mut read, &address).await?;
    let mut form = told.withdraw_form(&ask);
    if form.is_good() {
        let RateProposal { schedule, effective_on, number: proposal, .. } = told.proposal.clone();
        let act = WithdrawRates { schedule, effective_on, proposal, reason: form.text("why") };
        let carried = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&told.href(), "The proposal is withdrawn") {
            return go.answer();
        }
    }
    draw(&ask, &mut read, &told, (None, Some(form))).await
}
