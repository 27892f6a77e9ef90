//! Works out winter averages of a schedule, chunk by chunk, and records them as quantities of its agreements.

use std::collections::BTreeMap;

use ::acts::{Act, Chunk, ChunkDone, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused};
use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use kernel::{
    AccountId, AgreementId, ConsumptionId, DigestBuilder, OrderId, Period, RateVersionId, Refusal, ServicePointId, Unit,
};
use metering::PeriodUse;
use rates::{NamedQuantity, WinterAverage, WinterDate, WinterGrounds};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::{read_outcome, write_outcome};
use crate::winter::{periods_in, winter_of};
use crate::{Agreement, CHUNK_ACCOUNTS, QuantityRecord, QuantitySource, permissions, store};

/// Works out the averages that the bills of a year are the first to use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetWinterAverages {
    /// The schedule whose rates ask for them.
    pub schedule: String,
    /// The year of those bills.
    pub year: i32,
}

/// What an order froze: by which rules averages are worked out.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct WinterInputs {
    schedule: String,
    rules: Vec<Rule>,
}

/// A quantity of a version, and the first bills that use its averages.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rule {
    version: RateVersionId,
    name: String,
    from_on: NaiveDate,
}

/// What came of the averages of some agreements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AveragedChunk {
    /// Averages that are the mean of a winter's use.
    pub means: i64,
    /// Averages that are the cap.
    pub capped: i64,
    /// Agreements for which the default holds: too few periods count.
    pub defaults: i64,
    /// Agreements whose number a person has set, which stays.
    pub kept: i64,
    /// How many of all these are on record as they were before.
    pub unchanged: i64,
}

impl AveragedChunk {
    /// What came of all chunks of an order that are done.
    pub async fn of_order(read: &mut Read, order: OrderId) -> Result<AveragedChunk, Fault> {
        let mut sum = AveragedChunk::default();
        for chunk in ::acts::chunks(read, order).await?.iter().filter(|chunk| chunk.outcome.is_some()) {
            let done: AveragedChunk = read_outcome(chunk.outcome.as_deref())?;
            sum.means += done.means;
            sum.capped += done.capped;
            sum.defaults += done.defaults;
            sum.kept += done.kept;
            sum.unchanged += done.unchanged;
        }
        Ok(sum)
    }
}

/// Why averages are not worked out.
#[derive(Debug, thiserror::Error)]
pub enum WinterRefused {
    /// No version of the schedule has a winter average for the year.
    #[error("no rates of '{schedule}' have a winter average that bills of {year} are the first to use")]
    NoWinterAverage {
        /// The schedule.
        schedule: String,
        /// The year.
        year: i32,
    },
    /// The quantity is counted in something no meter measures.
    #[error("the winter average '{name}' is counted in '{unit}', which no meter measures")]
    NoUnit {
        /// The name of the quantity.
        name: String,
        /// Its unit.
        unit: String,
    },
    /// A meter measures in another unit than the average is counted in.
    #[error("the winter average '{name}' is counted in {expected}; account {account} used {found}")]
    OtherUnit {
        /// The name of the quantity.
        name: String,
        /// Its unit.
        expected: &'static str,
        /// The account number.
        account: String,
        /// The unit of its use.
        found: &'static str,
    },
}

impl Refusal for WinterRefused {
    fn code(&self) -> &'static str {
        match self {
            WinterRefused::NoWinterAverage { .. } => "no_winter_average",
            WinterRefused::NoUnit { .. } => "no_unit",
            WinterRefused::OtherUnit { .. } => "other_unit",
        }
    }
}

impl Act for SetWinterAverages {
    const KIND: &'static str = "billing.set_winter_averages";
    type Outcome = OrderId;

    fn permission(&self) -> Permission {
        permissions::WINTER_AVERAGES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<OrderId, Failure> {
        let book = RateBook::load(entry).await?;
        let rules = self.rules(&book).map_err(refused)?;
        let first = rules.iter().map(|rule| rule.from_on).min();
        let none = || WinterRefused::NoWinterAverage { schedule: self.schedule.clone(), year: self.year };
        let first = first.ok_or_else(|| refused(none()))?;
        let on = Period::new(first, first + Days::new(1)).map_err(|error| Fault::caused("a day as a period", error))?;
        let inputs = WinterInputs { schedule: self.schedule.clone(), rules };
        let inputs = serde_json::to_string(&inputs).map_err(|error| Fault::caused("writing winter rules", error))?;
        let chunks = store::account_chunks(entry, None, on, CHUNK_ACCOUNTS).await?;
        let plan = OrderPlan { kind: WinterWork::KIND, in_sequence: false, inputs, chunks };
        let order = entry.place_order(plan).await?;
        jobs::enqueue(entry, WinterWork::KIND, order).await?;
        Ok(order)
    }
}

impl SetWinterAverages {
    /// Every winter average of a version that holds when the bills of its month begin to use it.
    fn rules(&self, book: &RateBook) -> Result<Vec<Rule>, WinterRefused> {
        let mut rules = Vec::new();
        for month in 1..=12 {
            let Some(from_on) = NaiveDate::from_ymd_opt(self.year, month, 1) else { continue };
            let Some(id) = book.version_on(&self.schedule, from_on) else { continue };
            let version = book.version(id).and_then(|version| version.version());
            for quantity in version.into_iter().flat_map(|version| &version.quantities) {
                if quantity.winter_average.as_ref().is_none_or(|rule| rule.bills_from_month != month) {
                    continue;
                }
                let (name, unit) = (quantity.name.clone(), quantity.unit.clone());
                if Unit::parse(&unit).is_err() {
                    return Err(WinterRefused::NoUnit { name, unit });
                }
                rules.push(Rule { version: id, name, from_on });
            }
        }
        Ok(rules)
    }
}

/// Works out the averages of one chunk of accounts.
pub struct WinterWork {
    inputs: WinterInputs,
}

/// What a chunk's averages are worked out from.
struct Winter<'a> {
    rule: &'a Rule,
    quantity: &'a NamedQuantity,
    average: &'a WinterAverage,
    unit: Unit,
    winter: Period,
}

impl WinterWork {
    /// The work for what an order froze.
    pub fn new(inputs: &str) -> Result<WinterWork, Fault> {
        let inputs = serde_json::from_str(inputs).map_err(|error| Fault::caused("reading winter rules", error))?;
        Ok(WinterWork { inputs })
    }
}

impl ChunkWork for WinterWork {
    const KIND: &'static str = "billing.winter_averages";

    fn permission(&self) -> Permission {
        permissions::WINTER_AVERAGES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        customers::hold_accounts(entry, range).await?;
        let book = RateBook::load(entry).await?;
        let mut outcome = AveragedChunk::default();
        let mut digest = DigestBuilder::new();
        for rule in &self.inputs.rules {
            let winter = Winter::of(&book, rule)?;
            let records = work_out(entry, &self.inputs.schedule, &winter, range, &mut outcome).await?;
            for record in &records {
                let amount = record.amount.map_or_else(String::new, |amount| amount.normalize().to_string());
                digest.int(record.account.0).int(record.agreement.0).int(record.revision).text(&amount);
            }
            let act = entry.act;
            store::insert_quantities(entry, act, &records).await?;
        }
        Ok(ChunkDone { outcome: write_outcome(&outcome)?, digest: digest.finish() })
    }
}

impl<'a> Winter<'a> {
    fn of(book: &'a RateBook, rule: &'a Rule) -> Result<Winter<'a>, Fault> {
        let version = book.version(rule.version).and_then(|version| version.version());
        let mut quantities = version.into_iter().flat_map(|version| &version.quantities);
        let gone = || Fault::new("the rule of a winter average is gone");
        let quantity = quantities.find(|quantity| quantity.name == rule.name).ok_or_else(gone)?;
        let average = quantity.winter_average.as_ref().ok_or_else(gone)?;
        let unit = Unit::parse(&quantity.unit).map_err(|_| gone())?;
        let winter = winter_of(average, rule.from_on).ok_or_else(gone)?;
        Ok(Winter { rule, quantity, average, unit, winter })
    }
}

/// A period may begin this long before the day that puts it into a winter.
const LONGEST_DAYS: u64 = 200;

/// The records that are new for some accounts; what is the same, or was set by a person, is only counted.
async fn work_out(
    entry: &mut Entry,
    schedule: &str,
    winter: &Winter<'_>,
    range: (AccountId, AccountId),
    outcome: &mut AveragedChunk,
) -> Result<Vec<QuantityRecord>, Failure> {
    let rule = winter.rule;
    let agreements = store::agreements_by_schedule(entry, schedule, range, rule.from_on).await?;
    let begin = winter.winter.from() - Days::new(LONGEST_DAYS);
    let window =
        Period::new(begin, winter.winter.to()).map_err(|error| Fault::caused("the days of a winter", error))?;
    let uses = metering::uses_between(entry, range, window).await?;
    let billed: BTreeMap<ConsumptionId, NaiveDate> = match winter.average.by {
        WinterDate::ReadDate => BTreeMap::new(),
        WinterDate::BillDate => store::bill_dates(entry, range).await?,
    };
    let there = last_records(store::quantities_between(entry, range, rule.from_on).await?, rule);
    let mut by_point: BTreeMap<(AccountId, ServicePointId), Vec<&PeriodUse>> = BTreeMap::new();
    for used in &uses {
        by_point.entry((used.account, used.service_point)).or_default().push(used);
    }
    let mut records = Vec::new();
    for agreement in &agreements {
        let own = by_point.get(&(agreement.account, agreement.service_point)).map_or(&[][..], Vec::as_slice);
        let periods = match periods_in(winter.winter, winter.average, own, (&billed, winter.unit)) {
            Ok(periods) => periods,
            Err(found) => return refuse(other_unit(entry, winter, agreement, found).await?),
        };
        let found = winter.average.of(&periods, winter.quantity.default);
        let before = there.get(&(agreement.account, agreement.id));
        if before.is_some_and(|before| before.source != QuantitySource::WinterAverage) {
            outcome.kept += 1;
            continue;
        }
        match found.grounds {
            WinterGrounds::Mean => outcome.means += 1,
            WinterGrounds::Cap => outcome.capped += 1,
            WinterGrounds::Default => outcome.defaults += 1,
        }
        let grounds = found.to_string();
        if before.is_some_and(|before| before.amount == found.average && before.grounds == grounds) {
            outcome.unchanged += 1;
            continue;
        }
        records.push(QuantityRecord {
            account: agreement.account,
            agreement: agreement.id,
            name: rule.name.clone(),
            from_on: rule.from_on,
            revision: before.map_or(1, |before| before.revision + 1),
            amount: found.average,
            source: QuantitySource::WinterAverage,
            grounds,
        });
    }
    Ok(records)
}

/// Of each agreement the last record that begins on the day of the rule.
fn last_records(records: Vec<QuantityRecord>, rule: &Rule) -> BTreeMap<(AccountId, AgreementId), QuantityRecord> {
    let of_rule = records.into_iter().filter(|record| record.name == rule.name && record.from_on == rule.from_on);
    of_rule.map(|record| ((record.account, record.agreement), record)).collect()
}

async fn other_unit(
    entry: &mut Entry,
    winter: &Winter<'_>,
    agreement: &Agreement,
    found: Unit,
) -> Result<WinterRefused, Fault> {
    let accounts = customers::accounts_by_id(entry, &[agreement.account]).await?;
    let account = accounts.values().map(|account| account.number.to_string()).collect();
    let (name, expected, found) = (winter.rule.name.clone(), winter.unit.code(), found.code());
    Ok(WinterRefused::OtherUnit { name, expected, account, found })
}
