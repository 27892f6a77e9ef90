//! What was changed so recently that it proves nothing: whoever takes over an account changes telephone and address first,
//! and then calls.

use std::collections::{BTreeMap, BTreeSet};

use acts::{Act, LoggedAct};
use chrono::{Days, NaiveDate};
use customers::acts::SetMailingAddress;
use customers::{AddressRecord, NamedAccount, Purpose};
use db::{Fault, Read};
use kernel::{ActId, CustomerId};

use crate::{Question, VerificationRule};

/// Something that does not count yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recent {
    /// Which question.
    pub(crate) question: Question,
    /// Whose answer; of a bill, whoever calls.
    pub(crate) customer: Option<CustomerId>,
    /// When it was changed.
    pub(crate) changed_on: NaiveDate,
    /// From when on it counts.
    pub(crate) counts_from: NaiveDate,
}

/// Which answers about an account do not count on a day, of these people.
pub(crate) async fn recent_changes(
    read: &mut Read,
    (account, people): (&NamedAccount, &[CustomerId]),
    (rule, today): (&VerificationRule, NaiveDate),
) -> Result<Vec<Recent>, Fault> {
    let days = Days::new(u64::try_from(rule.recent_days).unwrap_or(0));
    let Some(since) = today.checked_sub_days(days).filter(|since| *since < today) else { return Ok(Vec::new()) };
    let recent = |question, customer, changed_on: NaiveDate| {
        let counts_from = changed_on.checked_add_days(days).unwrap_or(NaiveDate::MAX);
        (since < changed_on).then_some(Recent { question, customer, changed_on, counts_from })
    };
    let mut all = Vec::new();
    let mut telephones = customers::phones_set_on(read, people).await?;
    // With a merge the account has another holder, whose telephone nobody set.
    for (_, act, _, holder) in customers::moves_of_accounts(read, &[account.id]).await? {
        if people.contains(&holder)
            && let Some(entry) = acts::logged_act(read, act).await?
        {
            let last = telephones.entry(holder).or_insert(entry.business_on);
            *last = (*last).max(entry.business_on);
        }
    }
    all.extend(telephones.into_iter().filter_map(|(customer, set_on)| recent(Question::Phone, Some(customer), set_on)));
    if let Some(bill) = billing::last_bill(read, account.id).await? {
        let changed_on = mail_changed(read, account, bill.bill_on).await?;
        all.extend(changed_on.and_then(|changed_on| recent(Question::BillAmount, None, changed_on)));
    }
    Ok(all)
}

/// The last day on which it was changed where a bill of a day goes, or began to go elsewhere. Somebody who put it back since
/// has read the bill all the same, and a bill that is printed once more goes where it is said now.
async fn mail_changed(read: &mut Read, account: &NamedAccount, bill_on: NaiveDate) -> Result<Option<NaiveDate>, Fault> {
    let mut records = customers::address_records(read, account.id).await?;
    let mut entries: BTreeMap<ActId, LoggedAct> = BTreeMap::new();
    for act in records.iter().map(|record| record.act).collect::<BTreeSet<ActId>>() {
        entries.extend(acts::logged_act(read, act).await?.map(|entry| (act, entry)));
    }
    let recorded_on = |act: ActId| entries.get(&act).map(|entry| entry.business_on);
    if let Some(first) = first_mail(&records, recorded_on)
        && entries.get(&first).is_none_or(|entry| entry.kind != SetMailingAddress::KIND)
        && records.iter().any(|record| record.act == first && record.address.from_on == account.opened_on)
    {
        // Said when the account came to be, so it replaced nothing. What a file says of an older account is no first word.
        records.retain(|record| record.act != first);
    }
    records.retain(|record| record.address.from_on <= bill_on);
    let began_on = records.iter().map(|record| record.address.from_on).max();
    let last = records.iter().map(|record| recorded_on(record.act)).max().flatten();
    Ok(last.max(began_on))
}

/// The entry that said first where mail of an account goes. Of one day the lower id counts: ids of the log are no order of days.
fn first_mail(records: &[AddressRecord], recorded_on: impl Fn(ActId) -> Option<NaiveDate>) -> Option<ActId> {
    let mailing = records.iter().filter(|record| record.address.purpose == Purpose::Mailing);
    mailing.map(|record| (recorded_on(record.act), record.act)).min().map(|(_, act)| act)
}
