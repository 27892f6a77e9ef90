//! What is written of the index; only its keeper writes.

use std::collections::BTreeMap;

use acts::Entry;
use db::{Fault, Rows, Tx};
use kernel::AccountId;

use super::{State, StoredText};
use crate::alike::alike_keys;
use crate::facts::NumberOf;
use crate::members::Piece;

/// Holds the state of the index until the transaction ends: one at a time writes.
pub(crate) async fn lock_state(tx: &mut Tx) -> Result<State, Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select town_id
            from search_state
            where town_id = 0
            for update
        ) held";
    tx.hold(SQL, vec![]).await?;
    super::state(tx).await
}

/// Notes how far the index is.
pub(crate) async fn set_state(tx: &mut Tx, state: State) -> Result<(), Fault> {
    const SQL: &str = "
        update search_state
        set indexed_to = $1, checking_from = $2
        where town_id = 0";
    tx.run_once(SQL, vec![state.indexed_to.into(), state.checking_from.into()]).await
}

/// Notes that accounts are to be looked at again, in the transaction of the act that changes them.
pub(crate) async fn mark_due(entry: &mut Entry, accounts: &[AccountId]) -> Result<(), Fault> {
    const SQL: &str = "
        insert into search_due (account_id, act_id)
        values ($1, $2)
        on conflict (account_id) do update
        set act_id = $2";
    let act = entry.act;
    for account in accounts {
        entry.run_once(SQL, vec![(*account).into(), act.into()]).await?;
    }
    Ok(())
}

/// Forgets what was looked at; an account that another act has changed meanwhile stays.
pub(crate) async fn clear_due(tx: &mut Tx, due: &[(AccountId, i64)]) -> Result<(), Fault> {
    const SQL: &str = "
        delete from search_due
        where account_id = $1 and act_id = $2";
    for (account, act) in due {
        tx.run(SQL, vec![(*account).into(), (*act).into()]).await?;
    }
    Ok(())
}

/// Writes pieces that are not there yet.
pub(crate) async fn insert_words(tx: &mut Tx, first: i64, pieces: &BTreeMap<String, Piece>) -> Result<(), Fault> {
    let mut rows = Rows::new("search_word", &["word", "account_id", "members"]);
    for (word, piece) in pieces {
        rows.push([word.as_str().into(), first.into(), piece.packed().into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Writes pieces in place of those that are there; empty ones go.
pub(crate) async fn write_words(tx: &mut Tx, first: i64, pieces: &BTreeMap<String, Piece>) -> Result<(), Fault> {
    const WRITE: &str = "
        update search_word
        set members = $3
        where word = $1 and account_id = $2";
    const DELETE: &str = "
        delete from search_word
        where word = $1 and account_id = $2";
    for (word, piece) in pieces {
        let key = vec![word.as_str().into(), first.into()];
        if piece.is_empty() {
            tx.run(DELETE, key).await?;
        } else {
            tx.run_once(WRITE, [key, vec![piece.packed().into()]].concat()).await?;
        }
    }
    Ok(())
}

/// Keeps what accounts are found by now, of accounts that were not there before.
pub(crate) async fn insert_texts(tx: &mut Tx, texts: Vec<(AccountId, StoredText)>) -> Result<(), Fault> {
    let mut rows = Rows::new("search_text", &["account_id", "words", "numbers"]);
    for (account, text) in texts {
        rows.push([account.into(), text.words.into(), text.numbers.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Keeps what an account is found by now.
pub(crate) async fn update_text(tx: &mut Tx, account: AccountId, text: StoredText) -> Result<(), Fault> {
    const SQL: &str = "
        update search_text
        set words = $2, numbers = $3
        where account_id = $1";
    tx.run_once(SQL, vec![account.into(), text.words.into(), text.numbers.into()]).await
}

/// Writes numbers that are not there yet.
pub(crate) async fn insert_numbers(tx: &mut Tx, numbers: Vec<(AccountId, NumberOf)>) -> Result<(), Fault> {
    let mut rows = Rows::new("search_number", &["number_key", "account_id", "kind", "shown"]);
    for (account, number) in numbers {
        rows.push([number.key.into(), account.into(), number.kind.code().into(), number.shown.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Takes numbers out.
pub(crate) async fn delete_numbers(tx: &mut Tx, numbers: &[(AccountId, NumberOf)]) -> Result<(), Fault> {
    const SQL: &str = "
        delete from search_number
        where number_key = $1 and account_id = $2 and kind = $3";
    for (account, number) in numbers {
        let key = vec![number.key.as_str().into(), (*account).into(), number.kind.code().into()];
        tx.run(SQL, key).await?;
    }
    Ok(())
}

/// Adds words that no account had before, with what is like them.
pub(crate) async fn insert_terms(tx: &mut Tx, words: &[&str]) -> Result<(), Fault> {
    let mut terms = Rows::new("search_term", &["word"]);
    let mut alike = Rows::new("search_alike", &["alike", "word"]);
    for word in words {
        terms.push([(*word).into()]);
        for key in alike_keys(word) {
            alike.push([key.into(), (*word).into()]);
        }
    }
    tx.bulk(terms).await?;
    tx.bulk(alike).await?;
    Ok(())
}
