//! Keeps the bills to make again in step with what is on record: whatever changes that says of which accounts.

use std::collections::{BTreeMap, BTreeSet};

use acts::Entry;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, ActId, ActorId};

use crate::store::{self, AgainKey, BillAgain, BillToMakeAgain, GoneWrong};

/// Makes what is kept of some accounts what is so now. Where nothing changed nothing is written; a bill that somebody lets
/// stay waits again when what it charges was corrected once more.
pub(crate) async fn refresh_bills_again(entry: &mut Entry, accounts: &BTreeSet<AccountId>) -> Result<(), Fault> {
    let accounts: Vec<AccountId> = accounts.iter().copied().collect();
    // Whoever posts bills of these accounts waits until this is done, or is done before this looks.
    customers::hold_these_accounts(entry, &accounts).await?;
    let found = store::gone_wrong(entry, &accounts).await?;
    let kept = store::bills_again_of(entry, &accounts).await?;
    let told = (entry.today, Some(entry.act));
    let Changes { accounts, rows } = changes(found, kept, told);
    store::delete_again(entry, &accounts).await?;
    store::insert_again(entry, rows).await
}

/// Whether what waits of a bill came about by somebody themself: another person decides that it stays as it is.
pub async fn is_own_change(read: &mut Read, not_so: &[BillAgain], who: ActorId) -> Result<bool, Fault> {
    let waiting = not_so.iter().filter(|one| one.stays.is_none());
    let told: BTreeSet<ActId> = waiting.filter_map(|one| one.told_by).collect();
    let told: Vec<ActId> = told.into_iter().collect();
    Ok(acts::log_heads(read, &told).await?.values().any(|head| head.actor == who))
}

/// Since when something is known, and the entry of the log that made it so.
type Told = (NaiveDate, Option<ActId>);

/// What makes the one that is kept the other: all rows of the accounts whose rows are not the same any more.
#[derive(Debug, PartialEq, Eq)]
struct Changes {
    accounts: Vec<AccountId>,
    rows: Vec<BillAgain>,
}

/// What is kept, or would be, by account.
type Kept = BTreeMap<AccountId, BTreeMap<AgainKey, BillAgain>>;

fn changes(found: Vec<GoneWrong>, kept: Vec<BillAgain>, told: Told) -> Changes {
    let mut old = Kept::new();
    for one in kept {
        old.entry(one.bill.account).or_default().insert(one.key(), one);
    }
    let mut new = Kept::new();
    for one in found {
        let before = old.get(&one.key.account).and_then(|rows| rows.get(&one.key));
        new.entry(one.key.account).or_default().insert(one.key, now(one, before, told));
    }
    let accounts: BTreeSet<AccountId> = old.keys().chain(new.keys()).copied().collect();
    let is_changed = |account: &AccountId| old.get(account) != new.get(account);
    let accounts: Vec<AccountId> = accounts.into_iter().filter(is_changed).collect();
    let rows = accounts.iter().filter_map(|account| new.remove(account)).flat_map(BTreeMap::into_values).collect();
    Changes { accounts, rows }
}

/// What is kept of something that is found, by what was kept of it before.
fn now(found: GoneWrong, before: Option<&BillAgain>, told: Told) -> BillAgain {
    let (told_on, told_by) = match before {
        Some(same) if same.figure == found.figure => return same.clone(),
        // It waited before it was corrected once more, by which it waits now.
        Some(waits) if waits.stays.is_none() => (waits.told_on, told.1),
        Some(_) | None => told,
    };
    let AgainKey { account, run, service_point, why } = found.key;
    let bill = BillToMakeAgain { account, number: found.number, service_point, why };
    BillAgain { bill, run, told_on, told_by, stays: None, figure: found.figure }
}

#[cfg(test)]
mod tests {
    use kernel::{BillNumber, ConsumptionId, RunId, ServicePointId};

    use super::*;
    use crate::store::{BillStay, WhyAgain};

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, number).expect("a day of July")
    }

    fn wrong(account: i64, figure: Option<i64>) -> GoneWrong {
        let why = match figure {
            Some(_) => WhyAgain::Corrected { from_on: day(1) },
            None => WhyAgain::Stopped { stopped_on: day(1) },
        };
        GoneWrong {
            key: AgainKey { account: AccountId(account), run: RunId(3), service_point: ServicePointId(9), why },
            number: BillNumber { run: 3, position: 1 },
            figure: figure.map(ConsumptionId),
        }
    }

    /// What was told before, on another day by another entry.
    const BEFORE: i64 = 5;
    const NOW: i64 = 40;

    fn kept(account: i64, figure: Option<i64>, (told_by, stays): (i64, bool)) -> BillAgain {
        let stay = || BillStay { act: ActId(6), by: ActorId(1), on: day(3), reason: "a dollar".to_owned() };
        let told_on = if told_by == BEFORE { day(2) } else { day(20) };
        let new = now(wrong(account, figure), None, (told_on, Some(ActId(told_by))));
        BillAgain { stays: stays.then(stay), ..new }
    }

    #[test]
    fn what_is_kept_becomes_what_is_so_and_waits_since_it_was_told() {
        let one = |figure, is_staying| Some(kept(7, figure, (BEFORE, is_staying)));
        let since = |told_by, figure| Some(kept(7, figure, (told_by, false)));
        let before = kept(7, Some(12), (BEFORE, false));
        let corrected_once_more = Some(BillAgain { told_by: Some(ActId(NOW)), ..before });
        #[rustfmt::skip]
        let rows = [
            // found         kept                     what is written in its place
            (None,           None,                    None),
            (Some(None),     None,                    Some(since(NOW, None))),
            (Some(None),     one(None, false),        None),
            (Some(None),     one(None, true),         None),
            (None,           one(None, false),        Some(None)),
            (None,           one(None, true),         Some(None)),
            (Some(Some(11)), None,                    Some(since(NOW, Some(11)))),
            (Some(Some(11)), one(Some(11), true),     None),
            (Some(Some(12)), one(Some(11), false),    Some(corrected_once_more)),
            (Some(Some(12)), one(Some(11), true),     Some(since(NOW, Some(12)))),
        ];
        for (found, kept, written) in rows {
            let found: Vec<GoneWrong> = found.map(|figure| wrong(7, figure)).into_iter().collect();
            let kept: Vec<BillAgain> = kept.into_iter().collect();
            let made = changes(found.clone(), kept.clone(), (day(20), Some(ActId(NOW))));
            let accounts = written.iter().map(|_| AccountId(7)).collect();
            assert_eq!(made, Changes { accounts, rows: written.flatten().into_iter().collect() }, "{found:?} {kept:?}");
        }
    }

    #[test]
    fn only_accounts_of_which_something_changed_are_written_and_what_else_is_kept_of_them() {
        let stays = |account| kept(account, None, (BEFORE, true));
        let found = vec![wrong(7, None), wrong(7, Some(11)), wrong(8, None)];
        let made = changes(found, vec![stays(7), stays(8)], (day(20), Some(ActId(NOW))));
        let rows = vec![stays(7), kept(7, Some(11), (NOW, false))];
        assert_eq!(made, Changes { accounts: vec![AccountId(7)], rows });
    }
}
