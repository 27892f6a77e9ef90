//! What of a command stays unsaid: the log and the proposals are read by many who may not know whom a change tells of.

use std::collections::BTreeSet;
use std::sync::Arc;

use acts::{Apart, LoggedAct, Proposal, Registry};
use db::{Fault, Read};
use kernel::ActId;
use web::Ask;

use crate::pages::Directory;

/// Gives entries of the log back what they keep apart, as far as the visitor may know it: whoever may make the change
/// themself, and not where somebody's address is confidential. Secrets stay unsaid to everybody. Answers the entries that
/// say less than was asked for.
pub(crate) async fn complete(ask: &Ask, read: &mut Read, entries: &mut [LoggedAct]) -> Result<BTreeSet<ActId>, Fault> {
    let registry = ask.site().part::<Registry>();
    let acts: Vec<ActId> = entries.iter().map(|entry| entry.act).collect();
    let mut apart = acts::kept_apart(read, &acts).await?;
    let mut unsaid: BTreeSet<ActId> = apart.keys().copied().collect();
    let kinds = entries.iter().map(|entry| (entry.act, entry.kind.as_str()));
    for (act, kind) in kinds {
        if apart.get(&act).is_some_and(|one| !may_make(ask, registry, (kind, one))) {
            apart.remove(&act);
        }
    }
    let about: Vec<(String, i64)> = apart.values().map(|one| one.about.clone()).collect();
    let directory = &**ask.site().part::<Arc<dyn Directory>>();
    let confidential = directory.confidential(ask, read, &about).await?;
    apart.retain(|_, one| !confidential.contains(&one.about));
    for entry in entries {
        let Some(one) = apart.get(&entry.act) else { continue };
        let told = registry.without_secrets(&entry.kind, &one.command);
        if told == one.command {
            unsaid.remove(&entry.act);
        }
        entry.command = told;
    }
    Ok(unsaid)
}

fn may_make(ask: &Ask, registry: &Registry, (kind, apart): (&str, &Apart)) -> bool {
    let needed = registry.permissions(kind, &apart.command);
    needed.is_some_and(|needed| needed.into_iter().all(|permission| ask.may(permission)))
}

/// The command of a proposal: whole for who proposed it and who decides on it, but for its secrets; for who only reads the
/// log without what would be kept apart from that.
pub(crate) fn proposed_command(ask: &Ask, proposal: &Proposal) -> String {
    let registry = ask.site().part::<Registry>();
    let is_whole = ask.visitor().is_some_and(|visitor| {
        let id = visitor.actor.id;
        let is_theirs = proposal.actor == id || proposal.assigned_to == Some(id);
        is_theirs || visitor.permissions.contains(&proposal.approving)
    });
    match is_whole {
        true => registry.without_secrets(&proposal.kind, &proposal.command),
        false => registry.without_personal(&proposal.kind, &proposal.command),
    }
}
