//! `write_journals`: the one way into the books.

use acts::{Entry, Failure, refused};
use kernel::Month;
use ledger::Chart;

use crate::periods::share_period;
use crate::{JournalEntry, reversal, store};

/// Writes journals into the books, all or none, and adds them to the digest of the act.
///
/// Each journal is checked under the chart; each GL month is held open until the act ends; each
/// reversal is compared with the journal it names. The first thing wrong refuses all of them.
///
/// # Panics
/// When the ids do not ascend: they come from one block, and the digest is computed again in their
/// order.
pub async fn write_journals(entry: &mut Entry, chart: &Chart, journals: &[JournalEntry]) -> Result<(), Failure> {
    if journals.iter().any(|one| one.journal().reverses.is_some()) {
        reversal::check_reversals(entry, chart, journals).await?;
    }
    write_checked(entry, chart, journals).await
}

/// Writes journals of which the reversals are known to be right.
pub(crate) async fn write_checked(entry: &mut Entry, chart: &Chart, journals: &[JournalEntry]) -> Result<(), Failure> {
    let ascend = journals.is_sorted_by(|one, next| one.journal().id < next.journal().id);
    assert!(ascend, "journals are written in the order of their ids");
    for one in journals {
        chart.check_journal(one.journal()).map_err(refused)?;
    }
    let mut gl_dates: Vec<_> = journals.iter().map(|one| one.journal().gl_on).collect();
    gl_dates.sort_unstable();
    gl_dates.dedup_by_key(|gl_on| Month::of(*gl_on));
    for gl_on in gl_dates {
        share_period(entry, gl_on).await?;
    }
    let digest = entry.journals();
    for one in journals {
        digest.bytes(&one.digest().0);
    }
    let act = entry.act;
    store::insert_journals(entry, act, journals).await?;
    Ok(())
}
