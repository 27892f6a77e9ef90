//! `/bills/again`: bills that stand and say what is not so any more, each with the way to make it again.

use billing::permissions::CORRECT;
use billing::{BillAgain, WaitingBill, WhyAgain, waiting_bills, waiting_bills_count};
use web::{Alert, Answer, Ask, Cell, Column, Page};

use crate::listed::{Listed, each_once, reasons, tabs};
use crate::loaded::{Loaded, bill_href};
use crate::words::day;

/// Why a bill is to be made again, in words.
pub(crate) fn why(why: WhyAgain) -> String {
    match why {
        WhyAgain::Stopped { stopped_on } => {
            format!("Service stopped after {}", day(stopped_on.pred_opt().unwrap_or(stopped_on)))
        }
        WhyAgain::Corrected { from_on } => format!("Read of the use from {} corrected", day(from_on)),
    }
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let window = ask.window();
    let (total, _) = waiting_bills_count(&mut read).await?;
    let bills = waiting_bills(&mut read, None, (window.offset(), window.size())).await?;
    let listed = Listed::of(&ask, &mut read, bills.iter().flat_map(|one| &one.not_so)).await?;
    let table = ask
        .table("again", "Bills to make again")
        .column(Column::text("bill", "Bill").whole())
        .column(Column::text("account", "Account").whole())
        .column(Column::text("name", "Name"))
        .column(Column::text("place", "Where"))
        .column(Column::text("why", "Why"))
        .column(Column::text("found", "Found by"))
        .column(Column::date("since", "Since"))
        .column(Column::money("amount", "Amount"))
        .column(Column::text("next", "What to do"))
        .column(Column::text("stay", "Or"))
        .empty("No bill is to be made again. Those come here that reach beyond a service that stopped, or charge a read that was corrected.")
        .windowed(usize::try_from(total).unwrap_or(0))
        .rows(bills.iter().map(|one| row(&ask, one, &listed)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "They stand and say what is not so any more, those that wait longest first.";
    let page = ask.page("Bills to make again").crumbs(&[("Find a bill", "/bills")]).lead(lead);
    page.body(&tabs(&ask, &mut read).await?).body(&table).answer()
}

fn row(ask: &Ask, one: &WaitingBill, listed: &Listed) -> [Cell; 10] {
    let bill = bill_href(one.number);
    let is_for_them = ask.may(CORRECT);
    let way = |words: &str, page: &str| match is_for_them {
        true => Cell::text(words).link(format!("{bill}/{page}")),
        false => Cell::empty(),
    };
    [
        Cell::text(one.number.to_string()).link(bill.clone()).note(format!("of {}", day(one.bill_on))),
        listed.account(one.account),
        listed.name(one.account),
        Cell::text(listed.places(&one.not_so)),
        Cell::text(reasons(&one.not_so)),
        listed.found.cell(ask, &one.not_so),
        Cell::from(one.since),
        Cell::from(one.total).link(bill.clone()),
        way("Make again", "rebill"),
        way("Let it stay", "stay"),
    ]
}

impl Loaded {
    /// What of the bill waits to be made again.
    pub(crate) fn waiting(&self) -> Vec<&BillAgain> {
        self.again.iter().filter(|one| one.stays.is_none()).collect()
    }

    /// Says on a page that the bill is to be made again, or who lets it stay as it is.
    pub(crate) fn with_again(&self, ask: &Ask, page: Page) -> Page {
        match self.again_alert(ask) {
            Some(alert) => page.alert(alert),
            None => page,
        }
    }

    fn again_alert(&self, ask: &Ask) -> Option<Alert> {
        let waiting = self.waiting();
        let is_for_them = ask.may(CORRECT);
        if !waiting.is_empty() {
            let alert = Alert::warning("This bill is to be made again").text("It says what is not so any more.");
            let alert = each_once(waiting.iter().map(|one| why(one.bill.why))).into_iter().fold(alert, Alert::item);
            return Some(match is_for_them {
                true => {
                    alert.link("Make it again", self.href("rebill")).link("Let it stay as it is", self.href("stay"))
                }
                false => alert,
            });
        }
        let stay = billing::newest_stay(&self.again)?;
        let who = self.names.get(&stay.by).map_or("Somebody", String::as_str);
        let alert = Alert::info("This bill stays as it is").text(format!(
            "{who} decided so on {}: {}",
            day(stay.on),
            stay.reason
        ));
        let alert = each_once(self.again.iter().map(|one| why(one.bill.why))).into_iter().fold(alert, Alert::item);
        let alert = match ask.may(acts::permissions::READ) {
            true => alert.link("Who decided it", format!("/log/{}", stay.act.0)),
            false => alert,
        };
        Some(if is_for_them { alert.link("Put it back on the list", self.href("stay")) } else { alert })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listed::each;

    #[test]
    fn reasons_are_said_in_words_each_once() {
        let july = |number| chrono::NaiveDate::from_ymd_opt(2026, 7, number).expect("a day of July");
        let (stopped, read) = (WhyAgain::Stopped { stopped_on: july(4) }, WhyAgain::Corrected { from_on: july(1) });
        #[rustfmt::skip]
        let rows: [(&[WhyAgain], &str); 4] = [
            (&[],                       ""),
            (&[stopped],                "Service stopped after Jul 3, 2026"),
            (&[read, read],             "Read of the use from Jul 1, 2026 corrected"),
            (&[stopped, read, stopped], "Service stopped after Jul 3, 2026; Read of the use from Jul 1, 2026 corrected"),
        ];
        for (reasons, words) in rows {
            assert_eq!(each(reasons.iter().map(|one| why(*one))), words);
        }
    }
}
