//! Keeps the bills to make again in step with what is on record: whatever changes that says of which accounts.

use std::collections::{BTreeMap, BTreeSet};

use acts::Entry;
use chrono::NaiveDate;
use db::Fault;
use kernel::{AccountId, ActId};

use crate::store::{self, AgainKey, BillAgain, GoneWrong};

/// Makes what is kept of some accounts what is so now. Where nothing changed nothing is written; a bill that somebody lets
/// stay waits again when what it charges was corrected once more.
pub(crate) async fn refresh_bills_again(entry: &mut Entry, accounts: &BTreeSet<AccountId>) -> Result<(), Fault> {
    let accounts: Vec<AccountId> = accounts.iter().copied().collect();
    // Whoever posts bills of these accounts waits until this is done, or is done before this looks.
    customers::hold_these_accounts(entry, &accounts).await?;
    let found = store::gone_wrong(entry, &accounts).await?;
    let kept = store::bills_again_of(entry, &accounts).await?;
    let told = (entry.today, Some(entry.act));
    let Changes { gone, new } = changes(found, &kept, told);
    store::delete_again(entry, &gone).await?;
    store::insert_again(entry, &new).await
}

/// Since when something is known, and the entry of the log that made it so.
type Told = (NaiveDate, Option<ActId>);

/// What makes the one that is kept the other.
#[derive(Debug, PartialEq, Eq)]
struct Changes {
    gone: Vec<AgainKey>,
    new: Vec<(GoneWrong, NaiveDate, Option<ActId>)>,
}

fn changes(found: Vec<GoneWrong>, kept: &[BillAgain], told: Told) -> Changes {
    let kept: BTreeMap<AgainKey, &BillAgain> = kept.iter().map(|one| (one.key(), one)).collect();
    let mut gone: BTreeSet<AgainKey> = kept.keys().copied().collect();
    let mut new = Vec::new();
    for one in found {
        let (told_on, told_by) = match kept.get(&one.key) {
            Some(same) if same.figure == one.figure => {
                gone.remove(&one.key);
                continue;
            }
            // It waited before it was corrected once more.
            Some(waits) if waits.stays.is_none() => (waits.told_on, waits.told_by),
            Some(_) | None => told,
        };
        new.push((one, told_on, told_by));
    }
    Changes { gone: gone.into_iter().collect(), new }
}

#[cfg(test)]
mod tests {
    use kernel::{ActorId, BillNumber, ConsumptionId, RunId, ServicePointId};

    use super::*;
    use crate::store::{BillStay, BillToMakeAgain, WhyAgain};

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, number).expect("a day of July")
    }

    fn wrong(figure: Option<i64>) -> GoneWrong {
        let why = match figure {
            Some(_) => WhyAgain::Corrected { from_on: day(1) },
            None => WhyAgain::Stopped { stopped_on: day(1) },
        };
        GoneWrong {
            key: AgainKey { account: AccountId(7), run: RunId(3), service_point: ServicePointId(9), why },
            number: BillNumber { run: 3, position: 1 },
            figure: figure.map(ConsumptionId),
        }
    }

    fn kept(figure: Option<i64>, stays: bool) -> BillAgain {
        let GoneWrong { key, number, figure } = wrong(figure);
        let AgainKey { account, service_point, why, run } = key;
        let stays =
            stays.then(|| BillStay { act: ActId(6), by: ActorId(1), on: day(3), reason: "a dollar".to_owned() });
        let bill = BillToMakeAgain { account, number, service_point, why };
        BillAgain { bill, run, told_on: day(2), told_by: Some(ActId(5)), stays, figure }
    }

    #[test]
    fn what_is_kept_becomes_what_is_so_and_waits_since_it_was_told() {
        let now = (day(20), Some(ActId(40)));
        let before = (day(2), Some(ActId(5)));
        #[rustfmt::skip]
        let rows = [
            // found         kept                           gone   new since
            (None,           None,                          false, None),
            (Some(None),     None,                          false, Some(now)),
            (Some(None),     Some(kept(None, false)),       false, None),
            (Some(None),     Some(kept(None, true)),        false, None),
            (None,           Some(kept(None, false)),       true,  None),
            (None,           Some(kept(None, true)),        true,  None),
            (Some(Some(11)), None,                          false, Some(now)),
            (Some(Some(11)), Some(kept(Some(11), true)),    false, None),
            (Some(Some(12)), Some(kept(Some(11), false)),   true,  Some(before)),
            (Some(Some(12)), Some(kept(Some(11), true)),    true,  Some(now)),
        ];
        for (found, kept, is_gone, since) in rows {
            let found: Vec<GoneWrong> = found.map(wrong).into_iter().collect();
            let kept: Vec<BillAgain> = kept.into_iter().collect();
            let made = changes(found.clone(), &kept, now);
            let gone = kept.iter().filter(|_| is_gone).map(BillAgain::key).collect();
            let new = found.iter().filter_map(|one| since.map(|(on, by)| (*one, on, by))).collect();
            assert_eq!(made, Changes { gone, new }, "{found:?} {kept:?}");
        }
    }
}
