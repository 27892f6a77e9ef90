//! Nobody does anything in these rooms without its permission, and a refused act leaves nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use acts::{Act, ChunkWork, Door, Failure};
use billing::ExceptionCode;
use billing::acts::{
    AdjustAccount, ApplyRules, CancelRun, CancelWork, ChangeStop, ChargeAccount, CloseReads, CorrectService, EndCharge,
    EndExemption, HoldBill, IssueRun, LetBillStay, ListBillAgain, MeasureAgain, MovePeople, MoveRead, PostRun,
    PostWork, PrepareCharges, PrepareOffCycle, PrepareRun, PrepareWork, RecordExemption, ReleaseException,
    ReverseAdjustment, SetCalendars, SetQuantity, SetTerms, SetWinterAverages, SignRun, StartService, StopService,
    TransferService, TryRun, TryWork,
};
use billing::import::{ImportConsumption, Mapping};
use kernel::{OrderId, RunId};
use metering::ReadKind;
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
        self.asked.extend(act.also_needs().iter().map(|permission| permission.code));
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
        guarded.check(SignRun { run, seen: None }).await;
        guarded.check(PostRun { run }).await;
        guarded.check(CancelRun { run }).await;
        let (account, reason, stopped_on) = ("1".to_owned(), "test".to_owned(), day("2026-07-01"));
        guarded.check(ChangeStop { account, service_point: None, stopped_on, stops_on: None, reason }).await;
        let (bill, reason) = ("1-000001".to_owned(), "test".to_owned());
        guarded.check(LetBillStay { bill: bill.clone(), reason: reason.clone() }).await;
        guarded.check(ListBillAgain { bill, reason }).await;
        check_rates_and_holdings(&mut guarded).await;
        check_moves(&mut guarded).await;
        check_corrections(&mut guarded, run).await;
        let metering = [metering::permissions::ENTER_READS];
        let rooms = [billing::permissions::PERMISSIONS, revenue::permissions::PERMISSIONS, &metering].concat();
        // Approving is not asked for by an act of its own: the door asks it of the second person. Looking is no act.
        let of_no_act = [billing::permissions::APPROVE, revenue::permissions::APPROVE, billing::permissions::SEE];
        let all = rooms.iter().filter(|permission| !of_no_act.contains(permission));
        let all: BTreeSet<&str> = all.map(|permission| permission.code).collect();
        assert_eq!(guarded.asked, all, "every permission of both rooms is asked for by an act");
        assert_eq!(acts_and_runs(&town).await, before, "nothing was left behind");
        town.base.remove().await;
    }
}

/// The acts on calendars and moves.
async fn check_moves(guarded: &mut Guarded) {
    let text = |text: &str| text.to_owned();
    let on = day("2026-07-01");
    guarded.check(SetCalendars { periods: vec![], holidays: [].into() }).await;
    let (days_to_pay, adjustment_reasons) = ([].into(), [].into());
    guarded.check(SetTerms { days_to_pay, read_rules: vec![], adjustment_reasons }).await;
    guarded.check(CloseReads { cycle: text("A"), from_on: on }).await;
    guarded.check(StopService { account: text("1"), service_point: None, stops_on: on, reason: text("test") }).await;
    let (from_account, to_account) = (text("1"), text("2"));
    guarded.check(TransferService { from_account, to_account, service_point: None, on, reason: text("test") }).await;
    let read = MoveRead { service_point: text("p"), read_on: on, count: 1, kind: ReadKind::Actual, is_right: None };
    let moving = MovePeople {
        from_account: Some(text("1")),
        to_account: None,
        opens: None,
        service_points: vec![],
        on,
        reads: vec![read],
        forwarding: None,
        asked_by: None,
        reason: text("test"),
    };
    guarded.check(moving).await;
    guarded
        .check(StartService {
            account: text("1"),
            service_point: text("p"),
            service: text("water"),
            schedule: text("water"),
            cycle: text("A"),
            class: text("HOUSE"),
            dimensions: [].into(),
            starts_on: on,
            reason: text("test"),
        })
        .await;
}

/// The acts on corrections, charges and adjustments.
async fn check_corrections(guarded: &mut Guarded, run: RunId) {
    let text = |text: &str| text.to_owned();
    let on = day("2026-07-01");
    guarded
        .check(CorrectService {
            account: text("1"),
            service_point: text("p"),
            service: text("water"),
            on,
            class: text("HOUSE"),
            dimensions: [].into(),
            schedule: text("water"),
            reason: text("test"),
        })
        .await;
    guarded.check(PrepareOffCycle { run: 1, accounts: vec![], bill_on: on, reason: text("test") }).await;
    guarded.check(PrepareCharges { accounts: vec![], bill_on: on, reason: text("test") }).await;
    guarded.check(IssueRun { run }).await;
    let count = "1".parse().unwrap();
    let (account, code, reason) = (text("1"), text("fee"), text("test"));
    guarded.check(ChargeAccount { account, code, count, from_on: on, is_recurring: false, reason }).await;
    guarded.check(EndCharge { account: text("1"), code: text("fee"), from_on: on, to_on: on }).await;
    guarded
        .check(AdjustAccount {
            bill: text("1-000001"),
            revenue: text("water.consumption"),
            cents: kernel::Cents(-1),
            effective_on: on,
            reason_code: text("leak"),
            reason: text("test"),
            service_point: None,
            schedule: None,
            seen: None,
        })
        .await;
    guarded.check(ReverseAdjustment { account: text("1"), number: 1, reason: text("test") }).await;
    guarded.check(MeasureAgain { service_points: vec![] }).await;
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
        for kind in ["off_cycle", "charges"] {
            // Asked for by another permission, so prepared by it.
            let inputs = format!("{{\"run\":{},\"kind\":\"{kind}\"}}", run.0);
            guarded.check_chunk(order, &inputs, |inputs| PrepareWork::new(inputs).unwrap()).await;
        }
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
