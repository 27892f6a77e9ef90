//! Who did something, and what classes are called.

use std::collections::BTreeMap;

use acts::{LoggedAct, Proposal};
use db::{Fault, Read};
use kernel::{ActId, ActorId, ProposalId};
use web::{Ask, Facts};

/// How far back approvals are looked for.
const APPROVALS_MAX: i64 = 500;

/// The names of people and classes, and which approvals led to what was done.
pub(crate) struct Names {
    actors: BTreeMap<ActorId, String>,
    /// Class to title.
    pub(crate) classes: BTreeMap<String, String>,
    approved: BTreeMap<ActId, Proposal>,
}

/// How something came about.
pub(crate) struct Done {
    /// The entry of the log.
    pub(crate) entry: LoggedAct,
    /// Who did it, or proposed it.
    pub(crate) who: String,
    /// Who agreed, where a second person had to.
    pub(crate) approver: Option<String>,
}

impl Names {
    pub(crate) async fn load(read: &mut Read) -> Result<Names, Fault> {
        let actors = staff::names(read).await?;
        let classes = revenue::class_titles(read).await?;
        let decided = acts::proposals_before(read, ProposalId(i64::MAX), APPROVALS_MAX).await?;
        let approved = decided.into_iter().filter(|one| one.kind.starts_with("revenue."));
        let approved = approved.filter_map(|one| Some((one.act?, one))).collect();
        Ok(Names { actors, classes, approved })
    }

    /// What somebody is called.
    pub(crate) fn actor(&self, actor: ActorId) -> String {
        self.actors.get(&actor).cloned().unwrap_or_else(|| format!("Number {}", actor.0))
    }

    /// What a class is called; its code when the town does not know it.
    pub(crate) fn class<'a>(&'a self, code: &'a str) -> &'a str {
        self.classes.get(code).map_or(code, String::as_str)
    }

    /// How something came about.
    pub(crate) async fn done(&self, read: &mut Read, act: ActId) -> Result<Option<Done>, Fault> {
        let Some(entry) = acts::logged_act(read, act).await? else { return Ok(None) };
        let proposal = self.approved.get(&act);
        let who = self.actor(proposal.map_or(entry.actor, |proposal| proposal.actor));
        let approver = proposal.and_then(|proposal| proposal.decided_by).map(|actor| self.actor(actor));
        Ok(Some(Done { entry, who, approver }))
    }
}

impl Done {
    /// The day, who and with whom, as facts; the entry is a link for who may read the log.
    pub(crate) fn facts(&self, ask: &Ask, facts: Facts, verb: &str) -> Facts {
        let day = web::shown::date(&self.entry.business_on);
        let facts = facts.fact(&format!("{verb} by"), format!("{}, {day}", self.who));
        let facts = match &self.approver {
            Some(approver) => facts.fact("Approved by", approver),
            None => facts,
        };
        let (words, href) = (format!("Entry {}", self.entry.act.0), format!("/log/{}", self.entry.act.0));
        if ask.may(acts::permissions::READ) { facts.link("Log", words, href) } else { facts.fact("Log", words) }
    }
}
