//! What exceptions, states and reasons are called on screens, and what they mean.

use billing::{Decision, ExceptionCode, ExceptionState, RunKind, RunState, UncoveredReason};
use kernel::Period;
use web::{Choice, Tone};

/// What an exception is called.
pub(crate) fn title(code: ExceptionCode) -> &'static str {
    match code {
        ExceptionCode::NoSchedule => "No rates",
        ExceptionCode::NoConsumption => "Nothing read",
        ExceptionCode::NotPriceable => "Cannot be priced",
        ExceptionCode::Zero => "Bill of nothing",
        ExceptionCode::High => "High bill",
        ExceptionCode::NegativeRead => "Read below the last",
        ExceptionCode::ImpossibleRead => "Impossible read",
        ExceptionCode::StrayRead => "Read of another meter",
        ExceptionCode::UnmeasuredExchange => "Exchange without last read",
        ExceptionCode::HighUse => "High use",
        ExceptionCode::LowUse => "Low use",
        ExceptionCode::ZeroUse => "No use",
        ExceptionCode::EstimatedOften => "Estimated too often",
        ExceptionCode::Changed => "Changed after sign-off",
        ExceptionCode::TakenOut => "Taken out",
    }
}

/// What an exception means, and what is usually done.
pub(crate) fn meaning(code: ExceptionCode) -> &'static str {
    match code {
        ExceptionCode::NoSchedule => {
            "No rates hold for the class, the meter size or the date. Hold it; tell the rate analyst."
        }
        ExceptionCode::NoConsumption => {
            "The service is due and nothing was read. Bring in the read and try again, or hold."
        }
        ExceptionCode::NotPriceable => {
            "The rates cannot price this unit or quantity. Hold it; have the read looked at."
        }
        ExceptionCode::Zero => "The bill comes to nothing. Release it if that is right, or hold it.",
        ExceptionCode::High => "The bill is at or above the amount your town looks at for the class. Check the read.",
        ExceptionCode::NegativeRead => {
            "The count is lower than the one before, and the register did not begin again from zero."
        }
        ExceptionCode::ImpossibleRead => "The meter cannot show the count that was read.",
        ExceptionCode::StrayRead => "The read is of a meter that was not installed there on the day.",
        ExceptionCode::UnmeasuredExchange => "The meter was exchanged and nobody wrote down its last count.",
        ExceptionCode::HighUse => "Use a day is far above the same month last year, or above the last three periods.",
        ExceptionCode::LowUse => "Use a day is far below the same month last year, or below the last three periods.",
        ExceptionCode::ZeroUse => "Nothing was used for several periods running. The meter may stand still.",
        ExceptionCode::EstimatedOften => "The meter was not read for more periods running than the class allows.",
        ExceptionCode::Changed => "Something behind the bill changed after the register was signed, so it stays back.",
        ExceptionCode::TakenOut => "Somebody took the bill out of the run. Releasing puts it back, before sign-off.",
    }
}

/// What becomes of a decision, as the button says it.
pub(crate) fn doing(decision: &Decision) -> &'static str {
    match decision {
        Decision::Release => "Release",
        Decision::Hold { .. } => "Hold",
        Decision::Reopen => "Open again",
    }
}

/// How the state of an exception reads.
pub(crate) fn state_word(state: ExceptionState) -> &'static str {
    match state {
        ExceptionState::Open => "open",
        ExceptionState::Released => "released",
        ExceptionState::Held => "held",
    }
}

/// How the state of an exception is meant.
pub(crate) fn state_tone(state: ExceptionState) -> Tone {
    match state {
        ExceptionState::Open => Tone::Warning,
        ExceptionState::Released => Tone::Good,
        ExceptionState::Held => Tone::Info,
    }
}

/// How the state of a run is meant.
pub(crate) fn run_tone(state: RunState) -> Tone {
    match state {
        RunState::Preparing | RunState::Trying | RunState::Posting | RunState::Cancelling => Tone::Info,
        RunState::Prepared | RunState::Tried | RunState::Signed => Tone::Warning,
        RunState::Posted => Tone::Good,
        RunState::Cancelled => Tone::Plain,
    }
}

/// What a kind of run is called.
pub(crate) fn kind_word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Regular => "cycle",
        RunKind::OffCycle => "bills made again",
        RunKind::Charges => "charges",
    }
}

/// Why service days are on no bill.
pub(crate) fn uncovered_word(reason: UncoveredReason) -> &'static str {
    match reason {
        UncoveredReason::Incomplete => "record incomplete",
        UncoveredReason::NoMeter => "no meter",
        UncoveredReason::Held => "held",
        UncoveredReason::ExceptionOpen => "exception open",
        UncoveredReason::NotBilledYet => "not billed yet",
        UncoveredReason::NotRead => "not read",
        UncoveredReason::Late => "came late",
        UncoveredReason::Cancelled => "bill canceled",
    }
}

/// Days of service: `Jun 1, 2026 to Jun 30, 2026`.
pub(crate) fn days(period: Period) -> String {
    format!("{} to {}", web::shown::date(&period.from()), web::shown::date(&last_on(period)))
}

/// The last day of a period.
pub(crate) fn last_on(period: Period) -> chrono::NaiveDate {
    period.to().pred_opt().unwrap_or(period.to())
}

/// A change in tenths of a per cent of what was, half a tenth away from zero; nothing where there was nothing.
pub(crate) fn change(is: i64, was: i64) -> Option<i64> {
    let (is, was) = (i128::from(is), i128::from(was));
    if was == 0 {
        return None;
    }
    let (change, size) = ((is - was) * 1000 * was.signum(), was.abs());
    i64::try_from((2 * change.abs() + size) / (2 * size) * change.signum()).ok()
}

/// All exceptions, as answers of a field, with how many there are.
pub(crate) fn code_choices(count: impl Fn(ExceptionCode) -> i64) -> Vec<Choice> {
    let found = ExceptionCode::ALL.into_iter().map(|code| (code, count(code))).filter(|(_, count)| 0 < *count);
    found
        .map(|(code, count)| Choice::new(code.code(), format!("{} ({})", title(code), web::shown::count(&count))))
        .collect()
}

/// How many, as the kit counts.
pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_rounded_to_tenths() {
        #[rustfmt::skip]
        let rows = [
            (11_225, 10_000, Some(123)),
            (    50,    100, Some(-500)),
            (   100,    100, Some(0)),
            (     5,      0, None),
        ];
        for (is, was, expected) in rows {
            assert_eq!(change(is, was), expected, "{was} to {is}");
        }
    }

    #[test]
    fn every_exception_has_a_title_of_its_own_and_a_meaning() {
        let titles: std::collections::BTreeSet<_> = ExceptionCode::ALL.into_iter().map(title).collect();
        assert_eq!(titles.len(), ExceptionCode::ALL.len());
        assert!(ExceptionCode::ALL.into_iter().all(|code| meaning(code).ends_with('.')));
    }
}
