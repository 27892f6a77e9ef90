//! `AccountFinder`: accounts by number, name, address, telephone, or the name another system has for them.

use async_trait::async_trait;
use customers::NamedAccount;
use customers::permissions::SEE;
use db::{Fault, Read};
use identity::permissions::SEE_PROTECTED;
use kernel::{AccountId, AccountNumber};
use web::{Ask, Finder, Found, Problem};

use super::distance;
use crate::asking::{Fit, Fits, Question, accounts_with, changed_since, word_distance};
use crate::cards::{Card, cards};
use crate::facts::NumberKind;
use crate::numbered::{Named, Numbered};
use crate::store;
use crate::words::{Asked, number_key, phone_digits, words_of};

/// Finds accounts.
pub struct AccountFinder;

/// What whoever asks may know of protected persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Where they live and how they are called.
    Everything,
    /// Neither: a telephone number leads to none of them.
    NothingProtected,
}

/// What a screen calls it.
const WHAT: &str = "Account";
/// How far off an account is whose number was only begun.
const BEGUN: usize = 2;
/// How far off an account is that fits by its words, beside those found by a number.
const BY_WORDS: usize = 1;
/// Digits from which accounts and telephones that begin so are looked for.
const DIGITS_MIN: usize = 4;
/// Accounts found by the beginning of a number.
const BEGUN_MAX: usize = 8;
/// Customers with one telephone number.
const PHONES_MAX: usize = 20;
/// So many times what is shown is looked at, to choose among what fits equally well.
const LOOKED_AT: usize = 3;
/// Digits of a serial number of an account at most.
const SERIAL_DIGITS: u32 = 12;

#[async_trait]
impl Finder for AccountFinder {
    async fn find(&self, ask: &Ask, read: &mut Read, words: &str, most: usize) -> Result<Vec<Found>, Problem> {
        if ask.may(SEE) {
            let sight = if ask.may(SEE_PROTECTED) { Sight::Everything } else { Sight::NothingProtected };
            return Ok(found_accounts(read, words, (ask.today(), most), sight).await?);
        }
        if ask.may(acts::permissions::READ) {
            return Ok(history(read, words).await?);
        }
        Ok(Vec::new())
    }
}

/// What was changed on an account, for who reads the log and sees no accounts.
async fn history(read: &mut Read, words: &str) -> Result<Vec<Found>, Fault> {
    let asked = Numbered::of(words);
    let number = asked.ways(Named::Account).first().copied().unwrap_or_default();
    let named = account_named(read, &asked).await?;
    let history = |account: NamedAccount| Found {
        what: WHAT,
        name: format!("Account {number}"),
        note: "What was changed on it".to_owned(),
        state: None,
        href: format!("/history/account/{}", account.id.0),
        distance: 0,
        is_sure: true,
    };
    Ok(named.map(history).into_iter().collect())
}

/// The accounts that fit a question, the best first.
pub(crate) async fn found_accounts(
    read: &mut Read,
    words: &str,
    (today, most): (chrono::NaiveDate, usize),
    sight: Sight,
) -> Result<Vec<Found>, Fault> {
    let number = Numbered::of(words);
    if let Some(account) = account_named(read, &number).await? {
        let card = cards(read, &[account.id], today).await?.remove(&account.id);
        return Ok(card.map(|card| found(&card, &[], &exactly(account.id))).into_iter().collect());
    }
    let numbered = by_number(read, &number).await?;
    let phoned = by_phone(read, &number).await?;
    let question = Question::of(words.trim());
    let by_words = accounts_with(read, &question).await?.into_iter();
    let by_words = by_words.map(|fit| Fit { steps: BY_WORDS + fit.steps, ..fit });
    let fits = best_of(numbered.iter().chain(&phoned).copied().chain(by_words).collect());
    let fits: Fits = fits.into_iter().take(most.saturating_mul(LOOKED_AT)).collect();
    let ids: Vec<AccountId> = fits.iter().map(|fit| fit.account).collect();
    let mut cards = cards(read, &ids, today).await?;
    let mut shown: Vec<(Fit, Card)> =
        fits.into_iter().filter_map(|fit| Some((fit, cards.remove(&fit.account)?))).collect();
    // Nobody finds a protected person by where they live, and only who may know both by their telephone.
    let is_among = |fits: &Fits, card: &Card| fits.iter().any(|fit| fit.account == card.account.id);
    let is_known = |card: &Card| {
        let is_called = sight == Sight::Everything && is_among(&phoned, card);
        is_called || is_among(&numbered, card) || fits_name(card, &question.asked)
    };
    shown.retain(|(_, card)| !card.is_protected || is_known(card));
    shown.sort_by(|(one, card), (other, against)| {
        let of_fit = |fit: &Fit| (!fit.is_sure, fit.steps);
        let of = |card: &Card| (card.state.is_some(), card.account.name.clone(), card.account.number);
        of_fit(one).cmp(&of_fit(other)).then_with(|| of(card).cmp(&of(against)))
    });
    Ok(shown.iter().take(most).map(|(fit, card)| found(card, &question.asked, fit)).collect())
}

/// Each account once, as it fits best; what was typed exactly comes before what may have been meant.
fn best_of(mut fits: Fits) -> Fits {
    fits.sort_by_key(|fit| (fit.account, fit.steps));
    fits.dedup_by(|other, best| {
        let is_same = other.account == best.account;
        best.is_sure |= is_same && other.is_sure;
        is_same
    });
    fits.sort_by_key(|fit| (!fit.is_sure, fit.steps, fit.account));
    fits
}

/// An account that has the number that was typed.
fn exactly(account: AccountId) -> Fit {
    Fit { account, steps: 0, is_sure: true }
}

/// An account whose number begins as it was typed.
fn as_begun(account: AccountId) -> Fit {
    Fit { account, steps: BEGUN, is_sure: false }
}

fn fits_name(card: &Card, asked: &[Asked]) -> bool {
    let words = words_of(&card.account.name);
    let fits = |one: &Asked| words.iter().any(|word| word_distance(one, word).is_some());
    !asked.is_empty() && asked.iter().all(fits)
}

fn found(card: &Card, asked: &[Asked], fit: &Fit) -> Found {
    Found {
        what: WHAT,
        name: card.name(),
        note: card.note(asked),
        state: card.state.clone(),
        href: card.href(),
        distance: distance(fit.steps),
        is_sure: fit.is_sure,
    }
}

/// The digits of a question that is a number long enough to look for.
fn digits_of(question: &str) -> Option<String> {
    let is_number = question.chars().all(|letter| letter.is_ascii_digit() || "()+-. ".contains(letter));
    let digits: String = question.chars().filter(char::is_ascii_digit).collect();
    (is_number && DIGITS_MIN <= digits.len()).then_some(digits)
}

/// The account that has a number, or that another system called so.
async fn account_named(read: &mut Read, asked: &Numbered) -> Result<Option<NamedAccount>, Fault> {
    for way in asked.ways(Named::Account) {
        let named = customers::account_named(read, way).await?.filter(|one| one.id != AccountId::CITY);
        if named.is_some() {
            return Ok(named);
        }
    }
    Ok(None)
}

/// Accounts by a telephone number, as it is written or begun.
async fn by_phone(read: &mut Read, asked: &Numbered) -> Result<Fits, Fault> {
    match asked.plain(Named::Phone).and_then(|plain| Some((plain, digits_of(plain)?))) {
        Some((plain, digits)) => with_phone(read, plain, &digits).await,
        None => Ok(Fits::new()),
    }
}

/// Accounts by the beginning of their number, or the reference of their customer.
async fn by_number(read: &mut Read, asked: &Numbered) -> Result<Fits, Fault> {
    let mut fits = Fits::new();
    if let Some(digits) = asked.plain(Named::Account).and_then(digits_of) {
        fits.extend(begun(read, &digits).await?);
    }
    let ways = asked.ways(Named::Account);
    let customers = customers::customers_by_reference(read, &ways).await?;
    if let Some(customer) = ways.iter().find_map(|way| customers.get(*way)) {
        let held = customers::accounts_held_by(read, &[*customer]).await?;
        fits.extend(
            held.into_iter().filter(|(id, _, _)| *id != AccountId::CITY).map(|(account, _, _)| exactly(account)),
        );
    }
    Ok(fits)
}

/// Accounts whose serial number begins so, among numbers of every length.
async fn begun(read: &mut Read, digits: &str) -> Result<Fits, Fault> {
    let mut fits = Fits::new();
    let Ok(serial) = digits.parse::<i64>() else { return Ok(fits) };
    let length = u32::try_from(digits.len()).unwrap_or(SERIAL_DIGITS);
    if serial == 0 || digits.starts_with('0') {
        return Ok(fits);
    }
    for more in 0..SERIAL_DIGITS.saturating_sub(length) {
        let from = serial * 10_i64.pow(more);
        let to = (serial + 1) * 10_i64.pow(more);
        let page = customers::accounts_from(read, AccountNumber::issue(from), 1).await?;
        let Some(first) = page.first() else { break };
        if first.number.serial() < to {
            let most = i64::try_from(BEGUN_MAX).unwrap_or(i64::MAX);
            let page = customers::accounts_from(read, AccountNumber::issue(from), most).await?;
            fits.extend(page.iter().filter(|one| one.number.serial() < to).map(|one| as_begun(one.id)));
        }
        if BEGUN_MAX <= fits.len() {
            break;
        }
    }
    fits.truncate(BEGUN_MAX);
    Ok(fits)
}

/// Accounts of whoever has a telephone number: as customers write it, as the index has it, and as it was changed since.
async fn with_phone(read: &mut Read, question: &str, digits: &str) -> Result<Fits, Fault> {
    let mut fits = Fits::new();
    let whole = phone_digits(question);
    if let Some(whole) = &whole {
        let customers = customers::customers_with_phone(read, &ways_to_write(whole), PHONES_MAX).await?;
        let held = customers::accounts_held_by(read, &customers).await?;
        fits.extend(held.into_iter().map(|(account, _, _)| exactly(account)));
    }
    let key = whole.as_deref().unwrap_or(digits);
    if DIGITS_MIN < key.len() {
        let fit = |account: AccountId, number: &str| match number == key {
            true => exactly(account),
            false => as_begun(account),
        };
        let changed = changed_since(read).await?;
        for (account, known) in &changed {
            let phones = known.numbers.iter().filter(|number| number.kind == NumberKind::Phone);
            fits.extend(phones.filter(|one| one.key.starts_with(key)).map(|one| fit(*account, &one.key)));
        }
        let kind = NumberKind::Phone.code();
        let most = i64::try_from(PHONES_MAX).unwrap_or(i64::MAX);
        let numbers = store::numbers_beginning(read, kind, &number_key(key), most).await?;
        let of_index = numbers.iter().filter(|number| !changed.contains_key(&number.account));
        fits.extend(of_index.map(|number| fit(number.account, &number.key)));
    }
    Ok(fits)
}

/// The ways in which ten or seven digits are commonly written.
fn ways_to_write(digits: &str) -> Vec<String> {
    let (area, local) = digits.split_at(digits.len() - 7);
    let (exchange, line) = local.split_at(3);
    if area.is_empty() {
        return vec![local.to_owned(), format!("{exchange}-{line}"), format!("{exchange}.{line}")];
    }
    vec![
        digits.to_owned(),
        format!("({area}) {exchange}-{line}"),
        format!("({area}){exchange}-{line}"),
        format!("{area}-{exchange}-{line}"),
        format!("{area} {exchange}-{line}"),
        format!("{area}.{exchange}.{line}"),
        format!("{area} {exchange} {line}"),
        format!("1-{area}-{exchange}-{line}"),
        format!("+1 {area} {exchange} {line}"),
        format!("+1 ({area}) {exchange}-{line}"),
        format!("+1{digits}"),
        format!("1{digits}"),
        format!("+{digits}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_looked_for_as_people_write_it() {
        for written in ways_to_write("4805550123") {
            assert_eq!(phone_digits(&written).as_deref(), Some("4805550123"), "{written}");
        }
        for written in ways_to_write("5550123") {
            assert_eq!(phone_digits(&written).as_deref(), Some("5550123"), "{written}");
        }
    }
}
