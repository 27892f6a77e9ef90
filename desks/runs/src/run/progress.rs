//! How far a step under way is: parts, bills, and how long it may still take.

use acts::Progress as Done;
use billing::RunState;
use db::Read;
use web::shown::{count, counted};
use web::{Answer, Ask, At, Problem, Progress};

use crate::known::Known;

/// A step under way, and what was refused of it once it stands still.
pub(crate) struct UnderWay {
    pub(crate) progress: Progress,
    /// Why parts were refused, when nothing is left to try.
    pub(crate) refusals: Vec<String>,
}

/// How far the step is that a run is in; `None` when none is under way.
pub(crate) async fn under_way(ask: &Ask, read: &mut Read, known: &Known) -> Result<Option<UnderWay>, Problem> {
    let name = match known.state {
        RunState::Preparing => "Preparing",
        RunState::Trying => "Trying the bills",
        RunState::Posting => "Writing the bills",
        RunState::Cancelling => "Taking the bills back",
        RunState::Prepared | RunState::Tried | RunState::Signed | RunState::Posted | RunState::Cancelled => {
            return Ok(None);
        }
    };
    let (order, done) = billing::last_order(read, &known.run).await?;
    let mut words = format!("{} of {}", count(&done.done), counted(done.chunks, "part", "parts"));
    let bills = match known.state {
        RunState::Preparing => Some(billing::prepared_bills(read, &known.run).await?),
        RunState::Posting => billing::posted_sum(read, &known.run).await?.map(|(bills, _)| bills),
        _ => None,
    };
    if let Some(bills) = bills.filter(|bills| 0 < *bills) {
        words = format!("{words}, {}", counted(bills, "bill", "bills"));
    }
    if let Some(act) = acts::order_act(read, order).await?
        && let Some(placed) = acts::logged_act(read, act).await?
        && let Some(left) = left(done, (ask.now() - placed.entered_at).num_seconds())
    {
        words = format!("{words}, about {left} left");
    }
    let refusals =
        if done.refused != 0 && done.open() == 0 { acts::refused_chunks(read, order).await? } else { Vec::new() };
    Ok(Some(UnderWay { progress: Progress::new(name, done.done, done.chunks.max(1)).words(words), refusals }))
}

/// How long the rest takes, if it goes on as it went; nothing is said of the first seconds.
fn left(done: Done, seconds: i64) -> Option<String> {
    if done.done == 0 || done.open() == 0 || seconds < 5 {
        return None;
    }
    let rest = seconds * done.open() / done.done;
    Some(match rest {
        ..60 => counted(rest.max(1), "second", "seconds"),
        _ => counted((rest + 30) / 60, "minute", "minutes"),
    })
}

/// Tells the progress as it happens; when the step is over, or stands still, the page is drawn anew.
pub(crate) async fn live(ask: Ask, At(number): At<String>) -> Answer {
    Known::load(&mut ask.read().await?, &number).await?;
    Ok(web::live(move || {
        let (ask, number) = (ask.clone(), number.clone());
        async move { told(&ask, &number).await.ok() }
    }))
}

async fn told(ask: &Ask, number: &str) -> Result<Progress, Problem> {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, number).await?;
    Ok(match under_way(ask, &mut read, &known).await? {
        Some(under_way) if under_way.refusals.is_empty() => under_way.progress,
        Some(_) | None => Progress::new(known.state.word(), 1, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_by_what_was_done() {
        let of = |done, refused| Done { chunks: 40, done, refused };
        #[rustfmt::skip]
        let rows = [
            (of( 0, 0),  60, None),
            (of(10, 0),   4, None),
            (of(10, 0),  10, Some("30 seconds")),
            (of(39, 0),  10, Some("1 second")),
            (of(10, 0),  60, Some("3 minutes")),
            (of(39, 1),  60, None),
            (of(40, 0), 600, None),
        ];
        for (done, seconds, expected) in rows {
            assert_eq!(left(done, seconds).as_deref(), expected, "{done:?} after {seconds} s");
        }
    }
}
