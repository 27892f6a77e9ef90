//! `Works`: sums over everything that take longer than somebody waits; they go on while the page says so.

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use db::{Db, Fault};
use tokio::sync::Semaphore;

/// Results that are kept; the oldest go first.
const KEPT: usize = 12;
/// What goes on or waits for its turn at most; a page that asks for more asks again when it is loaded again.
const AT_MOST: usize = 8;
/// How long a page waits for a result before it says that the work goes on.
const PATIENCE: Duration = Duration::from_millis(600);
/// How long a result that took longer than that is shown, though something was written since: otherwise a large town
/// would never see one. It is at least this, and ten times what it took.
const SHOWN: Duration = Duration::from_secs(60);
/// How often it looks.
const PAUSE: Duration = Duration::from_millis(15);

/// Work under way and its results, by what was asked and the state of the books it was asked of. A part of the site.
#[derive(Clone)]
pub struct Works {
    slots: Arc<Mutex<Slots>>,
    /// One at a time: sums over everything must not take the machine from those who serve customers.
    turn: Arc<Semaphore>,
}

#[derive(Default)]
struct Slots {
    by_key: BTreeMap<String, Slot>,
    /// The keys of what is done, in the order in which it was.
    done: Vec<String>,
}

enum Slot {
    UnderWay,
    Done(Finished),
    Failed(Arc<Fault>),
}

/// A result, the state of the books it is of, and how long it took.
struct Finished {
    value: Arc<dyn Any + Send + Sync>,
    mark: String,
    took: Duration,
    done_at: Instant,
}

impl Finished {
    /// Whether it is shown while the books are at this mark.
    fn is_shown_at(&self, mark: &str) -> bool {
        self.mark == mark || (PATIENCE < self.took && self.done_at.elapsed() < SHOWN.max(self.took * 10))
    }
}

/// What a page finds.
pub(crate) enum Looked<T> {
    /// The result.
    Done(Arc<T>),
    /// It goes on.
    UnderWay,
}

impl Slots {
    /// Takes a place for the work under a key, when it has to be done and there is room for it.
    fn begin(&mut self, key: &str, mark: &str) -> bool {
        match self.by_key.get(key) {
            Some(Slot::Done(result)) if !result.is_shown_at(mark) => {}
            Some(_) => return false,
            None => {}
        }
        let under_way = self.by_key.values().filter(|slot| matches!(slot, Slot::UnderWay)).count();
        if AT_MOST <= under_way {
            return false;
        }
        self.done.retain(|one| one != key);
        self.by_key.insert(key.to_owned(), Slot::UnderWay);
        true
    }

    /// Keeps what came of the work under a key; the oldest result goes when there are too many.
    fn end(&mut self, key: String, slot: Slot) {
        if matches!(slot, Slot::Done(_)) {
            if KEPT <= self.done.len() {
                self.by_key.remove(&self.done.remove(0));
            }
            self.done.push(key.clone());
        }
        self.by_key.insert(key, slot);
    }
}

impl Default for Works {
    fn default() -> Works {
        Works { slots: Arc::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Works {
    /// The result under a key, which names what is asked, at a mark of how far the books are written; begun when nobody
    /// asked before, or something was written since.
    pub(crate) async fn look<T, F, W>(
        &self,
        (key, mark): (String, String),
        db: &Db,
        work: W,
    ) -> Result<Looked<T>, Fault>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
        W: FnOnce(Db) -> F,
    {
        if self.begin(&key, &mark) {
            let (slots, turn, future, key) = (self.slots.clone(), self.turn.clone(), work(db.clone()), key.clone());
            tokio::spawn(async move {
                let _turn = turn.acquire_owned().await;
                let begun_at = Instant::now();
                // As a task of its own, so that a defect in it is told and does not leave the page waiting for ever.
                let ended = tokio::spawn(future).await;
                let slot = match ended.unwrap_or_else(|error| Err(Fault::caused("adding up", error))) {
                    Ok(value) => Slot::Done(Finished {
                        value: Arc::new(value),
                        mark,
                        took: begun_at.elapsed(),
                        done_at: Instant::now(),
                    }),
                    Err(fault) => Slot::Failed(Arc::new(fault)),
                };
                slots.lock().unwrap_or_else(PoisonError::into_inner).end(key, slot);
            });
        }
        let looks = PATIENCE.as_millis() / PAUSE.as_millis();
        for _ in 0..looks {
            if let Some(looked) = self.found(&key)? {
                return Ok(looked);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(Looked::UnderWay)
    }

    /// Whether the work under a key has to begin.
    fn begin(&self, key: &str, mark: &str) -> bool {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).begin(key, mark)
    }

    fn found<T: Send + Sync + 'static>(&self, key: &str) -> Result<Option<Looked<T>>, Fault> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        match slots.by_key.get(key) {
            Some(Slot::Done(result)) => {
                let result = result.value.clone().downcast::<T>();
                result.map(|result| Some(Looked::Done(result))).map_err(|_| Fault::new("two works have one key"))
            }
            Some(Slot::Failed(fault)) => {
                let fault = Fault::new(format!("adding up {key}: {fault}"));
                slots.by_key.remove(key);
                Err(fault)
            }
            Some(Slot::UnderWay) | None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result() -> Slot {
        Slot::Done(Finished { value: Arc::new(1), mark: "m".to_owned(), took: Duration::ZERO, done_at: Instant::now() })
    }

    #[test]
    fn what_goes_on_is_never_begun_twice_nor_forgotten() {
        let mut slots = Slots::default();
        for number in 0..AT_MOST {
            assert!(slots.begin(&number.to_string(), "m"));
        }
        assert!(!slots.begin("one too many", "m"));
        assert!(!slots.begin("0", "m"), "it goes on");
        slots.end("0".to_owned(), result());
        assert!(slots.begin("one too many", "m"), "there is room again");
        assert!(!slots.begin("0", "m"), "it is known");
    }

    #[test]
    fn only_so_many_results_are_kept_and_none_is_left_behind() {
        let mut slots = Slots::default();
        for number in 0..3 * KEPT {
            let key = number.to_string();
            assert!(slots.begin(&key, "m"));
            slots.end(key, result());
        }
        assert_eq!((slots.by_key.len(), slots.done.len()), (KEPT, KEPT));
        let last = (3 * KEPT - 1).to_string();
        assert!(!slots.begin(&last, "m"));
        assert!(slots.begin(&last, "something was written"));
    }
}
