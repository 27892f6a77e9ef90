//! A small town to bill: a dollar a ccf for a house, two for a shop, nothing decided for a farm.
//!
//! Accounts come by `open_services`; a second service of an account is written past the rooms,
//! for which there is no act yet. Chunks hold two accounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use acts::{Act, By, Done, Door, Entry, Failure, Permission, Subject};
use billing::acts::{
    ApplyRules, CancelRun, CancelWork, CloseWork, HoldBill, NewCycle, PostRun, PostWork, PrepareRun, PrepareWork,
    SetUpBilling, SignRun, TryRun, TryWork, WinterWork,
};
use billing::{BillRun, Disposition, DueRule, ExceptionCode, ExceptionRule, NewService, RunState, StoredBill};
use chrono::NaiveDate;
use db::{Db, DoorKey, Engine, Read, Rows, Value};
use finance::{EstablishBooks, NewFund, NewLedgerAccount, OpenedIn};
use jobs::{JobKind, Report, Worker, kind_of};
use kernel::{AccountId, AgreementId, Cents, Month, OrderId, Period, Quantity, RunId, ServicePointId, Unit};
use ledger::{AccountKind, Control};
use metering::NewConsumption;
use revenue::RateProfile;
use revenue::acts::{AdoptRates, NewLine, SetUpRevenue};
use serde::Serialize;
use testkit::{TestDb, actor, open_door};

/// The town's rates; the version of a later date is put beside it by [`rates_from`].
const RATES: &str = r#"
schedule = "water"
service = "water"
title = { en = "Water", es = "Agua" }

[[version]]
effective_on = 2025-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.charge]]
name = "consumption"
title = { en = "Water used", es = "Consumo de agua" }
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "HOUSE"
tiers = [{ first = 0, price = 1.00 }]

[[version.charge.case]]
class = "SHOP"
tiers = [{ first = 0, price = 2.00 }]
"#;

/// A town with books, rates and the cycles `A` (every period) and `READ` (when read).
pub(crate) struct Town {
    pub(crate) base: TestDb,
    pub(crate) door: Door,
}

/// A service to open.
#[derive(Clone, Serialize)]
pub(crate) struct Service {
    /// The account it joins; a new one when none is named.
    pub(crate) of: Option<AccountId>,
    pub(crate) cycle: &'static str,
    pub(crate) class: &'static str,
    pub(crate) starts_on: NaiveDate,
    pub(crate) stops_on: Option<NaiveDate>,
    /// Whole ccf used in June 2026; none when it was not read.
    pub(crate) used: Option<i64>,
}

static KEYS: AtomicI64 = AtomicI64::new(0);

/// A house that used so much, billed every period, since January.
pub(crate) fn house(used: i64) -> Service {
    let starts_on = day("2026-01-01");
    Service { of: None, cycle: "A", class: "HOUSE", starts_on, stops_on: None, used: Some(used) }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// June 2026, which is billed.
pub(crate) fn june() -> Period {
    Month::parse("2026-06").unwrap().period()
}

/// A command of an actor under a key of its own.
pub(crate) fn by(number: i64) -> By {
    let key = format!("key {}", KEYS.fetch_add(1, Ordering::Relaxed));
    By { actor: actor(number), reason: "test".to_owned(), key }
}

/// The rates with another first day.
pub(crate) fn rates_from(effective_on: &str) -> AdoptRates {
    AdoptRates { text: RATES.replace("2025-01-01", effective_on).replace("1.00", "3.00") }
}

/// The code of a refusal.
pub(crate) fn code_of<T>(result: Result<T, Failure>) -> Result<T, &'static str> {
    result.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal.code(),
        Failure::Fault(fault) => panic!("{fault}"),
        Failure::Waiting(waiting) => panic!("{waiting}"),
    })
}

pub(crate) fn prepare(cycle: &str) -> PrepareRun {
    let cycle = cycle.to_owned();
    PrepareRun { cycle, period: june(), bill_on: day("2026-06-30"), chunk_accounts: Some(2) }
}

/// Every kind of work of a run.
pub(crate) fn kinds() -> Vec<Arc<dyn JobKind>> {
    vec![
        kind_of(PrepareWork::new),
        kind_of(TryWork::new),
        kind_of(PostWork::new),
        kind_of(CancelWork::new),
        kind_of(WinterWork::new),
        kind_of(CloseWork::new),
    ]
}

impl Town {
    /// A town with these services; answers their accounts and agreements.
    pub(crate) async fn new(engine: Engine, services: &[Service]) -> (Town, Vec<(AccountId, AgreementId)>) {
        let base = TestDb::new(engine).await;
        let door = open_door(&base.db);
        let town = Town { base, door };
        town.set_up().await;
        let opened = town.open(services).await;
        (town, opened)
    }

    async fn set_up(&self) {
        let ledger_account = |code: &str, kind, control, is_pooled_cash| NewLedgerAccount {
            code: code.to_owned(),
            name: code.to_owned(),
            kind,
            control,
            is_pooled_cash,
            is_clearing: false,
        };
        let ledger_accounts = vec![
            ledger_account("1010", AccountKind::Asset, None, true),
            ledger_account("1200", AccountKind::Asset, Some(Control::Receivable), false),
            ledger_account("4100", AccountKind::Revenue, None, false),
        ];
        let open_in = |code: &str| OpenedIn { fund: "510".to_owned(), ledger_account: code.to_owned() };
        let opened = ["1010", "1200", "4100"].map(open_in).to_vec();
        let funds = vec![NewFund { code: "510".to_owned(), name: "Water".to_owned() }];
        self.act(&EstablishBooks { funds, ledger_accounts, opened }).await;
        let classes = ["HOUSE", "SHOP", "FARM"].map(|code| (code.to_owned(), code.to_owned())).into();
        let line = NewLine {
            code: "water.consumption".to_owned(),
            title: "Water used".to_owned(),
            fund: "510".to_owned(),
            receivable: "1200".to_owned(),
            revenue: "4100".to_owned(),
        };
        self.act(&SetUpRevenue { classes, lines: vec![line], taxes: vec![], city_expenses: [].into() }).await;
        self.act(&AdoptRates { text: RATES.to_owned() }).await;
        self.act(&billing_set_up()).await;
    }

    /// Carries out an act of actor 1 that must succeed.
    pub(crate) async fn act<A: Act>(&self, act: &A) -> A::Outcome {
        // Boxed: this is compiled for every act, and the futures of callers stay small.
        let outcome = code_of(Box::pin(self.door.carry_out(&by(1), act)).await)
            .unwrap_or_else(|code| panic!("{} refused: {code}", A::KIND))
            .outcome;
        Box::pin(self.assert_exceptions_counted()).await;
        outcome
    }

    /// What is kept of how many exceptions there are is how many there are.
    async fn assert_exceptions_counted(&self) {
        const SQL: &str = "
            select k.run_id, k.code, k.state, k.exceptions - (
                       select count(*)
                       from run_exception e
                       where e.run_id = k.run_id and e.code = k.code and e.state = k.state)
            from run_exception_count k
            union all
            select e.run_id, e.code, e.state, -count(*)
            from run_exception e
            where not exists (
                select 1
                from run_exception_count k
                where k.run_id = e.run_id and k.code = e.code and k.state = e.state)
            group by e.run_id, e.code, e.state";
        let mut rows: Vec<(i64, String, String, i64)> = self.read().await.all(SQL, vec![]).await.unwrap();
        rows.retain(|(.., difference)| *difference != 0);
        assert_eq!(rows, [], "exceptions by run, code and state: kept and not there");
    }

    /// Opens services and records what they used.
    pub(crate) async fn open(&self, services: &[Service]) -> Vec<(AccountId, AgreementId)> {
        let opened = self.act(&Open { services: services.to_vec() }).await;
        opened.into_iter().map(|(account, agreement)| (AccountId(account), AgreementId(agreement))).collect()
    }

    pub(crate) async fn read(&self) -> Read {
        self.base.db.read().await.unwrap()
    }

    pub(crate) async fn run(&self, id: RunId) -> BillRun {
        let runs = billing::all_runs(&mut self.read().await).await.unwrap();
        runs.into_iter().find(|run| run.id == id).unwrap()
    }

    pub(crate) async fn state(&self, id: RunId) -> RunState {
        let run = self.run(id).await;
        let progress = billing::run_progress(&mut self.read().await, &run).await.unwrap();
        run.state(&progress)
    }

    /// Carries out a job to its end.
    pub(crate) async fn finish(&self, order: OrderId) -> Report {
        let report = code_of(Worker::new(self.door.clone(), kinds()).finish(&by(1), order, &|_| {}).await).unwrap();
        self.assert_exceptions_counted().await;
        report
    }

    /// Prepares a run of a cycle.
    pub(crate) async fn prepared(&self, cycle: &str) -> RunId {
        let prepared = self.act(&prepare(cycle)).await;
        assert_eq!(self.finish(prepared.order).await.refusals, [""; 0]);
        prepared.run
    }

    /// Tries a run and lets the rules decide.
    pub(crate) async fn tried(&self, run: RunId) {
        let order = self.act(&TryRun { run }).await;
        assert_eq!(self.finish(order).await.refusals, [""; 0]);
        self.act(&ApplyRules { run }).await;
    }

    /// Signs by actor 2, who did not prepare.
    pub(crate) async fn sign(&self, run: RunId) -> Result<Cents, (&'static str, String)> {
        match self.door.carry_out(&by(2), &SignRun { run, seen: None }).await {
            Ok(Done { outcome, .. }) => Ok(outcome),
            Err(Failure::Refused(refusal)) => Err((refusal.code(), refusal.to_string())),
            Err(Failure::Fault(fault)) => panic!("{fault}"),
            Err(Failure::Waiting(waiting)) => panic!("{waiting}"),
        }
    }

    /// A run of a cycle from prepare to sign-off.
    pub(crate) async fn signed(&self, cycle: &str) -> RunId {
        let run = self.prepared(cycle).await;
        self.tried(run).await;
        self.sign(run).await.unwrap();
        run
    }

    /// Posts a signed run, or goes on with it.
    pub(crate) async fn post(&self, run: RunId) -> Report {
        let order = match self.run(run).await.post_order {
            Some(order) => order,
            None => self.act(&PostRun { run }).await,
        };
        self.finish(order).await
    }

    /// Cancels a run to its end.
    pub(crate) async fn cancel(&self, run: RunId) {
        if let Some(order) = self.act(&CancelRun { run }).await {
            assert_eq!(self.finish(order).await.refusals, [""; 0]);
        }
    }

    /// Takes a bill out of a run.
    pub(crate) async fn hold(&self, run: RunId, account: AccountId) -> Result<(), &'static str> {
        let hold = HoldBill {
            run,
            account: self.number(account).await,
            assignee: "desk".to_owned(),
            due_on: day("2026-07-15"),
            reason: "looked at again".to_owned(),
        };
        code_of(self.door.carry_out(&by(1), &hold).await).map(|_| ())
    }

    /// The number of an account.
    pub(crate) async fn number(&self, account: AccountId) -> String {
        customers::accounts_by_id(&mut self.read().await, &[account]).await.unwrap()[&account].number.to_string()
    }

    /// All bills, by account and run.
    pub(crate) async fn bills(&self) -> Vec<StoredBill> {
        billing::bill_rows_between(&mut self.read().await, (AccountId(0), AccountId(i64::MAX))).await.unwrap()
    }

    /// Who has a bill, by account.
    pub(crate) async fn billed(&self) -> Vec<AccountId> {
        self.bills().await.iter().map(|bill| bill.account).collect()
    }

    /// What one query counts.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.read().await.number(sql, vec![]).await.unwrap().unwrap_or(0)
    }

    /// Changes rows behind the back of every rule; says how many.
    pub(crate) async fn tamper(&self, sql: &'static str, args: Vec<Value>) -> u64 {
        tamper(&self.base.db, sql, args).await
    }

    /// The books are proved.
    pub(crate) async fn assert_proved(&self) {
        let proof = finance::prove(&mut self.read().await).await.unwrap();
        assert!(proof.is_proved, "{:?}", proof.findings);
    }
}

async fn tamper(db: &Db, sql: &'static str, args: Vec<Value>) -> u64 {
    let mut tx = db.write(&DoorKey::for_the_door()).await.unwrap();
    let count = tx.run(sql, args).await.unwrap();
    tx.commit().await.unwrap();
    count
}

/// Two cycles, and rules for what is normal and what has no price.
pub(crate) fn billing_set_up() -> SetUpBilling {
    let cycle =
        |code: &str, due_rule| NewCycle { code: code.to_owned(), title: code.to_owned(), due_rule, days_to_pay: 21 };
    let rule = |code: ExceptionCode, disposition| ExceptionRule {
        code,
        name: format!("{} is decided", code.code()),
        reason: "test".to_owned(),
        disposition,
    };
    let hold = Disposition::Hold { assignee: "rates".to_owned(), days: 30 };
    SetUpBilling {
        cycles: vec![
            cycle("A", DueRule::EveryPeriod),
            cycle("B", DueRule::EveryPeriod),
            cycle("READ", DueRule::WhenRead),
        ],
        rules: vec![rule(ExceptionCode::Zero, Disposition::Release), rule(ExceptionCode::NoSchedule, hold)],
        limits: [("HOUSE".to_owned(), Cents(50_000))].into(),
    }
}

/// Opens services; see the top of this file for what it skips.
#[derive(Serialize)]
struct Open {
    services: Vec<Service>,
}

impl Act for Open {
    const KIND: &'static str = "test.open";
    type Outcome = Vec<(i64, i64)>;

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<(i64, i64)>, Failure> {
        let mut opened = Vec::new();
        for service in &self.services {
            let (account, agreement, point) = match service.of {
                None => open_alone(entry, service).await?,
                Some(account) => join(entry, service, account).await?,
            };
            if let Some(stops_on) = service.stops_on {
                let sql = "update service_agreement set stops_on = $1 where agreement_id = $2";
                entry.run_once(sql, vec![stops_on.into(), agreement.into()]).await?;
            }
            if let Some(used) = service.used {
                let consumption = consumption(entry.id("consumption").await?, (account, point), 1, used);
                metering::insert_consumption(entry, vec![consumption]).await?;
            }
            opened.push((account.0, agreement.0));
        }
        Ok(opened)
    }
}

/// What a service point used in June.
pub(crate) fn consumption(
    id: i64,
    (account, service_point): (AccountId, ServicePointId),
    revision: i64,
    ccf: i64,
) -> NewConsumption {
    NewConsumption {
        id: id.into(),
        account,
        service_point,
        register: 1,
        revision,
        period: june(),
        read_on: day("2026-06-30"),
        quantity: Quantity { steps: ccf * 10_i64.pow(Unit::Ccf.places()), unit: Unit::Ccf },
        source: "test".to_owned(),
        is_estimated: false,
        is_vacant: false,
        registered_steps: None,
        findings: String::new(),
        grounds: String::new(),
    }
}

fn profile(class: &str) -> RateProfile {
    RateProfile { class: class.to_owned(), dimensions: [].into() }
}

async fn open_alone(entry: &mut Entry, service: &Service) -> Result<(AccountId, AgreementId, ServicePointId), Failure> {
    let number: i64 = entry.id("test_name").await?;
    let cycle = billing::cycle_by_code(entry, service.cycle).await?.expect("the town has the cycle");
    let new = NewService {
        address: String::new(),
        customer: format!("c{number}"),
        service_point: format!("p{number}"),
        service: "water".to_owned(),
        schedule: "water".to_owned(),
        profile: profile(service.class),
        cycle: cycle.id,
        starts_on: service.starts_on,
    };
    let opened = billing::open_services(entry, &[new]).await?;
    let (point, answers) = opened[&format!("p{number}")];
    Ok((answers.account, answers.agreement, point))
}

async fn join(
    entry: &mut Entry,
    service: &Service,
    account: AccountId,
) -> Result<(AccountId, AgreementId, ServicePointId), Failure> {
    let point: ServicePointId = entry.id("service_point").await?;
    let number: i64 = entry.id("test_name").await?;
    let (reference, kind) = (format!("p{number}"), "water".to_owned());
    let new = premises::NewServicePoint { id: point, reference, service: kind, address: String::new() };
    premises::insert_service_points(entry, vec![new]).await?;
    let profiles = revenue::ensure_profiles(entry, &[profile(service.class)].into()).await?;
    let cycle = billing::cycle_by_code(entry, service.cycle).await?.expect("the town has the cycle");
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
        point.into(),
        "water".into(),
        "water".into(),
        profiles[&profile(service.class)].into(),
        cycle.id.into(),
        service.starts_on.into(),
    ]);
    entry.bulk(rows).await?;
    Ok((account, agreement, point))
}
