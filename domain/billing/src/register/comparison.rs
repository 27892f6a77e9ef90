//! A run beside the last posted run of its cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use db::Read;
use kernel::{AccountId, Cents, Period, Quantity, RunId, Unit};

use super::bills::{BillCount, BillCounts};

/// What changed since the last posted run of the cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The number of that run.
    pub run: i64,
    /// The days it billed.
    pub period: Period,
    /// How many bills of each kind, then all that went out.
    pub bills: Vec<Compared<i64>>,
    /// What was billed for by service and unit.
    pub consumption: Vec<Compared<Quantity>>,
    /// Charges by revenue code, then all.
    pub charges: Vec<Compared<Cents>>,
}

/// One figure of two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared<T> {
    /// What it is.
    pub what: String,
    /// In this run.
    pub now: T,
    /// In the last one.
    pub last: T,
    /// The change in tenths of a per cent; none where there was nothing.
    pub tenths: Option<i64>,
}

/// What of a run is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) counts: BillCounts,
    /// What the bills are for by service and unit.
    pub(crate) used: BTreeMap<(String, Unit), Quantity>,
    /// What they charge by revenue code, what the city bears included.
    pub(crate) charged: BTreeMap<String, Cents>,
}

/// The figures of posted runs that registers of this process came by: what a posted run charged stays as it is, but for
/// the bills that are held.
#[derive(Default)]
struct Posted(BTreeMap<RunId, (BTreeSet<AccountId>, Arc<Figures>)>);

/// Figures of so many runs are kept.
const KEPT: usize = 64;

/// The figures of a posted run with some bills held, if they are known.
pub(crate) fn known_figures(read: &Read, run: RunId, held: &BTreeSet<AccountId>) -> Option<Arc<Figures>> {
    let posted: Arc<Posted> = read.kept()?;
    posted.0.get(&run).filter(|(was, _)| was == held).map(|(_, figures)| figures.clone())
}

/// Keeps the figures of a posted run.
pub(crate) fn keep_figures(read: &mut Read, run: RunId, held: BTreeSet<AccountId>, figures: Arc<Figures>) {
    let mut posted = read.kept::<Posted>().map_or_else(BTreeMap::new, |posted| posted.0.clone());
    posted.insert(run, (held, figures));
    while KEPT < posted.len() {
        posted.pop_first();
    }
    read.keep(Arc::new(Posted(posted)));
}

impl Comparison {
    pub(crate) fn of((run, period): (i64, Period), now: &Figures, last: &Figures) -> Comparison {
        let counted = |what: &str, now, last| compared(what, (now, now), (last, last));
        let mut bills: Vec<Compared<i64>> = BillCount::ALL
            .iter()
            .rev()
            .map(|kind| counted(kind.word(), now.counts.of(*kind), last.counts.of(*kind)))
            .collect();
        bills.push(counted("going out", now.counts.going_out(), last.counts.going_out()));
        let (used, was_used) = (&now.used, &last.used);
        let use_of = |key: &(String, Unit)| {
            let of =
                |sums: &BTreeMap<(String, Unit), Quantity>| sums.get(key).copied().unwrap_or(Quantity::zero(key.1));
            let (now, last) = (of(used), of(was_used));
            compared(&key.0, (now, now.steps), (last, last.steps))
        };
        let (charged, was_charged) = (&now.charged, &last.charged);
        let money = |what: &str, now: Cents, last: Cents| compared(what, (now, now.0), (last, last.0));
        let charge_of = |code: &String| {
            let of = |sums: &BTreeMap<String, Cents>| sums.get(code).copied().unwrap_or_default();
            money(code, of(charged), of(was_charged))
        };
        let mut charges: Vec<Compared<Cents>> = keys(charged, was_charged).map(charge_of).collect();
        charges.push(money("all charges", charged.values().copied().sum(), was_charged.values().copied().sum()));
        Comparison { run, period, bills, consumption: keys(used, was_used).map(use_of).collect(), charges }
    }
}

fn keys<'a, K: Ord, V>(one: &'a BTreeMap<K, V>, other: &'a BTreeMap<K, V>) -> impl Iterator<Item = &'a K> {
    one.keys().chain(other.keys()).collect::<BTreeSet<&K>>().into_iter()
}

fn compared<T>(what: &str, (now, number): (T, i64), (last, was): (T, i64)) -> Compared<T> {
    Compared { what: what.to_owned(), now, last, tenths: tenths(number, was) }
}

/// The change from `was` to `is` in tenths of a per cent, half a tenth away from zero: 100 to 112.25 is 123, 12.3 %.
/// Of a credit too it is the part of what was: a credit that doubles changes by 100 %.
fn tenths(is: i64, was: i64) -> Option<i64> {
    let (is, was) = (i128::from(is), i128::from(was));
    if was == 0 {
        return None;
    }
    let (change, size) = ((is - was) * 1000 * was.signum(), was.abs());
    let rounded = (2 * change.abs() + size) / (2 * size) * change.signum();
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_exact_tenths() {
        #[rustfmt::skip]
        let rows = [
            (11_225, 10_000, Some(123)), (100, 100, Some(0)), (0, 50, Some(-1000)), (5, 0, None), (0, 0, None),
            (2, 3, Some(-333)), (4, 3, Some(333)), (2001, 2000, Some(1)), (1999, 2000, Some(-1)), (10_001, 30_000, Some(-667)),
            (-50, -100, Some(-500)), (-150, -100, Some(500)), (50, -100, Some(-1500)),
            (i64::MAX, 1, None), (i64::MAX, i64::MAX, Some(0)), (i64::MIN, i64::MAX, Some(-2000)),
        ];
        for (is, was, expected) in rows {
            assert_eq!(tenths(is, was), expected, "{was} to {is}");
        }
    }
}
