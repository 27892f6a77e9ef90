//! Which accounts have the words of a question: exactly, as they begin, or nearly.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::AccountId;

use crate::alike::{alike_keys, edits, edits_allowed, may_be_mistyped, sound};
use crate::facts::{Known, Words, known_between};
use crate::members::Members;
use crate::store;
use crate::words::{Asked, BEGINNINGS, asked_words, beginning, kept_beginning, placed, typed_words, unplaced};

/// Words that a longer beginning stands for, at most.
const BEGUN_MAX: i64 = 16;
/// Words that a mistyped one may stand for, at most.
const ALIKE_MAX: usize = 16;
/// Accounts that are compared with the question at once, and how many that fit are enough.
const COMPARED: usize = 60;
/// Accounts that are compared with the question one by one, at most: some have all words, and not in one address.
const COMPARED_MAX: usize = 240;
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

/// An account that fits a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) account: AccountId,
    /// How far off it is.
    pub(crate) steps: usize,
    /// Whether everything that was typed is there as it was typed.
    pub(crate) is_sure: bool,
}

/// The accounts that fit a question.
pub(crate) type Fits = Vec<Fit>;

/// What is asked.
pub(crate) struct Question {
    /// The words that are looked for.
    pub(crate) asked: Vec<Asked>,
    /// Every word that was typed.
    typed: Vec<Asked>,
}

impl Question {
    /// The words of a question.
    pub(crate) fn of(question: &str) -> Question {
        Question { asked: asked_words(question), typed: typed_words(question) }
    }

    /// How an account with these words fits; `None` when it does not.
    fn fit(&self, account: AccountId, words: &Words) -> Option<Fit> {
        let steps = distance(&self.asked, words)?;
        Some(Fit { account, steps, is_sure: has_all(&self.typed, words) })
    }
}

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
pub(crate) async fn accounts_with(read: &mut Read, question: &Question) -> Result<Fits, Fault> {
    let asked = question.asked.as_slice();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let (changed_fits, changed) = changed_accounts(read, question).await?;
    let mut having = as_typed(read, asked).await?;
    for account in &changed {
        let all = having.exactly.iter_mut().chain(&mut having.begun).chain(&mut having.anyhow);
        all.for_each(|members| members.remove(*account));
    }
    let mut best = Candidates::default();
    for members in [&having.exactly, &having.begun, &having.anyhow] {
        best.take(&all_of(members));
    }
    let mut fits = best.compared(read, question).await?;
    let nearer_than = |steps: usize| changed_fits.iter().any(|fit| fit.steps < steps);
    if fits.is_empty() && !nearer_than(EDIT) {
        add_alike(read, asked, &mut having.anyhow).await?;
        for account in &changed {
            having.anyhow.iter_mut().for_each(|members| members.remove(*account));
        }
        best.take(&all_of(&having.anyhow));
        fits = best.compared(read, question).await?;
        if fits.is_empty() && !nearer_than(LACKING) && WORDS_TO_LACK_ONE <= asked.len() {
            for lacking in (0..asked.len()).filter(|lacking| !asked[*lacking].is_number()) {
                let others = having.anyhow.iter().enumerate().filter(|(at, _)| *at != lacking);
                best.take(&all_of(others.map(|(_, members)| members)));
            }
            fits = best.compared(read, question).await?;
        }
    }
    fits.extend(changed_fits);
    // Whoever lacks a word is shown only when nobody has all.
    if fits.iter().any(|fit| fit.steps < LACKING) {
        fits.retain(|fit| fit.steps < LACKING);
    }
    fits.sort_unstable_by_key(|fit| (!fit.is_sure, fit.steps, fit.account));
    Ok(fits)
}

/// The accounts that are compared one by one.
#[derive(Default)]
struct Candidates {
    accounts: Vec<AccountId>,
    /// How many of them were compared.
    compared: usize,
}

impl Candidates {
    fn take(&mut self, members: &Members) {
        for account in members.accounts() {
            if COMPARED_MAX <= self.accounts.len() {
                break;
            }
            if !self.accounts.contains(&account) {
                self.accounts.push(account);
            }
        }
    }

    /// Those that fit, of whoever was not compared before.
    async fn compared(&mut self, read: &mut Read, question: &Question) -> Result<Fits, Fault> {
        let mut fits = Vec::new();
        while self.compared < self.accounts.len() && fits.len() < COMPARED {
            let to = self.accounts.len().min(self.compared + COMPARED);
            let some = &self.accounts[self.compared..to];
            let words = store::words_of(read, some).await?;
            fits.extend(some.iter().filter_map(|account| question.fit(*account, words.get(account)?)));
            self.compared = to;
        }
        Ok(fits)
    }
}

fn all_of<'a>(members: impl IntoIterator<Item = &'a Members>) -> Members {
    let mut members = members.into_iter();
    let first = members.next().cloned().unwrap_or_default();
    members.fold(first, |all, one| all.and(one))
}

/// What changed since the index was written, or is not in it yet: those that fit, and all that were looked at.
async fn changed_accounts(read: &mut Read, question: &Question) -> Result<(Fits, Vec<AccountId>), Fault> {
    let changed = changed_since(read).await?;
    let fits = changed.iter().filter_map(|(account, known)| question.fit(*account, &known.words));
    Ok((fits.collect(), changed.keys().copied().collect()))
}

/// What accounts are known by that changed since the index was written, or are not in it yet.
pub(crate) async fn changed_since(read: &mut Read) -> Result<BTreeMap<AccountId, Known>, Fault> {
    let mut changed: Vec<AccountId> =
        store::due(read, DUE_MAX).await?.into_iter().map(|(account, _)| account).collect();
    let indexed_to = store::state(read).await?.indexed_to;
    let last = customers::last_account_id(read).await?.0;
    let most = i64::try_from(DUE_MAX).unwrap_or(i64::MAX);
    changed.extend((indexed_to..=last.min(indexed_to + most)).map(AccountId));
    changed.sort_unstable();
    changed.dedup();
    let mut all = BTreeMap::new();
    for account in changed {
        let known = known_between(read, (account, AccountId(account.0 + 1))).await?;
        // Whoever is known by nothing any more is not found by what the index still has.
        all.insert(account, Known::default());
        all.extend(known);
    }
    Ok(all)
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

/// How far off an account with these words is, by its names and one of its addresses; `None` when it does not fit.
pub(crate) fn distance(asked: &[Asked], words: &Words) -> Option<usize> {
    let distance = |address| distance_at(asked, &words.names, address);
    addresses_of(words).filter_map(distance).min()
}

/// Its addresses; whoever has none is known by names alone.
fn addresses_of(words: &Words) -> impl Iterator<Item = &BTreeSet<String>> {
    const NOWHERE: &BTreeSet<String> = &BTreeSet::new();
    words.addresses.iter().chain(words.addresses.is_empty().then_some(NOWHERE))
}

fn distance_at(asked: &[Asked], names: &BTreeSet<String>, address: &BTreeSet<String>) -> Option<usize> {
    let nearest =
        |one: &Asked, words: &BTreeSet<String>| words.iter().filter_map(|word| word_distance(one, word)).min();
    let in_name = |one: &Asked| nearest(one, names);
    let counts_numbers = names_count(asked, |one| in_name(one).is_some());
    let mut sum = 0;
    let mut lacks_one = false;
    for one in asked {
        let in_name = in_name(one).filter(|_| counts_numbers || !one.is_number());
        match in_name.into_iter().chain(nearest(one, address)).min() {
            Some(distance) => sum += distance,
            None if lacks_one || one.is_number() || asked.len() < WORDS_TO_LACK_ONE => return None,
            None => {
                lacks_one = true;
                sum += LACKING;
            }
        }
    }
    Some(sum)
}

/// Whether numbers of names count: where another word of the name was typed, or nothing but numbers. Otherwise somebody at
/// 40 Palo Verde whose shop is called Studio 54 would be found as 54 Palo Verde.
fn names_count(asked: &[Asked], is_in_name: impl Fn(&Asked) -> bool) -> bool {
    asked.iter().all(Asked::is_number) || asked.iter().any(|one| !one.is_number() && is_in_name(one))
}

/// Whether names and one address have all these words as they were typed.
fn has_all(typed: &[Asked], words: &Words) -> bool {
    let in_name = |one: &Asked| words.names.contains(&one.word);
    let counts_numbers = names_count(typed, in_name);
    let is_there = |one: &Asked, address: &BTreeSet<String>| {
        let in_address = address.contains(&one.word) || address.contains(&placed(&one.word));
        in_address || (in_name(one) && (counts_numbers || !one.is_number()))
    };
    !typed.is_empty() && addresses_of(words).any(|address| typed.iter().all(|one| is_there(one, address)))
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
    use crate::words::words_of;

    /// Names, and addresses behind each semicolon.
    fn words(known: &str) -> Words {
        let mut parts = known.split(';');
        let names = words_of(parts.next().unwrap());
        Words { names, addresses: parts.map(words_of).collect() }
    }

    #[test]
    fn accounts_are_ranked_by_how_far_off_they_are() {
        #[rustfmt::skip]
        let rows = [
            // question            | known by                            | how far off
            ("garcia",               "Maria Garcia; 12 Copper Mesa Rd",    Some(0)),
            ("garcia mesa",          "Maria Garcia; 12 Copper Mesa Rd",    Some(0)),
            ("mesa garcia",          "Maria Garcia; 12 Copper Mesa Rd",    Some(0)),
            ("garc mes",             "Maria Garcia; 12 Copper Mesa Rd",    Some(2)),
            ("gracia",               "Maria Garcia; 12 Copper Mesa Rd",    Some(2)),
            ("garsia coper",         "Maria Garcia; 12 Copper Mesa Rd",    Some(4)),
            ("12 copper mesa road",  "Maria Garcia; 12 Copper Mesa Rd",    Some(0)),
            ("12 copper mesa roa",   "Maria Garcia; 12 Copper Mesa Rd",    Some(1)),
            ("12 copper nowhere",    "Maria Garcia; 12 Copper Mesa Rd",    Some(8)),
            ("13 copper",            "Maria Garcia; 12 Copper Mesa Rd",    None),
            ("13 copper mesa",       "Maria Garcia; 12 Copper Mesa Rd",    None),
            ("14 cooper nesa",       "Maria Garcia; 12 Copper Mesa Rd",    None),
            ("filips",               "Ana Phillips",                       Some(3)),
            ("smith",                "Maria Garcia; 12 Copper Mesa Rd",    None),
            ("obrien",               "Tom O'Brien",                        Some(0)),
            ("o'brien",              "Tom O'Brien",                        Some(0)),
            // The number of one house and the street of another.
            ("12 mesquite",          "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde", Some(0)),
            ("40 palo verde ruiz",   "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde", Some(0)),
            ("12 palo verde",        "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde", None),
            ("40 mesquite way",      "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde", None),
            // A number is what it is, or has only been begun.
            ("1204 mesquite way",    "Ana Ruiz; 124 Mesquite Way",         None),
            ("124 mesquite way",     "Ana Ruiz; 1204 Mesquite Way",        None),
            ("120 mesquite way",     "Ana Ruiz; 1204 Mesquite Way",        Some(1)),
            // The number of a shop's name is that of no house.
            ("54 palo verde",        "Studio 54; 40 Palo Verde",           None),
            ("studio 54 palo verde", "Studio 54; 40 Palo Verde",           Some(0)),
            ("54",                   "Studio 54; 40 Palo Verde",           Some(0)),
        ];
        for (question, known, expected) in rows {
            assert_eq!(distance(&asked_words(question), &words(known)), expected, "{question}: {known}");
        }
    }

    #[test]
    fn what_is_there_as_it_was_typed_is_sure() {
        #[rustfmt::skip]
        let rows = [
            // question                          | known by                                     | sure
            ("ruiz",                               "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    true),
            ("ruiz palo verde 40",                 "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    true),
            ("12 mesquite way",                    "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    true),
            ("rui",                                "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    false),
            ("12 mesquit way",                     "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    false),
            ("12 mesquite way tucson",             "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    false),
            ("1 mesquite way",                     "Ana Ruiz; 12 Mesquite Way; 40 Palo Verde",    false),
            ("12 b mesquite",                      "Ana Ruiz; 12 A Mesquite Way",                 false),
            ("12 a mesquite",                      "Ana Ruiz; 12 A Mesquite Way",                 true),
            ("ana maria de la luz ruiz palo mesa", "Ana Maria de la Luz Ruiz; 12 Palo Verde",     false),
        ];
        for (question, known, expected) in rows {
            let fit = Question::of(question).fit(AccountId(1), &words(known));
            assert_eq!(fit.is_some_and(|fit| fit.is_sure), expected, "{question}: {known}");
        }
    }
}
