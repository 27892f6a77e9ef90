//! Things that once went wrong when bills were made again, adjusted or never read: each figure worked out by hand.

use billing::acts::{
    AdjustAccount, ApplyRules, ChargeAccount, MeasureAgain, PostRun, PrepareOffCycle, StartService, StopService, TryRun,
};
use billing::{ExceptionCode, ExceptionState};
use kernel::{AccountId, Cents, RunId};
use testkit::engines;

use crate::metered::Metered;
use crate::tariff::{Priced, Tariff, month_of, service, used};
use crate::town::{by, code_of, day};

/// Makes the bills of a run again for an account, up to the sign-off.
async fn signed_again(town: &Metered, run: RunId, account: AccountId, bill_on: &str) -> RunId {
    let office = &town.tariff.town;
    let accounts = vec![office.number(account).await];
    let run = office.run(run).await.number;
    let act = PrepareOffCycle { run, accounts, bill_on: day(bill_on), reason: "it was estimated".into() };
    let prepared = office.act(&act).await;
    assert_eq!(office.finish(prepared.order).await.refusals, [""; 0]);
    let order = office.act(&TryRun { run: prepared.run }).await;
    assert_eq!(office.finish(order).await.refusals, [""; 0]);
    office.act(&ApplyRules { run: prepared.run }).await;
    office.sign(prepared.run).await.unwrap();
    prepared.run
}

#[tokio::test]
async fn days_settled_while_their_bill_is_made_again_are_charged_once() {
    for engine in engines("settled while made again") {
        // Had February's read been known in time.
        let right = Metered::new(engine).await;
        let account = right.house(100).await;
        let place = right.place(account).await;
        for (on, count, month) in
            [("2025-02-01", 108, "2025-01"), ("2025-03-01", 130, "2025-02"), ("2025-04-01", 140, "2025-03")]
        {
            right.read(&place, on, count).await;
            right.bill(month).await;
        }
        let expected = right.charged(account).await;
        right.tariff.town.base.remove().await;
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 108).await;
        town.bill("2025-01").await;
        let february = town.bill("2025-02").await;
        // The read of February comes late. Its bill is made again and signed; before it is posted, March settles it.
        town.read(&place, "2025-03-01", 130).await;
        town.tariff.town.act(&MeasureAgain { service_points: vec![town.point(account).await] }).await;
        let again = signed_again(&town, february, account, "2025-04-02").await;
        town.read(&place, "2025-04-01", 140).await;
        town.bill("2025-03").await;
        assert_eq!(town.charged(account).await, expected);
        let order = town.tariff.town.act(&PostRun { run: again }).await;
        assert_eq!(town.tariff.town.finish(order).await.refusals, [""; 0]);
        let queue = billing::queue(&mut town.tariff.town.read().await, again, AccountId(0), 10).await.unwrap();
        let changed = queue.iter().find(|queued| queued.code == ExceptionCode::Changed).expect("it is taken out");
        assert_eq!(changed.state, ExceptionState::Held);
        assert_eq!(town.charged(account).await, expected, "nothing of it was posted");
        // What was held there can be made by another run, which takes the settlement back.
        town.again(february, &[account], "2025-04-10").await;
        assert_eq!(town.charged(account).await, expected);
        assert_eq!(town.listed().await, []);
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_recurring_charge_stays_on_a_bill_made_again_twice() {
    for engine in engines("a recurring charge, made again twice") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        town.read(&town.place(account).await, "2025-02-01", 100).await;
        let charge = ChargeAccount {
            account: town.tariff.town.number(account).await,
            code: "fee-visit".into(),
            count: "1".parse().unwrap(),
            from_on: day("2025-01-01"),
            is_recurring: true,
            reason: "asked for".into(),
        };
        town.tariff.town.act(&charge).await;
        let run = town.bill("2025-01").await;
        // Nothing used: $10.00 and tax $0.50; a visit of $55.00 and tax $2.75.
        assert_eq!(town.owes(account).await, Cents(68_25));
        for bill_on in ["2025-02-10", "2025-02-11", "2025-02-12"] {
            town.again(run, &[account], bill_on).await;
            assert_eq!(town.owes(account).await, Cents(68_25), "{bill_on}");
        }
        town.tariff.town.base.remove().await;
    }
}

/// A revenue code, and how many cents of it.
type Credit = (&'static str, i64);

fn leak(bill: String, revenue: &str, cents: i64) -> AdjustAccount {
    AdjustAccount {
        bill,
        revenue: revenue.into(),
        cents: Cents(cents),
        effective_on: day("2026-07-01"),
        reason_code: "leak".into(),
        reason: "a leak was repaired".into(),
        service_point: None,
        schedule: None,
        seen: None,
    }
}

#[tokio::test]
async fn an_adjustment_goes_with_the_bill_it_adjusted() {
    for engine in engines("adjusted, then made again") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 108).await;
        let run = town.bill("2025-01").await;
        let bill = town.view(run, account).await.number.to_string();
        town.tariff.town.act(&leak(bill, "water.consumption", -10_00)).await;
        assert_eq!(town.owes(account).await, Cents(51_70 - 10_50));
        // The read was a kgal too high: $10.00 + $21.00, tax $1.55, sewer $14.00. The credit was for the bill that is gone.
        town.correct(&place, "2025-02-01", Some(107)).await;
        let again = town.again(run, &[account], "2025-03-10").await;
        assert_eq!(town.owes(account).await, Cents(46_55));
        let bill = town.view(again, account).await.number.to_string();
        town.tariff.town.act(&leak(bill, "water.consumption", -21_00)).await;
        assert_eq!(town.owes(account).await, Cents(46_55 - 21_00 - 1_05));
        // A whole run that is cancelled takes its adjustments with it.
        town.tariff.town.cancel(again).await;
        assert_eq!(town.owes(account).await, Cents::ZERO);
        town.tariff.town.assert_proved().await;
        town.tariff.town.base.remove().await;
    }
}

/// Water at 20.00 with a city tax of 2.9 %, and a fee of 30.00 that is not taxed.
const PARTLY_TAXED: &str = r#"
schedule = "partly-taxed"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2021-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "base"
title = { en = "Base charge" }
revenue = "water.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 20.00

[[version.charge]]
name = "fee"
title = { en = "Fee" }
revenue = "water.surcharge"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 30.00

[[version.charge]]
name = "city_tax"
title = { en = "City tax" }
revenue = "tax.city"
tax = { authority = "city", code = "004" }
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 2.9
of = ["base"]
"#;

#[tokio::test]
async fn an_adjustment_carries_the_tax_of_what_it_adjusts_and_no_other() {
    for engine in engines("adjusting what is taxed in part") {
        let tariff = Tariff::new(engine, &[PARTLY_TAXED]).await;
        let terms = billing::acts::SetTerms {
            days_to_pay: [].into(),
            read_rules: vec![],
            adjustment_reasons: [("leak".to_owned(), "Leak".to_owned())].into(),
        };
        tariff.town.act(&terms).await;
        // 50.00 and 0.58 of tax on the 20.00.
        #[rustfmt::skip]
        let rows: [(&[Credit], &[i64]); 3] = [
            (&[("water.base", -20_00)],                                              &[-58]),
            (&[("water.surcharge", -30_00)],                                         &[0]),
            // 0.145 and 0.29: together they are what one credit of 10.00 carries.
            (&[("water.base", -5_00), ("water.base", -5_00), ("water.base", -10_00)], &[-15, -14, -29]),
        ];
        let mut accounts = Vec::new();
        for _ in &rows {
            let account = tariff.open(&[service("partly-taxed")]).await;
            tariff.meter(account, &[used("2021-06", "1", kernel::Unit::Kgal)]).await;
            accounts.push(account);
        }
        let run = tariff.bill(month_of("2021-06"), "2021-06-30").await;
        for ((credits, taxes), account) in rows.iter().zip(accounts) {
            let bill = tariff.view(run, account).await.number.to_string();
            for ((revenue, cents), tax) in credits.iter().zip(*taxes) {
                let adjusted = tariff.town.act(&leak(bill.clone(), revenue, *cents)).await;
                assert_eq!((adjusted.cents, adjusted.tax), (Cents(*cents), Cents(*tax)), "{credits:?}");
            }
        }
        tariff.town.assert_proved().await;
        tariff.town.base.remove().await;
    }
}

/// The same charge by another schedule, as a second meter of one account has.
fn second_meter() -> String {
    PARTLY_TAXED.replace("partly-taxed", "second-meter").replace("fixed = 20.00", "fixed = 60.00")
}

#[tokio::test]
async fn an_adjustment_of_one_service_leaves_the_others_alone() {
    for engine in engines("an adjustment of one service") {
        let tariff = Tariff::new(engine, &[PARTLY_TAXED, &second_meter()]).await;
        let terms = billing::acts::SetTerms {
            days_to_pay: [].into(),
            read_rules: vec![],
            adjustment_reasons: [("leak".to_owned(), "Leak".to_owned())].into(),
        };
        tariff.town.act(&terms).await;
        let account = tariff.open(&[service("partly-taxed"), service("second-meter")]).await;
        let run = tariff.bill(month_of("2021-06"), "2021-06-30").await;
        let view = tariff.view(run, account).await;
        let bill = view.number.to_string();
        let points = view.services.iter().map(|one| one.service_point.clone()).collect::<Vec<_>>();
        let of = |schedule: Option<&str>, cents, seen| AdjustAccount {
            service_point: Some(points[0].clone()),
            schedule: schedule.map(str::to_owned),
            seen,
            ..leak(bill.clone(), "water.base", cents)
        };
        // 20.00 and 60.00, each with 2.9 % of tax.
        assert_eq!(tariff.refused(&of(None, -1_00, None)).await.0, "service_unknown", "which of the two is not said");
        assert_eq!(tariff.refused(&of(Some("second-meter"), -60_01, None)).await.0, "more_than_charged");
        tariff.town.act(&of(Some("second-meter"), -50_00, Some(0))).await;
        let stale = tariff.refused(&of(Some("second-meter"), -1_00, Some(0))).await;
        assert_eq!(stale.0, "adjusted_meanwhile");
        assert_eq!(tariff.refused(&of(Some("second-meter"), -10_01, Some(1))).await.0, "more_than_charged");
        // What is given back over both goes by what is left: 20.00 and 10.00.
        tariff.town.act(&leak(bill.clone(), "water.base", -3_00)).await;
        assert_eq!(tariff.refused(&of(Some("partly-taxed"), -18_01, None)).await.0, "more_than_charged");
        let last = tariff.town.act(&of(Some("partly-taxed"), -18_00, None)).await;
        // 0.58 of tax on the whole 20.00, of which 0.06 went with the 2.00.
        assert_eq!((last.cents, last.tax), (Cents(-18_00), Cents(-52)));
        let sum = "select cast(sum(cents) as bigint) from adjustment where agreement_id is not null";
        assert_eq!(tariff.town.read().await.number(sum, vec![]).await.unwrap(), Some(-68_00));
        tariff.town.assert_proved().await;
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_amount_beyond_all_sense_is_refused() {
    for engine in engines("an amount beyond all sense") {
        let tariff = Tariff::new(engine, &[PARTLY_TAXED]).await;
        let terms = billing::acts::SetTerms {
            days_to_pay: [].into(),
            read_rules: vec![],
            adjustment_reasons: [("leak".to_owned(), "Leak".to_owned())].into(),
        };
        tariff.town.act(&terms).await;
        let account = tariff.open(&[service("partly-taxed")]).await;
        let run = tariff.bill(month_of("2021-06"), "2021-06-30").await;
        let bill = tariff.view(run, account).await.number.to_string();
        for cents in [i64::MAX, i64::MIN, 100_000_000_000_001] {
            let refused = tariff.refused(&leak(bill.clone(), "water.base", cents)).await;
            assert_eq!(refused.0, "amount_too_large");
        }
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_a_withdrawn_read_said_is_not_billed() {
    for engine in engines("a withdrawn first read") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        let place = town.place(account).await;
        town.read(&place, "2025-02-01", 90_100).await;
        town.close("2025-01").await;
        town.correct(&place, "2025-02-01", None).await;
        assert_eq!(
            found(&town, account).await,
            "no_consumption: no read says any more what was used, and there is nothing to estimate by"
        );
        let run = town.bill("2025-01").await;
        let queue = billing::queue(&mut town.tariff.town.read().await, run, AccountId(0), 10).await.unwrap();
        let held = queue.iter().find(|queued| queued.code == ExceptionCode::NoConsumption);
        assert_eq!(held.expect("nothing is known to bill").state, ExceptionState::Held);
        assert_eq!(town.owes(account).await, Cents::ZERO);
        // Once it is read, the bill is made: 8 kgal.
        town.correct(&place, "2025-02-01", Some(108)).await;
        town.again(run, &[account], "2025-02-20").await;
        assert_eq!(town.owes(account).await, Cents(51_70));
        assert_eq!(town.listed().await, []);
        town.tariff.town.base.remove().await;
    }
}

/// What was found about the newest figure of an account's first service.
async fn found(town: &Metered, account: AccountId) -> String {
    let point = town.point(account).await;
    let uses = metering::uses_of_point(&mut town.tariff.town.read().await, point, &[account]).await.unwrap();
    uses.last().expect("there is a figure").findings.clone()
}

#[tokio::test]
async fn days_that_a_move_cut_short_are_not_said_to_have_lost_their_read() {
    for engine in engines("days cut short by a move") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        town.read(&town.place(account).await, "2025-02-01", 108).await;
        town.close("2025-01").await;
        let office = &town.tariff.town;
        let (stops_on, reason) = (day("2025-01-16"), "moved out before, told late".to_owned());
        let stop = StopService { account: office.number(account).await, service_point: None, stops_on, reason };
        office.act(&stop).await;
        office.act(&MeasureAgain { service_points: vec![town.point(account).await] }).await;
        let found = found(&town, account).await;
        assert!(found.starts_with("no_consumption: the days are others than before"), "{found}");
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_of_which_every_service_has_stopped_is_taken_back() {
    for engine in engines("nothing left on a bill") {
        let town = Metered::new(engine).await;
        let account = town.house(100).await;
        town.read(&town.place(account).await, "2025-02-01", 108).await;
        let run = town.bill("2025-01").await;
        let stop = StopService {
            account: town.tariff.town.number(account).await,
            service_point: None,
            stops_on: day("2025-01-01"),
            reason: "moved out before, told late".into(),
        };
        town.tariff.town.act(&stop).await;
        // The new bill comes to nothing, which somebody looks at and lets go.
        let again = town.again(run, &[account], "2025-02-20").await;
        assert_eq!((town.view(again, account).await.bill.total, town.owes(account).await), (Cents::ZERO, Cents::ZERO));
        assert_eq!(town.listed().await, []);
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_two_clerks_give_away_at_once_is_given_once() {
    for engine in engines("two starts at one place") {
        let town = Metered::new(engine).await;
        let tenant = town.house(100).await;
        let service_point = town.place(tenant).await;
        let office = &town.tariff.town;
        let ended = || Priced { starts_on: day("2024-01-01"), stops_on: Some(day("2024-02-01")), ..service("sewer") };
        for attempt in 0..6 {
            let on = day("2025-01-20") + chrono::Days::new(attempt);
            let holder = holder_of(&town, &service_point).await;
            let stop = StopService { account: holder, service_point: None, stops_on: on, reason: "moves".into() };
            office.act(&stop).await;
            let mut starts = Vec::new();
            for _ in 0..2 {
                let account = office.number(town.tariff.open(&[ended()]).await).await;
                starts.push(StartService {
                    account,
                    service_point: service_point.clone(),
                    service: "water".into(),
                    schedule: "kgal-water".into(),
                    cycle: "A".into(),
                    class: "HOUSE".into(),
                    dimensions: [].into(),
                    starts_on: on,
                    reason: "moves in".into(),
                });
            }
            let (one, other) = (by(1), by(1));
            let (one, other) =
                tokio::join!(office.door.carry_out(&one, &starts[0]), office.door.carry_out(&other, &starts[1]));
            let refused: Vec<&str> = [code_of(one), code_of(other)].into_iter().filter_map(Result::err).collect();
            assert_eq!(refused, ["place_taken"]);
        }
        town.tariff.town.base.remove().await;
    }
}

/// The number of the account that has the water of a place.
async fn holder_of(town: &Metered, service_point: &str) -> String {
    let mut read = town.tariff.town.read().await;
    let points = premises::service_points_by_reference(&mut read, &[service_point]).await.unwrap();
    let sql = "
        select a.account_id
        from service_agreement a
        join rate_schedule s on s.code = a.schedule_code
        where a.service_point_id = $1 and s.service = 'water' and a.stops_on is null";
    let account = read.number(sql, vec![points[service_point].into()]).await.unwrap().unwrap();
    drop(read);
    town.tariff.town.number(AccountId(account)).await
}
