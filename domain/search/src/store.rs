//! The SQL of the index: what is written is in a file of its own.

mod writing;

use std::collections::BTreeMap;

use db::{Fault, Read, Value};
use kernel::AccountId;

use crate::facts::Words;
use crate::members::{Members, Piece};
use crate::words::range_of;

pub(crate) use writing::{
    clear_due, delete_numbers, insert_numbers, insert_terms, insert_texts, insert_words, lock_state, mark_due,
    set_state, update_text, write_words,
};

/// What an account was found by when it was last looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredText {
    /// Its words; see [`crate::facts::Words`].
    pub(crate) words: String,
    /// Its numbers, a line each, in order; see [`crate::facts::NumberOf`].
    pub(crate) numbers: String,
}

/// How far the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Accounts before this one were indexed.
    pub(crate) indexed_to: i64,
    /// Where a walk over all of them goes on, while there is one.
    pub(crate) checking_from: Option<i64>,
}

/// A number that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundNumber {
    pub(crate) key: String,
    pub(crate) account: AccountId,
    pub(crate) shown: String,
}

/// How far the index is.
pub(crate) async fn state(read: &mut Read) -> Result<State, Fault> {
    const SQL: &str = "
        select indexed_to, checking_from
        from search_state
        where town_id = 0";
    let row: Option<(i64, Option<i64>)> = read.one(SQL, vec![]).await?;
    let (indexed_to, checking_from) = row.ok_or_else(|| Fault::new("the index does not know how far it is"))?;
    Ok(State { indexed_to, checking_from })
}

/// The accounts that are to be looked at again, at most so many, each with the act that asks for it.
pub(crate) async fn due(read: &mut Read, most: usize) -> Result<Vec<(AccountId, i64)>, Fault> {
    const SQL: &str = "
        select account_id, act_id
        from search_due
        order by account_id
        limit $1";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![most.into()]).await?;
    Ok(rows.into_iter().map(|(account, act)| (AccountId(account), act)).collect())
}

/// The accounts that are in some of these lists, by list.
pub(crate) async fn members_of(read: &mut Read, lists: &[&str]) -> Result<BTreeMap<String, Members>, Fault> {
    const SQL: &str = "
        select word, account_id, members
        from search_word
        where word in ({list})";
    let keys: Vec<Value> = lists.iter().map(|word| Value::from(*word)).collect();
    let rows: Vec<(String, i64, Vec<u8>)> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<String, Members> = BTreeMap::new();
    for (word, first, packed) in rows {
        let piece = Piece::unpack(&packed).ok_or_else(|| Fault::impossible_row("search_word", "members", first))?;
        found.entry(word).or_default().add(first, &piece);
    }
    Ok(found)
}

/// The pieces of these lists that begin with an account.
pub(crate) async fn pieces_at(read: &mut Read, first: i64, lists: &[&str]) -> Result<BTreeMap<String, Piece>, Fault> {
    const SQL: &str = "
        select word, members
        from search_word
        where account_id = $1 and word in ({list})";
    let keys: Vec<Value> = lists.iter().map(|word| Value::from(*word)).collect();
    let rows: Vec<(String, Vec<u8>)> = read.listed_with(SQL, &[first.into()], &keys).await?;
    let piece = |(word, packed): (String, Vec<u8>)| {
        let piece = Piece::unpack(&packed).ok_or_else(|| Fault::impossible_row("search_word", "members", first))?;
        Ok((word, piece))
    };
    rows.into_iter().map(piece).collect()
}

/// What accounts `from..to` were found by.
pub(crate) async fn texts_between(
    read: &mut Read,
    (from, to): (i64, i64),
) -> Result<BTreeMap<AccountId, StoredText>, Fault> {
    const SQL: &str = "
        select account_id, words, numbers
        from search_text
        where $1 <= account_id and account_id < $2
        order by account_id";
    let rows: Vec<(i64, String, String)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let text = |(account, words, numbers)| (AccountId(account), StoredText { words, numbers });
    Ok(rows.into_iter().map(text).collect())
}

/// Whether any of accounts `from..to` is in the index.
pub(crate) async fn has_texts(read: &mut Read, (from, to): (i64, i64)) -> Result<bool, Fault> {
    const SQL: &str = "
        select min(account_id)
        from search_text
        where $1 <= account_id and account_id < $2";
    Ok(read.number(SQL, vec![from.into(), to.into()]).await?.is_some())
}

/// The words of accounts.
pub(crate) async fn words_of(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Words>, Fault> {
    const SQL: &str = "
        select account_id, words
        from search_text
        where account_id in ({list})";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(account, words)| (AccountId(account), Words::of_text(&words))).collect())
}

/// Whether the first account of the index is kept as it is no longer: without a line of its names.
pub(crate) async fn is_kept_as_before(read: &mut Read) -> Result<bool, Fault> {
    const SQL: &str = "
        select words
        from search_text
        order by account_id
        limit 1";
    let row: Option<(String,)> = read.one(SQL, vec![]).await?;
    Ok(row.is_some_and(|(words,)| !words.contains('\n')))
}

/// Which of these words some account has or had.
pub(crate) async fn known_terms(read: &mut Read, words: &[&str]) -> Result<Vec<String>, Fault> {
    const SQL: &str = "
        select word
        from search_term
        where word in ({list})";
    let keys: Vec<Value> = words.iter().map(|word| Value::from(*word)).collect();
    let rows: Vec<(String,)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(word,)| word).collect())
}

/// The words that begin so, in order, at most so many.
pub(crate) async fn terms_beginning(read: &mut Read, beginning: &str, most: i64) -> Result<Vec<String>, Fault> {
    const SQL: &str = "
        select word
        from search_term
        where $1 <= word and word < $2
        order by word
        limit $3";
    let (from, to) = range_of(beginning);
    let rows: Vec<(String,)> = read.all(SQL, vec![from.into(), to.into(), most.into()]).await?;
    Ok(rows.into_iter().map(|(word,)| word).collect())
}

/// The words that have one of these keys, each once.
pub(crate) async fn terms_alike(read: &mut Read, keys: &[&str]) -> Result<Vec<String>, Fault> {
    const SQL: &str = "
        select word
        from search_alike
        where alike in ({list})";
    let keys: Vec<Value> = keys.iter().map(|key| Value::from(*key)).collect();
    let rows: Vec<(String,)> = read.listed(SQL, &keys).await?;
    let mut words: Vec<String> = rows.into_iter().map(|(word,)| word).collect();
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// Numbers of a kind that begin so, in order, at most so many.
pub(crate) async fn numbers_beginning(
    read: &mut Read,
    kind: &'static str,
    beginning: &str,
    most: i64,
) -> Result<Vec<FoundNumber>, Fault> {
    const SQL: &str = "
        select number_key, account_id, shown
        from search_number
        where $1 <= number_key and number_key < $2 and kind = $3
        order by number_key, account_id
        limit $4";
    let (from, to) = range_of(beginning);
    let rows: Vec<(String, i64, String)> =
        read.all(SQL, vec![from.into(), to.into(), kind.into(), most.into()]).await?;
    let found = |(key, account, shown)| FoundNumber { key, account: AccountId(account), shown };
    Ok(rows.into_iter().map(found).collect())
}
