//! `MeterFinder`: meters by serial number, whole or begun.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use customers::permissions::SEE;
use db::{Fault, Read};
use kernel::{AccountId, MeterId};
use metering::Meter;
use web::{Ask, Finder, Found, Problem, Tone, encoded};

use super::distance;
use crate::cards::cards;
use crate::facts::NumberKind;
use crate::numbered::{Named, Numbered};
use crate::store;
use crate::words::number_key;

/// Finds meters.
pub struct MeterFinder;

/// Letters and digits from which meters that begin so are looked for.
const LETTERS_MIN: usize = 4;
/// How far off a meter is whose number was only begun.
const BEGUN: usize = 2;
/// Meters found by the beginning of their number.
const BEGUN_MAX: i64 = 8;

#[async_trait]
impl Finder for MeterFinder {
    async fn find(&self, ask: &Ask, read: &mut Read, words: &str, most: usize) -> Result<Vec<Found>, Problem> {
        if !ask.may(SEE) {
            return Ok(Vec::new());
        }
        Ok(found_meters(read, words, (ask.today(), most)).await?)
    }
}

/// The meters that fit.
pub(crate) async fn found_meters(
    read: &mut Read,
    words: &str,
    (today, most): (NaiveDate, usize),
) -> Result<Vec<Found>, Fault> {
    let mut serials = serials(read, &Numbered::of(words)).await?;
    serials.truncate(most);
    let names: Vec<&str> = serials.iter().map(|(serial, _)| serial.as_str()).collect();
    let meters = metering::meters_by_serial(read, &names).await?;
    let mut notes = notes(read, &meters, today).await?;
    let mut all = Vec::new();
    for (serial, steps) in serials {
        let Some(meter) = meters.get(&serial) else { continue };
        let (note, state) = notes.remove(&meter.id).unwrap_or_default();
        let href = format!("/meters/{}", encoded(&serial));
        let is_sure = steps < BEGUN;
        all.push(Found { what: "Meter", name: serial, note, state, href, distance: distance(steps), is_sure });
    }
    Ok(all)
}

/// Serial numbers that fit: exactly as the meters' room has them, else as the index has them.
async fn serials(read: &mut Read, asked: &Numbered) -> Result<Vec<(String, usize)>, Fault> {
    let ways = asked.ways_in_letters(Named::Meter);
    let ways: Vec<&str> = ways.iter().map(String::as_str).collect();
    let exact = metering::meters_by_serial(read, &ways).await?;
    if !exact.is_empty() {
        return Ok(exact.into_keys().map(|serial| (serial, 0)).collect());
    }
    let key = number_key(asked.ways(Named::Meter).first().copied().unwrap_or_default());
    if key.len() < LETTERS_MIN || !key.contains(|letter: char| letter.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let numbers = store::numbers_beginning(read, NumberKind::Meter.code(), &key, BEGUN_MAX).await?;
    let mut best: BTreeMap<String, usize> = BTreeMap::new();
    for number in numbers {
        let steps = if number.key == key { 1 } else { BEGUN };
        let known = best.entry(number.shown).or_insert(steps);
        *known = steps.min(*known);
    }
    Ok(best.into_iter().collect())
}

/// Where each meter is, and whose it counts for.
async fn notes(
    read: &mut Read,
    meters: &BTreeMap<String, Meter>,
    today: NaiveDate,
) -> Result<BTreeMap<MeterId, (String, Option<(Tone, String)>)>, Fault> {
    let ids: Vec<MeterId> = meters.values().map(|meter| meter.id).collect();
    let placements = metering::placements_of(read, &ids).await?;
    let mut notes = BTreeMap::new();
    for (meter, placed) in placements {
        let Some(last) = placed.last() else { continue };
        let point = last.service_point;
        let accounts: Vec<AccountId> = billing::accounts_at(read, &[point]).await?.into_iter().collect();
        let served = billing::served_at(read, &accounts).await?;
        let newest = served.iter().filter(|one| one.service_point == point).max_by_key(|one| one.starts_on);
        // Whoever else was served there would tell where a protected person lives, and the other way round.
        let protected = customers::protected_among(read, &accounts).await?.into_values().next();
        let mut parts = Vec::new();
        match newest {
            _ if protected.is_some() => parts.extend(protected.map(|protection| protection.shown())),
            Some(newest) => {
                let card = cards(read, &[newest.account], today).await?.remove(&newest.account);
                parts.extend(card.map(|card| format!("{} · {}", card.name(), card.note(&[]))));
            }
            None => parts.extend(premises::addresses_by_id(read, &[point]).await?.into_values()),
        }
        let state = last.removed_on.map(|_| (Tone::Plain, "Taken out".to_owned()));
        notes.insert(meter, (parts.join(" · "), state));
    }
    Ok(notes)
}
