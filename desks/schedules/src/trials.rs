//! `Trials`: what proposed rates do to the real accounts, worked out once and kept while the program runs.
//!
//! Pricing every account of a large town takes minutes, so it goes on beside the page that asked. Nothing of it is
//! written: when the program starts anew, it is asked again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acts::Progress;
use billing::{WhatIf, WhatIfReport};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::Month;
use rates::{Schedule, Version};
use web::Ask;

/// What is asked: the proposal, and the months whose use is priced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TrialOf {
    pub(crate) schedule: String,
    pub(crate) effective_on: NaiveDate,
    pub(crate) number: i64,
    pub(crate) months: Option<(Month, Month)>,
}

/// The rates that are tried, and those they are compared with.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// A schedule with exactly the version proposed.
    pub(crate) schedule: Schedule,
    /// The version that would go on without it; nothing where none stands.
    pub(crate) before: Option<Version>,
}

/// How far it is.
#[derive(Clone, Debug)]
pub(crate) enum Trial {
    /// Pieces done, of so many.
    Running { done: i64, pieces: i64 },
    /// The report, and when it was made.
    Done(Arc<WhatIfReport>, DateTime<Utc>),
    /// Why there is none.
    Refused(String),
}

/// What was asked since the program started. A part of the site.
#[derive(Clone, Default)]
pub struct Trials(Arc<Mutex<Kept>>);

/// Each with its place in the order in which they were asked.
#[derive(Default)]
struct Kept {
    all: BTreeMap<TrialOf, (u64, Trial)>,
    asked: u64,
}

/// Reports kept; the first asked is forgotten first.
const KEPT_MAX: usize = 20;
/// Runs over all accounts at once: they share two processors with the counter.
const RUNNING_MAX: usize = 1;
/// Accounts looked at while somebody waits for the page.
const SAMPLE: i64 = 2_000;

impl Trials {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a trial.
    pub(crate) fn get(&self, asked: &TrialOf) -> Option<Trial> {
        self.lock().all.get(asked).map(|(_, trial)| trial.clone())
    }

    fn put(&self, asked: &TrialOf, trial: Trial) {
        self.lock().put(asked, trial);
    }

    /// Takes the only place for a run over all accounts; whether it was free.
    fn begin(&self, asked: &TrialOf) -> bool {
        let mut kept = self.lock();
        let running = kept.all.values().filter(|(_, trial)| !trial.is_over()).count();
        if RUNNING_MAX <= running {
            return false;
        }
        kept.put(asked, Trial::Running { done: 0, pieces: 1 });
        true
    }

    /// A sample, worked out now.
    pub(crate) async fn sample(&self, ask: &Ask, asked: &TrialOf, tried: &Tried) -> Result<Trial, web::Problem> {
        let trial = work(ask, asked, (tried, Some(SAMPLE)), &|_| {}).await?;
        self.put(asked, trial.clone());
        Ok(trial)
    }

    /// All accounts, beside the page; whether it began, or another one is under way.
    pub(crate) fn start(&self, ask: &Ask, asked: &TrialOf, tried: Tried) -> bool {
        if !self.begin(asked) {
            return false;
        }
        let (trials, ask, asked) = (self.clone(), ask.clone(), asked.clone());
        tokio::spawn(async move {
            let told = |progress: Progress| {
                let trial = Trial::Running { done: progress.done, pieces: progress.chunks.max(1) };
                trials.put(&asked, trial);
            };
            let found = work(&ask, &asked, (&tried, None), &told).await;
            let words =
                "The program failed while it priced the accounts. Try again; if it fails again, tell whoever runs it.";
            trials.put(&asked, found.unwrap_or_else(|_| Trial::Refused(words.to_owned())));
        });
        true
    }
}

impl Trial {
    fn is_over(&self) -> bool {
        !matches!(self, Trial::Running { .. })
    }
}

impl Kept {
    fn put(&mut self, asked: &TrialOf, trial: Trial) {
        if let Some((_, known)) = self.all.get_mut(asked) {
            *known = trial;
            return;
        }
        if KEPT_MAX <= self.all.len() {
            let over = self.all.iter().filter(|(_, (_, trial))| trial.is_over());
            let first = over.min_by_key(|(_, (at, _))| *at).map(|(asked, _)| asked.clone());
            first.and_then(|first| self.all.remove(&first));
        }
        self.asked += 1;
        self.all.insert(asked.clone(), (self.asked, trial));
    }
}

async fn work(
    ask: &Ask,
    asked: &TrialOf,
    (tried, sample): (&Tried, Option<i64>),
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Trial, web::Problem> {
    let (schedule, before) = (&tried.schedule, tried.before.as_ref());
    let version = schedule.versions.first().ok_or_else(web::Problem::not_found)?;
    let mut read = ask.read().await?;
    let asked = WhatIf { schedule, version, months: asked.months, before, chunk_accounts: None, sample };
    Ok(match billing::what_if(&mut read, &asked, told).await? {
        Ok(report) => Trial::Done(Arc::new(report), ask.now()),
        Err(refused) => Trial::Refused(refused.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(number: i64) -> TrialOf {
        let effective_on = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        TrialOf { schedule: "water".to_owned(), effective_on, number, months: None }
    }

    #[test]
    fn one_town_is_priced_at_a_time_and_few_reports_are_kept() {
        let trials = Trials::default();
        assert!(trials.begin(&asked(1)), "the place is free");
        assert!(!trials.begin(&asked(2)), "the place is taken");
        for number in (2..60).rev() {
            trials.put(&asked(number), Trial::Refused("nothing used".to_owned()));
        }
        assert_eq!(trials.lock().all.len(), KEPT_MAX, "what is old is forgotten");
        assert!(trials.get(&asked(2)).is_some() && trials.get(&asked(59)).is_none(), "the first asked first");
        assert!(matches!(trials.get(&asked(1)), Some(Trial::Running { .. })), "what runs is not forgotten");
        trials.put(&asked(1), Trial::Refused("done".to_owned()));
        assert!(trials.begin(&asked(2)), "the place is free again");
    }
}
