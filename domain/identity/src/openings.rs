//! `Openings`: looks for red flags at every account as it is opened.
//!
//! Source: 16 CFR 681.1 asks for red flags to be detected "in connection with the opening" of an account. So nobody has to
//! think of it: what is found is written in the transaction that opens the account, and whoever opened it sees it.

use acts::{Act, Entry, Followed, Follower};
use async_trait::async_trait;
use billing::acts::{MovePeople, PeopleMoved};
use customers::acts::{OpenAccount, Opened};
use db::Fault;
use serde::de::DeserializeOwned;

use crate::acts::look;

/// Is told of every entry of the log, and looks at the account that one opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Openings;

#[async_trait]
impl Follower for Openings {
    async fn follow(&self, entry: &mut Entry, what: &Followed<'_>) -> Result<(), Fault> {
        let opened = match what.kind {
            OpenAccount::KIND => Some(outcome::<Opened>(entry).await?.number),
            MovePeople::KIND => outcome::<PeopleMoved>(entry).await?.opened,
            _ => None,
        };
        let Some(number) = opened else { return Ok(()) };
        let account = customers::account_named(entry, &number).await?;
        let account = account.ok_or_else(|| Fault::new(format!("account {number} is opened and not there")))?;
        look(entry, &account).await?;
        Ok(())
    }
}

/// What the entry under way came to, from its row.
async fn outcome<T: DeserializeOwned>(entry: &mut Entry) -> Result<T, Fault> {
    let act = entry.act;
    let row = acts::logged_act(entry, act).await?;
    let row = row.ok_or_else(|| Fault::new(format!("entry {} is told of and not there", act.0)))?;
    serde_json::from_str(&row.outcome)
        .map_err(|error| Fault::caused(format!("reading what entry {} came to", act.0), error))
}
