//! Words and addresses that the pages about moves share.

use chrono::NaiveDate;
use kernel::{BillNumber, Period};
use web::encoded;
use web::shown::{capital, date, with_days};

/// The page of an account.
pub(crate) fn account_href(number: &str) -> String {
    format!("/accounts/{}", encoded(number))
}

/// The page of a service point.
pub(crate) fn point_href(reference: &str) -> String {
    format!("/points/{}", encoded(reference))
}

/// Where a bill is made again.
pub(crate) fn rebill_href(number: BillNumber) -> String {
    format!("/bills/{number}/rebill")
}

/// Where a stop is put off or taken back; the day is the one after the last.
pub(crate) fn stop_href(number: &str, stopped_on: NaiveDate) -> String {
    web::address("/moves/stop", &[("account", number), ("stopped", &stopped_on.to_string())])
}

/// The day before.
pub(crate) fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

/// The days of a period, first and last.
pub(crate) fn days(period: Period) -> String {
    format!("{} – {}", date(&period.from()), date(&before(period.to())))
}

/// Words of a room as a sentence, with days in the town's form.
pub(crate) fn sentence(words: &str) -> String {
    let text = with_days(words);
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{end}", capital(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_room_become_sentences_with_days_of_the_town() {
        let rows = [
            (
                "account 100042-4 has water at 'P1' on 2026-07-01; it must stop first",
                "Account 100042-4 has water at 'P1' on Jul 1, 2026; it must stop first.",
            ),
            ("there is no account 7", "There is no account 7."),
        ];
        for (words, expected) in rows {
            assert_eq!(sentence(words), expected);
        }
    }
}
