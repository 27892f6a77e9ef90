//! The billing year of the demo, day by day: what happens, the reads of each cycle, its bills, and month by month what
//! was held or wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use billing::acts::{
    ApplyRules, CloseReads, HoldBill, IssueRun, PrepareOffCycle, PrepareRun, ReleaseException, SetWinterAverages,
};
use billing::{BillRun, ExceptionCode, ExceptionState, QueuedException, RunKind, StoredBill};
use chrono::{Datelike, Days, NaiveDate};
use db::{Fault, Read};
use finance::{LedgerProof, LockPeriod};
use kernel::{AccountId, Month, Period, RunId};

use super::calendar::{CYCLES, CycleYear, MONTHS, READ_DAYS_AFTER};
use super::files::handed_over;
use super::hall::{Hall, Person};
use super::made::{DatedEvent, LeakAdjustment, MadeTown};
use super::papers::{Beside, Papers, proving};
use super::set_up::bring_in;
use super::write;
use crate::commands::{Ended, runs};
use crate::office::Office;
use crate::output;

/// The day of a month on which what was held or wrong is billed, and the month is looked at.
const MENDING_DAY: u32 = 28;
/// So many days after the last bill date the year's work is done.
const DAYS_AFTER: u64 = 32;
/// The schedule whose rates ask for winter averages, and the month before whose bills they are set.
const WINTER: (&str, u32) = ("sewer", 7);
/// Of the open exceptions of a run a person looks at so many one by one; the town's rules decide the others.
const LOOKED_AT: usize = 3;
/// Exceptions that are fetched at a time.
const PAGE: usize = 1_000;

/// The year as it stands on a day.
pub struct Year<'a> {
    /// Who works in it.
    pub hall: Hall,
    /// Where the files of the town lie.
    pub files: PathBuf,
    town: &'a MadeTown,
    cycles: Vec<CycleYear>,
    /// Who has the water of a service point when the year begins.
    holders: BTreeMap<&'a str, &'a str>,
    /// Bills that stay back.
    held: Vec<Held>,
    /// What was found about them, by account and first day.
    pub findings: BTreeMap<(AccountId, NaiveDate), &'static str>,
    /// Bills to make again or at last: run, account and reason.
    again: BTreeMap<i64, BTreeMap<String, String>>,
    papers: Papers,
    /// The month whose books are being proved.
    proving: Option<Looked>,
    /// Leaks that are not adjusted yet, with the day on which somebody asked.
    pub leaks: Vec<(NaiveDate, LeakAdjustment)>,
}

/// A bill that stays back.
struct Held {
    run: BillRun,
    account: AccountId,
    codes: BTreeSet<ExceptionCode>,
}

/// A month that was looked at: what it says, and the proof of its books.
struct Looked {
    month: Month,
    words: String,
    proving: Beside<LedgerProof>,
}

impl<'a> Year<'a> {
    /// The year of a town that begins in a month, with its files and whoever makes its papers.
    pub fn of(hall: Hall, (files, papers): (PathBuf, Papers), town: &'a MadeTown, first: Month) -> Year<'a> {
        let water = town.agreements.iter().filter(|agreement| agreement.service == "water");
        let holders = water.map(|agreement| (agreement.service_point.as_str(), agreement.account.as_str())).collect();
        let cycles = CYCLES.iter().map(|cycle| CycleYear::of(*cycle, first)).collect();
        Year {
            hall,
            files,
            town,
            cycles,
            holders,
            held: Vec::new(),
            findings: BTreeMap::new(),
            again: BTreeMap::new(),
            papers,
            proving: None,
            leaks: Vec::new(),
        }
    }

    /// Lives through the year; gives back the office and whoever makes its papers.
    pub async fn pass(mut self) -> Result<(Office, Papers), Ended> {
        let begins_on = self.cycles.iter().map(CycleYear::begins_on).min().unwrap_or_default();
        let last_bill_on = self.cycles.iter().map(|year| year.bill_on(MONTHS - 1)).max().unwrap_or_default();
        let mut events: BTreeMap<NaiveDate, Vec<&DatedEvent>> = BTreeMap::new();
        for event in &self.town.events {
            events.entry(event.on).or_default().push(event);
        }
        for day in begins_on.iter_days().take_while(|day| *day <= last_bill_on + Days::new(DAYS_AFTER)) {
            self.hall.goes_to(day);
            if (day.day(), day.month()) == (1, WINTER.1) {
                self.set_winter_averages(day).await?;
            }
            for cycle in self.cycles.iter().filter(|year| year.begins_on() == day) {
                self.take_over(cycle.code, day).await?;
            }
            if let Some(events) = events.get(&day) {
                self.live(events).await?;
            }
            for place in 0..self.cycles.len() {
                for number in 0..MONTHS {
                    let (period, bill_on) = (self.cycles[place].periods[number], self.cycles[place].bill_on(number));
                    if day == period.to() + Days::new(READ_DAYS_AFTER + 1) {
                        self.close(self.cycles[place].code, (number, period)).await?;
                    }
                    if day == bill_on {
                        self.bill(self.cycles[place].code, period, bill_on).await?;
                    }
                }
            }
            if day.day() == MENDING_DAY {
                self.mend(day).await?;
                self.adjust_for_leaks().await?;
                self.look_back(Month::of(day)).await?;
            }
        }
        self.tell_of_last_month().await?;
        Ok((self.hall.office, self.papers))
    }

    /// Takes a cycle over from the old system on the day its year begins: what its meters show, and who is billed.
    async fn take_over(&self, cycle: &str, day: NaiveDate) -> Result<(), Ended> {
        let made = handed_over(self.town, cycle, day).map_err(|error| Ended::Fault(error.to_string()))?;
        for (kind, file) in ["meters", "routes", "agreements"].into_iter().zip(made) {
            let path = self.files.join(&file.name);
            write(&path, file.text.as_bytes())?;
            let report = bring_in(&self.hall, (Person::Analyst, kind), &path).await?;
            output::talk(&format!("{cycle} {kind:<12}{report}"));
        }
        Ok(())
    }

    /// Brings in the reads of a period and closes them.
    async fn close(&self, cycle: &str, (number, period): (usize, Period)) -> Result<(), Ended> {
        let month = &self.town.months[number].month;
        let path = self.files.join(format!("reads/{month}-{cycle}.csv"));
        bring_in(&self.hall, (Person::Analyst, "reads"), &path).await?;
        let closes = (Person::Analyst, "all reads of the period are in");
        let act = CloseReads { cycle: cycle.to_owned(), from_on: period.from() };
        let order = self.hall.act(closes, format!("close {cycle} {period}"), &act).await?.outcome;
        self.hall.finish(closes, order, &format!("Closing reads {month} {cycle}")).await
    }

    /// Bills a cycle's period, from prepare to the envelopes.
    async fn bill(&mut self, cycle: &str, period: Period, bill_on: NaiveDate) -> Result<(), Ended> {
        let reason = (Person::Analyst, "the cycle's bills are due");
        let act = PrepareRun { cycle: cycle.to_owned(), period, bill_on, chunk_accounts: Some(1_400) };
        let number = self.hall.act(reason, format!("prepare {cycle} {period}"), &act).await?.outcome.number;
        self.carry_through(number, reason.1, &BTreeMap::new()).await?;
        let run = runs::find(&self.hall.office, number).await?;
        let mut codes: BTreeMap<AccountId, BTreeSet<ExceptionCode>> = BTreeMap::new();
        for queued in self.queued(&run, ExceptionState::Held, usize::MAX).await? {
            codes.entry(queued.account).or_default().insert(queued.code);
        }
        self.held.extend(codes.into_iter().map(|(account, codes)| Held { run: run.clone(), account, codes }));
        Ok(())
    }

    /// Takes a run from prepare to the envelopes; what is known about a bill releases it.
    async fn carry_through(
        &mut self,
        number: i64,
        reason: &str,
        known: &BTreeMap<String, String>,
    ) -> Result<(), Ended> {
        let hall = &self.hall;
        let analyst = hall.who(Person::Analyst, reason);
        let run = runs::find(&hall.office, number).await?;
        hall.finish((Person::Analyst, reason), run.prepare_order, &format!("Preparing run {number}")).await?;
        runs::trial(&hall.office, &analyst, &run).await?;
        self.work_exceptions(&run, known).await?;
        let signs = hall.who(Person::Supervisor, "the register was looked through");
        runs::sign(&hall.office, &signs, &runs::find(&hall.office, number).await?).await?;
        runs::post(&hall.office, &analyst, &runs::find(&hall.office, number).await?).await?;
        hall.act(
            (Person::Analyst, "the bills are printed and mailed"),
            format!("issue {number}"),
            &IssueRun { run: run.id },
        )
        .await?;
        let posted = runs::find(&hall.office, number).await?;
        self.papers.begin(posted).await
    }

    async fn work_exceptions(&self, run: &BillRun, known: &BTreeMap<String, String>) -> Result<(), Ended> {
        let hall = &self.hall;
        let mut looked_at = 0;
        for queued in self.queued(run, ExceptionState::Open, PAGE).await? {
            let account = hall.numbered(queued.account).await?;
            let found = match known.get(&account) {
                Some(reason) => reason.as_str(),
                None if looked_at < LOOKED_AT => match queued.code {
                    ExceptionCode::HighUse => "the photograph of the dials agrees; a garden is watered there",
                    ExceptionCode::LowUse => "the photograph of the dials agrees",
                    _ => continue,
                },
                None => continue,
            };
            if queued.code.is_blocking() {
                continue;
            }
            looked_at += 1;
            let key = format!("release {} {account} {}", run.number, queued.code.code());
            let act = ReleaseException { run: run.id, account, code: queued.code, reason: found.to_owned() };
            hall.act((Person::Analyst, found), key, &act).await?;
        }
        let by_rule = (Person::Analyst, "the town's rules decide");
        hall.act(by_rule, format!("rules {}", run.number), &ApplyRules { run: run.id }).await?;
        let reason = "no rule covers it; it is looked into";
        for queued in self.queued(run, ExceptionState::Open, usize::MAX).await? {
            let account = hall.numbered(queued.account).await?;
            let key = format!("hold {} {account} {}", run.number, queued.code.code());
            let (assignee, due_on) = ("billing analyst".to_owned(), run.bill_on + Days::new(7));
            let act = HoldBill { run: run.id, account, assignee, due_on, reason: reason.to_owned() };
            hall.act((Person::Analyst, reason), key, &act).await?;
        }
        Ok(())
    }

    /// The exceptions of a run that stand in a way, at most about so many.
    async fn queued(&self, run: &BillRun, state: ExceptionState, limit: usize) -> Result<Vec<QueuedException>, Ended> {
        let mut read = self.hall.read().await?;
        let (mut after, mut found) = (AccountId(0), Vec::new());
        while found.len() < limit {
            let mut page = billing::queue(&mut read, run.id, after, PAGE).await?;
            let Some(last) = page.last().map(|queued| queued.account) else { break };
            if page.len() == PAGE && page.iter().any(|queued| queued.account != last) {
                // The page may end within an account: the next one begins with it.
                page.retain(|queued| queued.account != last);
            }
            after = page.last().map_or(last, |queued| queued.account);
            found.extend(page.into_iter().filter(|queued| queued.state == state));
        }
        Ok(found)
    }

    /// Who has the water of a service point when the year begins.
    pub fn account_at(&self, service_point: &str) -> Result<&'a str, Ended> {
        let account = self.holders.get(service_point).copied();
        account.ok_or_else(|| Ended::Fault(format!("nobody has the water of {service_point}")))
    }

    /// Notes that bills of an account are made again: all of them, or those of which the use is another now.
    pub async fn bill_again(&mut self, reference: &str, reason: &str, only_revised: bool) -> Result<(), Ended> {
        let account = self.hall.account_of(reference).await?;
        let number = self.hall.numbered(account).await?;
        let mut read = self.hall.read().await?;
        let uses = metering::standing_uses(&mut read, &[account]).await?;
        let is_revised =
            |period: Period| uses.iter().any(|used| 1 < used.revision && period.contains(used.period.from()));
        for (run, _) in billed(&mut read, account).await? {
            if !only_revised || is_revised(run.period) {
                let regular = self.regular(&mut read, &run).await?;
                self.again.entry(regular).or_default().insert(number.clone(), reason.to_owned());
            }
        }
        Ok(())
    }

    /// The number of the run that billed the period first.
    async fn regular(&self, read: &mut Read, run: &BillRun) -> Result<i64, Ended> {
        let Some(of_run) = run.of_run else { return Ok(run.number) };
        let first = billing::all_runs(read).await?.into_iter().find(|first| first.id == of_run);
        Ok(first.ok_or_else(|| Fault::new("a run beside the cycle is of no run"))?.number)
    }

    /// Makes bills at last that were held, and those again that were wrong.
    async fn mend(&mut self, day: NaiveDate) -> Result<(), Ended> {
        for held in std::mem::take(&mut self.held) {
            if held.codes.contains(&ExceptionCode::NoConsumption) && !self.is_measured(&held).await? {
                self.held.push(held);
                continue;
            }
            let finding = self.findings.get(&(held.account, held.run.period.from())).copied();
            let reason = finding.unwrap_or("looked into: the figures are right");
            let number = self.hall.numbered(held.account).await?;
            self.again.entry(held.run.number).or_default().entry(number).or_insert_with(|| reason.to_owned());
        }
        for (run, accounts) in std::mem::take(&mut self.again) {
            let reasons: BTreeSet<&str> = accounts.values().map(String::as_str).collect();
            let reason = reasons.into_iter().collect::<Vec<_>>().join("; ");
            let named = accounts.keys().cloned().collect();
            let act = PrepareOffCycle { run, accounts: named, bill_on: day, reason: reason.clone() };
            let key = format!("off cycle {run} {day}");
            let prepared = self.hall.act((Person::Analyst, &reason), key, &act).await?.outcome;
            self.carry_through(prepared.number, &reason, &accounts).await?;
        }
        Ok(())
    }

    /// Whether it is known by now what was used in the period of a bill.
    async fn is_measured(&self, held: &Held) -> Result<bool, Ended> {
        let uses = metering::standing_uses(&mut self.hall.read().await?, &[held.account]).await?;
        Ok(uses.iter().any(|used| held.run.period.contains(used.period.from())))
    }

    async fn set_winter_averages(&self, day: NaiveDate) -> Result<(), Ended> {
        let reason = (Person::Analyst, "the winter is over");
        let act = SetWinterAverages { schedule: WINTER.0.to_owned(), year: day.year() };
        let order = self.hall.act(reason, format!("winter {}", day.year()), &act).await?.outcome;
        self.hall.finish(reason, order, "Averaging").await
    }

    /// Looks at a month: begins to prove the books, and locks what is two months back each quarter.
    async fn look_back(&mut self, month: Month) -> Result<(), Ended> {
        let period = month.period();
        let mut read = self.hall.read().await?;
        let (mut bills, mut held, mut total) = (0, 0, kernel::Cents::ZERO);
        for run in billing::all_runs(&mut read).await?.iter().filter(|run| period.contains(run.bill_on)) {
            if let Some(signed) = billing::signoff(&mut read, run.id).await? {
                bills += signed.bills;
                total += signed.total;
                held += if run.kind == RunKind::Regular { signed.held } else { 0 };
            }
        }
        let (waiting, total) = (self.held.len(), total.dollars());
        let words = format!("{bills:>6} bills   {total:>15}   {held:>3} held, {waiting:>2} of them still");
        self.tell_of_last_month().await?;
        self.proving = Some(Looked { month, words, proving: proving(read) });
        if month.first_on().month().is_multiple_of(3) {
            let two_back = Month::of(month.first_on() - Days::new(40));
            let act = LockPeriod { month: two_back };
            self.hall.act((Person::Accountant, "the month was reported"), format!("lock {two_back}"), &act).await?;
        }
        Ok(())
    }

    /// Says how the month went that was looked at last, once its books are proved.
    async fn tell_of_last_month(&mut self) -> Result<(), Ended> {
        let Some(Looked { month, words, proving }) = self.proving.take() else { return Ok(()) };
        let is_proved = proving.end().await?.is_proved;
        let proved = if is_proved { "books proved" } else { "BOOKS NOT PROVED" };
        output::talk(&format!("{month}   {words}   {proved}"));
        if is_proved {
            return Ok(());
        }
        Err(Ended::Refused(format!("the books are not proved in {month}: see `portreeve ledger prove`")))
    }
}

/// The bills of an account that stand, each with its run.
pub async fn billed(read: &mut Read, account: AccountId) -> Result<Vec<(BillRun, StoredBill)>, Ended> {
    let runs: BTreeMap<RunId, BillRun> = billing::all_runs(read).await?.into_iter().map(|run| (run.id, run)).collect();
    let bills = billing::bill_rows_between(read, (account, AccountId(account.0 + 1))).await?;
    let stands = bills.into_iter().filter(|bill| bill.cancelled_by.is_none());
    Ok(stands.filter_map(|bill| Some((runs.get(&bill.run)?.clone(), bill))).collect())
}
