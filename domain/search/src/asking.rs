//! Which accounts have the words of a question: exactly, as they begin, or nearly.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::AccountId;

use crate::alike::{alike_keys, edits, edits_allowed, may_be_mistyped, sound};
use crate::facts::known_between;
use crate::members::Members;
use crate::store;
use crate::words::{Asked, BEGINNINGS, beginning, kept_beginning, placed, unplaced};

/// Words that a longer beginning stands for, at most.
const BEGUN_MAX: i64 = 16;
/// Words that a mistyped one may stand for, at most.
const ALIKE_MAX: usize = 16;
/// Accounts that are compared with the question one by one.
const COMPARED_MAX: usize = 60;
/// Accounts that changed since the index was written and are looked at as they are.
const DUE_MAX: usize = 16;
/// How far off a word is that was only begun.
const BEGUN: usize = 1;
/// How far off a word is that only the city has.
const PLACED: usize = 1;
/// How far off each edit is.
const EDIT: usize = 2;
/// How far off a word is that only sounds alike.
const SOUNDS: usize = 3;
/// How far off an account is that lacks one of several words.
const LACKING: usize = 8;
/// With so many words, one may be lacking.
const WORDS_TO_LACK_ONE: usize = 3;

/// The accounts that fit a question, with how far off they are.
pub(crate) type Fits = Vec<(AccountId, usize)>;

/// Who has each of the words, in ever wider senses.
struct Having {
    /// As it is typed, in a name or street.
    exactly: Vec<Members>,
    /// Or begun.
    begun: Vec<Members>,
    /// Or in the name of the city, its state or ZIP code.
    anyhow: Vec<Members>,
}

/// The accounts that fit the words best, the nearest first.
pub(crate) async fn accounts_with(read: &mut Read, asked: &[Asked]) -> Result<Fits, Fault> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let (mut fits, changed) = changed_accounts(read, asked).await?;
    let mut having = as_typed(read, asked).await?;
    for account in &changed {
        let all = having.exactly.iter_mut().chain(&mut having.begun).chain(&mut having.anyhow);
        all.for_each(|members| members.remove(*account));
    }
    let mut best = Candidates::default();
    for members in [&having.exactly, &having.begun, &having.anyhow] {
        best.take(&all_of(members));
    }
    let nearer_than = |steps: usize| fits.iter().any(|(_, distance)| *distance < steps);
    if best.0.is_empty() && !nearer_than(EDIT) {
        add_alike(read, asked, &mut having.anyhow).await?;
        for account in &changed {
            having.anyhow.iter_mut().for_each(|members| members.remove(*account));
        }
        best.take(&all_of(&having.anyhow));
        if best.0.is_empty() && !nearer_than(LACKING) && WORDS_TO_LACK_ONE <= asked.len() {
            for lacking in 0..asked.len() {
                let others = having.anyhow.iter().enumerate().filter(|(at, _)| *at != lacking);
                best.take(&all_of(others.map(|(_, members)| members)));
            }
        }
    }
    let words = store::words_of(read, &best.0).await?;
    for account in best.0 {
        let words: Vec<&str> = words.get(&account).map(|words| words.split(' ').collect()).unwrap_or_default();
        fits.extend(distance(asked, &words).map(|distance| (account, distance)));
    }
    // Whoever lacks a word is shown only when nobody has all.
    if fits.iter().any(|(_, distance)| *distance < LACKING) {
        fits.retain(|(_, distance)| *distance < LACKING);
    }
    fits.sort_unstable_by_key(|(account, distance)| (*distance, *account));
    Ok(fits)
}

/// The accounts that are compared one by one.
#[derive(Default)]
struct Candidates(Vec<AccountId>);

impl Candidates {
    fn take(&mut self, members: &Members) {
        for account in members.accounts() {
            if COMPARED_MAX <= self.0.len() {
                break;
            }
            if !self.0.contains(&account) {
                self.0.push(account);
            }
        }
    }
}

fn all_of<'a>(members: impl IntoIterator<Item = &'a Members>) -> Members {
    let mut members = members.into_iter();
    let first = members.next().cloned().unwrap_or_default();
    members.fold(first, |all, one| all.and(one))
}

/// What changed since the index was written, or is not in it yet: those that fit, and all that were looked at.
async fn changed_accounts(read: &mut Read, asked: &[Asked]) -> Result<(Fits, Vec<AccountId>), Fault> {
    let mut changed: Vec<AccountId> =
        store::due(read, DUE_MAX).await?.into_iter().map(|(account, _)| account).collect();
    let indexed_to = store::state(read).await?.indexed_to;
    let last = customers::last_account_id(read).await?.0;
    let most = i64::try_from(DUE_MAX).unwrap_or(i64::MAX);
    changed.extend((indexed_to..=last.min(indexed_to + most)).map(AccountId));
    changed.sort_unstable();
    changed.dedup();
    let mut fits = Vec::new();
    for account in &changed {
        let known = known_between(read, (*account, AccountId(account.0 + 1))).await?;
        for (account, known) in known {
            let words: Vec<&str> = known.words.iter().map(String::as_str).collect();
            fits.extend(distance(asked, &words).map(|distance| (account, distance)));
        }
    }
    Ok((fits, changed))
}

/// Who has each word as it is typed, or one that begins so.
async fn as_typed(read: &mut Read, asked: &[Asked]) -> Result<Having, Fault> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    for one in asked {
        let mut of_word = vec![one.word.clone()];
        of_word.extend(kept_beginning(&one.typed).map(str::to_owned));
        let length = one.typed.chars().count();
        if BEGINNINGS.contains(&length) {
            of_word.push(beginning(&one.typed));
        } else if BEGINNINGS.end() < &length {
            of_word.extend(store::terms_beginning(read, &one.typed, BEGUN_MAX).await?);
        }
        lists.push(of_word);
    }
    let places: Vec<String> = asked.iter().map(|one| placed(&one.word)).collect();
    let names: Vec<&str> = names_of(&lists).into_iter().chain(places.iter().map(String::as_str)).collect();
    let members = store::members_of(read, &names).await?;
    let of_list = |list: &String| members.get(list).cloned().unwrap_or_default();
    let exactly = asked.iter().map(|one| of_list(&one.word)).collect();
    let begun: Vec<Members> = lists.iter().map(|lists| union(&members, lists)).collect();
    let mut anyhow = begun.clone();
    anyhow.iter_mut().zip(&places).for_each(|(members, place)| members.add_all(&of_list(place)));
    Ok(Having { exactly, begun, anyhow })
}

/// Adds who has a word that the typed one may have been meant for.
async fn add_alike(read: &mut Read, asked: &[Asked], anyhow: &mut [Members]) -> Result<(), Fault> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    for one in asked {
        let keys = alike_keys(&one.word);
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let found = store::terms_alike(read, &keys).await?;
        let mut alike: Vec<(usize, String)> =
            found.into_iter().filter_map(|word| Some((mistyped(&one.word, &word)?, word))).collect();
        alike.sort_unstable();
        lists.push(alike.into_iter().take(ALIKE_MAX).map(|(_, word)| word).collect());
    }
    let members = store::members_of(read, &names_of(&lists)).await?;
    for (lists, anyhow) in lists.iter().zip(anyhow) {
        anyhow.add_all(&union(&members, lists));
    }
    Ok(())
}

fn names_of(lists: &[Vec<String>]) -> Vec<&str> {
    let mut names: Vec<&str> = lists.iter().flatten().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn union(members: &BTreeMap<String, Members>, lists: &[String]) -> Members {
    let mut all = Members::default();
    lists.iter().filter_map(|list| members.get(list)).for_each(|members| all.add_all(members));
    all
}

/// How far off an account with these words is; `None` when it does not fit.
pub(crate) fn distance(asked: &[Asked], words: &[&str]) -> Option<usize> {
    let mut sum = 0;
    let mut lacks_one = false;
    for one in asked {
        match words.iter().filter_map(|word| word_distance(one, word)).min() {
            Some(distance) => sum += distance,
            None if lacks_one || asked.len() < WORDS_TO_LACK_ONE => return None,
            None => {
                lacks_one = true;
                sum += LACKING;
            }
        }
    }
    Some(sum)
}

/// How far a word is from the typed one; `None` when it cannot be meant.
pub(crate) fn word_distance(asked: &Asked, word: &str) -> Option<usize> {
    if asked.word == word {
        return Some(0);
    }
    if let Some(city) = unplaced(word) {
        return (city == asked.word).then_some(PLACED);
    }
    let is_begun = asked.typed.chars().count() >= *BEGINNINGS.start() && word.starts_with(&asked.typed);
    if is_begun || kept_beginning(&asked.typed) == Some(word) {
        return Some(BEGUN);
    }
    mistyped(&asked.word, word)
}

fn mistyped(typed: &str, word: &str) -> Option<usize> {
    if !may_be_mistyped(typed) || !may_be_mistyped(word) {
        return None;
    }
    if let Some(edits) = edits(typed, word, edits_allowed(typed)) {
        return Some(edits * EDIT);
    }
    let sounded = sound(typed);
    (3 <= sounded.len() && sounded == sound(word)).then_some(SOUNDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{asked_words, words_of};

    #[test]
    fn accounts_are_ranked_by_how_far_off_they_are() {
        #[rustfmt::skip]
        let rows = [
            // question            | known by                            | how far off
            ("garcia",               "Maria Garcia, 12 Copper Mesa Rd",    Some(0)),
            ("garcia mesa",          "Maria Garcia, 12 Copper Mesa Rd",    Some(0)),
            ("mesa garcia",          "Maria Garcia, 12 Copper Mesa Rd",    Some(0)),
            ("garc mes",             "Maria Garcia, 12 Copper Mesa Rd",    Some(2)),
            ("gracia",               "Maria Garcia, 12 Copper Mesa Rd",    Some(2)),
            ("garsia coper",         "Maria Garcia, 12 Copper Mesa Rd",    Some(4)),
            ("12 copper mesa road",  "Maria Garcia, 12 Copper Mesa Rd",    Some(0)),
            ("12 copper mesa roa",   "Maria Garcia, 12 Copper Mesa Rd",    Some(1)),
            ("13 copper",            "Maria Garcia, 12 Copper Mesa Rd",    None),
            ("13 copper mesa",       "Maria Garcia, 12 Copper Mesa Rd",    Some(8)),
            ("14 cooper nesa",       "Maria Garcia, 12 Copper Mesa Rd",    Some(12)),
            ("filips",               "Ana Phillips",                       Some(3)),
            ("smith",                "Maria Garcia, 12 Copper Mesa Rd",    None),
            ("obrien",               "Tom O'Brien",                        Some(0)),
            ("o'brien",              "Tom O'Brien",                        Some(0)),
        ];
        for (question, known, expected) in rows {
            let words = words_of(known);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            assert_eq!(distance(&asked_words(question), &words), expected, "{question}");
        }
    }
}
