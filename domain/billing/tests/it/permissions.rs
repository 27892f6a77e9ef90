//! Nobody does anything in these rooms without its permission, and a refused act leaves nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use acts::{Act, ChunkWork, Door, Failure};
use billing::ExceptionCode;
use billing::acts::{
    ApplyRules, CancelRun, CancelWork, EndExemption, HoldBill, PostRun, PostWork, PrepareRun, PrepareWork,
    RecordExemption, ReleaseException, SetQuantity, SetWinterAverages, SignRun, TryRun, TryWork,
};
use billing::import::{ImportConsumption, Mapping};
use kernel::{OrderId, RunId};
use revenue::acts::{ProposeRates, ScheduleRates, SetUpRevenue, SupersedeRates};
use testkit::engines;

use crate::town::{Town, billing_set_up, by, code_of, day, house, prepare, rates_from};

const MAPPING: &str = include_str!("../../../../towns/conformance/consumption.toml");

/// A door that asks the staff room, which knows none of the actors of these tests.
struct Guarded {
    door: Door,
    asked: BTreeSet<&'static str>,
}

impl Guarded {
    async fn check<A: Act>(&mut self, act: A) {
        let refused = code_of(self.door.carry_out(&by(7), &act).await).map(|_| ());
        assert_eq!(refused, Err("permission_missing"), "{}", A::KIND);
        self.asked.insert(act.permission().code);
    }

    async fn check_chunk<W: ChunkWork>(&self, order: OrderId, inputs: &str, make: impl Fn(&str) -> W) {
        let step = self.door.carry_out_chunk(&by(7), order, &make(inputs)).await;
        match step {
            Err(Failure::Refused(refusal)) => assert_eq!(refusal.code(), "permission_missing", "{}", W::KIND),
            other => panic!("{}: {other:?}", W::KIND),
        }
    }
}

#[tokio::test]
async fn every_act_is_denied_without_its_permission() {
    for engine in engines("every act is denied") {
        let (town, opened) = Town::new(engine, &[house(10)]).await;
        let run = town.prepared("A").await;
        let account = town.number(opened[0].0).await;
        let before = acts_and_runs(&town).await;
        let door = testkit::door(&town.base.db, Arc::new(staff::StaffAuthority));
        let mut guarded = Guarded { door, asked: BTreeSet::new() };
        guarded
            .check(SetUpRevenue { classes: [].into(), lines: vec![], taxes: vec![], city_expenses: [].into() })
            .await;
        guarded.check(rates_from("2027-01-01")).await;
        guarded.check(billing_set_up()).await;
        let mapping = Mapping::parse(MAPPING).unwrap();
        let (name, digest) = ("reads.csv".to_owned(), "00".to_owned());
        guarded.check(ImportConsumption { name, digest, records: 1, mapping }).await;
        guarded.check(PrepareRun { ..prepare("B") }).await;
        guarded.check(TryRun { run }).await;
        guarded.check(ApplyRules { run }).await;
        guarded
            .check(ReleaseException {
                run,
                account: account.clone(),
                code: ExceptionCode::High,
                reason: "looked at".into(),
            })
            .await;
        let (assignee, due_on, reason) = ("desk".to_owned(), day("2026-07-01"), "test".to_owned());
        guarded.check(HoldBill { run, account, assignee, due_on, reason }).await;
        guarded.check(SignRun { run }).await;
        guarded.check(PostRun { run }).await;
        guarded.check(CancelRun { run }).await;
        check_rates_and_holdings(&mut guarded).await;
        let rooms = [billing::permissions::PERMISSIONS, revenue::permissions::PERMISSIONS].concat();
        let all: BTreeSet<&str> = rooms.iter().map(|permission| permission.code).collect();
        assert_eq!(guarded.asked, all, "every permission of both rooms is asked for by an act");
        assert_eq!(acts_and_runs(&town).await, before, "nothing was left behind");
        town.base.remove().await;
    }
}

/// The acts on rates, quantities, exemptions and winter averages.
async fn check_rates_and_holdings(guarded: &mut Guarded) {
    let (text, schedule, effective_on) = (String::new(), "water".to_owned(), day("2027-01-01"));
    guarded.check(ProposeRates { text }).await;
    guarded.check(ScheduleRates { schedule: schedule.clone(), effective_on, proposal: 1 }).await;
    let reason = "test".to_owned();
    guarded.check(SupersedeRates { schedule: schedule.clone(), effective_on, reason: reason.clone() }).await;
    guarded
        .check(SetQuantity {
            schedule: schedule.clone(),
            name: "units".to_owned(),
            from_on: effective_on,
            is_appeal: false,
            reason: reason.clone(),
            amounts: vec![],
        })
        .await;
    let (account, code) = ("100001-7".to_owned(), "resale".to_owned());
    guarded
        .check(RecordExemption {
            account: account.clone(),
            code: code.clone(),
            certificate: "C-1".to_owned(),
            from_on: effective_on,
            through_on: None,
            reason: reason.clone(),
        })
        .await;
    guarded.check(EndExemption { account, code, from_on: effective_on, through_on: effective_on, reason }).await;
    guarded.check(SetWinterAverages { schedule, year: 2027 }).await;
}

#[tokio::test]
async fn every_chunk_is_denied_without_its_permission_and_stays_open() {
    for engine in engines("every chunk is denied") {
        let (town, _) = Town::new(engine, &[house(10)]).await;
        let guarded =
            Guarded { door: testkit::door(&town.base.db, Arc::new(staff::StaffAuthority)), asked: BTreeSet::new() };
        let run = town.act(&prepare("A")).await.run;
        let inputs = format!("{{\"run\":{}}}", run.0);
        let order = town.run(run).await.prepare_order;
        guarded.check_chunk(order, &inputs, |inputs| PrepareWork::new(inputs).unwrap()).await;
        town.finish(order).await;
        let order = town.act(&TryRun { run }).await;
        guarded.check_chunk(order, &inputs, |inputs| TryWork::new(inputs).unwrap()).await;
        town.finish(order).await;
        town.sign(run).await.unwrap();
        let order = town.act(&PostRun { run }).await;
        guarded.check_chunk(order, &inputs, |inputs| PostWork::new(inputs).unwrap()).await;
        assert_eq!(town.billed().await, []);
        town.finish(order).await;
        let order = town.act(&CancelRun { run }).await.unwrap();
        guarded.check_chunk(order, &inputs, |inputs| CancelWork::new(inputs).unwrap()).await;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        town.base.remove().await;
    }
}

async fn acts_and_runs(town: &Town) -> (i64, i64, Vec<RunId>) {
    let acts = town.count("select count(*) from act").await;
    let versions = town.count("select count(*) from rate_version").await;
    let runs = billing::all_runs(&mut town.read().await).await.unwrap();
    (acts, versions, runs.into_iter().map(|run| run.id).collect())
}
