//! The town that is billed: made up, the same every time, through the door like any other.

use acts::{Act, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject};
use billing::{NewService, open_services};
use chrono::NaiveDate;
use db::Fault;
use kernel::{CycleId, DigestBuilder, Month, OrderId, Quantity, Unit};
use metering::NewConsumption;
use revenue::RateProfile;
use revenue::acts::AdoptRates;
use serde::{Deserialize, Serialize};

use crate::commands::{Ended, conform};
use crate::office::{Office, Who};
use crate::town::{self, TownFile};

const TOWN: &str = include_str!("../../../../../towns/bench/town.toml");
const RATES: &str = include_str!("../../../../../towns/bench/rates.toml");
/// The cycle that is billed.
pub(super) const CYCLE: &str = "MONTHLY";
/// The month that is billed.
pub(super) const MONTH: &str = "2026-06";
const CHUNK: i64 = 5_000;

/// Makes the town in an empty database and closes it.
pub(super) async fn make(url: &str, today: NaiveDate, accounts: i64) -> Result<(), Ended> {
    let office = Office::open(url, today).await?;
    office.migrate().await?;
    let (analyst, _) = people(&office).await?;
    let parsed: TownFile = toml::from_str(TOWN).map_err(|error| Ended::Fault(error.to_string()))?;
    town::apply(&office, &analyst, parsed).await?;
    office.act(&analyst.under("rates"), &AdoptRates { text: RATES.to_owned() }).await?;
    let cycle = billing::cycle_by_code(&mut office.db().read().await?, CYCLE).await?;
    let cycle = cycle.ok_or_else(|| Ended::Fault("the cycle is missing".into()))?.id;
    let order = office.act(&analyst.under("build"), &BuildTown { accounts }).await?.outcome;
    let work = BuildWork { cycle };
    while office.door.carry_out_chunk(&analyst.under("build"), order, &work).await? == acts::ChunkStep::Done {}
    office.db().analyze().await?;
    office.db().checkpoint().await?;
    office.db().close().await;
    Ok(())
}

/// The analyst who prepares and the supervisor who signs.
pub(super) async fn people(office: &Office) -> Result<(Who, Who), Ended> {
    conform::staff(office).await
}

#[derive(Serialize, Deserialize)]
struct BuildTown {
    accounts: i64,
}

impl Act for BuildTown {
    const KIND: &'static str = "bench.build_town";
    type Outcome = OrderId;

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<OrderId, Failure> {
        let starts = (0..self.accounts).step_by(usize::try_from(CHUNK).unwrap_or(1));
        let chunks = starts.map(|from| ChunkPlan { from, to: self.accounts.min(from + CHUNK) }).collect();
        let plan = OrderPlan { kind: BuildWork::KIND, in_sequence: true, inputs: String::new(), chunks };
        Ok(entry.place_order(plan).await?)
    }
}

struct BuildWork {
    cycle: CycleId,
}

impl ChunkWork for BuildWork {
    const KIND: &'static str = "bench.build";

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let month = Month::parse(MONTH).map_err(|error| Fault::caused("the month of the benchmark", error))?;
        let services: Vec<NewService> = (chunk.from..chunk.to).map(|number| self.service(number)).collect();
        let opened = open_services(entry, &services).await?;
        let mut ids = entry.ids("consumption", services.len()).await?;
        let mut consumption = Vec::with_capacity(services.len());
        for (number, service) in (chunk.from..chunk.to).zip(&services) {
            let (point, answers) = opened[&service.service_point];
            consumption.push(NewConsumption {
                id: ids.take(),
                account: answers.account,
                service_point: point,
                register: 1,
                revision: 1,
                period: month.period(),
                read_on: month.last_on(),
                quantity: used(number),
                source: "bench".to_owned(),
                is_estimated: false,
                is_vacant: false,
                registered_steps: None,
                findings: String::new(),
                grounds: String::new(),
            });
        }
        metering::insert_consumption(entry, consumption).await?;
        Ok(ChunkDone { outcome: String::new(), digest: DigestBuilder::new().int(chunk.to).finish() })
    }
}

impl BuildWork {
    fn service(&self, number: i64) -> NewService {
        let class = if number % 10 == 9 { "SHOP" } else { "HOUSE" };
        let meter_size = if number % 4 == 3 { "1\"" } else { "5/8\"" };
        NewService {
            customer: format!("c{number}"),
            service_point: format!("p{number}"),
            service: "water".to_owned(),
            schedule: "bench-water".to_owned(),
            profile: RateProfile {
                class: class.to_owned(),
                dimensions: [("meter_size".to_owned(), meter_size.to_owned())].into(),
            },
            cycle: self.cycle,
            starts_on: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date of the calendar"),
        }
    }
}

/// Use spread over all four tiers; one account in a hundred used nothing.
fn used(number: i64) -> Quantity {
    let whole = if number % 100 == 50 { 0 } else { number.wrapping_mul(2_654_435_761).rem_euclid(180) + 1 };
    Quantity { steps: whole * 10_i64.pow(Unit::Ccf.places()), unit: Unit::Ccf }
}
