//! `BillFinder`: bills by their number.

use async_trait::async_trait;
use chrono::NaiveDate;
use customers::permissions::SEE;
use db::{Fault, Read};
use kernel::BillNumber;
use web::{Ask, Finder, Found, Problem, Tone, encoded, shown};

use crate::cards::cards;
use crate::numbered::{Named, Numbered};

/// Finds bills.
pub struct BillFinder;

#[async_trait]
impl Finder for BillFinder {
    async fn find(&self, ask: &Ask, read: &mut Read, words: &str, _most: usize) -> Result<Vec<Found>, Problem> {
        if !ask.may(SEE) {
            return Ok(Vec::new());
        }
        Ok(found_bills(read, words, ask.today()).await?)
    }
}

/// The bill that has a number.
pub(crate) async fn found_bills(read: &mut Read, words: &str, today: NaiveDate) -> Result<Vec<Found>, Fault> {
    let asked = Numbered::of(words);
    let number = asked.plain(Named::Bill).and_then(|plain| BillNumber::parse(plain).ok());
    let Some(number) = number else { return Ok(Vec::new()) };
    let Some(bill) = billing::bill_numbered(read, number).await? else { return Ok(Vec::new()) };
    let card = cards(read, &[bill.account], today).await?.remove(&bill.account);
    let mut parts = vec![shown::money(&bill.total), format!("of {}", shown::date(&bill.bill_on))];
    parts.extend(card.map(|card| format!("{} · {}", card.name(), card.note(&[]))));
    Ok(vec![Found {
        what: "Bill",
        name: format!("Bill {number}"),
        note: parts.join(" · "),
        state: bill.cancelled_by.map(|_| (Tone::Warning, "Taken back".to_owned())),
        href: format!("/bills/{}", encoded(&number.to_string())),
        distance: 0,
        is_sure: true,
    }])
}
