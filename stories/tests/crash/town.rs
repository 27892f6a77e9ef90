//! The town that is billed: 300 accounts, made once an engine and copied for every seed.

use std::path::PathBuf;

use acts::{Act, Entry, Failure, Permission, Subject};
use billing::{NewService, open_services};
use chrono::NaiveDate;
use db::{Engine, Rows, Server};
use kernel::{AccountId, AgreementId, CycleId, Month, Quantity, ServicePointId, Unit};
use metering::NewConsumption;
use revenue::RateProfile;
use serde::{Deserialize, Serialize};
use testkit::TestDb;

use crate::program::Program;

/// The month that is billed.
pub(crate) const MONTH: &str = "2026-06";
const ACCOUNTS: i64 = 300;
/// What the analyst may do; the supervisor signs.
const ANALYST: [&str; 6] = [
    "finance.establish_books",
    "revenue.set_up",
    "revenue.adopt_rates",
    "billing.set_up",
    "billing.prepare",
    "billing.exceptions",
];

/// The town, and where its copies go.
pub(crate) struct Copies {
    town: TestDb,
    folder: tempfile::TempDir,
    server: Option<Server>,
}

/// One copy.
pub(crate) struct Place {
    /// Its address.
    pub(crate) url: String,
    of: Of,
}

enum Of {
    File(PathBuf),
    Server(Server, String),
}

impl Copies {
    /// Makes the town.
    pub(crate) fn make(engine: Engine) -> Copies {
        Copies::with(engine, make_town)
    }

    /// Makes a town by what is done to an empty database.
    pub(crate) fn with(engine: Engine, make: impl FnOnce(&str)) -> Copies {
        // A connection lives in the runtime it was opened in, so each `block_on` opens its own.
        let town = block_on(async {
            let town = TestDb::empty(engine).await;
            town.db.close().await;
            town
        });
        make(&town.url);
        block_on(async {
            let db = db::Db::open(&town.url).await.expect("the town opens");
            db.checkpoint().await.expect("everything is in the file");
            db.close().await;
        });
        let server = (engine == Engine::Postgres).then(|| testkit::postgres_server().expect("it made the town"));
        Copies { town, folder: tempfile::tempdir().expect("a temporary folder"), server }
    }

    /// Copies the town.
    pub(crate) fn copy(&self, name: &str) -> Place {
        match &self.server {
            None => {
                let from = db::sqlite_path(&self.town.url).expect("the town is a file");
                let path = self.folder.path().join(format!("{name}.db"));
                std::fs::copy(from, &path).expect("a file is copied");
                Place { url: db::sqlite_url(&path), of: Of::File(path) }
            }
            Some(server) => {
                let town = self.town.url.rsplit('/').next().expect("an address ends with a name");
                let town = town.split('?').next().expect("a name");
                let copy = format!("{town}_{name}");
                block_on(server.create(&copy, Some(town))).expect("a database is copied");
                let url = server.url_of(&copy).expect("an address");
                Place { url, of: Of::Server(server.clone(), copy) }
            }
        }
    }

    /// Removes the town.
    pub(crate) fn remove(self) {
        block_on(self.town.remove());
    }
}

impl Place {
    /// Removes the copy.
    pub(crate) fn remove(self) {
        match self.of {
            Of::File(path) => std::fs::remove_file(path).expect("a file is removed"),
            Of::Server(server, name) => block_on(server.remove(&name)).expect("a database is removed"),
        }
    }
}

/// Waits for a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// The town with its accounts and what they used.
fn make_town(url: &str) {
    set_up(url);
    block_on(async {
        let db = db::Db::open(url).await.expect("the town opens");
        let cycle = billing::cycle_by_code(&mut db.read().await.expect("reads"), "MONTHLY").await;
        let cycle = cycle.expect("reads").expect("the town file has the cycle").id;
        let door = testkit::open_door(&db);
        door.carry_out(&testkit::by("build"), &BuildTown { cycle }).await.expect("the town is built");
        db.close().await;
    });
}

/// Staff, chart and rates, by the program.
fn set_up(url: &str) {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crash/");
    let (town, rates) = (format!("{here}town.toml"), format!("{here}rates.toml"));
    let mut analyst = vec!["staff", "add", "analyst", "--name", "Billing analyst", "--grant", "billing.post"];
    analyst.extend(ANALYST.iter().flat_map(|permission| ["--grant", permission]));
    let supervisor = ["staff", "add", "supervisor", "--name", "Billing supervisor", "--grant", "billing.sign"];
    let commands = [
        ("console", &["migrate"][..]),
        ("console", &analyst),
        ("console", &supervisor),
        ("analyst", &["town", "apply", &town]),
        ("analyst", &["rates", "adopt", &rates]),
    ];
    for (who, command) in commands {
        let attempt = Program::start(url, who, command).wait();
        assert!(attempt.is_done(), "{command:?}: {attempt:?}");
    }
}

/// Opens the accounts and records what they used; skips the import, and gives some accounts a
/// second service, for which there is no act yet.
#[derive(Serialize, Deserialize)]
struct BuildTown {
    cycle: CycleId,
}

impl Act for BuildTown {
    const KIND: &'static str = "story.build_town";
    type Outcome = ();

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let services: Vec<NewService> =
            (0..ACCOUNTS).map(|number| self.service(&format!("p{number}"), number)).collect();
        let opened = open_services(entry, &services).await?;
        let mut used: Vec<(AccountId, ServicePointId, i64)> = Vec::new();
        for number in 0..ACCOUNTS {
            let (point, answers) = opened[&format!("p{number}")];
            used.push((answers.account, point, number));
            if number % 7 == 3 {
                let point = self.second_service(entry, number, answers.account).await?;
                used.push((answers.account, point, number + 1_000));
            }
        }
        let month = Month::parse(MONTH).expect("a month");
        let mut ids = entry.ids("consumption", used.len()).await?;
        let mut consumption = Vec::new();
        for (account, service_point, number) in used.into_iter().filter(|(_, _, number)| number % 30 != 29) {
            consumption.push(NewConsumption {
                id: ids.take(),
                account,
                service_point,
                register: 1,
                revision: 1,
                period: month.period(),
                read_on: month.last_on(),
                quantity: quantity(number),
                source: "story".to_owned(),
                is_estimated: false,
                is_vacant: false,
                registered_steps: None,
                findings: String::new(),
                grounds: String::new(),
            });
        }
        metering::insert_consumption(entry, consumption).await?;
        Ok(())
    }
}

impl BuildTown {
    fn service(&self, point: &str, number: i64) -> NewService {
        NewService {
            address: String::new(),
            customer: format!("c{number}"),
            service_point: point.to_owned(),
            service: "water".to_owned(),
            schedule: "crash-water".to_owned(),
            profile: profile(number),
            cycle: self.cycle,
            starts_on: started_on(),
        }
    }

    /// A second service point of the same account.
    async fn second_service(
        &self,
        entry: &mut Entry,
        number: i64,
        account: AccountId,
    ) -> Result<ServicePointId, Failure> {
        let id: ServicePointId = entry.id("service_point").await?;
        let reference = format!("p{number}b");
        let (service, address) = ("water".to_owned(), String::new());
        let point = premises::NewServicePoint { id, reference, service, address };
        premises::insert_service_points(entry, vec![point]).await?;
        let profiles = revenue::ensure_profiles(entry, &[profile(number)].into()).await?;
        let agreement: AgreementId = entry.id("service_agreement").await?;
        let columns = [
            "account_id",
            "agreement_id",
            "service_point_id",
            "service",
            "schedule_code",
            "rate_profile_id",
            "cycle_id",
            "starts_on",
        ];
        let mut rows = Rows::new("service_agreement", &columns);
        rows.push([
            account.into(),
            agreement.into(),
            id.into(),
            "water".into(),
            "crash-water".into(),
            profiles[&profile(number)].into(),
            self.cycle.into(),
            started_on().into(),
        ]);
        entry.bulk(rows).await?;
        let mut rows =
            Rows::new("service_point_account", &["service_point_id", "starts_on", "account_id", "agreement_id"]);
        rows.push([id.into(), started_on().into(), account.into(), agreement.into()]);
        entry.bulk(rows).await?;
        Ok(id)
    }
}

/// One account in twelve or so is a farm, for which there are no rates.
fn profile(number: i64) -> RateProfile {
    let class = match number % 25 {
        5 | 18 => "FARM",
        1 | 9 => "SHOP",
        _ => "HOUSE",
    };
    RateProfile { class: class.to_owned(), dimensions: [].into() }
}

/// Use over all tiers; one account in twenty used nothing.
fn quantity(number: i64) -> Quantity {
    let whole = if number % 20 == 10 { 0 } else { number.wrapping_mul(2_654_435_761).rem_euclid(180) + 1 };
    Quantity { steps: whole * 10_i64.pow(Unit::Ccf.places()), unit: Unit::Ccf }
}

fn started_on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date of the calendar")
}
