//! `Outbox`: writes, with every entry of the log, the messages that tell of it.

use acts::{Entry, Followed, Follower};
use async_trait::async_trait;
use db::Fault;
use kernel::{AccountId, OrderId};

use crate::delivery::{Subject, message_id};
use crate::store::deliveries::NewDelivery;
use crate::wanted::asked_by;
use crate::{WebhookId, store};

/// Follows every entry of the log. Its messages are rows of the entry's own transaction: they are there exactly when the
/// entry is, however late it is kept and whatever dies afterwards.
pub struct Outbox;

#[async_trait]
impl Follower for Outbox {
    async fn follow(&self, entry: &mut Entry, what: &Followed<'_>) -> Result<(), Fault> {
        let webhooks = store::that_want(entry, &asked_by(what.kind, what.part.is_some())).await?;
        if webhooks.is_empty() {
            return Ok(());
        }
        let subject = subject_of(entry, what.subject).await?;
        for webhook in webhooks {
            write(entry, webhook, (what.kind, &subject), what.part).await?;
        }
        Ok(())
    }
}

/// Writes one message about the entry under way.
pub(crate) async fn write(
    entry: &mut Entry,
    webhook: WebhookId,
    (kind, subject): (&str, &Subject),
    part: Option<(OrderId, i64)>,
) -> Result<(), Fault> {
    let (act, now) = (entry.act, entry.now);
    let message = message_id(webhook, act, (kind, now));
    let new = NewDelivery { message, act, kind, subject, part, happened_at: now };
    store::deliveries::insert(entry, webhook, new).await
}

async fn subject_of(entry: &mut Entry, subject: &acts::Subject) -> Result<Subject, Fault> {
    let account_number = match subject.kind {
        "account" => {
            let id = AccountId(subject.id);
            let known = customers::accounts_by_id(entry, &[id]).await?;
            known.get(&id).map(|account| account.number.to_string())
        }
        _ => None,
    };
    Ok(Subject { kind: subject.kind.to_owned(), id: subject.id, account_number })
}
