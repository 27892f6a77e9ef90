//! Everything about one service point, as its page shows it.

use std::collections::{BTreeMap, BTreeSet};

use acts::LoggedAct;
use billing::{BillToMakeAgain, PointToRead, ServedService, bills_to_make_again, points_to_read, services_at_points};
use chrono::NaiveDate;
use kernel::{AccountId, ActId, ActorId, CustomerId, MeterId};
use metering::{Meter, Placement, PointUse, ReadRecord, RouteStop, uses_of_point};
use premises::ServicePoint;
use web::{Ask, Problem};

use crate::words::{point_named, walks};

/// One service point.
pub(super) struct Loaded {
    pub(super) point: ServicePoint,
    pub(super) services: Vec<ServedService>,
    /// Whether the visitor may not be told who is or was served here; then no service has a number or a name.
    pub(super) hides_people: bool,
    pub(super) placements: Vec<Placement>,
    pub(super) meters: BTreeMap<MeterId, Meter>,
    /// Every revision, by day.
    pub(super) reads: Vec<ReadRecord>,
    /// The figures that stand, by first day.
    pub(super) uses: Vec<PointUse>,
    /// What was recorded by hand.
    pub(super) entries: BTreeMap<ActId, LoggedAct>,
    pub(super) names: BTreeMap<ActorId, String>,
    /// Who owns the premises today; nobody where that is a protected person, unless the visitor may know.
    pub(super) owner: Option<(CustomerId, String)>,
    /// Where it comes on its reading route; nothing where its neighbors would tell where a protected person lives.
    pub(super) stop: Option<RouteStop>,
    /// The place as it is to be read today, where it has a meter.
    pub(super) now: Option<PointToRead>,
    /// Bills that charge what a read here said before it was corrected, or reach beyond the end of a service; none for who may
    /// not be told who is served here.
    pub(super) again: Vec<BillToMakeAgain>,
    /// The newest entry that figures were worked out by.
    measured_by: Option<ActId>,
}

/// Entries looked up for one page.
const ENTRIES_MAX: usize = 100;

impl Loaded {
    pub(super) async fn load(ask: &Ask, reference: &str) -> Result<Loaded, Problem> {
        let mut read = ask.read().await?;
        let mut point = point_named(&mut read, reference).await?;
        let hides_people = !identity::cover(ask, &mut read, [(point.id, &mut point.address)]).await?.is_empty();
        let id = point.id;
        let mut services = services_at_points(&mut read, &[id]).await?;
        if hides_people {
            services.iter_mut().for_each(unname);
        }
        let placements = metering::placements_at(&mut read, &[id]).await?.remove(&id).unwrap_or_default();
        let reads = metering::read_history(&mut read, id).await?;
        let meters: Vec<MeterId> =
            placements.iter().map(|one| one.meter).chain(reads.iter().map(|one| one.meter)).collect();
        let meters = metering::meters_by_id(&mut read, &meters).await?;
        let mut accounts: BTreeSet<AccountId> = services.iter().map(|one| one.account).collect();
        accounts.insert(AccountId::CITY);
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let all = uses_of_point(&mut read, id, &accounts).await?;
        let measured_by = all.iter().filter_map(|one| act_of(&one.source)).max();
        let uses = standing(all);
        let mut entries = BTreeMap::new();
        let by_hand = reads.iter().rev().filter(|one| one.source == "entered").map(|one| one.act);
        for act in by_hand.take(ENTRIES_MAX).collect::<BTreeSet<ActId>>() {
            entries.extend(acts::logged_act(&mut read, act).await?.map(|entry| (act, entry)));
        }
        let today = ask.today();
        let owner = match point.premise {
            Some(premise) => premises::owners_on(&mut read, &[premise], today).await?.remove(&premise),
            None => None,
        };
        let owner = match owner {
            // Beside its address, a name would tell where a protected person may be found.
            Some(owner) if identity::hides_person(ask, &mut read, owner).await? => None,
            Some(owner) => {
                let known = customers::customers_in_full(&mut read, &[owner]).await?;
                known.get(&owner).map(|one| (owner, one.name.clone()))
            }
            None => None,
        };
        let now = points_to_read(&mut read, &[id], today).await?.pop().filter(|one| one.meter.is_some());
        let mut again = match hides_people {
            true => Vec::new(),
            false => bills_to_make_again(&mut read, &accounts).await?,
        };
        again.retain(|bill| bill.service_point == id);
        again.dedup_by_key(|bill| bill.number);
        let stop = match hides_people && !walks(ask) {
            true => None,
            false => metering::stops_of(&mut read, &[id]).await?.remove(&id),
        };
        let names = staff::names(&mut read).await?;
        Ok(Loaded {
            point,
            services,
            hides_people,
            placements,
            meters,
            reads,
            uses,
            entries,
            names,
            owner,
            stop,
            now,
            again,
            measured_by,
        })
    }

    /// Who recorded a read by hand; nothing where a file did.
    pub(super) fn who(&self, act: ActId) -> Option<&str> {
        let entry = self.entries.get(&act)?;
        self.names.get(&entry.actor).map(String::as_str)
    }

    /// Whether a read that matters for a figure came after the figures were worked out.
    pub(super) fn is_stale(&self) -> bool {
        let (Some(measured), Some(last)) = (self.measured_by, self.uses.last()) else { return false };
        let through: NaiveDate = last.period.to();
        self.reads.iter().any(|read| measured < read.act && read.read_on <= through)
    }
}

/// Takes away who answers for a service.
pub(crate) fn unname(service: &mut ServedService) {
    service.number.clear();
    service.customer.clear();
}

/// The entry that figures were worked out by: `reads, act 812`.
pub(super) fn act_of(source: &str) -> Option<ActId> {
    source.strip_prefix("reads, act ")?.parse().ok().map(ActId)
}

/// Of each account and first day the newest revision.
fn standing(all: Vec<PointUse>) -> Vec<PointUse> {
    let mut newest: Vec<PointUse> = Vec::with_capacity(all.len());
    for one in all {
        match newest.last_mut().filter(|last| (last.period.from(), last.account) == (one.period.from(), one.account)) {
            Some(last) => *last = one,
            None => newest.push(one),
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_name_the_entry_they_were_worked_out_by() {
        assert_eq!(act_of("reads, act 812"), Some(ActId(812)));
        assert_eq!(act_of("12/217"), None);
    }
}
