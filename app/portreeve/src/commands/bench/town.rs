//! The towns that are measured: made up, the same every time, through the door like any other.

use acts::{Act, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject};
use billing::{NewService, open_services};
use chrono::NaiveDate;
use customers::{CustomerKind, NewCustomer};
use db::Fault;
use fastrand::Rng;
use kernel::{CustomerId, CycleId, DigestBuilder, MeterId, Month, OrderId, Quantity, ServicePointId, Unit};
use metering::{Meter, NewConsumption, Placement};
use revenue::RateProfile;
use revenue::acts::AdoptRates;
use serde::{Deserialize, Serialize};

use crate::commands::demo::names;
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
/// From this amount on, in cents, one house in ten of the town with people is looked at.
const LOOKED_AT_CENTS: i64 = 100_000;

/// How much is known of a town's accounts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// What a bill run needs: references and the use of one month.
    Bare,
    /// Names, telephones, addresses and meters, and the use of thirteen months; so many bills are held up.
    People,
}

/// Makes the town in an empty database and closes it.
pub(super) async fn make(url: &str, today: NaiveDate, (accounts, detail): (i64, Detail)) -> Result<(), Ended> {
    let office = Office::open(url, today).await?;
    office.migrate().await?;
    let (analyst, _) = people(&office).await?;
    let mut parsed: toml::Table = toml::from_str(TOWN).map_err(|error| Ended::Fault(error.to_string()))?;
    if let (Detail::People, Some(limits)) = (detail, parsed.get_mut("high_cents").and_then(toml::Value::as_table_mut)) {
        limits.insert("HOUSE".to_owned(), LOOKED_AT_CENTS.into());
    }
    let parsed: TownFile = parsed.try_into().map_err(|error: toml::de::Error| Ended::Fault(error.to_string()))?;
    town::apply(&office, &analyst, parsed).await?;
    office.act(&analyst.under("rates"), &AdoptRates { text: RATES.to_owned() }).await?;
    let cycle = billing::cycle_by_code(&mut office.db().read().await?, CYCLE).await?;
    let cycle = cycle.ok_or_else(|| Ended::Fault("the cycle is missing".into()))?.id;
    let order = office.act(&analyst.under("build"), &BuildTown { accounts }).await?.outcome;
    let work = BuildWork { cycle, detail };
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
    detail: Detail,
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
        let last = Month::parse(MONTH).map_err(|error| Fault::caused("the month of the benchmark", error))?;
        let numbers: Vec<i64> = (chunk.from..chunk.to).collect();
        let services: Vec<NewService> = numbers.iter().map(|number| self.service(*number)).collect();
        if self.detail == Detail::People {
            take_in(entry, &numbers).await?;
        }
        let opened = open_services(entry, &services).await?;
        let months = self.months(last);
        let mut ids = entry.ids("consumption", services.len() * months.len()).await?;
        let mut consumption = Vec::with_capacity(services.len() * months.len());
        for (number, service) in numbers.iter().zip(&services) {
            let (point, answers) = opened[&service.service_point];
            consumption.extend((0..).zip(&months).map(|(ago, month)| NewConsumption {
                id: ids.take(),
                account: answers.account,
                service_point: point,
                register: 1,
                revision: 1,
                period: month.period(),
                read_on: month.last_on(),
                quantity: used(number + ago),
                source: "bench".to_owned(),
                is_estimated: false,
                is_vacant: false,
                registered_steps: None,
                findings: String::new(),
                grounds: String::new(),
            }));
        }
        if self.detail == Detail::People {
            let points: Vec<_> = services.iter().map(|service| opened[&service.service_point].0).collect();
            put_meters_in(entry, &points, (&numbers, started_on(self.detail))).await?;
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
            address: match self.detail {
                Detail::Bare => String::new(),
                Detail::People => street(number),
            },
            customer: format!("c{number}"),
            service_point: format!("p{number}"),
            service: "water".to_owned(),
            schedule: "bench-water".to_owned(),
            profile: RateProfile {
                class: class.to_owned(),
                dimensions: [("meter_size".to_owned(), meter_size.to_owned())].into(),
            },
            cycle: self.cycle,
            starts_on: started_on(self.detail),
        }
    }

    /// The months of which the use is known, from the last one back.
    fn months(&self, last: Month) -> Vec<Month> {
        let count = match self.detail {
            Detail::Bare => 1,
            Detail::People => 13,
        };
        let before = |month: &Month| month.first_on().pred_opt().map(Month::of);
        std::iter::successors(Some(last), before).take(count).collect()
    }
}

fn started_on(detail: Detail) -> NaiveDate {
    let (year, month) = match detail {
        Detail::Bare => (2026, 1),
        Detail::People => (2025, 5),
    };
    NaiveDate::from_ymd_opt(year, month, 1).expect("a date of the calendar")
}

/// House number and street of an account: forty houses to a block.
fn street(number: i64) -> String {
    let place = usize::try_from(number).unwrap_or(0);
    names::street(place / 40, place % 40)
}

/// Customers with names and telephones.
async fn take_in(entry: &mut Entry, numbers: &[i64]) -> Result<(), Fault> {
    let mut ids = entry.ids("customer", numbers.len()).await?;
    let customer = |number: &i64| {
        let mut rng = Rng::with_seed(number.unsigned_abs());
        let id: CustomerId = ids.take();
        NewCustomer {
            id,
            reference: format!("c{number}"),
            kind: CustomerKind::Person,
            name: names::person(&mut rng),
            phone: format!("(520) 555-{:04}", number % 10_000),
            email: String::new(),
            source: "bench".to_owned(),
        }
    };
    let new = numbers.iter().map(customer).collect();
    customers::insert_customers(entry, new).await
}

/// A meter at each service point.
async fn put_meters_in(
    entry: &mut Entry,
    points: &[ServicePointId],
    (numbers, installed_on): (&[i64], NaiveDate),
) -> Result<(), Fault> {
    let mut ids = entry.ids("meter", points.len()).await?;
    let (mut meters, mut placements) = (Vec::with_capacity(points.len()), Vec::with_capacity(points.len()));
    for (point, number) in points.iter().zip(numbers) {
        let id: MeterId = ids.take();
        meters.push(Meter {
            id,
            serial_number: format!("B{number:08}"),
            unit: Unit::Ccf,
            dials: 6,
            steps_per_count: 10_i64.pow(Unit::Ccf.places()),
            size: "5/8\"".to_owned(),
            source: "bench".to_owned(),
        });
        placements.push(Placement {
            service_point: *point,
            installed_on,
            meter: id,
            install_count: 0,
            removed_on: None,
            removal_count: None,
            source: "bench".to_owned(),
        });
    }
    metering::insert_meters(entry, meters).await?;
    metering::insert_placements(entry, placements).await
}

/// Use spread over all four tiers; one account in a hundred used nothing.
fn used(number: i64) -> Quantity {
    let whole = if number % 100 == 50 { 0 } else { number.wrapping_mul(2_654_435_761).rem_euclid(180) + 1 };
    Quantity { steps: whole * 10_i64.pow(Unit::Ccf.places()), unit: Unit::Ccf }
}
