//! A run somebody looks at, with its names, its address and the views of it.

use std::collections::BTreeMap;

use billing::permissions::CORRECT;
use billing::{BillRun, ExceptionCode, ExceptionCounts, ExceptionState, RunState};
use db::{Fault, Read};
use kernel::{ActorId, CycleId};
use web::{Ask, Page, Problem, Tabs, number};

use crate::words::days;

/// A run with where it stands.
pub(crate) struct Known {
    pub(crate) run: BillRun,
    pub(crate) state: RunState,
    /// The code of its cycle.
    pub(crate) cycle: String,
    /// What people are called.
    pub(crate) names: BTreeMap<ActorId, String>,
    /// How many exceptions there are of each code and state; held bills that were made since count no more.
    pub(crate) counts: ExceptionCounts,
}

impl Known {
    /// The run with the number in an address.
    pub(crate) async fn load(read: &mut Read, text: &str) -> Result<Known, Problem> {
        let run = billing::run_by_number(read, number(text)?).await?.ok_or_else(Problem::not_found)?;
        let state = billing::run_state(read, &run).await?;
        let cycle = cycle_codes(read).await?.remove(&run.cycle).unwrap_or_default();
        let names = staff::names(read).await?;
        let counts = billing::waiting_counts(read, run.id).await?;
        Ok(Known { run, state, cycle, names, counts })
    }

    /// What somebody is called.
    pub(crate) fn name(&self, actor: ActorId) -> String {
        self.names.get(&actor).cloned().unwrap_or_else(|| format!("Number {}", actor.0))
    }

    /// How many exceptions stand so.
    pub(crate) fn count(&self, state: ExceptionState) -> i64 {
        self.counts.iter().filter(|((_, of), _)| *of == state.code()).map(|(_, count)| count).sum()
    }

    /// How many exceptions of a code stand so.
    pub(crate) fn count_of(&self, code: ExceptionCode, state: ExceptionState) -> i64 {
        self.counts.get(&(code, state.code())).copied().unwrap_or(0)
    }

    /// Its page, or one below it.
    pub(crate) fn href(&self, below: &str) -> String {
        format!("/runs/{}{below}", self.run.number)
    }

    /// Where its figures stand one by one: the journals of its own bills, for whoever sees the books; else the register.
    pub(crate) fn postings_href(&self, ask: &Ask) -> String {
        match self.state == RunState::Posted && ask.may(finance::SEE) {
            true => {
                let (day, run) = (format!("/books/days/{}", self.run.gl_on), self.run.number.to_string());
                web::address(&day, &[("kind", "bill"), ("run", &run)])
            }
            false => self.href("/register"),
        }
    }

    /// Where its held bills are: where they are made, once it is posted and for whoever may; else where they are looked at.
    pub(crate) fn held_link(&self, ask: &Ask) -> (&'static str, String) {
        match self.state == RunState::Posted && ask.may(CORRECT) {
            true => ("make those that can go out now", self.href("/held")),
            false => ("each with its exceptions", self.href("/exceptions?state=held")),
        }
    }

    /// Whether its bills were tried, and so a register can be made.
    pub(crate) fn is_tried(&self) -> bool {
        match self.state {
            RunState::Tried | RunState::Signed | RunState::Posting | RunState::Posted => true,
            RunState::Cancelling => true,
            RunState::Preparing | RunState::Prepared | RunState::Trying | RunState::Cancelled => false,
        }
    }

    /// A page of the run: where it stands and its views.
    pub(crate) fn page(&self, ask: &Ask, (title, current): (&str, &str)) -> Page {
        let run = format!("Run {}", self.run.number);
        let heading = if title.is_empty() { run.clone() } else { format!("{title} of run {}", self.run.number) };
        let page = ask.page(&heading);
        let page = match title {
            "" => page.crumbs(&[("Bill runs", "/runs")]),
            _ => page.crumbs(&[("Bill runs", "/runs"), (&run, &self.href(""))]),
        };
        page.lead(format!("Cycle {}, service {}. It is {}.", self.cycle, days(self.run.period), self.state.word()))
            .body(&self.tabs(current))
    }

    fn tabs(&self, current: &str) -> Tabs {
        let open = self.count(ExceptionState::Open);
        Tabs::new("The run")
            .tab("Overview", self.href(""))
            .counted("Exceptions", self.href("/exceptions"), open)
            .tab("Rules", self.href("/rules"))
            .tab("Register", self.href("/register"))
            .current(&self.href(current))
    }
}

/// The codes of all cycles.
pub(crate) async fn cycle_codes(read: &mut Read) -> Result<BTreeMap<CycleId, String>, Fault> {
    Ok(billing::cycles(read).await?.into_iter().map(|cycle| (cycle.id, cycle.code)).collect())
}
